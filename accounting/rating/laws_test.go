package rating_test

import (
	"errors"
	"flag"
	"go/parser"
	"go/token"
	"math/big"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

var (
	lawsN    = flag.Uint64("laws.n", 3000, "cases of each law; at most 1,000 with -short")
	lawsSeed = flag.Uint64("laws.seed", 20261126, "seed of the cases; 0 takes one from the clock and logs it")
)

// TestMain collects garbage less often: the laws make small worlds by the
// thousand, and collecting as usual takes a third of their time.
func TestMain(m *testing.M) {
	flag.Parse()
	debug.SetGCPercent(800)
	os.Exit(m.Run())
}

// cases returns how many cases of a law this run takes.
func cases() uint64 {
	if testing.Short() {
		return min(*lawsN, 1000)
	}
	return *lawsN
}

// seed returns the seed of this run of a law, and logs it.
func seed(t *testing.T) uint64 {
	t.Helper()
	s := *lawsSeed
	if s == 0 {
		s = uint64(time.Now().UnixNano())
	}
	t.Logf("%d cases, -laws.seed %d", cases(), s)
	return s
}

// law runs check on random worlds, the same ones again for the same seed.
func law(t *testing.T, check func(t *testing.T, g generator)) {
	t.Helper()
	lawOf(t, 1, check)
}

// lawOf is law for one in part of the cases: rationals take their time.
func lawOf(t *testing.T, part uint64, check func(t *testing.T, g generator)) {
	t.Helper()
	t.Parallel()
	s := seed(t)
	for n := range cases() / part {
		check(t, newGenerator(s, n))
		if t.Failed() {
			t.Logf("case %d", n)
			return
		}
	}
}

// kind names an error as the oracle does. What is wrong with a card is found
// in another order there.
func kind(err error) string {
	var unpriced *rating.UnpricedError
	var ambiguous *rating.AmbiguousError
	var straddle *rating.StraddleError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &unpriced):
		return "unpriced"
	case errors.As(err, &ambiguous), errors.As(err, &straddle):
		return "card"
	}
	return err.Error()
}

func TestLaw_Rate_Oracle(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		w := g.world()
		got, _, err := rating.Rate(w.contract, w.period, usage(w.rows...), rating.State{}, rating.ReportUnpriced())
		want, problem := oracleRate(w.oracle())
		if problem != "" {
			require.Equal(t, "card", kind(err), problem)
			return
		}
		require.NoError(t, err)
		require.Len(t, got.Unpriced, want.unpriced)
		require.Len(t, got.Charges, len(want.lines))
		total, list := new(big.Rat), new(big.Rat)
		for i, line := range want.lines {
			c := got.Charges[i]
			require.Equal(t, line.card+line.id, c.Card+c.PriceID)
			requireRat(t, line.exact, c.Explanation.Exact(), "exact amount of charge %d: %v", i, c.Explanation)
			requireRat(t, line.billed, rat(c.Billed), "charge %d: %v", i, c.Explanation)
			requireRat(t, line.listed, rat(c.List), "charge %d at list: %v", i, c.Explanation)
			total.Add(total, line.billed)
			list.Add(list, line.listed)
		}
		requireRat(t, total, rat(got.Total()), "total")
		requireRat(t, list, rat(got.ListTotal()), "total at list")

		_, _, err = rating.Rate(w.contract, w.period, usage(w.rows...), rating.State{})
		require.Equal(t, want.unpriced > 0, kind(err) == "unpriced", "refused by default: %v", err)
	})
}

func requireRat(t *testing.T, want, got *big.Rat, format string, args ...any) {
	t.Helper()
	if want.Cmp(got) != 0 {
		require.Failf(t, "want "+want.RatString()+", got "+got.RatString(), format, args...)
	}
}

