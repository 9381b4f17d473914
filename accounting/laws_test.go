package accounting_test

import (
	"flag"
	"fmt"
	"math/big"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

var (
	lawsN    = flag.Uint64("laws.n", 10_000, "cases of each law; at most 1,000 with -short")
	lawsSeed = flag.Uint64("laws.seed", 20261126, "seed of the cases; 0 takes one from the clock and logs it")
)

// generator makes random cases.
type generator struct{ *rand.Rand }

// cases returns how many cases of a law this run takes.
func cases() uint64 {
	if testing.Short() {
		return min(*lawsN, 1000)
	}
	return *lawsN
}

// law runs check on random cases, the same ones again for the same seed.
func law(t *testing.T, check func(t *testing.T, g generator)) {
	t.Helper()
	t.Parallel()
	seed := *lawsSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("%d cases, -laws.seed %d", cases(), seed)
	for n := range cases() {
		check(t, generator{rand.New(rand.NewPCG(seed, n))})
		if t.Failed() {
			t.Logf("case %d", n)
			return
		}
	}
}

func pick[T any](g generator, of ...T) T { return of[g.IntN(len(of))] }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

var (
	modes = []money.RoundingMode{
		money.HalfEven, money.HalfUp, money.HalfDown, money.Down, money.Up, money.Floor, money.Ceiling,
	}
	units = []metering.Unit{metering.MustUnit("{card}.h"), metering.MustUnit("GBy"), metering.MustUnit("10*6{token}")}
)

// amount returns a price with few or many digits, one in ten below zero.
func (g generator) amount() decimal.Decimal {
	d := decimal.New(g.Int64N(2000)*5, -pick[int32](g, 0, 2, 3, 9))
	if g.IntN(10) == 0 {
		return d.Neg()
	}
	return d
}

func (g generator) model() accounting.Model {
	if g.IntN(3) == 0 {
		return accounting.PerUnit{Price: g.amount()}
	}
	var m accounting.Graduated
	var bound decimal.Decimal
	for n := g.IntN(4); n >= 0; n-- {
		t := accounting.Tier{Price: g.amount()}
		if g.IntN(2) == 0 {
			t.Flat = g.amount()
		}
		if n > 0 {
			bound = bound.Add(decimal.New(1+g.Int64N(50), -pick[int32](g, 0, 1)))
			upTo := bound
			t.UpTo = &upTo
		}
		m.Tiers = append(m.Tiers, t)
	}
	m.OnZero = pick(g, accounting.ZeroCharged, accounting.ZeroWaived)
	return m
}

// quantity returns whole units, tenths, or what has no end as a decimal.
func (g generator) quantity(u metering.Unit) metering.Quantity {
	n, _, _ := fixed.MulDiv(u.Grains(), fixed.FromInt64(g.Int64N(2000)-400), fixed.FromInt64(pick[int64](g, 1, 10, 10, 7)), fixed.Down)
	return metering.GrainsWide(n, u.Dimension())
}

func (g generator) explanation() accounting.Explanation {
	u := pick(g, units...)
	return accounting.Explanation{
		Model: g.model(), Unit: u, Currency: pick(g, money.CNY, money.JPY, money.KWD),
		Rounding: accounting.Rounding{Mode: pick(g, modes...), Places: pick(g, 0, 2, g.IntN(19)), Level: pick(g, accounting.LineLevel, accounting.BillLevel)},
		Before:   g.quantity(u), After: g.quantity(u),
	}
}

func requireRat(t *testing.T, want, got *big.Rat, format string, args ...any) {
	t.Helper()
	if want.Cmp(got) != 0 {
		require.Failf(t, "want "+want.RatString()+", got "+got.RatString(), format, args...)
	}
}

func rat(m money.Money) *big.Rat { return m.Decimal().Rat() }

// What a stretch costs does not depend on where it is cut, and rounded, the
// parts add up too.
func TestLaw_Explanation_Additive(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		whole := g.explanation()
		first, second := whole, whole
		first.After = g.quantity(whole.Unit)
		second.Before = first.After
		if g.IntN(2) == 0 {
			whole.Opens, first.Opens = true, true
		}
		requireRat(t, whole.Exact(), new(big.Rat).Add(first.Exact(), second.Exact()), "%v", whole)
		require.Equal(t, must(whole.Recompute()), must(must(first.Recompute()).Add(must(second.Recompute()))))
	})
}

