package journal

import (
	"encoding/binary"
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

	scribes    scribes
	gatherings gatherings
	recorded   atomic.Bool // a recorder has it

	// mu is held while events are looked up and encoded, never while the disk is
	// waited for. It is locked before the log's own lock.
	mu        sync.Mutex
	index     *identities
	numbering numbering          // of pieces that are not new as a whole
	next      uint64             // sequence of the next event
	flights   []flight           // records that are not known to be durable, in order
	place                        // the last that is known to be durable
	oldest    int32              // first day of the window
	said      int32              // the same, as records before the next one say it; 0 if that is open
	exported  uint64             // events up to here were exported
	guard     func(*Entry) error // what else keeps an event from being dropped
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

// tryStage looks up a piece, and stages what is new of it.
func (j *Journal) tryStage(s *scribe, origin *position) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return ErrClosed
	}
	due := j.due()
	if due > j.oldest+1 {
		return errBehind
	}
	j.keeper.look(len(s.claims), due > j.oldest)
	j.settle()
	t, err := j.log.Stage(func(b *segment.Batch) error {
		if err := j.caughtUp(b.First()); err != nil {
			return err
		}
		var err error
		if s.fresh, err = j.index.add(s.claims, j.next, s.findings); err != nil || s.fresh == 0 && origin == nil {
			return err
		}
		before, said := len(j.flights), j.said
		if err = j.encode(b, s, origin); err != nil {
			j.flights, j.said = j.flights[:before], said
			return errors.Join(err, j.index.cut(j.next))
		}
		j.next += uint64(s.fresh)
		return nil
	})
	if err != nil {
		return err
	}
	s.ticket = t
	if s.fresh < len(s.claims) {
		for i := range s.findings {
			if f := &s.findings[i]; f.verdict == outside {
				f.verdict = early
				if s.claims[i].day < j.oldest {
					f.verdict = late
				}
			}
		}
	}
	return nil
}

// errBehind: days went by without events, and the window has to move before it
// can be said which days are in it.
var errBehind = errors.New("journal: the window is behind the clock")

// Verdicts on what is outside of the window.
const (
	late  verdict = 16 + iota // before it
	early                     // after it
)

// encode puts the events of a piece that are new into records of a batch; with an
// origin one record, which tells how far that was read. Where the window has moved, a
// record before them says so.
func (j *Journal) encode(b *segment.Batch, s *scribe, origin *position) error {
	if j.said < j.oldest { // or a clock that goes back would open closed days again
		f, err := j.appendControl(b, windowMoves, uint64(j.oldest))
		if err != nil {
			return err
		}
		j.flights, j.said = append(j.flights, f), j.oldest
	}
	if s.fresh < len(s.claims) {
		return j.encodeFresh(b, s, origin)
	}
	first, from := j.next, extent{}
	for _, to := range s.blocks {
		events := to.claims - from.claims
		buf := append(appendHead(b.Begin(), first, events, origin), s.text[from.bytes:to.bytes]...)
		if err := j.fly(b, buf, first, events, origin); err != nil {
			return err
		}
		first, from = first+uint64(events), to
	}
	return nil
}

// fly ends a record, which is under way from now on.
func (j *Journal) fly(b *segment.Batch, record []byte, first uint64, events int, origin *position) error {
	n, err := b.End(record)
	if err == nil {
		j.flights = append(j.flights, flight{place{n, first + uint64(events) - 1}, first, origin})
	}
	return err
}

// encodeFresh encodes the events of a piece that are new, where not all are.
func (j *Journal) encodeFresh(b *segment.Batch, s *scribe, origin *position) error {
	first := j.next
	for i := 0; ; {
		buf := b.Begin()
		head := len(buf)
		buf = appendHead(buf, first, 0, origin)
		start, events := len(buf), 0
		j.numbering.begin(len(s.claims) - i)
		for ; i < len(s.claims) && (len(buf)-start <= maxBlock || origin != nil); i++ {
			if s.findings[i].verdict == fresh {
				e := s.event(i)
				buf = j.numbering.append(buf, s.of[i], e, s.ordered(e), e.Time.UnixNano())
				events++
			}
		}
		if events > 0 || origin != nil {
			binary.LittleEndian.PutUint32(buf[head+countAt:], uint32(events))
			if err := j.fly(b, buf, first, events, origin); err != nil {
				return err
			}
		}
		if i == len(s.claims) {
			return nil
		}
		first += uint64(events)
	}
}

// caughtUp takes notice of records that the log has taken back: it would give
// their sequences to others now. Their events are as if they had never been. j.mu
// is held.
func (j *Journal) caughtUp(nextRecord uint64) error {
	if n := len(j.flights); n == 0 || j.flights[n-1].record < nextRecord {
		return nil
	}
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
