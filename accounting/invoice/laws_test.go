package invoice_test

import (
	"flag"
	"math/big"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/invoice"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

var (
	lawsN    = flag.Uint64("laws.n", 1_500, "cases of each law, a tenth of it where documents are issued; at most 1,000 with -short")
	lawsSeed = flag.Uint64("laws.seed", 20261126, "seed of the cases; 0 takes one from the clock and logs it")
)

// TestMain collects garbage less often: the laws make small bills by the
// thousand, and collecting as usual takes a third of their time.
func TestMain(m *testing.M) {
	flag.Parse()
	debug.SetGCPercent(800)
	os.Exit(m.Run())
}

type generator struct{ *rand.Rand }

// cases returns how many cases of a law this run takes.
func cases() uint64 {
	if testing.Short() {
		return min(*lawsN, 1000)
	}
	return *lawsN
}

// seedOf returns the seed of a test's cases, and logs it.
func seedOf(t *testing.T) uint64 {
	seed := *lawsSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("%d cases, -laws.seed %d", cases(), seed)
	return seed
}

// law runs check on random bills, the same ones again for the same seed.
func law(t *testing.T, check func(t *testing.T, g generator, b rating.Bill)) {
	t.Helper()
	t.Parallel()
	seed := seedOf(t)
	for n := range cases() {
		g := generator{rand.New(rand.NewPCG(seed, n))}
		check(t, g, g.bill())
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

func (g generator) amount() decimal.Decimal {
	return decimal.New(g.Int64N(2000)-200, -pick[int32](g, 0, 2, 3, 9))
}

var november = metering.MustPeriod("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")

// card prices two meters, one of them by SKU too, with tiers and flat amounts.
func (g generator) card(id string, r accounting.Rounding) *accounting.Card {
	c := &accounting.Card{ID: id, Version: "1", Currency: money.CNY, Rounding: r}
	add := func(id string, service accounting.ServiceID, m accounting.Match, unit string) {
		bound := decimal.NewFromInt(1 + g.Int64N(20))
		tiers := []accounting.Tier{{UpTo: &bound, Price: g.amount(), Flat: g.amount()}, {Price: g.amount(), Flat: g.amount()}}
		c.Prices = append(c.Prices, accounting.Price{ID: id, Title: strings.ToUpper(id), Service: service, Match: m, Unit: metering.MustUnit(unit),
			Model: accounting.Graduated{Tiers: tiers, OnZero: pick(g, accounting.ZeroCharged, accounting.ZeroWaived)}})
	}
	add("egress", accounting.Network, accounting.Match{Meter: metering.Egress}, "GBy")
	add("premium", accounting.Network, accounting.Match{Meter: metering.Egress, SKU: "premium"}, "GBy")
	add("tokens", accounting.ModelInference, accounting.Match{Meter: metering.OutputTokens}, "10*6{token}")
	c.Prices = append(c.Prices, accounting.Price{ID: "fee", Service: accounting.Support, Model: accounting.Flat{Amount: g.amount(), When: accounting.FlatAlways}})
	return c
}

func (g generator) bill() rating.Bill {
	r := accounting.Rounding{Mode: money.RoundingMode(g.IntN(7)), Places: pick(g, 0, 2, g.IntN(19)), Level: pick(g, accounting.LineLevel, accounting.BillLevel)}
	c := accounting.Contract{Account: "acme", Card: g.card("list", r)}
	if g.IntN(3) == 0 {
		c.Negotiated = g.card("special", r)
		c.Negotiated.Prices = c.Negotiated.Prices[:1+g.IntN(4)]
	}
	rows := g.IntN(15)
	bill, _, err := rating.Rate(c, november, func(yield func(metering.Usage, error) bool) {
		for n := range rows {
			if !yield(g.row(n), nil) {
				return
			}
		}
	}, rating.State{})
	return must(bill, err)
}

func (g generator) row(n int) metering.Usage {
	start := november.Start().AddDate(0, 0, n)
	u := metering.Usage{Key: metering.Key{Account: pick[metering.Account](g, "acme", "acme/a"), Meter: metering.Egress}, Period: must(metering.NewPeriod(start, start.AddDate(0, 0, 1)))}
	u.Quantity = metering.Grains((g.Int64N(60)-10)*pick[int64](g, 1e9, 1e8, 333_333_333), metering.Bytes)
	if g.IntN(3) == 0 {
		u.Key.Meter = metering.OutputTokens
		u.Quantity = metering.Grains(g.Int64N(30_000_000)-5_000_000, metering.Token)
	}
	u.Key.SKU, u.Key.Region = pick(g, "", "premium", "other"), pick(g, "", "r")
	u.Key.Labels = pick(g, metering.Labels{}, metering.MustLabels("t", "1"))
	if g.IntN(4) == 0 {
		u.Estimated = u.Quantity
	}
	return u
}

func draft(b rating.Bill, charges []accounting.Charge) *invoice.Draft {
	return must(invoice.NewDraft(b.Contract, b.Period, slices.Values(charges)))
}

// Σ lines = Σ charges = total, billed and at list prices, and quantities too.
func TestLaw_Draft_Sum(t *testing.T) {
	law(t, func(t *testing.T, g generator, b rating.Bill) {
		d := draft(b, b.Charges)
		require.Equal(t, b.Total(), d.Total)
		require.Equal(t, b.ListTotal(), d.List)
		billed, list := must(money.FromMinor(0, money.CNY)), must(money.FromMinor(0, money.CNY))
		charges := 0
		for _, l := range d.Lines {
			billed, list, charges = must(billed.Add(l.Billed)), must(list.Add(l.List)), charges+len(l.Charges)
			require.Equal(t, l.Billed, must(accounting.Total(slices.Values(l.Charges), accounting.Billed)))
			require.Equal(t, l.List, must(accounting.Total(slices.Values(l.Charges), accounting.List)))
			var quantity, estimated metering.Quantity
			for _, c := range l.Charges {
				quantity, estimated = must(quantity.Add(c.Quantity)), must(estimated.Add(c.Estimated))
			}
			require.Equal(t, quantity, l.Quantity)
			require.Equal(t, estimated, l.Estimated)
		}
		require.Equal(t, b.Total(), billed)
		require.Equal(t, b.ListTotal(), list)
		require.Equal(t, len(b.Charges), charges)

		services := 0
		for id, lines := range d.Services() {
			services += len(lines)
			for _, l := range lines {
				require.Equal(t, id, l.Service)
			}
		}
		require.Equal(t, len(d.Lines), services)
	})
}

// Law 9: an explanation, re-computed, gives the amount it explains, for
// charges, lines and the whole; and the steps of a line are all of it.
func TestLaw9_Draft_Recompute(t *testing.T) {
	law(t, func(t *testing.T, g generator, b rating.Bill) {
		d := draft(b, b.Charges)
		require.Equal(t, d.Total, must(d.Recompute()))
		for _, l := range d.Lines {
			require.Equal(t, l.Billed, must(l.Recompute()))
			steps, exact := new(big.Rat), new(big.Rat)
			for _, s := range l.Steps() {
				steps.Add(steps, s.Amount)
			}
			for _, c := range l.Charges {
				exact.Add(exact, c.Explanation.Exact())
			}
			require.Zero(t, exact.Cmp(steps), "steps of %q", l.PriceID)
		}
	})
}

// The order of charges decides nothing but the order within a line.
func TestLaw_Draft_AnyOrder(t *testing.T) {
	law(t, func(t *testing.T, g generator, b rating.Bill) {
		d := draft(b, b.Charges)
		shuffled := slices.Clone(b.Charges)
		g.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		again := draft(b, shuffled)
		require.Equal(t, d.Total, again.Total)
		require.Equal(t, len(d.Lines), len(again.Lines))
		for i, l := range d.Lines {
			other := again.Lines[i]
			require.ElementsMatch(t, periods(l), periods(other))
			l.Charges, other.Charges = nil, nil
			require.Equal(t, l, other)
		}
	})
}

func periods(l invoice.Line) (out []metering.Period) {
	for _, c := range l.Charges {
		out = append(out, c.Period)
	}
	return out
}
