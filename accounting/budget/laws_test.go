package budget_test

import (
	"flag"
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/budget"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

var (
	lawsN    = flag.Uint64("laws.n", 1_000, "cases of each law")
	lawsSeed = flag.Uint64("laws.seed", 20261126, "seed of the cases; 0 takes one from the clock and logs it")
)

// generator makes random cases.
type generator struct{ *rand.Rand }

// law runs check on random cases, the same ones again for the same seed.
func law(t *testing.T, check func(t *testing.T, g generator)) {
	t.Helper()
	t.Parallel()
	seed := *lawsSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("%d cases, -laws.seed %d", *lawsN, seed)
	for i := range *lawsN {
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

func fen(n int64) money.Money { return must(money.FromMinor(n, money.CNY)) }

var november = metering.MustPeriod("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")

func tenant(k metering.Key) string { return string(k.Account.Tenant()) }

// limits returns random ones of money by tenant.
func (g generator) limit() budget.Limit {
	l := budget.Limit{Name: "limit", Period: november, Money: fen(1 + g.Int64N(1000)), By: tenant}
	for range g.IntN(4) {
		l.Thresholds = append(l.Thresholds, decimal.New(1+g.Int64N(150), -2))
	}
	return l
}

// TestLaw_Watch_Thresholds holds that alerts come exactly when they are due.
func TestLaw_Watch_Thresholds(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		l := g.limit()
		w := must(budget.NewWatch(l))
		sums, fired := map[string]*big.Rat{}, map[string]bool{}
		for range 20 {
			who, spend := fmt.Sprint("t", g.IntN(2)), fen(g.Int64N(200)-30)
			if sums[who] == nil {
				sums[who] = new(big.Rat)
			}
			sums[who].Add(sums[who], spend.Decimal().Rat())
			want := 0
			for i, threshold := range l.Thresholds {
				due := new(big.Rat).Mul(threshold.Rat(), l.Money.Decimal().Rat())
				if key := fmt.Sprint(who, i); sums[who].Cmp(due) >= 0 && !fired[key] {
					fired[key] = true
					want++
				}
			}
			alerts := must(w.Spend(metering.Key{Account: metering.Account(who + "/x")}, november.Start(), spend))
			if len(alerts) != want {
				t.Errorf("%d alerts, want %d: %v", len(alerts), want, alerts)
			}
		}
	})
}

// TestLaw_Watch_Order holds that the order of spends plays no part in what is
// spent, and that a status is exact.
func TestLaw_Watch_Order(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		l := g.limit()
		spends := make([]money.Money, 10)
		sum := money.Money{}
		for i := range spends {
			spends[i] = fen(g.Int64N(200) - 30)
			sum = must(sum.Add(spends[i]))
		}
		var before string
		for range 2 {
			w := must(budget.NewWatch(l))
			for _, s := range spends {
				must(w.Spend(metering.Key{Account: "t"}, november.Start(), s))
			}
			half := november.Start().Add(november.Duration() / 2)
			status := must(w.Status("limit", half))[0]
			part := new(big.Rat).Quo(sum.Decimal().Rat(), l.Money.Decimal().Rat())
			if status.Spent != sum || status.Part.Cmp(part) != 0 || status.Burn.Cmp(part.Mul(part, big.NewRat(2, 1))) != 0 {
				t.Errorf("%+v of %s", status, sum)
			}
			if before != "" && before != fmt.Sprint(status) {
				t.Errorf("%v, before %s", status, before)
			}
			before = fmt.Sprint(status)
			g.Shuffle(len(spends), func(i, j int) { spends[i], spends[j] = spends[j], spends[i] })
		}
	})
}

// days is a random series of costs around a weekly pattern, which vary
// normally by a part of it.
func (g generator) days(n int, spread float64) []money.Money {
	level := 5_000 + g.Float64()*100_000
	var all []money.Money
	for day := range n {
		v := level
		if w := november.Start().AddDate(0, 0, day).Weekday(); w == time.Saturday || w == time.Sunday {
			v *= 0.4
		}
		all = append(all, fen(int64(max(0, v*(1+spread*g.NormFloat64())))))
	}
	return all
}

