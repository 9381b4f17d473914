package fixed

import (
	"math/bits"
	"strconv"
)

// Mode says where a quotient that is not an integer goes. The zero value is
// HalfEven.
type Mode uint8

const (
	// HalfEven rounds to the nearest integer, ties to the even one.
	HalfEven Mode = iota
	// HalfUp rounds to the nearest integer, ties away from zero.
	HalfUp
	// HalfDown rounds to the nearest integer, ties towards zero.
	HalfDown
	// Down rounds towards zero.
	Down
	// Up rounds away from zero.
	Up
	// Floor rounds towards −∞.
	Floor
	// Ceiling rounds towards +∞.
	Ceiling
)

// String returns the name that [ParseMode] reads, or "mode(n)" when m is not
// valid.
func (m Mode) String() string {
	switch m {
	case HalfEven:
		return "half-even"
	case HalfUp:
		return "half-up"
	case HalfDown:
		return "half-down"
	case Down:
		return "down"
	case Up:
		return "up"
	case Floor:
		return "floor"
	case Ceiling:
		return "ceiling"
	default:
		return "mode(" + strconv.Itoa(int(m)) + ")"
	}
}

// ParseMode returns the mode of that name, and false when there is none.
func ParseMode(s string) (Mode, bool) {
	for m := HalfEven; m.Valid(); m++ {
		if m.String() == s {
			return m, true
		}
	}
	return HalfEven, false
}

// Valid reports whether m is one of the modes above. Division refuses any
// other: a made-up rounding must not reach a bill.
func (m Mode) Valid() bool { return m <= Ceiling }

// step returns 1 when the magnitude q + r/d, with 0 < r < d, goes up to q + 1,
// and 0 when it goes down to q. odd is 1 when q is odd, else 0; sign is all
// ones when the value is below zero, else 0. Which of the two it is cannot be
// predicted from one bill line to the next, so the halves take no branch.
func (m Mode) step(r, d uint128, odd, sign uint64) uint64 {
	tie := odd
	switch m {
	case HalfEven:
	case HalfUp:
		tie = 1
	case HalfDown:
		tie = 0
	case Down:
		return 0
	case Up:
		return 1
	case Floor:
		return sign & 1
	case Ceiling:
		return ^sign & 1
	}
	// d − r against r, as doubling r could overflow.
	rest := d.sub(r)
	lo, borrow := bits.Sub64(rest.lo, r.lo, 0)
	hi, borrow := bits.Sub64(rest.hi, r.hi, borrow)
	if hi|lo == 0 {
		return tie
	}
	return borrow
}
