package invoice

import (
	"cmp"
	"fmt"
	"iter"
	"slices"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// A Draft is an invoice that has not been issued: it may still change, and
// has no number. Its lines add up to its total. Make one with [NewDraft]; the
// zero Draft is of no contract.
type Draft struct {
	Contract accounting.Contract
	Period   metering.Period
	Lines    []Line // in order of service, price, card, SKU, region, labels, kind and billing period
	Total    money.Money
	List     money.Money // the total at list prices
}

// NewDraft puts the charges of a contract together into lines. Period is what
// the document says; a charge outside it, such as a correction of an earlier
// bill, is not refused: it is on a line of its own, which keeps the billing
// period that it is of. The draft keeps the charges, so that it can explain
// itself. Of no charges it has no lines and a total of 0.
//
// It fails with [ErrContract], [ErrForeign], a wrapped
// [money.CurrencyMismatchError] or *[metering.DimensionError] for charges that
// are not of this contract's cards, or [money.ErrOverflow].
func NewDraft(contract accounting.Contract, period metering.Period, charges iter.Seq[accounting.Charge]) (*Draft, error) {
	if contract.Card == nil {
		return nil, fmt.Errorf("%w: no card", ErrContract)
	}
	zero, err := money.FromMinor(0, contract.Card.Currency)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrContract, err)
	}
	d := &Draft{Contract: contract, Period: period, Total: zero, List: zero}
	index := make(map[lineKey]int)
	for c := range charges {
		if c.BillingAccount != contract.Account {
			return nil, fmt.Errorf("%w: %q on the invoice of %q", ErrForeign, c.BillingAccount, contract.Account)
		}
		if err := d.add(c, index); err != nil {
			return nil, fmt.Errorf("invoice: price %q: %w", c.PriceID, err)
		}
	}
	slices.SortFunc(d.Lines, func(a, b Line) int { return a.key().compare(b.key()) })
	return d, nil
}

func (d *Draft) add(c accounting.Charge, index map[lineKey]int) error {
	corrects, err := d.corrects(c.Period)
	if err != nil {
		return err
	}
	l := lineOf(c, corrects)
	i, known := index[l.key()]
	if !known {
		l.Title = d.title(c)
		l.Billed, _ = d.Total.Sub(d.Total) // zero in the invoice's currency
		l.List = l.Billed
		i = len(d.Lines)
		index[l.key()] = i
		d.Lines = append(d.Lines, l)
	} else if !c.Period.IsZero() && c.Period.Start().Before(d.Lines[i].Period.Start()) {
		d.Lines[i].Title = d.title(c) // of the earliest, in whichever order they come
	}
	if err := d.Lines[i].add(c); err != nil {
		return err
	}
	total, err1 := d.Total.Add(c.Billed)
	list, err2 := d.List.Add(c.List)
	if err := cmp.Or(err1, err2); err != nil {
		return err
	}
	d.Total, d.List = total, list
	return nil
}

// corrects returns the billing period of a charge that is not of the draft's
// period, as a correction of an earlier bill is; else the zero Period.
func (d *Draft) corrects(p metering.Period) (metering.Period, error) {
	if p.IsZero() || d.Period.IsZero() || p.Overlaps(d.Period) {
		return metering.Period{}, nil
	}
	billing, err := d.Contract.BillingPeriod(p.Start())
	if err != nil {
		return billing, fmt.Errorf("%w: %w", ErrContract, err)
	}
	return billing, nil
}

// title finds the title of a charge's price on the card that set it, as it was
// when the price was in force, for a line the first time, or of its credit; the id where there is none.
func (d *Draft) title(c accounting.Charge) string {
	if kind := kindOf(c.Origin); kind != Priced {
		for _, credit := range d.Contract.Credits {
			if kind == Credited && credit.ID == c.PriceID && credit.Title != "" {
				return credit.Title
			}
		}
		return c.PriceID
	}
	for _, card := range [...]*accounting.Card{d.Contract.Negotiated, d.Contract.Card} {
		if card == nil || card.Name() != c.Card {
			continue
		}
		for _, p := range card.Prices {
			if some, _ := p.Covers(c.Period); some && p.ID == c.PriceID && p.Title != "" {
				return p.Title
			}
		}
	}
	return c.PriceID
}

// Services yields the lines of each service, in order of service. The slices
// are parts of Lines.
func (d *Draft) Services() iter.Seq2[accounting.ServiceID, []Line] {
	return func(yield func(accounting.ServiceID, []Line) bool) {
		for i := 0; i < len(d.Lines); {
			j := i
			for j < len(d.Lines) && d.Lines[j].Service == d.Lines[i].Service {
				j++
			}
			if !yield(d.Lines[i].Service, d.Lines[i:j:j]) {
				return
			}
			i = j
		}
	}
}

// Recompute returns the total, computed anew from the explanation of every
// charge; it is Total where nothing was tampered with. It fails as
// [accounting.Explanation.Recompute] does.
func (d *Draft) Recompute() (money.Money, error) {
	total, err := d.Total.Sub(d.Total) // zero in the invoice's currency
	for _, l := range d.Lines {
		if err != nil {
			break
		}
		var again money.Money
		if again, err = l.Recompute(); err == nil {
			total, err = total.Add(again)
		}
	}
	if err != nil {
		return money.Money{}, fmt.Errorf("invoice: %w", err)
	}
	return total, nil
}
