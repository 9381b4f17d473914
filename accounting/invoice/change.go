package invoice

import (
	"cmp"
	"fmt"
	"math/big"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// A Change is what a note takes back of a line, or adds to it.
type Change struct {
	Line int
	// Net is the amount without taxes: of a credit note what is taken back, with
	// the sign of the line, and at most what is left of it; of a debit note what
	// is added.
	Net money.Money
	// Quantity is what the amount is for, where it is known, in the dimension of
	// the line's.
	Quantity metering.Quantity
	// Charged is what charges were corrected by, of a note that is Rerated and
	// whose line was converted from another currency or contains taxes. Else the
	// zero Money stands for Net.
	Charged money.Money
}

// change returns the item of a note that corrects a line.
func (r *Register) change(d *Document, of *Issued, c Change, all bool) (Item, error) {
	l, err := r.leftOf(of, c.Line)
	if err != nil {
		return Item{}, err
	}
	if !d.own(c.Net) || c.Net.IsZero() && !all {
		return Item{}, fmt.Errorf("%w: %s on line %d: want whole minor units of %s, and not 0", ErrTerms, c.Net, c.Line, d.Currency)
	}
	if _, err := l.item.Quantity.Sub(c.Quantity); err != nil {
		return Item{}, fmt.Errorf("%w: quantity %s on line %d, which has %s: %w", ErrTerms, c.Quantity, c.Line, l.item.Quantity, err)
	}
	ref := of.Reference(c.Line)
	item := l.original.nothing(d.Currency)
	item.Corrects, item.Billing = &ref, l.original.Billing
	item.Net, item.Quantity, item.List = c.Net, c.Quantity, c.Net
	if d.Kind == DebitNote {
		err = d.taxMore(&item, l.original)
	} else {
		err = d.taxBack(&item, &l, c, all)
	}
	if err == nil {
		err = d.charge(&item, c, all)
	}
	if err != nil || d.Kind == DebitNote {
		return item, err
	}
	return item.opposite(), nil
}

// taxMore puts the taxes of a line on what is added to it.
func (d *Document) taxMore(item, was *Item) error {
	item.Gross = item.Net
	for _, x := range was.Taxes {
		t := &d.Taxes[x.Tax-1]
		amount := zero(d.Currency)
		var err error
		if t.Category == Standard {
			amount, err = money.Rounding{Mode: t.Mode, Places: t.Places}.ApplyRat(new(big.Rat).Mul(ratOf(item.Net), t.Rate.rat()), d.Currency)
		}
		if err == nil {
			item.Gross, err = item.Gross.Add(amount)
		}
		if err != nil {
			return fmt.Errorf("invoice: %w", err)
		}
		item.Taxes = append(item.Taxes, ItemTax{x.Tax, amount})
	}
	return nil
}

// taxBack takes taxes back with a part of a line, or with all that is left.
func (d *Document) taxBack(item *Item, l *left, c Change, all bool) error {
	over, err := c.Net.Cmp(l.item.Net)
	if err != nil {
		return fmt.Errorf("invoice: %w", err)
	}
	sign := l.item.Net.Sign()
	if c.Net.Sign() != sign || over*sign > 0 {
		return &AboveError{d.Of.Number, c.Line, c.Net, l.item.Net}
	}
	whole := all || over == 0
	item.Gross = item.Net
	for i, x := range l.original.Taxes {
		amount := l.item.Taxes[i].Amount
		if !whole {
			if amount, err = d.taxShare(x, amount, l, c.Net); err != nil {
				return err
			}
		}
		if item.Gross, err = item.Gross.Add(amount); err != nil {
			return fmt.Errorf("invoice: %w", err)
		}
		item.Taxes = append(item.Taxes, ItemTax{x.Tax, amount})
	}
	if whole {
		item.List = l.item.List
	}
	return nil
}

// taxShare returns the part of a line's tax that goes back with a net amount:
// the tax of all that notes have taken back, rounded, less what they took.
func (d *Document) taxShare(x ItemTax, leftTax money.Money, l *left, net money.Money) (money.Money, error) {
	t := &d.Taxes[x.Tax-1]
	part := new(big.Rat).Add(l.taken, ratOf(net))
	part.Quo(part.Mul(part, ratOf(x.Amount)), ratOf(l.original.Net))
	a := adder{}
	target, err := money.Rounding{Mode: t.Mode, Places: t.Places}.ApplyRat(part, d.Currency)
	out := a.sub(target, a.sub(x.Amount, leftTax))
	if err = cmp.Or(err, a.err); err != nil {
		return out, fmt.Errorf("invoice: %w", err)
	}
	return out, nil
}

// charge says what of the charges an item takes back or adds: nothing, of a
// concession.
func (d *Document) charge(item *Item, c Change, all bool) error {
	currency := item.Charged.Currency()
	switch {
	case !d.Rerated:
		item.Charged = zero(currency)
	case !c.Charged.IsZero() || all:
		if c.Charged.Currency() != currency {
			return fmt.Errorf("%w: charges of line %d were corrected by %s: want %s", ErrTerms, c.Line, c.Charged, currency)
		}
		item.Charged = c.Charged
	case currency != d.Currency || d.inclusive(item):
		return fmt.Errorf("%w: line %d was charged otherwise than net in %s; say what its charges were corrected by", ErrTerms, c.Line, d.Currency)
	default:
		item.Charged = c.Net
	}
	return nil
}
