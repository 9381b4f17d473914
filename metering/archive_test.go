package metering_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
)

func archived(t testing.TB, dir string, opts ...metering.Option) *metering.Aggregator {
	t.Helper()
	a := metering.NewAggregator(append([]metering.Option{metering.WithCatalogue(sealable(t))}, opts...)...)
	require.NoError(t, a.Archive(dir))
	return a
}

// TestLaw_Archive_FilesAreMemory: whether sealed windows are in memory or in
// files, before a restart and after, every question has one answer.
func TestLaw_Archive_FilesAreMemory(t *testing.T) {
	lawOf(t, min(*lawsN, 200), func(t *testing.T, r random) {
		w := r.world(14)
		dir := t.TempDir()
		a, b := metering.NewAggregator(metering.WithCatalogue(sealable(t))), archived(t, dir)
		seal := func() {
			at := pick(r, w.instants...)
			require.NoError(t, a.Seal(at))
			require.NoError(t, b.Seal(at))
		}
		for _, e := range w.events {
			record(t, a, e)
			record(t, b, e)
			if r.chance(30) {
				seal()
			}
		}
		by := pick(r, metering.PerWindow(), metering.GroupBy(), metering.GroupBy(metering.ByTenant, metering.BySKU),
			metering.GroupByLabel("team"), metering.AcrossResources(), metering.Of("acme"), metering.ForMeters(metering.DeviceEnergy),
			metering.Where(func(k metering.Key) bool { return k.Region == "" }))
		require.Equal(t, text(t, a.Usage(w.period, by)), text(t, b.Usage(w.period, by)))
		require.Equal(t, snapshot(t, a, "x").AppendUsage(nil), snapshot(t, b, "x").AppendUsage(nil))

		require.NoError(t, a.Seal(w.period.End()))
		require.NoError(t, b.Seal(w.period.End()))
		again := archived(t, dir)
		require.Equal(t, text(t, a.Usage(w.period, by)), text(t, again.Usage(w.period, by)))
		require.Equal(t, b.Watermark(), again.Watermark())
	})
}

func TestArchive_Files(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "usage")
	a := archived(t, dir)
	e := tokens()
	record(t, a, e)
	require.NoError(t, a.Seal(eventHour.End()))
	e.ID = "late"
	record(t, a, e)
	require.NoError(t, a.Seal(eventHour.End()), "nothing is sealed")
	require.NoError(t, a.Seal(eventHour.End().Add(time.Hour)))
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 3, "two of usage, and the mark of the process")
	for _, f := range files {
		if f.Name() == "process-000001" {
			continue
		}
		info, err := f.Info()
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
		require.True(t, strings.HasPrefix(f.Name(), "usage-"), f.Name())
	}
	rows := mustCollect(t, a.Usage(eventHour, metering.ForMeters(metering.InputTokens)))
	require.Len(t, rows, 1)
	require.Equal(t, "2400 {token}", rows[0].Quantity.String())
	require.Equal(t, "1200 {token}", rows[0].Late.String())
	require.ErrorIs(t, a.Archive(dir), metering.ErrState)
}

// TestArchive_Snapshots: machines that start again count once at who merges their
// snapshots, and what was lost with a process is lost there too.
func TestArchive_Snapshots(t *testing.T) {
	dir := t.TempDir()
	var all metering.Snapshot
	send := func(a *metering.Aggregator) *metering.Snapshot {
		s := snapshot(t, a, "node-1")
		all = *merged(t, &all, s)
		return s
	}
	add := func(a *metering.Aggregator, at time.Time, n int64) {
		require.NoError(t, a.AddAt(&metering.Key{Account: "acme", Meter: metering.InputTokens}, at, metering.Grains(n, metering.Token)))
	}
	total := func() string {
		rows := mustCollect(t, all.Usage(period(eventHour.Start(), eventHour.End().Add(24*time.Hour))))
		require.Len(t, rows, 1)
		return rows[0].Quantity.String()
	}
	first := archived(t, dir)
	add(first, eventTime, 30)
	early := send(first)
	require.NoError(t, first.Seal(eventHour.End()))
	add(first, eventHour.End(), 7) // never sealed
	send(first)
	require.Equal(t, "37 {token}", total())

	second := archived(t, dir)
	add(second, eventHour.End(), 100)
	send(second)
	require.Equal(t, "130 {token}", total())
	require.NoError(t, second.Seal(eventHour.End().Add(time.Hour)))
	third := archived(t, dir)
	send(third)
	send(third)
	all = *merged(t, &all, early)
	require.Equal(t, "130 {token}", total())
	require.Equal(t, text(t, third.Usage(leaseDay)), text(t, all.Usage(leaseDay)))
}

