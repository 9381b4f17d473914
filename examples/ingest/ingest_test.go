package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMain is this program where a test has started it as a child.
func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func ran(t testing.TB, args ...string) (string, error) {
	t.Helper()
	var out, complaints bytes.Buffer
	err := run(context.Background(), args, strings.NewReader(""), &out, &complaints)
	if err != nil {
		t.Log(complaints.String())
	}
	return out.String(), err
}

func summaryOf(t testing.TB, args ...string) summary {
	t.Helper()
	out, err := ran(t, append(args, "-json")...)
	require.NoError(t, err)
	var s summary
	require.NoError(t, json.Unmarshal([]byte(out), &s), out)
	return s
}

// An oracle sums the sample up from its text, with encoding/json and integers, for
// the meters whose events are amounts.
type oracle struct {
	counted map[string]bool
	sums    map[string]int64
}

func (o *oracle) line(t testing.TB, text []byte) {
	var e struct {
		ID, Source, Subject, Type string
		Data                      struct {
			Usage struct {
				Prompt     int64 `json:"prompt_tokens"`
				Completion int64 `json:"completion_tokens"`
			}
			Items []struct{ Meter, Quantity string }
		}
	}
	require.NoError(t, json.Unmarshal(text, &e))
	id := strings.Split(e.Subject, "/")[0] + "\n" + e.Source + "\n" + e.ID
	if o.counted[id] {
		return
	}
	o.counted[id] = true
	o.sums["ai.tokens.input"] += e.Data.Usage.Prompt
	o.sums["ai.tokens.output"] += e.Data.Usage.Completion
	for _, it := range e.Data.Items {
		if number, unit, _ := strings.Cut(it.Quantity, " "); unit == "{token}" || unit == "By" {
			grains, err := strconv.ParseInt(number, 10, 64)
			require.NoError(t, err)
			o.sums[it.Meter] += grains
		}
	}
}

// Every line becomes what the sampler means it to be, and what is counted is what
// another reader of the same text adds up.
func TestIngest_Figures(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := summaryOf(t, "-seed", "7", "-events", "4000", "-batch", "200", "-out", dir)
	text, err := os.ReadFile(filepath.Join(dir, "sample.ndjson"))
	require.NoError(t, err)
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	require.Len(t, lines, 4000)

	plan, o := planned(t, 7, lines)
	require.Equal(t, plan, s.Outcomes)
	require.Greater(t, len(s.Outcomes), 10)
	require.Equal(t, 4000, s.Lines)
	require.EqualValues(t, plan[accepted], s.Events)
	require.Len(t, s.Examples, len(plan)-2, "of all but accepted and duplicate")
	for _, u := range s.Meters {
		if want, ok := o.sums[string(u.Meter)]; ok {
			got, fits := u.Quantity.Grains().Int64()
			require.True(t, fits)
			require.Equal(t, want, got, u.Meter)
		} else {
			require.EqualValues(t, "compute.accelerator.time", u.Meter)
			require.Positive(t, u.Late.Sign(), "some were late and counted")
		}
	}
	require.Len(t, s.Meters, 4)
	require.Len(t, s.Tenants, 20)
}

func planned(t testing.TB, seed uint64, lines [][]byte) (map[outcome]int, *oracle) {
	o := &oracle{counted: make(map[string]bool), sums: make(map[string]int64)}
	plan := make(map[outcome]int)
	r := newSampler(seed, len(lines))
	for i := range lines {
		text, as, err := r.line(i)
		require.NoError(t, err)
		plan[as]++
		require.Equal(t, string(text), string(lines[i]))
		if as == accepted {
			o.line(t, text)
		}
	}
	return plan, o
}

// Sent again, everything is a duplicate, and nothing changes.
func TestIngest_Again(t *testing.T) {
	t.Parallel()
	args := []string{"-events", "2000", "-out", t.TempDir()}
	first := summaryOf(t, args...)
	again := summaryOf(t, args...)
	require.Equal(t, first.Meters, again.Meters)
	require.Equal(t, first.Tenants, again.Tenants)
	require.Equal(t, first.Events, again.Events)
	require.Equal(t, first.Outcomes[accepted]+first.Outcomes[duplicate], again.Outcomes[duplicate])
	first.Outcomes[duplicate] = again.Outcomes[duplicate]
	delete(first.Outcomes, accepted)
	require.Equal(t, first.Outcomes, again.Outcomes)
}

