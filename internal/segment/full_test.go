package segment

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// spare leaves the disk of a log so much room.
func spare(m *memory, more int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.room = more
	for _, f := range m.names {
		m.room += int64(len(f.data))
	}
}

// A mark that a Sync leaves where the file was not grown is not cut off when growing it
// fails: what is written later, and acknowledged, is read again. At the beginning of a
// segment, with a Sync and without.
func TestLog_FullAtARotation(t *testing.T) {
	for _, syncs := range []bool{false, true} {
		m, opts := newMemory(), tiny()
		l, _ := open(t, m, opts)
		total := uint64(0)
		for full := false; !full; {
			l.mu.Lock()
			full = l.group.start.off >= opts.SegmentSize
			l.mu.Unlock()
			if !full {
				add(t, l, 1)
				total++
			}
		}
		spare(m, markSize+headerSize)
		a, err := stage(l, 1)
		require.NoError(t, err)
		require.ErrorIs(t, a.Wait(bg), ErrNoSpace)
		spare(m, 200) // a mark, and no step
		if syncs {
			require.NoError(t, l.Sync(bg))
		}
		b, err := stage(l, 1)
		require.NoError(t, err)
		require.ErrorIs(t, b.Wait(bg), ErrNoSpace)
		m.mu.Lock()
		m.room = 0
		m.mu.Unlock()
		add(t, l, 3)
		total += 3
		require.NoError(t, l.Close())
		l, r, err := Open(m.kill(), opts)
		require.NoError(t, err)
		require.Equal(t, total, r.Last, "sync %v", syncs)
		require3(t, l, total)
		require.NoError(t, l.Close())
	}
}
