package invoice

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
)

// builder makes the document of drafts.
type builder struct {
	*Document
	terms *Terms
	at    time.Time
}

// build returns the document that drafts make by terms, without a number. What
// it is made from alone decides it, and its Content is the hash of that.
func build(issuer *Issuer, at time.Time, terms *Terms, drafts []*Draft) (*Document, error) {
	d, err := terms.header(issuer, at, drafts)
	if err != nil {
		return nil, err
	}
	b := builder{d, terms, at}
	for _, draft := range drafts {
		if err := b.add(draft); err != nil {
			return nil, err
		}
	}
	for _, draw := range terms.Draws {
		if draw.Amount.Sign() < 0 {
			return nil, fmt.Errorf("%w: %s of %s: want 0 or more", ErrDraw, draw.Amount, quote(draw.ID))
		}
		draw.Charged = money.Money{}
		if err := b.draw(draw); err != nil {
			return nil, err
		}
	}
	if err := b.tax(); err != nil {
		return nil, err
	}
	if err := b.finish(terms); err != nil {
		return nil, err
	}
	d.Content, err = contentOf(d)
	return d, err
}

// contentOf returns the hash of a document that has no number yet.
func contentOf(v any) (Hash, error) {
	text, err := json.Marshal(v)
	return sha256.Sum256(text), err
}

// rounding returns how amounts of a draft are rounded on the document.
func (b *builder) rounding(draft *Draft) (accounting.Rounding, error) {
	r := b.terms.Rounding
	if r == (accounting.Rounding{}) {
		var ok bool
		if r, ok = draft.Contract.Card.RoundingIn(draft.Period); !ok {
			return r, fmt.Errorf("%w: the rounding of card %s changes within %v", ErrContract, quote(draft.Contract.Card.Name()), draft.Period)
		}
		r.Places = b.Currency.Digits()
	}
	if !r.Level.Valid() || r.Places < 0 || r.Places > b.Currency.Digits() {
		return r, fmt.Errorf("%w: rounding %s to %d places: want line or bill, and at most the %d places of %s",
			ErrTerms, r.Level, r.Places, b.Currency.Digits(), b.Currency)
	}
	return r, nil
}

// rate returns what one unit of a currency is worth on the document, and notes
// the rate.
func (b *builder) rate(from money.Currency, r accounting.Rounding) (*big.Rat, error) {
	if from == b.Currency {
		return big.NewRat(1, 1), nil
	}
	on := b.terms.RateOn
	if on == "" {
		on = b.Date
	}
	x, err := b.terms.Rates.On(from, b.Currency, on)
	if err != nil {
		return nil, err
	}
	if e := exchanged(x, r); !slices.Contains(b.Exchange, e) {
		b.Exchange = append(b.Exchange, e)
	}
	return x.Rate.rat(), nil
}

// add puts the lines of a draft on the document.
func (b *builder) add(draft *Draft) error {
	rounding, err := b.rounding(draft)
	if err != nil {
		return err
	}
	rate, err := b.rate(draft.Contract.Card.Currency, rounding)
	if err != nil {
		return err
	}
	billed, list := make([]*big.Rat, len(draft.Lines)), make([]*big.Rat, len(draft.Lines))
	for i, l := range draft.Lines {
		if l.Billed.Currency() != draft.Contract.Card.Currency {
			return fmt.Errorf("invoice: line %s: %w", quote(l.Title), money.CurrencyMismatchError{Got: l.Billed.Currency(), Want: draft.Contract.Card.Currency})
		}
		billed[i], list[i] = new(big.Rat).Mul(ratOf(l.Billed), rate), new(big.Rat).Mul(ratOf(l.List), rate)
	}
	asked, err := apportion(billed, rounding, b.Currency)
	if err != nil {
		return err
	}
	lists, err := apportion(list, rounding, b.Currency)
	if err != nil {
		return err
	}
	for i := range draft.Lines {
		l := &draft.Lines[i]
		if l.Kind == Credited && b.terms.Credits == CreditsAfterTax {
			if err := b.credit(l, asked[i]); err != nil {
				return err
			}
			continue
		}
		item := b.item(draft, l)
		item.Net, item.Gross, item.List = asked[i], asked[i], lists[i]
		b.Items = append(b.Items, item)
	}
	return nil
}

// item returns the item of a line, without what it asks for.
func (b *builder) item(draft *Draft, l *Line) Item {
	return Item{Line: len(b.Items) + 1, Kind: l.Kind, Service: l.Service, Price: l.PriceID, Card: l.Card, Title: l.Title,
		SKU: l.SKU, Region: l.Region, Labels: l.Labels, Period: periodOr(l.Period, draft.Period), Billing: l.Corrects,
		Unit: l.Unit, Quantity: l.Quantity, Estimated: l.Estimated, Charged: l.Billed,
		Explained: map[string]string{"en": l.Explain(), "zh": l.ExplainIn(accounting.Chinese)}}
}