// TestArchive_Damaged: a file that is damaged is never a shorter answer.
func TestArchive_Damaged(t *testing.T) {
	dir := t.TempDir()
	a := archived(t, dir)
	record(t, a, tokens())
	require.NoError(t, a.Seal(eventHour.End()))
	files, err := filepath.Glob(filepath.Join(dir, "*.snapshot"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	data, err := os.ReadFile(files[0])
	require.NoError(t, err)

	var field *metering.FieldError
	require.ErrorAs(t, metering.NewAggregator(metering.WithWindow(metering.FullHour)).Archive(dir), &field)
	data[len(data)/2] ^= 1
	require.NoError(t, os.WriteFile(files[0], data, 0o600))
	_, err = collect(a.Usage(eventHour))
	require.ErrorIs(t, err, metering.ErrCorrupt)
	require.ErrorContains(t, err, filepath.Base(files[0]))
	_, err = a.Snapshot("x")
	require.ErrorIs(t, err, metering.ErrCorrupt)
	require.ErrorIs(t, metering.NewAggregator().Archive(dir), metering.ErrCorrupt)

	data[len(data)/2] ^= 1
	require.NoError(t, os.WriteFile(files[0], data, 0o600))
	for _, other := range []string{"usage-000001-00000002-1969284-1969284-1969288", "usage-000002-00000001-1969284-1969284-1969288",
		"usage-000001-00000001-0-0-1969288", "usage-000001-00000001-1969284-1969284-9223372036854775807"} {
		renamed := filepath.Join(dir, other+".snapshot")
		require.NoError(t, os.Rename(files[0], renamed))
		require.ErrorIs(t, metering.NewAggregator().Archive(dir), metering.ErrCorrupt, other)
		require.NoError(t, os.Rename(renamed, files[0]))
	}
	var dimension *metering.DimensionError
	bytes, err := metering.NewCatalogue(metering.Meter{ID: metering.InputTokens, Unit: metering.MustUnit("By"), Form: metering.Amounts, Aggregation: metering.Sum, Layer: metering.AI})
	require.NoError(t, err)
	require.ErrorAs(t, metering.NewAggregator(metering.WithCatalogue(bytes)).Archive(dir), &dimension)
	require.NoError(t, metering.NewAggregator().Archive(dir))

	require.NoError(t, a.Seal(eventHour.End().Add(time.Hour)))
	require.NoError(t, os.Remove(files[0]))
	require.ErrorIs(t, metering.NewAggregator().Archive(dir), metering.ErrCorrupt, "the second file says that there is a first")
	_, err = collect(a.Usage(eventHour))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.Empty(t, mustCollect(t, a.Usage(period(eventHour.End(), eventHour.End().Add(time.Hour)))), "a file that is not needed")
}

// TestArchive_Fails: what cannot be written stays in memory, and is written
// when it can be.
func TestArchive_Fails(t *testing.T) {
	dir := t.TempDir()
	a := archived(t, dir)
	record(t, a, tokens())
	want := text(t, a.Usage(eventHour))
	// A folder where the draft would be cannot be written, not even by root.
	draft := filepath.Join(dir, "usage-000001-00000001-1969284-1969284-1969288.snapshot.draft")
	require.NoError(t, os.MkdirAll(filepath.Join(draft, "x"), 0o700))
	err := a.Seal(eventHour.End())
	require.Error(t, err)
	require.Contains(t, err.Error(), filepath.Base(draft), "the test knows the name")
	require.Equal(t, eventHour.End(), a.Watermark(), "sealed all the same")
	require.Equal(t, want, text(t, a.Usage(eventHour)))

	require.NoError(t, os.RemoveAll(draft))
	require.NoError(t, a.Seal(eventHour.End()))
	require.Equal(t, want, text(t, archived(t, dir).Usage(eventHour)))
}
