package metering_test

import (
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/peak"
)

// Drivers of bandwidth that is billed by its peaks.

var megabit = metering.MustUnit("Mbit/s")

// monthOf is a sampling of so many days; a day is valid above 1 kbit/s.
func monthOf(t *testing.T, days int64) peak.Sampling {
	t.Helper()
	start := time.Date(2026, time.October, 1, 0, 0, 0, 0, time.UTC)
	return peak.Sampling{
		Period: period(start, start.AddDate(0, 0, int(days))), Days: metering.Days(metering.Zone{}),
		Dimension: metering.BitRate, ValidAbove: metering.MustQuantity("1 kbit/s"),
	}
}

func planOf(t *testing.T, s peak.Sampling, rules ...peak.Rule) (*peak.Plan, []metering.Period) {
	t.Helper()
	p, err := peak.NewPlan(s, rules...)
	require.NoError(t, err)
	return p, slices.Collect(p.Days())
}

func levelOf(t *testing.T, x any) peak.Level {
	t.Helper()
	l, err := peak.LevelOf(amount(t, x, "Mbit/s"))
	require.NoError(t, err)
	return l
}

func exactRatio(r peak.Ratio) *big.Rat {
	return new(big.Rat).SetFrac(r.Num().Big(), big.NewInt(r.Den()))
}

// inMegabits is a level as an exact number of Mbit/s.
func inMegabits(l peak.Level) *big.Rat {
	return times(exactRatio(l.Grains()), ratio(1, 1e6))
}

func (in inputs) share(name string) peak.Ratio {
	in.t.Helper()
	n := in.number(name)
	r, err := peak.NewRatio(n.Num().Int64(), n.Denom().Int64())
	require.NoError(in.t, err)
	return r
}

func computed(t *testing.T, l *peak.Line, r peak.Rule) peak.Result {
	t.Helper()
	got, err := l.Compute(r)
	require.NoError(t, err)
	return got
}

func prorated(t *testing.T, p *peak.Plan, l peak.Level, days int64) peak.Level {
	t.Helper()
	got, err := p.Prorate(l, int(days))
	require.NoError(t, err)
	return got
}

// measureDailyFloor: settings follow on each other within a day; bandwidth is in
// whole Mbit/s.
func measureDailyFloor(in inputs) providerFigures {
	p, days := planOf(in.t, monthOf(in.t, 1))
	var settings []peak.Setting
	list := in.list("bandwidth_settings_in_day_mbps")
	lasts := days[0].Duration() / time.Duration(len(list))
	for i, x := range list {
		from := days[0].Start().Add(time.Duration(i) * lasts)
		settings = append(settings, peak.Setting{During: period(from, from.Add(lasts)), Level: amount(in.t, x, "Mbit/s")})
	}
	f, err := p.Floor(peak.Commitment{Share: in.share("floor_ratio"), Truncate: megabit}, settings...)
	require.NoError(in.t, err)
	return providerFigures{"daily_floor_mbps": inMegabits(f.Level)}
}

// measureMonthlyFloor takes pairs of a floor and the number of days that had it.
func measureMonthlyFloor(in inputs) providerFigures {
	var settings []peak.Setting
	var all int64
	for _, x := range in.list("daily_floors") {
		pair := x.([]any)
		n := whole(in.t, pair[1])
		s := peak.Setting{Level: amount(in.t, pair[0], "Mbit/s")}
		s.During = monthOf(in.t, all+n).Period
		s.During = period(s.During.Start().AddDate(0, 0, int(all)), s.During.End())
		settings, all = append(settings, s), all+n
	}
	p, _ := planOf(in.t, monthOf(in.t, all))
	c := peak.Commitment{Share: peak.Percent(100)}
	if in.has("rounding") {
		require.Equal(in.t, "truncate_to_integer", in.text("rounding"))
		c.Truncate = megabit
	}
	f, err := p.Floor(c, settings...)
	require.NoError(in.t, err)
	return providerFigures{"monthly_floor_mbps": inMegabits(f.Level)}
}

// measureDailyPeak: the day's level of the enhanced 95, in whole Mbit/s.
func measureDailyPeak(in inputs) providerFigures {
	rule := peak.Enhanced95()
	rule.Truncate = megabit
	p, days := planOf(in.t, monthOf(in.t, 1), rule)
	l := p.NewLine()
	for i, x := range in.list("samples_mbps") {
		s := peak.Sample{At: days[0].Start().Add(time.Duration(i) * peak.DefaultInterval), In: amount(in.t, x, "Mbit/s")}
		if i%2 == 1 { // out is as good as in
			s.In, s.Out = s.Out, s.In
		}
		require.NoError(in.t, l.Add(s))
	}
	return providerFigures{"daily_peak_mbps": inMegabits(computed(in.t, l, rule).Level)}
}

