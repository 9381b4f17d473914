package segment

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Batches that share a sync are synced once, and acknowledged together.
func TestLog_HoldSharesASync(t *testing.T) {
	m := newMemory()
	opts := holding(one())
	syncs := 0
	opts.Sync = func(f File) error { syncs++; return f.Sync() }
	l, _ := open(t, m, opts)
	l.Hold()
	var tickets []Ticket
	for range 5 {
		ticket, err := stage(l, 3)
		require.NoError(t, err)
		writtenAhead(l)
		tickets = append(tickets, ticket)
	}
	require.Zero(t, l.Durable())
	require.Zero(t, syncs)
	l.Release()
	for _, ticket := range tickets {
		require.NoError(t, ticket.Wait(bg))
	}
	require.Equal(t, 1, syncs)
	require3(t, l, 15)
	require.NoError(t, l.Close())
}

// Whoever asks for a sync, and Close, do not wait for Release.
func TestLog_HoldHoldsUpNoSync(t *testing.T) {
	l, _ := open(t, newMemory(), one())
	l.Hold()
	ticket, err := stage(l, 3)
	require.NoError(t, err)
	require.NoError(t, l.Sync(bg))
	require.NoError(t, ticket.Wait(bg))
	ticket, err = stage(l, 3)
	require.NoError(t, err)
	require.NoError(t, l.Close())
	require.NoError(t, ticket.Wait(bg))
}

// More than half of MaxPending is not held.
func TestLog_HoldIsBounded(t *testing.T) {
	opts := one()
	opts.MaxPending = minPending
	l, _ := open(t, newMemory(), opts)
	l.Hold()
	for range 40 {
		ticket, err := l.Stage(func(b *Batch) error {
			_, err := b.Append(make([]byte, minPending/2))
			return err
		})
		require.NoError(t, err)
		require.NoError(t, ticket.Wait(bg))
	}
	require.NoError(t, l.Close())
}

// A disk that is full while syncs are held: all of the group fails, and none of what
// was written of it comes up later.
func TestLog_HoldOnAFullDisk(t *testing.T) {
	for room := range int64(64) {
		m := newMemory()
		opts := holding(one())
		opts.Preallocate = 512
		l, _ := open(t, m, opts)
		add(t, l, 3)
		m.mu.Lock()
		m.room = int64(len(m.names[segmentName(1)].data)) + room*16
		m.mu.Unlock()
		l.Hold()
		var tickets []Ticket
		for full := false; !full; {
			ticket, err := stage(l, 1)
			require.NoError(t, err)
			writtenAhead(l)
			tickets = append(tickets, ticket)
			select {
			case <-ticket.group.done:
				full = true
			default:
			}
		}
		require.Greater(t, len(tickets), 1)
		for _, ticket := range tickets {
			require.ErrorIs(t, ticket.Wait(bg), ErrNoSpace)
		}
		left, r := open(t, m.kill(), opts)
		require.Equal(t, uint64(3), r.Last, "room for %d", room*16)
		require.NoError(t, left.Close())
		m.mu.Lock()
		m.room = 0
		m.mu.Unlock()
		l.Release()
		add(t, l, 4)
		require3(t, l, 7)
		require.NoError(t, l.Close())
	}
}

// Many who hold and who do not, at once: everybody is acknowledged.
func TestLog_HoldAmongMany(t *testing.T) {
	l, _ := open(t, newMemory(), holding(tiny()))
	var group sync.WaitGroup
	for n := range 6 {
		group.Go(func() {
			for range 60 {
				if n%2 == 0 {
					l.Hold()
				}
				ticket, err := stage(l, 2)
				require.NoError(t, err)
				if n%2 == 0 {
					time.Sleep(time.Microsecond)
					l.Release()
				}
				require.NoError(t, ticket.Wait(bg))
			}
		})
	}
	group.Wait()
	require3(t, l, 6*60*2)
	require.NoError(t, l.Close())
}
