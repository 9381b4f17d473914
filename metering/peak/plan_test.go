package peak_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/peak"
)

func TestNewPlan_Refused(t *testing.T) {
	ok := daysFrom(t, 31)
	for _, c := range []struct {
		field  string
		change func(*peak.Sampling)
	}{
		{"dimension", func(s *peak.Sampling) { s.Dimension = 0 }},
		{"direction", func(s *peak.Sampling) { s.Direction = 4 }},
		{"interval", func(s *peak.Sampling) { s.Interval = -1 }},
		{"interval", func(s *peak.Sampling) { s.Interval = 7 * time.Minute }},
		{"interval", func(s *peak.Sampling) { s.Interval = time.Second }},
		{"interval", func(s *peak.Sampling) { s.Interval = 31 * 24 * time.Hour }}, // a day cuts it
		{"period", func(s *peak.Sampling) { s.Period = metering.Period{} }},
		{"days", func(s *peak.Sampling) { s.Days = metering.Calendar{} }},
	} {
		s := ok
		c.change(&s)
		_, err := peak.NewPlan(s)
		var field *metering.FieldError
		require.ErrorAs(t, err, &field, c.field)
		require.Equal(t, c.field, field.Field)
	}
	ok.ValidAbove = bits(-1)
	_, err := peak.NewPlan(ok)
	require.ErrorIs(t, err, peak.ErrNegative)
	ok.ValidAbove = metering.Grains(1, metering.Bytes)
	var dimension *metering.DimensionError
	_, err = peak.NewPlan(ok)
	require.ErrorAs(t, err, &dimension)
}

func TestRule_Refused(t *testing.T) {
	two, err := peak.NewRatio(2, 1)
	require.NoError(t, err)
	linear := peak.Percentile{Of: peak.Percent(95), Index: peak.Interpolated}
	var none *peak.Percentile
	p, err := peak.NewPlan(daysFrom(t, 1))
	require.NoError(t, err)
	for _, r := range []peak.Rule{
		nil, none, &linear,
		peak.Percentile{}, peak.Percentile{Of: two}, peak.Percentile{Of: peak.Percent(95), Index: 4},
		peak.Percentile{Of: peak.Percent(95), Missing: 2}, peak.Percentile{Of: peak.Percent(95), Days: 2},
		peak.Daily{}, peak.Daily{Rank: -1}, peak.Daily{Rank: 1 << 17}, peak.Daily{Rank: 1, Percentile: peak.P95()},
		peak.Daily{Percentile: linear}, peak.Daily{Percentile: peak.Percentile{Of: peak.Percent(95), Days: peak.ValidDays}},
		peak.Daily{Percentile: peak.Percentile{Of: two}}, peak.Daily{Percentile: peak.Percentile{Index: peak.CeilDrop}},
		peak.Daily{Rank: 1, Fold: peak.Highest}, peak.Daily{Rank: 1, Fold: peak.Total, Top: 1},
		peak.Daily{Rank: 1, Fold: 3}, peak.Daily{Rank: 1, Top: -1},
	} {
		var field *metering.FieldError
		_, err := peak.NewPlan(daysFrom(t, 1), peak.P95(), r)
		require.ErrorAs(t, err, &field, "%+v", r)
		_, err = p.NewLine().Compute(r)
		require.ErrorAs(t, err, &field, "%+v", r)
	}
	_, err = peak.NewPlan(daysFrom(t, 1), peak.Daily{Rank: 1, Truncate: metering.MustUnit("By")})
	var dimension *metering.DimensionError
	require.ErrorAs(t, err, &dimension)
	_, err = peak.P95().Rank(0)
	require.Error(t, err)
	_, err = peak.P95().Excess(peak.MaxIntervals + 1)
	require.Error(t, err)
	_, err = peak.Percentile{}.Rank(1)
	require.Error(t, err)
}