// measurePoints samples the valid days in full, in which the largest level is n,
// the next n − 1 and so on, and again once a day, with the rest filled up.
func measurePoints(in inputs) providerFigures {
	valid := in.whole(in.either("valid_days", "days"))
	month := valid
	if in.has("days_in_month") {
		month = in.whole("days_in_month")
	}
	rule := peak.P95()
	rule.Missing, rule.Days = peak.ZeroFill, peak.ValidDays
	if in.has("pct") {
		rule.Of = in.share("pct")
	}
	if in.has("drop_rounding") {
		index, known := map[string]peak.Index{"floor": peak.FloorDrop, "ceil": peak.CeilDrop, "round": peak.RoundDrop}[in.text("drop_rounding")]
		require.True(in.t, known)
		rule.Index = index
	}
	s := monthOf(in.t, month)
	s.Interval = providerDay / time.Duration(in.whole("points_per_day"))
	p, days := planOf(in.t, s, rule)

	full, sparse := p.NewLine(), p.NewLine()
	n := int(valid * in.whole("points_per_day"))
	levels := make([]int64, n)
	for i := range levels {
		levels[i] = int64(i+1) * 1e6
	}
	require.NoError(in.t, full.AddLevels(days[0].Start(), levels))
	for _, d := range days[:valid] {
		require.NoError(in.t, sparse.Add(peak.Sample{At: d.Start(), Out: megabitOf(1)}))
	}
	got := computed(in.t, full, rule)
	require.Equal(in.t, ratio(int64(n-got.Rank+1), 1), inMegabits(got.Level), "the level in that place")
	filled := computed(in.t, sparse, rule)
	require.Equal(in.t, []int{got.Days, got.Points, got.Rank}, []int{filled.Days, filled.Points, filled.Rank})

	x, err := rule.Excess(got.Points)
	require.NoError(in.t, err)
	figures := providerFigures{
		"points": ratio(int64(got.Points), 1), "drop_5pct": exactRatio(x), "drop_exact": exactRatio(x),
		"dropped": ratio(int64(got.Rank-1), 1), "billed_rank_desc_1based": ratio(int64(got.Rank), 1),
	}
	if in.has("price") {
		due := prorated(in.t, p, levelOf(in.t, in.get("peak_mbps")), valid)
		figures["fee"] = in.rounded(times(inMegabits(due), in.number("price")), "fee_dp", "fee_rounding")
	}
	return figures
}

func megabitOf(n int64) metering.Quantity { return metering.Grains(n*1e6, metering.BitRate) }

func measurePartialMonth(in inputs) providerFigures {
	p, _ := planOf(in.t, monthOf(in.t, in.whole("days_in_month")))
	return providerFigures{"billed": inMegabits(prorated(in.t, p, levelOf(in.t, in.get("p95")), in.whole("valid_days")))}
}

func measureFactor(in inputs) providerFigures {
	r, err := peak.NewRatio(in.whole("valid_days"), in.whole("days"))
	require.NoError(in.t, err)
	how, known := map[string]peak.Rounding{"half_up": peak.HalfUp, "half_even": peak.HalfEven, "down": peak.Truncate, "up": peak.Ceil}[in.text("rounding")]
	require.True(in.t, known)
	d, err := r.Decimal(int(in.whole("dp")), how)
	require.NoError(in.t, err)
	return providerFigures{"factor": d.Rat()}
}

// measureLegs: what was used counts for valid days, the floor for those on which
// the line exists, and the larger is due.
func measureLegs(in inputs) providerFigures {
	rule := peak.MonthlyTop5()
	p, days := planOf(in.t, monthOf(in.t, in.whole("days_in_month")), rule)
	l := p.NewLine()
	for i, d := range days[:in.whole("existing_days")] {
		level := metering.MustQuantity("1 kbit/s")
		if int64(i) < in.whole("valid_days") {
			level = amount(in.t, in.get("month_peak_mbps"), "Mbit/s")
		}
		require.NoError(in.t, l.Add(peak.Sample{At: d.Start(), In: level}))
	}
	used := peak.Result{Level: levelOf(in.t, 0)}
	if in.whole("valid_days") > 0 {
		used = computed(in.t, l, rule)
	}
	require.EqualValues(in.t, in.whole("valid_days"), used.Days)

	setting, c := peak.Setting{During: period(days[0].Start(), days[in.whole("existing_days")-1].End())}, peak.Commitment{Share: peak.Percent(100)}
	if in.has("cap_mbps") {
		setting.Level, c.Share = amount(in.t, in.get("cap_mbps"), "Mbit/s"), in.share("floor_ratio")
	} else {
		setting.Level = amount(in.t, in.get("floor_mbps"), "Mbit/s")
	}
	floor, err := p.Floor(c, setting)
	require.NoError(in.t, err)
	require.True(in.t, agree(in.get("floor_mbps"), inMegabits(floor.Level)))

	usageLeg, floorLeg := prorated(in.t, p, used.Level, int64(used.Days)), prorated(in.t, p, floor.Level, int64(floor.Days))
	due, err := peak.Larger(usageLeg, floorLeg)
	require.NoError(in.t, err)
	return providerFigures{"usage_leg": inMegabits(usageLeg), "floor_leg": inMegabits(floorLeg), "fee": times(inMegabits(due), in.number("price"))}
}

func measureCommitment(in inputs) providerFigures {
	l, err := peak.Commitment{Share: in.share("freeze_ratio")}.Of(amount(in.t, in.get("cap_mbps"), "Mbit/s"))
	require.NoError(in.t, err)
	return providerFigures{"committed_mbps": inMegabits(l), "frozen": times(inMegabits(l), in.number("price"), in.number("months"))}
}

// measureTop5: the daily level is the 5th largest of the day, so four samples of
// each day are above it.
func measureTop5(in inputs) providerFigures {
	rule := peak.MonthlyTop5()
	p, days := planOf(in.t, monthOf(in.t, in.whole("days_in_month")), rule)
	l := p.NewLine()
	for i, x := range in.list("daily_peaks") {
		samples := 5
		if number(in.t, x).Sign() == 0 { // such a day is not valid
			samples = 1
		}
		for more := range samples {
			level, err := amount(in.t, x, "Mbit/s").Add(megabitOf(int64(more)))
			require.NoError(in.t, err)
			require.NoError(in.t, l.Add(peak.Sample{At: days[i].Start().Add(time.Duration(7*more) * peak.DefaultInterval), Out: level}))
		}
	}
	got := computed(in.t, l, rule)
	due := prorated(in.t, p, got.Level, in.whole("valid_days"))
	return providerFigures{"month_peak": inMegabits(got.Level), "fee": times(inMegabits(due), in.number("price"))}
}
