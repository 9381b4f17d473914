package segment

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// writes tells of each write of a file how long it is, and whether it is of zeros.
type writes struct {
	Files
	mu  sync.Mutex
	all []write
}

type write struct {
	off, length int64
	blank       bool
}

func (w *writes) Edit(name string) (File, error)   { return w.file(w.Files.Edit(name)) }
func (w *writes) Create(name string) (File, error) { return w.file(w.Files.Create(name)) }

func (w *writes) file(f File, err error) (File, error) {
	if err != nil {
		return nil, err
	}
	return writesFile{f.(convertingHandle), w}, nil
}

type writesFile struct {
	convertingHandle
	to *writes
}

func (f writesFile) WriteAt(b []byte, off int64) (int, error) {
	blank := true
	for _, c := range b {
		blank = blank && c == 0
	}
	f.to.mu.Lock()
	f.to.all = append(f.to.all, write{off, int64(len(b)), blank})
	f.to.mu.Unlock()
	return f.convertingHandle.WriteAt(b, off)
}

// TestLaw_Blank_OnlyAhead: zeros are written where nothing was and nothing is, once for
// many small groups, and never for large ones or where syncs are rare.
func TestLaw_Blank_OnlyAhead(t *testing.T) {
	rng := random(t)
	for range 20 {
		m := newMemory()
		m.converts = true
		w := &writes{Files: m}
		opts := Options{SegmentSize: 8 << 20, Preallocate: int64(256<<10) << rng.IntN(5)}
		l, _, err := Open(w, opts)
		require.NoError(t, err)
		records := uint64(0)
		groups := 20 + rng.IntN(60)
		for range groups {
			size := 1 + rng.IntN(4000)
			if rng.IntN(10) == 0 {
				size = blankWorth + rng.IntN(1<<18)
			}
			ticket, err := l.Stage(func(b *Batch) error {
				buf := b.Begin()
				for range size {
					buf = append(buf, 'x')
				}
				_, err := b.End(buf)
				return err
			})
			require.NoError(t, err)
			require.NoError(t, ticket.Wait(bg))
			records++
		}
		require.NoError(t, l.Close())
		w.mu.Lock()
		blanks, end := 0, map[int64]bool{}
		last := int64(0) // behind all that was written and is not blank
		for _, one := range w.all {
			if !one.blank {
				last = max(last, one.off+one.length)
				continue
			}
			blanks++
			require.GreaterOrEqual(t, one.off, last, "nothing that was written is written over")
			require.LessOrEqual(t, one.length, int64(blankRun))
			require.False(t, end[one.off])
			end[one.off] = true
		}
		require.Positive(t, blanks)
		require.Less(t, blanks, groups/2+2)
		w.mu.Unlock()
		report, err := Verify(m)
		require.NoError(t, err)
		require.Equal(t, records, report.Segments[0].Records)
	}
	for _, opts := range []Options{{Preallocate: -1}, {Interval: 1}} {
		m := newMemory()
		m.converts = true
		w := &writes{Files: m}
		l, _, err := Open(w, opts)
		require.NoError(t, err)
		add(t, l, 30)
		require.NoError(t, l.Close())
		for _, one := range w.all {
			require.False(t, one.blank)
		}
	}
}
