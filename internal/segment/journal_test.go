package segment

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// keep keeps one record.
func keep(j *Journal, payload []byte) error {
	return j.Keep(func(b *Batch) error {
		_, err := b.Append(payload)
		return err
	})
}

// What was kept is there when a journal is opened again, in its order; and what opened the
// directory closes it.
func TestJournal_KeepsInOrder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	for opened := range 2 {
		j, err := OpenJournal(path, Options{})
		require.NoError(t, err)
		_, err = OpenJournal(path, Options{})
		require.ErrorIs(t, err, ErrLocked)
		require.Equal(t, uint64(1), j.First())
		n := 0
		for payload, err := range j.Records() {
			require.NoError(t, err)
			require.Equal(t, fmt.Sprint("record ", n), string(payload))
			n++
		}
		require.Equal(t, 3*opened, n)
		for range 3 {
			require.NoError(t, keep(j, fmt.Append(nil, "record ", n)))
			n++
		}
		refused := errors.New("no")
		require.Equal(t, refused, j.Keep(func(*Batch) error { return refused }))
		require.NoError(t, j.Close())
		require.ErrorIs(t, keep(j, nil), ErrClosed)
	}
	_, err := OpenJournalIn(newMemory(), Options{Interval: time.Second})
	require.ErrorIs(t, err, ErrOption, "it would not be durable when Keep returns")
}

// stuck makes every write of a disk wait until the channel is closed, and counts syncs.
func stuck(m *memory) (free chan struct{}, syncs func() int) {
	free, n := make(chan struct{}), 0
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fault = func(_ int, op, _ string) (int, error) {
		switch op {
		case "write":
			<-free
		case "sync":
			n++
		}
		return 0, nil
	}
	return free, func() int { m.mu.Lock(); defer m.mu.Unlock(); return n }
}

// Many who wait for a disk share its Sync: one that is under way, and one for the rest.
func TestJournal_SharesASync_ConcurrentSafe(t *testing.T) {
	m := newMemory()
	j, err := OpenJournalIn(m, Options{})
	require.NoError(t, err)
	free, syncs := stuck(m)
	const callers = 100
	var all sync.WaitGroup
	for i := range callers {
		all.Go(func() {
			if err := keep(j, fmt.Append(nil, i)); err != nil {
				t.Error(err)
			}
		})
	}
	require.Eventually(t, func() bool {
		j.log.mu.Lock()
		defer j.log.mu.Unlock()
		return j.log.inflight != nil && j.log.inflight.records+j.log.group.records == callers
	}, 10*time.Second, time.Millisecond)
	close(free)
	all.Wait()
	require.Contains(t, []int{1, 2}, syncs())
	require.NoError(t, j.Close())
}

// A journal of which too much waits for a slow disk makes its callers wait, and refuses
// none of them.
func TestJournal_WaitsForRoom(t *testing.T) {
	m := newMemory()
	j, err := OpenJournalIn(m, Options{MaxPending: minPending})
	require.NoError(t, err)
	free, _ := stuck(m)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if err := keep(j, make([]byte, minPending-100)); err != nil {
				t.Error(err)
			}
		})
	}
	require.Eventually(t, func() bool {
		_, err := j.log.Stage(func(*Batch) error { return nil })
		return errors.Is(err, ErrFull)
	}, 10*time.Second, time.Millisecond)
	close(free)
	all.Wait()
	n := 0
	for _, err := range j.Records() {
		require.NoError(t, err)
		n++
	}
	require.Equal(t, 8, n)
	require.NoError(t, j.Close())
}
