package segment

import (
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// answered holds a function to its end.
func answered(t *testing.T, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatalf("%s: nobody answers", what)
	}
}

// parked waits until the log's goroutine most likely waits.
func parked() { time.Sleep(20 * time.Millisecond) }

// A Drop that cannot tell what is durable poisons the log; whoever has staged hears of it.
func TestLog_DropAnswersWhoStaged(t *testing.T) {
	m := newMemory()
	l, _ := open(t, m, tiny())
	add(t, l, 60)
	add(t, l, 60)
	add(t, l, 1)
	parked()
	first, err := stage(l, 1)
	require.NoError(t, err)
	then := make(chan struct{})
	second, err := stage(l, 1)
	require.NoError(t, err)
	m.mu.Lock()
	m.fault = func(_ int, op, _ string) (int, error) {
		if op == "syncdir" {
			return 0, syscall.EIO
		}
		return 0, nil
	}
	m.mu.Unlock()
	_, err = l.Drop(bg, l.Firsts()[1])
	require.ErrorIs(t, err, ErrPoisoned)
	second.Then(then)
	answered(t, "Wait", func() { require.ErrorIs(t, first.Wait(bg), ErrPoisoned) })
	answered(t, "Then", func() { <-then })
	answered(t, "Close", func() { require.ErrorIs(t, l.Close(), ErrPoisoned) })
	answered(t, "Wait after Close", func() { require.ErrorIs(t, second.Wait(bg), ErrPoisoned) })
}

// Who writes for others calls what a program gave. Where that panics and somebody
// recovers, the log is poisoned and answers.
func TestLog_PanicOfWhoWrites(t *testing.T) {
	for _, end := range []func(){func() { panic("a file of one's own") }, runtime.Goexit} {
		opts, n := one(), 0
		opts.Sync = func(f File) error {
			if n++; n == 1 {
				end()
			}
			return f.Sync()
		}
		l, _ := open(t, newMemory(), opts)
		parked()
		ticket, err := stage(l, 1)
		require.NoError(t, err)
		answered(t, "who writes", func() {
			defer func() { _ = recover() }()
			_ = ticket.Wait(bg)
		})
		answered(t, "Wait", func() { require.ErrorIs(t, ticket.Wait(bg), ErrPoisoned) })
		answered(t, "Sync", func() { require.ErrorIs(t, l.Sync(bg), ErrPoisoned) })
		answered(t, "Close", func() { require.ErrorIs(t, l.Close(), ErrPoisoned) })
	}
}

// Gather is called once the log is not busy, also where that is because Advance failed.
func TestLog_GatherWhereAdvanceFails(t *testing.T) {
	m, opts := newMemory(), holding(one())
	var mu sync.Mutex
	var waiting []chan struct{}
	opts.Gather = func() {
		mu.Lock()
		defer mu.Unlock()
		for _, w := range waiting {
			close(w)
		}
		waiting = nil
	}
	l, _ := open(t, m, opts)
	parked()
	add(t, l, 1)
	enter, leave := make(chan struct{}), make(chan struct{})
	var once sync.Once
	m.mu.Lock()
	m.fault = func(_ int, op, _ string) (n int, err error) {
		if op == "write" {
			once.Do(func() { m.mu.Unlock(); enter <- struct{}{}; <-leave; m.mu.Lock(); err = errFull })
		}
		return n, err
	}
	m.mu.Unlock()
	l.Hold()
	held, err := stage(l, 1)
	require.NoError(t, err)
	advanced := make(chan struct{})
	go func() { l.Advance(bg); close(advanced) }()
	<-enter
	l.Release()
	handed, err := stage(l, 1)
	require.NoError(t, err)
	done := make(chan struct{})
	mu.Lock()
	waiting = append(waiting, done)
	mu.Unlock()
	require.True(t, l.Busy())
	close(leave)
	<-advanced
	answered(t, "held", func() { require.ErrorIs(t, held.Wait(bg), ErrNoSpace) })
	answered(t, "handed over", func() { require.ErrorIs(t, handed.Wait(bg), ErrNoSpace) })
	answered(t, "gathered", func() { <-done })
	require.NoError(t, l.Close())
}

// Who waits for room is answered although somebody else takes it again and again, and
// waits for no ticket.
func TestLog_ReadyAmongWhoFills(t *testing.T) {
	opts := one()
	opts.MaxPending = minPending
	l, _ := open(t, newMemory(), opts)
	fill := func() {
		for err := error(nil); err == nil; {
			_, err = l.Stage(func(b *Batch) error {
				_, err := b.Append(make([]byte, minPending))
				return err
			})
		}
	}
	fill()
	stop := make(chan struct{})
	var filling sync.WaitGroup
	filling.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				fill()
				runtime.Gosched()
			}
		}
	})
	for range 300 {
		answered(t, "Ready", func() { _ = l.Ready(bg) })
	}
	close(stop)
	filling.Wait()
	require.NoError(t, l.Close())
}

// Who waits for records, and not for a ticket, is answered too.
func TestLog_WaitPastAlone(t *testing.T) {
	l, _ := open(t, newMemory(), one())
	parked()
	_, err := stage(l, 1)
	require.NoError(t, err)
	answered(t, "WaitPast", func() { require.NoError(t, l.WaitPast(bg, 0)) })
	require.NoError(t, l.Close())
}

// More than is held is written also where it is staged while somebody else writes.
func TestLog_HoldBeyondItsBoundBehindWhoWrites(t *testing.T) {
	opts := one()
	opts.MaxPending = minPending
	enter, leave := make(chan struct{}), make(chan struct{})
	var once sync.Once
	opts.Sync = func(f File) error {
		once.Do(func() { enter <- struct{}{}; <-leave })
		return f.Sync()
	}
	l, _ := open(t, newMemory(), opts)
	parked()
	a, err := stage(l, 1)
	require.NoError(t, err)
	done := make(chan error, 1)
	go func() { done <- a.Wait(bg) }()
	<-enter
	l.Hold()
	_, err = l.Stage(func(b *Batch) error {
		_, err := b.Append(make([]byte, minPending/2))
		return err
	})
	require.NoError(t, err)
	close(leave)
	require.NoError(t, <-done)
	answered(t, "who holds", func() {
		for l.Durable() < 2 {
			time.Sleep(time.Millisecond)
		}
	})
	require.NoError(t, l.Close())
}

// A Sync that was due is made although the group that found it so fails.
func TestLog_IntervalWhereGroupsFail(t *testing.T) {
	m, opts := newMemory(), one()
	opts.Preallocate, opts.Interval = 512, time.Second
	timers := make(chan chan time.Time, 8)
	opts.After = func(time.Duration) <-chan time.Time {
		timer := make(chan time.Time, 1)
		timers <- timer
		return timer
	}
	l, _ := open(t, m, opts)
	add(t, l, 2)
	m.mu.Lock()
	m.room = 1
	m.mu.Unlock()
	l.writing.Lock() // the log's goroutine waits for who writes
	l.nudge()
	parked()
	(<-timers) <- time.Time{}
	_, err := l.Stage(func(b *Batch) error {
		_, err := b.Append(make([]byte, 5000))
		return err
	})
	require.NoError(t, err)
	l.step()
	l.writing.Unlock()
	answered(t, "Sync", func() {
		for l.Durable() < 2 {
			time.Sleep(time.Millisecond)
		}
	})
	m.mu.Lock()
	m.room = 0
	m.mu.Unlock()
	require.NoError(t, l.Close())
}
