package allocation_test

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/allocation"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// fixture is costs that several examples look at: rows of containers, and idle
// cost by cluster and resource.
type fixture struct {
	Allocations []map[string]json.RawMessage
	Idle        map[string]map[string]exact
}

// sheet charges the rows of a fixture.
func (f fixture) sheet(t *testing.T) *allocation.Sheet {
	t.Helper()
	s := newSheet(t)
	for _, row := range f.Allocations {
		item := allocation.Item{Kind: allocation.Workload}
		for column, data := range row {
			switch column {
			case "cluster":
				item.Pool = read[string](t, data)
			case "namespace":
				item.Key.Account = read[metering.Account](t, data)
			case "container", "name":
				item.Key.Resource = read[string](t, data)
			}
		}
		for column, data := range row {
			switch column {
			case "cluster", "namespace", "container", "name":
				continue
			}
			cost := read[exact](t, data)
			item.Resource = allocation.Resource(column)
			require.NoError(t, s.Charge(item, cost.cash(t)))
		}
	}
	for pool, resources := range f.Idle {
		for resource, cost := range resources {
			item := allocation.Item{Kind: allocation.Idle, Pool: pool, Resource: allocation.Resource(resource)}
			require.NoError(t, s.Charge(item, cost.cash(t)))
		}
	}
	return s
}

var day = metering.MustPeriod("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z")

func newSheet(t *testing.T) *allocation.Sheet {
	t.Helper()
	s, err := allocation.NewSheet(day, time.Hour)
	require.NoError(t, err)
	return s
}

// look is how an example looks at its fixture.
type look struct {
	Fixture, Aggregate, Idle, Filter, Share, Mode string

	Overhead exact `json:"overhead_per_hour"`
	Hours    int64
}

func (l look) view(t *testing.T) allocation.View {
	t.Helper()
	v := allocation.View{By: allocation.ByAccount, Idle: allocation.Apart}
	if l.Aggregate == "cluster" {
		v.By = allocation.ByPool
	}
	if strings.HasPrefix(l.Idle, "weighted") {
		v.Idle = allocation.Spread
	}
	named := func(name string) func(allocation.Item) bool {
		return func(i allocation.Item) bool { return i.Pool == name || string(i.Key.Account) == name }
	}
	if l.Filter != "" {
		v.Keep = named(l.Filter)
	}
	if l.Share != "" {
		name, mode, _ := strings.Cut(l.Share, " ")
		require.Contains(t, []string{"even", "weighted"}, mode+l.Mode)
		v.Shared = append(v.Shared, allocation.SharedCost{Name: name, Where: named(name), Even: mode+l.Mode == "even"})
	}
	if l.Overhead.Sign() != 0 {
		var cost exact
		cost.Mul(&l.Overhead.Rat, new(big.Rat).SetInt64(l.Hours))
		v.Shared = append(v.Shared, allocation.SharedCost{Name: "overhead", Cost: cost.cash(t), Even: l.Mode == "even"})
	}
	return v
}

// driveLook looks at a fixture: idle, shared and overhead cost, and filters.
func driveLook(t *testing.T, f figures, v vector) {
	if v.ID == "oc.idle.zero-usage-resource" {
		driveIdleOfNobody(t, v)
		return
	}
	l := read[look](t, v.Input)
	costs, ok := f.Fixtures[l.Fixture]
	require.True(t, ok)
	report, err := costs.sheet(t).Report(l.view(t))
	require.NoError(t, err)
	requireConserved(t, report)
	want := read[map[string]exact](t, v.Expected)
	for _, line := range report.Lines {
		if line.Kind != allocation.Workload {
			continue
		}
		figure, ok := want[line.Group]
		require.True(t, ok, "no figure for group %q", line.Group)
		requireAmount(t, figure, line.Total, line.Group)
		delete(want, line.Group)
	}
	if figure, ok := want["__idle__"]; ok {
		idle, err := report.Of(allocation.Idle).Add(report.Of(allocation.OverAllocation))
		require.NoError(t, err)
		requireAmount(t, figure, idle, "idle")
		delete(want, "__idle__")
	}
	require.Empty(t, want, "no line for these figures")
}

// requireConserved holds that a report's lines add up to its origin.
func requireConserved(t *testing.T, r allocation.Report) {
	t.Helper()
	sum := new(big.Rat)
	for _, l := range r.Lines {
		sum.Add(sum, l.Total.Rat())
	}
	require.Equal(t, r.Origin.Rat().RatString(), sum.RatString(), "lines add up to the origin")
}

