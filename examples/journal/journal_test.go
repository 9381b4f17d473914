package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/examples/internal/program"
	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/cloudevents"
	"github.com/meterbook/meterbook/metering/journal"
)

func ran(t testing.TB, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	var out, complaints bytes.Buffer
	err = run(context.Background(), args, &out, &complaints)
	return out.String(), complaints.String(), err
}

// night makes the demo's journal.
func night(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "j")
	require.NoError(t, makeJournal(context.Background(), dir, 1, demoNight()))
	return dir
}

// contents is a digest of every file of a directory, and the times they were
// changed.
func contents(t testing.TB, dir string) string {
	t.Helper()
	h := sha256.New()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		info, err := e.Info()
		require.NoError(t, err)
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		fmt.Fprintf(h, "%s %v %v %d\n%s", e.Name(), info.Mode(), info.ModTime(), len(text), text)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

func verified(t testing.TB, dir string, damage bool) survey {
	t.Helper()
	before := contents(t, dir)
	out, _, err := ran(t, "verify", "-json", dir)
	if damage {
		require.ErrorIs(t, err, errDamaged, out)
	} else {
		require.NoError(t, err, out)
	}
	var s survey
	require.NoError(t, json.Unmarshal([]byte(out), &s))
	require.Equal(t, before, contents(t, dir), "nothing changes")
	text, _, _ := ran(t, "verify", dir)
	require.NotContains(t, text, "%!")
	require.Equal(t, damage, strings.Contains(text, "DAMAGED"))
	return s
}

// edit changes a file of a journal.
func edit(t testing.TB, dir, file string, change func([]byte) []byte) {
	t.Helper()
	name := filepath.Join(dir, file)
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(name, change(text), 0o600))
}

func TestVerify_Whole(t *testing.T) {
	t.Parallel()
	dir := night(t)
	s := verified(t, dir, false)
	require.Equal(t, closed, s.State)
	require.EqualValues(t, demoEvents, s.Events)
	require.EqualValues(t, []uint64{1, demoEvents}, []uint64{s.First, s.Last})
	require.Empty(t, s.Gaps)
	require.Empty(t, s.Lost)
	require.Len(t, s.Files, 4)
	var events uint64
	for i, f := range s.Files {
		require.Equal(t, whole, f.State)
		records := f.Records
		if i == 0 {
			records-- // one says what days the journal takes
		}
		require.Equal(t, records*demoBatch, f.Events)
		info, err := os.Stat(filepath.Join(dir, f.File))
		require.NoError(t, err)
		require.Equal(t, info.Size(), f.Bytes)
		events += f.Events
	}
	require.Equal(t, s.Events, events)
}

// What is done to a journal, and what is then to be said of it.
func TestVerify_Damage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		do      func(t testing.TB, dir string)
		state   string
		missing uint64
		first   uint64
		file    string // of the first gap
	}{
		{"bit", func(t testing.TB, dir string) {
			edit(t, dir, "000000000002.seg", func(b []byte) []byte { b[3401] ^= 1; return b })
		}, damaged, 8, 1, "000000000002.seg"},
		{"header", func(t testing.TB, dir string) {
			edit(t, dir, "000000000003.seg", func(b []byte) []byte { b[20] ^= 1; return b })
		}, damaged, 0, 1, "000000000003.seg"},
		{"file gone", func(t testing.TB, dir string) { require.NoError(t, os.Remove(filepath.Join(dir, "000000000002.seg"))) }, damaged, 168, 1, "000000000002.seg"},
		{"first file gone", func(t testing.TB, dir string) { require.NoError(t, os.Remove(filepath.Join(dir, "000000000001.seg"))) }, damaged, 0, 169, ""},
		{"file cut", func(t testing.TB, dir string) {
			edit(t, dir, "000000000002.seg", func(b []byte) []byte { return b[:4000] })
		}, damaged, 96, 1, "000000000002.seg"},
		{"end cut", func(t testing.TB, dir string) {
			edit(t, dir, "000000000004.seg", func(b []byte) []byte { return b[:len(b)-20] })
		}, notClosed, 0, 1, ""},
		{"index gone", func(t testing.TB, dir string) {
			require.NoError(t, os.Remove(filepath.Join(dir, "identities.snapshot")))
		}, closed, 0, 1, ""},
	} {
		dir := night(t)
		c.do(t, dir)
		s := verified(t, dir, c.state == damaged)
		require.Equal(t, c.state, s.State, c.name)
		require.Equal(t, c.missing, s.missing(), c.name)
		require.Equal(t, c.first, s.First, c.name)
		if c.file != "" {
			require.NotEmpty(t, s.Gaps, c.name)
			require.Equal(t, c.file, s.Gaps[0].File, c.name)
		}
		if c.name == "end cut" {
			require.Equal(t, "000000000004.seg", s.Torn.File)
			require.Equal(t, torn, s.Files[3].State)
		}
	}
}

