package allocation_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/allocation"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

func usd(s string) money.Money { return money.MustParse("USD " + s) }

func weigh(to metering.Account, w string) allocation.Weight {
	return allocation.Weight{To: to, Weight: decimal.RequireFromString(w)}
}

// refused holds that an error names its row and wraps the condition.
func refused(t *testing.T, err, want error, text string) {
	t.Helper()
	require.ErrorIs(t, err, want)
	var row *allocation.RowError
	require.ErrorAs(t, err, &row)
	require.EqualError(t, err, text)
}

func TestModel_Refuses(t *testing.T) {
	november, december := metering.MustPeriod("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"), metering.MustPeriod("2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z")
	use := func(to metering.Account, q string) allocation.Measure {
		return allocation.Measure{To: to, Quantity: metering.MustQuantity(q)}
	}
	for _, tt := range []struct {
		name   string
		driver allocation.Driver
		want   error
		text   string
	}{
		{"negative weight", allocation.Weighted(weigh("p", "1"), weigh("q", "-5")), allocation.ErrNegativeWeight,
			`allocation: centre "s": weight of "q" is "-5": negative weight; weights are 0 or more`},
		{"all weights 0", allocation.Weighted(weigh("p", "0")), allocation.ErrNoWeight,
			`allocation: centre "s": driver: no positive weight; give it a centre to serve, or no driver`},
		{"only itself", allocation.Even("s"), allocation.ErrNoWeight,
			`allocation: centre "s": driver: no positive weight; give it a centre to serve, or no driver`},
		{"a weight of absurd length", allocation.Weighted(allocation.Weight{To: "p", Weight: decimal.New(1, 2_000_000)}), allocation.ErrWeight,
			`allocation: centre "s": weight of "p" has exponent 2000000: not a weight; use at most 40 digits`},
		{"unknown centre", allocation.Even("p", "nobody"), allocation.ErrUnknownCentre,
			`allocation: centre "s": weight of "nobody": unknown centre; add it to the model`},
		{"shares above 1", allocation.Fixed(weigh("p", "0.6"), weigh("q", "0.5")), allocation.ErrShares,
			`allocation: centre "s": fixed shares sum to 1 and 1/10 more: shares above the whole; let shares sum to 1 or less`},
		{"another period", allocation.Proportional(december, use("p", "1 h")), allocation.ErrPeriod,
			`allocation: centre "s": driver of 2026-12-01T00:00:00Z/2027-01-01T00:00:00Z, costs of 2026-11-01T00:00:00Z/2026-12-01T00:00:00Z: period mismatch; measure over the period of the costs`},
		{"two dimensions", allocation.Proportional(november, use("p", "1 h"), use("q", "1 By")), allocation.ErrDimension,
			`allocation: centre "s": use of "q" is of bytes, not of time: dimension mismatch; measure all in one dimension`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := allocation.Model{Period: november, Centres: []allocation.Centre{{ID: "p"}, {ID: "q"}, {ID: "s", Cost: usd("1"), Driver: tt.driver}}}
			_, err := m.Direct()
			refused(t, err, tt.want, tt.text)
		})
	}
	_, err := allocation.Model{Centres: []allocation.Centre{{ID: "p", Cost: usd("1")}, {ID: "p"}}}.Direct()
	refused(t, err, allocation.ErrDuplicate, `allocation: centre "p": named twice; give each centre its own id`)
	_, err = allocation.Model{Centres: []allocation.Centre{{ID: "p", Cost: usd("1")}, {ID: "q", Cost: money.MustParse("CNY 1")}}}.Direct()
	refused(t, err, money.CurrencyMismatchError{Got: "CNY", Want: "USD"},
		`allocation: centre "q": cost: money: got "CNY", want "USD": convert one of the amounts first, currencies never mix`)
	_, err = allocation.Model{Centres: []allocation.Centre{{ID: "a//b"}}}.Direct()
	require.ErrorContains(t, err, "want no empty segment")
}

