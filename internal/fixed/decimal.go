package fixed

import (
	"errors"
	"math/bits"
	"strconv"
	"strings"
)

var (
	// ErrSyntax is returned for text that is not a plain decimal number.
	ErrSyntax = errors.New("fixed: invalid number")
	// ErrTooLong is returned for text with more bytes or digits than any
	// number has that fits.
	ErrTooLong = errors.New("fixed: number too long")
	// ErrInexact is returned for a decimal with more places than the scale.
	ErrInexact = errors.New("fixed: more decimal places than the scale")
	// ErrOverflow is returned for a value that does not fit.
	ErrOverflow = errors.New("fixed: overflow")
)

const (
	maxIntBytes      = 40 // a sign and the 39 digits of 2¹²⁷
	maxDecimalBytes  = 78 // a sign, a point and twice 38 digits
	maxDecimalDigits = 38 // 10³⁸ is the largest power of ten below 2¹²⁷
	wordDigits       = 19 // 10¹⁹ is the largest power of ten below 2⁶⁴
	wordPower        = 1e19
)

// Pow10 returns 10ⁿ, and false unless 0 ≤ n ≤ 38.
func Pow10(n int) (Int128, bool) {
	switch {
	case n < 0 || n > 2*wordDigits:
		return Int128{}, false
	case n <= wordDigits:
		return Int128{Lo: pow10[n]}, true
	default:
		hi, lo := bits.Mul64(wordPower, pow10[n-wordDigits])
		return Int128{int64(hi), lo}, true
	}
}

// pow10 holds the powers of ten of one word. Nothing writes to it.
var pow10 = [wordDigits + 1]uint64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9,
	1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
}

// String returns a as decimal digits, with a '-' when below zero.
func (a Int128) String() string {
	var buf [maxIntBytes]byte
	return string(a.Append(buf[:0]))
}

// Append appends the text of a, as [Int128.String] gives it, to dst.
func (a Int128) Append(dst []byte) []byte {
	if v, ok := a.Int64(); ok {
		return strconv.AppendInt(dst, v, 10)
	}
	if a.Hi < 0 {
		dst = append(dst, '-')
	}
	return a.abs().append(dst)
}

// append appends the decimal digits of m to dst.
func (m uint128) append(dst []byte) []byte {
	if m.hi == 0 {
		return strconv.AppendUint(dst, m.lo, 10)
	}
	q, r := m.quoRemWord(wordPower)
	return appendWord(q.append(dst), r.lo)
}

// appendWord appends w with leading zeros, as wordDigits digits, to dst.
func appendWord(dst []byte, w uint64) []byte {
	var buf [wordDigits]byte
	for i := len(buf) - 1; i >= 0; i-- {
		buf[i] = '0' + byte(w%10)
		w /= 10
	}
	return append(dst, buf[:]...)
}

// String returns a as decimal digits, with a '-' when below zero.
func (a Int256) String() string {
	var buf [78]byte // a sign and the 77 digits of 2²⁵⁵
	dst := buf[:0]
	if a.sign() != 0 {
		dst = append(dst, '-')
	}
	return string(a.abs().append(dst))
}

// append appends the decimal digits of m to dst.
func (m uint256) append(dst []byte) []byte {
	if m.w2|m.w3 == 0 {
		return uint128{m.w1, m.w0}.append(dst)
	}
	q, r := m.quoRem(uint128{lo: wordPower})
	return appendWord(q.append(dst), r.lo)
}

// ParseInt reads an integer as [Int128.String] prints it and in no other form:
// an optional '-', then digits, without leading zeros. It returns ErrTooLong
// above 40 bytes, ErrSyntax, or ErrOverflow.
func ParseInt(s string) (Int128, error) {
	if len(s) > maxIntBytes {
		return Int128{}, ErrTooLong
	}
	digits, sign := cutSign(s)
	if !isWhole(digits) || sign != 0 && digits == "0" {
		return Int128{}, ErrSyntax
	}
	m, ok := uint128{}.pushDigits(digits)
	if !ok {
		return Int128{}, ErrOverflow
	}
	v, ok := m.signed(sign)
	if !ok {
		return Int128{}, ErrOverflow
	}
	return v, nil
}

