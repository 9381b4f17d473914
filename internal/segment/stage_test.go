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
