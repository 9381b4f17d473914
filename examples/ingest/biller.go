package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/meterbook/meterbook/metering/journal"
)

// again is how long the biller waits for an edge that is not there.
const again = 5 * time.Millisecond

// runBiller is a process that imports the journal of an edge into its own. It asks
// its own journal how far it got, which is durable with what it got: it keeps no
// other note, and neither does the edge.
func runBiller(ctx context.Context, o options, stdin io.Reader, stdout io.Writer) (err error) {
	ctx = untilClosed(ctx, stdin)
	rec, _, err := journal.OpenRecorder(o.out, o.journal()...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rec.Close()) }()
	to := newTeller(stdout)
	for ctx.Err() == nil {
		r, err := dial(ctx, o.address)
		if err == nil {
			err = importFrom(ctx, rec, r, o.batch, to)
		}
		var refused *refusedError
		if errors.As(err, &refused) {
			return err
		}
		select { // the edge is gone, or not there yet
		case <-ctx.Done():
		case <-time.After(again):
		}
	}
	return nil
}

// A refusedError reports an event of the edge that the biller cannot keep: the
// relay stops rather than lose it.
type refusedError struct{ err error }

func (e *refusedError) Error() string { return e.err.Error() }
func (e *refusedError) Unwrap() error { return e.err }

// importFrom imports until the connection or the context ends.
func importFrom(ctx context.Context, rec *journal.Recorder, r *reading, batch int, to *teller) error {
	defer context.AfterFunc(ctx, func() { _ = r.conn.Close() })()
	defer r.conn.Close()
	// How far it got is told first: who was to hear it may have heard of a kill.
	done := rec.Journal().Imported(r.journal)
	if err := errors.Join(to.tell(message{Imported: done}), r.ask(done+1)); err != nil {
		return err
	}
	for {
		entries, err := r.next(batch)
		if err != nil && len(entries) == 0 {
			return err
		}
		res, importErr := rec.Import(ctx, r.journal, entries...)
		if importErr != nil {
			if ctx.Err() != nil {
				return nil
			}
			return &refusedError{importErr}
		}
		if len(res.Refused) > 0 {
			one := res.Refused[0]
			return &refusedError{fmt.Errorf("event %d of the edge is refused: %w", entries[one.Index].Sequence, one.Err)}
		}
		if tellErr := to.tell(message{Imported: entries[len(entries)-1].Sequence, Passed: res.Duplicates}); tellErr != nil || err != nil {
			return errors.Join(tellErr, err)
		}
	}
}
