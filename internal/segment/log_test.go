package segment

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var (
	full    = flag.Bool("segment.full", false, "every bit, every offset, every fault")
	cases   = flag.Int("segment.n", 300, "cases of each law that is random")
	seed    = flag.Uint64("segment.seed", 20261126, "seed of the random laws, 0 for a new one")
	bg      = context.Background()
	errFull = fmt.Errorf("memory: %w", syscall.ENOSPC)
	fixed   = ID{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}
)

func random(t testing.TB) *rand.Rand {
	s := *seed
	if s == 0 {
		s = uint64(time.Now().UnixNano())
	}
	t.Logf("-segment.seed=%d", s)
	return rand.New(rand.NewPCG(s, 0))
}

func small() Options {
	return Options{SegmentSize: 4 << 10, Preallocate: 2 << 10, ID: fixed}
}

func open(t testing.TB, files Files, opts Options) (*Log, Recovery) {
	t.Helper()
	l, r, err := Open(files, opts)
	require.NoError(t, err)
	return l, r
}

// text is the payload that a record of a sequence has, of 0 to 120 bytes.
func text(seq uint64) string {
	s := fmt.Sprintf("record %d ", seq)
	for n := int(seq*37) % 110; len(s) < n; {
		s += "abcdefghij"
	}
	return s
}

// stage stages n records.
func stage(l *Log, n int) (Ticket, error) {
	return l.Stage(func(b *Batch) error {
		for range n {
			if _, err := b.Append([]byte(text(b.Next()))); err != nil {
				return err
			}
		}
		return nil
	})
}

func add(t testing.TB, l *Log, n int) {
	t.Helper()
	ticket, err := stage(l, n)
	require.NoError(t, err)
	require.NoError(t, ticket.Wait(bg))
}

// check reads all of a log, holds each record to what was written, and returns
// how many there are.
func check(l *Log) (uint64, error) {
	var n uint64
	for rec, err := range l.Records(0) {
		if err != nil {
			return n, err
		}
		if n++; rec.Seq != n || string(rec.Payload) != text(n) {
			return n, fmt.Errorf("record %d is %d %q", n, rec.Seq, rec.Payload)
		}
	}
	return n, nil
}

func require3(t testing.TB, l *Log, want uint64) {
	t.Helper()
	n, err := check(l)
	require.NoError(t, err)
	require.Equal(t, want, n)
}

func TestLog_AppendsAndReads(t *testing.T) {
	m := newMemory()
	l, r := open(t, m, small())
	require.True(t, r.Created)
	require.Equal(t, uint64(1), r.First)
	require.Zero(t, r.Last)
	for range 40 {
		add(t, l, 7)
	}
	require3(t, l, 280)
	require.Equal(t, uint64(280), l.Durable())
	require.NoError(t, l.Close())
	require.NoError(t, l.Close())
	_, err := stage(l, 1)
	require.ErrorIs(t, err, ErrClosed)
	require.ErrorIs(t, l.WaitPast(bg, 280), ErrClosed)

	before := m.bytes()
	for range 2 {
		l, r = open(t, m, Options{SegmentSize: 4 << 10})
		require.True(t, r.Clean)
		require.Equal(t, fixed, r.ID)
		require.Equal(t, uint64(280), r.Last)
		require.Greater(t, r.Segments, 3)
		require3(t, l, 280)
		require.NoError(t, l.Close())
		require.Equal(t, before, m.bytes(), "a log that is opened and closed stays as it is")
	}
	report, err := Verify(m)
	require.NoError(t, err)
	require.True(t, report.Clean)
	var n uint64
	for _, s := range report.Segments {
		n += s.Records
	}
	require.Equal(t, uint64(280), n)
}

func TestLog_BatchIsAllOrNothing(t *testing.T) {
	l, _ := open(t, newMemory(), Options{MaxRecord: 200, MaxPending: 64 << 10})
	defer l.Close()
	add(t, l, 2)
	boom := errors.New("boom")
	_, err := l.Stage(func(b *Batch) error {
		require.Equal(t, uint64(3), b.First())
		_, err := b.Append([]byte("x"))
		require.NoError(t, err)
		return boom
	})
	require.ErrorIs(t, err, boom)
	_, err = l.Stage(func(b *Batch) error {
		_, _ = b.Append([]byte("x"))
		_, _ = b.Append(make([]byte, 201)) // its error is kept
		return nil
	})
	require.ErrorIs(t, err, ErrTooLarge)
	require.Panics(t, func() {
		_, _ = l.Stage(func(b *Batch) error { panic("x") })
	})
	_, err = stage(l, 5000)
	require.ErrorIs(t, err, ErrTooLarge)
	ticket, err := stage(l, 0)
	require.NoError(t, err)
	require.NoError(t, ticket.Wait(bg))
	add(t, l, 2)
	require3(t, l, 4)
}

