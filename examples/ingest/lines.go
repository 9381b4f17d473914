package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/cloudevents"
)

// maxLine is how long a line may be: what [cloudevents.Unmarshal] takes.
const maxLine = 262_144

// A line is one of the input, and the event on it or why there is none.
type line struct {
	number int // from 1
	event  metering.Event
	err    error
}

var errLong = fmt.Errorf("line of more than %d bytes", maxLine)

// A source reads lines beside whoever records them. A line that is no event is
// told in its place; cloudevents.Decoder would end there, as it does not take a
// line feed for the end of an event.
type source struct {
	lines chan line
	err   error // what the input failed with, once lines is closed
}

// openSource opens a file, or standard input for "-".
func openSource(ctx context.Context, name string, stdin io.Reader, after int) (*source, error) {
	from := io.NopCloser(stdin)
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		from = f
	}
	s := &source{lines: make(chan line, 1024)}
	mapping, err := requests()
	if err != nil {
		return nil, err
	}
	go func() {
		defer close(s.lines)
		defer from.Close()
		s.err = s.read(ctx, bufio.NewReaderSize(from, maxLine+1), mapping, after)
	}()
	return s, nil
}

func (s *source) read(ctx context.Context, from *bufio.Reader, mapping *cloudevents.Mapping, after int) error {
	for number := 1; ; number++ {
		text, err := from.ReadSlice('\n')
		long := errors.Is(err, bufio.ErrBufferFull)
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = from.ReadSlice('\n')
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		last := err != nil
		if number == 1 {
			text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
		}
		text = bytes.TrimSpace(text)
		if number == 1 && bytes.HasPrefix(text, []byte("[")) {
			return errors.New("the input is one JSON array; want one event on a line, as of: jq -c '.[]' FILE")
		}
		if (len(text) > 0 || long) && number > after {
			l := line{number: number, err: errLong}
			if !long {
				l.event, l.err = cloudevents.Unmarshal(text, cloudevents.WithMapping(mapping))
			}
			select {
			case s.lines <- l:
			case <-ctx.Done():
				return nil
			}
		}
		if last {
			return nil //nolint:nilerr // the error is the end of the input
		}
	}
}

// requestType is a type of event as another producer has it: requests to a model.
const requestType = "com.example.model.request"

// requests says what such events mean. Types of your own get their rule here.
func requests() (*cloudevents.Mapping, error) {
	amount := func(id metering.MeterID, pointer string) cloudevents.Amount {
		m, err := metering.DefaultCatalogue().Lookup(id)
		if err != nil {
			return cloudevents.Amount{} // NewMapping says so
		}
		return cloudevents.Amount{Meter: m, Unit: metering.MustUnit("{token}"), Value: cloudevents.Data(pointer), SKU: cloudevents.Data("/model")}
	}
	return cloudevents.NewMapping(cloudevents.Rule{
		Type:    requestType,
		Amounts: []cloudevents.Amount{amount(metering.InputTokens, "/usage/prompt_tokens"), amount(metering.OutputTokens, "/usage/completion_tokens")},
	})
}