// rateInPieces rates rows piece by piece, each from the state after the one
// before, and returns the sums. It checks that no state given is changed.
func rateInPieces(t *testing.T, w world, pieces []world) (billed, list money.Money, state rating.State, err error) {
	t.Helper()
	for _, piece := range pieces {
		bill, next, err := rating.Rate(w.contract, piece.period, usage(piece.rows...), state, rating.ReportUnpriced())
		if err != nil {
			return billed, list, state, err
		}
		again, _, err := rating.Rate(w.contract, piece.period, usage(piece.rows...), state, rating.ReportUnpriced())
		require.NoError(t, err)
		require.Equal(t, bill, again, "a state may be continued twice")
		billed, list = must(billed.Add(bill.Total())), must(list.Add(bill.ListTotal()))
		state = next
	}
	return billed, list, state, nil
}

// cutInTime cuts a world at one or more instants.
func (w world) cutInTime(g generator) (pieces []world) {
	days := int(w.period.Duration() / (24 * time.Hour))
	start, rows := w.period.Start(), w.rows
	for n := 1 + g.IntN(3); n >= 0 && start.Before(w.period.End()); n-- {
		end := w.period.Start().AddDate(0, 0, g.IntN(days+1))
		if n == 0 {
			end = w.period.End()
		}
		if !end.After(start) {
			continue
		}
		piece := world{contract: w.contract, period: must(metering.NewPeriod(start, end))}
		for len(rows) > 0 && piece.period.Covers(rows[0].Period) {
			piece.rows, rows = append(piece.rows, rows[0]), rows[1:]
		}
		pieces, start = append(pieces, piece), end
	}
	return pieces
}

// Law 4: rate(a ∪ b) = rate(a) + rate(b | state after a), rounding included.
func TestLaw4_Rate_Progressive(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		w := g.world()
		whole, end, err := rating.Rate(w.contract, w.period, usage(w.rows...), rating.State{}, rating.ReportUnpriced())
		billed, list, state, errPieces := rateInPieces(t, w, w.cutInTime(g))
		require.Equal(t, kind(err), kind(errPieces))
		if err != nil {
			return
		}
		require.Equal(t, whole.Total(), billed)
		require.Equal(t, whole.ListTotal(), list)
		require.Equal(t, end, state, "the state depends on no cut either")
	})
}

// Law 4, cut anywhere in the order of the rows: what comes after the billing
// period was closed is billed as if it had come before.
func TestLaw4_Rate_Late(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		w := g.world()
		whole, _, err := rating.Rate(w.contract, w.period, usage(w.rows...), rating.State{}, rating.ReportUnpriced())
		i := g.IntN(len(w.rows) + 1)
		pieces := []world{{period: w.period, rows: w.rows[:i]}, {period: w.period, rows: w.rows[i:]}}
		billed, list, _, errPieces := rateInPieces(t, w, pieces)
		if err != nil || errPieces != nil {
			return // a price that changes may be refused at the close and be in use later
		}
		require.Equal(t, whole.Total(), billed)
		if w.contract.Negotiated == nil {
			require.Equal(t, whole.ListTotal(), list)
		}
	})
}

// Law 8: same inputs = byte-identical bill, on any number of processors.
func TestLaw8_Rate_SameBytes(t *testing.T) {
	s := seed(t)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	const batch = 250
	for first := uint64(0); first < cases(); first += batch {
		size := min(batch, cases()-first)
		var texts [3][]string
		for i, procs := range [...]int{1, 2, 8} {
			runtime.GOMAXPROCS(procs)
			texts[i] = make([]string, size)
			var wg sync.WaitGroup
			for worker := range uint64(4) {
				wg.Go(func() {
					for k := worker; k < size; k += 4 {
						texts[i][k] = billText(newGenerator(s, first+k).world(), k%8 == 0)
					}
				})
			}
			wg.Wait()
		}
		for k := range size {
			require.Equal(t, texts[0][k], texts[1][k], "case %d", first+k)
			require.Equal(t, texts[0][k], texts[2][k], "case %d", first+k)
		}
	}
}

// billText is the canonical text of a world's bill, or its error.
func billText(w world, explained bool) string {
	bill, _, err := rating.Rate(w.contract, w.period, usage(w.rows...), rating.State{}, rating.ReportUnpriced())
	if err != nil {
		return err.Error()
	}
	return canonical(bill.Charges, explained) + bill.Total().String() + bill.ListTotal().String()
}

