package cloudevents

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/meterbook/meterbook/metering"
)

// An Encoder writes a batch: a JSON array of events, one on a line. The same
// events in the same order are the same bytes. Get one from [NewEncoder]. It is
// for one goroutine at a time.
type Encoder struct {
	out  *bufio.Writer
	line []byte
	n    int // events that were written
	err  error
}

// NewEncoder returns an encoder that writes to dst. Nothing is sure to be
// written before [Encoder.Close].
func NewEncoder(dst io.Writer) *Encoder { return &Encoder{out: bufio.NewWriter(dst)} }

// Encode adds an event to the batch. It fails as [Marshal] does, and then the
// batch is as before and goes on; with what dst failed with, wrapped, now and
// ever after; and with [ErrClosed].
func (e *Encoder) Encode(event metering.Event) error {
	if e.err != nil {
		return e.err
	}
	before := "[\n"
	if e.n > 0 {
		before = ",\n"
	}
	line, err := Append(append(e.line[:0], before...), event)
	if e.line = line; err != nil {
		return err
	}
	if _, err := e.out.Write(line); err != nil {
		return e.fail(err)
	}
	e.n++
	return nil
}

// Close ends the batch, empty ones too, and hands all of it to dst, which it
// does not close. It fails with what dst failed with: the batch is then not
// whole. Another call does nothing, and returns what the first one did.
func (e *Encoder) Close() error {
	switch {
	case errors.Is(e.err, ErrClosed):
		return nil
	case e.err != nil:
		return e.err
	}
	end := "\n]\n"
	if e.n == 0 {
		end = "[]\n"
	}
	if _, err := e.out.WriteString(end); err != nil {
		return e.fail(err)
	}
	if err := e.out.Flush(); err != nil {
		return e.fail(err)
	}
	e.err = ErrClosed
	return nil
}

func (e *Encoder) fail(err error) error {
	e.err = fmt.Errorf("cloudevents: writing a batch: %w", err)
	return e.err
}
