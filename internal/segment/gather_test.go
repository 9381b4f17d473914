package segment

import (
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whoever stages from Gather alone, what was collected while the log was busy, is
// never left waiting.
func TestLog_GatherIsCalledBetweenGroups(t *testing.T) {
	var l *Log
	var mu sync.Mutex
	waiting := []chan struct{}{}
	gather := func() {
		mu.Lock()
		defer mu.Unlock()
		if len(waiting) == 0 {
			return
		}
		ticket, err := stage(l, len(waiting))
		require.NoError(t, err)
		for _, done := range waiting {
			ticket.Then(done)
		}
		waiting = nil
	}
	opts := one()
	opts.Gather = gather
	l, _ = open(t, newMemory(), opts)
	var staged atomic.Int64
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			for range 200 {
				staged.Add(1)
				if !l.Busy() {
					ticket, err := stage(l, 1)
					require.NoError(t, err)
					require.NoError(t, ticket.Wait(bg))
					continue
				}
				done := make(chan struct{})
				mu.Lock()
				waiting = append(waiting, done)
				mu.Unlock()
				if !l.Busy() {
					gather()
				}
				<-done
			}
		})
	}
	group.Wait()
	require.EqualValues(t, staged.Load(), l.Durable())
	require.False(t, l.Busy())
	require.NoError(t, l.Close())
}

// Then closes its channel whatever becomes of the group, and when that is known
// already.
func TestTicket_Then(t *testing.T) {
	m := newMemory()
	l, _ := open(t, m, one())
	then := func(ticket Ticket) {
		done := make(chan struct{})
		ticket.Then(done)
		<-done
	}
	then(Ticket{})
	ticket, err := stage(l, 1)
	require.NoError(t, err)
	then(ticket)
	require.NoError(t, ticket.Wait(bg))
	then(ticket)
	m.mu.Lock()
	m.fault = func(_ int, op, _ string) (int, error) {
		if op == "sync" {
			return 0, syscall.EIO
		}
		return 0, nil
	}
	m.mu.Unlock()
	ticket, err = stage(l, 1)
	require.NoError(t, err)
	then(ticket)
	require.ErrorIs(t, ticket.Wait(bg), ErrPoisoned)
	then(ticket)
	require.False(t, l.Busy())
	require.ErrorIs(t, l.Close(), ErrPoisoned)
}
