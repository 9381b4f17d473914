package rating_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// A kindOfPrice is one thing that a price can be, to be measured by itself.
type kindOfPrice struct {
	name  string
	model accounting.Model
	terms accounting.Terms
}

func kindsOfPrice() []kindOfPrice {
	number := func(s string) *decimal.Decimal { d := dec(s); return &d }
	tiers := []accounting.Tier{tier("10", "1.25", "3"), tier("40.5", "1.1", "0"), tier("", "0.9", "0")}
	blocks := []accounting.Tier{tier("10", "1.25", "0"), tier("", "0.9", "0")}
	blocks[1].Block = dec("2.5")
	open := perUnit("0.37")
	return []kindOfPrice{
		{"per unit", open, accounting.Terms{}},
		{"graduated", graduated(accounting.ZeroWaived, tiers...), accounting.Terms{}},
		{"graduated by blocks", graduated(accounting.ZeroWaived, blocks...), accounting.Terms{}},
		{"graduated in shares", graduated(accounting.ZeroWaived, tiers...), accounting.Terms{Prorate: accounting.ProrateTime}},
		{"volume", accounting.Volume{Tiers: tiers, OnZero: accounting.ZeroWaived}, accounting.Terms{}},
		{"sized", accounting.Volume{Tiers: []accounting.Tier{tier("20", "1", "0"), tier("", "2", "0")}, SizedBy: "size"}, accounting.Terms{}},
		{"package", accounting.Package{Size: dec("2.5"), Price: dec("3"), Parts: accounting.PartCharged}, accounting.Terms{}},
		{"stairstep", accounting.Stairstep{OnZero: accounting.ZeroWaived, Stairs: []accounting.Stair{
			{Amount: dec("5"), Limits: []accounting.Limit{{Meter: metering.Egress, Unit: gigabyte, UpTo: dec("100")}}}, {Amount: dec("9")}}}, accounting.Terms{}},
		{"percentage", accounting.Percentage{Rate: dec("1.3"), Fixed: dec("0.2"), FreeEvents: 3, FreeUnits: dec("20"), Minimum: number("0.5"), Maximum: number("7")}, accounting.Terms{}},
		{"dynamic", accounting.Dynamic{Label: "bid", Factor: dec("1.1")}, accounting.Terms{}},
		{"spot", accounting.Spot{Prices: []accounting.SpotPrice{{From: onDay(1), Price: dec("1.2")}, {From: onDay(9), Price: dec("1.4")}}}, accounting.Terms{}},
		{"times of day", open, accounting.Terms{During: &accounting.Schedule{Zone: shanghai, Hours: []accounting.Hours{{From: 0, To: 720}, {From: 720, To: 1440}}}}},
		{"meters", open, accounting.Terms{Meters: []accounting.Weight{{Meter: metering.Ingress, Unit: metering.MustUnit("GiBy"), Factor: dec("0.5")}}}},
		{"by hour", open, accounting.Terms{Scope: accounting.Scope{Window: accounting.PerHour}, Free: dec("0.25")}},
		{"by day and account", open, accounting.Terms{Scope: accounting.Scope{Window: accounting.PerDay, Account: true}, Free: dec("3")}},
		{"by row", open, accounting.Terms{Scope: accounting.Scope{Window: accounting.PerRow}, Minimum: number("0.5")}},
		{"by resource and label", open, accounting.Terms{Scope: accounting.Scope{Resource: true, Label: "bid"}, Maximum: number("40")}},
		{"peak", open, accounting.Terms{Gather: accounting.GatherPeak}},
		{"share by days", open, accounting.Terms{Prorate: accounting.ProrateDays}},
		{"converted", open, accounting.Terms{Convert: &accounting.Conversion{Multiply: dec("1.024"), Divide: dec("3"), Rounded: true, Mode: money.Up, Places: 2}}},
		{"converted apart", open, accounting.Terms{Convert: &accounting.Conversion{Divide: dec("3"), Rounded: true, Mode: money.Up, Places: 2, Restart: true}}},
		{"free", open, accounting.Terms{Free: dec("20")}},
		{"factor and discount", open, accounting.Terms{Factor: number("1.1"), Percent: dec("12.5"), Off: dec("1")}},
		{"power factor", open, accounting.Terms{PowerFactor: &accounting.PowerFactor{Reactive: metering.Ingress, Steps: []accounting.PowerStep{{Ratio: number("0.2"), Percent: dec("-1")}, {Percent: dec("3")}}}}},
		{"commitment", open, accounting.Terms{Commitment: &accounting.Commitment{Amount: dec("30"), Overage: dec("1.2")}}},
		{"commitment in units", accounting.Volume{Tiers: tiers, OnZero: accounting.ZeroWaived}, accounting.Terms{Commitment: &accounting.Commitment{Units: dec("30"), Overage: dec("0.8")}}},
	}
}

// kindsRows are rows of one day for any of them: traffic in and out.
func kindsRows(n int) []metering.Usage {
	var rows []metering.Usage
	for i := range n {
		start := onDay(2).Add(time.Duration(i%96) * 15 * time.Minute)
		u := at(decimal.New(int64(7+i%13), -1).String(), must(metering.NewPeriod(start, start.Add(15*time.Minute))))
		if u.Key.Resource = "x"; i%5 == 4 {
			u.Key.Meter = metering.Ingress
		}
		u.Key.Labels = metering.MustLabels("size", "12.5", "bid", "1.25")
		rows = append(rows, u)
	}
	return rows
}

