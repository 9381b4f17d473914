package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/examples/internal/program"
	"github.com/meterbook/meterbook/metering/cloudevents"
	"github.com/meterbook/meterbook/metering/journal"
)

const goodLine = `{"specversion":"1.0","id":"%","source":"s","type":"com.meterbook.usage.amount.v1","subject":"acme","time":"2026-11-10T00:00:00Z","data":{"items":[{"meter":"ai.requests","quantity":"1 1"}]}}`

func good(id string) string { return strings.Replace(goodLine, "%", id, 1) }

func read(t testing.TB, text string, after int) ([]line, error) {
	t.Helper()
	s, err := openSource(context.Background(), "-", strings.NewReader(text), after)
	require.NoError(t, err)
	var lines []line
	for l := range s.lines {
		lines = append(lines, l)
	}
	return lines, s.err
}

// Each line is one event or one fault, whatever is on the others.
func TestSource_Lines(t *testing.T) {
	long := `{"specversion":"1.0","x":"` + strings.Repeat("x", maxLine) + `"}`
	lines, err := read(t, "\xef\xbb\xbf"+good("1")+"\r\n\n  \n{\"half\":\n"+long+"\n"+good("2")+"\n}\n"+good("3"), 0)
	require.NoError(t, err)
	var numbers []int
	var ids, faults []string
	for _, l := range lines {
		numbers = append(numbers, l.number)
		if l.err == nil {
			ids = append(ids, l.event.ID)
		} else {
			faults = append(faults, string(outcomeOf(l.err)))
		}
	}
	require.Equal(t, []int{1, 4, 5, 6, 7, 8}, numbers)
	require.Equal(t, []string{"1", "2", "3"}, ids)
	require.Equal(t, []string{string(notJSON), string(tooLong), string(notJSON)}, faults)

	lines, err = read(t, good("1")+"\n"+good("2")+"\n"+good("3")+"\n", 2)
	require.NoError(t, err)
	require.Len(t, lines, 1)
	require.Equal(t, 3, lines[0].number)

	_, err = read(t, " [1]", 0)
	require.ErrorContains(t, err, "JSON array")
	lines, err = read(t, "", 0)
	require.NoError(t, err)
	require.Empty(t, lines)
}

// The longest line that is taken is taken.
func TestSource_Longest(t *testing.T) {
	pad := maxLine - len(good("1"))
	lines, err := read(t, good("1")+strings.Repeat(" ", pad)+"\n"+good("2")+strings.Repeat(" ", pad+5)+"\n", 0)
	require.NoError(t, err)
	require.Len(t, lines, 2)
	require.NoError(t, lines[0].err)
	require.ErrorIs(t, lines[1].err, errLong)
}

// A mapping without a mistake: NewMapping would say so.
func TestRequests(t *testing.T) {
	m, err := requests()
	require.NoError(t, err)
	text := newSampler(1, 1000).request(0, sampleStart)
	e, err := cloudevents.Unmarshal(text, cloudevents.WithMapping(m))
	require.NoError(t, err, "%s", text)
	require.Len(t, e.Items, 2)
}

// Interrupted while it waits for input, it has recorded what it has read, and says
// how far that is.
func TestIngest_Interrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	in, feed := io.Pipe()
	defer feed.Close()
	dir := t.TempDir()
	go func() {
		_, _ = io.WriteString(feed, good("1")+"\n"+good("2")+"\nnothing\n")
		time.Sleep(15 * patience) // much longer than it waits, on a busy machine too
		cancel()
	}()
	var out bytes.Buffer
	err := run(ctx, []string{"-in", "-", "-out", dir, "-now", "2026-11-20T00:00:00Z"}, in, &out, io.Discard)
	require.ErrorIs(t, err, errInterrupted)
	require.Contains(t, out.String(), "Everything up to line 3 is acknowledged")

	name := filepath.Join(dir, "all.ndjson")
	require.NoError(t, os.WriteFile(name, []byte(good("1")+"\n"+good("2")+"\nnothing\n"+good("3")+"\n"), 0o600))
	s := summaryOf(t, "-in", name, "-out", dir, "-now", "2026-11-20T00:00:00Z")
	require.Equal(t, map[outcome]int{accepted: 1, duplicate: 2, notJSON: 1}, s.Outcomes)
}

func TestRun_Usage(t *testing.T) {
	for _, args := range [][]string{{"-batch", "0"}, {"-batch", "65537"}, {"-lang", "fr"}, {"-crash", "-relay"}, {"-crash", "-in", "-"},
		{"x"}, {"-events", "10"}, {"-kills", "-1"}, {"-now", "today"}, {"-interval", "2h"}, {"-grace", "-1s"}, {"-no"}} {
		_, err := ran(t, args...)
		require.ErrorIs(t, err, program.ErrUsage, "%v", args)
	}
	_, err := ran(t, "-in", filepath.Join(t.TempDir(), "none"), "-out", t.TempDir())
	require.ErrorIs(t, err, os.ErrNotExist)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err = run(ctx, []string{"-out", t.TempDir()}, nil, io.Discard, io.Discard)
	require.True(t, errors.Is(err, context.Canceled))
}

// What keeps a journal from being opened is told with what to do.
func TestIngest_Advice(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := summaryOf(t, "-in", os.DevNull, "-out", dir)
	require.Zero(t, s.Lines)
	rec, _, err := journal.OpenRecorder(filepath.Join(dir, "journal"))
	require.NoError(t, err)
	_, err = ran(t, "-in", os.DevNull, "-out", dir)
	require.ErrorIs(t, err, journal.ErrLocked)
	require.ErrorContains(t, err, "another process has")
	require.NoError(t, rec.Close())
	name := filepath.Join(dir, "journal", "000000000001.seg")
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	text[20] ^= 1
	require.NoError(t, os.WriteFile(name, text, 0o600))
	_, err = ran(t, "-in", os.DevNull, "-out", dir)
	require.ErrorIs(t, err, journal.ErrCorrupt)
	require.ErrorContains(t, err, "journal verify "+dir)
}

// A process whose starter is gone ends by itself.
func TestProcess_EndsWithItsStarter(t *testing.T) {
	t.Parallel()
	for _, r := range []role{roleEdge, roleBiller} {
		o := options{in: os.DevNull, batch: 1, address: filepath.Join(t.TempDir(), "address")}
		p, err := spawn(context.Background(), o.process(r, filepath.Join(t.TempDir(), "j")))
		require.NoError(t, err)
		require.NoError(t, p.stdin.Close())
		for range p.messages {
		}
		require.NoError(t, p.err, "%s: %s", r, p.stderr.String())
	}
}

// A server says nothing to who does not know the word.
func TestServer_Word(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := options{in: os.DevNull, batch: 1, address: filepath.Join(dir, "address")}
	p, err := spawn(context.Background(), o.process(roleEdge, filepath.Join(dir, "j")))
	require.NoError(t, err)
	require.True(t, (<-p.messages).Done)
	text, err := os.ReadFile(o.address)
	require.NoError(t, err)
	r, err := dial(context.Background(), o.address)
	require.NoError(t, err)
	require.False(t, r.journal.IsZero())
	require.NoError(t, r.conn.Close())
	require.NoError(t, os.WriteFile(o.address, append(bytes.TrimSpace(text), "x\n"...), 0o600))
	_, err = dial(context.Background(), o.address)
	require.Error(t, err)
	require.NoError(t, p.stdin.Close())
	for range p.messages {
	}
	require.NoError(t, p.err)
}
