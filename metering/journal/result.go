package journal

import "fmt"

// A Result says what became of the events of one Append.
type Result struct {
	Accepted   int // durable now, and not before
	Duplicates int // durable before
	// Refused are the events that are not in the journal, in order.
	Refused []Refusal
}

// A Refusal is an event that was refused, by its index among those given.
type Refusal struct {
	Index int
	Err   error
}

// Err returns a *[RefusedError] if events were refused, and nil if none was: for who
// gives what has to be taken, and would not look at each.
func (r Result) Err() error {
	if len(r.Refused) == 0 {
		return nil
	}
	return &RefusedError{r.Refused}
}

// A RefusedError says which events of a batch are not in the journal. It wraps what each
// was refused for.
type RefusedError struct {
	Refused []Refusal // at least one, in order
}

func (e *RefusedError) Error() string {
	first := e.Refused[0]
	if n := len(e.Refused); n > 1 {
		return fmt.Sprintf("journal: %d events refused, the first of them event %d: %v", n, first.Index, first.Err)
	}
	return fmt.Sprintf("journal: event %d refused: %v", first.Index, first.Err)
}

// Unwrap returns why.
func (e *RefusedError) Unwrap() []error {
	errs := make([]error, len(e.Refused))
	for i := range e.Refused {
		errs[i] = e.Refused[i].Err
	}
	return errs
}
