package cloudevents

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/meterbook/meterbook/metering"
)

// A Decoder reads events from a stream: one event, a batch, or events one after
// another, each ending with its line. Get one from [NewDecoder]. It is for one
// goroutine at a time, and keeps one event in memory.
type Decoder struct {
	in     framer
	config config
	form   stream
	index  int   // of the next event
	err    error // what Events ends with, once it has; errEnd for no error
}

// A stream is how events follow each other.
type stream uint8

const (
	unread stream = iota
	lines         // an event, or several with a line feed between them
	batch         // within [ and ]
)

var errEnd = errors.New("no more events")

// NewDecoder returns a decoder over src, of which it reads nothing yet. It
// fails with a *[metering.FieldError] for each option that is out of range.
func NewDecoder(src io.Reader, opts ...Option) (*Decoder, error) {
	c, err := newConfig(opts)
	if err != nil {
		return nil, err
	}
	return &Decoder{in: framer{in: bufio.NewReader(src), max: c.bytes}, config: c}, nil
}

// Events yields the events, in order, from where an earlier call left off. A
// stream that begins with '[' is one batch; any other is events, each of which
// may itself have line breaks. Nothing but spaces is no events.
//
// An event that is refused is an *[EventError] in its place, and the events
// behind it follow: whoever wants all of a stream or none counts nothing before
// the end, as [UnmarshalBatch] does. What leaves no doubt about that event but
// about where the next one begins ends the iteration: text that is not JSON or
// ends too early ([ErrSyntax]), and a batch with more events than allowed (a
// *[LimitError]), both as an *EventError, and what src fails with, wrapped.
// Another call yields it again.
//
// No event is yielded that an error of its own is known of: an event is read
// together with the comma, bracket, line feed or end of the stream behind it.
func (d *Decoder) Events() iter.Seq2[metering.Event, error] {
	return func(yield func(metering.Event, error) bool) {
		for d.err == nil {
			e, err := d.next()
			if d.err == nil && !yield(e, err) {
				return
			}
		}
		if !errors.Is(d.err, errEnd) {
			yield(metering.Event{}, d.err)
		}
	}
}

// next reads an event. It sets d.err where there is none and none will be.
func (d *Decoder) next() (metering.Event, error) {
	start, err := d.begin()
	if err == nil {
		err = d.in.value()
	}
	var v value
	var refused error
	if err == nil && d.in.long {
		refused = &LimitError{"bytes in an event", d.config.bytes}
	} else if err == nil {
		// Not to be JSON is told where it is, not where the event is.
		if v, refused = parse(d.in.text, d.config.depth, ""); errors.Is(refused, ErrSyntax) {
			err = refused
		}
	}
	if err == nil {
		err = d.end()
	}
	if err != nil {
		d.err = d.ended(start, err)
		return metering.Event{}, nil
	}
	var e metering.Event
	if refused == nil {
		e, refused = d.config.event(v)
	}
	if refused != nil {
		refused = &EventError{d.index, start, refused}
	}
	d.index++
	return e, refused
}

// begin passes over what is before an event, and returns the event's offset.
func (d *Decoder) begin() (int64, error) {
	c, err := d.in.skip(false)
	if err == nil && d.form == unread {
		if d.form = lines; c == '[' {
			d.form = batch
			_, _ = d.in.next() // it was given back
			if c, err = d.in.skip(false); err == nil && c == ']' {
				_, _ = d.in.next()
				err = d.behind()
			}
		}
	}
	switch {
	case err != nil:
	case d.form == lines && c == nothing:
		err = errEnd
	case d.form == batch && d.index == d.config.batch:
		err = &LimitError{"events in a batch", d.config.batch}
	}
	return d.in.offset, err
}

// end passes over what has to be behind an event.
func (d *Decoder) end() error {
	c, err := d.in.skip(d.form == lines)
	switch {
	case err != nil || d.form == lines && c == nothing:
		return err
	case d.form == lines:
		return d.unexpected(c, "a line feed or the end behind an event")
	case c == nothing:
		return errCutOff
	}
	_, _ = d.in.next() // it was given back
	switch c {
	case ',':
		return nil
	case ']':
		// The last event is good only if nothing is wrong behind the batch.
		if err = d.behind(); errors.Is(err, errEnd) {
			d.form = lines // with none on them: begin says so
			return nil
		}
		return err
	}
	d.in.back()
	return d.unexpected(c, "a comma or the end of the batch")
}

// behind fails with errEnd if nothing but spaces is left.
func (d *Decoder) behind() error {
	c, err := d.in.skip(false)
	if err == nil && c != nothing {
		return d.unexpected(c, "nothing behind a batch")
	}
	if err == nil {
		return errEnd
	}
	return err
}

func (d *Decoder) unexpected(c rune, want string) error {
	return &AttributeError{Value: clip(string(c)), Err: fmt.Errorf("%w: byte %d of the stream: %q: want %s", ErrSyntax, d.in.offset, string(c), want)}
}

// ended returns what to end the iteration with.
func (d *Decoder) ended(start int64, err error) error {
	if errors.Is(err, errEnd) {
		return errEnd
	}
	if source, ok := errors.AsType[*sourceError](err); ok {
		return fmt.Errorf("cloudevents: reading event %d: %w", d.index, source.err)
	}
	return &EventError{d.index, start, err}
}
