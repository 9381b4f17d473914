package segment

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A scenario appends in steps of 1 to 4 records, over several segments, reads,
// closes and opens again, and notes what became of each step. Records that
// failed are written again, as the journal's users would.
type scenario struct {
	m     *memory
	opts  Options
	acked uint64 // every record up to here is acknowledged
	maybe uint64 // and up to here may be there or not
	err   error  // the last one
	log   *Log
	held  bool // every other step is of batches that share a sync
}

func (s *scenario) open() bool {
	l, r, err := Open(s.m, s.opts)
	if err != nil {
		s.err = err
		return false
	}
	if r.Last < s.acked || r.Last > max(s.maybe, s.acked) {
		panic(fmt.Sprintf("recovered %d, acknowledged %d, perhaps %d", r.Last, s.acked, s.maybe))
	}
	s.log, s.acked, s.maybe = l, r.Last, r.Last
	return true
}

func (s *scenario) step(n int) {
	if s.log == nil && !s.open() {
		return
	}
	ticket, err := stage(s.log, n)
	if err == nil {
		if ticket.First != s.acked+1 {
			panic(fmt.Sprintf("sequence %d after %d", ticket.First, s.acked))
		}
		if err = ticket.Wait(bg); err == nil {
			s.acked += uint64(n)
			s.maybe = s.acked
			return
		}
	}
	s.err = err
	if errors.Is(err, ErrPoisoned) {
		s.maybe = max(s.maybe, s.acked+uint64(n))
		if s.log.Close() == nil {
			panic("a poisoned log closes without an error")
		}
		s.log = nil
	}
}

// heldStep is a step of batches of one record each, which are written one by one and
// synced together.
func (s *scenario) heldStep(n int) {
	if s.log == nil && !s.open() {
		return
	}
	var tickets []Ticket
	s.log.Hold()
	for range n {
		ticket, err := stage(s.log, 1)
		if err != nil {
			s.err = err
			break
		}
		tickets = append(tickets, ticket)
		writtenAhead(s.log)
	}
	s.log.Release()
	for _, ticket := range tickets {
		err := ticket.Wait(bg)
		if err == nil {
			if ticket.First != s.acked+1 {
				panic(fmt.Sprintf("sequence %d after %d", ticket.First, s.acked))
			}
			s.acked++
			continue
		}
		s.err = err
	}
	s.maybe = s.acked
	if errors.Is(s.err, ErrPoisoned) && s.log.Err() != nil {
		s.maybe += uint64(n)
		if s.log.Close() == nil {
			panic("a poisoned log closes without an error")
		}
		s.log = nil
	}
}

// writtenAhead waits until what is staged is written, or cannot be: every other time by
// the log's own goroutine.
func writtenAhead(l *Log) {
	if l.Durable()%2 == 0 {
		l.Advance(bg)
	} else {
		l.nudge()
	}
	for start := time.Now(); time.Since(start) < time.Second; runtime.Gosched() {
		l.mu.Lock()
		g := l.group
		done := l.err != nil || l.inflight != nil || g.records == 0 || g.rotate || g.written == len(g.buf)
		l.mu.Unlock()
		if done {
			return
		}
	}
	panic("nothing is written while syncs are held")
}

func (s *scenario) close() {
	if s.log == nil {
		return
	}
	if err := s.log.Close(); err != nil {
		s.err = err
	}
	s.log = nil
}

func (s *scenario) run() {
	for i := range 24 {
		if s.held && i%2 == 0 {
			s.heldStep(1 + i%4)
		} else {
			s.step(1 + i%4)
		}
		if i == 12 {
			s.close()
		}
	}
	s.close()
}

// holding returns options with which batches that share a sync are written at once.
func holding(o Options) Options {
	o.Ahead = 1
	return o
}

func tiny() Options { return Options{SegmentSize: minSegment, Preallocate: 1 << 10, ID: fixed} }

// newScenario begins so near the end of a segment that a few steps pass it.
func newScenario(t testing.TB, opts Options, converts bool) *scenario {
	m := newMemory()
	m.converts = converts
	l, _ := open(t, m, opts)
	add(t, l, 30)
	require.NoError(t, l.Close())
	return &scenario{m: m, opts: opts, acked: 30, maybe: 30, held: opts.Ahead > 0}
}

type inject struct {
	err    error
	short  int
	sticky bool
}

// after fails the n-th call, and the later ones if it sticks.
func (i inject) after(n int) func(int, string, string) (int, error) {
	return func(call int, op, _ string) (int, error) {
		if call < n || call > n && !i.sticky {
			return 0, nil
		}
		if i.short > 0 && op == "write" {
			return i.short, i.err
		}
		return 0, i.err
	}
}