func TestParseWeight(t *testing.T) {
	w, err := allocation.ParseWeight("p", "12.50")
	require.NoError(t, err)
	require.Equal(t, "12.5", w.Weight.String())
	for _, text := range []string{"NaN", "Inf", "1e3", "", " 1", "٣"} {
		_, err := allocation.ParseWeight("p", text)
		require.ErrorIs(t, err, allocation.ErrWeight, text)
	}
	_, err = allocation.ParseWeight("p", "-1")
	refused(t, err, allocation.ErrNegativeWeight, `allocation: weight of "p" is "-1": negative weight; weights are 0 or more`)
}

func TestModel_Cycles(t *testing.T) {
	var cycle *allocation.CycleError
	loop := allocation.Model{Centres: []allocation.Centre{
		{ID: "a", Cost: usd("1"), Driver: allocation.Even("b")}, {ID: "b", Driver: allocation.Even("a")}, {ID: "p"},
	}}
	_, err := loop.Reciprocal()
	require.ErrorAs(t, err, &cycle)
	require.Equal(t, &allocation.CycleError{Centres: []metering.Account{"a", "b"}, Closed: true}, cycle)
	require.EqualError(t, err, `allocation: service centres "a", "b" serve no centre outside themselves; let one of them serve a production centre`)

	open := allocation.Model{Centres: []allocation.Centre{
		{ID: "a", Cost: usd("1"), Driver: allocation.Even("b", "p")}, {ID: "b", Driver: allocation.Even("a", "p")}, {ID: "p"},
	}}
	_, err = open.StepDown()
	require.EqualError(t, err, `allocation: service centres "a", "b" serve one another; give StepDown an order, or use Reciprocal`)
	for _, tt := range []struct {
		order []metering.Account
		want  error
	}{
		{[]metering.Account{"a"}, allocation.ErrOrder}, {[]metering.Account{"a", "p"}, allocation.ErrOrder},
		{[]metering.Account{"a", "a"}, allocation.ErrDuplicate}, {[]metering.Account{"x"}, allocation.ErrUnknownCentre},
	} {
		_, err = open.StepDown(tt.order...)
		require.ErrorIs(t, err, tt.want)
	}
	r, err := open.Reciprocal()
	require.NoError(t, err)
	require.Equal(t, "USD 1", r.Of("p").String())

	// The second to close serves nobody that is open.
	stuck := allocation.Model{Centres: []allocation.Centre{
		{ID: "a", Cost: usd("1"), Driver: allocation.Even("b", "p")}, {ID: "b", Driver: allocation.Even("a")}, {ID: "p"},
	}}
	_, err = stuck.StepDown("a", "b")
	require.ErrorIs(t, err, allocation.ErrNoWeight)
	_, err = stuck.Direct()
	require.ErrorIs(t, err, allocation.ErrNoWeight)
}

func TestModel_Hierarchy(t *testing.T) {
	usage := func(labels metering.Labels, q string) metering.Usage {
		return metering.Usage{Key: metering.Key{Labels: labels}, Quantity: metering.MustQuantity(q)}
	}
	m := allocation.Model{Centres: []allocation.Centre{
		{ID: "platform", Cost: usd("90"), Driver: allocation.ByLabel("team", metering.Period{},
			usage(metering.MustLabels("team", "acme/a"), "2 h"), usage(metering.MustLabels("team", "acme/b"), "3 h"), usage(metering.Labels{}, "4 h"))},
		{ID: "support", Cost: usd("10"), Driver: allocation.Fixed(weigh("acme/a", "0.25"), weigh("acme2", "0.25"))},
		{ID: "acme/a"}, {ID: "acme/b"}, {ID: "acme", Cost: usd("1")}, {ID: "acme2"},
	}}
	for _, allocate := range []func() (allocation.Result, error){m.Direct, m.Reciprocal, func() (allocation.Result, error) { return m.StepDown() }} {
		r, err := allocate()
		require.NoError(t, err)
		require.Equal(t, "USD 107/2", r.Under("acme").String()) // 1 + 20 + 30 + 2.5
		require.Equal(t, "USD 5/2", r.Of("acme2").String())
		require.Equal(t, "USD 45", r.Unallocated.String()) // 40 without the label, and half of the support
		require.Equal(t, "USD 0", r.Of("nobody").String())
		settled, err := r.Settle(money.Rounding{Places: 0})
		require.NoError(t, err)
		require.Equal(t, usd("45"), settled.Unallocated)
	}
}

