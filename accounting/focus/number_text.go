package focus

import "github.com/meterbook/meterbook/internal/fixed"

// readNumber reads -?(digits[.digits]|.digits)(E-?digits)? and fails with
// ErrNumber or ErrNumberRange. Its time is that of the text's length.
func readNumber[T ~string | ~[]byte](s T) (Number, error) {
	i, negative := 0, false
	if len(s) > 0 && s[0] == '-' {
		i, negative = 1, true
	}
	var (
		small         uint64 // the first 18 digits
		more          fixed.Int128
		digits, scale int // significant digits, and digits behind the point
		seen, point   bool
		fits          = true
	)
	for ; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '.' && !point:
			point = true
			continue
		case c-'0' > 9:
			exp, ok := readExponent(s[i:])
			if !seen || !ok {
				return Number{}, ErrNumber
			}
			return makeNumber(whole(small, more, digits), scale-exp, negative, fits)
		}
		seen = true
		if point {
			scale++
		}
		if digits > 0 || c != '0' {
			digits++
		}
		switch {
		case digits <= 18:
			small = small*10 + uint64(c-'0')
		case digits == 19:
			more, _ = fixed.FromUint64(small).MulInt64(10)
			more, _ = more.Add(fixed.FromUint64(uint64(c - '0')))
		case digits <= 38:
			more, _ = more.MulInt64(10)
			more, _ = more.Add(fixed.FromUint64(uint64(c - '0')))
		default:
			fits = false
		}
	}
	if !seen {
		return Number{}, ErrNumber
	}
	return makeNumber(whole(small, more, digits), scale, negative, fits)
}

func whole(small uint64, more fixed.Int128, digits int) fixed.Int128 {
	if digits <= 18 {
		return fixed.FromUint64(small)
	}
	return more
}

// readExponent reads E-?digits. An exponent of more than four digits is too
// large, whichever it is.
func readExponent[T ~string | ~[]byte](s T) (exp int, ok bool) {
	if len(s) < 2 || s[0] != 'e' && s[0] != 'E' {
		return 0, false
	}
	i, negative := 1, false
	if s[1] == '-' {
		i, negative = 2, true
	}
	if i == len(s) {
		return 0, false
	}
	for ; i < len(s); i++ {
		if s[i]-'0' > 9 {
			return 0, false
		}
		exp = min(exp*10+int(s[i]-'0'), 9999)
	}
	if negative {
		exp = -exp
	}
	return exp, true
}

func makeNumber(v fixed.Int128, scale int, negative, fits bool) (Number, error) {
	if !fits {
		return Number{}, ErrNumberRange
	}
	if v.IsZero() {
		scale = min(max(scale, 0), MaxScale)
	}
	if scale < 0 {
		if v, fits = times10(v, -scale); !fits {
			return Number{}, ErrNumberRange
		}
		scale = 0
	}
	if scale > MaxScale {
		return Number{}, ErrNumberRange
	}
	if negative {
		v, _ = v.Neg()
	}
	return Number{v, uint8(scale), true}, nil
}
