package journal_test

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/journal"
)

const (
	childVariable = "JOURNAL_CHILD" // what a child is to do, and where
	childAppends  = "append"
	childHolds    = "hold"
)

// TestChild is no test: it is what another process does.
func TestChild(t *testing.T) {
	role, dir, ok := strings.Cut(os.Getenv(childVariable), ":")
	if !ok {
		t.Skip("of the tests of processes that are killed")
	}
	j, r, err := journal.Open(dir, childOptions()...)
	if err != nil {
		fmt.Println("error", err)
		return
	}
	if role == childHolds {
		fmt.Println("open")
		select {}
	}
	var group sync.WaitGroup
	var number atomic.Int64
	number.Store(int64(r.Events))
	for writer := range 15 {
		group.Go(func() {
			r := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), uint64(writer)))
			for {
				events := []metering.Event{event(int(number.Add(1)))} // all that most have: they are gathered
				if writer < 3 {
					for range r.IntN(20) {
						events = append(events, event(int(number.Add(1))))
					}
					for range r.IntN(5) {
						events = append(events, event(1+r.IntN(int(number.Load()))))
					}
				} else if r.IntN(8) == 0 {
					events[0] = event(1 + r.IntN(int(number.Load())))
				}
				res, err := j.Append(bg, events...)
				if err != nil || len(res.Refused) > 0 {
					fmt.Println("error", res, err)
					return
				}
				var line strings.Builder
				for _, e := range events {
					line.WriteString(strings.TrimPrefix(e.ID, "req-") + " ")
				}
				fmt.Println(line.String())
				if r.IntN(20) == 0 {
					_ = j.Snapshot(bg)
				}
			}
		})
	}
	group.Wait()
}

func childOptions() []journal.Option {
	return []journal.Option{clock(), journal.WithSegmentSize(64 << 10), journal.WithPreallocation(32 << 10), journal.WithIdentitiesInMemory(2048)}
}

// child starts another process.
func child(t testing.TB, role, dir string) (*exec.Cmd, *bufio.Scanner) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestChild$")
	cmd.Env = append(os.Environ(), childVariable+"="+role+":"+dir)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	return cmd, bufio.NewScanner(out)
}

// kills kills a process that appends, again and again. Each event of which it said
// that it was there is there, once.
func kills(t testing.TB, seed uint64, cycles int) outcome {
	var out outcome
	r := rand.New(rand.NewPCG(seed, 6))
	dir := filepath.Join(t.TempDir(), "journal")
	at := map[string]uint64{} // the sequence of what was read
	for range cycles {
		out.cases++
		cmd, lines := child(t, childAppends, dir)
		// Every other time from its first word on, however slow the machine is.
		timer := time.AfterFunc(time.Duration(4+r.IntN(24))*time.Millisecond, func() { _ = cmd.Process.Kill() })
		waits := out.cases%2 == 0 && timer.Stop()
		if waits {
			timer.Reset(10 * time.Second)
		}
		said := map[string]bool{}
		for lines.Scan() {
			if waits {
				waits = false
				timer.Reset(time.Duration(r.IntN(12_000)) * time.Microsecond)
			}
			for _, id := range strings.Fields(lines.Text()) {
				if _, err := strconv.Atoi(id); err != nil {
					if lines.Text() != "PASS" {
						out.note(&out.lost, "the child says %q", lines.Text())
					}
					break
				}
				said["req-"+id] = true
			}
		}
		_ = cmd.Wait()
		timer.Stop()
		j, rec, err := journal.Open(dir, childOptions()...)
		if err != nil {
			out.note(&out.lost, "cycle %d: %v", out.cases, err)
			return out
		}
		for e, err := range j.Events(uint64(len(at) + 1)) {
			switch _, twice := at[e.Event.ID]; {
			case err != nil || e.Sequence != uint64(len(at)+1):
				out.note(&out.lost, "cycle %d: event %d after %d: %v", out.cases, e.Sequence, len(at), err)
			case twice:
				out.note(&out.doubled, "cycle %d: %s twice", out.cases, e.Event.ID)
			case !same(&e.Event, ptr(eventOf(e.Event.ID))):
				out.note(&out.undetected, "cycle %d: %s is another one", out.cases, e.Event.ID)
			}
			at[e.Event.ID] = e.Sequence
		}
		for id := range said {
			if at[id] == 0 {
				out.note(&out.lost, "cycle %d: %s was said to be there", out.cases, id)
			}
		}
		if rec.Events != uint64(len(at)) {
			out.note(&out.lost, "cycle %d: %d events of %d", out.cases, rec.Events, len(at))
		}
		if r.IntN(2) == 0 { // the next process recovers what this one does not
			err = j.Close()
		} else {
			err = errors.Join(j.Snapshot(bg), j.Close())
		}
		require.NoError(t, err)
	}
	if len(at) < cycles {
		out.note(&out.undetected, "%d events in %d cycles are too few to show anything", len(at), cycles)
	}
	t.Logf("%d events", len(at))
	return out
}