func TestSheet_OverAllocation(t *testing.T) {
	// Ten cores: eleven are taken in the first hour and eight in the second.
	two := metering.MustPeriod("2026-11-01T00:00:00Z", "2026-11-01T02:00:00Z")
	for _, tt := range []struct {
		width      time.Duration
		idle, over string
	}{{time.Hour, "USD 2", "USD -1"}, {0, "USD 1", "USD 0"}} {
		s, err := allocation.NewSheet(two, tt.width)
		require.NoError(t, err)
		require.NoError(t, s.Supply(allocation.Supply{Pool: "n", Resource: "cpu", Cost: usd("20"), Capacity: metering.MustQuantity("20 {core}.h")}))
		hours := []string{"11 {core}.h", "8 {core}.h"}
		if tt.width == 0 {
			hours = []string{"19 {core}.h"}
		}
		i := 0
		for p := range s.Windows() {
			require.NoError(t, s.Add(allocation.Sample{Pool: "n", Resource: "cpu", Period: p, Usage: metering.MustQuantity(hours[i])}))
			i++
		}
		r, err := s.Report(allocation.View{})
		require.NoError(t, err)
		require.Equal(t, tt.idle, r.Of(allocation.Idle).String())
		require.Equal(t, tt.over, r.Of(allocation.OverAllocation).String())
		require.Equal(t, "USD 19", r.Of(allocation.Unallocated).String(), "no account is a kind")
		e := s.Efficiency()
		require.Equal(t, "19/20", e[0].OfCapacity().RatString())
		require.Nil(t, e[0].OfRequest())
	}
}

func TestSheet_Basis(t *testing.T) {
	request, usage := metering.MustQuantity("4 {card}.h"), metering.MustQuantity("5 {card}.h")
	for basis, want := range map[allocation.Basis]string{allocation.Larger: "USD 5", allocation.Requested: "USD 4", allocation.Used: "USD 5"} {
		s := newSheet(t)
		require.NoError(t, s.Supply(allocation.Supply{Pool: "n", Resource: "gpu", Cost: usd("24"), Capacity: metering.MustQuantity("24 {card}.h"), Basis: basis}))
		for p := range s.Windows() {
			require.NoError(t, s.Add(allocation.Sample{Pool: "n", Resource: "gpu", Period: p, Request: request, Usage: usage}))
			break
		}
		r, err := s.Report(allocation.View{})
		require.NoError(t, err)
		require.Equal(t, want, r.Of(allocation.Unallocated).String())
	}
}