// With -interval and other batches the same is counted.
func TestIngest_Modes(t *testing.T) {
	t.Parallel()
	want := summaryOf(t, "-events", "1500", "-grace", "0", "-out", t.TempDir())
	for _, args := range [][]string{{"-batch", "1500"}, {"-batch", "100", "-interval", "50ms"}} {
		got := summaryOf(t, append(args, "-events", "1500", "-grace", "0", "-out", t.TempDir())...)
		require.Equal(t, want.Outcomes, got.Outcomes)
		require.Equal(t, want.Meters, got.Meters)
	}
}

func TestCrash(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := summaryOf(t, "-crash", "-events", "3000", "-batch", "100", "-kills", "3", "-out", dir)
	require.True(t, *s.Equal)
	require.Len(t, s.Runs, 1)
	r := s.Runs[0]
	require.Positive(t, r.Kills)
	require.Zero(t, r.Lost)
	require.Equal(t, s.EventsDigest, r.EventsDigest)
	require.Equal(t, s.UsageDigest, r.UsageDigest)
	require.Equal(t, s.Meters, r.Meters, "late parts, too")
	require.Equal(t, s.Outcomes[accepted]+s.Outcomes[duplicate], r.Outcomes[accepted]+r.Outcomes[duplicate])

	_, err := ran(t, "-crash", "-events", "4000", "-out", dir)
	require.ErrorContains(t, err, "not empty")
}

func TestRelay(t *testing.T) {
	t.Parallel()
	s := summaryOf(t, "-relay", "-events", "3000", "-batch", "100", "-kills", "2", "-out", t.TempDir())
	require.True(t, *s.Equal)
	require.Len(t, s.Runs, 2)
	for _, r := range s.Runs {
		require.Positive(t, r.Kills)
		require.Zero(t, r.Lost)
		require.Zero(t, r.Doubled)
		require.Equal(t, s.EventsDigest, r.EventsDigest)
		require.Equal(t, s.UsageDigest, r.UsageDigest)
	}
	require.NotEqual(t, s.Runs[0].Journal, s.Runs[1].Journal)
}

// A comparison that finds anything is not equal.
func TestComparison_Differs(t *testing.T) {
	w := &job{options: options{events: 1000}, w: english(), stdout: io.Discard, dir: t.TempDir()}
	made := func() *comparison {
		sum := func() *totals { return &totals{Events: 3, EventsDigest: "aaaaaaaaaaaa", UsageDigest: "bbbbbbbbbbbb"} }
		clean, told := newTally(), newTally()
		clean.add(map[outcome]int{accepted: 3, conflict: 1})
		told.add(map[outcome]int{accepted: 2, duplicate: 1, conflict: 1})
		return &comparison{clean: &record{ingester: &ingester{tally: clean}, totals: sum()}, tally: told, runs: []killedRun{{name: "killed", totals: sum()}}}
	}
	require.True(t, made().equal())
	require.NoError(t, w.showComparison(made()))
	for name, change := range map[string]func(*comparison){
		"lost":          func(c *comparison) { c.runs[0].missing = 1 },
		"doubled":       func(c *comparison) { c.runs[0].totals.Doubled = 1 },
		"events":        func(c *comparison) { c.runs[0].totals.Events = 4 },
		"bodies":        func(c *comparison) { c.runs[0].totals.EventsDigest = "cccccccccccc" },
		"sums":          func(c *comparison) { c.runs[0].totals.UsageDigest = "cccccccccccc" },
		"rejected":      func(c *comparison) { c.tally.Counts[conflict] = 0; c.tally.Counts[duplicate]++ },
		"other reason":  func(c *comparison) { delete(c.tally.Counts, conflict); c.tally.Counts[late] = 1 },
		"untold":        func(c *comparison) { c.tally.Counts[accepted]-- },
		"acknowledged?": func(c *comparison) { c.tally.Counts[accepted]++ },
	} {
		c := made()
		change(c)
		require.False(t, c.equal(), name)
		require.ErrorIs(t, w.showComparison(c), errUnequal, name)
	}
}
