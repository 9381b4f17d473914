package allocation

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/meterbook/meterbook/metering"
)

// Conditions, found with [errors.Is].
var (
	// ErrNoWeight: no weight of a driver is above 0, or nobody is there to bear a shared cost.
	ErrNoWeight = errors.New("no positive weight")
	// ErrNegativeWeight: a weight, a share or a cost that others are weighted by is below 0.
	ErrNegativeWeight = errors.New("negative weight")
	// ErrWeight: a weight is no plain decimal number, such as "NaN", or has an exponent beyond ±40.
	ErrWeight = errors.New("not a weight")
	// ErrShares: fixed shares sum to more than 1.
	ErrShares = errors.New("shares above the whole")
	// ErrUnknownCentre: a driver or an order names a centre that the model does not have.
	ErrUnknownCentre = errors.New("unknown centre")
	// ErrDuplicate: two rows have one name.
	ErrDuplicate = errors.New("named twice")
	// ErrOrder: a step-down order leaves out a service centre, or names a centre that is none.
	ErrOrder = errors.New("not an order of the service centres")
	// ErrPeriod: a row is of another period than what it is allocated with, or ends before it starts.
	ErrPeriod = errors.New("period mismatch")
	// ErrDimension: quantities that do not count the same thing.
	ErrDimension = errors.New("dimension mismatch")
	// ErrUnknownPool: a sample names a pool or a resource of it that the sheet does not have.
	ErrUnknownPool = errors.New("unknown pool")
	// ErrNegative: a cost, a quantity or a life that cannot be below 0 is.
	ErrNegative = errors.New("below 0")
	// ErrZero: what is divided by is 0.
	ErrZero = errors.New("is 0")
	// ErrLimit: more than this package computes with at once.
	ErrLimit = errors.New("over the limit")
)

// A RowError names the row that was refused, and wraps the condition or the
// fault of the value. It is returned as a pointer; find it with [errors.As].
type RowError struct {
	Row string // such as `centre "Network": weight of "Storage"`
	Err error
	Fix string // what to write instead
}

// Error names the row, what is wrong and what to write instead.
func (e *RowError) Error() string {
	if e.Fix == "" {
		return fmt.Sprintf("allocation: %s: %v", e.Row, e.Err)
	}
	return fmt.Sprintf("allocation: %s: %v; %s", e.Row, e.Err, e.Fix)
}

// Unwrap returns Err.
func (e *RowError) Unwrap() error { return e.Err }

// A CycleError reports service centres that serve one another where that is
// not allowed.
type CycleError struct {
	Centres []metering.Account // sorted
	// Closed tells that no cost ever leaves them: no method can allocate it.
	// Otherwise they only lack an order in which to close them.
	Closed bool
}

// Error names the centres.
func (e *CycleError) Error() string {
	names := make([]string, min(len(e.Centres), 8))
	for i := range names {
		names[i] = quote(string(e.Centres[i]))
	}
	what, fix := "serve one another", "give StepDown an order, or use Reciprocal"
	if e.Closed {
		what, fix = "serve no centre outside themselves", "let one of them serve a production centre"
	}
	return fmt.Sprintf("allocation: service centres %s %s; %s", strings.Join(names, ", "), what, fix)
}

// quote returns s clipped to 64 bytes, in quotes.
func quote(s string) string {
	if len(s) > 64 {
		s = strings.ToValidUTF8(s[:64], "") + "…"
	}
	return strconv.Quote(s)
}

func refuse(err error, fix, row string, args ...any) *RowError {
	return &RowError{Row: fmt.Sprintf(row, args...), Err: err, Fix: fix}
}
