package metering

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// longestTerm is the longest that [Unit.Over] takes: ten years of 366 days.
const longestTerm = 10 * 366 * 24 * time.Hour

// terms are the units that the length of a term is written in, the largest that
// divides it.
var terms = [...]struct {
	code string
	time.Duration
}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"min", time.Minute}, {"s", time.Second}}

// Over returns the unit of holding one u for a term: "GiBy" over 30 days is
// "GiBy.(30.d)", the gibibyte-month of a provider whose months have 30 days. Its
// code is UCUM and [ParseUnit] reads it, so that rate cards can name it; a term
// of one day or hour has the shorter code where there is one ("GiBy.h"). Of the
// other codes for one length, such as "GiBy.(720.h)", ParseUnit makes this one.
//
// A term is whole seconds, one to ten years; u measures what can be held over
// time: data, cores, cards or things. Anything else is a *[FieldError].
func (u Unit) Over(term time.Duration) (Unit, error) {
	dim := u.dim.overTime()
	if dim == 0 {
		return Unit{}, &FieldError{"unit", u.code, "want one of data, cores, cards or things"}
	}
	if term < time.Second || term > longestTerm || term%time.Second != 0 {
		return Unit{}, &FieldError{"term", term.String(), "want whole seconds, from one to ten years"}
	}
	capacity := u.code
	if capacity == "1" {
		capacity = "{item}"
	}
	grains, ok := u.grains.MulInt64(int64(term))
	if !ok {
		return Unit{}, fmt.Errorf("%w: %s held for %v", ErrOverflow, u, term)
	}
	length := terms[len(terms)-1]
	for _, t := range terms {
		if term%t.Duration == 0 {
			length = t
			break
		}
	}
	n := int64(term / length.Duration)
	if short, known := unitsByCode[capacity+"."+length.code]; known && n == 1 {
		return short, nil
	}
	return Unit{code: capacity + ".(" + strconv.FormatInt(n, 10) + "." + length.code + ")", dim: dim, grains: grains}, nil
}

// overTime returns what a dimension comes to when it is held, 0 for what is not.
func (d Dimension) overTime() Dimension {
	switch d {
	case Bytes:
		return ByteTime
	case Cores:
		return CoreTime
	case Cards:
		return CardTime
	case Count:
		return CountTime
	default:
		return 0
	}
}

// parseHeld reads the code of a unit made by [Unit.Over].
func parseHeld(code string) (Unit, bool) {
	capacity, rest, found := strings.Cut(code, ".(")
	number, length, ended := strings.Cut(rest, ".")
	length, closed := strings.CutSuffix(length, ")")
	if !found || !ended || !closed || len(number) > 10 || !allDigits(number) || number[0] == '0' {
		return Unit{}, false
	}
	if capacity == "{item}" {
		capacity = "1"
	}
	held, err := ParseUnit(capacity)
	if err != nil {
		return Unit{}, false
	}
	n, _ := strconv.ParseInt(number, 10, 64) // ten digits fit
	for _, t := range terms {
		if t.code == length && n <= int64(longestTerm/t.Duration) {
			u, err := held.Over(time.Duration(n) * t.Duration)
			return u, err == nil
		}
	}
	return Unit{}, false
}