func TestSheet_Refuses(t *testing.T) {
	s := newSheet(t)
	cpu := allocation.Supply{Pool: "n", Resource: "cpu", Cost: usd("20"), Capacity: metering.MustQuantity("20 {core}.h")}
	require.NoError(t, s.Supply(cpu))
	refused(t, s.Supply(cpu), allocation.ErrDuplicate, `allocation: supply of "cpu" in pool "n": named twice; state each resource of a pool once, before its samples`)
	require.ErrorIs(t, s.Supply(allocation.Supply{Pool: "n", Resource: "gpu", Cost: usd("1")}), allocation.ErrZero)
	require.ErrorIs(t, s.Supply(allocation.Supply{Pool: "n", Resource: "gpu", Cost: usd("-1"), Capacity: cpu.Capacity}), allocation.ErrNegative)
	require.ErrorAs(t, s.Supply(allocation.Supply{Pool: "m", Resource: "gpu", Cost: money.MustParse("CNY 1"), Capacity: cpu.Capacity}), new(money.CurrencyMismatchError))

	hour := metering.MustPeriod("2026-11-01T03:00:00Z", "2026-11-01T04:00:00Z")
	good := allocation.Sample{Pool: "n", Resource: "cpu", Period: hour, Usage: metering.MustQuantity("1 {core}.h")}
	for name, tt := range map[string]struct {
		change func(*allocation.Sample)
		want   error
	}{
		"pool":     {func(s *allocation.Sample) { s.Pool = "x" }, allocation.ErrUnknownPool},
		"resource": {func(s *allocation.Sample) { s.Resource = "x" }, allocation.ErrUnknownPool},
		"period":   {func(s *allocation.Sample) { s.Period = day }, allocation.ErrPeriod},
		"zero":     {func(s *allocation.Sample) { s.Period = metering.Period{} }, allocation.ErrPeriod},
		"late": {func(s *allocation.Sample) {
			s.Period = metering.MustPeriod("2026-11-02T00:00:00Z", "2026-11-02T01:00:00Z")
		}, allocation.ErrPeriod},
		"dimension": {func(s *allocation.Sample) { s.Usage = metering.MustQuantity("1 h") }, allocation.ErrDimension},
		"negative":  {func(s *allocation.Sample) { s.Usage = metering.MustQuantity("-1 {core}.h") }, allocation.ErrNegative},
	} {
		bad := good
		tt.change(&bad)
		require.ErrorIs(t, s.Add(bad), tt.want, name)
	}
	r, err := s.Report(allocation.View{})
	require.NoError(t, err)
	require.Equal(t, "USD 20", r.Of(allocation.Idle).String(), "what is refused is not counted")

	item := allocation.Item{Kind: allocation.Workload, Pool: "n", Resource: "cpu"}
	require.ErrorIs(t, s.Charge(item, usd("1")), allocation.ErrDuplicate)
	_, err = s.Report(allocation.View{Shared: []allocation.SharedCost{{Name: "rent", Cost: usd("1")}}})
	refused(t, err, allocation.ErrNoWeight, `allocation: shared cost "rent": nobody has a cost to bear it by: no positive weight; share less, or evenly`)

	s = newSheet(t)
	item.Resource, item.Key.Account = "lb", "acme"
	require.NoError(t, s.Charge(item, usd("-1")))
	_, err = s.Report(allocation.View{Shared: []allocation.SharedCost{{Name: "rent", Cost: usd("1")}}})
	require.ErrorIs(t, err, allocation.ErrNegativeWeight)
	require.NoError(t, s.Charge(allocation.Item{Kind: allocation.Idle, Pool: "n", Resource: "lb"}, usd("1")))
	_, err = s.Report(allocation.View{})
	require.ErrorIs(t, err, allocation.ErrNegativeWeight)
	_, err = allocation.NewSheet(metering.Period{}, 0)
	require.ErrorIs(t, err, allocation.ErrPeriod)
}

// TestSheet_Charge_Refused holds that a charge that is refused leaves nothing
// behind: nobody who would bear a part of what is shared evenly, and no resource
// that could then not be supplied.
func TestSheet_Charge_Refused(t *testing.T) {
	s := newSheet(t)
	charge := func(account metering.Account, resource allocation.Resource, cost money.Money) error {
		return s.Charge(allocation.Item{Kind: allocation.Workload, Key: metering.Key{Account: account}, Pool: "n", Resource: resource}, cost)
	}
	require.NoError(t, charge("acme", "lb", usd("10")))
	refused(t, charge("other", "cpu", money.MustParse("CNY 1")), money.CurrencyMismatchError{Got: "CNY", Want: "USD"},
		`allocation: workload cost of "cpu" for "other " in pool "n": money: got "CNY", want "USD": convert one of the amounts first, currencies never mix`)
	require.ErrorIs(t, charge("other", "lb", usd("170141183460469231730")), money.ErrOverflow)
	r, err := s.Report(allocation.View{Shared: []allocation.SharedCost{{Name: "rent", Cost: usd("6"), Even: true}}})
	require.NoError(t, err)
	require.Len(t, r.Lines, 1)
	require.Equal(t, "USD 16", r.Lines[0].Total.String())
	require.NoError(t, s.Supply(allocation.Supply{Pool: "n", Resource: "cpu", Cost: usd("1"), Capacity: metering.MustQuantity("1 {core}.h")}))
}

