package main

import (
	"errors"
	"maps"
	"slices"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/cloudevents"
)

// An outcome is what became of a line.
type outcome string

// The outcomes, in the order in which they are shown.
const (
	accepted     outcome = "accepted"
	duplicate    outcome = "duplicate"
	conflict     outcome = "conflict"
	late         outcome = "late"    // its window is sealed, and its meter refuses that
	tooLate      outcome = "too_old" // its identity would not be known any more
	tooEarly     outcome = "too_early"
	unknownMeter outcome = "unknown_meter"
	dimension    outcome = "wrong_dimension"
	negative     outcome = "negative"
	unknownType  outcome = "unknown_type"
	notJSON      outcome = "not_json"
	attribute    outcome = "bad_attribute"
	tooLong      outcome = "too_long"
	other        outcome = "other"
)

func outcomes() []outcome {
	return []outcome{accepted, duplicate, conflict, late, tooLate, tooEarly, unknownMeter, dimension, negative,
		unknownType, notJSON, attribute, tooLong, other}
}

// rejected reports whether the line is not in the journal, in any version.
func (o outcome) rejected() bool { return o != accepted && o != duplicate }

// outcomeOf returns why an event was refused.
func outcomeOf(err error) outcome {
	var lateError *metering.LateError
	var wrong *metering.DimensionError
	var kind *cloudevents.TypeError
	var bad *cloudevents.AttributeError
	switch {
	case errors.Is(err, metering.ErrConflict):
		return conflict
	case errors.As(err, &lateError):
		return late
	case errors.Is(err, metering.ErrTooLate):
		return tooLate
	case errors.Is(err, metering.ErrTooEarly):
		return tooEarly
	case errors.Is(err, errLong):
		return tooLong
	case errors.Is(err, cloudevents.ErrSyntax), errors.Is(err, cloudevents.ErrText), errors.Is(err, cloudevents.ErrDuplicate):
		return notJSON
	case errors.As(err, &kind):
		return unknownType
	case errors.As(err, &bad):
		return attribute
	case errors.Is(err, metering.ErrUnknown):
		return unknownMeter
	case errors.As(err, &wrong):
		return dimension
	case errors.Is(err, metering.ErrNegative):
		return negative
	}
	return other
}

// An example is the first line of an outcome.
type example struct {
	Outcome outcome `json:"outcome"`
	Line    int     `json:"line"`
	Message string  `json:"message"`
}

// A tally counts what became of lines.
type tally struct {
	Counts   map[outcome]int
	examples map[outcome]example
}

func newTally() tally {
	return tally{Counts: make(map[outcome]int), examples: make(map[outcome]example)}
}

// exemplify keeps the first line of an outcome.
func (t *tally) exemplify(o outcome, l *line) {
	if _, known := t.examples[o]; !known {
		t.examples[o] = example{o, l.number, l.err.Error()}
	}
}

func (t *tally) add(counts map[outcome]int) {
	for o, n := range counts {
		t.Counts[o] += n
	}
}

func (t *tally) lines() (n int) {
	for _, m := range t.Counts {
		n += m
	}
	return n
}

// rejections returns how many lines are not in the journal.
func (t *tally) rejections() map[outcome]int {
	out := maps.Clone(t.Counts)
	maps.DeleteFunc(out, func(o outcome, _ int) bool { return !o.rejected() })
	return out
}

// shown returns the examples in order.
func (t *tally) shown() (out []example) {
	for _, o := range outcomes() {
		if e, ok := t.examples[o]; ok {
			out = append(out, e)
		}
	}
	return slices.Clip(out)
}
