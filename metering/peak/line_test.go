package peak_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/peak"
)

func bits(n int64) metering.Quantity { return metering.Grains(n, metering.BitRate) }

func TestLine_NoSamples(t *testing.T) {
	rules := []peak.Rule{peak.P95(), peak.Maximum(), peak.FourthPeak(), peak.Enhanced95(), peak.MonthlyTop5(),
		peak.Percentile{Of: peak.Percent(95), Missing: peak.ZeroFill, Days: peak.ValidDays}}
	p, err := peak.NewPlan(daysFrom(t, 3), rules...)
	require.NoError(t, err)
	l := p.NewLine()
	for _, r := range rules {
		_, err := l.Compute(r)
		require.ErrorIs(t, err, peak.ErrNoSamples)
	}
	// A zero is a sample, but no valid day.
	require.NoError(t, l.Add(peak.Sample{At: daysFrom(t, 3).Period.Start()}))
	for i, r := range rules {
		got, err := l.Compute(r)
		if i < 4 {
			require.NoError(t, err)
			require.Equal(t, zeroLevel, got.Level)
			continue
		}
		var none *peak.NoSamplesError
		require.ErrorAs(t, err, &none)
		require.Equal(t, 1, none.Samples)
	}
}

// TestLine_Refused: what is refused is not recorded.
func TestLine_Refused(t *testing.T) {
	s := daysFrom(t, 3)
	s.Direction = peak.SumInOut
	p, err := peak.NewPlan(s, peak.P95(), peak.Maximum())
	require.NoError(t, err)
	l := p.NewLine()
	var outside *peak.OutsideError
	var dimension *metering.DimensionError
	start, end := s.Period.Start(), s.Period.End()
	for _, at := range []time.Time{start.Add(-1), end, {}, start.AddDate(-500, 0, 0), start.AddDate(5000, 0, 0), time.Unix(math.MaxInt64, 0), time.Unix(math.MinInt64, 0)} {
		require.ErrorAs(t, l.Add(peak.Sample{At: at, In: bits(1)}), &outside)
		require.ErrorAs(t, l.AddLevels(at, []int64{1}), &outside)
	}
	require.ErrorIs(t, l.Add(peak.Sample{At: start, In: bits(-1)}), peak.ErrNegative)
	require.ErrorIs(t, l.Add(peak.Sample{At: start, Out: metering.GrainsWide(fixed.Min(), metering.BitRate)}), peak.ErrNegative)
	require.ErrorIs(t, l.Add(peak.Sample{At: start, Out: metering.GrainsWide(fixed.Max(), metering.BitRate)}), peak.ErrRange)
	require.ErrorIs(t, l.Add(peak.Sample{At: start, In: bits(math.MaxInt64), Out: bits(1)}), peak.ErrRange)
	require.ErrorAs(t, l.Add(peak.Sample{At: start, In: metering.Grains(1, metering.Bytes)}), &dimension)
	require.ErrorAs(t, l.AddLevels(end.Add(-peak.DefaultInterval), []int64{1, 2}), &outside)
	require.ErrorIs(t, l.AddLevels(start, []int64{1, -2}), peak.ErrNegative)
	require.Zero(t, l.Samples())
	require.Zero(t, l.Repeated())
	require.Zero(t, l.ExistingDays())

	require.NoError(t, l.Add(peak.Sample{At: end.Add(-1), In: bits(math.MaxInt64 - 1), Out: bits(1)}))
	got, err := l.Compute(peak.Maximum())
	require.NoError(t, err)
	q, err := got.Level.Quantity()
	require.NoError(t, err)
	require.Equal(t, bits(math.MaxInt64), q)
}

func TestLine_Direction(t *testing.T) {
	for d, want := range map[peak.Direction]int64{peak.MaxInOut: 7, peak.InOnly: 3, peak.OutOnly: 7, peak.SumInOut: 10} {
		s := daysFrom(t, 1)
		s.Direction = d
		p, err := peak.NewPlan(s, peak.Maximum())
		require.NoError(t, err)
		l := p.NewLine()
		require.NoError(t, l.Add(peak.Sample{At: s.Period.Start(), In: bits(3), Out: bits(7)}))
		got, err := l.Compute(peak.Maximum())
		require.NoError(t, err)
		level, err := peak.LevelOf(bits(want))
		require.NoError(t, err)
		require.Equal(t, level, got.Level, d)
	}
}

// TestLine_Conflict: of two levels for one interval the larger stands, whichever
// came first, and the repetition shows.
func TestLine_Conflict(t *testing.T) {
	p, err := peak.NewPlan(daysFrom(t, 1), peak.P95())
	require.NoError(t, err)
	at := daysFrom(t, 1).Period.Start()
	for _, levels := range [][]int64{{5, 9, 9}, {9, 5, 5}, {9, 9, 5}} {
		l := p.NewLine()
		for i, v := range levels {
			require.NoError(t, l.Add(peak.Sample{At: at.Add(time.Duration(i) * time.Minute), In: bits(v)}))
		}
		got, err := l.Compute(peak.P95())
		require.NoError(t, err)
		require.Equal(t, "9 bit/s", got.Level.String())
		require.Equal(t, 1, got.Points)
		require.Equal(t, uint64(2), l.Repeated())
	}
}