// TestPlan_ShortDays: a day has the points that its clock gives it.
func TestPlan_ShortDays(t *testing.T) {
	filled := peak.Percentile{Of: peak.Percent(95), Missing: peak.ZeroFill}
	for month, want := range map[time.Month]int{time.March: 276, time.April: 288, time.November: 300} {
		zone := metering.MustZone("America/New_York")
		period, err := metering.Month(zone, 2026, month)
		require.NoError(t, err)
		p, err := peak.NewPlan(peak.Sampling{Period: period, Days: metering.Days(zone), Dimension: metering.BitRate}, filled)
		require.NoError(t, err)
		l := p.NewLine()
		sunday := map[time.Month]int{time.March: 8, time.April: 5, time.November: 1}[month]
		require.NoError(t, l.Add(peak.Sample{At: time.Date(2026, month, sunday, 18, 0, 0, 0, time.UTC), In: bits(1)}))
		got, err := l.Compute(filled)
		require.NoError(t, err)
		require.Equal(t, want, got.Points)
	}
}

// TestPlan_Largest: the most intervals that a period can have, all kept.
func TestPlan_Largest(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	period, err := metering.NewPeriod(start, start.Add(peak.MaxIntervals*time.Minute))
	require.NoError(t, err)
	lowest := peak.Percentile{Of: peak.Percent(1)}
	p, err := peak.NewPlan(peak.Sampling{Period: period, Days: metering.Days(metering.Zone{}), Dimension: metering.BitRate, Interval: time.Minute}, lowest)
	require.NoError(t, err)
	l := p.NewLine()
	levels := make([]int64, peak.MaxIntervals)
	for i := range levels {
		levels[i] = int64(i + 1)
	}
	require.NoError(t, l.AddLevels(start, levels))
	got, err := l.Compute(lowest)
	require.NoError(t, err)
	require.Equal(t, "656 bit/s", got.Level.String()) // the nearest rank from the smallest, ceil(655.36)
}

func TestFloor_Refused(t *testing.T) {
	p, err := peak.NewPlan(daysFrom(t, 3))
	require.NoError(t, err)
	during := daysFrom(t, 3).Period
	c := peak.Commitment{Share: peak.Percent(20)}
	_, err = p.Floor(c)
	require.ErrorIs(t, err, peak.ErrNoSetting)
	_, err = p.Floor(c, peak.Setting{During: metering.MustPeriod("2020-01-01T00:00:00Z", "2020-02-01T00:00:00Z"), Level: bits(1)})
	require.ErrorIs(t, err, peak.ErrNoSetting)
	_, err = p.Floor(c, peak.Setting{During: during, Level: bits(-1)})
	require.ErrorIs(t, err, peak.ErrNegative)
	var dimension *metering.DimensionError
	_, err = p.Floor(c, peak.Setting{During: during, Level: metering.Grains(1, metering.Bytes)})
	require.ErrorAs(t, err, &dimension)
	f, err := p.Floor(c, peak.Setting{During: during, Level: bits(1)})
	require.NoError(t, err)
	require.Equal(t, "1/5 bit/s", f.Level.String())
	_, err = f.Level.Quantity()
	require.ErrorIs(t, err, peak.ErrInexact)
	for how, want := range map[peak.Rounding]int64{peak.Truncate: 0, peak.HalfUp: 0, peak.HalfEven: 0, peak.Ceil: 1} {
		q, err := f.Level.Round(metering.MustUnit("bit/s"), how)
		require.NoError(t, err)
		require.Equal(t, bits(want), q)
	}
	_, err = f.Level.Round(metering.MustUnit("bit/s"), peak.Rounding(4))
	require.Error(t, err)
	_, err = f.Level.Round(metering.Unit{}, peak.Truncate)
	require.ErrorIs(t, err, metering.ErrUnknownUnit)
	_, err = f.Level.In(metering.MustUnit("By"), 1, peak.HalfUp)
	require.ErrorAs(t, err, &dimension)
	_, err = f.Level.In(metering.MustUnit("bit/s"), 19, peak.HalfUp)
	require.Error(t, err)
	_, err = peak.Larger(f.Level, peak.Level{})
	require.ErrorAs(t, err, &dimension)
}