func TestLog_FullWhileTheDiskIsSlow(t *testing.T) {
	m := newMemory()
	l, _ := open(t, m, Options{MaxPending: 64 << 10})
	hold := make(chan struct{})
	m.mu.Lock()
	m.fault = func(_ int, op, _ string) (int, error) {
		if op == "write" {
			<-hold
		}
		return 0, nil
	}
	m.mu.Unlock()
	first, err := stage(l, 1)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(bg, 20*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, first.Wait(ctx), context.DeadlineExceeded, "a stuck disk does not hold who waits")
	for err == nil {
		_, err = stage(l, 50)
	}
	require.ErrorIs(t, err, ErrFull)
	require.ErrorIs(t, l.Ready(ctx), context.DeadlineExceeded)
	close(hold)
	require.NoError(t, l.Ready(bg))
	require.NoError(t, first.Wait(bg))
	require.NoError(t, l.Close())
}

func TestLog_ConcurrentSafe(t *testing.T) {
	for _, opts := range []Options{{SegmentSize: 32 << 10}, {SegmentSize: 32 << 10, Interval: time.Millisecond}} {
		dir, err := OpenDirectory(t.TempDir() + "/log")
		require.NoError(t, err)
		l, _ := open(t, dir, opts)
		const writers, each = 64, 20
		seen := make([]uint64, writers*each+1)
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for range each {
					ticket, err := stage(l, 1)
					if err == nil {
						err = ticket.Wait(bg)
					}
					if err != nil {
						t.Error(err)
						return
					}
					seen[ticket.First] = uint64(w) + 1
				}
			})
		}
		tail := make(chan error, 1)
		go func() {
			r := l.Reader(1)
			defer r.Close()
			for n := uint64(0); n < writers*each; {
				if err := l.WaitPast(bg, n); err != nil {
					tail <- err
					return
				}
				for {
					rec, err := r.Next()
					if err != nil {
						break
					}
					if n++; rec.Seq != n || string(rec.Payload) != text(n) {
						tail <- fmt.Errorf("tail: record %d is %d", n, rec.Seq)
						return
					}
				}
			}
			tail <- nil
		}()
		wg.Wait()
		require.NoError(t, l.Sync(bg))
		require.NoError(t, <-tail)
		for seq := 1; seq <= writers*each; seq++ {
			require.NotZero(t, seen[seq])
		}
		require3(t, l, writers*each)
		require.NoError(t, l.Close())
		require.NoError(t, dir.Close())
	}
}

func TestLog_CloseWhileWriting(t *testing.T) {
	for range 50 {
		m := newMemory()
		l, _ := open(t, m, small())
		var wg sync.WaitGroup
		var mu sync.Mutex
		var acked uint64
		for range 16 {
			wg.Go(func() {
				for {
					ticket, err := stage(l, 1)
					if err != nil {
						if !errors.Is(err, ErrClosed) {
							t.Error(err)
						}
						return
					}
					if ticket.Wait(bg) == nil {
						mu.Lock()
						acked = max(acked, ticket.First)
						mu.Unlock()
					}
				}
			})
		}
		for range 3 {
			wg.Go(func() { _ = l.Close() })
		}
		wg.Wait()
		l, r := open(t, m, small())
		require.True(t, r.Clean)
		n, err := check(l)
		require.NoError(t, err)
		require.GreaterOrEqual(t, n, acked)
		require.NoError(t, l.Close())
	}
}

