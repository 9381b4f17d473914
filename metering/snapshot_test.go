package metering_test

import (
	"encoding/binary"
	"flag"
	"fmt"
	"hash/crc32"
	"iter"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

func snapshot(t testing.TB, a *metering.Aggregator, source string) *metering.Snapshot {
	t.Helper()
	s, err := a.Snapshot(source)
	require.NoError(t, err)
	return s
}

func binaryOf(t testing.TB, s *metering.Snapshot) []byte {
	t.Helper()
	b, err := s.MarshalBinary()
	require.NoError(t, err)
	return b
}

func merged(t testing.TB, a, b *metering.Snapshot) *metering.Snapshot {
	t.Helper()
	m, err := a.Merge(b)
	require.NoError(t, err)
	return m
}

// sealable is a catalogue whose amounts may be late.
func sealable(t testing.TB) *metering.Catalogue {
	var meters []metering.Meter
	for m := range metering.DefaultCatalogue().All() {
		m.Late = metering.AdjustLate
		meters = append(meters, m)
	}
	c, err := metering.NewCatalogue(meters...)
	require.NoError(t, err)
	return c
}

// TestLaw_Snapshot_MachinesMergeToOne: events dealt out to machines, which seal
// when they like, and their snapshots merged in any order and more than once,
// are the bytes of one machine that had them all.
func TestLaw_Snapshot_MachinesMergeToOne(t *testing.T) {
	catalogue := sealable(t)
	law(t, func(t *testing.T, r random) {
		w := r.world(14)
		aggregator := func() *metering.Aggregator { return metering.NewAggregator(metering.WithCatalogue(catalogue)) }
		one := aggregator()
		machines := make([]*metering.Aggregator, 1+r.IntN(4))
		for i := range machines {
			machines[i] = aggregator()
		}
		snapshots := []*metering.Snapshot{new(metering.Snapshot)}
		sealing := r.chance(50)
		for _, e := range w.events {
			// A life is one machine's.
			i := int(e.Account.Tenant()[0]+e.Resource[len(e.Resource)-1]) % len(machines)
			record(t, one, e)
			record(t, machines[i], e)
			if r.chance(20) {
				snapshots = append(snapshots, snapshot(t, machines[i], fmt.Sprint("m", i)))
			}
			if sealing && r.chance(20) {
				require.NoError(t, machines[i].Seal(pick(r, w.instants...)))
			}
		}
		for i, m := range machines {
			snapshots = append(snapshots, snapshot(t, m, fmt.Sprint("m", i)))
		}
		all := func() *metering.Snapshot {
			some := append(slices.Clone(snapshots), pick(r, snapshots...))
			r.Shuffle(len(some), func(i, j int) { some[i], some[j] = some[j], some[i] })
			for len(some) > 1 {
				i := r.IntN(len(some) - 1)
				some[i] = merged(t, some[i], some[i+1])
				some = append(some[:i+1:i+1], some[i+2:]...)
			}
			return some[0]
		}
		sum, again := all(), all()
		require.Equal(t, binaryOf(t, sum), binaryOf(t, again))
		require.Equal(t, binaryOf(t, sum), binaryOf(t, merged(t, sum, sum)), "idempotent")
		// What a life held in a sealed window and what a late event says that it did
		// not leave a row of zero.
		require.Equal(t, text(t, notZero(one.Usage(w.period, metering.PerWindow()))), text(t, notZero(sum.Usage(w.period, metering.PerWindow()))))
		if !sealing { // else some of it is late
			require.Equal(t, snapshot(t, one, "one").AppendUsage(nil), sum.AppendUsage(nil))
		}

		var read metering.Snapshot
		require.NoError(t, read.UnmarshalBinary(binaryOf(t, sum)))
		require.Equal(t, binaryOf(t, sum), binaryOf(t, &read))
		require.Equal(t, text(t, sum.Usage(w.period)), text(t, read.Usage(w.period)))
	})
}

func notZero(rows iter.Seq2[metering.Usage, error]) iter.Seq2[metering.Usage, error] {
	return func(yield func(metering.Usage, error) bool) {
		for u, err := range rows {
			if (err != nil || !u.Quantity.IsZero() || !u.Estimated.IsZero()) && !yield(u, err) {
				return
			}
		}
	}
}

func TestSnapshot_Merge_Refused(t *testing.T) {
	var field *metering.FieldError
	a, b := recorded(t, tokens()), metering.NewAggregator()
	_, err := a.Snapshot("")
	require.ErrorAs(t, err, &field)
	_, err = snapshot(t, a, "a").Merge(snapshot(t, metering.NewAggregator(metering.WithWindow(metering.FullHour)), "b"))
	require.ErrorAs(t, err, &field)
	require.Equal(t, "window", field.Field)

	_, err = snapshot(t, recorded(t, tokens()), "a").Merge(snapshot(t, b, "a"))
	require.ErrorIs(t, err, metering.ErrConflict)

	full := metering.Key{Account: "acme", Meter: metering.InputTokens}
	require.NoError(t, a.AddAt(&full, eventTime, metering.GrainsWide(fixed.Max(), metering.Token)))
	require.NoError(t, b.AddAt(&full, eventTime, metering.Grains(1, metering.Token)))
	_, err = snapshot(t, a, "a").Merge(snapshot(t, b, "b"))
	require.ErrorIs(t, err, metering.ErrOverflow)
	require.ErrorContains(t, err, "window "+eventTime.Truncate(quarter).Format(time.RFC3339))

	other, err := metering.NewCatalogue(metering.Meter{ID: metering.InputTokens, Unit: metering.MustUnit("By"), Form: metering.Amounts, Aggregation: metering.Sum, Layer: metering.AI})
	require.NoError(t, err)
	bytes := metering.NewAggregator(metering.WithCatalogue(other))
	require.NoError(t, bytes.AddAt(&full, eventTime, metering.Grains(1, metering.Bytes)))
	var dimension *metering.DimensionError
	_, err = snapshot(t, b, "b").Merge(snapshot(t, bytes, "c"))
	require.ErrorAs(t, err, &dimension)

	_, err = new(metering.Snapshot).MarshalBinary()
	require.ErrorAs(t, err, &field)
	require.Empty(t, mustCollect(t, new(metering.Snapshot).Usage(eventHour)))
	require.Zero(t, new(metering.Snapshot).Window())
}

// small is a snapshot with everything in it: two sources, estimated and late
// usage, labels, several windows.
func small(t testing.TB) *metering.Snapshot {
	a := metering.NewAggregator(metering.WithCatalogue(sealable(t)))
	e := tokens()
	record(t, a, e)
	e.ID, e.Estimated, e.Time = "2", true, e.Time.Add(20*time.Minute)
	record(t, a, e)
	require.NoError(t, a.Seal(eventHour.End()))
	e.ID = "3"
	record(t, a, e)
	require.NoError(t, a.AddAt(&fullKey, eventTime, metering.GrainsWide(fixed.Int128{Hi: 1 << 40, Lo: 5}, metering.CardTime)))
	return merged(t, snapshot(t, a, "node-1"), snapshot(t, recorded(t, tokens()), "node-2"))
}

var update = flag.Bool("update", false, "write golden files anew")

// resummed returns a snapshot's bytes with checksums that are right, so that a
// fuzzer gets past them.
func resummed(b []byte) []byte {
	b = append([]byte{}, b...)
	for at := 8; len(b)-at >= 13; {
		n := binary.LittleEndian.Uint64(b[at+1:])
		if n > uint64(len(b)-at-13) {
			break
		}
		end := at + 9 + int(n)
		binary.LittleEndian.PutUint32(b[end:], crc32.Checksum(b[at:end], crc32.MakeTable(crc32.Castagnoli)))
		at = end + 4
	}
	return b
}

// TestSnapshot_Golden: version 1 is written as it always was, and read.
func TestSnapshot_Golden(t *testing.T) {
	const file = "testdata/snapshot-1.bin"
	b := binaryOf(t, small(t))
	if *update {
		require.NoError(t, os.WriteFile(file, b, 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, want, b)
}

// TestSnapshot_Damaged: each bit that flips and each byte that is missing or too
// many is found.
func TestSnapshot_Damaged(t *testing.T) {
	b := binaryOf(t, small(t))
	for i := range b {
		for bit := range 8 {
			b[i] ^= 1 << bit
			var s metering.Snapshot
			err := s.UnmarshalBinary(b)
			if i == 7 {
				require.ErrorIs(t, err, metering.ErrVersion)
			} else {
				require.ErrorIs(t, err, metering.ErrCorrupt, "bit %d of byte %d", bit, i)
			}
			require.Zero(t, s)
			b[i] ^= 1 << bit
		}
		require.ErrorIs(t, new(metering.Snapshot).UnmarshalBinary(b[:i]), metering.ErrCorrupt)
	}
	require.ErrorIs(t, new(metering.Snapshot).UnmarshalBinary(append(b, 0)), metering.ErrCorrupt)
}

// FuzzSnapshot_Binary: what can be read is what would be written.
func FuzzSnapshot_Binary(f *testing.F) {
	f.Add(binaryOf(f, small(f)))
	f.Add([]byte("mtbkuse\x01"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var s metering.Snapshot
		if s.UnmarshalBinary(resummed(b)) != nil {
			return
		}
		require.Equal(t, resummed(b), binaryOf(t, &s))
	})
}

// TestSnapshot_Sources names what was merged.
func TestSnapshot_Sources(t *testing.T) {
	var got strings.Builder
	for source, sequence := range small(t).Sources() {
		fmt.Fprint(&got, source, " ", sequence, ";")
	}
	require.Equal(t, "node-1 1;node-2 1;", got.String())
}