// credit puts what a credit of the contract paid on the document, as a draw.
func (b *builder) credit(l *Line, asked money.Money) error {
	paid, err := asked.Neg()
	if err != nil {
		return fmt.Errorf("invoice: %w", err)
	}
	charged, err := l.Billed.Neg()
	if err != nil {
		return fmt.Errorf("invoice: %w", err)
	}
	return b.draw(Draw{ID: l.PriceID, Title: l.Title, Amount: paid, Charged: charged})
}

// draw puts a draw on the document; several of one id are one.
func (b *builder) draw(d Draw) error {
	if d.Amount.IsZero() && d.Charged.IsZero() {
		return nil
	}
	if err := checkText("draw's id", d.ID, 1, 256); err != nil {
		return err
	}
	digits := money.Rounding{Places: b.Currency.Digits()}
	if whole, err := d.Amount.Round(digits); err != nil || whole != d.Amount || d.Amount.Currency() != b.Currency {
		return fmt.Errorf("%w: %s of %s: want whole minor units of %s", ErrDraw, d.Amount, quote(d.ID), b.Currency)
	}
	if d.Title == "" {
		d.Title = d.ID
	}
	i := slices.IndexFunc(b.Draws, func(o Draw) bool { return o.ID == d.ID })
	if i < 0 {
		b.Draws = append(b.Draws, d)
		return nil
	}
	a := adder{}
	was := &b.Draws[i]
	was.Amount, was.Charged = a.add(was.Amount, d.Amount), a.add(was.Charged, d.Charged)
	if a.err != nil {
		return fmt.Errorf("%w: %s: %w", ErrDraw, quote(d.ID), a.err)
	}
	return nil
}

// tax puts taxes on the items.
func (b *builder) tax() error {
	on := [][]int{} // by tax: its items
	shares := make([]*big.Rat, len(b.Items))
	for i := range b.Items {
		item := &b.Items[i]
		taxes, err := b.terms.Taxes.of(item, b.at)
		if err != nil {
			return err
		}
		shares[i] = big.NewRat(1, 1)
		for _, t := range taxes {
			kind := t.item(b.Currency)
			n := slices.IndexFunc(b.Taxes, func(x TaxItem) bool { return x.kind() == kind.kind() })
			if n < 0 {
				if t.Places > b.Currency.Digits() {
					return fmt.Errorf("%w: %s is rounded to %d places, and %s has %d", ErrTax, quote(t.ID), t.Places, b.Currency, b.Currency.Digits())
				}
				n, b.Taxes, on = len(b.Taxes), append(b.Taxes, kind), append(on, nil)
			}
			on[n] = append(on[n], i)
			item.Taxes = append(item.Taxes, ItemTax{Tax: n + 1, Amount: zero(b.Currency)})
			if t.Inclusive {
				shares[i].Add(shares[i], t.Rate.rat())
			}
		}
		slices.SortFunc(item.Taxes, func(a, b ItemTax) int { return a.Tax - b.Tax })
	}
	for n, items := range on {
		if err := b.taxItems(n, items, shares); err != nil {
			return err
		}
	}
	return nil
}

// taxItems computes one tax on its items. An item that contains its taxes is 1
// and their rates, in parts of its net amount: shares has that sum.
func (b *builder) taxItems(n int, items []int, shares []*big.Rat) error {
	t := &b.Taxes[n]
	if t.Category != Standard {
		return nil
	}
	asked := make([]*big.Rat, len(items))
	for k, i := range items {
		x := b.Items[i].Net
		if t.Inclusive {
			x = b.Items[i].Gross
		}
		asked[k] = new(big.Rat).Mul(ratOf(x), t.Rate.rat())
		if t.Inclusive {
			asked[k].Quo(asked[k], shares[i])
		}
	}
	level, _ := accounting.ParseLevel(t.Level)
	parts, err := apportion(asked, accounting.Rounding{Mode: t.Mode, Places: t.Places, Level: level}, b.Currency)
	if err != nil {
		return err
	}
	for k, i := range items {
		item := &b.Items[i]
		at := slices.IndexFunc(item.Taxes, func(x ItemTax) bool { return x.Tax == n+1 })
		item.Taxes[at].Amount = parts[k]
		if t.Inclusive {
			item.Net, err = item.Net.Sub(parts[k])
		} else {
			item.Gross, err = item.Gross.Add(parts[k])
		}
		if err != nil {
			return fmt.Errorf("invoice: %w", err)
		}
	}
	return nil
}