// A line allocates nothing, whatever its price is, where nothing is explained:
// two hundred rows and ten times as many of the same scopes take the same.
func TestStream_AllocatesNothingPerLine(t *testing.T) {
	if raceEnabled {
		t.Skip("math/big divides in memory from a sync.Pool, which the race detector has forget at random")
	}
	for _, kind := range kindsOfPrice() {
		for _, rounding := range []accounting.Rounding{toCents, byBill} {
			t.Run(kind.name+"/"+rounding.Level.String(), func(t *testing.T) {
				plain := priceOf("plain", perUnit("0.5"), func(p *accounting.Price) { p.Match.Meter = metering.Ingress })
				c := contractOf(rounding, with(priceOf("kind", kind.model), kind.terms))
				if price := &c.Card.Prices[0]; len(price.Meters()) == 1 {
					c.Card.Prices = append(c.Card.Prices, plain)
				}
				lines := 0
				allocs := func(rows []metering.Usage) float64 {
					stream := usage(rows...)
					return testing.AllocsPerRun(5, func() {
						lines = 0
						_, _, err := rating.Stream(c, november, stream, rating.State{}, func(accounting.Charge) error { lines++; return nil }, rating.WithoutExplanations())
						require.NoError(t, err)
					})
				}
				few, many := allocs(kindsRows(200)), allocs(kindsRows(2000))
				require.GreaterOrEqual(t, lines, 2000)
				// Integers may have to grow by a word as sums do: that is not of a line.
				require.Less(t, many-few, 20.0, "allocations for 2,000 rows beyond those for 200")
			})
		}
	}
}

// What is billed does not depend on whether it is explained.
func TestStream_WithoutExplanations(t *testing.T) {
	lawOf(t, 16, func(t *testing.T, g generator) {
		w, _ := g.stagedWorld()
		whole, state, err := rating.Rate(w.contract, w.period, usage(w.rows...), rating.State{})
		require.NoError(t, err)
		bare, bareState, err := rating.Rate(w.contract, w.period, usage(w.rows...), rating.State{}, rating.WithoutExplanations())
		require.NoError(t, err)
		require.Equal(t, state, bareState)
		require.Len(t, bare.Charges, len(whole.Charges))
		for i, c := range whole.Charges {
			_, err := bare.Charges[i].Explanation.Recompute()
			require.ErrorIs(t, err, accounting.ErrUnexplained)
			c.Explanation = accounting.Explanation{}
			require.Equal(t, c, bare.Charges[i])
		}
	})
}

// A price that changes within the month goes on with what came together: laws 4
// and 9, whatever two versions of one id are.
func TestLaw4_Staged_Changes(t *testing.T) {
	lawOf(t, 8, func(t *testing.T, g generator) {
		a, _ := g.stagedWorld()
		b, _ := g.stagedWorld()
		w := a
		day := onDay(2 + g.IntN(28))
		first, second := a.contract.Card.Prices[0], b.contract.Card.Prices[0]
		first.Until, second.From, second.Terms.Scope = day, day, first.Terms.Scope
		for _, p := range []*accounting.Price{&first, &second} {
			terms := *p.Terms
			p.Terms, terms.Ratchet = &terms, nil
			if terms.Scope.Window != accounting.WholePeriod {
				continue // what is due by the hour is so in each version's own hours
			}
			if terms.Minimum = nil; terms.Commitment != nil { // due by the billing period, they would have to be prorated
				terms.Commitment = &accounting.Commitment{Amount: terms.Commitment.Amount, Units: terms.Commitment.Units, Overage: terms.Commitment.Overage}
			}
			p.Model = waived(p.Model)
		}
		card := *a.contract.Card
		card.Prices = []accounting.Price{first, second}
		w.contract.Card = &card
		w.rows = append(a.rows, b.rows...)
		w.rows = sorted(ofSKU(w.rows, first.Match.SKU))
		whole, end, err := rating.Rate(w.contract, w.period, usage(w.rows...), rating.State{}, rating.ReportUnpriced())
		require.NoError(t, err)
		billed, _, state, err := rateInPieces(t, w, w.cutInTime(g))
		require.NoError(t, err)
		require.Equal(t, whole.Total(), billed)
		require.Equal(t, end, state)
		for _, c := range whole.Charges {
			require.Equal(t, c.Billed, must(c.Explanation.Recompute()))
		}
		i := g.IntN(len(w.rows) + 1)
		billed, _, _, err = rateInPieces(t, w, []world{{period: w.period, rows: w.rows[:i]}, {period: w.period, rows: w.rows[i:]}})
		require.NoError(t, err)
		require.Equal(t, whole.Total(), billed, "late")
	})
}

// BenchmarkRate_Kinds: a line of each kind of price, as a stream, with its
// explanation and without.
func BenchmarkRate_Kinds(b *testing.B) {
	rows := kindsRows(1920)
	for _, kind := range kindsOfPrice() {
		plain := priceOf("plain", perUnit("0.5"), func(p *accounting.Price) { p.Match.Meter = metering.Ingress })
		c := contractOf(toCents, with(priceOf("kind", kind.model), kind.terms))
		if len(c.Card.Prices[0].Meters()) == 1 {
			c.Card.Prices = append(c.Card.Prices, plain)
		}
		for name, opts := range map[string][]rating.Option{"explained": nil, "bare": {rating.WithoutExplanations()}} {
			b.Run(kind.name+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					_, _, err := rating.Stream(c, november, usage(rows...), rating.State{}, func(accounting.Charge) error { return nil }, opts...)
					if err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(rows)), "ns/line")
			})
		}
	}
}
