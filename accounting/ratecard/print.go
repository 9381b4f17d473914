package ratecard

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/metering"
)

// AppendYAML appends the canonical text of card to dst: keys in one order,
// prices in the card's, times in UTC, numbers without trailing zeros. Cards
// that are equal print the same bytes, and [ParseYAML] reads them back to an
// equal card, given the catalogue and services that card is valid with.
//
// It fails with [Faults] on a card that breaks a rule of [Validate], other
// than those about which meters and services there are, and on one whose text
// is beyond the limits of ParseYAML. Then it returns dst as it was.
func AppendYAML(dst []byte, card *accounting.Card) ([]byte, error) {
	if err := validate(card, config{}); err != nil {
		return dst, err
	}
	p := printer{dst}
	p.card(card)
	for _, check := range []func([]byte) (Fault, bool){checkSize, checkSource} {
		if fault, ok := check(p.buf[len(dst):]); !ok {
			return dst, Faults{{Reason: "cannot be read back: " + fault.Reason}}
		}
	}
	return p.buf, nil
}

// printer writes a card that is valid.
type printer struct{ buf []byte }

func (p *printer) card(c *accounting.Card) {
	p.line("card: ", quote(c.ID))
	p.line("version: ", quote(c.Version))
	p.text("title: ", c.Title)
	p.line("currency: ", string(c.Currency))
	p.line("rounding: ", roundingText(c.Rounding))
	if len(c.RoundingChanges) > 0 {
		p.line("rounding_changes:", "")
		for _, change := range c.RoundingChanges {
			p.line("  - {from: ", change.From.UTC().Format(minutes), ", rounding: ", roundingText(change.Rounding), "}")
		}
	}
	if c.PowerFactor != nil {
		p.line("power_factor: ", adjustmentText(c.PowerFactor))
	}
	p.line("prices:", "")
	for i := range c.Prices {
		p.price(&c.Prices[i])
	}
}

func roundingText(r accounting.Rounding) string {
	month := ""
	if r.Month.On {
		month = fmt.Sprintf(", month: {mode: %s, places: %d}", r.Month.Mode, r.Month.Places)
	}
	return fmt.Sprintf("{mode: %s, places: %d, level: %s%s}", r.Mode, r.Places, r.Level, month)
}

func (p *printer) price(price *accounting.Price) {
	p.line("  - id: ", quote(price.ID))
	p.text("    title: ", price.Title)
	p.text("    replaces: ", price.Replaces)
	p.line("    service: ", quote(string(price.Service)))
	if price.Match != (accounting.Match{}) {
		p.line("    match: ", match(price.Match))
	}
	p.text("    unit: ", price.Unit.Code())
	p.instant("    from: ", price.From)
	p.instant("    until: ", price.Until)
	p.model(price.Model)
	p.terms(price.Terms)
}

func (p *printer) line(parts ...string) {
	for _, s := range parts {
		p.buf = append(p.buf, s...)
	}
	p.buf = append(p.buf, '\n')
}

// text prints a key that is left out when it has no value.
func (p *printer) text(key, s string) {
	if s != "" {
		p.line(key, quote(s))
	}
}

func (p *printer) instant(key string, t time.Time) {
	if !t.IsZero() {
		p.line(key, t.UTC().Format(minutes))
	}
}

func match(m accounting.Match) string {
	fields := []string{"meter: " + quote(string(m.Meter))}
	if m.SKU != "" {
		fields = append(fields, "sku: "+quote(m.SKU))
	}
	if m.Region != "" {
		fields = append(fields, "region: "+quote(m.Region))
	}
	if m.Labels != (metering.Labels{}) {
		var pairs []string
		for name, value := range m.Labels.All() {
			pairs = append(pairs, quote(name)+": "+quote(value))
		}
		fields = append(fields, "labels: {"+strings.Join(pairs, ", ")+"}")
	}
	return "{" + strings.Join(fields, ", ") + "}"
}

func tier(t accounting.Tier) string {
	var fields []string
	if t.UpTo != nil {
		fields = append(fields, "up_to: "+number(*t.UpTo))
	}
	fields = append(fields, "price: "+number(t.Price))
	if !t.Flat.IsZero() {
		fields = append(fields, "flat: "+number(t.Flat))
	}
	if !t.Block.IsZero() {
		fields = append(fields, "block: "+number(t.Block))
	}
	return "{" + strings.Join(fields, ", ") + "}"
}

// number prints a decimal that was checked to be short.
func number(d decimal.Decimal) string {
	s, _ := plain(d)
	return s
}

// quote returns s as a YAML scalar: bare if no reader of YAML could take it
// for anything but this text, else in double quotes.
func quote(s string) string {
	if bare(s) {
		return s
	}
	b := []byte{'"'}
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case unicode.IsPrint(r):
			b = append(b, string(r)...)
		default:
			b = escaped(b, r)
		}
	}
	return string(append(b, '"'))
}

// reserved are texts that some version of YAML takes for a boolean or for
// nothing.
var reserved = []string{"y", "n", "yes", "no", "on", "off", "true", "false", "null"}

func bare(s string) bool {
	if s == "" || strings.Trim(s[:1], letters) != "" {
		return false
	}
	return strings.Trim(s, letters+"0123456789-_./") == "" && !slices.Contains(reserved, strings.ToLower(s))
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
