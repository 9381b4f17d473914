package journal

import (
	"context"
	"fmt"

	"github.com/meterbook/meterbook/metering"
)

// A RetainError reports that events are to be kept: nothing was dropped.
type RetainError struct {
	Sequence uint64 // of an event that is to be kept
	Reason   string
	Err      error // what [WithRetention] said; nil where it is the journal's own rule
}

// Unwrap returns Err.
func (e *RetainError) Unwrap() error { return e.Err }

func (e *RetainError) Error() string {
	return fmt.Sprintf("journal: event %d is to be kept: %s", e.Sequence, e.Reason)
}

// Exported notes that everything up to an event was exported, or will never have
// to be: without that, nothing is dropped. It is durable when it returns, and never
// goes back. An event that is not durable yet is a *[metering.FieldError].
func (j *Journal) Exported(ctx context.Context, upTo uint64) error {
	if durable := j.Durable(); upTo > durable {
		return &metering.FieldError{Field: "sequence", Value: fmt.Sprint(upTo), Reason: fmt.Sprintf("want up to %d, which are durable", durable)}
	}
	if _, err := j.control(ctx, exportedUpTo, upTo); err != nil {
		return outward(err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.exported = max(j.exported, upTo)
	return nil
}

// Drop removes the oldest files of the log, those whole of events up to one, and
// returns how many. It is the only thing that removes events, and it refuses, with
// a *[RetainError] and before it has removed anything, where one of them
//
//   - was not exported: see [Journal.Exported];
//   - is of a day whose identities are still kept, so that the index could not be
//     made anew without it;
//   - in the journal of a recorder, is of a window that is not sealed, or is not in
//     a snapshot of totals;
//   - is to be kept for another reason: see [WithRetention].
//
// It reads the events that it is to remove.
func (j *Journal) Drop(ctx context.Context, upTo uint64) (files int, err error) {
	noted, err := j.snapshot(ctx)
	if err != nil {
		return 0, outward(err)
	}
	j.mu.Lock()
	exported, oldest, guard := j.exported, j.oldest, j.guard
	j.mu.Unlock()
	if upTo > exported {
		return 0, &RetainError{Sequence: exported + 1, Reason: "it was not exported"}
	}
	from, err := j.tailFrom(0)
	if err != nil {
		return 0, outward(err)
	}
	defer from.reader.Close()
	before := j.log.First() // the first record that stays
	for {
		e, err := from.next()
		if err != nil || e.Sequence > upTo {
			if err == nil {
				break
			}
			return 0, outward(err)
		}
		if dayOf(e.Event.Time.UnixNano()) >= oldest {
			return 0, &RetainError{Sequence: e.Sequence, Reason: "it is of a day whose identities are kept"}
		}
		if guard != nil {
			if err := guard(&e); err != nil {
				return 0, err
			}
		}
		if retain := j.opts.retain; retain != nil {
			if err := retain(&e.Event); err != nil {
				return 0, &RetainError{Sequence: e.Sequence, Reason: err.Error(), Err: err}
			}
		}
		if e.Sequence == upTo {
			before = from.record // of which more may be to be kept
			if from.unblock.end() == upTo {
				before++
			}
			break
		}
	}
	j.keeper.turn.Lock()
	defer j.keeper.turn.Unlock()
	noted.first = max(noted.first, before) // or a file that is gone would be taken for a loss
	if err := noted.write(j.files); err != nil {
		return 0, outward(err)
	}
	files, err = j.log.Drop(ctx, before)
	return files, outward(err)
}

// guardTotals keeps events that a recorder would need again.
func (r *Recorder) guardTotals(e *Entry) error {
	switch {
	case e.Sequence > r.saved.Load():
		return &RetainError{Sequence: e.Sequence, Reason: "it is in no snapshot of totals"}
	case !e.Event.Time.Before(r.usage.Watermark()):
		return &RetainError{Sequence: e.Sequence, Reason: "its window is not sealed"}
	}
	return nil
}