// The first line of a price is its exact amount, rounded as money rounds.
func TestLaw_Explanation_Rounds(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		e := g.explanation()
		e.Opens = true
		exact, billed := e.Exact(), must(e.Recompute())
		step := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(e.Rounding.Places)), nil))
		moved := new(big.Rat).Sub(exact, rat(billed))
		require.Negative(t, moved.Abs(moved).Cmp(step), "%v", e)
		if places, ends := exact.FloatPrec(); ends && places <= money.Scale {
			m := must(money.New(dec(exact.FloatString(places)), e.Currency))
			require.Equal(t, must(m.Round(money.Rounding{Mode: e.Rounding.Mode, Places: e.Rounding.Places})), billed, "%v", e)
		}
	})
}

// Steps are all of a line: quantities and amounts add up, nothing else is in
// them, and what was carried changes what is rounded but not what is exact.
func TestLaw_Explanation_Steps(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		e := g.explanation()
		amount, quantity := new(big.Rat), metering.Quantity{}
		for _, s := range e.Steps() {
			amount.Add(amount, s.Amount)
			quantity = must(quantity.Add(s.Quantity))
			n := new(big.Rat).SetFrac(s.Quantity.Grains().Big(), e.Unit.Grains().Big())
			if s.Flat {
				n = big.NewRat(int64(s.Amount.Sign()*s.Price.Sign()), 1)
			}
			requireRat(t, new(big.Rat).Mul(n, s.Price.Rat()), s.Amount, "step of %v", e)
		}
		requireRat(t, e.Exact(), amount, "%v", e)
		require.Equal(t, must(e.After.Sub(e.Before)).Grains(), quantity.Grains(), "%v", e)

		carried := e
		carried.Carried = accounting.NewFraction(fixed.Wide(fixed.FromInt64(g.Int64N(1e18))), fixed.FromInt64(1+g.Int64N(1e6)))
		requireRat(t, e.Exact(), carried.Exact(), "%v", e)
	})
}

// text is the form of an explanation for people: what it is worked out from, the
// sum, what it comes to, and how that was rounded.
var text = regexp.MustCompile(`^(?:[^:]+: )?(.+?)(?: = (-?[\d.]+))?(?: → (-?[\d.]+) \(([a-z-]+)(?: to (\d+) places)?, (line|bill)(?:; (?:price|bill) total (-?[\d.]+) → (-?[\d.]+))?\))?$`)

var stepText = regexp.MustCompile(`^(-?[\d.]+) (?:(.+) × (-?[\d.]+) )?([A-Z]{3})( flat)?$`)

// What a customer reads is the sum, and it works out.
func TestLaw_Explanation_Text(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		e := g.explanation()
		e.Opens = g.IntN(2) == 0
		s := e.String()
		if strings.Contains(s, "≈") {
			return
		}
		parts := text.FindStringSubmatch(s)
		require.NotNil(t, parts, s)
		sum := new(big.Rat)
		for _, step := range strings.Split(strings.ReplaceAll(parts[1], " - ", " + -"), " + ") {
			sum.Add(sum, evaluate(t, step, e))
		}
		requireRat(t, e.Exact(), sum, "%s", s)
		if parts[2] != "" {
			requireRat(t, dec(parts[2]).Rat(), sum, "%s", s)
		}
		billed := rat(must(e.Recompute()))
		if parts[3] == "" {
			requireRat(t, billed, sum, "%s: nothing was rounded", s)
			return
		}
		requireRat(t, billed, dec(parts[3]).Rat(), "%s", s)
		require.NotZero(t, billed.Cmp(sum), s)
		require.Equal(t, e.Rounding.Mode.String(), parts[4])
		require.Equal(t, e.Rounding.Level.String(), parts[6])
		if parts[5] == "" {
			require.Equal(t, e.Currency.Digits(), e.Rounding.Places)
		} else {
			require.Equal(t, fmt.Sprint(e.Rounding.Places), parts[5])
		}
		if parts[7] != "" {
			requireRat(t, dec(parts[3]).Rat(), dec(parts[8]).Sub(dec(parts[7])).Rat(), "%s", s)
		} else {
			m := must(money.New(dec(parts[2]), e.Currency))
			requireRat(t, dec(parts[3]).Rat(), rat(must(m.Round(money.Rounding{Mode: e.Rounding.Mode, Places: e.Rounding.Places}))), "%s", s)
		}
	})
}

