package segment

import (
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Batches that come to nothing do not touch what those who wait for the group
// read. It takes -race to see that.
func TestLog_EmptyBatchBesideSync(t *testing.T) {
	l, _ := open(t, newMemory(), tiny())
	var group sync.WaitGroup
	for n := range 4 {
		group.Go(func() {
			for range 200 {
				if n%2 == 0 {
					require.NoError(t, l.Sync(bg))
					continue
				}
				_, err := l.Stage(func(*Batch) error { return nil })
				require.NoError(t, err)
				_, err = l.Stage(func(*Batch) error { return errors.New("nothing") })
				require.Error(t, err)
			}
		})
	}
	group.Wait()
	require.NoError(t, l.Close())
}

// A crash between the seal of a segment and the next one leaves a log that ends in
// a seal. It can be opened, synced and closed any number of times before the
// next record.
func TestLog_SealedAndNoNext(t *testing.T) {
	m := newMemory()
	l, _ := open(t, m, tiny())
	n := uint64(0)
	for len(l.Firsts()) < 2 {
		add(t, l, 1)
		require.NoError(t, l.Sync(bg)) // a mark is behind the last record, and the seal behind that
		n++
	}
	require.NoError(t, l.Close())
	require.NoError(t, m.Remove(segmentName(2)))
	for range 3 {
		l, r := open(t, m, tiny())
		require.Equal(t, n-1, r.Last)
		require.NoError(t, l.Sync(bg))
		killed := m.kill()
		require.NoError(t, l.Close())
		l, _ = open(t, killed, tiny())
		require.NoError(t, l.Close())
	}
	l, _ = open(t, m, tiny())
	add(t, l, 3)
	require.NoError(t, l.Close())
	l, r := open(t, m, tiny())
	require.Equal(t, n+2, r.Last)
	require.NoError(t, l.Close())
}
