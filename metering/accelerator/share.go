package accelerator

import (
	"fmt"
	"math/big"
	"math/bits"
	"strconv"
	"strings"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// A Share is an exact part of a card, above 0 and at most 1, in lowest terms:
// 2 of 30 AI cores is 1/15. Shares are comparable with == and safe to copy. The
// zero Share is no share at all: nothing reserved.
type Share struct{ num, den int64 }

// NewShare returns num/den of a card: NewShare(3, 7) is three slices of seven,
// NewShare(460, 1000) is 460 thousandths. It fails with a *[ShareError] unless
// 0 < num ≤ den.
func NewShare(num, den int64) (Share, error) { return newShare("share", num, den) }

func newShare(field string, num, den int64) (Share, error) {
	if num < 1 || den < num {
		return Share{}, &ShareError{ErrShare, field, fmt.Sprintf("%d/%d", num, den), "more than 0 and at most 1 card"}
	}
	g := gcd(num, den)
	return Share{num / g, den / g}, nil
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// Whole is the share that is all of a card.
func Whole() Share { return Share{1, 1} }

// Num and Den return the share in lowest terms; 0 and 0 for the zero Share.
func (s Share) Num() int64 { return s.num }

// Den returns the denominator.
func (s Share) Den() int64 { return s.den }

// IsZero reports whether s is the zero Share.
func (s Share) IsZero() bool { return s == Share{} }

// Cmp compares exactly: -1, 0 or +1. The zero Share is below any other. 2184 of
// 32768 MiB is less than 2 of 30 cores, by 1 in 61,440 of a card.
func (s Share) Cmp(t Share) int {
	if s == t {
		return 0
	}
	if s.IsZero() || t.IsZero() {
		if s.IsZero() {
			return -1
		}
		return 1
	}
	ahi, alo := bits.Mul64(uint64(s.num), uint64(t.den))
	bhi, blo := bits.Mul64(uint64(t.num), uint64(s.den))
	switch {
	case ahi < bhi || ahi == bhi && alo < blo:
		return -1
	case ahi == bhi && alo == blo:
		return 0
	}
	return 1
}

// Of returns the share s of the share t: half of one device of two is a
// quarter of a card. It fails with a *[ShareError] when the lowest terms leave
// 63 bits, and for a zero Share.
func (s Share) Of(t Share) (Share, error) {
	if s.IsZero() || t.IsZero() {
		return Share{}, &ShareError{ErrShare, "share", s.String() + " of " + t.String(), "two shares"}
	}
	g, h := gcd(s.num, t.den), gcd(t.num, s.den)
	nhi, nlo := bits.Mul64(uint64(s.num/g), uint64(t.num/h))
	dhi, dlo := bits.Mul64(uint64(s.den/h), uint64(t.den/g))
	if nhi|dhi != 0 || nlo>>63|dlo>>63 != 0 {
		return Share{}, &ShareError{ErrShare, "share", s.String() + " of " + t.String(), "terms below 2^63"}
	}
	return Share{int64(nlo), int64(dlo)}, nil
}

// holds reports whether the share of a whole is at least n of it.
func (s Share) holds(n, whole int64) bool {
	if s.IsZero() || n < 0 || whole < 1 {
		return false
	}
	ahi, alo := bits.Mul64(uint64(s.num), uint64(whole))
	bhi, blo := bits.Mul64(uint64(n), uint64(s.den))
	return ahi > bhi || ahi == bhi && alo >= blo
}

// Cards returns the share as a capacity of whole grains, of which a card has
// [metering.SharesPerCard]. It fails with an error that wraps
// [metering.ErrInexact] for a share off that grid, such as 2184/32768: see
// [Layout] for placing such shares so that they sum to the card, and
// [Share.Nearest]. The zero Share is 0 cards.
func (s Share) Cards() (metering.Quantity, error) { return s.times(1) }

// times returns n such shares, exactly or not at all.
func (s Share) times(n int64) (metering.Quantity, error) {
	if s.IsZero() {
		return metering.Grains(0, metering.Cards), nil
	}
	grains, _ := fixed.FromInt64(n).MulInt64(metering.SharesPerCard)
	q, exact, ok := fixed.MulDiv(grains, fixed.FromInt64(s.num), fixed.FromInt64(s.den), fixed.Down)
	switch {
	case !ok:
		return metering.Quantity{}, fmt.Errorf("accelerator: %d × %v: %w", n, s, metering.ErrOverflow)
	case !exact:
		return metering.Quantity{}, fmt.Errorf("accelerator: %d × %v of a card in grains of 1/%d: %w; place it with a Layout, or take Nearest", n, s, metering.SharesPerCard, metering.ErrInexact)
	}
	return metering.GrainsWide(q, metering.Cards), nil
}

// Nearest returns the capacity of whole grains nearest to the share, ties to
// the even grain, and whether it is the share exactly. The error is at most
// half a grain, 7e-9 of a card. It is for a share that is billed without
// knowing what else is on the card; such shares need not sum to the card.
func (s Share) Nearest() (q metering.Quantity, exact bool) {
	if s.IsZero() {
		return metering.Grains(0, metering.Cards), true
	}
	n, exact, _ := fixed.MulDiv(fixed.FromInt64(s.num), fixed.FromInt64(metering.SharesPerCard), fixed.FromInt64(s.den), fixed.HalfEven)
	return metering.GrainsWide(n, metering.Cards), exact
}

func (s Share) rat() *big.Rat { return big.NewRat(s.num, max(s.den, 1)) }

// String returns "1/15", "1" for a whole card, and "0" for the zero Share.
func (s Share) String() string {
	switch {
	case s.IsZero():
		return "0"
	case s.den == 1:
		return "1"
	}
	return strconv.FormatInt(s.num, 10) + "/" + strconv.FormatInt(s.den, 10)
}

// ParseShare reads "1/15", "1", a decimal such as "0.46" with at most 18
// places, or "0" for the zero Share. It fails with a *[ShareError].
func ParseShare(text string) (Share, error) {
	bad := &ShareError{ErrShare, "share", strconv.Quote(clip(text)), `a part of a card such as "1/15" or "0.46"`}
	if text == "0" {
		return Share{}, nil
	}
	if len(text) > 40 {
		return Share{}, bad
	}
	if num, den, fraction := strings.Cut(text, "/"); fraction {
		n, err1 := fixed.ParseInt(num)
		d, err2 := fixed.ParseInt(den)
		a, ok1 := n.Int64()
		b, ok2 := d.Int64()
		if err1 != nil || err2 != nil || !ok1 || !ok2 {
			return Share{}, bad
		}
		return NewShare(a, b)
	}
	n, err := fixed.ParseDecimal(text, 18)
	v, ok := n.Int64()
	switch {
	case err != nil:
		return Share{}, bad
	case !ok:
		return Share{}, &ShareError{ErrShare, "share", strconv.Quote(text), "more than 0 and at most 1 card"}
	}
	s, err := NewShare(v, 1e18)
	if err != nil {
		return Share{}, &ShareError{ErrShare, "share", strconv.Quote(text), "more than 0 and at most 1 card"}
	}
	return s, nil
}

// MarshalText returns the text of [Share.String].
func (s Share) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads text as [ParseShare] does.
func (s *Share) UnmarshalText(text []byte) error {
	v, err := ParseShare(string(text[:min(len(text), 65)]))
	if err != nil {
		return err
	}
	*s = v
	return nil
}
