package invoice

import (
	"math/big"
	"strings"
	"unicode"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// plain returns text as it is shown: on one line, and without what a terminal,
// a page or a spreadsheet would obey instead of showing. Control characters
// become spaces, and invisible ones, such as those that turn the direction of
// text, become U+FFFD; joiners stay, as scripts need them.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		case r == '\u200c', r == '\u200d':
			return r
		case unicode.Is(unicode.Cf, r):
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// amountText is an amount for people: grouped in threes, with a true minus sign,
// in the document's minor units.
func amountText(m money.Money) string { return strings.Replace(m.Display(), "-", "−", 1) }

// quantityText is a quantity in a unit, grouped in threes, exact where it ends within six places
// and marked with ≈ where it is cut there.
func quantityText(q metering.Quantity, u metering.Unit) string {
	if u.IsZero() || q.IsZero() {
		return ""
	}
	const places = 6
	d, err := q.In(u, places)
	if err != nil {
		return ""
	}
	text := grouped(trimZeros(d.StringFixed(places)))
	exact := new(big.Rat).SetFrac(q.Grains().Big(), u.Grains().Big())
	if exact.Cmp(d.Rat()) != 0 {
		return "≈ " + text
	}
	return text
}

// grouped is a plain decimal with its whole part in groups of three, and a true
// minus sign.
func grouped(s string) string {
	whole, fraction, point := strings.Cut(s, ".")
	digits, negative := strings.CutPrefix(whole, "-")
	var b strings.Builder
	if negative {
		b.WriteString("−")
	}
	for i, c := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	if point {
		b.WriteString("." + fraction)
	}
	return b.String()
}

func trimZeros(s string) string {
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// details are SKU, region and labels of an item, for people.
func (i *Item) details() []string {
	var out []string
	for _, s := range []string{i.SKU, i.Region} {
		if s != "" {
			out = append(out, plain(s))
		}
	}
	if i.Labels.Len() > 0 {
		out = append(out, plain(i.Labels.String()))
	}
	return out
}

// serviceName names a service in a language.
func (w *words) serviceName(id accounting.ServiceID) string {
	if name, known := w.services[id]; known {
		return name
	}
	if s, known := accounting.LookupService(id); known {
		return s.Name
	}
	return plain(string(id))
}

// periodText is the first and the last day of a period in a zone.
func periodText(p metering.Period, z metering.Zone) string {
	if p.IsZero() {
		return ""
	}
	first, last := DateOf(p.Start(), z), DateOf(p.End().Add(-1), z)
	if first == last {
		return string(first)
	}
	return string(first) + " – " + string(last)
}