func TestLaw_Fault_NothingAckedIsLost(t *testing.T) {
	growing := Options{SegmentSize: minSegment, Preallocate: -1, ID: fixed}
	for i, opts := range []Options{tiny(), growing, holding(tiny()), holding(growing), tiny(), holding(tiny())} {
		converts := i > 3
		clean := newScenario(t, opts, converts)
		clean.m.calls = 0
		clean.run()
		calls := clean.m.calls
		require.Equal(t, uint64(90), clean.acked)
		step := 1
		if raceEnabled && !*full {
			step = 7
		}
		rng := random(t)
		for _, in := range []inject{
			{err: syscall.EIO}, {err: syscall.EIO, sticky: true},
			{err: syscall.ENOSPC}, {err: syscall.ENOSPC, sticky: true},
			{err: syscall.EROFS}, {err: syscall.EROFS, sticky: true},
			{err: syscall.ENOSPC, short: 50}, {err: syscall.EIO, short: 200, sticky: true},
		} {
			for n := 1; n <= calls; n += step {
				s := newScenario(t, opts, converts)
				s.m.calls = 0
				s.m.fault = in.after(n)
				start := time.Now()
				s.run()
				if d := time.Since(start); d > time.Second {
					t.Fatalf("call %d %+v: took %v", n, in, d)
				}
				if s.err != nil && !errors.Is(s.err, in.err) && !errors.Is(s.err, ErrPoisoned) {
					t.Fatalf("call %d %+v: %v", n, in, s.err)
				}
				if in.err == syscall.ENOSPC && s.err != nil && !errors.Is(s.err, ErrNoSpace) && !errors.Is(s.err, ErrPoisoned) {
					t.Fatalf("call %d %+v: %v", n, in, s.err)
				}
				s.m.fault = nil
				for _, m := range []*memory{s.m.crash(rng, 0), s.m.crash(rng, 50), s.m.kill()} {
					after(t, s, m, fmt.Sprintf("call %d %+v", n, in))
				}
			}
		}
		t.Logf("%d calls", calls)
	}
}

// after opens what a fault left and holds it to what was acknowledged.
func after(t *testing.T, s *scenario, m *memory, what string) {
	l, r, err := Open(m, s.opts)
	if err != nil || r.Last < s.acked || r.Last > s.maybe {
		t.Fatalf("%s: recovered %d, acknowledged %d, perhaps %d: %v", what, r.Last, s.acked, s.maybe, err)
	}
	add(t, l, 3)
	require.NoError(t, l.Sync(bg))
	if n, err := check(l); err != nil || n != r.Last+3 {
		t.Fatalf("%s: %d of %d: %v", what, n, r.Last+3, err)
	}
	require.NoError(t, l.Close())
}

// Power fails at any call, with some of what was not synced on disk, and once
// more while it is recovered.
func TestLaw_Crash_NothingAckedIsLost(t *testing.T) {
	rng := random(t)
	down := errors.New("power failure")
	for n := range *cases {
		opts := tiny()
		if n%2 == 1 {
			opts.Preallocate = -1
		}
		if n%4 > 1 {
			opts = holding(opts)
		}
		s := newScenario(t, opts, n%8 > 3)
		for range 3 {
			s.m.calls = 0
			s.m.fault = inject{err: down, sticky: true, short: rng.IntN(300)}.after(1 + rng.IntN(200))
			s.run()
			s.m.fault = nil
			maybe := s.maybe
			percent := []int{0, 25, 50, 75, 100}[rng.IntN(5)]
			s = &scenario{m: s.m.crash(rng, percent), opts: opts, acked: s.acked, maybe: max(maybe, s.acked+4), held: s.held}
		}
		after(t, s, s.m, fmt.Sprintf("case %d", n))
	}
}