// Dump prints the events that were recorded, and says where some are missing.
func TestDump(t *testing.T) {
	t.Parallel()
	dir := night(t)
	events := demoNight()
	out, _, err := ran(t, "dump", "-json", dir)
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, lines, len(events))
	for i, l := range lines {
		e, err := cloudevents.Unmarshal([]byte(l))
		require.NoError(t, err)
		require.Equal(t, events[i], e)
	}
	out, _, err = ran(t, "dump", dir, "-from", "599", "-n", "5")
	require.NoError(t, err)
	require.Equal(t, 4, strings.Count(out, "\n"))
	require.Contains(t, out, "599  2026-11-11 03:58:00  amount  aurora/vision  gateway-1 evt-0599\n          1598 {token}  ai.tokens.input  chat-large · region cn-east\n")
	out, _, err = ran(t, "dump", "-from", "601", dir)
	require.NoError(t, err)
	require.Empty(t, out)

	edit(t, dir, "000000000002.seg", func(b []byte) []byte { b[3401] ^= 1; return b })
	before := contents(t, dir)
	out, _, err = ran(t, "dump", "-from", "230", "-n", "5", dir)
	require.ErrorIs(t, err, errDamaged)
	require.Contains(t, out, "events 233 to 240 cannot be read")
	require.Equal(t, 11, strings.Count(out, "\n"))
	out, notes, err := ran(t, "dump", "-json", dir)
	require.ErrorIs(t, err, errDamaged)
	require.Equal(t, demoEvents-8, strings.Count(out, "\n"))
	require.Contains(t, notes, "events 233 to 240 cannot be read")
	out, _, err = ran(t, "dump", "-n", "3", dir)
	require.NoError(t, err, "what was asked for is whole")
	require.Equal(t, 6, strings.Count(out, "\n"))
	require.Equal(t, before, contents(t, dir))
}

// What was salvaged is what can be read, byte for byte, wherever it is written.
func TestSalvage(t *testing.T) {
	t.Parallel()
	dir := night(t)
	edit(t, dir, "000000000002.seg", func(b []byte) []byte { b[3401] ^= 1; return b })
	before := contents(t, dir)
	want, _, err := ran(t, "dump", "-json", dir)
	require.ErrorIs(t, err, errDamaged)
	to := t.TempDir()
	file, fresh := filepath.Join(to, "out.ndjson"), filepath.Join(to, "new")
	for _, out := range []string{file, fresh} {
		text, _, err := ran(t, "salvage", dir, "-out", out)
		require.ErrorIs(t, err, errDamaged)
		require.Contains(t, text, "592 events are in "+out)
		require.Contains(t, text, "1. Ask whoever sent the missing events")
		_, _, err = ran(t, "salvage", dir, "-out", out)
		require.ErrorContains(t, err, "there already")
	}
	require.Equal(t, before, contents(t, dir))
	got, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, want, string(got))
	again, _, err := ran(t, "dump", "-json", fresh)
	require.NoError(t, err)
	require.Equal(t, want, again)
	require.Equal(t, closed, verified(t, fresh, false).State)

	var s salvaged
	text, _, err := ran(t, "salvage", dir, "-json", "-out", filepath.Join(to, "third"))
	require.ErrorIs(t, err, errDamaged)
	require.NoError(t, json.Unmarshal([]byte(text), &s))
	require.EqualValues(t, 592, s.Events)
	require.Equal(t, []lostReport{{233, 240, demoStart.Add(231 * time.Minute), demoStart.Add(240 * time.Minute)}}, s.Lost)
	require.Empty(t, s.Refused)
}

