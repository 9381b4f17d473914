package invoice

import (
	"fmt"
	"slices"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// A TaxCategory says how a tax treats what it is on. The categories are those
// of EN 16931, whose codes are in brackets.
type TaxCategory string

// The categories. Only [Standard] asks for an amount.
const (
	Standard      TaxCategory = "standard"       // at the rate (S)
	ZeroRated     TaxCategory = "zero-rated"     // taxed, at 0 (Z)
	Exempt        TaxCategory = "exempt"         // not taxed, for a reason (E)
	ReverseCharge TaxCategory = "reverse-charge" // the customer owes it; the rate is for information (AE)
	OutOfScope    TaxCategory = "out-of-scope"   // no tax on it at all (O)
)

// A Tax is one rate of a tax and how it is computed, from one time to another.
// A rate that changes is two taxes of one id, one in force after the other.
type Tax struct {
	ID       string      `json:"id"`
	Name     string      `json:"name"` // such as "VAT"; documents show the rate, or the category, beside it
	Category TaxCategory `json:"category"`
	Rate     Rate        `json:"rate"`
	// Inclusive says that prices contain the tax; else it comes on top.
	Inclusive bool `json:"inclusive,omitempty"`
	// Mode and Places round the tax, Level says whether of each line or of the
	// whole bill: "line" or "bill". What is rounded once on a bill is split over
	// its lines so that they add up to it.
	Mode   money.RoundingMode `json:"mode"`
	Places int                `json:"places"`
	Level  string             `json:"level"`
	// Reason is the text that the law wants on the bill; required where a tax is
	// exempt or the customer's.
	Reason string `json:"reason,omitempty"`
	// From and Until are when the tax is in force: from From on, before Until; a
	// zero time is no bound.
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until,omitzero"`
}

// Validate returns [ErrTax] for a tax that cannot be computed with.
func (t *Tax) Validate() error {
	err := t.Rate.check("rate")
	_, level := accounting.ParseLevel(t.Level)
	switch {
	case checkText("id", t.ID, 1, 64) != nil || checkText("name", t.Name, 1, 256) != nil || checkText("reason", t.Reason, 0, 1024) != nil:
		err = fmt.Errorf("want an id of up to 64 bytes, a name of up to 256 and a reason of up to 1024")
	case err != nil:
	case !slices.Contains([]TaxCategory{Standard, ZeroRated, Exempt, ReverseCharge, OutOfScope}, t.Category):
		err = fmt.Errorf("category %s: want standard, zero-rated, exempt, reverse-charge or out-of-scope", quote(string(t.Category)))
	case t.Category != Standard && t.Category != ReverseCharge && t.Rate.rat().Sign() != 0:
		err = fmt.Errorf("rate %s: want 0 of what is %s", t.Rate, t.Category)
	case t.Category != Standard && t.Inclusive:
		err = fmt.Errorf("no price contains what is %s", t.Category)
	case (t.Category == Exempt || t.Category == ReverseCharge) && t.Reason == "":
		err = fmt.Errorf("want a reason for what is %s", t.Category)
	case !level:
		err = fmt.Errorf("level %s: want line or bill", quote(t.Level))
	case !t.From.IsZero() && !t.Until.IsZero() && !t.From.Before(t.Until):
		err = fmt.Errorf("in force from %s until %s", t.From, t.Until)
	default:
		err = money.Rounding{Mode: t.Mode, Places: t.Places}.Validate()
	}
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrTax, quote(t.ID), err)
	}
	return nil
}

// in reports whether the tax is in force in some of a period, and in all of it.
func (t *Tax) in(start, end time.Time) (some, all bool) {
	from := t.From.IsZero() || !start.Before(t.From)
	until := t.Until.IsZero() || !end.After(t.Until)
	if from && until {
		return true, true
	}
	return (t.From.IsZero() || end.After(t.From)) && (t.Until.IsZero() || start.Before(t.Until)), false
}

// A TaxRule says which taxes are on lines: of these services and prices, all
// where none are named. No taxes is none at all.
type TaxRule struct {
	Services []accounting.ServiceID `json:"services,omitempty"`
	Prices   []string               `json:"prices,omitempty"` // ids
	Taxes    []string               `json:"taxes,omitempty"`  // ids
}

func (r *TaxRule) on(i *Item) bool {
	return (len(r.Services) == 0 || slices.Contains(r.Services, i.Service)) && (len(r.Prices) == 0 || slices.Contains(r.Prices, i.Price))
}

// A TaxPoint says which time decides the rate.
type TaxPoint string

// The tax points.
const (
	AtSupply TaxPoint = "supply" // when it was used: a tax is in force in all of a line's period
	AtIssue  TaxPoint = "issue"  // when the document is issued
)

// Taxes are the taxes of a contract, and the rules by which they are on lines.
// The zero Taxes are no taxes. Taxes are data: write them, or read them with
// [ParseTaxes].
type Taxes struct {
	Taxes []Tax     `json:"taxes"`
	Rules []TaxRule `json:"rules"` // the first that is on a line decides; a line without one is refused
	Point TaxPoint  `json:"point"`
}

