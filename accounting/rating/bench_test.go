package rating_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// benchRows are quarter hours of 14 keys in one month, at a graduated price.
const benchRows = 10_000

var (
	cardHour    = metering.MustUnit("{card}.h")
	benchTotal  money.Money
	benchAmount decimal.Decimal
)

func benchTiers() []accounting.Tier {
	bound := func(n int64) *decimal.Decimal { d := decimal.NewFromInt(n); return &d }
	return []accounting.Tier{
		{UpTo: bound(1000), Price: decimal.RequireFromString("18.90")},
		{UpTo: bound(5000), Price: decimal.RequireFromString("17.25")},
		{Price: decimal.RequireFromString("15.5")},
	}
}

func benchWorld(level accounting.Level) world {
	w := world{period: metering.MustPeriod("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")}
	w.contract = accounting.Contract{Account: "acme", Card: &accounting.Card{
		ID: "bench", Version: "1", Currency: money.CNY, Rounding: accounting.Rounding{Mode: money.HalfEven, Places: 2, Level: level},
		Prices: []accounting.Price{{
			ID: "h100", Match: accounting.Match{Meter: metering.AcceleratorTime, SKU: "H100-SXM5"}, Unit: cardHour,
			Model: accounting.Graduated{Tiers: benchTiers()},
		}},
	}}
	for window := range w.period.Windows(15 * time.Minute) {
		for n := range 14 {
			if len(w.rows) == benchRows {
				return w
			}
			w.rows = append(w.rows, metering.Usage{
				Key: metering.Key{Account: metering.Account(fmt.Sprintf("acme/team-%02d", n)), Meter: metering.AcceleratorTime, SKU: "H100-SXM5"},
				// Two cards for a part of the window, so that cumulative amounts do not end.
				Period: window, Quantity: metering.Grains(int64(n+1)*61_000_000_000*72_072, metering.CardTime),
			})
		}
	}
	return w
}

// BenchmarkRate rates 10,000 rows: as a bill, as a stream, and by the loop
// that a user would write with decimals, which keeps a running quantity and
// rounds the difference of two walks over the tiers. One operation is all rows.
func BenchmarkRate(b *testing.B) {
	for _, level := range []accounting.Level{accounting.LineLevel, accounting.BillLevel} {
		w := benchWorld(level)
		b.Run("bill/"+level.String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				bill, _, err := rating.Rate(w.contract, w.period, usage(w.rows...), rating.State{})
				if err != nil {
					b.Fatal(err)
				}
				benchTotal = bill.Total()
			}
			perLine(b)
		})
		b.Run("stream/"+level.String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				bill, _, err := rating.Stream(w.contract, w.period, usage(w.rows...), rating.State{}, func(accounting.Charge) error { return nil })
				if err != nil {
					b.Fatal(err)
				}
				benchTotal = bill.Total()
			}
			perLine(b)
		})
	}
	w := benchWorld(accounting.LineLevel)
	b.Run("decimal", func(b *testing.B) {
		tiers, quantities := benchTiers(), make([]decimal.Decimal, 0, benchRows)
		for _, u := range w.rows {
			quantities = append(quantities, must(u.Quantity.In(cardHour, 9)))
		}
		b.ReportAllocs()
		for b.Loop() {
			var running, total decimal.Decimal
			for _, q := range quantities {
				before := naiveCost(tiers, running)
				running = running.Add(q)
				total = total.Add(naiveCost(tiers, running).RoundBank(2).Sub(before.RoundBank(2)))
			}
			benchAmount = total
		}
		perLine(b)
	})
}

func perLine(b *testing.B) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows, "ns/line")
}

// naiveCost walks the tiers with decimals.
func naiveCost(tiers []accounting.Tier, q decimal.Decimal) (cost decimal.Decimal) {
	lower := decimal.Decimal{}
	for _, t := range tiers {
		if t.UpTo == nil || q.LessThanOrEqual(*t.UpTo) {
			return cost.Add(q.Sub(lower).Mul(t.Price))
		}
		cost = cost.Add(t.UpTo.Sub(lower).Mul(t.Price))
		lower = *t.UpTo
	}
	return cost
}

// Streaming allocates for the call, not for its rows.
func TestStream_AllocatesNothingPerRow(t *testing.T) {
	w := benchWorld(accounting.LineLevel)
	allocs := func(rows []metering.Usage) float64 {
		return testing.AllocsPerRun(5, func() {
			_, _, err := rating.Stream(w.contract, w.period, usage(rows...), rating.State{}, func(accounting.Charge) error { return nil })
			if err != nil {
				t.Fatal(err)
			}
		})
	}
	few, many := allocs(w.rows[:10]), allocs(w.rows)
	if many > few {
		t.Errorf("%v allocations for 10 rows, %v for %d", few, many, len(w.rows))
	}
}
