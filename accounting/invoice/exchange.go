package invoice

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/big"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
)

// An ExchangeRate says what one unit of From is worth in To on a date, and who
// says so. It converts in that direction alone.
type ExchangeRate struct {
	From   money.Currency `json:"from"`
	To     money.Currency `json:"to"`
	Rate   Rate           `json:"rate"`
	Date   Date           `json:"date"`
	Source string         `json:"source"` // such as the bank that publishes it
}

// Validate returns [ErrRate] for a rate that cannot be used: two currencies, a
// number above 0, a date and a source are wanted.
func (x ExchangeRate) Validate() error {
	err := x.Rate.check("rate")
	switch {
	case !x.From.Valid() || !x.To.Valid() || x.From == x.To:
		err = fmt.Errorf("want two currencies")
	case !x.Date.Valid():
		err = fmt.Errorf("date %s: want a day such as 2026-11-30", quote(string(x.Date)))
	case x.Source == "" || checkText("source", x.Source, 1, 256) != nil:
		err = fmt.Errorf("source %s: want 1 to 256 bytes that say who set it", quote(x.Source))
	case err == nil && x.Rate.rat().Sign() == 0:
		err = fmt.Errorf("rate 0")
	}
	if err != nil {
		return fmt.Errorf("%w: from %s to %s: %w", ErrRate, quote(string(x.From)), quote(string(x.To)), err)
	}
	return nil
}

// Convert returns an amount in the other currency, rounded once. It fails with
// [ErrRate], a [money.CurrencyMismatchError], [money.ErrOverflow] or
// [money.ErrRounding].
func (x ExchangeRate) Convert(m money.Money, r money.Rounding) (money.Money, error) {
	if err := x.Validate(); err != nil {
		return money.Money{}, err
	}
	if m.Currency() != x.From {
		return money.Money{}, fmt.Errorf("invoice: %w", money.CurrencyMismatchError{Got: m.Currency(), Want: x.From})
	}
	out, err := r.ApplyRat(x.exact(m), x.To)
	if err != nil {
		return out, fmt.Errorf("invoice: %w", err)
	}
	return out, nil
}

func (x ExchangeRate) exact(m money.Money) *big.Rat { return new(big.Rat).Mul(ratOf(m), x.Rate.rat()) }

// ExchangeRates is a table of rates, in any order. Rates are data: write them,
// or read them with [ParseExchangeRates].
type ExchangeRates []ExchangeRate

// On returns the rate of a pair on a date. It fails with a *[NoRateError] when
// the table has none: it takes no other day's rate, no inverse and no third
// currency; and with [ErrRate] when it has two that differ.
func (r ExchangeRates) On(from, to money.Currency, d Date) (ExchangeRate, error) {
	var found *ExchangeRate
	for i := range r {
		x := &r[i]
		if x.From != from || x.To != to || x.Date != d {
			continue
		}
		if err := x.Validate(); err != nil {
			return ExchangeRate{}, err
		}
		if found != nil && (found.Rate.canonical() != x.Rate.canonical() || found.Source != x.Source) {
			return ExchangeRate{}, fmt.Errorf("%w: two rates from %s to %s on %s", ErrRate, from, to, d)
		}
		found = x
	}
	if found == nil {
		return ExchangeRate{}, &NoRateError{from, to, d}
	}
	out := *found
	out.Rate = out.Rate.canonical()
	return out, nil
}

// ParseExchangeRates reads a JSON array of rates and validates each. It fails
// with [ErrRate].
func ParseExchangeRates(text []byte) (ExchangeRates, error) {
	var r ExchangeRates
	if err := decode(text, &r); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRate, err)
	}
	for _, x := range r {
		if err := x.Validate(); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// maxTableBytes bounds the tables of rates and taxes that are read.
const maxTableBytes = 4 << 20

// decode reads one JSON value, and nothing behind it or unknown in it.
func decode(text []byte, into any) error {
	if len(text) > maxTableBytes {
		return fmt.Errorf("%d bytes, want at most %d", len(text), maxTableBytes)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("something behind the JSON value")
	}
	return nil
}

// An Exchange is a rate that a document was made with, and how what it gave was
// rounded.
type Exchange struct {
	ExchangeRate
	Mode   money.RoundingMode `json:"mode"`
	Places int                `json:"places"`
	Level  string             `json:"level"` // line or bill; total for amounts that are shown beside the document's
}

func exchanged(x ExchangeRate, r accounting.Rounding) Exchange {
	return Exchange{x, r.Mode, r.Places, r.Level.String()}
}