// ParseTaxes reads taxes from JSON and validates them. It fails with [ErrTax].
func ParseTaxes(text []byte) (Taxes, error) {
	var t Taxes
	if err := decode(text, &t); err != nil {
		return Taxes{}, fmt.Errorf("%w: %w", ErrTax, err)
	}
	return t, t.Validate()
}

// Validate returns [ErrTax] for a tax that cannot be computed with, two of one
// id that are in force at once, or a rule with a tax that is not there.
func (t *Taxes) Validate() error {
	if len(t.Taxes) == 0 && len(t.Rules) == 0 {
		return nil
	}
	if t.Point != AtSupply && t.Point != AtIssue {
		return fmt.Errorf("%w: point %s: want supply or issue", ErrTax, quote(string(t.Point)))
	}
	for i := range t.Taxes {
		a := &t.Taxes[i]
		if err := a.Validate(); err != nil {
			return err
		}
		for j := range t.Taxes[:i] {
			b := &t.Taxes[j]
			if a.ID == b.ID && (a.Until.IsZero() || b.From.Before(a.Until)) && (b.Until.IsZero() || a.From.Before(b.Until)) {
				return fmt.Errorf("%w: %s: two rates are in force at once; set From and Until", ErrTax, quote(a.ID))
			}
		}
	}
	for _, r := range t.Rules {
		for n, id := range r.Taxes {
			if !slices.ContainsFunc(t.Taxes, func(x Tax) bool { return x.ID == id }) || slices.Contains(r.Taxes[:n], id) {
				return fmt.Errorf("%w: rule with tax %s: want ids of taxes, each once", ErrTax, quote(id))
			}
		}
	}
	return nil
}

// of returns the taxes on an item of a document issued at a time.
func (t *Taxes) of(i *Item, at time.Time) ([]*Tax, error) {
	if len(t.Taxes) == 0 && len(t.Rules) == 0 {
		return nil, nil
	}
	n := slices.IndexFunc(t.Rules, func(r TaxRule) bool { return r.on(i) })
	if n < 0 {
		return nil, fmt.Errorf("%w: no rule for service %s, price %s; add one, without taxes if there are none", ErrTax, quote(string(i.Service)), quote(i.Price))
	}
	start, end := at, at.Add(1)
	if t.Point == AtSupply {
		start, end = i.Period.Start(), i.Period.End()
	}
	var out []*Tax
	for _, id := range t.Rules[n].Taxes {
		tax, err := t.find(id, start, end)
		if err != nil {
			return nil, err
		}
		if len(out) > 0 && out[0].Inclusive != tax.Inclusive {
			return nil, fmt.Errorf("%w: %s and %s on one line: one is in the price, and the other on top", ErrTax, quote(out[0].ID), quote(id))
		}
		out = append(out, tax)
	}
	return out, nil
}

// find returns the tax of an id that is in force in all of a time.
func (t *Taxes) find(id string, start, end time.Time) (*Tax, error) {
	for i := range t.Taxes {
		x := &t.Taxes[i]
		if x.ID != id {
			continue
		}
		some, all := x.in(start, end)
		if all {
			return x, nil
		}
		if some {
			return nil, fmt.Errorf("%w: %s changes between %s and %s; draft what is before and after the change as two drafts",
				ErrTax, quote(id), start.UTC().Format(time.RFC3339), end.UTC().Format(time.RFC3339))
		}
	}
	return nil, fmt.Errorf("%w: %s is not in force at %s", ErrTax, quote(id), start.UTC().Format(time.RFC3339))
}

// A TaxItem is a tax of a document: what it is on, and what it comes to.
type TaxItem struct {
	ID        string             `json:"id"`
	Name      string             `json:"name"`
	Category  TaxCategory        `json:"category"`
	Rate      Rate               `json:"rate"`
	Inclusive bool               `json:"inclusive,omitempty"`
	Mode      money.RoundingMode `json:"mode"`
	Places    int                `json:"places"`
	Level     string             `json:"level"`
	Reason    string             `json:"reason,omitempty"`
	Base      money.Money        `json:"base"`   // the net amounts that it is on
	Amount    money.Money        `json:"amount"` // what the lines have of it
}

func (t *Tax) item(c money.Currency) TaxItem {
	return TaxItem{t.ID, t.Name, t.Category, t.Rate.canonical(), t.Inclusive, t.Mode, t.Places, t.Level, t.Reason, zero(c), zero(c)}
}

// kind is the item without its amounts: what tells two apart.
func (t TaxItem) kind() TaxItem {
	t.Base, t.Amount = money.Money{}, money.Money{}
	return t
}

// An ItemTax is what an item has of a tax.
type ItemTax struct {
	Tax    int         `json:"tax"` // the tax's place in the document, from 1
	Amount money.Money `json:"amount"`
}

// periodOr returns the first period that is not empty.
func periodOr(a, b metering.Period) metering.Period {
	if a.IsZero() {
		return b
	}
	return a
}