// TestReport_Free holds that a view that shares what costs nothing, as in a free
// month, needs nobody to bear it.
func TestReport_Free(t *testing.T) {
	for _, even := range []bool{false, true} {
		s := newSheet(t)
		require.NoError(t, s.Supply(allocation.Supply{Pool: "n", Resource: "cpu", Capacity: metering.MustQuantity("24 {core}.h")}))
		add := func(account metering.Account) {
			hour := metering.MustPeriod("2026-11-01T03:00:00Z", "2026-11-01T04:00:00Z")
			require.NoError(t, s.Add(allocation.Sample{Key: metering.Key{Account: account}, Pool: "n", Resource: "cpu", Period: hour, Usage: metering.MustQuantity("1 {core}.h")}))
		}
		add("infra")
		view := allocation.View{Idle: allocation.Spread, Shared: []allocation.SharedCost{{
			Name: "infra", Even: even, Where: func(i allocation.Item) bool { return i.Key.Account == "infra" }}}}
		r, err := s.Report(view)
		require.NoError(t, err)
		require.Empty(t, r.Lines)
		add("acme")
		r, err = s.Report(view)
		require.NoError(t, err)
		require.Len(t, r.Lines, 1)
		require.True(t, r.Lines[0].Total.IsZero())
	}
}

// TestByWorkload_Apart holds that two workloads are two, whatever slashes their
// accounts and resources have.
func TestByWorkload_Apart(t *testing.T) {
	seen := map[string]metering.Key{}
	for _, account := range []metering.Account{"", "a", "a/b", "a/b/c"} {
		for _, resource := range []string{"", "c", "b/c", "/c", "/", "//", "b/", "/b/c", "b//c"} {
			k := metering.Key{Account: account, Resource: resource}
			group, ok := allocation.ByWorkload(allocation.Item{Key: k})
			require.True(t, ok)
			require.NotContains(t, seen, group, "%+v", k)
			seen[group] = k
		}
	}
	require.Equal(t, metering.Key{Account: "a/b", Resource: "c"}, seen["a/b/c"])
	require.Equal(t, metering.Key{Account: "a", Resource: "b/c"}, seen["a//b/c"])
}

// TestNewSheet_Width holds that a window as wide as the period, or wider, is one.
func TestNewSheet_Width(t *testing.T) {
	for _, width := range []time.Duration{0, day.Duration(), day.Duration() + 1, math.MaxInt64} {
		s, err := allocation.NewSheet(day, width)
		require.NoError(t, err)
		require.Equal(t, []metering.Period{day}, slices.Collect(s.Windows()), width)
		require.NoError(t, s.Supply(allocation.Supply{Pool: "n", Resource: "cpu", Cost: usd("4"), Capacity: metering.MustQuantity("4 {core}.h")}))
		require.NoError(t, s.Add(allocation.Sample{Pool: "n", Resource: "cpu", Period: day, Usage: metering.MustQuantity("1 {core}.h")}))
		r, err := s.Report(allocation.View{})
		require.NoError(t, err)
		require.Equal(t, "USD 3", r.Of(allocation.Idle).String(), width)
	}
}