// A journal of many months goes into a new one whole, though its days are long past:
// with events as late and as early as a journal takes.
func TestSalvage_LongAgo(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "j")
	start := time.Date(2021, time.January, 1, 12, 0, 0, 0, time.UTC)
	n := 0
	for _, today := range []int{0, 20, 61, 62, 200, 400} {
		clock := start.AddDate(0, 0, today)
		j, _, err := journal.Open(dir, journal.WithClock(func() time.Time { return clock }))
		require.NoError(t, err)
		for _, days := range []int{26, -35, 0, -34, 25, 26, -35} {
			n++
			e := metering.Event{Account: "acme", Source: "s", ID: fmt.Sprint(n), Time: clock.AddDate(0, 0, days), Kind: metering.Amount,
				Items: []metering.Item{{Meter: metering.Requests, Quantity: metering.Grains(1, metering.Count)}}}
			res, err := j.Append(context.Background(), e)
			require.NoError(t, err)
			require.Equal(t, 1, res.Accepted, "%v", res)
		}
		require.NoError(t, j.Close())
	}
	want, _, err := ran(t, "dump", "-json", dir)
	require.NoError(t, err)
	fresh := filepath.Join(t.TempDir(), "new")
	text, _, err := ran(t, "salvage", "-out", fresh, dir)
	require.NoError(t, err, text)
	got, _, err := ran(t, "dump", "-json", fresh)
	require.NoError(t, err)
	require.Equal(t, want, got)
	require.Equal(t, n, strings.Count(got, "\n"))
}

// The demo does what it says, whatever bit is flipped.
func TestDemo(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		for seed := 1; seed <= 2; seed++ {
			t.Run(fmt.Sprint(lang, seed), func(t *testing.T) {
				t.Parallel()
				dir := filepath.Join(t.TempDir(), "demo")
				out, _, err := ran(t, "-demo", "-seed", fmt.Sprint(seed), "-lang", lang, "-out", dir)
				require.NoError(t, err)
				w := wordsIn(lang)
				require.Contains(t, strings.ReplaceAll(out, "\n", ""), strings.ReplaceAll(w.DemoEqual, "\n", ""))
				require.NotContains(t, out, "%!")
				damage := verified(t, filepath.Join(dir, "broken"), true)
				require.EqualValues(t, demoEvents, verified(t, filepath.Join(dir, "salvaged"), false).Events)
				require.Contains(t, out, fmt.Sprintf(strings.SplitAfter(w.EventsF, "%s")[0], count(damage.Events)))
				for _, l := range strings.Split(out, "\n") {
					if !strings.HasPrefix(l, "$") && !strings.Contains(l, dir) {
						require.LessOrEqual(t, columns(l), terminalWidth, l)
					}
				}
				_, _, err = ran(t, "-demo", "-out", dir)
				require.ErrorIs(t, err, os.ErrExist, "nothing of anybody's is damaged")
			})
		}
	}
}

// A disk is a file that cannot be read in some places.
type disk struct {
	data []byte
	bad  func(from, to int64) bool
}

func (d *disk) ReadAt(b []byte, off int64) (int, error) {
	n, err := bytes.NewReader(d.data).ReadAt(b, off)
	if d.bad(off, off+int64(n)) {
		return 0, &os.PathError{Op: "read", Path: "x", Err: syscall.EIO}
	}
	return n, err
}

