package budget_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/budget"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

func ExampleWatch() {
	watch, err := budget.NewWatch(budget.Limit{
		Name: "training", Period: november, Money: money.MustParse("CNY 1000"), By: tenant,
		Thresholds: []decimal.Decimal{decimal.RequireFromString("0.8"), decimal.RequireFromString("1")},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	tenth := time.Date(2026, 11, 11, 0, 0, 0, 0, time.UTC)
	for _, spend := range []string{"CNY 500", "CNY 300", "CNY 250"} {
		alerts, _ := watch.Spend(metering.Key{Account: "acme/vision"}, tenth, money.MustParse(spend))
		for _, a := range alerts {
			fmt.Println(a.Group, "reached", a.Threshold, "with", a.Spent)
		}
	}
	status, err := watch.Status("training", tenth)
	fmt.Println(status[0].Part.RatString(), "of the limit, burning at", status[0].Burn.FloatString(2), err)
	// Output:
	// acme reached 0.8 with CNY 800.00
	// acme reached 1 with CNY 1050.00
	// 21/20 of the limit, burning at 3.15 <nil>
}

func ExampleNewForecast() {
	var days []money.Money
	for _, d := range []string{"100", "110", "95", "105", "90"} {
		days = append(days, money.MustParse("CNY "+d))
	}
	f, err := budget.NewForecast(budget.RunRate, days, 25, 0.9)
	fmt.Println(f.Method, f.Spent, "→", f.Estimate, "between", f.Low, "and", f.High, err)
	// Output: run-rate CNY 500.00 → CNY 3000.00 between CNY 2793.77 and CNY 3206.23 <nil>
}

func TestLimit_Quantity(t *testing.T) {
	hours := func(s string) metering.Quantity { return metering.MustQuantity(s + " {card}.h") }
	w, err := budget.NewWatch(budget.Limit{Name: "cards", Period: november, Quantity: hours("3"), Thresholds: []decimal.Decimal{decimal.New(1, 0)},
		Where: func(k metering.Key) bool { return k.SKU == "H100" }})
	require.NoError(t, err)
	for _, tt := range []struct {
		sku, use string
		at       time.Time
		alerts   int
	}{{"H100", "2", november.Start(), 0}, {"A100", "9", november.Start(), 0}, {"H100", "9", november.End(), 0}, {"H100", "1", november.Start(), 1}, {"H100", "1", november.Start(), 0}} {
		alerts, err := w.Use(metering.Key{SKU: tt.sku}, tt.at, hours(tt.use))
		require.NoError(t, err)
		require.Len(t, alerts, tt.alerts)
	}
	alerts, err := w.Use(metering.Key{SKU: "H100"}, november.Start(), metering.MustQuantity("9 h"))
	require.NoError(t, err)
	require.Empty(t, alerts, "another dimension")
	status, err := w.Status("cards", november.Start())
	require.NoError(t, err)
	require.Equal(t, hours("4"), status[0].Used)
	require.Nil(t, status[0].Burn)
}

func TestLimit_Refuses(t *testing.T) {
	good := budget.Limit{Name: "l", Period: november, Money: fen(100)}
	for name, tt := range map[string]struct {
		change func(*budget.Limit)
		want   error
	}{
		"no period":  {func(l *budget.Limit) { l.Period = metering.Period{} }, budget.ErrPeriod},
		"nothing":    {func(l *budget.Limit) { l.Money = money.Money{} }, budget.ErrLimit},
		"both":       {func(l *budget.Limit) { l.Quantity = metering.MustQuantity("1 h") }, budget.ErrLimit},
		"below 0":    {func(l *budget.Limit) { l.Money = fen(-1) }, budget.ErrLimit},
		"threshold":  {func(l *budget.Limit) { l.Thresholds = []decimal.Decimal{decimal.New(0, 0)} }, budget.ErrThreshold},
		"absurd":     {func(l *budget.Limit) { l.Thresholds = []decimal.Decimal{decimal.New(1, 2_000_000)} }, budget.ErrThreshold},
		"named once": {func(l *budget.Limit) { l.Name = "other" }, budget.ErrDuplicate},
	} {
		bad := good
		tt.change(&bad)
		_, err := budget.NewWatch(good, bad, bad)
		require.ErrorIs(t, err, tt.want, name)
	}
	w, err := budget.NewWatch(good)
	require.NoError(t, err)
	_, err = w.Spend(metering.Key{}, november.Start(), money.MustParse("USD 1"))
	require.ErrorAs(t, err, new(money.CurrencyMismatchError))
	_, err = w.Status("x", november.Start())
	require.ErrorIs(t, err, budget.ErrUnknown)
	_, err = w.Status("l", november.End().Add(1))
	require.EqualError(t, err, `budget: limit "l": not within the period; ask for a time of its period`)
	status, err := w.Status("l", november.End())
	require.NoError(t, err)
	require.Empty(t, status, "what was refused is not counted")
}

func TestForecast_Refuses(t *testing.T) {
	days := []money.Money{fen(1), fen(2)}
	for _, tt := range []struct {
		method     budget.ForecastMethod
		days       []money.Money
		left       int
		confidence float64
		want       error
	}{
		{budget.RunRate, days[:1], 1, 0.9, budget.ErrHistory}, {budget.Trend, days, 1, 0.9, budget.ErrHistory},
		{budget.RunRate, days, -1, 0.9, budget.ErrHistory}, {budget.RunRate, days, 1, math.NaN(), budget.ErrConfidence},
		{budget.RunRate, days, 1, 1, budget.ErrConfidence}, {9, days, 1, 0.9, budget.ErrOptions},
	} {
		_, err := budget.NewForecast(tt.method, tt.days, tt.left, tt.confidence)
		require.ErrorIs(t, err, tt.want)
	}
	_, err := budget.NewForecast(budget.RunRate, []money.Money{fen(1), money.MustParse("USD 1")}, 1, 0.9)
	require.ErrorAs(t, err, new(money.CurrencyMismatchError))
	f, err := budget.NewForecast(budget.RunRate, days, 0, 0.9)
	require.NoError(t, err)
	require.Equal(t, [3]money.Money{fen(3), fen(3), fen(3)}, [3]money.Money{f.Low, f.Estimate, f.High})
}

func TestDetector_Explains(t *testing.T) {
	var costs []budget.DayCost
	for day := range 40 {
		for sku, cost := range map[string]int64{"H100": 50_000, "A100": 20_000, "egress": 100} {
			if day == 33 && sku == "A100" {
				cost *= 4
			}
			if day == 33 && sku == "H100" {
				cost += 10_000
			}
			costs = append(costs, budget.DayCost{Day: november.Start().AddDate(0, 0, day), Key: metering.Key{SKU: sku}, Cost: fen(cost)})
		}
	}
	anomalies, err := budget.Detector{}.Find(costs)
	require.NoError(t, err)
	require.Len(t, anomalies, 1)
	a := anomalies[0]
	require.Equal(t, "2026-12-04", a.Day.Format(time.DateOnly))
	require.Equal(t, []money.Money{fen(140_100), fen(70_100)}, []money.Money{a.Cost, a.Expected})
	require.Equal(t, 6.0, a.Threshold)
	require.Greater(t, a.Deviation, 6.0)
	require.Contains(t, a.Method, "median")
	require.Equal(t, []budget.Contribution{
		{Key: metering.Key{SKU: "A100"}, Cost: fen(80_000), Expected: fen(20_000)},
		{Key: metering.Key{SKU: "H100"}, Cost: fen(60_000), Expected: fen(50_000)},
	}, a.Keys)

	for _, d := range []budget.Detector{{Days: 3}, {Threshold: -1}, {Least: math.NaN()}} {
		_, err := d.Find(costs)
		require.ErrorIs(t, err, budget.ErrOptions)
	}
	_, err = budget.Detector{}.Find(append(costs, budget.DayCost{Day: november.Start(), Cost: money.MustParse("USD 1")}))
	require.ErrorAs(t, err, new(money.CurrencyMismatchError))
}

// TestDetector_Zero holds that a day that cost nothing, of no currency, is one of
// the group's, wherever it comes among the others.
func TestDetector_Zero(t *testing.T) {
	for _, free := range []int{0, 16} {
		var costs []budget.DayCost
		for day := range 34 {
			c := budget.DayCost{Day: november.Start().AddDate(0, 0, day), Cost: fen(100)}
			switch day {
			case free:
				c.Cost = money.Money{}
			case 33:
				c.Cost = fen(300)
			}
			costs = append(costs, c)
		}
		anomalies, err := budget.Detector{Days: 14}.Find(costs)
		require.NoError(t, err)
		last := anomalies[len(anomalies)-1]
		require.Equal(t, []money.Money{fen(300), fen(100)}, []money.Money{last.Cost, last.Expected})
		if free == 16 {
			require.Len(t, anomalies, 2, "a free day is odd")
			require.Equal(t, fen(0), anomalies[0].Cost)
		}
	}
}

// TestDetector_Day holds that a cost without its day is refused, and not taken for
// one of the year 1.
func TestDetector_Day(t *testing.T) {
	for _, day := range []time.Time{{}, time.Unix(-1, 0), time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC), time.Unix(1<<40, 0)} {
		_, err := budget.Detector{}.Find([]budget.DayCost{{Day: november.Start(), Cost: fen(1)}, {Day: day, Cost: fen(1)}})
		require.ErrorIs(t, err, budget.ErrPeriod)
	}
	_, err := budget.Detector{}.Find([]budget.DayCost{{Day: time.Unix(0, 0), Cost: fen(1)}, {Day: time.Date(2199, 12, 31, 23, 0, 0, 0, time.UTC), Cost: fen(1)}})
	require.NoError(t, err)
}

// TestDetector_Weekends holds what Days says of weekends: of 20 days at most 5 are
// days like a Sunday before it, and of 21 there are 6.
func TestDetector_Weekends(t *testing.T) {
	for days, want := range map[int]int{14: 0, 20: 0, 21: 1, 42: 1} {
		var costs []budget.DayCost
		for day := range 120 {
			c := budget.DayCost{Day: november.Start().AddDate(0, 0, day), Cost: fen(100)}
			if day == 91 { // a Sunday, as the first of November is
				c.Cost = fen(900)
			}
			costs = append(costs, c)
		}
		anomalies, err := budget.Detector{Days: days}.Find(costs)
		require.NoError(t, err)
		require.Len(t, anomalies, want, "%d days", days)
	}
}