// The first failed Sync ends a log; what it did not make durable is written
// again by the next Open before it is called recovered.
func TestLog_PoisonedByFailedSync(t *testing.T) {
	m := newMemory()
	l, _ := open(t, m, one())
	add(t, l, 5)
	syncs := 0
	m.mu.Lock()
	m.fault = func(_ int, op, _ string) (int, error) {
		if op == "sync" {
			syncs++
			return 0, syscall.EIO
		}
		return 0, nil
	}
	m.mu.Unlock()
	ticket, err := stage(l, 5)
	require.NoError(t, err)
	err = ticket.Wait(bg)
	require.ErrorIs(t, err, ErrPoisoned)
	require.ErrorIs(t, err, syscall.EIO)
	_, err = stage(l, 1)
	require.ErrorIs(t, err, ErrPoisoned)
	require.ErrorIs(t, l.Err(), ErrPoisoned)
	require.ErrorIs(t, l.Sync(bg), ErrPoisoned)
	require.ErrorIs(t, l.WaitPast(bg, 5), ErrPoisoned)
	_, err = l.Drop(bg, 1)
	require.ErrorIs(t, err, ErrPoisoned)
	require.ErrorIs(t, l.Close(), ErrPoisoned)
	require.Equal(t, 1, syncs, "a Sync that failed is not tried again")
	m.fault = nil

	rng := random(t)
	_, r := open(t, m.crash(rng, 100), one())
	require.Equal(t, uint64(5), r.Last, "the failed Sync dropped the group from the way to the disk")
	l, r = open(t, m, one())
	require.Equal(t, uint64(10), r.Last, "and yet it can be read")
	require.Positive(t, r.Again)
	_, r = open(t, m.crash(rng, 0), one())
	require.Equal(t, uint64(10), r.Last, "until Open had written it again")
	require.NoError(t, l.Close())
}

// A full disk at every byte of a batch: the batch fails whole, the log stays
// usable, and nothing of the batch comes up later.
func TestLog_DiskFull(t *testing.T) {
	for _, prealloc := range []int64{-1, 512} {
		opts := one()
		opts.Preallocate = prealloc
		for short := 0; short < 900; short += 1 + 6*quick(0, 1) {
			m := newMemory()
			l, _ := open(t, m, opts)
			add(t, l, 3)
			m.mu.Lock()
			m.fault = func(_ int, op, _ string) (int, error) {
				if op == "write" || op == "truncate" && prealloc > 0 && short%2 == 0 {
					return short, errFull
				}
				return 0, nil
			}
			if prealloc > 0 && short%2 == 0 {
				m.fault = nil
				m.room = int64(len(m.names[segmentName(1)].data))
			}
			m.mu.Unlock()
			ticket, err := stage(l, 40)
			require.NoError(t, err)
			err = ticket.Wait(bg)
			if errors.Is(err, ErrPoisoned) || !errors.Is(err, ErrNoSpace) {
				t.Fatalf("short %d, preallocate %d: %v", short, prealloc, err)
			}
			left, r := open(t, m.crash(rand.New(rand.NewPCG(1, 1)), 0), opts)
			require.Equal(t, uint64(3), r.Last)
			require.NoError(t, left.Close())
			m.mu.Lock()
			m.fault, m.room = nil, 0
			m.mu.Unlock()
			_, err = l.Stage(func(b *Batch) error {
				require.Equal(t, uint64(4), b.First(), "sequences go back")
				_, err := b.Append([]byte(text(4)))
				return err
			})
			require.NoError(t, err)
			add(t, l, 9)
			require3(t, l, 13)
			require.NoError(t, l.Close())
			l, r = open(t, m, opts)
			require.True(t, r.Clean)
			require3(t, l, 13)
			require.NoError(t, l.Close())
		}
	}
}

// The reserve lets a log be closed on a disk that is full.
func TestLog_CloseOnAFullDisk(t *testing.T) {
	m := newMemory()
	opts := Options{ID: fixed, Preallocate: 8 << 10}
	l, _ := open(t, m, opts)
	add(t, l, 3)
	m.mu.Lock()
	m.room = int64(len(m.names[segmentName(1)].data))
	m.mu.Unlock()
	n := uint64(3)
	for {
		ticket, err := stage(l, 1)
		require.NoError(t, err)
		if err = ticket.Wait(bg); err != nil {
			require.ErrorIs(t, err, ErrNoSpace)
			break
		}
		n++
	}
	require.NoError(t, l.Close())
	l, r := open(t, m, opts)
	require.True(t, r.Clean)
	require.Equal(t, n, r.Last)
	require.NoError(t, l.Close())
}

// What of a failed group was written is cut off durably before anyone hears of
// the failure.
func TestLog_RollsBackDurably(t *testing.T) {
	m := newMemory()
	l, _ := open(t, m, one())
	add(t, l, 2)
	require.NoError(t, l.Sync(bg))
	var ops []string
	m.mu.Lock()
	m.fault = func(_ int, op, _ string) (int, error) {
		if ops = append(ops, op); len(ops) == 1 {
			return 10, syscall.EIO
		}
		return 0, nil
	}
	m.mu.Unlock()
	ticket, err := stage(l, 2)
	require.NoError(t, err)
	require.ErrorIs(t, ticket.Wait(bg), syscall.EIO)
	require.Equal(t, []string{"write", "truncate", "sync"}, ops)
	require.NoError(t, l.Close())
}

