package allocation_test

import (
	"encoding/json"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/allocation"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// depreciation is what an example of depreciation has.
type depreciation struct {
	Cost, Salvage exact
	Months, Years int
	Method        string
	Lifetime      int64   `json:"lifetime_gpu_hours"`
	Used          []int64 // of the lifetime, by period
	Passed        int     `json:"after_months"`
	NewLife       int     `json:"new_total_months"`
}

func (d depreciation) schedule(t *testing.T) allocation.Schedule {
	t.Helper()
	asset := allocation.Asset{Cost: d.Cost.cash(t), Salvage: d.Salvage.cash(t), Life: d.Months + d.Years}
	var s allocation.Schedule
	var err error
	switch method, rest, _ := strings.Cut(d.Method, ","); {
	case method == "straight-line":
		s, err = allocation.StraightLine(asset)
	case method == "double-declining" && rest != "":
		s, err = allocation.DoubleDeclining(asset)
	case method == "sum-of-years-digits":
		s, err = allocation.SumOfYears(asset)
	case strings.HasPrefix(method, "MACRS "):
		class, _, _ := strings.Cut(strings.TrimPrefix(method, "MACRS "), "-")
		percentages, err := allocation.MACRS(must(strconv.Atoi(class)))
		require.NoError(t, err)
		s, err = allocation.ByTable(asset, percentages...)
		require.NoError(t, err)
	default:
		t.Fatalf("no method %q", d.Method)
	}
	require.NoError(t, err)
	return s
}

// driveDepreciation checks each figure of an example by its name.
func driveDepreciation(t *testing.T, _ figures, v vector) {
	d := read[depreciation](t, v.Input)
	want := read[map[string]json.RawMessage](t, v.Expected)
	if d.Method == "units-of-production" {
		driveProduction(t, d, want)
		return
	}
	schedule := d.schedule(t)
	amounts := schedule.Amounts()
	charges, err := schedule.Charges(money.Rounding{Mode: money.HalfUp, Places: 2})
	require.NoError(t, err)
	for _, name := range slices.Sorted(maps.Keys(want)) {
		data := want[name]
		head, _, _ := strings.Cut(name, "_")
		switch {
		case name == "years":
			figures := read[[]exact](t, data)
			require.Len(t, amounts, len(figures))
			for i, figure := range figures {
				requireAmount(t, figure, amounts[i], name)
			}
		case name == "monthly", name == "old_monthly":
			for _, a := range amounts {
				requireAmount(t, read[exact](t, data), a, name)
			}
		case name == "book":
			requireAmount(t, read[exact](t, data), schedule.Book(d.Passed), name)
		case name == "new_monthly":
			changed, err := schedule.ChangeLife(d.Passed, d.NewLife)
			require.NoError(t, err)
			for _, a := range changed.Amounts()[d.Passed:] {
				requireAmount(t, read[exact](t, data), a, name)
			}
			require.True(t, changed.Book(d.NewLife).IsZero())
		case strings.HasPrefix(name, "book_after_"):
			passed := must(strconv.Atoi(strings.TrimPrefix(name, "book_after_")))
			requireAmount(t, read[exact](t, data), schedule.Book(passed), name)
		case head == "first", head == "count", name == "sum":
			checkCharges(t, charges, name, data)
		case name == "pct":
			for i, figure := range read[[]exact](t, data) {
				part := new(big.Rat).Quo(amounts[i].Rat(), &d.Cost.Rat)
				require.Equal(t, figure.RatString(), part.Mul(part, big.NewRat(100, 1)).RatString())
			}
		default:
			t.Errorf("nothing computes %q", name)
		}
	}
}

// checkCharges checks figures of amounts in cents: the first of them, how many
// there are of one, and their sum.
func checkCharges(t *testing.T, charges []money.Money, name string, data json.RawMessage) {
	t.Helper()
	head, tail, _ := strings.Cut(name, "_")
	switch head {
	case "first":
		for i, figure := range read[[]exact](t, data) {
			require.Equal(t, figure.cash(t), charges[i], "%s: %d", name, i)
		}
	case "count":
		amount := money.MustParse("USD " + strings.ReplaceAll(tail, "_", "."))
		count := 0
		for _, c := range charges {
			if c == amount {
				count++
			}
		}
		require.Equal(t, read[int](t, data), count, name)
	default:
		figure := read[exact](t, data)
		require.Equal(t, figure.cash(t), must(money.Sum(charges...)))
	}
}

func driveProduction(t *testing.T, d depreciation, want map[string]json.RawMessage) {
	t.Helper()
	hours := func(n int64) metering.Quantity { return must(metering.NewQuantity(n, metering.MustUnit("{card}.h"))) }
	asset := allocation.Asset{Cost: d.Cost.cash(t), Salvage: d.Salvage.cash(t)}
	var used []metering.Quantity
	for _, n := range d.Used {
		used = append(used, hours(n))
	}
	charges, err := allocation.UnitsOfProduction(asset, hours(d.Lifetime), used...)
	require.NoError(t, err)
	for i, figure := range read[[]exact](t, want["charges"]) {
		requireAmount(t, figure, charges[i], "charges")
	}
	rate, err := allocation.UnitsOfProduction(asset, hours(d.Lifetime), hours(1))
	require.NoError(t, err)
	requireAmount(t, read[exact](t, want["rate_per_hour"]), rate[0], "rate")
}

// driveCommitment amortises a commitment or spends one.
func driveCommitment(t *testing.T, _ figures, v vector) {
	in := read[struct {
		Upfront   exact
		Recurring exact `json:"recurring_hourly"`
		Hours     int64
		Commit    *exact `json:"commit_per_hour"`
		Usage     []struct {
			ID             string
			List, Discount exact
		}
	}](t, v.Input)
	want := read[map[string]json.RawMessage](t, v.Expected)
	hour := must(metering.NewPeriod(day.Start(), day.Start().Add(time.Hour)))
	if in.Commit == nil {
		c := allocation.Commitment{ID: v.ID, Upfront: in.Upfront.cash(t), Recurring: in.Recurring.cash(t),
			Term: must(metering.NewPeriod(day.Start(), day.Start().Add(time.Duration(in.Hours)*time.Hour)))}
		requireAmount(t, read[exact](t, want["total"]), must(c.Total()), "total")
		hourly := must(c.Amortised(hour))
		requireAmount(t, read[exact](t, want["exact"]), hourly, "hourly")
		require.Equal(t, read[string](t, want["amortized_hourly"]), hourly.Rat().FloatString(10))
		return
	}
	var uses []allocation.Use
	for _, u := range in.Usage {
		uses = append(uses, allocation.Use{ID: u.ID, Period: hour, List: u.List.cash(t), Discount: u.Discount.decimal()})
	}
	d, err := allocation.Deduct(uses, allocation.SpendPlan{Name: "plan", Commit: in.Commit.cash(t)})
	require.NoError(t, err)
	effective, billed := d.Stages[0].Used.Rat(), new(big.Rat)
	for _, u := range in.Usage {
		if data, ok := want[u.ID]; ok {
			checkUse(t, read[map[string]exact](t, data), u.ID, d)
		}
	}
	for _, o := range d.Overflows {
		billed.Add(billed, o.List.Rat())
	}
	effective.Add(effective, d.Stages[0].Unused.Rat())
	for name, got := range map[string]allocation.Amount{
		"unused": d.Stages[0].Unused, "billed_sum_usage": allocation.AmountOf(billed, money.USD),
		"effective_sum": allocation.AmountOf(effective.Add(effective, billed), money.USD),
	} {
		if data, ok := want[name]; ok {
			requireAmount(t, read[exact](t, data), got, name)
		}
	}
}

// checkUse checks what of a use the commitment covers, and what overflows.
func checkUse(t *testing.T, want map[string]exact, id string, d allocation.Deduction) {
	t.Helper()
	commit, overflow := new(big.Rat), new(big.Rat)
	for _, c := range d.Covers {
		if c.Use == id {
			commit.Add(commit, c.Effective.Rat())
		}
	}
	for _, o := range d.Overflows {
		if o.Use == id {
			overflow.Add(overflow, o.List.Rat())
		}
	}
	for name, figure := range want {
		switch name {
		case "commit":
			require.Equal(t, figure.RatString(), commit.RatString(), "%s: %s", id, name)
		case "on_demand", "overflow":
			require.Equal(t, figure.RatString(), overflow.RatString(), "%s: %s", id, name)
		default:
			t.Errorf("nothing computes %q of %s", name, id)
		}
	}
}
