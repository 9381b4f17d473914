package allocation_test

import (
	"flag"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/allocation"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

var (
	lawsN    = flag.Uint64("laws.n", 500, "cases of each law; at most 200 with -short")
	lawsSeed = flag.Uint64("laws.seed", 20261126, "seed of the cases; 0 takes one from the clock and logs it")
)

// generator makes random cases.
type generator struct{ *rand.Rand }

// law runs check on random cases, the same ones again for the same seed.
func law(t *testing.T, check func(t *testing.T, g generator)) {
	t.Helper()
	t.Parallel()
	seed, n := *lawsSeed, *lawsN
	if testing.Short() {
		n = min(n, 200)
	}
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("%d cases, -laws.seed %d", n, seed)
	for i := range n {
		check(t, generator{rand.New(rand.NewPCG(seed, i))})
		if t.Failed() {
			t.Logf("case %d", i)
			return
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// cost is an amount in cents, often small, sometimes huge or below 0.
func (g generator) cost(lowest int64) money.Money {
	minor := lowest + g.Int64N(1000-lowest)
	if g.IntN(8) == 0 {
		minor = g.Int64N(1 << 60)
	}
	return must(money.FromMinor(minor, money.USD))
}

func ratOf(m money.Money) *big.Rat { return m.Decimal().Rat() }

// model returns a model of up to 4 services and 4 production centres, with an
// order to close the services in, and the same for the oracle. Every service
// serves a production centre.
func (g generator) model() (m allocation.Model, order []metering.Account, slow map[string]slowCentre) {
	services, production := 1+g.IntN(4), 1+g.IntN(4)
	names := make([]string, services+production)
	for i := range names {
		names[i] = fmt.Sprintf("%c/%d", 'a'+rune(g.IntN(3)), i)
	}
	slow = map[string]slowCentre{}
	for i, name := range names {
		c := allocation.Centre{ID: metering.Account(name), Cost: g.cost(-200)}
		s := slowCentre{cost: ratOf(c.Cost)}
		if i < services {
			s.serves = map[string]*big.Rat{}
			var weights []allocation.Weight
			for j, to := range names {
				if g.IntN(3) == 0 && j != services {
					continue
				}
				w := decimal.New(g.Int64N(500), -int32(g.IntN(3)))
				if j == services {
					w = w.Add(decimal.NewFromInt(1))
				}
				weights = append(weights, allocation.Weight{To: metering.Account(to), Weight: w})
				s.serves[to] = w.Rat()
			}
			c.Driver = allocation.Weighted(weights...)
			order = append(order, c.ID)
		}
		m.Centres, slow[name] = append(m.Centres, c), s
	}
	g.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	return m, order, slow
}

// TestLaw_Methods_Oracle holds every method to a second implementation, and to
// conservation: what production centres end with is what all centres cost.
func TestLaw_Methods_Oracle(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		m, order, slow := g.model()
		var names []string
		for _, id := range order {
			names = append(names, string(id))
		}
		for method, want := range map[string]map[string]*big.Rat{
			"direct": slowDirect(slow), "step-down": slowStepDown(slow, names), "reciprocal": slowReciprocal(slow),
		} {
			r := allocate(t, m, method, order)
			sum := r.Unallocated.Rat()
			for _, s := range r.Production {
				sum.Add(sum, s.Total.Rat())
				if w := want[string(s.Centre)]; w.Cmp(s.Total.Rat()) != 0 {
					t.Errorf("%s: %s: %s, want %s", method, s.Centre, s.Total, w.RatString())
				}
			}
			if sum.Cmp(r.Origin.Rat()) != 0 {
				t.Errorf("%s: sum %s, origin %s", method, sum.RatString(), r.Origin)
			}
			settled := must(r.Settle(cents))
			total := must(money.Sum(append(settled.Production, settled.Unallocated)...))
			if total.Decimal().Rat().Cmp(r.Origin.Rat()) != 0 || !settled.Residue.IsZero() {
				t.Errorf("%s: settled to %s of %s, residue %s", method, total, r.Origin, settled.Residue)
			}
		}
	})
}

func allocate(t *testing.T, m allocation.Model, method string, order []metering.Account) allocation.Result {
	t.Helper()
	var r allocation.Result
	var err error
	switch method {
	case "direct":
		r, err = m.Direct()
	case "step-down":
		r, err = m.StepDown(order...)
	default:
		r, err = m.Reciprocal()
	}
	require.NoError(t, err)
	return r
}

// TestLaw_Model_Order holds that the order of centres and of the rows of their
// drivers plays no part: the results are the same to the byte.
func TestLaw_Model_Order(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		m, order, _ := g.model()
		for _, method := range []string{"direct", "step-down", "reciprocal"} {
			before := fmt.Sprint(allocate(t, m, method, order))
			shuffled := allocation.Model{Centres: slices.Clone(m.Centres)}
			g.Shuffle(len(m.Centres), func(i, j int) {
				shuffled.Centres[i], shuffled.Centres[j] = shuffled.Centres[j], shuffled.Centres[i]
			})
			if after := fmt.Sprint(allocate(t, shuffled, method, order)); before != after {
				t.Errorf("%s:\n%s\n%s", method, before, after)
			}
		}
	})
}