func costsOf(key metering.Key, days []money.Money) []budget.DayCost {
	var all []budget.DayCost
	for i, c := range days {
		all = append(all, budget.DayCost{Day: november.Start().AddDate(0, 0, i).Add(5 * time.Hour), Key: key, Cost: c})
	}
	return all
}

// TestLaw_Detector_Order holds that the order of costs plays no part.
func TestLaw_Detector_Order(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		if g.IntN(10) > 0 {
			return // it is slow
		}
		costs := append(costsOf(metering.Key{SKU: "a"}, g.days(60, 0.3)), costsOf(metering.Key{SKU: "b"}, g.days(60, 0.3))...)
		d := budget.Detector{Threshold: 2}
		before := must(d.Find(costs))
		g.Shuffle(len(costs), func(i, j int) { costs[i], costs[j] = costs[j], costs[i] })
		require.Equal(t, before, must(d.Find(costs)))
	})
}

// TestDetector_FalsePositives measures how often a day without an anomaly is
// called one: what doc.go and Find state is a bound on it.
func TestDetector_FalsePositives(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(7, 1))}
	const series, length = 300, 150
	judged, found := 0, 0
	for range series {
		anomalies := must(budget.Detector{}.Find(costsOf(metering.Key{}, g.days(length, 0.1))))
		judged += length - 42
		for _, a := range anomalies {
			if !a.Day.Before(november.Start().AddDate(0, 0, 42)) {
				found++
			}
		}
	}
	t.Logf("%d false positives in %d days, %.5f", found, judged, float64(found)/float64(judged))
	require.Less(t, float64(found)/float64(judged), 0.001)
}

// TestDetector_Injected measures how many days that cost twice as much are found.
func TestDetector_Injected(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(7, 2))}
	const series, length = 300, 90
	found := 0
	for range series {
		days := g.days(length, 0.1)
		odd := 50 + g.IntN(40)
		days[odd] = must(days[odd].Add(days[odd]))
		costs := append(costsOf(metering.Key{SKU: "odd"}, days), costsOf(metering.Key{SKU: "even"}, g.days(length, 0))...)
		for _, a := range must(budget.Detector{By: func(k metering.Key) string { return k.SKU }}.Find(costs)) {
			if a.Day.Equal(november.Start().AddDate(0, 0, odd)) && a.Group == "odd" {
				found++
				require.Equal(t, "odd", a.Keys[0].Key.SKU)
			}
		}
	}
	t.Logf("%d of %d found", found, series)
	require.GreaterOrEqual(t, found, series*95/100)
}

// TestForecast_Coverage measures how often the whole lies in the interval: as
// often as the confidence says, within what chance allows.
func TestForecast_Coverage(t *testing.T) {
	for _, method := range []budget.ForecastMethod{budget.RunRate, budget.Trend} {
		g := generator{rand.New(rand.NewPCG(7, 3))}
		const months = 2000
		within := 0
		for range months {
			passed := 4 + g.IntN(20)
			level, slope := 50_000+g.Float64()*1e6, 0.0
			if method == budget.Trend {
				slope = g.Float64() * 0.03
			}
			var days []money.Money
			whole := money.Money{}
			for day := range 30 {
				c := fen(int64(level * (1 + slope*float64(day)) * (1 + 0.1*g.NormFloat64()*0.5)))
				days, whole = append(days, c), must(whole.Add(c))
			}
			f := must(budget.NewForecast(method, days[:passed], 30-passed, 0.9))
			if must(f.Low.Cmp(whole)) <= 0 && must(whole.Cmp(f.High)) <= 0 {
				within++
			}
		}
		t.Logf("%s: %d of %d", method, within, months)
		require.InDelta(t, 0.9, float64(within)/months, 0.03, method)
	}
}
