package tokens

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/meterbook/meterbook/metering"
)

// A Stream gathers the usage of one response that comes in events, of which
// usually the last has the counts. Counts are running totals: what a later
// event says of a member stands in place of what an earlier one said, and
// nothing is added up. Where an event says a [Field.Partition] again and not its
// parts, what it has more than these is of its own class. Get one from [Parser.Stream]; it is for one goroutine at
// a time.
type Stream struct {
	p      *Parser
	counts counts
	texts  [maxTexts]string
	found  bool
	final  bool
}

// Stream returns a stream of which nothing is known yet.
func (p *Parser) Stream() *Stream { return &Stream{p: p} }

// Add reads one event, without the framing of server-sent events around it:
// a JSON object of at most [MaxResponseBytes]. Events that say nothing of usage
// change nothing, and so does "[DONE]", with which OpenAI's streams end. White
// space around either is passed over, such as the end of a line.
//
// It fails as [Parser.Parse] does for what can be said of one event, and with a
// *[FieldError] that wraps [ErrContradiction] when the event is of a response
// with another id. The stream is then as it was. That counts agree with each
// other is found out by [Stream.Response], when all are there.
func (s *Stream) Add(event []byte) error {
	if s.p == nil || s.p.usage == nil {
		return &FieldError{Field: "parser", Given: "zero", Want: "one of NewParser", Err: ErrShape}
	}
	if string(bytes.TrimSpace(event)) == "[DONE]" {
		return nil
	}
	r := reading{Parser: s.p}
	if there, err := r.start(event, MaxResponseBytes); err != nil {
		return err
	} else if !there {
		return r.noUsage("null")
	}
	if err := r.object(s.p.root); err != nil {
		return err
	}
	if was, is := s.texts[textID], r.texts[textID]; was != "" && is != "" && was != is {
		return &FieldError{Shape: s.p.shape.Name, Field: "id", Given: quoted([]byte(is)), Want: quoted([]byte(was)) + ": one stream is one response", Err: ErrContradiction}
	}
	s.merge(&r)
	return nil
}

func (s *Stream) merge(r *reading) {
	for i := range ones(r.counts.given) {
		s.counts.set(i, r.counts.n[i], len(s.p.fields))
		s.counts.outgrown |= 1 << i
	}
	for i, f := range s.p.fields {
		if r.counts.given&f.parts != 0 { // told apart anew
			s.counts.outgrown &^= 1 << i
		}
	}
	if r.counts.totalGiven {
		s.counts.set(s.p.total, r.counts.n[s.p.total], len(s.p.fields))
	}
	for i, text := range r.texts {
		if text != "" {
			s.texts[i] = text
		}
	}
	s.found, s.final = s.found || r.found, s.final || r.final
}

// Response returns what the stream said, once it has ended. It fails with
// [ErrNoUsage] where no event had a usage object, with [ErrUnfinished] where
// only an opening one had ([Stream.SoFar] then says what is known), and as
// [Parser.Parse] does where the counts do not agree.
func (s *Stream) Response() (Response, error) {
	if s.found && !s.final {
		return Response{}, &FieldError{Shape: s.p.shape.Name, Field: "usage", Given: "only that of the first event", Want: "that of the last one", Err: ErrUnfinished}
	}
	return s.SoFar()
}

// SoFar is [Stream.Response] for a stream that was broken off. The counts are
// then what the model had told, which may be less than it made: an event of
// them is to be marked as estimated.
func (s *Stream) SoFar() (Response, error) {
	if !s.found {
		r := reading{Parser: s.p}
		if s.p == nil {
			r.Parser = &Parser{}
		}
		return Response{}, r.noUsage("absent")
	}
	u, err := s.p.resolve(s.counts)
	if err != nil {
		return Response{}, err
	}
	var pairs []string
	for i := textLabels; i < len(s.p.texts); i++ {
		if s.texts[i] != "" {
			pairs = append(pairs, s.p.texts[i], s.texts[i])
		}
	}
	labels, err := metering.NewLabels(slices.Clip(pairs)...)
	if err != nil {
		return Response{}, fmt.Errorf("tokens: %s: %w", s.p.shape.Name, err)
	}
	return Response{ID: s.texts[textID], Model: s.texts[textModel], Usage: u, Labels: labels}, nil
}