func eventOf(id string) metering.Event {
	n, _ := strconv.Atoi(strings.TrimPrefix(id, "req-"))
	return event(n)
}

func ptr[T any](v T) *T { return &v }

// opens opens a journal from many goroutines at once: one has it.
func opens(t testing.TB, _ uint64, many int) outcome {
	var out outcome
	dir := filepath.Join(t.TempDir(), "journal")
	var mu sync.Mutex
	var group sync.WaitGroup
	var holds []*journal.Journal
	start := make(chan struct{})
	for range many {
		out.cases++
		group.Go(func() {
			<-start
			j, _, err := journal.Open(dir)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				holds = append(holds, j)
			} else if !errors.Is(err, journal.ErrLocked) {
				out.note(&out.undetected, "%v", err)
			}
		})
	}
	close(start)
	group.Wait()
	if len(holds) != 1 {
		out.note(&out.undetected, "%d have it", len(holds))
	}
	for _, j := range holds {
		_ = j.Close()
	}
	return out
}

// TestTwoProcesses: who comes second is told so at once, and has the journal once
// the first was killed.
func TestTwoProcesses(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "journal")
	cmd, lines := child(t, childHolds, dir)
	require.True(t, lines.Scan())
	require.Equal(t, "open", lines.Text())
	begin := time.Now()
	_, _, err := journal.Open(dir)
	require.ErrorIs(t, err, journal.ErrLocked)
	require.Less(t, time.Since(begin), 100*time.Millisecond)
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait()
	j, r, err := journal.Open(dir)
	require.NoError(t, err)
	require.False(t, r.Created)
	require.NoError(t, j.Close())
}

// volume gives many events, 3 in 10 of them again, at any distance, over restarts.
func volume(t testing.TB, seed uint64, events int) outcome {
	var out outcome
	dir := filepath.Join(t.TempDir(), "journal")
	r := rand.New(rand.NewPCG(seed, 8))
	opts := []journal.Option{clock(), journal.WithIdentitiesInMemory(max(events/8, 1024)), journal.WithSegmentSize(8 << 20)}
	j, _, err := journal.Open(dir, opts...)
	require.NoError(t, err)
	accepted, batch := 0, make([]metering.Event, 0, 10_000)
	at := func(n int) metering.Event { return onDay(n, -(n/(events/10+1))%5) }
	for out.cases < events {
		fresh := 0
		batch = batch[:0]
		for len(batch) < cap(batch) && out.cases < events {
			n := accepted + fresh
			if n > 0 && r.IntN(10) < 3 {
				n = r.IntN(n)
			} else {
				fresh++
			}
			batch = append(batch, at(n))
			out.cases++
		}
		res, err := j.Append(bg, batch...)
		require.NoError(t, err)
		if res.Accepted != fresh || res.Duplicates != len(batch)-fresh {
			out.note(&out.doubled, "%+v, want %d accepted", res, fresh)
		}
		accepted += fresh
		if r.IntN(events/10_000/6+1) == 0 {
			require.NoError(t, j.Close())
			j, _, err = journal.Open(dir, opts...)
			require.NoError(t, err)
		}
	}
	n := 0
	for e, err := range j.Events(0) {
		require.NoError(t, err)
		if want := at(n); e.Event.ID != want.ID || e.Sequence != uint64(n+1) || !e.Event.Time.Equal(want.Time) {
			out.note(&out.lost, "event %d is %s", n, e.Event.ID)
			break
		}
		n++
	}
	if n != accepted {
		out.note(&out.lost, "%d events, want %d", n, accepted)
	}
	require.NoError(t, j.Close())
	return out
}
