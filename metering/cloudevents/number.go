package cloudevents

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// maxNumberBytes bounds a number before it is looked at. 128 bits and 38 places
// need 80.
const maxNumberBytes = 200

// numberLen returns how many bytes at the beginning of b are a number of JSON
// (RFC 8259, clause 6); 0 where there is none.
func numberLen[T string | []byte](b T) int {
	digits := func(i int) int {
		for i < len(b) && '0' <= b[i] && b[i] <= '9' {
			i++
		}
		return i
	}
	i := 0
	if i < len(b) && b[i] == '-' {
		i++
	}
	end := digits(i)
	if end == i || b[i] == '0' && end > i+1 {
		return 0
	}
	i = end
	if i < len(b) && b[i] == '.' {
		if end = digits(i + 1); end == i+1 {
			return 0
		}
		i = end
	}
	if i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		if end = digits(i); end == i {
			return 0
		}
		i = end
	}
	return i
}

// decimalOf returns a number of JSON as it is written, exactly. It is not ok
// for what is none, or one of more than maxNumberBytes. An exponent beyond a
// million is a million: no quantity has either.
func decimalOf(s string) (d decimal.Decimal, ok bool) {
	if len(s) > maxNumberBytes || numberLen(s) != len(s) || s == "" {
		return decimal.Decimal{}, false
	}
	mantissa, power := s, 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa = s[:i]
		const most = 1_000_000
		n, err := strconv.Atoi(s[i+1:])
		if err != nil || n > most || n < -most { // it is digits: the error is of their range
			n = most
			if s[i+1] == '-' {
				n = -most
			}
		}
		power = n
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits, ok := new(big.Int).SetString(whole+fraction, 10)
	if !ok {
		return decimal.Decimal{}, false
	}
	return decimal.NewFromBigInt(digits, int32(power-len(fraction))), true
}
