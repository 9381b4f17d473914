package journal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/meterbook/meterbook/metering"
)

// Append makes events durable, each once. When it returns without an error, every
// event is in the journal for good, or in Refused with the reason:
//
//   - a *[metering.FieldError] or [metering.ErrTimeRange] for an event that is not
//     valid by itself;
//   - [metering.ErrConflict] where the identity is that of another event;
//   - [metering.ErrTooLate] for an event of a day before the window of identities,
//     [metering.ErrTooEarly] for one after it.
//
// With an error, none of the accepted events is acknowledged: with [ErrNoSpace] or
// another failure of the disk they are not in the journal, but for parts of a batch
// of 8,000 events or more, or of more than 8 MiB; with [ErrPoisoned] or the context's
// error it is open whether they are. Send them again in each case: what is there
// already is a duplicate then.
//
// Many callers share one sync of the disk. A batch of events costs less than as
// many calls; up to [MaxBatch] are taken. Who cannot stop waiting, as with
// context.Background, may write for all; a context that can end leaves that to a
// goroutine of the journal, which has to be woken.
func (j *Journal) Append(ctx context.Context, events ...metering.Event) (Result, error) {
	if len(events) > MaxBatch {
		return Result{}, tooMany(len(events))
	}
	if err := j.bare(); err != nil {
		return Result{}, err
	}
	start := j.opts.begin()
	res, err := j.appendFrom(ctx, events, nil, nil)
	j.opts.end(ctx, "journal.append", start, len(events), err)
	return res, err
}

// appendFrom appends events of this journal, or of another one's up to a position,
// and has each that is new counted once it is durable, also when others of the batch
// are not.
func (j *Journal) appendFrom(ctx context.Context, events []metering.Event, origin *position, to *counter) (Result, error) {
	if len(events) == 0 && origin == nil {
		return Result{}, outward(j.refusing())
	}
	if len(events) == 1 && origin == nil && j.log.Busy() {
		if res, ok, err := j.appendGathered(ctx, &events[0], to); ok {
			return res, err
		}
	}
	var room [4]*scribe
	pieces, err := j.stageAll(ctx, events, origin, room[:0])
	var res Result
	open := len(events) // of which nothing was said yet
	for _, s := range pieces {
		e := s.ticket.Wait(ctx)
		switch {
		case e == nil:
			s.result(&res, to)
			j.count(s)
			open -= len(s.claims)
		case to != nil && ctx.Err() != nil:
			to.later(s)
		}
		if err == nil {
			err = e
		}
		open -= len(s.refused)
	}
	if err == nil {
		for _, s := range pieces {
			res.Refused = append(res.Refused, s.refused...)
			j.countRefused(Result{Refused: s.refused})
		}
	}
	for _, s := range pieces {
		j.scribes.put(s)
	}
	if err != nil {
		j.tallies.failed.Add(uint64(open))
		return Result{}, outward(err)
	}
	slices.SortFunc(res.Refused, func(a, b Refusal) int { return a.Index - b.Index })
	return res, nil
}

// A counter counts events that are new, once they are durable.
type counter struct {
	count func(*metering.Event)
	// open has who still waits to count what nobody waits for any more.
	open *sync.WaitGroup
}

// later counts what is new of a piece when it is durable, if it is, beside the
// caller, who has given up: the events are copied.
func (c *counter) later(s *scribe) {
	var events []metering.Event
	for i := range s.findings {
		if s.findings[i].verdict == fresh {
			events = append(events, keep(s.event(i)))
		}
	}
	ticket := s.ticket
	c.open.Go(func() {
		if ticket.Wait(context.Background()) == nil {
			for i := range events {
				c.count(&events[i])
			}
		}
	})
}

// result adds what became of the events of a piece.
func (s *scribe) result(res *Result, to *counter) {
	if s.fresh == len(s.claims) && to == nil {
		res.Accepted += s.fresh
		return
	}
	for i := range s.findings {
		switch v := s.findings[i].verdict; v {
		case fresh:
			res.Accepted++
			if to != nil {
				to.count(s.event(i))
			}
		case duplicate:
			res.Duplicates++
		default:
			res.Refused = append(res.Refused, Refusal{s.from + s.index(i), refusal(v, s.event(i))})
		}
	}
}

// MaxBatch is how many events one Append takes.
const MaxBatch = 1 << 16

func tooMany(n int) error {
	return &metering.FieldError{Field: "events", Value: fmt.Sprint(n), Reason: fmt.Sprintf("want at most %d at once", MaxBatch)}
}

// bare returns an error where a recorder has the journal: what is appended past it
// would not be counted.
func (j *Journal) bare() error {
	if j.recorded.Load() {
		return ErrRecorded
	}
	return nil
}

func refusal(v verdict, e *metering.Event) error {
	if v == conflict {
		return fmt.Errorf("%w: id %.64q of source %.64q, tenant %.64q", metering.ErrConflict, e.ID, e.Source, e.Account.Tenant())
	}
	at := e.Time.UTC().Format(time.RFC3339Nano)
	if v == late {
		return fmt.Errorf("%w: %s is before the days whose identities are kept, see WithWindow", metering.ErrTooLate, at)
	}
	return fmt.Errorf("%w: %s is after the days whose identities are kept, see WithClock", metering.ErrTooEarly, at)
}

// countRefused counts what a recorder has refused, and what it knew.
func (j *Journal) countRefused(res Result) {
	t := &j.tallies
	if res.Duplicates > 0 {
		t.duplicates.Add(uint64(res.Duplicates))
	}
	for _, one := range res.Refused {
		switch {
		case errors.Is(one.Err, metering.ErrConflict):
			t.conflicts.Add(1)
		case untimely(one.Err):
			t.untimely.Add(1)
		default:
			t.refused.Add(1)
		}
	}
}

// count counts what became of a piece that was acknowledged.
func (j *Journal) count(s *scribe) {
	t := &j.tallies
	t.accepted.Add(uint64(s.fresh))
	if s.fresh == len(s.claims) {
		return
	}
	for i := range s.findings {
		switch s.findings[i].verdict {
		case fresh:
		case duplicate:
			t.duplicates.Add(1)
		case conflict:
			t.conflicts.Add(1)
		default:
			t.untimely.Add(1)
		}
	}
}

// A piece is what is staged at once, and in the journal as a whole or not at all as
// long as the process lives. It has at most so many events, and about as many bytes.
const (
	pieceEvents = 1 << 14
	pieceBytes  = 8 << 20
)

// pieceOf returns how many of n events take no more than so many bytes in a block, or
// 1.
func pieceOf(n, most int, event func(int) *metering.Event) int {
	n = min(n, pieceEvents)
	size := 0
	for i := range n {
		if size += sizeOf(event(i)); size > most && i > 0 {
			return i
		}
	}
	return n
}

// sizeOf is the most that an event takes in a block.
func sizeOf(e *metering.Event) int {
	size := len(e.ID) + len(e.Reason) + len(e.Adjusts) + 64
	size += len(e.Account) + len(e.Source) + len(e.Resource) + len(e.Region)
	for name, value := range e.Labels.All() {
		size += len(name) + len(value) + 4
	}
	for k := range e.Items {
		size += len(e.Items[k].Meter) + len(e.Items[k].SKU) + 40
	}
	return size
}
