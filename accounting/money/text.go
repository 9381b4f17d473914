package money

import (
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/meterbook/meterbook/internal/fixed"
)

const (
	// zeroText is the text of the zero Money, the only amount written without a currency.
	zeroText = "0"
	// maxTextBytes bounds what Parse looks at: a code, a space, and twice the digits that an amount can have.
	maxTextBytes = 82
)

// Parse reads the text of an amount: a currency code, one space, and a plain decimal number, such as "CNY 1234.56"
// or "JPY -602". The text "0" alone is the zero Money.
//
// The number may have fewer or more zeros at its end than [Money.String] prints, but no sign other than '-', no
// leading zeros, exponent, grouping or spaces: one thing that can be misread is one too many.
//
// It returns [ErrSyntax], also for texts above 82 bytes, [ErrUnknownCurrency], [ErrInexact] for more than 18
// decimals, or [ErrOverflow].
func Parse(s string) (Money, error) {
	if s == zeroText {
		return Money{}, nil
	}
	code, number, found := strings.Cut(s, " ")
	if !found || len(s) > maxTextBytes {
		return Money{}, textError(s, ErrSyntax)
	}
	c, err := ParseCurrency(code)
	if err != nil {
		return Money{}, err
	}
	v, err := parseNumber(number)
	if err != nil {
		return Money{}, textError(s, err)
	}
	return Money{v, c}, nil
}

// MustParse is [Parse] that panics on an error. It is for constants and tests; never give it input.
func MustParse(s string) Money {
	m, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return m
}

// parseNumber reads a number at scale 18 and returns bare sentinels of this package.
func parseNumber(number string) (fixed.Int128, error) {
	v, err := fixed.ParseDecimal(number, Scale)
	switch {
	case err == nil:
		return v, nil
	case errors.Is(err, fixed.ErrTooLong):
		return parseLong(number)
	case errors.Is(err, fixed.ErrInexact):
		return v, ErrInexact
	case errors.Is(err, fixed.ErrOverflow):
		return v, ErrOverflow
	default:
		return v, ErrSyntax
	}
}

// parseLong reads a well-formed number of 39 digits or more. Most do not fit, but amounts from 10²⁰ units on have 39
// at full scale, and an amount that can be written must be readable.
func parseLong(number string) (fixed.Int128, error) {
	whole, fraction, _ := strings.Cut(number, ".")
	fraction = strings.TrimRight(fraction, "0")
	if len(fraction) > Scale {
		return fixed.Int128{}, ErrInexact
	}
	v, err := fixed.ParseInt(whole + fraction + strings.Repeat("0", Scale-len(fraction)))
	if err != nil {
		return fixed.Int128{}, ErrOverflow
	}
	return v, nil
}

// textError names a text that is not an amount.
func textError(s string, err error) error {
	return fmt.Errorf("money: amount %s: %w; write a code, a space and at most %d decimals, such as \"CNY 1234.56\"",
		quoteClipped(s), err, Scale)
}

// String returns the canonical text of m, "CNY 1234.56": at least the decimals of the currency's minor unit, more
// only where they are not zero. The zero Money is "0". [Parse] reads it back to the same m. It allocates the string.
func (m Money) String() string {
	var buf [64]byte
	text, _ := m.AppendText(buf[:0])
	return string(text)
}

// AppendText appends the text of [Money.String] to b. The error is always nil.
func (m Money) AppendText(b []byte) ([]byte, error) {
	if m.currency == "" {
		return append(b, zeroText...), nil
	}
	b = append(b, m.currency...)
	b = append(b, ' ')
	return fixed.AppendDecimal(b, m.amount, Scale, m.currency.Digits()), nil
}

// MarshalText returns the text of [Money.String]; JSON writes it as a string, "CNY 1234.56", never as a number. The
// error is always nil.
func (m Money) MarshalText() ([]byte, error) { return m.AppendText(nil) }

// UnmarshalText is [Parse], with its errors. It leaves m as it was when there is one.
func (m *Money) UnmarshalText(text []byte) error {
	// Parse refuses anything longer, so do not copy more than it needs to see that.
	v, err := Parse(string(text[:min(len(text), maxTextBytes+1)]))
	if err != nil {
		return err
	}
	*m = v
	return nil
}

// UnmarshalJSON reads a JSON string with the text of an amount. A number has no currency and null is not an amount,
// so both are [ErrSyntax]; an optional amount is a *Money. Other errors are those of [Parse].
func (m *Money) UnmarshalJSON(data []byte) error {
	if len(data) == 0 || data[0] != '"' {
		return textError(string(data[:min(len(data), maxTextBytes)]), ErrSyntax)
	}
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return textError(string(data[:min(len(data), maxTextBytes)]), ErrSyntax)
	}
	return m.UnmarshalText([]byte(text))
}

// Value implements [driver.Valuer]: a database stores the text of [Money.String]. The error is always nil.
func (m Money) Value() (driver.Value, error) { return m.String(), nil }

// Scan implements [database/sql.Scanner] for what [Money.Value] stores, as string or []byte. NULL is not an amount
// and is [ErrSyntax]; scan an optional column into a sql.Null[Money]. Other errors are those of [Parse].
func (m *Money) Scan(src any) error {
	switch v := src.(type) {
	case string:
		return m.UnmarshalText([]byte(v[:min(len(v), maxTextBytes+1)]))
	case []byte:
		return m.UnmarshalText(v)
	default:
		return fmt.Errorf("money: column of type %T: %w; store the text of the amount, such as \"CNY 1234.56\"",
			src, ErrSyntax)
	}
}

// Display returns the amount without its currency, for people to read: rounded half-even to the decimals of the
// currency's minor unit and grouped in threes, "1,234.56". The rounding is for this text only and touches no amount;
// what must add up is rounded by a rule with [Money.Round] before. There is no locale. It allocates the string.
func (m Money) Display() string {
	digits := m.currency.Digits()
	steps, _, _ := m.amount.Div(power(Scale-digits), fixed.HalfEven) // fits: no quotient is larger than its dividend
	var buf [64]byte
	text := fixed.AppendDecimal(buf[:0], steps, digits, digits)
	whole := len(text)
	if digits > 0 {
		whole -= digits + 1
	}
	grouped := make([]byte, 0, len(text)+len(text)/3)
	for i, b := range text {
		if left := whole - i; i > 0 && left > 0 && left%3 == 0 && text[i-1] != '-' {
			grouped = append(grouped, ',')
		}
		grouped = append(grouped, b)
	}
	return string(grouped)
}