func TestCommitment_Refuses(t *testing.T) {
	_, err := allocation.Commitment{ID: "c", Upfront: usd("1")}.Total()
	require.ErrorIs(t, err, allocation.ErrPeriod)
	_, err = metering.NewPeriod(day.End(), day.Start())
	require.ErrorIs(t, err, metering.ErrPeriod, "a term that ends before it starts cannot be made")
	_, err = allocation.Commitment{Term: day, Upfront: usd("1"), Recurring: money.MustParse("CNY 1")}.Total()
	require.ErrorAs(t, err, new(money.CurrencyMismatchError))
	_, err = allocation.Commitment{Term: day, Upfront: usd("-1")}.Total()
	require.ErrorIs(t, err, allocation.ErrNegative)
	c := allocation.Commitment{ID: "c", Term: day, Upfront: usd("24"), Recurring: usd("1")}
	_, err = c.Terminate(day.End().Add(1), money.Money{}, money.Money{})
	require.ErrorIs(t, err, allocation.ErrPeriod)
	end, err := c.Terminate(day.Start().Add(6*time.Hour), usd("5"), usd("2"))
	require.NoError(t, err)
	require.Equal(t, "USD 12 USD 21 USD 18", end.Amortised.String()+" "+end.Loss.String()+" "+end.Avoided.String())
	_, err = c.Amortise(cents, day, day)
	require.ErrorIs(t, err, allocation.ErrPeriod)
}

func TestDepreciation_Refuses(t *testing.T) {
	for _, a := range []allocation.Asset{{Cost: usd("1")}, {Cost: usd("1"), Life: allocation.MaxLife + 1},
		{Cost: usd("1"), Salvage: usd("2"), Life: 1}, {Cost: usd("1"), Salvage: usd("-2"), Life: 1}, {Cost: usd("1"), Salvage: money.MustParse("CNY 0.5"), Life: 1}} {
		_, err := allocation.StraightLine(a)
		require.Error(t, err, "%v", a)
	}
	_, err := allocation.ByTable(allocation.Asset{Cost: usd("1")}, decimal.NewFromInt(99))
	require.ErrorIs(t, err, allocation.ErrShares)
	_, err = allocation.MACRS(4)
	require.ErrorIs(t, err, allocation.ErrLimit)
	s, err := allocation.StraightLine(allocation.Asset{Cost: usd("12"), Life: 12})
	require.NoError(t, err)
	_, err = s.ChangeLife(6, 6)
	require.ErrorIs(t, err, allocation.ErrPeriod)
	amounts, err := allocation.UnitsOfProduction(allocation.Asset{Cost: usd("10")}, metering.MustQuantity("10 h"), metering.MustQuantity("8 h"), metering.MustQuantity("8 h"))
	require.NoError(t, err)
	require.Equal(t, "[USD 8 USD 2]", text(amounts), "no more than the whole")
}

func text(amounts []allocation.Amount) string {
	s := "["
	for i, a := range amounts {
		if i > 0 {
			s += " "
		}
		s += a.String()
	}
	return s + "]"
}

func TestDeduct_Stages(t *testing.T) {
	hours := func(s string) metering.Quantity { return metering.MustQuantity(s + " h") }
	later := metering.MustPeriod("2026-11-02T00:00:00Z", "2026-11-03T00:00:00Z")
	uses := []allocation.Use{
		{ID: "large", Period: day, Family: "m", Factor: decimal.NewFromInt(4), Quantity: hours("10"), List: usd("40")},
		{ID: "small", Period: day, Family: "m", Factor: decimal.NewFromInt(1), Quantity: hours("10"), List: usd("10")},
		{ID: "other", Period: day, Family: "c", Quantity: hours("10"), List: usd("9")},
		{ID: "later", Period: later, Family: "m", Quantity: hours("1"), List: usd("1")},
	}
	// 30 normalised hours: the small one takes 10, half of the large one the rest.
	d, err := allocation.Deduct(uses, allocation.Coupon{Name: "ri", Period: day, Family: "m", Quantity: hours("30"), Cost: usd("15")})
	require.NoError(t, err)
	require.Equal(t, "1/2 USD 10", d.Covers[0].Part.RatString()+" "+d.Covers[0].Effective.String())
	require.Equal(t, "1 USD 5", d.Covers[1].Part.RatString()+" "+d.Covers[1].Effective.String())
	require.True(t, d.Stages[0].Unused.IsZero())
	require.Len(t, d.Overflows, 3)

	// A pack covers the earliest first, and what it does not cover is unused.
	d, err = allocation.Deduct(uses[2:], allocation.Pack{Name: "pack", Quantity: hours("22"), Cost: usd("11")})
	require.NoError(t, err)
	require.Equal(t, "USD 11/2", d.Stages[0].Unused.String())
	require.Empty(t, d.Overflows)

	for name, bad := range map[string]allocation.Use{
		"amount": {List: usd("-1")}, "discount": {Discount: decimal.NewFromInt(2)}, "factor": {Factor: decimal.NewFromInt(-1)},
		"currency": {ID: "x", List: money.MustParse("CNY 1")}, "quantity": {Quantity: hours("-1")}, "twice": {ID: "later"},
	} {
		_, err := allocation.Deduct(append([]allocation.Use{bad}, uses...))
		require.ErrorAs(t, err, new(*allocation.RowError), name)
	}
}

