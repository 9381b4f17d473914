package journal_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/journal"
)

// batchOf returns events of requests, 10,000 of 400 tenants and 8 models.
func batchOf(from int) []metering.Event {
	events := make([]metering.Event, 10_000)
	for i := range events {
		id := uint64(from + i)
		mixed := id * 0x9e3779b97f4a7c15
		events[i] = metering.Event{Account: metering.Account(fmt.Sprintf("tenant-%04d", mixed%400)), Source: "gateway-1", ID: fmt.Sprintf("req-%016x", mixed),
			Time: noon.Add(time.Duration(id) * time.Microsecond), Kind: metering.Amount, Region: "cn-north-1",
			Items: []metering.Item{{Meter: metering.InputTokens, SKU: fmt.Sprintf("model-%d", mixed>>61), Quantity: metering.Grains(int64(1+mixed>>52), metering.Token)}}}
	}
	return events
}

// BenchmarkAppend: batches of 10,000 new events, on a disk; the time of an event.
func BenchmarkAppend(b *testing.B) {
	j, _, err := journal.Open(b.TempDir(), clock())
	require.NoError(b, err)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		b.StopTimer()
		batch := batchOf(n)
		n += len(batch)
		b.StartTimer()
		if res, err := j.Append(context.Background(), batch...); err != nil || res.Accepted != len(batch) {
			b.Fatal(res, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/event")
	b.StopTimer()
	require.NoError(b, j.Close())
}

// BenchmarkReplay: opening a recorder over a million events, with the snapshot of
// identities and without one of totals.
func BenchmarkReplay(b *testing.B) {
	dir := b.TempDir()
	j, _, err := journal.Open(dir, clock())
	require.NoError(b, err)
	for n := 0; n < 1_000_000; n += 10_000 {
		_, err := j.Append(context.Background(), batchOf(n)...)
		require.NoError(b, err)
	}
	require.NoError(b, j.Close())
	for b.Loop() {
		r, found, err := journal.OpenRecorder(dir, clock(), journal.WithCheckpoints(0))
		require.NoError(b, err)
		require.Equal(b, uint64(1_000_000), found.Replayed)
		b.StopTimer()
		require.NoError(b, r.Journal().Close())
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1e6, "ns/event")
}
