package segment

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Who waits without an end writes, and nobody else has to be woken; who may stop waiting
// leaves it to the log.
func TestTicket_WhoWaitsWrites(t *testing.T) {
	opts := one()
	var stacks []string
	opts.Sync = func(f File) error {
		b := make([]byte, 1<<16)
		stacks = append(stacks, string(b[:runtime.Stack(b, false)]))
		return f.Sync()
	}
	l, _ := open(t, newMemory(), opts)
	parked()
	ctx, cancel := context.WithCancel(bg)
	defer cancel()
	const times = 40
	for i := range times {
		ticket, err := stage(l, 2)
		require.NoError(t, err)
		require.NoError(t, ticket.Wait([]context.Context{bg, ctx}[i%2]))
	}
	require.Len(t, stacks, times)
	led := 0
	for i, stack := range stacks {
		if strings.Contains(stack, "segment.Ticket.Wait") {
			require.Zero(t, i%2, stack)
			led++
		}
	}
	require.Greater(t, led, times/4, "but where the log's goroutine was there already")
	require.NoError(t, l.Close())
}

// Who waits for what another one holds is answered once that one lets go, even if it
// does nothing else.
func TestLog_ReleaseThinksOfWhoWaits(t *testing.T) {
	l, _ := open(t, newMemory(), one())
	ctx, cancel := context.WithCancel(bg)
	defer cancel()
	for _, with := range []context.Context{bg, ctx} {
		l.Hold()
		ticket, err := stage(l, 2)
		require.NoError(t, err)
		done := make(chan error)
		go func() { done <- ticket.Wait(with) }()
		waiting(l, ticket.group)
		select {
		case <-done:
			t.Fatal("acknowledged while it is held")
		default:
		}
		l.Hold()
		l.Release()
		time.Sleep(5 * time.Millisecond) // the log's goroutine has looked again
		l.Release()
		require.NoError(t, <-done)
	}
	require.NoError(t, l.Close())
}

// waiting waits until somebody waits for a group and the log's goroutine has looked.
func waiting(l *Log, g *group) {
	for expected := false; !expected; time.Sleep(5 * time.Millisecond) {
		l.mu.Lock()
		expected = g.expected
		l.mu.Unlock()
	}
}

// What nobody waits for is made durable when its interval is over, whoever wrote it.
func TestLog_IntervalOfWhoWrote(t *testing.T) {
	opts := one()
	opts.Interval = time.Second
	timers := make(chan chan time.Time, 1)
	opts.After = func(time.Duration) <-chan time.Time {
		timer := make(chan time.Time)
		timers <- timer
		return timer
	}
	l, _ := open(t, newMemory(), opts)
	ctx, cancel := context.WithTimeout(bg, 10*time.Second)
	defer cancel()
	for n := range uint64(3) {
		add(t, l, 2)
		require.Equal(t, 2*n, l.Durable())
		select {
		case timer := <-timers:
			timer <- time.Time{}
		case <-ctx.Done():
			t.Fatal("no sync is due")
		}
		require.NoError(t, l.WaitPast(ctx, 2*n+1))
	}
	require.NoError(t, l.Close())
}

// More than is held is written although who holds does not wait, nor anybody else.
func TestLog_HoldIsWrittenBeyondItsBound(t *testing.T) {
	opts := one()
	opts.MaxPending = minPending
	l, _ := open(t, newMemory(), opts)
	l.Hold()
	ctx, cancel := context.WithTimeout(bg, 10*time.Second)
	defer cancel()
	for n := range uint64(5) {
		_, err := l.Stage(func(b *Batch) error {
			_, err := b.Append(make([]byte, minPending/2))
			return err
		})
		require.NoError(t, err)
		require.NoError(t, l.WaitPast(ctx, n))
	}
	require.NoError(t, l.Close())
}
