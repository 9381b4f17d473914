package metering_test

import (
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

func TestSeries_AddAt_Refused(t *testing.T) {
	a := metering.NewAggregator()
	s := series(t, a, fullKey)
	one := metering.Grains(1, metering.CardTime)
	require.NoError(t, s.AddAt(eventTime, metering.GrainsWide(fixed.Max(), metering.CardTime)))
	before, counts := text(t, a.Usage(eventHour)), a.Counts()

	for _, at := range []time.Time{{}, time.Unix(0, -1), time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2263, 1, 1, 0, 0, 0, 0, time.UTC)} {
		require.ErrorIs(t, s.AddAt(at, one), metering.ErrTimeRange)
	}
	var dimension *metering.DimensionError
	require.ErrorAs(t, s.AddAt(eventTime, metering.WholeCards(1)), &dimension)
	require.Equal(t, metering.AcceleratorTime, dimension.Meter)
	require.ErrorAs(t, s.AddAt(eventTime, metering.Quantity{}), &dimension, "a zero of no dimension is what was forgotten")
	require.ErrorIs(t, s.AddAt(eventTime, metering.Grains(-1, metering.CardTime)), metering.ErrNegative)
	err := s.AddAt(eventTime, one)
	require.ErrorIs(t, err, metering.ErrOverflow)
	require.ErrorContains(t, err, "2026-03-01T09:00:00Z")

	require.Equal(t, before, text(t, a.Usage(eventHour)))
	require.Equal(t, counts, a.Counts())
	require.NoError(t, s.AddAt(eventTime.Add(time.Hour), one), "another window has room")
	require.ErrorIs(t, s.AddAt(eventTime, one), metering.ErrOverflow, "a window that is not the newest is still full")
}

// TestSeries_AddAt_NotMonotonic: a meter that says so takes negative amounts,
// from both ways in.
func TestSeries_AddAt_NotMonotonic(t *testing.T) {
	c, err := metering.NewCatalogue(pagesMeter())
	require.NoError(t, err)
	a := metering.NewAggregator(metering.WithCatalogue(c))
	s := series(t, a, metering.Key{Account: "acme", Meter: "ocr.pages"})
	require.NoError(t, s.AddAt(eventTime, metering.GrainsWide(fixed.Min(), metering.Count)))
	require.ErrorIs(t, s.AddAt(eventTime, metering.Grains(-1, metering.Count)), metering.ErrOverflow)
	e := tokens()
	e.Items = []metering.Item{{Meter: "ocr.pages", Quantity: metering.Grains(-7, metering.Count)}}
	record(t, a, e)
}

// TestLaw_Series_WindowsInAnyOrder: additions to windows in any order are kept
// as a map would keep them.
func TestLaw_Series_WindowsInAnyOrder(t *testing.T) {
	law(t, func(t *testing.T, r random) {
		a := metering.NewAggregator()
		s := series(t, a, fullKey)
		start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		want := map[int64]*big.Int{}
		windows := 1 + r.IntN(12)
		for range r.IntN(20) {
			at := start.Add(time.Duration(r.Int64N(int64(windows) * int64(15*time.Minute))))
			n := r.Int64()
			require.NoError(t, s.AddAt(at, metering.Grains(n, metering.CardTime)))
			w := at.Truncate(15 * time.Minute).UnixNano()
			if want[w] == nil {
				want[w] = new(big.Int)
			}
			want[w].Add(want[w], big.NewInt(n))
		}
		var got []int64
		for w := range period(start, start.Add(13*15*time.Minute)).Windows(15 * time.Minute) {
			for _, u := range mustCollect(t, a.Usage(w)) {
				at := w.Start().UnixNano()
				got = append(got, at)
				require.Equal(t, want[at].String(), u.Quantity.Grains().String())
			}
		}
		require.Len(t, got, len(want))
		require.True(t, slices.IsSorted(got))
	})
}
