package rival

import (
	"errors"
	"os"
	"sync"
	"time"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
	"github.com/meterbook/meterbook/internal/segment"
)

// The most that a disk can do: bytes that are there already are written and
// synced, with nothing worked out. Files grow ahead as the journal's do, and small
// groups have zeros written ahead of them as there, or files grow only by what is
// written.
const (
	rawAhead   = 4 << 20
	rawSegment = 64 << 20
	rawBlank   = 1 << 20
)

var zeros [rawBlank]byte

// A raw is a file that is appended to.
type raw struct {
	dir   string
	files *segment.Directory
	file  segment.File
	ahead int64
	size  int64 // allocated
	end   int64
	blank int64 // up to where zeros were written
	n     int
}

func openRaw(ahead int64) (*raw, error) {
	dir, err := os.MkdirTemp("", "raw-")
	if err != nil {
		return nil, err
	}
	r := &raw{dir: dir, ahead: ahead}
	if r.files, err = segment.OpenDirectory(dir); err != nil {
		return nil, err
	}
	return r, r.roll()
}

func (r *raw) roll() (err error) {
	if r.file != nil {
		if err := r.file.Close(); err != nil {
			return err
		}
	}
	r.n++
	r.file, err = r.files.Create("raw-" + string(rune('a'+r.n%26)) + string(rune('a'+r.n/26%26)) + string(rune('a'+r.n/676%26)))
	r.size, r.end, r.blank = 0, 0, 0
	return err
}

func (r *raw) append(b []byte) error {
	if r.end >= rawSegment {
		if err := r.roll(); err != nil {
			return err
		}
	}
	if need := r.end + int64(len(b)); r.ahead > 0 && need > r.size {
		size := (need + r.ahead) / r.ahead * r.ahead
		if f, ok := r.file.(interface{ Allocate(from, to int64) error }); ok {
			if err := f.Allocate(r.size, size); err != nil {
				return err
			}
		} else if err := r.file.Truncate(size); err != nil {
			return err
		}
		r.size = size
	}
	if _, err := r.file.WriteAt(b, r.end); err != nil {
		return err
	}
	r.end += int64(len(b))
	if f, ok := r.file.(interface{ Converts() bool }); ok && r.end > r.blank && r.end < r.size && len(b) <= rawBlank/8 && f.Converts() {
		r.blank = min(r.end+rawBlank, r.size)
		if _, err := r.file.WriteAt(zeros[:r.blank-r.end], r.end); err != nil {
			return err
		}
	}
	return r.file.Sync()
}

func (r *raw) close() error {
	return errors.Join(r.file.Close(), r.files.Close(), os.RemoveAll(r.dir))
}

// RawBatches returns the entrants that write and sync as many bytes as a batch of
// the journal takes.
func RawBatches(bytes func() (int, error), batches int) []contest.Entrant {
	entrant := func(name string, ahead int64) contest.Entrant {
		return contest.Entrant{Name: name, Open: func() (*contest.Run, error) {
			n, err := bytes()
			if err != nil {
				return nil, err
			}
			r, err := openRaw(ahead)
			if err != nil {
				return nil, err
			}
			buf := make([]byte, n)
			return &contest.Run{Close: r.close, Job: func() (time.Duration, error) {
				var took time.Duration
				for i := range batches {
					for k := range buf {
						buf[k] = byte(k * (i + 3))
					}
					start := time.Now()
					if err := r.append(buf); err != nil {
						return 0, err
					}
					took += time.Since(start)
				}
				return took / time.Duration(batches), nil
			}}, nil
		}}
	}
	return []contest.Entrant{entrant("raw", rawAhead), entrant("raw-growing", 0)}
}

// RawWriters returns the entrants in which many goroutines hand over the bytes of an
// event and wait until they are synced, as many at once as have come meanwhile.
func RawWriters(writers int) []contest.Entrant {
	entrant := func(name string, ahead int64) contest.Entrant {
		return contest.Entrant{Name: name, Open: func() (*contest.Run, error) {
			r, err := openRaw(ahead)
			if err != nil {
				return nil, err
			}
			g := &groupCommit{raw: r, open: newCommit()}
			var events workload.Events
			e := &events.Next(1)[0]
			body := workload.AppendBody(workload.AppendKey(nil, e), e)
			return &contest.Run{Close: r.close, Loops: contest.Workers(writers, func(int) contest.Loop {
				return func(n int) error {
					for range n {
						if err := g.append(body); err != nil {
							return err
						}
					}
					return nil
				}
			})}, nil
		}}
	}
	return []contest.Entrant{entrant("raw", rawAhead), entrant("raw-growing", 0)}
}

// A groupCommit is the least that lets many share one sync.
type groupCommit struct {
	raw     *raw
	mu      sync.Mutex
	open    *commit
	writing bool
}

type commit struct {
	buf  []byte
	done chan struct{}
	err  error
}

func newCommit() *commit { return &commit{done: make(chan struct{})} }

func (g *groupCommit) append(b []byte) error {
	g.mu.Lock()
	c := g.open
	c.buf = append(c.buf, b...)
	if g.writing {
		g.mu.Unlock()
		<-c.done
		return c.err
	}
	g.writing = true
	g.open = newCommit()
	g.mu.Unlock()
	c.err = g.raw.append(c.buf)
	close(c.done)
	g.mu.Lock()
	if len(g.open.buf) > 0 {
		go g.lead() // who waits is not kept waiting for who writes: it goes on in another
	} else {
		g.writing = false
	}
	g.mu.Unlock()
	return c.err
}

// lead writes until nobody waits.
func (g *groupCommit) lead() {
	g.mu.Lock()
	for len(g.open.buf) > 0 {
		mine := g.open
		g.open = newCommit()
		g.mu.Unlock()
		mine.err = g.raw.append(mine.buf)
		close(mine.done)
		g.mu.Lock()
	}
	g.writing = false
	g.mu.Unlock()
}
