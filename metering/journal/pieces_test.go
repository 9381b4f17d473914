package journal_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/journal"
)

// TestAppend_FatBatch: a batch of far more bytes than the log takes at once is in the
// journal as a whole and in order, also where refused events are among it.
func TestAppend_FatBatch(t *testing.T) {
	var pairs []string
	for i := range metering.MaxLabels {
		pairs = append(pairs, fmt.Sprint("label-", i), strings.Repeat("x", metering.MaxLabelValueBytes))
	}
	labels := metering.MustLabels(pairs...)
	events := make([]metering.Event, 1200)
	var want, refused []int
	for i := range events {
		events[i] = metering.Event{Account: "acme", Source: "fat", ID: fmt.Sprint(i), Time: noon.Add(time.Duration(i)), Kind: metering.Amount,
			Resource: fmt.Sprint("of its own ", i), Labels: labels, Items: []metering.Item{{Meter: metering.InputTokens, Quantity: metering.Grains(1, metering.Token)}}}
		if i%400 == 7 {
			events[i].Source = ""
			refused = append(refused, i)
			continue
		}
		want = append(want, i)
	}
	for _, pieces := range []int{5000, 500} {
		j, _, err := journal.Open(t.TempDir(), clock(), journal.InPieces(pieces))
		require.NoError(t, err)
		for again := range 2 {
			res, err := j.Append(bg, events...)
			require.NoError(t, err)
			require.Equal(t, []int{len(want) * (1 - again), len(want) * again}, []int{res.Accepted, res.Duplicates})
			var got []int
			for _, r := range res.Refused {
				got = append(got, r.Index)
			}
			require.Equal(t, refused, got)
		}
		n := 0
		for e, err := range j.Events(0) {
			require.NoError(t, err)
			require.Equal(t, fmt.Sprint(want[n]), e.Event.ID)
			require.EqualValues(t, n+1, e.Sequence)
			n++
		}
		require.Len(t, want, n)
		require.NoError(t, j.Close())
	}
}

// TestAppend_Pieces: whatever the pieces, what becomes of a batch is the same:
// sequences follow the order of events, the first of an identity counts, and others are
// duplicates or conflicts.
func TestAppend_Pieces(t *testing.T) {
	events := batchOf(0)[:3000]
	for i := 500; i < len(events); i += 7 {
		events[i] = events[i-500] // which may be a duplicate itself
		if i%2 == 0 {
			events[i].Region = "elsewhere"
		}
		if i%3 == 0 {
			events[i].Time = noon.AddDate(0, 0, -90)
		}
	}
	var first journal.Result
	var texts []string
	for _, pieces := range []int{5000, 1000, 300, 7} {
		j, _, err := journal.Open(t.TempDir(), clock(), journal.InPieces(pieces))
		require.NoError(t, err)
		res, err := j.Append(bg, events...)
		require.NoError(t, err)
		var got []string
		for e, err := range j.Events(0) {
			require.NoError(t, err)
			got = append(got, journal.Canonical(&e.Event))
		}
		if texts == nil {
			first, texts = res, got
			require.NotZero(t, res.Duplicates)
			require.NotEmpty(t, res.Refused)
		}
		require.Equal(t, texts, got)
		require.Equal(t, first.Accepted, res.Accepted)
		require.Equal(t, first.Duplicates, res.Duplicates)
		require.Len(t, res.Refused, len(first.Refused))
		for i := range res.Refused {
			require.Equal(t, first.Refused[i].Index, res.Refused[i].Index)
			require.Equal(t, first.Refused[i].Err.Error(), res.Refused[i].Err.Error())
		}
		require.NoError(t, j.Close())
	}
}