// Law 9: an explanation, re-computed, gives the amount it explains.
func TestLaw9_Explanation_Recompute(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		w := g.world()
		var state rating.State
		for _, piece := range w.cutInTime(g) {
			bill, next, err := rating.Rate(w.contract, piece.period, usage(piece.rows...), state, rating.ReportUnpriced())
			if err != nil {
				return
			}
			for _, c := range bill.Charges {
				again, err := c.Explanation.Recompute()
				require.NoError(t, err)
				require.Equal(t, c.Billed, again, "%v", c.Explanation)
				sum := new(big.Rat)
				for _, s := range c.Explanation.Steps() {
					sum.Add(sum, s.Amount)
				}
				requireRat(t, c.Explanation.Exact(), sum, "steps of %v", c.Explanation)
			}
			state = next
		}
	})
}

// What is charged in all is the exact sum rounded once: per price where the
// card rounds lines, once for everything where it rounds the bill.
func TestLaw_Rounding_NoDrift(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		w := g.world()
		bill, _, err := rating.Rate(w.contract, w.period, usage(w.rows...), rating.State{}, rating.ReportUnpriced())
		if err != nil {
			return
		}
		exact, billed := make(map[string]*big.Rat), make(map[string]*big.Rat)
		for _, c := range bill.Charges {
			k := c.Card + " " + c.PriceID
			if c.Explanation.Rounding.Level == accounting.BillLevel {
				k = ""
			}
			if exact[k] == nil {
				exact[k], billed[k] = new(big.Rat), new(big.Rat)
			}
			exact[k].Add(exact[k], c.Explanation.Exact())
			billed[k].Add(billed[k], rat(c.Billed))
		}
		r := w.contract.Card.Rounding
		for k, sum := range exact {
			requireRat(t, oracleRound(sum, r.Mode.String(), r.Places), billed[k], "%q: %s", k, r.Mode)
		}
	})
}

// Usage costs at list prices what it costs by the list card alone, whatever
// was negotiated.
func TestLaw_List_Alone(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		w := g.world()
		alone := w.contract
		alone.Negotiated = nil
		both, _, err1 := rating.Rate(w.contract, w.period, usage(w.rows...), rating.State{}, rating.ReportUnpriced())
		list, _, err2 := rating.Rate(alone, w.period, usage(w.rows...), rating.State{}, rating.ReportUnpriced())
		if err1 != nil || err2 != nil {
			return
		}
		require.Equal(t, list.Total(), list.ListTotal())
		got, want := ofUsage(both.Charges), ofUsage(list.Charges)
		if len(got) > len(want) {
			return // the list card has no price for some of it
		}
		for i := range want {
			require.Equal(t, want[i].Billed, got[i].List, "charge %d", i)
		}
	})
}

func ofUsage(charges []accounting.Charge) (out []accounting.Charge) {
	for _, c := range charges {
		if c.Origin == accounting.FromUsage {
			out = append(out, c)
		}
	}
	return out
}

// Stream hands over what Rate collects.
func TestLaw_Stream_Rate(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		w := g.world()
		bill, end, err := rating.Rate(w.contract, w.period, usage(w.rows...), rating.State{}, rating.ReportUnpriced())
		var charges []accounting.Charge
		streamed, state, errStream := rating.Stream(w.contract, w.period, usage(w.rows...), rating.State{}, func(c accounting.Charge) error {
			charges = append(charges, c)
			return nil
		}, rating.ReportUnpriced())
		require.Equal(t, err, errStream)
		require.Equal(t, end, state)
		require.Equal(t, bill.Total(), streamed.Total())
		require.Empty(t, streamed.Charges)
		if err == nil {
			require.Equal(t, bill.Charges, charges)
		}
	})
}

func TestOracle_Independent(t *testing.T) {
	for _, name := range []string{"oracle_test.go", "staged_oracle_test.go", "staged_model_oracle_test.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		require.NoError(t, err)
		for _, spec := range file.Imports {
			require.NotContains(t, strings.Trim(spec.Path.Value, `"`), ".", "the oracle imports the standard library only")
		}
	}
}
