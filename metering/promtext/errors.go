package promtext

import (
	"errors"
	"fmt"
)

// Conditions, found with [errors.Is]. After any of them nothing was read: counters
// count what they missed with the next scrape.
var (
	// ErrSyntax: what was answered is not of the text format, or ends in the middle.
	ErrSyntax = errors.New("promtext: not the Prometheus text format")
	// ErrTooLarge: an exposition of more than [WithBytes].
	ErrTooLarge = errors.New("promtext: exposition too large")
	// ErrUnreachable: nobody answered, or not in time.
	ErrUnreachable = errors.New("promtext: no answer")
	// ErrPending: more than [MaxPending] events wait for [Scraper.Done].
	ErrPending = errors.New("promtext: too many events wait to be recorded")
	// ErrOrder: a scrape that is not after the one before.
	ErrOrder = errors.New("promtext: scrapes go on in time")
	// ErrState: a saved state that is damaged, or of another table.
	ErrState = errors.New("promtext: saved state is damaged or of another table")
)

// A FieldError names an option, a rule's field or an argument that was refused, its
// value (clipped) and what is wanted instead.
type FieldError struct{ Field, Value, Want string }

func (e *FieldError) Error() string {
	return fmt.Sprintf("promtext: %s %q: want %s", e.Field, e.Value, e.Want)
}

// A StatusError reports an answer over HTTP that is no success.
type StatusError struct {
	URL    string
	Status int
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("promtext: %s answered with status %d", e.URL, e.Status)
}

// clip bounds what an error repeats.
func clip(s string) string { return fmt.Sprintf("%.64s", s) }