// What the disk refuses is a gap of whole sectors, and everything else is read.
func TestReadOnly_BadSectors(t *testing.T) {
	data := bytes.Repeat([]byte("abcdefg"), 500)
	refused := map[int64]bool{1: true, 2: true, 6: true}
	d := &disk{data, func(from, to int64) bool {
		for s := from / sector; s*sector < to; s++ {
			if refused[s] {
				return true
			}
		}
		return false
	}}
	state := &reading{ctx: context.Background(), parts: make(map[part]string)}
	f := &readOnlyFile{name: "x.seg", from: d, size: int64(len(data)), state: state}
	want := bytes.Clone(data)
	for i := range want {
		if refused[int64(i)/sector] {
			want[i] = 0xff
		}
	}
	for _, off := range []int64{0, 5, 600, 3000} {
		for _, n := range []int{1, 512, 3000, 4000} {
			b := make([]byte, n)
			got, err := f.ReadAt(b, off)
			require.Equal(t, min(n, len(data)-int(off)), got)
			if got < n {
				require.ErrorIs(t, err, io.EOF)
			} else {
				require.NoError(t, err)
			}
			require.Equal(t, want[off:int(off)+got], b[:got], "%d bytes at %d", n, off)
		}
	}
	gaps := state.gaps()
	require.Len(t, gaps, 2)
	require.Equal(t, journal.Gap{File: "x.seg", Offset: 512, Length: 1024, Reason: "the disk cannot be read: " + syscall.EIO.Error()}, gaps[0])
	require.EqualValues(t, 3072, gaps[1].Offset)
}

func TestReadOnly_Refuses(t *testing.T) {
	dir := night(t)
	files, err := openReadOnly(context.Background(), dir)
	require.NoError(t, err)
	defer files.Close()
	before := contents(t, dir)
	for _, make := range []func() error{
		func() error { _, err := files.Create("x"); return err },
		func() error { _, err := files.Edit("000000000001.seg"); return err },
		func() error { return files.Rename("000000000001.seg", "x") },
		func() error { return files.Remove("000000000001.seg") },
		files.SyncDir,
		func() error { _, err := files.Lock("lock"); return err },
	} {
		require.ErrorIs(t, make(), os.ErrPermission)
	}
	require.NoError(t, os.Symlink("/etc/passwd", filepath.Join(dir, "link.seg")))
	_, err = files.Open("link.seg")
	require.ErrorIs(t, err, journal.ErrUnsafe)
	require.NoError(t, os.Remove(filepath.Join(dir, "link.seg")))
	require.Equal(t, before, contents(t, dir))
}

func TestRun_Usage(t *testing.T) {
	for _, args := range [][]string{{"verify"}, {"mend", "x"}, {"salvage", "x"}, {"verify", "x", "y"}, {"-demo", "x"}, {"-lang", "fr", "verify", "x"}, {"-no"}} {
		_, _, err := ran(t, args...)
		require.ErrorIs(t, err, program.ErrUsage, "%v", args)
	}
	none := filepath.Join(t.TempDir(), "none")
	for _, command := range []string{"verify", "dump", "salvage"} {
		_, _, err := ran(t, command, none, "-out", none+"2")
		require.ErrorIs(t, err, os.ErrNotExist)
		_, _, err = ran(t, command, t.TempDir(), "-out", none+".ndjson")
		require.ErrorContains(t, err, "has no journal")
		require.NoDirExists(t, none, "looking makes nothing")
		require.NoFileExists(t, none+".ndjson")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, command := range []string{"verify", "dump", "salvage"} {
		err := run(ctx, []string{command, night(t), "-out", none + command}, io.Discard, io.Discard)
		require.True(t, errors.Is(err, context.Canceled), "%s: %v", command, err)
	}
}