// Power fails while segments are dropped: those that are left have no hole.
func TestLaw_Drop_Crash(t *testing.T) {
	rng := random(t)
	before := sample(t, tiny(), 24<<10)
	total, _, err := read(before.kill(), tiny())
	require.NoError(t, err)
	for n := range *cases {
		m := before.kill()
		l, _ := open(t, m, tiny())
		m.calls, m.fault = 0, inject{err: syscall.EIO, sticky: true}.after(1+rng.IntN(14))
		_, _ = l.Drop(bg, total)
		crashed := m.crash(rng, 50)
		_ = l.Close()
		l, r, err := Open(crashed, tiny())
		require.NoError(t, err, "case %d", n)
		require.Equal(t, total, r.Last)
		count := uint64(0)
		for _, err := range l.Records(0) {
			require.NoError(t, err)
			count++
		}
		require.Equal(t, r.Last-r.First+1, count)
		require.NoError(t, l.Close())
	}
}

// What is staged behind a group that fails has to fail with it.
func TestLog_FailedGroupTakesThoseBehindAlong(t *testing.T) {
	m := newMemory()
	l, _ := open(t, m, one())
	add(t, l, 2)
	hold, begun := make(chan struct{}), make(chan struct{})
	m.mu.Lock()
	failed := false
	m.fault = func(_ int, op, _ string) (int, error) {
		if op == "write" && !failed {
			failed = true
			close(begun)
			<-hold
			return 10, syscall.EIO
		}
		return 0, nil
	}
	m.mu.Unlock()
	first, err := stage(l, 2)
	require.NoError(t, err)
	l.nudge() // nobody waits for it yet
	<-begun
	second, err := stage(l, 2)
	require.NoError(t, err)
	third, err := stage(l, 0)
	require.NoError(t, err)
	close(hold)
	require.ErrorIs(t, first.Wait(bg), syscall.EIO)
	require.ErrorIs(t, second.Wait(bg), syscall.EIO)
	require.ErrorIs(t, third.Wait(bg), syscall.EIO)
	add(t, l, 2)
	require3(t, l, 4)
	require.NoError(t, l.Close())
}

// Taking out any one Sync must be noticed: the rig sees what it is to see.
func TestRig_NoticesAMissingSync(t *testing.T) {
	rng := random(t)
	for _, op := range []string{"sync", "syncdir"} {
		lost := 0
		for range 60 {
			m := newMemory()
			mute := &muted{memory: m, op: op}
			l, _ := open(t, mute, tiny())
			for range 12 {
				add(t, l, 4)
			}
			after := m.crash(rng, 30)
			_ = l.Close()
			if l, r, err := Open(after, tiny()); err != nil || r.Last < 48 {
				lost++
			} else {
				_ = l.Close()
			}
		}
		require.Greater(t, lost, 20, op)
	}
}

// muted leaves out an operation.
type muted struct {
	*memory
	op string
}

func (m *muted) SyncDir() error {
	if m.op == "syncdir" {
		return nil
	}
	return m.memory.SyncDir()
}

func (m *muted) Edit(name string) (File, error) {
	f, err := m.memory.Edit(name)
	if m.op == "sync" && err == nil {
		f = unsynced{f}
	}
	return f, err
}

type unsynced struct{ File }

func (unsynced) Sync() error { return nil }

// With an Interval, what was acknowledged outlives the process, and what Sync
// covered or Durable says outlives the machine.
func TestLaw_Interval_Crash(t *testing.T) {
	rng := random(t)
	for n := range *cases {
		opts := tiny()
		opts.Interval = time.Second
		tick := make(chan time.Time)
		opts.After = func(time.Duration) <-chan time.Time { return tick }
		m := newMemory()
		l, _ := open(t, m, opts)
		acked := uint64(0)
		for range 5 + rng.IntN(30) {
			k := 1 + rng.IntN(4)
			add(t, l, k)
			acked += uint64(k)
			switch rng.IntN(8) {
			case 0:
				for range 1 + rng.IntN(2) { // the second finds a mark that is not synced
					require.NoError(t, l.Sync(bg))
				}
				require.Equal(t, acked, l.Durable())
			case 1:
				select {
				case tick <- time.Time{}:
				default:
				}
			}
		}
		durable := l.Durable()
		killed, crashed := m.kill(), m.crash(rng, rng.IntN(101))
		require.NoError(t, l.Close())
		what := fmt.Sprintf("case %d", n)
		after(t, &scenario{opts: opts, acked: acked, maybe: acked}, killed, what)
		after(t, &scenario{opts: opts, acked: durable, maybe: acked}, crashed, what)
	}
}
