package metering_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
)

func TestNewPeriod_Range(t *testing.T) {
	first, end := firstInstant, lastInstant.Add(1)
	whole, err := metering.NewPeriod(first, end)
	require.NoError(t, err, "the whole range")
	require.True(t, whole.Contains(first))
	require.True(t, whole.Contains(lastInstant))
	require.False(t, whole.Contains(end), "an event cannot be where no period holds it")
	require.Equal(t, end.Sub(first), whole.Duration())

	for name, at := range map[string]time.Time{
		"year 1":                 {},
		"1969":                   time.Unix(0, -1),
		"a nanosecond into 2200": end.Add(1),
		"2201":                   time.Date(2201, 1, 1, 0, 0, 0, 0, time.UTC),
		"2263, past int64":       time.Date(2263, 1, 1, 0, 0, 0, 0, time.UTC),
		"year 1677":              time.Date(1677, 1, 1, 0, 0, 0, 0, time.UTC),
		"the end of time":        time.Unix(1<<62, 0),
		"the beginning of time":  time.Unix(-1<<62, 0),
	} {
		_, err := metering.NewPeriod(at, end)
		require.ErrorIs(t, err, metering.ErrTimeRange, name)
		_, err = metering.NewPeriod(first, at)
		require.ErrorIs(t, err, metering.ErrTimeRange, name)
		require.False(t, whole.Contains(at), name)
	}
	_, err = metering.NewPeriod(end, first)
	require.ErrorIs(t, err, metering.ErrPeriod)
	empty, err := metering.NewPeriod(end, end)
	require.NoError(t, err)
	require.True(t, empty.IsZero())
}

func TestPeriod_Sets(t *testing.T) {
	p := func(from, to int) metering.Period {
		return period(firstInstant.Add(time.Duration(from)), firstInstant.Add(time.Duration(to)))
	}
	for _, tt := range []struct {
		a, b     metering.Period
		overlaps bool
		both     metering.Period
	}{
		{p(10, 20), p(15, 25), true, p(15, 20)},
		{p(10, 20), p(20, 30), false, metering.Period{}},
		{p(10, 20), p(12, 13), true, p(12, 13)},
		{p(10, 20), p(15, 15), false, metering.Period{}},
		{p(10, 20), p(30, 40), false, metering.Period{}},
	} {
		require.Equal(t, tt.overlaps, tt.a.Overlaps(tt.b))
		require.Equal(t, tt.overlaps, tt.b.Overlaps(tt.a))
		require.Equal(t, tt.both, tt.a.Intersect(tt.b))
		require.Equal(t, tt.both, tt.b.Intersect(tt.a))
	}
	require.True(t, p(10, 20).Covers(p(10, 20)))
	require.True(t, p(10, 20).Covers(p(12, 12)))
	require.False(t, p(10, 20).Covers(p(12, 21)))

	sorted := []metering.Period{p(1, 2), p(1, 3), p(2, 2), p(2, 9)}
	require.True(t, slices.IsSortedFunc(sorted, metering.Period.Compare))
	require.Zero(t, sorted[0].Compare(sorted[0]))
	require.Equal(t, 1, sorted[1].Compare(sorted[0]))
}

func TestPeriod_Text(t *testing.T) {
	for _, p := range []metering.Period{{}, metering.MustPeriod("2026-01-01T00:00:00Z", "2026-02-01T00:00:00.000000001Z"), period(firstInstant, lastInstant.Add(1))} {
		text, err := json.Marshal(p)
		require.NoError(t, err)
		back := metering.MustPeriod("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")
		require.NoError(t, json.Unmarshal(text, &back))
		require.Equal(t, p, back)
	}
	p, err := metering.ParsePeriod("2026-01-01T08:00:00+08:00/2026-01-02T00:00:00Z")
	require.NoError(t, err)
	require.Equal(t, "2026-01-01T00:00:00Z/2026-01-02T00:00:00Z", p.String())

	for in, want := range map[string]error{
		"":                      metering.ErrSyntax,
		"2026-01-01T00:00:00Z":  metering.ErrSyntax,
		"2026-01-01/2026-01-02": metering.ErrSyntax,
		"2026-01-01T00:00:00Z/2026-01-02T00:00:00Z/": metering.ErrSyntax,
		"2026-01-01T00:00:60Z/2026-01-02T00:00:00Z":  metering.ErrSyntax, // a leap second is no time of RFC 3339 in Go
		"2026-01-02T00:00:00Z/2026-01-01T00:00:00Z":  metering.ErrPeriod,
		"1969-12-31T00:00:00Z/2026-01-01T00:00:00Z":  metering.ErrTimeRange,
		"2026-01-02T00:00:00Z/9999-01-01T00:00:00Z":  metering.ErrTimeRange,
		strings.Repeat("2", 1<<20):                   metering.ErrSyntax,
	} {
		q := p
		require.ErrorIs(t, q.UnmarshalText([]byte(in)), want, "%.60q", in)
		require.Equal(t, p, q, "what is not read changes nothing")
	}
	require.Panics(t, func() { metering.MustPeriod("yesterday", "today") })
}

func TestPeriod_Windows(t *testing.T) {
	p := metering.MustPeriod("2026-01-01T00:10:00Z", "2026-01-01T00:40:00Z")
	var got []string
	for w := range p.Windows(15 * time.Minute) {
		got = append(got, w.Start().Format("15:04-")+w.End().Format("15:04"))
	}
	require.Equal(t, []string{"00:10-00:15", "00:15-00:30", "00:30-00:40"}, got)

	for range p.Windows(0) {
		t.Fatal("no width, no windows")
	}
	for range p.Windows(-time.Hour) {
		t.Fatal("no width, no windows")
	}
	// A window that ends past what an int64 of nanoseconds holds.
	late := metering.MustPeriod("2160-01-01T00:00:00Z", "2200-01-01T00:00:00Z")
	require.Equal(t, []metering.Period{late}, slices.Collect(late.Windows(5_900_000_000*time.Second)))
	for w := range p.Windows(time.Minute) { // an iteration can be left
		require.Equal(t, p.Start(), w.Start())
		break
	}
}