// ParseDecimal reads plain decimal text such as "-12.5" as value·10^scale, for
// a scale of 0 to 38. The text is an optional '-', digits without leading
// zeros other than a single "0", and optionally a point and more digits; no
// exponent, no '+', no '_', no spaces. Zeros at the end of the fraction and the
// sign of a zero carry no value: "-0.00" is 0.
//
// It returns ErrTooLong above 78 bytes or 38 digits, not counting zeros before
// the first digit that counts and at the end of the fraction; ErrSyntax;
// ErrInexact when the fraction has more digits than scale; ErrOverflow when
// the result does not fit or the scale is not 0 to 38.
func ParseDecimal(s string, scale int) (Int128, error) {
	if len(s) > maxDecimalBytes {
		return Int128{}, ErrTooLong
	}
	text, sign := cutSign(s)
	whole, frac, point := strings.Cut(text, ".")
	if !isWhole(whole) || point && !isDigits(frac) {
		return Int128{}, ErrSyntax
	}
	frac = strings.TrimRight(frac, "0")
	places := len(frac)
	if whole == "0" {
		whole, frac = "", strings.TrimLeft(frac, "0")
	}
	if len(whole)+len(frac) > maxDecimalDigits {
		return Int128{}, ErrTooLong
	}
	if scale < 0 || scale > maxDecimalDigits {
		return Int128{}, ErrOverflow
	}
	if places > scale {
		return Int128{}, ErrInexact
	}
	// 38 digits are below 2¹²⁷.
	m, _ := uint128{}.pushDigits(whole)
	m, _ = m.pushDigits(frac)
	v, _ := m.signed(sign)
	unit, _ := Pow10(scale - places)
	v, ok := v.Mul(unit)
	if !ok {
		return Int128{}, ErrOverflow
	}
	return v, nil
}

// AppendDecimal appends v/10^scale to dst as plain decimal text, with at least
// minPlaces digits after the point and none of the zeros beyond them. Where
// |v| is below 10³⁸, [ParseDecimal] reads the text back. Any scale gives exact
// text, below 0 and above 38 too, at the length that takes.
func AppendDecimal(dst []byte, v Int128, scale, minPlaces int) []byte {
	var buf [maxIntBytes]byte
	digits := v.abs().append(buf[:0])
	if v.Hi < 0 {
		dst = append(dst, '-')
	}
	if v.IsZero() {
		scale = 0 // no digit to place, so that all places are padding
	}
	whole, frac := digits, digits[len(digits):]
	if scale > 0 {
		n := max(len(digits)-scale, 0)
		whole, frac = digits[:n], digits[n:]
	}
	lead := max(scale-len(digits), 0) // zeros between the point and frac
	for len(frac) > 0 && lead+len(frac) > minPlaces && frac[len(frac)-1] == '0' {
		frac = frac[:len(frac)-1]
	}
	places := lead + len(frac)

	if len(whole) == 0 {
		dst = append(dst, '0')
	}
	dst = append(dst, whole...)
	dst = appendZeros(dst, -scale)
	if max(places, minPlaces) == 0 {
		return dst
	}
	dst = append(dst, '.')
	dst = appendZeros(dst, lead)
	dst = append(dst, frac...)
	return appendZeros(dst, minPlaces-places)
}

// appendZeros appends n zeros to dst, none when n is below 1.
func appendZeros(dst []byte, n int) []byte {
	for range n {
		dst = append(dst, '0')
	}
	return dst
}

// cutSign returns s without its '-' and, when it had one, all ones.
func cutSign(s string) (digits string, sign uint64) {
	if s != "" && s[0] == '-' {
		return s[1:], ^uint64(0)
	}
	return s, 0
}

// isWhole reports whether s is digits without leading zeros.
func isWhole(s string) bool {
	return isDigits(s) && (s[0] != '0' || len(s) == 1)
}

// isDigits reports whether s is one or more ASCII digits.
func isDigits(s string) bool {
	for i := range len(s) {
		if s[i]-'0' > 9 {
			return false
		}
	}
	return s != ""
}

// pushDigits returns m followed by the digits, and false when that does not
// fit.
func (m uint128) pushDigits(digits string) (uint128, bool) {
	for digits != "" {
		n := min(len(digits), wordDigits)
		var w uint64
		for i := range n {
			w = w*10 + uint64(digits[i]-'0')
		}
		var ok bool
		if m, ok = m.mulAdd(pow10[n], w); !ok {
			return uint128{}, false
		}
		digits = digits[n:]
	}
	return m, true
}
