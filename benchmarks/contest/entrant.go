package contest

import (
	"math/big"
	"strings"
	"time"
)

// A Loop does n operations, one after the other, and stops at the first error.
// It is where an implementation is called directly: what is measured has no
// call through an interface or a func value for each operation.
type Loop func(n int) error

// A Run is an implementation that is ready for one path. It has either Loops or
// a Job.
type Run struct {
	// Loops are run at once, each in a goroutine of its own, for the same
	// number of turns.
	Loops []Loop
	// PerTurn is the number of operations in one turn of a loop; 0 is 1.
	PerTurn int
	// Job is all of the work, run once in each round, and says how long it took:
	// it may be done elsewhere, and may have parts that do not count.
	Job func() (time.Duration, error)
	// Total returns what was counted so far, so that a test can hold
	// implementations to the same work; nil where there is nothing to hold.
	Total func() (*big.Int, error)
	// Close gives back what the run holds besides memory; nil for nothing.
	Close func() error

	turns int // of each loop in a slice, as far as is known
}

// Workers returns one loop for each of n goroutines. It is a call of its own, since the
// compiler inlines nothing into a loop that it has made a copy of.
//
//go:noinline
func Workers(n int, loop func(worker int) Loop) []Loop {
	loops := make([]Loop, n)
	for worker := range loops {
		loops[worker] = loop(worker)
	}
	return loops
}

// An Entrant is an implementation by name. It is opened when it is needed:
// growing to a million series takes seconds.
type Entrant struct {
	Name string
	Open func() (*Run, error)
}

// Unavailable is the error of an entrant that is not there, with the reason:
// its rows are not measured, and the others are.
type Unavailable string

func (u Unavailable) Error() string { return string(u) }

// Compare orders entrants by name.
func (e Entrant) Compare(o Entrant) int { return strings.Compare(e.Name, o.Name) }