// evaluate works a step out as a reader would.
func evaluate(t *testing.T, step string, e accounting.Explanation) *big.Rat {
	t.Helper()
	parts := stepText.FindStringSubmatch(step)
	require.NotNil(t, parts, step)
	require.Equal(t, string(e.Currency), parts[4])
	value := dec(parts[1])
	if parts[5] == "" {
		require.Equal(t, e.Unit.Label(), parts[2])
		value = value.Mul(dec(parts[3]))
	}
	return value.Rat()
}

// Groups have every charge once, in order of key and of coming.
func TestLaw_GroupBy_Sum(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		var charges []accounting.Charge
		for n := g.IntN(20); n > 0; n-- {
			c := accounting.Charge{Account: pick[metering.Account](g, "acme", "acme/a", "acme/b"), PriceID: fmt.Sprint(n)}
			c.Billed, c.List = must(money.New(g.amount(), money.CNY)), must(money.New(g.amount(), money.CNY))
			charges = append(charges, c)
		}
		groups, err := accounting.GroupBy(slices.Values(charges), func(c accounting.Charge) metering.Account { return c.Account })
		require.NoError(t, err)
		var billed, list money.Money
		seen := 0
		for i, group := range groups {
			require.True(t, i == 0 || groups[i-1].Key < group.Key)
			require.True(t, slices.IsSortedFunc(group.Charges, func(a, b accounting.Charge) int {
				return slices.IndexFunc(charges, func(c accounting.Charge) bool { return c.PriceID == a.PriceID }) -
					slices.IndexFunc(charges, func(c accounting.Charge) bool { return c.PriceID == b.PriceID })
			}))
			require.Equal(t, group.Billed, must(accounting.Total(slices.Values(group.Charges), accounting.Billed)))
			billed, list, seen = must(billed.Add(group.Billed)), must(list.Add(group.List)), seen+len(group.Charges)
		}
		require.Equal(t, len(charges), seen)
		require.Equal(t, must(accounting.Total(slices.Values(charges), accounting.Billed)), billed)
		require.Equal(t, must(accounting.Total(slices.Values(charges), accounting.List)), list)
	})
}

// A match that covers all another one covers, and more, is less specific.
func TestLaw_Match_Specificity(t *testing.T) {
	match := func(g generator) accounting.Match {
		return accounting.Match{Meter: pick(g, metering.Egress, metering.Ingress), SKU: pick(g, "", "", "a", "b"), Region: pick(g, "", "", "r"),
			Labels: pick(g, metering.Labels{}, metering.MustLabels("t", "1"), metering.MustLabels("t", "2"), metering.MustLabels("t", "1", "u", "1"))}
	}
	law(t, func(t *testing.T, g generator) {
		wide, narrow := match(g), match(g)
		key := metering.Key{Meter: narrow.Meter, SKU: narrow.SKU, Region: narrow.Region, Labels: narrow.Labels}
		if wide.Matches(key) && wide != narrow {
			require.Less(t, wide.Specificity(), narrow.Specificity(), "%v covers %v", wide, narrow)
		}
		require.True(t, narrow.Matches(key))
	})
}

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }
