package main

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/meterbook/meterbook/accounting/credit"
	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/cloudevents"
	"github.com/meterbook/meterbook/metering/journal"
)

// A problem is an error as clients get it: problem details of RFC 9457, with the
// field that is at fault, and what became of the rest.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Reason string `json:"reason"`          // one of a few words, for programs
	Field  string `json:"field,omitempty"` // such as data/items/0/quantity
	Detail string `json:"detail"`

	*outcome
}

// A refusal is why one event of a request was refused.
type refusal struct {
	Index  int    `json:"index"` // of the event in the batch, from 0
	Reason string `json:"reason"`
	Field  string `json:"field,omitempty"`
	Detail string `json:"detail"`

	status int
}

// A fault is an error with what a client is to know of it.
type fault struct {
	status                int
	reason, field, detail string
	outcome               *outcome
}

func (f *fault) Error() string { return f.reason + ": " + f.field + ": " + f.detail }

// badField refuses what a client asks for.
func badField(field, detail string) error {
	return &fault{status: http.StatusBadRequest, reason: "malformed", field: field, detail: detail}
}

// problemOf returns the problem of an error.
func problemOf(err error) problem {
	f := faultOf(err)
	return problem{Type: "about:blank", Title: http.StatusText(f.status), Status: f.status, Reason: f.reason, Field: f.field, Detail: f.detail, outcome: f.outcome}
}

func faultOf(err error) *fault {
	var f *fault
	if errors.As(err, &f) {
		return f
	}
	var long *http.MaxBytesError
	var short *credit.InsufficientError
	unavailable := func(detail string) *fault {
		return &fault{status: http.StatusServiceUnavailable, reason: "unavailable", detail: detail}
	}
	switch {
	case errors.As(err, &long):
		return &fault{status: http.StatusRequestEntityTooLarge, reason: "too_large", field: "body", detail: "want at most " + bytesOf(long.Limit) + "; send smaller batches"}
	case errors.As(err, &short):
		return &fault{status: http.StatusPaymentRequired, reason: "insufficient_credit", field: "data/items", detail: err.Error()}
	case errors.Is(err, journal.ErrNoSpace):
		return &fault{status: http.StatusInsufficientStorage, reason: "disk_full", detail: "nothing was recorded; send it again once there is room"}
	case errors.Is(err, journal.ErrPoisoned), errors.Is(err, journal.ErrClosed), errors.Is(err, credit.ErrJournal):
		return unavailable("the disk failed or the service is ending: send it again after a restart; what was recorded counts once")
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return unavailable("given up before it was known to be durable: send it again, it counts once")
	}
	return &fault{status: http.StatusInternalServerError, reason: "internal", detail: "see the log of the service"}
}

// refused says why an event was refused, by the field that is at fault.
func refused(index int, err error) refusal {
	r := refusal{Index: index, Detail: strings.ToValidUTF8(err.Error(), "\uFFFD"), status: http.StatusUnprocessableEntity}
	var lateError *metering.LateError
	var dimension *metering.DimensionError
	var field *metering.FieldError
	var attribute *cloudevents.AttributeError
	var kind *cloudevents.TypeError
	switch {
	case errors.Is(err, metering.ErrConflict):
		r.Reason, r.Field, r.status = "conflict", "id", http.StatusConflict
	case errors.As(err, &lateError):
		r.Reason, r.Field = "late", "time"
	case errors.Is(err, metering.ErrTooLate):
		r.Reason, r.Field = "too_late", "time"
	case errors.Is(err, metering.ErrTooEarly), errors.Is(err, metering.ErrTimeRange):
		r.Reason, r.Field = "too_early", "time"
	case errors.As(err, &kind):
		r.Reason, r.Field = "unknown_type", "type"
	case errors.As(err, &attribute):
		r.Reason, r.Field, r.status = "malformed", attribute.Attribute, http.StatusBadRequest
	case errors.As(err, &dimension):
		r.Reason, r.Field = "dimension", "data/items/quantity"
	case errors.Is(err, metering.ErrUnknown):
		r.Reason, r.Field = "unknown_meter", "data/items/meter"
	case errors.Is(err, metering.ErrNegative):
		r.Reason, r.Field = "negative", "data/items/quantity"
	case errors.As(err, &field):
		r.Reason, r.Field = "invalid", field.Field
	default:
		r.Reason, r.Field, r.status = "malformed", "body", http.StatusBadRequest
	}
	if r.Field == "" {
		r.Field = "body"
	}
	return r
}
