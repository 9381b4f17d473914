package journal

import (
	"errors"
	"io"
	"sync"
	"sync/atomic"

	"github.com/meterbook/meterbook/internal/segment"
)

// A Journal is a durable log of events, each of which is in it once. Open one
// with [Open]. It is safe for concurrent use, and one process at a time has it.
type Journal struct {
	files  Files
	dir    io.Closer // nil where files were given
	opts   options
	log    *segment.Log
	secret secret

	scribes  scribes
	recorded atomic.Bool // a recorder has it

	// mu is held while events are looked up and encoded, never while the disk is
	// waited for. It is locked before the log's own lock.
	mu       sync.Mutex
	index    *identities
	next     uint64             // sequence of the next event
	flights  []flight           // records that are not known to be durable, in order
	place                       // the last that is known to be durable
	oldest   int32              // first day of the window
	said     int32              // the same, as records before the next one say it; 0 if that is open
	exported uint64             // events up to here were exported
	guard    func(*Entry) error // what else keeps an event from being dropped
	// positions are how far other journals were imported, durably.
	positions map[ID]uint64
	tallies   tallies
	syncs     syncs
	closed    bool

	keeper keeper
}

// A place is the end of a record of the log, and the last event up to there.
type place struct{ record, event uint64 }

// A flight is a record under way, and its first event.
type flight struct {
	place
	first  uint64
	origin *position // of imported events
}

// Counts say what a journal has been given since it was opened.
type Counts struct {
	Accepted   uint64 // events made durable
	Duplicates uint64 // events that were in the journal already
	Conflicts  uint64 // refused: another event has the identity
	Untimely   uint64 // refused: outside the window of identities
	Refused    uint64 // refused for any other reason
	Failed     uint64 // not made durable, or not known to be
}

// tallies are Counts that many add to at once.
type tallies struct{ accepted, duplicates, conflicts, untimely, refused, failed atomic.Uint64 }

// Counts returns what was given so far.
func (j *Journal) Counts() Counts {
	t := &j.tallies
	return Counts{t.accepted.Load(), t.duplicates.Load(), t.conflicts.Load(), t.untimely.Load(), t.refused.Load(), t.failed.Load()}
}

// stage looks up a piece of the events that were prepared, and stages those that
// are new.
func (j *Journal) stage(s *scribe, from, to int, origin *position) (segment.Ticket, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return segment.Ticket{}, ErrClosed
	}
	if j.due() > j.oldest+1 {
		return segment.Ticket{}, errBehind
	}
	j.keeper.look(j, to-from)
	j.settle()
	var flights []flight
	t, err := j.log.Stage(func(b *segment.Batch) error {
		if err := j.caughtUp(b.First()); err != nil {
			return err
		}
		fresh, err := j.index.add(s.claims[from:to], j.next, s.findings[from:to])
		if err != nil || fresh == 0 && origin == nil {
			return err
		}
		if flights, err = j.encode(b, s, from, to, origin); err != nil {
			return errors.Join(err, j.index.cut(j.next))
		}
		j.next += uint64(fresh)
		return nil
	})
	if err == nil && flights != nil {
		j.flights = append(j.flights, flights...)
		j.said = max(j.said, j.oldest)
	}
	for i := from; i < to; i++ {
		if f := &s.findings[i]; f.verdict == outside {
			f.verdict = early
			if s.claims[i].day < j.oldest {
				f.verdict = late
			}
		}
	}
	return t, err
}

// errBehind: days went by without events, and the window has to move before it
// can be said which days are in it.
var errBehind = errors.New("journal: the window is behind the clock")

// Verdicts on what is outside of the window.
const (
	late  verdict = 16 + iota // before it
	early                     // after it
)

// encode puts the events that are new into records of a batch; with an origin one
// record, which tells how far that was read.
func (j *Journal) encode(b *segment.Batch, s *scribe, from, to int, origin *position) ([]flight, error) {
	e := encoder{batch: b, scribe: s, seq: j.next, origin: origin}
	if j.said < j.oldest { // or a clock that goes back would open closed days again
		f, err := j.appendControl(b, windowMoves, uint64(j.oldest))
		if err != nil {
			return nil, err
		}
		e.flights = append(e.flights, f)
	}
	if origin != nil {
		e.open()
	}
	for i := from; i < to; i++ {
		if s.findings[i].verdict != fresh {
			continue
		}
		if e.buf != nil && len(e.buf)-e.start > maxBlock && origin == nil {
			if err := e.close(); err != nil {
				return nil, err
			}
		}
		if e.buf == nil {
			e.open()
		}
		e.buf = s.append(e.buf, i)
		e.seq++
	}
	err := e.close()
	return e.flights, err
}

// An encoder makes the records of one batch.
type encoder struct {
	batch   *segment.Batch
	scribe  *scribe
	origin  *position
	buf     []byte // the log's, and behind it the record; nil between records
	start   int    // of the record
	first   uint64 // event of the record
	seq     uint64 // of the next event
	flights []flight
}

func (e *encoder) open() {
	e.buf = e.batch.Begin()
	e.start, e.first = len(e.buf), e.seq
	e.buf = e.scribe.begin(e.buf, e.seq, e.origin)
}

func (e *encoder) close() error {
	if e.buf == nil {
		return nil
	}
	e.scribe.end(e.buf, e.start, int(e.seq-e.first))
	record, err := e.batch.End(e.buf)
	e.buf = nil
	e.flights = append(e.flights, flight{place{record, e.seq - 1}, e.first, e.origin})
	return err
}

// caughtUp takes notice of records that the log has taken back: it would give
// their sequences to others now. Their events are as if they had never been. j.mu
// is held.
func (j *Journal) caughtUp(nextRecord uint64) error {
	for i, f := range j.flights {
		if f.record < nextRecord {
			continue
		}
		if err := j.index.cut(f.first); err != nil {
			return err
		}
		j.next, j.said = f.first, 0
		j.flights = j.flights[:i]
		break
	}
	return nil
}

// settle notes which events are durable. j.mu is held, the log's lock is not. A
// flight that the log took back is not taken for durable: its sequence is given
// again only after [Journal.caughtUp].
func (j *Journal) settle() {
	durable := j.log.Durable()
	n := 0
	for n < len(j.flights) && j.flights[n].record <= durable {
		f := &j.flights[n]
		j.place = f.place
		if f.origin != nil {
			j.positions[f.origin.journal] = max(j.positions[f.origin.journal], f.origin.event)
		}
		n++
	}
	j.flights = append(j.flights[:0], j.flights[n:]...)
}
