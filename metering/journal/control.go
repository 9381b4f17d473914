package journal

import (
	"context"
	"encoding/binary"
	"fmt"

	"github.com/meterbook/meterbook/internal/segment"
)

// A control record is its kind, a code and a number (8 bytes): what a journal has
// to remember in its place among events.
const (
	windowMoves  = 1 // the first day of the window, from here on
	windowsSeal  = 2 // an instant before which a recorder sealed its windows
	windowMoved  = 3 // an instant in the window that a recorder made current
	controlSize  = 10
	exportedUpTo = 4 // an event up to which all were exported
	rulesFrom    = 5 // the rules by which a recorder counts from here on: of their digest the first 8 bytes
	firstUnknown = 6
)

func (r *blockText) control() (code byte, number uint64) {
	code, number = r.byte(), r.fixed(8)
	if code == 0 || code >= firstUnknown || r.rest != "" {
		r.fail("a control that this version does not know")
	}
	return code, number
}

// readControl takes notice of a control record.
func (j *Journal) readControl(r *blockText) error {
	code, number := r.control()
	switch {
	case r.err != nil:
	case code == windowMoves && number > lastDay:
		r.fail("a window that is no day's")
	case code == windowMoves:
		j.oldest = max(j.oldest, int32(number))
	case code == exportedUpTo:
		j.exported = max(j.exported, number)
	}
	return r.err
}

// stageControl stages a control record. j.mu is held.
func (j *Journal) stageControl(code byte, number uint64) (segment.Ticket, error) {
	var f flight
	t, err := j.log.Stage(func(b *segment.Batch) error {
		if err := j.caughtUp(b.First()); err != nil {
			return err
		}
		var err error
		f, err = j.appendControl(b, code, number)
		return err
	})
	if err == nil {
		j.flights = append(j.flights, f)
	}
	return t, err
}

// appendControl appends a control record to a batch. j.mu is held.
func (j *Journal) appendControl(b *segment.Batch, code byte, number uint64) (flight, error) {
	payload := [controlSize]byte{controlRecord, code}
	binary.LittleEndian.PutUint64(payload[2:], number)
	record, err := b.Append(payload[:])
	return flight{place{record, j.next - 1}, j.next, nil}, err
}

// control makes a control record durable, and returns its sequence.
func (j *Journal) control(ctx context.Context, code byte, number uint64) (record uint64, err error) {
	j.mu.Lock()
	if j.closed {
		j.mu.Unlock()
		return 0, ErrClosed
	}
	t, err := j.stageControl(code, number)
	j.mu.Unlock()
	if err == nil {
		err = t.Wait(ctx)
	}
	if err != nil {
		return 0, fmt.Errorf("journal: control: %w", err)
	}
	return t.First, nil
}
