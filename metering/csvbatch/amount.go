package csvbatch

import (
	"errors"
	"fmt"
	"math"
	"math/bits"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// amounts reads decimal numbers of one unit as numbers of steps.
type amounts struct {
	unit    metering.Unit
	step    fixed.Int128 // grains
	perUnit fixed.Int128 // steps
	// parts has the steps of 10^-places units, for amounts with so many places; 0
	// where that is no whole number, or none of 64 bits.
	parts [maxPlainDigits + 1]uint64
}

const (
	// maxPlainDigits is how many digits always fit in a word.
	maxPlainDigits = 18
	// maxAmountBytes bounds what is read the long way. No amount of 64 bits
	// needs as many: 38 digits and 38 places.
	maxAmountBytes = 100
	// minUnits is how many units 64 bits of grains have to hold for a step to be
	// one grain.
	minUnits = 1_000_000
	billion  = 1_000_000_000
)

var oneGrain = fixed.FromInt64(1)

func newAmounts(u metering.Unit) amounts {
	a := amounts{unit: u, step: oneGrain, perUnit: u.Grains()}
	if fixed.FromInt64(math.MaxInt64 / minUnits).Less(u.Grains()) {
		if q, rest, _ := u.Grains().QuoRem(fixed.FromInt64(billion)); rest.IsZero() {
			a.step, a.perUnit = q, fixed.FromInt64(billion)
		}
	}
	for places := range a.parts {
		q, rest, _ := a.perUnit.QuoRem(fixed.FromUint64(tens[places]))
		if q.Hi == 0 && rest.IsZero() {
			a.parts[places] = q.Lo
		}
	}
	return a
}

// parse reads the number at b[i:] and returns its steps and where it ends. It
// is not ok for what is no number, or none of at most 18 digits whose steps are
// whole and fit.
func (a *amounts) parse(b []byte, i int) (steps int64, end int, ok bool) {
	negative := b[i] == '-'
	if negative {
		i++
	}
	v, end := digits(b, i, 0)
	whole, places := end-i, 0
	if whole < 1 || whole > 1 && b[i] == '0' {
		return 0, 0, false
	}
	if b[end] == '.' {
		point := end
		v, end = digits(b, point+1, v)
		if places = end - point - 1; places < 1 {
			return 0, 0, false
		}
	}
	if whole+places > maxPlainDigits {
		return 0, 0, false
	}
	hi, lo := bits.Mul64(v, a.parts[places])
	if a.parts[places] == 0 {
		lo, ok = a.divide(v, places)
	} else {
		ok = hi == 0
	}
	steps = int64(lo)
	if negative {
		steps = -steps
	}
	return steps, end, ok && lo <= math.MaxInt64
}

// divide returns the steps of v·10^-places units where parts cannot say them.
func (a *amounts) divide(v uint64, places int) (uint64, bool) {
	q, exact, ok := fixed.MulDiv(fixed.FromUint64(v), a.perUnit, fixed.FromUint64(tens[places]), fixed.Down)
	return q.Lo, ok && exact && q.Hi == 0
}

var errAmount = fmt.Errorf("%w: want a plain decimal number, such as -12.5", metering.ErrSyntax)

// parseLong reads any number, and says what is wrong with what is none.
func (a *amounts) parseLong(text []byte) (int64, error) {
	if len(text) > maxAmountBytes {
		return 0, errAmount
	}
	q, err := metering.ParseQuantity(string(text) + " " + a.unit.Code())
	steps, rest, _ := q.Grains().QuoRem(a.step)
	n, ok := steps.Int64()
	switch {
	case errors.Is(err, metering.ErrSyntax), errors.Is(err, metering.ErrUnknownUnit):
		return 0, errAmount
	case errors.Is(err, metering.ErrInexact) && a.step != oneGrain, !rest.IsZero():
		// What is whole in grains would not do: say what would.
		return 0, fmt.Errorf("%w of a batch: want at most 9 decimal places of %s", metering.ErrInexact, a.unit)
	case errors.Is(err, metering.ErrOverflow), !ok:
		return 0, ErrAmountRange
	}
	return n, err
}