// TestDeduct_Fee holds that no quantity covers a use of nothing: a fee stays due
// beside a free quota, and beside a pack that is used up. A promise to spend
// covers it as any other cost.
func TestDeduct_Fee(t *testing.T) {
	fee := []allocation.Use{{ID: "fee", Period: day, Family: "m", Quantity: metering.MustQuantity("0 h"), List: usd("5")}}
	for _, q := range []string{"0 h", "10 h"} {
		q := metering.MustQuantity(q)
		d, err := allocation.Deduct(fee, allocation.FreeQuota{Name: "free", Quantity: q},
			allocation.Pack{Name: "pack", Quantity: q, Cost: usd("1")}, allocation.Coupon{Name: "ri", Family: "m", Quantity: q})
		require.NoError(t, err)
		require.Empty(t, d.Covers)
		require.Equal(t, "USD 5", d.Overflows[0].List.String())
	}
	d, err := allocation.Deduct(fee, allocation.SpendPlan{Name: "plan", Commit: usd("8")})
	require.NoError(t, err)
	require.Equal(t, "USD 5", d.Stages[0].Used.String())
	require.Empty(t, d.Overflows)
}

func TestMargins(t *testing.T) {
	charges := []accounting.Charge{{Account: "acme/a", SKU: "H100", Effective: usd("12")}, {Account: "acme/b", SKU: "A100", Effective: usd("8")}}
	costs := []allocation.Cost{
		{Key: metering.Key{Account: "acme/a"}, Amount: allocation.Exactly(usd("15"))}, {Key: metering.Key{Account: "internal"}, Amount: allocation.Exactly(usd("1"))},
	}
	tenant := func(k metering.Key) string { return string(k.Account.Tenant()) }
	all, err := allocation.Margins(values(charges), values(costs), tenant)
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.Equal(t, "USD 5", all[0].Margin.String())
	require.Equal(t, "1/4", all[0].Ratio().RatString())
	require.Equal(t, "USD -1", all[1].Margin.String())
	require.Nil(t, all[1].Ratio())

	costs[1].Amount = allocation.Exactly(money.MustParse("CNY 1"))
	_, err = allocation.Margins(values(charges), values(costs), func(metering.Key) string { return "all" })
	require.ErrorAs(t, err, new(money.CurrencyMismatchError))
}

func values[T any](list []T) func(func(T) bool) {
	return func(yield func(T) bool) {
		for _, v := range list {
			if !yield(v) {
				return
			}
		}
	}
}

func TestUnitCost(t *testing.T) {
	cost := allocation.Exactly(usd("37.80"))
	for unit, output := range map[string]string{"{card}.h": "2 {card}.h", "10*6{token}": "2 10*6{token}", "kW.h": "2 kW.h"} {
		c, err := allocation.UnitCost(cost, metering.MustQuantity(output), metering.MustUnit(unit))
		require.NoError(t, err)
		require.Equal(t, "USD 189/10", c.String())
	}
	_, err := allocation.UnitCost(cost, metering.MustQuantity("0 h"), metering.MustUnit("h"))
	require.ErrorIs(t, err, allocation.ErrZero)
	_, err = allocation.UnitCost(cost, metering.MustQuantity("1 h"), metering.MustUnit("By"))
	require.ErrorIs(t, err, allocation.ErrDimension)
}
