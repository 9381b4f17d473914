package journal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/meterbook/meterbook/internal/segment"
	"github.com/meterbook/meterbook/metering"
)

// An Entry is an event of a journal, and its sequence there: from 1 on, without
// gaps.
type Entry struct {
	Sequence uint64
	Event    metering.Event
}

// Events yields the events from a sequence on, 0 for the oldest one, up to the
// last that is durable when it begins. It ends with an error, among them
// [ErrDropped], or without one. Entries are the caller's to keep.
//
// Finding the first takes reading a file of the log.
func (j *Journal) Events(from uint64) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		last := j.Durable()
		for e, err := range j.entries(from) {
			if err == nil && e.Sequence > last {
				return
			}
			if err != nil || !yield(e, nil) || e.Sequence == last {
				if err != nil {
					yield(Entry{}, outward(err))
				}
				return
			}
		}
	}
}

// Tail yields the events from a sequence on, 0 for the oldest one, and then those
// that become durable, until the context ends, which is no error, or the journal
// is closed ([ErrClosed]). Whoever tails keeps the sequence of the last entry it
// has dealt with, and goes on from the next.
func (j *Journal) Tail(ctx context.Context, from uint64) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		t, err := j.tailFrom(from)
		if err != nil {
			yield(Entry{}, outward(err))
			return
		}
		defer t.reader.Close()
		for {
			e, err := t.next()
			if errors.Is(err, io.EOF) {
				if err = j.log.WaitPast(ctx, t.record); err == nil {
					continue
				}
				if ctx.Err() != nil {
					return
				}
			}
			if err != nil {
				yield(Entry{}, outward(err))
				return
			}
			if !yield(e, nil) || ctx.Err() != nil {
				return
			}
		}
	}
}

// Durable returns the sequence of the last event that is durable, 0 for none.
func (j *Journal) Durable() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.settle()
	return j.event
}

// ID returns the journal's.
func (j *Journal) ID() ID { return j.log.ID() }

// entries yields what is durable from a sequence on.
func (j *Journal) entries(from uint64) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		t, err := j.tailFrom(from)
		if err != nil {
			yield(Entry{}, err)
			return
		}
		defer t.reader.Close()
		for {
			e, err := t.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// A tail reads events behind each other.
type tail struct {
	reader  *segment.Reader
	unblock unblocker
	open    bool
	record  uint64 // the last that was read
	from    uint64
}

// tailFrom returns a tail that begins with an event.
func (j *Journal) tailFrom(from uint64) (*tail, error) {
	j.mu.Lock()
	closed := j.closed
	j.mu.Unlock()
	if closed {
		return nil, ErrClosed
	}
	record, first, err := j.recordOf(from)
	if err != nil {
		return nil, err
	}
	if from > 0 && from < first {
		return nil, fmt.Errorf("%w: event %d, the oldest is %d", segment.ErrDropped, from, first)
	}
	return &tail{reader: j.log.Reader(record), record: record - 1, from: from}, nil
}

// next returns the next event, or io.EOF while there is none that is durable.
func (t *tail) next() (Entry, error) {
	for {
		for !t.open {
			rec, err := t.reader.Next()
			if err != nil {
				return Entry{}, err
			}
			t.record = rec.Seq
			kind, err := t.unblock.open(string(rec.Payload))
			if err != nil {
				return Entry{}, fmt.Errorf("journal: record %d: %w", rec.Seq, err)
			}
			t.open = kind != controlRecord && t.unblock.end() >= t.from && t.unblock.count > 0
		}
		e, seq, err := t.unblock.next()
		if err != nil {
			return Entry{}, fmt.Errorf("journal: record %d: %w", t.record, err)
		}
		if e == nil {
			t.open = false
			continue
		}
		if seq >= t.from {
			return Entry{seq, keep(e)}, nil
		}
	}
}

// keep returns an event that owns what it has: texts of events are cut from the
// records they are read from.
func keep(e *metering.Event) metering.Event {
	own := *e
	own.Account, own.Source, own.ID = metering.Account(strings.Clone(string(e.Account))), strings.Clone(e.Source), strings.Clone(e.ID)
	own.Resource, own.Region = strings.Clone(e.Resource), strings.Clone(e.Region)
	own.Adjusts, own.Reason = strings.Clone(e.Adjusts), strings.Clone(e.Reason)
	own.Items = slices.Clone(e.Items)
	for i := range own.Items {
		it := &own.Items[i]
		it.Meter, it.SKU = metering.MeterID(strings.Clone(string(it.Meter))), strings.Clone(it.SKU)
	}
	return own
}

// recordOf returns a record at or before the one with an event, and the oldest
// event of the log: files of the log begin with a record that says what its first
// event is.
func (j *Journal) recordOf(event uint64) (record, oldest uint64, err error) {
	firsts := j.log.Firsts()
	record = firsts[0]
	oldest = 0
	low, high := 0, len(firsts)
	for low < high {
		// The first file's oldest event is needed anyway; then halves.
		mid := (low + high) / 2
		if oldest == 0 {
			mid = 0
		}
		first, ok, err := j.firstEvent(firsts[mid])
		if err != nil {
			return 0, 0, err
		}
		if mid == 0 && oldest == 0 {
			if oldest = first; !ok {
				return record, 0, nil
			}
		}
		if ok && first <= event {
			record, low = firsts[mid], mid+1
		} else {
			high = mid
		}
	}
	return record, oldest, nil
}

// firstEvent returns the first event at or after a record; not ok if there is none.
func (j *Journal) firstEvent(record uint64) (event uint64, ok bool, err error) {
	r := j.log.Reader(record)
	defer r.Close()
	var u unblocker
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return 0, false, nil
		}
		if err != nil {
			return 0, false, err
		}
		kind, err := u.open(string(rec.Payload))
		if err != nil {
			return 0, false, fmt.Errorf("journal: record %d: %w", rec.Seq, err)
		}
		if kind != controlRecord {
			return u.first, true, nil
		}
	}
}