// TestLaw_Settle holds law 5 for cents: parts sum to the whole, none is a step
// or more from its exact value, they are those of a second implementation, and
// a refund mirrors a charge.
func TestLaw_Settle(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		whole := g.cost(-1000)
		weights, sum := make([]int64, 1+g.IntN(8)), int64(1)
		weights[0] = 1
		for i := range weights[1:] {
			weights[1+i] = g.Int64N(20)
			sum += weights[1+i]
		}
		var parts, back []allocation.Amount
		var values []*big.Rat
		for _, w := range weights {
			p := allocation.Exactly(whole).Times(big.NewRat(w, sum))
			parts, back = append(parts, p), append(back, p.Neg())
			v := p.Rat()
			values = append(values, v.Mul(v.Abs(v), big.NewRat(100, 1)))
		}
		settled, mirrored := must(allocation.Settle(cents, parts...)), must(allocation.Settle(cents, back...))
		if got := must(money.Sum(settled...)); got != whole {
			t.Errorf("%s of %s", got, whole)
		}
		for i, steps := range slowSettle(values) {
			if whole.Sign() < 0 {
				steps = -steps
			}
			if want := must(money.FromMinor(steps, money.USD)); settled[i] != want {
				t.Errorf("part %d: %s, want %s", i, settled[i], want)
			}
			if must(mirrored[i].Neg()) != settled[i] {
				t.Errorf("part %d: %s, of the refund %s", i, settled[i], mirrored[i])
			}
		}
	})
}

// TestLaw_Cumulate holds that every first part of a series adds up to its exact
// sum, rounded once, and that each entry is less than a step from its value.
func TestLaw_Cumulate(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		r := money.Rounding{Mode: money.RoundingMode(g.IntN(7)), Places: g.IntN(5)}
		var series []allocation.Amount
		for range 1 + g.IntN(20) {
			series = append(series, allocation.Exactly(g.cost(-300)).Times(big.NewRat(1, 1+g.Int64N(36))))
		}
		exact, total := new(big.Rat), new(big.Rat)
		step := new(big.Rat).Inv(must(decimal.NewFromInt(10).PowInt32(int32(r.Places))).Rat())
		for i, m := range must(allocation.Cumulate(r, series...)) {
			exact.Add(exact, series[i].Rat())
			total.Add(total, ratOf(m))
			off := new(big.Rat).Sub(exact, total)
			if off.Abs(off).Cmp(step) >= 0 {
				t.Errorf("after %d: %s for %s", i, total.RatString(), exact.RatString())
			}
			if want := must(allocation.AmountOf(exact, money.USD).Round(r)); ratOf(want).Cmp(total) != 0 {
				t.Errorf("after %d: %s, want %s", i, total.RatString(), want)
			}
			off.Sub(series[i].Rat(), ratOf(m))
			if off.Abs(off).Cmp(step.Mul(step, big.NewRat(2, 1))) >= 0 {
				t.Errorf("entry %d: %s for %s", i, m, series[i])
			}
			step.Quo(step, big.NewRat(2, 1))
		}
	})
}
