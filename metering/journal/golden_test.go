package journal_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/journal"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

const (
	goldenJournal = "testdata/journal-1"
	goldenPlain   = 1040 // events that are made by goldenEvent; the others are in a text
)

func goldenEvent(i int) metering.Event {
	e := event(i)
	e.ID, e.Time = fmt.Sprint(i), noon.AddDate(0, 0, -3).Add(time.Duration(i))
	return e
}

// writeGolden writes a journal that has all that version 1 writes: two files of
// the log, records of events, of imported ones and of a window that moved, a secret,
// a place, a day in a file and a snapshot.
func writeGolden(t *testing.T) {
	disk, now := meteringtest.NewDisk(), noon
	j, _, err := journal.OpenFiles(disk, journal.WithClock(func() time.Time { return now }), journal.WithSegmentSize(8<<10),
		journal.WithPreallocation(0), journal.WithIdentitiesInMemory(1024), journal.WithRandom(noise{rand.New(rand.NewPCG(1, 1))}))
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(2, 2))
	var events []metering.Event
	for i := range goldenPlain {
		events = append(events, goldenEvent(i))
	}
	_, err = j.Append(bg, events...)
	require.NoError(t, err)
	require.NoError(t, j.Tend())
	for i := range 20 {
		e := journal.RandomEvent(r)
		e.Time = noon.Add(time.Duration(i) * time.Hour)
		_, err = j.Append(bg, e)
		require.NoError(t, err)
	}
	now = now.AddDate(0, 0, 1)
	require.NoError(t, j.Tend())
	_, err = j.Import(bg, journal.ID{7}, journal.Entry{Sequence: 41, Event: event(1)}, journal.Entry{Sequence: 42, Event: event(2)})
	require.NoError(t, err)
	require.NoError(t, j.Close())

	j, _, err = journal.OpenFiles(disk, journal.WithClock(func() time.Time { return now }))
	require.NoError(t, err)
	var text strings.Builder
	for e, err := range j.Events(goldenPlain + 1) {
		require.NoError(t, err)
		fmt.Fprintf(&text, "%d %s\n", e.Sequence, journal.Canonical(&e.Event))
	}
	require.NoError(t, j.Close())
	files, err := meteringtest.Contents(disk)
	require.NoError(t, err)
	require.NoError(t, os.RemoveAll(goldenJournal))
	require.NoError(t, os.MkdirAll(goldenJournal, 0o755))
	for name, data := range files {
		if name != "lock" {
			require.NoError(t, os.WriteFile(filepath.Join(goldenJournal, name), data, 0o644))
		}
	}
	require.NoError(t, os.WriteFile(goldenJournal+".txt", []byte(text.String()), 0o644))
}

func readGolden(t *testing.T) map[string][]byte {
	files := map[string][]byte{}
	names, err := fs.Glob(os.DirFS(goldenJournal), "*")
	require.NoError(t, err)
	for _, name := range names {
		files[name], err = os.ReadFile(filepath.Join(goldenJournal, name))
		require.NoError(t, err)
	}
	for _, name := range []string{"secret", "place", "000000000002.seg", "identities.snapshot", "identities-20780.day"} {
		require.NotEmpty(t, files[name], name)
	}
	return files
}

// TestGolden_Version1: a journal that version 1 wrote is read for ever, its index
// of identities included.
func TestGolden_Version1(t *testing.T) {
	if journal.UpdateGolden() {
		writeGolden(t)
	}
	j, r, err := journal.OpenFiles(diskOf(readGolden(t)), clock(), journal.WithIdentitiesInMemory(1024))
	require.NoError(t, err)
	require.True(t, r.Clean)
	require.Zero(t, r.Indexed)
	require.Empty(t, r.Rebuilt)
	require.Equal(t, journal.Day(noon)+1-journal.DefaultWindow, j.Oldest())
	require.EqualValues(t, 42, j.Imported(journal.ID{7}))
	text, err := os.Open(goldenJournal + ".txt")
	require.NoError(t, err)
	defer text.Close()
	lines := bufio.NewScanner(text)
	lines.Buffer(nil, 1<<20)
	var events []metering.Event
	for e, err := range j.Events(0) {
		require.NoError(t, err)
		got, want := fmt.Sprintf("%d %s", e.Sequence, journal.Canonical(&e.Event)), ""
		if n := len(events); n < goldenPlain {
			plain := goldenEvent(n)
			want = fmt.Sprintf("%d %s", n+1, journal.Canonical(&plain))
		} else if lines.Scan() {
			want = lines.Text()
		}
		require.Equal(t, want, got)
		events = append(events, e.Event)
	}
	require.False(t, lines.Scan())
	require.Greater(t, len(events), 1050)
	res, err := j.Append(bg, events...)
	require.NoError(t, err)
	require.Equal(t, journal.Result{Duplicates: len(events)}, res)
	require.NoError(t, j.Close())
}

