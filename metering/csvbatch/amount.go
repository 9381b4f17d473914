package csvbatch

import (
	"errors"
	"fmt"
	"math"
	"math/bits"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// amounts reads decimal numbers of one unit as grains.
type amounts struct {
	unit metering.Unit
	// steps has the grains of 10^-places units, for amounts with so many places;
	// 0 where that is no whole number, or none of 64 bits.
	steps [maxPlainDigits + 1]uint64
}

const (
	// maxPlainDigits is how many digits always fit in a word.
	maxPlainDigits = 18
	// maxAmountBytes bounds what is read the long way. No amount of 64 bits
	// needs as many: 38 digits and 38 places.
	maxAmountBytes = 100
)

func newAmounts(u metering.Unit) amounts {
	a := amounts{unit: u}
	for places := range a.steps {
		q, rest, _ := u.Grains().QuoRem(fixed.FromUint64(tens[places]))
		if q.Hi == 0 && rest.IsZero() {
			a.steps[places] = q.Lo
		}
	}
	return a
}

// parse reads the number at b[i:] and returns its grains and where it ends. It
// is not ok for what is no number, or none of at most 18 digits whose grains
// are whole and fit.
func (a *amounts) parse(b []byte, i int) (grains int64, end int, ok bool) {
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
	hi, lo := bits.Mul64(v, a.steps[places])
	if a.steps[places] == 0 {
		lo, ok = a.divide(v, places)
	} else {
		ok = hi == 0
	}
	grains = int64(lo)
	if negative {
		grains = -grains
	}
	return grains, end, ok && lo <= math.MaxInt64
}

// divide returns the grains of v·10^-places units where a step is not whole.
func (a *amounts) divide(v uint64, places int) (uint64, bool) {
	q, exact, ok := fixed.MulDiv(fixed.FromUint64(v), a.unit.Grains(), fixed.FromUint64(tens[places]), fixed.Down)
	return q.Lo, ok && exact && q.Hi == 0
}

var errAmount = fmt.Errorf("%w: want a plain decimal number, such as -12.5", metering.ErrSyntax)

// parseLong reads any number, and says what is wrong with what is none.
func (a *amounts) parseLong(text []byte) (int64, error) {
	if len(text) > maxAmountBytes {
		return 0, errAmount
	}
	q, err := metering.ParseQuantity(string(text) + " " + a.unit.Code())
	switch {
	case errors.Is(err, metering.ErrSyntax), errors.Is(err, metering.ErrUnknownUnit):
		return 0, errAmount
	case errors.Is(err, metering.ErrOverflow):
		return 0, ErrAmountRange
	case err != nil:
		return 0, err
	}
	n, ok := q.Grains().Int64()
	if !ok {
		return 0, ErrAmountRange
	}
	return n, nil
}
