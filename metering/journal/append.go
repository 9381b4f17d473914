package journal

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/meterbook/meterbook/internal/segment"
	"github.com/meterbook/meterbook/metering"
)

// A Result says what became of the events of one Append.
type Result struct {
	Accepted   int // durable now, and not before
	Duplicates int // durable before
	// Refused are the events that are not in the journal, in order.
	Refused []Refusal
}

// A Refusal is an event that was refused, by its index among those given.
type Refusal struct {
	Index int
	Err   error
}

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
// another failure of the disk they are not in the journal, but for parts of
// a batch of more than 4,000 events; with [ErrPoisoned] or the context's error it is
// open whether they are. Send them again in each case: what is there already is a
// duplicate then.
//
// Many callers share one sync of the disk. A batch of events costs less than as
// many calls; up to [MaxBatch] are taken.
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
	var few [maxShares]share
	shares := j.prepare(few[:0], events, origin != nil)
	var room [maxShares * 2]piece
	pieces, err := room[:0], error(nil)
	for i := range shares {
		sh := &shares[i]
		if sh.ready.Wait(); err == nil { // each has to be ready before its scribe is lent again
			pieces, err = j.stageAll(ctx, sh, origin, pieces)
		}
	}
	var res Result
	staged := 0
	for i := range pieces {
		p := &pieces[i]
		e := p.ticket.Wait(ctx)
		switch {
		case e == nil:
			p.result(&res, to)
		case to != nil && ctx.Err() != nil:
			to.later(p)
		}
		if err == nil {
			err = e
		}
		j.count(p, e)
		staged += p.claims[1] - p.claims[0]
	}
	for i := range shares {
		staged -= len(shares[i].scribe.claims)
		res.Refused = append(res.Refused, shares[i].refused...)
		j.scribes.put(shares[i].scribe)
	}
	if err != nil {
		j.tallies.failed.Add(uint64(-staged))
		return Result{}, outward(err)
	}
	j.countRefused(Result{Refused: refusedOf(shares)})
	slices.SortFunc(res.Refused, func(a, b Refusal) int { return a.Index - b.Index })
	return res, nil
}

// refusedOf returns the events that were not valid by themselves.
func refusedOf(shares []share) (refused []Refusal) {
	for i := range shares {
		refused = append(refused, shares[i].refused...)
	}
	return refused
}

// A piece is claims of a share that were staged at once.
type piece struct {
	*share
	ticket segment.Ticket
	claims [2]int // from and to
}

// A counter counts events that are new, once they are durable.
type counter struct {
	count func(*metering.Event)
	// open has who still waits to count what nobody waits for any more.
	open *sync.WaitGroup
}

// later counts what is new of a piece when it is durable, if it is, beside the
// caller, who has given up: the events are copied.
func (c *counter) later(p *piece) {
	var events []metering.Event
	for i := p.claims[0]; i < p.claims[1]; i++ {
		if p.scribe.findings[i].verdict == fresh {
			events = append(events, keep(p.scribe.event(i)))
		}
	}
	ticket := p.ticket
	c.open.Go(func() {
		if ticket.Wait(context.Background()) == nil {
			for i := range events {
				c.count(&events[i])
			}
		}
	})
}

// A share is a part of a batch, with a scribe of its own: parts are checked and
// hashed at once, and staged one after the other.
type share struct {
	scribe  *scribe
	from    int // its first event
	refused []Refusal
	ready   sync.WaitGroup
}

const (
	maxShares  = 4
	shareLeast = 2048 // events that are worth a goroutine
)

// prepare prepares events, in shares unless they are to be whole.
func (j *Journal) prepare(shares []share, events []metering.Event, whole bool) []share {
	n := 1
	if !whole {
		n = max(1, min(len(events)/shareLeast, runtime.GOMAXPROCS(0), maxShares))
	}
	shares = shares[:n]
	for i := range shares {
		sh := &shares[i]
		from, to := i*len(events)/n, (i+1)*len(events)/n
		part := events[from:to]
		sh.from, sh.scribe = from, j.scribes.get(len(part))
		if i == 0 {
			continue // the caller's, below
		}
		sh.ready.Go(func() { sh.prepare(part) })
	}
	shares[0].prepare(events[:len(events)/n])
	return shares
}

func (sh *share) prepare(events []metering.Event) {
	sh.scribe.prepare(events, func(i int, err error) { sh.refused = append(sh.refused, Refusal{sh.from + i, err}) })
}

// result adds what became of the events of a piece.
func (p *piece) result(res *Result, to *counter) {
	s := p.scribe
	for i := p.claims[0]; i < p.claims[1]; i++ {
		switch v := s.findings[i].verdict; v {
		case fresh:
			res.Accepted++
			if to != nil {
				to.count(s.event(i))
			}
		case duplicate:
			res.Duplicates++
		default:
			res.Refused = append(res.Refused, Refusal{p.from + s.at[i], refusal(v, s.event(i))})
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
		return fmt.Errorf("%w: %s is before the days whose identities are kept", metering.ErrTooLate, at)
	}
	return fmt.Errorf("%w: %s is after the days whose identities are kept", metering.ErrTooEarly, at)
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

// count counts what became of a piece.
func (j *Journal) count(p *piece, err error) {
	t := &j.tallies
	if err != nil {
		t.failed.Add(uint64(p.claims[1] - p.claims[0]))
		return
	}
	accepted := 0
	for _, f := range p.scribe.findings[p.claims[0]:p.claims[1]] {
		switch f.verdict {
		case fresh:
			accepted++
		case duplicate:
			t.duplicates.Add(1)
		case conflict:
			t.conflicts.Add(1)
		default:
			t.untimely.Add(1)
		}
	}
	t.accepted.Add(uint64(accepted))
}

// stageAll stages what a share has prepared, in pieces that the log takes.
func (j *Journal) stageAll(ctx context.Context, sh *share, origin *position, pieces []piece) ([]piece, error) {
	s := sh.scribe
	for from := 0; from < len(s.claims) || origin != nil; {
		to := len(s.claims) // what is imported is one piece: its position is in it
		if origin == nil {
			to = from + pieceOf(len(s.claims)-from, pieceBytes, func(i int) *metering.Event { return s.event(from + i) })
		}
		t, err := j.stage(s, from, to, origin)
		switch {
		case errors.Is(err, segment.ErrFull):
			if err := j.log.Ready(ctx); err != nil {
				return pieces, err
			}
			continue
		case errors.Is(err, errBehind):
			if err := j.catchUp(); err != nil {
				return pieces, err
			}
			continue
		case err != nil:
			return pieces, err
		}
		pieces = append(pieces, piece{sh, t, [2]int{from, to}})
		from, origin = to, nil
	}
	return pieces, nil
}

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