// driveIdleOfNobody spreads the idle cost of a resource that nobody used.
func driveIdleOfNobody(t *testing.T, v vector) {
	in := read[struct {
		Idle        map[string]exact
		Allocations []map[string]json.RawMessage
		Mode        string
	}](t, v.Input)
	require.Equal(t, "weighted", in.Mode)
	sheet := fixture{in.Allocations, map[string]map[string]exact{"": in.Idle}}.sheet(t)
	report, err := sheet.Report(allocation.View{
		Idle: allocation.Spread, By: func(i allocation.Item) (string, bool) { return i.Key.Resource, true },
	})
	require.NoError(t, err)
	requireConserved(t, report)
	want := read[map[string]json.RawMessage](t, v.Expected)
	requireAmount(t, read[exact](t, want["__idle__"]), report.Of(allocation.Idle), "idle")
	delete(want, "__idle__")
	for _, line := range report.Lines {
		data, ok := want[line.Group]
		if line.Kind != allocation.Workload || !ok {
			continue
		}
		var sum exact
		for _, cost := range read[map[string]exact](t, data) {
			sum.Add(&sum.Rat, &cost.Rat)
		}
		requireAmount(t, sum, line.Total, line.Group)
		delete(want, line.Group)
	}
	require.Empty(t, want)
}

// driveUsage allocates the larger of request and usage.
func driveUsage(t *testing.T, _ figures, v vector) {
	in := read[struct {
		Samples []struct {
			Request, Usage exact
			Hours          int64
		}
		Price exact `json:"price_per_core_hour"`
	}](t, v.Input)
	want := read[struct {
		CoreHours []exact `json:"core_hours"`
		Cost      []exact
		Total     exact
	}](t, v.Expected)

	coreHour := metering.MustUnit("{core}.h")
	hours := func(level exact, hours int64) metering.Quantity {
		var product exact
		product.Mul(&level.Rat, new(big.Rat).SetInt64(hours))
		q, err := metering.QuantityOf(product.decimal(), coreHour)
		require.NoError(t, err)
		return q
	}
	// The capacity is what is allocated, so that nothing is idle.
	var capacity metering.Quantity
	for i, s := range in.Samples {
		larger := s.Request
		if larger.Cmp(&s.Usage.Rat) < 0 {
			larger = s.Usage
		}
		capacity, _ = capacity.Add(hours(larger, s.Hours))
		require.Equal(t, hours(want.CoreHours[i], 1), hours(larger, s.Hours))
	}
	cost, err := capacity.In(coreHour, 18)
	require.NoError(t, err)
	in.Price.Mul(&in.Price.Rat, cost.Rat())

	sheet, err := allocation.NewSheet(day, 0)
	require.NoError(t, err)
	require.NoError(t, sheet.Supply(allocation.Supply{Pool: "node", Resource: "cpu", Cost: in.Price.cash(t), Capacity: capacity}))
	for i, s := range in.Samples {
		require.NoError(t, sheet.Add(allocation.Sample{
			Key: metering.Key{Resource: string(rune('a' + i))}, Pool: "node", Resource: "cpu", Period: day,
			Request: hours(s.Request, s.Hours), Usage: hours(s.Usage, s.Hours),
		}))
	}
	report, err := sheet.Report(allocation.View{By: allocation.ByWorkload})
	require.NoError(t, err)
	requireConserved(t, report)
	require.Len(t, report.Lines, len(want.Cost))
	for i, line := range report.Lines {
		requireAmount(t, want.Cost[i], line.Total, line.Group)
	}
	requireAmount(t, want.Total, report.Of(allocation.Workload), "total")
}

// driveRate divides the price of a machine over its resources.
func driveRate(t *testing.T, _ figures, v vector) {
	in := read[struct {
		Price exact `json:"node_price"`
		Base  map[string]exact
		Units map[string]int64
	}](t, v.Input)
	want := read[map[string]exact](t, v.Expected)
	var parts []allocation.ListPart
	for name, base := range in.Base {
		for unit, n := range in.Units {
			if resource, _, _ := strings.Cut(unit, "_"); resource == name {
				parts = append(parts, allocation.ListPart{Resource: allocation.Resource(name), Price: base.cash(t), Units: n})
			}
		}
	}
	require.Len(t, parts, len(want))
	amounts, err := allocation.SplitPrice(in.Price.cash(t), parts...)
	require.NoError(t, err)
	for i, a := range amounts {
		requireAmount(t, want[string(parts[i].Resource)], a, string(parts[i].Resource))
	}
}

// driveEfficiency weighs used over requested by cost.
func driveEfficiency(t *testing.T, _ figures, v vector) {
	want := read[map[string]exact](t, v.Expected)
	var all []allocation.Efficiency
	for name, in := range read[map[string]struct{ Request, Usage, Cost exact }](t, v.Input) {
		quantity := func(e exact) metering.Quantity {
			q, err := metering.QuantityOf(e.decimal(), metering.MustUnit("{core}.h"))
			require.NoError(t, err)
			return q
		}
		e := allocation.Efficiency{Resource: allocation.Resource(name), Used: quantity(in.Usage), Requested: quantity(in.Request),
			Cost: allocation.AmountOf(&in.Cost.Rat, money.USD)}
		figure := want[name]
		require.Equal(t, figure.RatString(), e.OfRequest().RatString(), name)
		all = append(all, e)
	}
	total, err := allocation.TotalEfficiency(all...)
	require.NoError(t, err)
	figure := want["total"]
	require.Equal(t, figure.RatString(), total.RatString())
}
