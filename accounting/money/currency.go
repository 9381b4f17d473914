package money

import "fmt"

// A Currency is the alphabetic code of ISO 4217: three upper-case ASCII letters.
//
// The zero value is the empty string: no currency. It is not [Currency.Valid] and is the currency of the zero
// [Money] only. A Currency is a comparable value, safe to copy and to use from many goroutines.
type Currency string

// Currencies that code names often. Every other active code is written as Currency("XYZ") or read with
// [ParseCurrency].
const (
	AED Currency = "AED" // UAE dirham, 2 digits
	AUD Currency = "AUD" // Australian dollar, 2 digits
	BHD Currency = "BHD" // Bahraini dinar, 3 digits
	BRL Currency = "BRL" // Brazilian real, 2 digits
	CAD Currency = "CAD" // Canadian dollar, 2 digits
	CHF Currency = "CHF" // Swiss franc, 2 digits
	CLF Currency = "CLF" // Chilean unidad de fomento, 4 digits
	CLP Currency = "CLP" // Chilean peso, 0 digits
	CNY Currency = "CNY" // yuan renminbi, 2 digits
	CZK Currency = "CZK" // Czech koruna, 2 digits
	DKK Currency = "DKK" // Danish krone, 2 digits
	EUR Currency = "EUR" // euro, 2 digits
	GBP Currency = "GBP" // pound sterling, 2 digits
	HKD Currency = "HKD" // Hong Kong dollar, 2 digits
	HUF Currency = "HUF" // Hungarian forint, 2 digits
	IDR Currency = "IDR" // Indonesian rupiah, 2 digits
	ILS Currency = "ILS" // new Israeli sheqel, 2 digits
	INR Currency = "INR" // Indian rupee, 2 digits
	ISK Currency = "ISK" // Icelandic króna, 0 digits
	JOD Currency = "JOD" // Jordanian dinar, 3 digits
	JPY Currency = "JPY" // yen, 0 digits
	KRW Currency = "KRW" // South Korean won, 0 digits
	KWD Currency = "KWD" // Kuwaiti dinar, 3 digits
	MOP Currency = "MOP" // Macao pataca, 2 digits
	MXN Currency = "MXN" // Mexican peso, 2 digits
	MYR Currency = "MYR" // Malaysian ringgit, 2 digits
	NOK Currency = "NOK" // Norwegian krone, 2 digits
	NZD Currency = "NZD" // New Zealand dollar, 2 digits
	OMR Currency = "OMR" // Omani rial, 3 digits
	PHP Currency = "PHP" // Philippine peso, 2 digits
	PLN Currency = "PLN" // Polish złoty, 2 digits
	SAR Currency = "SAR" // Saudi riyal, 2 digits
	SEK Currency = "SEK" // Swedish krona, 2 digits
	SGD Currency = "SGD" // Singapore dollar, 2 digits
	THB Currency = "THB" // Thai baht, 2 digits
	TND Currency = "TND" // Tunisian dinar, 3 digits
	TRY Currency = "TRY" // Turkish lira, 2 digits
	TWD Currency = "TWD" // New Taiwan dollar, 2 digits
	USD Currency = "USD" // US dollar, 2 digits
	VND Currency = "VND" // Vietnamese dong, 0 digits
	ZAR Currency = "ZAR" // South African rand, 2 digits
)

// ParseCurrency returns the currency whose ISO 4217 code is s: exactly three upper-case letters of the active
// list, nothing trimmed, no case folded, so that one currency has one spelling in every key and file.
//
// It returns [ErrUnknownCurrency] for anything else.
func ParseCurrency(s string) (Currency, error) {
	c := Currency(s)
	if !c.Valid() {
		return "", unknownCurrency(c)
	}
	return row(c).code, nil
}

// Valid reports whether c is a code of the active ISO 4217 list. It costs a binary search over 178 rows and
// allocates nothing.
func (c Currency) Valid() bool { return row(c) != nil }

// Digits returns how many decimal digits the minor unit of c has: 2 for CNY (fen), 0 for JPY, 3 for KWD.
//
// It returns 0 for a code without a minor unit (XAU, XXX) and for a code that is not [Currency.Valid].
func (c Currency) Digits() int {
	r := row(c)
	if r == nil || r.digits == noMinorUnit {
		return 0
	}
	return int(r.digits)
}

// Numeric returns the three-digit numeric code of c with its leading zeros, "156" for CNY and "036" for AUD, or
// the empty string when c is not [Currency.Valid].
func (c Currency) Numeric() string {
	if r := row(c); r != nil {
		return r.numeric
	}
	return ""
}

// Name returns the name of c as ISO 4217 prints it, "Yuan Renminbi" for CNY, or the empty string when c is not
// [Currency.Valid].
func (c Currency) Name() string {
	if r := row(c); r != nil {
		return r.name
	}
	return ""
}

// row finds the table row of c, or nil.
func row(c Currency) *currencyRow {
	if len(c) != 3 {
		return nil
	}
	want := order(c)
	low, high := 0, len(currencyTable)
	for low < high {
		mid := int(uint(low+high) >> 1)
		if order(currencyTable[mid].code) < want {
			low = mid + 1
		} else {
			high = mid
		}
	}
	if low == len(currencyTable) || order(currencyTable[low].code) != want {
		return nil
	}
	return &currencyTable[low]
}

// order maps three letters to a number in the same order. Every amount made looks its currency up, and comparing
// numbers takes less than half the time of comparing strings (45 → 18 ns a search, 2026-11).
func order(c Currency) uint32 {
	_ = c[2]
	return uint32(c[0])<<16 | uint32(c[1])<<8 | uint32(c[2])
}

// unknownCurrency says which code was refused and what would be accepted.
func unknownCurrency(c Currency) error {
	return fmt.Errorf("money: currency %s: %w; write the upper-case code of the active list, such as \"CNY\"",
		quoteClipped(string(c)), ErrUnknownCurrency)
}
