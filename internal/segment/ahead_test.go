package segment

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// between lets functions have the log's lock, one after the other, between two steps of
// the writer: after it found nothing to take, and before it writes what is held.
func between(l *Log, fs ...func()) {
	l.mu.Lock()
	l.nudge() // the writer waits to take
	time.Sleep(20 * time.Millisecond)
	done := make(chan struct{})
	for _, f := range fs {
		go func() { f(); done <- struct{}{} }()
		time.Sleep(20 * time.Millisecond)
	}
	l.mu.Unlock()
	l.mu.Lock() // the writer is woken and finds it locked: from now on it is handed on in order
	time.Sleep(20 * time.Millisecond)
	l.mu.Unlock()
	for range fs {
		<-done
	}
}

func stageOf(t *testing.T, l *Log, n int, c byte) Ticket {
	ticket, err := l.Stage(func(b *Batch) error {
		_, err := b.Append(bytes.Repeat([]byte{c}, n))
		return err
	})
	require.NoError(t, err)
	return ticket
}

// What is held is not written before a group that was handed over is: it lies behind it,
// where zeros go or in the next segment.
func TestLog_HoldWritesNothingBeforeWhatIsInFlight(t *testing.T) {
	for _, rotates := range []bool{false, true} {
		for range 3 {
			m := newMemory()
			m.converts = !rotates
			opts := Options{}
			if rotates {
				opts.SegmentSize = 256 << 10
			}
			l, _, err := Open(m, opts)
			require.NoError(t, err)
			if rotates {
				for range 5 {
					require.NoError(t, stageOf(t, l, 60<<10, 'x').Wait(bg))
				}
			}
			time.Sleep(10 * time.Millisecond) // the writer waits
			var small, held Ticket
			between(l, func() { small = stageOf(t, l, 100, 'a') }, l.Hold, func() { held = stageOf(t, l, 200<<10, 'b') })
			require.NoError(t, small.Wait(bg))
			time.Sleep(20 * time.Millisecond)
			l.Release()
			require.NoError(t, held.Wait(bg))
			require.NoError(t, l.Close())
			_, err = Verify(m)
			require.NoError(t, err)
		}
	}
}