func TestLog_Interval(t *testing.T) {
	m := newMemory()
	tick := make(chan time.Time)
	opts := small()
	opts.Interval = time.Second
	opts.After = func(time.Duration) <-chan time.Time { return tick }
	l, _ := open(t, m, opts)
	add(t, l, 3)
	require.Zero(t, l.Durable(), "acknowledged by the system, not by the disk")
	rng := random(t)
	killed, r := open(t, m.kill(), opts)
	require.Equal(t, uint64(3), r.Last)
	require.Equal(t, uint64(3), killed.Durable(), "what was recovered is durable")
	crashed, r := open(t, m.crash(rng, 0), opts)
	require.Zero(t, r.Last)
	tick <- time.Time{}
	require.NoError(t, l.WaitPast(bg, 2))
	crashed2, r := open(t, m.crash(rng, 0), opts)
	require.Equal(t, uint64(3), r.Last)
	add(t, l, 2)
	require.NoError(t, l.Sync(bg))
	require.Equal(t, uint64(5), l.Durable())
	add(t, l, 1)
	for _, x := range []*Log{l, killed, crashed, crashed2} {
		require.NoError(t, x.Close())
	}
	l, r = open(t, m.crash(rng, 0), opts)
	require.Equal(t, uint64(6), r.Last)
	require.True(t, r.Clean)
	require.NoError(t, l.Close())
}

func TestLog_Drop(t *testing.T) {
	m := newMemory()
	l, _ := open(t, m, small())
	for range 60 {
		add(t, l, 7)
	}
	n, err := l.Drop(bg, 1)
	require.NoError(t, err)
	require.Zero(t, n)
	r := l.Reader(0)
	_, err = r.Next()
	require.NoError(t, err)
	n, err = l.Drop(bg, 200)
	require.NoError(t, err)
	require.Positive(t, n)
	require.LessOrEqual(t, l.First(), uint64(200))
	require.Greater(t, l.First(), uint64(1))
	_, err = l.Reader(1).Next()
	require.ErrorIs(t, err, ErrDropped)
	rec, err := l.Reader(200).Next()
	require.NoError(t, err)
	require.Equal(t, text(200), string(rec.Payload))
	_, err = l.Drop(bg, 1<<60)
	require.NoError(t, err)
	first := l.First()
	add(t, l, 1)
	require.NoError(t, l.Close())
	l, rep := open(t, m, small())
	require.Equal(t, first, rep.First)
	require.Equal(t, uint64(421), rep.Last)
	require.NoError(t, l.Close())
}

func TestOpen_RefusesAndChangesNothing(t *testing.T) {
	m := newMemory()
	l, _ := open(t, m, small())
	add(t, l, 5)
	_, _, err := Open(m, small())
	require.ErrorIs(t, err, ErrLocked)
	require.NoError(t, l.Close())

	other := small()
	other.ID = ID{9}
	before := m.bytes()
	_, _, err = Open(m, other)
	require.ErrorIs(t, err, ErrForeign)
	require.Equal(t, before, m.bytes())

	b := m.get(segmentName(1))
	h, err := decodeHeader(segmentName(1), b)
	require.NoError(t, err)
	newer := h.encode()
	newer[10] = 2
	rechecksum(newer[:])
	m.put(segmentName(1), append(newer[:], b[headerSize:]...))
	before = m.bytes()
	_, _, err = Open(m, small())
	require.ErrorIs(t, err, ErrVersion)
	require.Equal(t, before, m.bytes())

	for _, bad := range []Options{
		{SegmentSize: 1}, {SegmentSize: 2 << 30}, {MaxRecord: -1}, {MaxRecord: MaxRecord + 1},
		{MaxPending: 1}, {Interval: -1}, {Interval: 2 * time.Hour}, {Preallocate: 2 << 30},
	} {
		_, _, err = Open(newMemory(), bad)
		require.ErrorIs(t, err, ErrOption)
	}
}

func TestOpen_ConcurrentOneWins(t *testing.T) {
	path := t.TempDir() + "/log"
	for range 10 {
		var wg sync.WaitGroup
		var mu sync.Mutex
		var won []*Log
		for range 16 {
			wg.Go(func() {
				dir, err := OpenDirectory(path)
				if err != nil {
					t.Error(err)
					return
				}
				defer dir.Close()
				l, _, err := Open(dir, Options{})
				if err == nil {
					mu.Lock()
					won = append(won, l)
					mu.Unlock()
				} else if !errors.Is(err, ErrLocked) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		require.Len(t, won, 1)
		require.NoError(t, won[0].Close())
	}
}