// TestLine_ValidDayLevels: levels of days that are not valid must not push out
// those that count, even though they come first and are larger.
func TestLine_ValidDayLevels(t *testing.T) {
	s := daysFrom(t, 10)
	s.ValidAbove = bits(1000)
	rule := peak.Percentile{Of: peak.Percent(95), Days: peak.ValidDays}
	p, err := peak.NewPlan(s, rule)
	require.NoError(t, err)
	l := p.NewLine()
	for i := range p.Intervals() {
		v := int64(900) // nine days that are never valid
		if i >= 9*288 {
			v = int64(i - 9*288)
		}
		require.NoError(t, l.AddLevels(s.Period.Start().Add(time.Duration(i)*peak.DefaultInterval), []int64{v}))
	}
	_, err = l.Compute(rule)
	require.ErrorIs(t, err, peak.ErrNoSamples)
	require.NoError(t, l.Add(peak.Sample{At: s.Period.End().Add(-1), In: bits(1001)})) // a correction of 287
	got, err := l.Compute(rule)
	require.NoError(t, err)
	require.Equal(t, "273 bit/s", got.Level.String()) // 1001, 286, 285, …: the 15th
	require.Equal(t, 288, got.Points)
}

func TestLine_NotKept(t *testing.T) {
	p, err := peak.NewPlan(daysFrom(t, 31), peak.P95())
	require.NoError(t, err)
	l := p.NewLine()
	require.NoError(t, l.AddLevels(daysFrom(t, 31).Period.Start(), make([]int64, 8928)))
	var lacks *peak.NotKeptError
	_, err = l.Compute(peak.Percentile{Of: peak.Percent(94)})
	require.ErrorAs(t, err, &lacks)
	require.Equal(t, peak.NotKeptError{Of: "period", Want: 536, Kept: 447}, *lacks)
	_, err = l.Compute(peak.Maximum())
	require.ErrorAs(t, err, &lacks)
	require.Equal(t, peak.NotKeptError{Of: "day", Want: 1}, *lacks)
	_, err = l.Compute(peak.Percentile{Of: peak.Percent(99)})
	require.NoError(t, err, "needs less than is kept")
}

func TestLine_MergePlans(t *testing.T) {
	a, err := peak.NewPlan(daysFrom(t, 3), peak.P95())
	require.NoError(t, err)
	b, err := peak.NewPlan(daysFrom(t, 4), peak.P95())
	require.NoError(t, err)
	c, err := peak.NewPlan(daysFrom(t, 3), peak.Enhanced95())
	require.NoError(t, err)
	var zero peak.Line
	for _, other := range []*peak.Line{b.NewLine(), c.NewLine(), nil, &zero} {
		require.ErrorIs(t, a.NewLine().Merge(other), peak.ErrPlan)
	}
}

// TestZeroValues: they are refused, and nothing panics.
func TestZeroValues(t *testing.T) {
	var l peak.Line
	var outside *peak.OutsideError
	require.ErrorAs(t, l.Add(peak.Sample{}), &outside)
	require.ErrorAs(t, l.AddLevels(time.Time{}, []int64{1}), &outside)
	_, err := l.Compute(peak.P95())
	require.ErrorIs(t, err, peak.ErrPlan)
	require.ErrorIs(t, l.Merge(&l), peak.ErrPlan)
	l.MarkExisting(daysFrom(t, 1).Period)
	require.Zero(t, l.Samples()+l.ValidDays()+l.ExistingDays())
	require.Empty(t, slices.Collect(l.Days()))

	var p peak.Plan
	require.ErrorAs(t, p.NewLine().Add(peak.Sample{At: time.Unix(0, 0)}), &outside)
	_, err = p.Prorate(peak.Level{}, 0)
	require.Error(t, err)
	_, err = p.Floor(peak.Commitment{})
	require.ErrorIs(t, err, peak.ErrNoSetting)
	require.Equal(t, "0", peak.Level{}.String())
	require.Equal(t, peak.Ratio{}, peak.Percent(0))
	require.Equal(t, int64(1), peak.Ratio{}.Den())
	require.Equal(t, peak.Ratio{}, peak.Percent(math.MinInt64))
}

// TestLine_Memory: a line is bounded by LineBytes, a month's bill needs less
// than 10,000 bytes of it, and a sample allocates nothing.
func TestLine_Memory(t *testing.T) {
	const lines = 100
	p := monthPlan(t, monthRules()...)
	require.LessOrEqual(t, p.LineBytes(), 10_000)
	for _, shape := range shapes {
		levels := levelsOf(p.Intervals(), shape.level)
		before := heap()
		all := make([]*peak.Line, lines)
		for i := range all {
			all[i] = p.NewLine()
			require.NoError(t, all[i].AddLevels(monthStart, levels))
		}
		perLine := int(heap()-before) / lines
		require.LessOrEqual(t, perLine, p.LineBytes()+100, shape.name)
		require.Greater(t, perLine, p.LineBytes()*3/4, "the bound is near")
		n := 0
		require.Zero(t, testing.AllocsPerRun(1000, func() {
			add(t, all[0], n, 1<<40+int64(n))
			n++
		}))
	}
}
