package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/cloudevents"
)

// What a request may hold.
const (
	maxBody   = 4 << 20
	maxEvents = 10_000 // of a batch
	maxTold   = 100    // refusals that an answer lists
)

// An outcome is what became of the events of a request.
type outcome struct {
	Accepted   int `json:"accepted"`   // durable now
	Duplicates int `json:"duplicates"` // durable before, and the same
	// Refused are the events that are not recorded, the first hundred of them.
	Refused []refusal `json:"refused,omitempty"`
}

// postEvents records events. Where all of them are durable it answers 202, or 200
// if they were before. Otherwise it answers with a problem that lists what was
// refused: the others of a batch that could be read are recorded, and of one that
// could not, none.
func (s *service) postEvents(q *request) error {
	body, batch, err := q.events()
	if err != nil {
		return err
	}
	release, err := s.turn(q)
	if err != nil {
		return err
	}
	defer release()
	events, err := decode(body, batch)
	if err != nil {
		return err
	}
	res, err := s.rec.Record(q.Context(), events...)
	if err != nil {
		return err
	}
	o := &outcome{Accepted: res.Accepted, Duplicates: res.Duplicates}
	out := make(map[int]bool, len(res.Refused))
	for _, r := range res.Refused {
		out[r.Index] = true
		o.Refused = append(o.Refused, refused(r.Index, r.Err))
	}
	q.note("accepted", res.Accepted)
	q.note("duplicates", res.Duplicates)
	q.note("refused", len(res.Refused))
	if err := s.endHolds(events, out); err != nil {
		s.log.Error("holds not ended; they are when the balance is asked for", "error", err)
	}
	if len(o.Refused) > 0 {
		return refusedAll(o)
	}
	status := http.StatusAccepted
	if o.Accepted == 0 {
		status = http.StatusOK
	}
	q.json(status, "application/json", o)
	return nil
}

// turn waits for one of the places of those whose bodies are in memory.
func (s *service) turn(q *request) (release func(), err error) {
	select {
	case s.turns <- struct{}{}:
		return func() { <-s.turns }, nil
	case <-q.Context().Done():
		return nil, q.Context().Err()
	}
}

// events returns the body of a request that has events, and whether it is a batch.
func (q *request) events() (body []byte, batch bool, err error) {
	kind := q.mediaType()
	if kind != cloudevents.MediaType && kind != cloudevents.BatchMediaType {
		return nil, false, &fault{status: http.StatusUnsupportedMediaType, reason: "media_type", field: "Content-Type",
			detail: fmt.Sprintf("want %s for one event, or %s for a JSON array of them", cloudevents.MediaType, cloudevents.BatchMediaType)}
	}
	body, err = io.ReadAll(q.Body)
	q.note("bytes", len(body))
	return body, kind == cloudevents.BatchMediaType, err
}

// decode reads events, all of them or none.
func decode(body []byte, batch bool) ([]metering.Event, error) {
	if batch {
		events, err := cloudevents.UnmarshalBatch(body, cloudevents.WithMaxEvents(maxEvents))
		if err != nil {
			return nil, unread(err)
		}
		return events, nil
	}
	event, err := cloudevents.Unmarshal(body)
	if err != nil {
		return nil, unread(err)
	}
	return []metering.Event{event}, nil
}

// unread is the problem of a body that cannot be read: nothing of it is recorded.
func unread(err error) error {
	o := &outcome{}
	for _, one := range separate(err) {
		index := 0
		var at *cloudevents.EventError
		if errors.As(one, &at) {
			index, one = at.Index, at.Err
		}
		o.Refused = append(o.Refused, refused(index, one))
	}
	return refusedAll(o)
}

// separate returns the errors that one holds.
func separate(err error) []error {
	if many, ok := err.(interface{ Unwrap() []error }); ok { // the outermost error is asked, not what it wraps
		return many.Unwrap()
	}
	return []error{err}
}

// refusedAll is the problem of a request of which something was refused: the
// first refusal, with all of them.
func refusedAll(o *outcome) error {
	first := o.Refused[0]
	f := &fault{status: first.status, reason: first.Reason, field: first.Field, detail: first.Detail, outcome: o}
	o.Refused = slices.Clip(o.Refused[:min(len(o.Refused), maxTold)])
	return f
}