// TestGolden_NewerVersion: a log of a version to come is refused, and no byte of it
// is changed.
func TestGolden_NewerVersion(t *testing.T) {
	files := readGolden(t)
	for name, data := range files {
		if strings.HasSuffix(name, ".seg") {
			binary.LittleEndian.PutUint16(data[10:], 2)
			binary.LittleEndian.PutUint32(data[60:], crc32.Checksum(data[:60], crc32.MakeTable(crc32.Castagnoli)))
		}
	}
	disk := diskOf(files)
	_, _, err := journal.OpenFiles(disk, clock())
	require.ErrorIs(t, err, journal.ErrVersion)
	after, err := meteringtest.Contents(disk)
	require.NoError(t, err)
	delete(after, "lock")
	require.Equal(t, len(files), len(after))
	for name, data := range files {
		require.True(t, bytes.Equal(data, after[name]), name)
	}
}

// TestErrors_NameNoValues: no error, whatever goes wrong, repeats a value of a
// label.
func TestErrors_NameNoValues(t *testing.T) {
	t.Parallel()
	var said []error
	disk := meteringtest.NewDisk()
	faults := meteringtest.NewFaults(disk)
	j, _, err := journal.OpenFiles(faults, clock(), journal.WithPreallocation(0))
	require.NoError(t, err)
	try := func(change func(*metering.Event)) {
		e := event(1)
		e.Labels = metering.MustLabels("team", "canary", "canary-name", "x canary")
		change(&e)
		res, err := j.Append(bg, e)
		said = append(said, err)
		for _, r := range res.Refused {
			said = append(said, r.Err)
		}
	}
	try(func(*metering.Event) {})
	try(func(e *metering.Event) { e.Time = e.Time.Add(1) })
	try(func(e *metering.Event) { e.Labels = metering.MustLabels("team", "another canary") })
	try(func(e *metering.Event) { e.Time = e.Time.AddDate(-1, 0, 0) })
	try(func(e *metering.Event) { e.Time = e.Time.AddDate(1, 0, 0) })
	try(func(e *metering.Event) { e.Time = e.Time.AddDate(300, 0, 0) })
	try(func(e *metering.Event) { e.Source = "" })
	try(func(e *metering.Event) { e.Items = nil })
	faults.Space(0)
	try(func(e *metering.Event) { e.ID = "full" })
	faults.Space(-1)
	faults.Hook(func(c meteringtest.Call) error {
		if c.Method == meteringtest.MethodSync {
			return errors.New("sync failed")
		}
		return nil
	})
	try(func(e *metering.Event) { e.ID = "poisoned" })
	said = append(said, j.Close())
	files, err := meteringtest.Contents(disk)
	require.NoError(t, err)
	for name, data := range files {
		if strings.HasSuffix(name, ".seg") {
			for at := range len(data) {
				data[at] ^= 8
				j, r, err := journal.OpenFiles(diskOf(files), clock())
				data[at] ^= 8
				said = append(append(said, err), r.Rebuilt...)
				if err == nil {
					said = append(said, j.Close())
				}
			}
		}
	}
	n := 0
	for _, err := range said {
		if err != nil {
			n++
			require.NotContains(t, err.Error(), "canary")
			require.NotContains(t, fmt.Sprintf("%+v", err), "canary")
		}
	}
	require.Greater(t, n, 50)
}
