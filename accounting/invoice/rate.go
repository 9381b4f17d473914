package invoice

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/shopspring/decimal"
)

// A Rate is a decimal number of 0 or more, such as "0.06": the part of an
// amount that a tax is, or what one unit of a currency is worth in another. It
// has up to 18 digits on either side of the point, and neither sign nor
// exponent.
type Rate string

const maxRateDigits = 18

// Valid reports whether r is such a number.
func (r Rate) Valid() bool {
	whole, fraction, point := strings.Cut(string(r), ".")
	return digits(whole) && (!point || digits(fraction)) && (whole == "0" || whole[0] != '0')
}

func digits(s string) bool {
	if s == "" || len(s) > maxRateDigits {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// Decimal returns the number; 0 for an invalid one.
func (r Rate) Decimal() decimal.Decimal {
	if !r.Valid() {
		return decimal.Decimal{}
	}
	d, _ := decimal.NewFromString(string(r))
	return d
}

// rat returns the number exactly.
func (r Rate) rat() *big.Rat { return r.Decimal().Rat() }

// canonical returns r without zeros at its end.
func (r Rate) canonical() Rate {
	if !strings.Contains(string(r), ".") {
		return r
	}
	return Rate(strings.TrimSuffix(strings.TrimRight(string(r), "0"), "."))
}

// Percent returns r in hundredths for people, "6%".
func (r Rate) Percent() string {
	return strings.TrimSuffix(string(Rate(r.Decimal().Shift(2).StringFixed(maxRateDigits)).canonical()), ".") + "%"
}

func (r Rate) check(what string) error {
	if !r.Valid() {
		return fmt.Errorf("%s %s: want a decimal number of 0 or more, such as \"0.06\"", what, quote(string(r)))
	}
	return nil
}
