package ratecard

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"
)

// Limits of a number.
const (
	MaxDigits         = 38 // significant digits
	MaxFractionDigits = 18 // of them after the point
)

var tooManyDigits = fmt.Sprintf("want at most %d digits, %d of them after the point", MaxDigits, MaxFractionDigits)

// number reads the decimal number at p from its characters, so that every
// digit of it is kept.
func (r *reader) number(p *place) decimal.Decimal {
	s, ok := r.scalar(p, "a number")
	if !ok {
		return decimal.Decimal{}
	}
	d, reason := parseNumber(s)
	if reason != "" {
		r.refuse(p, "%s", reason)
	}
	return d
}

// parseNumber reads [-]digits[.digits] without leading zeros. It looks at
// no more of s than a number can have, and says why s is not one.
func parseNumber(s string) (d decimal.Decimal, reason string) {
	if len(s) > MaxDigits+len("-0.") {
		if strings.Trim(s[:MaxDigits+4], "-0123456789.") == "" {
			return d, tooManyDigits
		}
		return d, notPlain(s[:MaxDigits+4])
	}
	whole, fraction, point := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	switch {
	case !digits(whole) || point && !digits(fraction):
		return d, notPlain(s)
	case len(whole) > 1 && whole[0] == '0':
		return d, "want no leading zeros"
	case len(fraction) > MaxFractionDigits || len(strings.TrimLeft(whole+fraction, "0")) > MaxDigits:
		return d, tooManyDigits
	}
	d, err := decimal.NewFromString(s)
	if err != nil {
		return d, notPlain(s)
	}
	return d, ""
}

// notPlain says what keeps s from being a plain decimal number.
func notPlain(s string) string {
	const want = "want a plain decimal number such as 18.90"
	lower := strings.ToLower(strings.TrimLeft(s, "+-"))
	switch {
	case s == "":
		return want
	case strings.HasPrefix(lower, "0x") || strings.HasPrefix(lower, "0o") || strings.HasPrefix(lower, "0b"):
		return want + ", in base ten"
	case strings.Trim(lower, "0123456789.e+-") == "" && strings.Contains(lower, "e"):
		return want + ", without an exponent"
	case strings.Contains(s, "_") || strings.Contains(s, ","):
		return want + ", without separators"
	case s[0] == '+':
		return want + ", without a plus sign"
	case strings.HasPrefix(lower, ".") || strings.HasSuffix(lower, "."):
		if digits(strings.Trim(lower, ".")) {
			return want + ", with digits on both sides of the point"
		}
	}
	return want
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// plain returns the canonical text of d: its digits without an exponent and
// without trailing zeros. It fails with a reason if d has too many digits, so
// that a decimal with a huge exponent is never written out.
func plain(d decimal.Decimal) (s, reason string) {
	if e := d.Exponent(); e > MaxDigits || e < -2*MaxDigits || d.NumDigits() > 2*MaxDigits {
		return "", tooManyDigits
	}
	s = d.String()
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	if len(fraction) > MaxFractionDigits || len(strings.TrimLeft(whole+fraction, "0")) > MaxDigits {
		return "", tooManyDigits
	}
	return s, ""
}

// show returns d for a fault, whatever its size.
func show(d decimal.Decimal) string {
	if s, reason := plain(d); reason == "" {
		return s
	}
	if n := d.NumDigits(); n > 2*MaxDigits {
		return fmt.Sprintf("%d digits", n)
	}
	return fmt.Sprintf("%se%d", d.Coefficient(), d.Exponent())
}
