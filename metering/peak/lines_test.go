package peak_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/peak"
)

// TestLines_Refused: what is refused is recorded for no line.
func TestLines_Refused(t *testing.T) {
	s := daysFrom(t, 3)
	p, err := peak.NewPlan(s, peak.Maximum())
	require.NoError(t, err)
	var field *metering.FieldError
	for _, n := range []int{-1, peak.MaxLines + 1, math.MaxInt32} {
		_, err := p.NewLines(n)
		require.ErrorAs(t, err, &field)
	}
	lines := newLines(t, p, 2)
	var outside *peak.OutsideError
	start := s.Period.Start()
	require.ErrorAs(t, lines.AddRow(start.Add(-1), []int64{1, 2}), &outside)
	require.ErrorAs(t, lines.AddRow(s.Period.End(), []int64{1, 2}), &outside)
	for _, row := range [][]int64{nil, {1}, {1, 2, 3}} {
		require.ErrorAs(t, lines.AddRow(start, row), &field)
	}
	err = lines.AddRow(start, []int64{1, -1})
	require.ErrorIs(t, err, peak.ErrNegative)
	require.ErrorContains(t, err, "line 1: -1 grains")
	require.ErrorIs(t, lines.AddRow(start, []int64{math.MinInt64 + 1, 1}), peak.ErrNegative)
	require.NoError(t, lines.AddRow(start, []int64{peak.NoSample, math.MaxInt64}))
	require.Zero(t, lines.Line(0).Samples())
	require.Zero(t, lines.Line(0).ExistingDays())
	require.Equal(t, 1, lines.Line(1).Samples())

	for _, i := range []int{-1, 2} {
		require.Nil(t, lines.Line(i).Plan())
		require.ErrorAs(t, lines.Line(i).Add(peak.Sample{At: start}), &outside)
	}
	none := newLines(t, p, 0)
	for range 200 {
		require.NoError(t, none.AddRow(start, nil))
	}
	var zero peak.Lines
	require.ErrorAs(t, zero.AddRow(start, nil), &outside)
	require.Zero(t, zero.Len())
	require.Nil(t, zero.Line(0).Plan())
}

// TestLines_Waiting: whatever is asked first of a line, it takes in before what
// waits for it.
func TestLines_Waiting(t *testing.T) {
	p, err := peak.NewPlan(daysFrom(t, 1), peak.Maximum())
	require.NoError(t, err)
	lines, other := newLines(t, p, 1), p.NewLine()
	start := daysFrom(t, 1).Period.Start()
	l := lines.Line(0)
	for i, ask := range []func() int{
		func() int { return l.Samples() },
		func() int { return slices.Collect(l.Days())[0].Samples },
		func() int { return l.ExistingDays() },
		func() int { return l.ValidDays() },
		func() int { return int(l.Repeated()) },
		func() int { require.NoError(t, other.Merge(l)); return other.Samples() },
		func() int {
			got, err := l.Compute(peak.Maximum())
			require.NoError(t, err)
			n, _ := got.Level.Grains().Num().Int64()
			return int(n)
		},
	} {
		lines = newLines(t, p, 1)
		l = lines.Line(0)
		require.NoError(t, lines.AddRow(start, []int64{1}))
		require.NoError(t, lines.AddRow(start, []int64{1}))
		require.Equal(t, 1, ask(), i)
	}
}

// TestLines_Many: enough lines to be shared out among goroutines, each of which
// knows its own levels afterwards, waiting or taken in.
func TestLines_Many(t *testing.T) {
	p, err := peak.NewPlan(daysFrom(t, 1), peak.Maximum(), peak.P95())
	require.NoError(t, err)
	lines := newLines(t, p, 2000)
	row := make([]int64, lines.Len())
	for i := range 200 {
		for j := range row {
			row[j] = int64(i*len(row) + j + 1)
		}
		require.NoError(t, lines.AddRow(daysFrom(t, 1).Period.Start().Add(time.Duration(i)*peak.DefaultInterval), row))
	}
	for j := range row {
		for r, last := range map[peak.Rule]int{peak.Maximum(): 199, peak.P95(): 189} {
			got, err := lines.Line(j).Compute(r)
			require.NoError(t, err)
			require.Equal(t, fmt.Sprint(last*len(row)+j+1), got.Level.Grains().String())
		}
		require.Equal(t, 200, lines.Line(j).Samples())
	}
}

// TestLines_Memory: 10,000 lines are below 100 MB with rows from each day of a
// month, and do not grow with more of them. What a line keeps is allocated by
// its first level, so that a part of the month's rows will do.
func TestLines_Memory(t *testing.T) {
	const lines, step = 10_000, 31
	p := monthPlan(t, monthRules()...)
	levels := levelsOf(p.Intervals()+lines, func(_ *rand.Rand, i int) int64 { return int64(i + 1) })
	before := heap()
	all := newLines(t, p, lines)
	for i := 0; i < p.Intervals(); i += step {
		require.NoError(t, all.AddRow(monthStart.Add(time.Duration(i)*peak.DefaultInterval), levels[i:][:lines]))
	}
	kept := heap() - before
	require.LessOrEqual(t, kept, uint64(100e6))
	require.LessOrEqual(t, kept, uint64(lines*(p.LineBytes()+512)))
	require.Greater(t, kept, uint64(75e6), "the bound is near")
	runtime.KeepAlive(all)
}
