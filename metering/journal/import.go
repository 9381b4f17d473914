package journal

import (
	"context"
	"fmt"

	"github.com/meterbook/meterbook/metering"
)

// Import appends events of another journal, each once: by its identity, and by
// its place in the other journal. Entries follow each other without gaps, and what
// comes up to [Journal.Imported] is passed over, so that both ends can begin again
// at any time; how far the other journal was read is made durable in one piece with
// its events. Otherwise it is [Journal.Append]: events that are refused are passed,
// too, and do not come again, so look at Result.Refused. A gap is a
// *[metering.FieldError], but before the first entry ever: what was dropped there
// cannot be had.
//
// One Import at a time is to be under way for one other journal.
func (j *Journal) Import(ctx context.Context, from ID, entries ...Entry) (Result, error) {
	if err := j.bare(); err != nil {
		return Result{}, err
	}
	start := j.opts.begin()
	res, err := j.importEach(ctx, from, entries, func(events []metering.Event, at *position) (Result, error) {
		return j.appendFrom(ctx, events, at, nil)
	})
	j.opts.end(ctx, "journal.import", start, len(entries), err)
	return res, err
}

// importEach passes pieces of what is to be imported on.
func (j *Journal) importEach(ctx context.Context, from ID, entries []Entry, pass func([]metering.Event, *position) (Result, error)) (Result, error) {
	switch {
	case from == j.ID() || from.IsZero():
		return Result{}, &metering.FieldError{Field: "journal", Value: from.String(), Reason: "want that of the other journal, and not this one's"}
	case len(entries) > pieceEvents:
		return Result{}, &metering.FieldError{Field: "entries", Value: fmt.Sprint(len(entries)), Reason: fmt.Sprintf("want at most %d at once", pieceEvents)}
	}
	for i := range entries {
		if i > 0 && entries[i].Sequence != entries[i-1].Sequence+1 {
			return Result{}, gap(entries[i].Sequence, entries[i-1].Sequence)
		}
	}
	// Only what is durable is passed over: what is under way may still fail, and is
	// known by its identity.
	done := j.Imported(from)
	if len(entries) > 0 && done > 0 && entries[0].Sequence > done+1 {
		return Result{}, gap(entries[0].Sequence, done)
	}
	skipped := 0
	for skipped < len(entries) && entries[skipped].Sequence <= done {
		skipped++
	}
	events := make([]metering.Event, 0, len(entries)-skipped)
	for _, e := range entries[skipped:] {
		events = append(events, e.Event)
	}
	all := Result{Duplicates: skipped}
	for at := 0; at < len(events); {
		to := at + pieceOf(len(events)-at, maxBlock, func(i int) *metering.Event { return &events[at+i] })
		res, err := pass(events[at:to], &position{from, entries[skipped+to-1].Sequence})
		if err != nil {
			return Result{}, err
		}
		all.Accepted += res.Accepted
		all.Duplicates += res.Duplicates
		for _, r := range res.Refused {
			all.Refused = append(all.Refused, Refusal{r.Index + skipped + at, r.Err})
		}
		at = to
	}
	return all, nil
}

func gap(got, after uint64) error {
	return &metering.FieldError{Field: "sequence", Value: fmt.Sprint(got), Reason: fmt.Sprintf("want %d, which follows", after+1)}
}

// Imported returns the sequence up to which another journal was imported; 0 for
// one that was not.
func (j *Journal) Imported(from ID) uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.settle()
	return j.positions[from]
}
