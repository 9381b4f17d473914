package invoice

import (
	"fmt"
	"iter"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
)

// Changes gathers by line what charges of the document have turned out to be different
// by, each given as a charge that bills the difference: what a credit note is to take
// back, and what a debit note is to add, both Rerated and in order of line. All that
// cancels out is in neither.
//
// It fails with [ErrUnknown] for a charge that is on no line: usage at a price that
// nothing was billed at belongs to an invoice of its own. It fails with [ErrTerms] for a
// line that was converted from another currency, contains taxes or is of a card that
// keeps parts of a minor unit, whose net amount does not follow from the charge; and with
// [money.ErrOverflow].
func (i *Issued) Changes(differences iter.Seq[accounting.Charge]) (back, more []Change, err error) {
	sums := make([]money.Money, len(i.doc.Items))
	for c := range differences {
		line, ok := i.LineOf(c)
		if !ok {
			return nil, nil, fmt.Errorf("%w: a charge of price %s in %v is on no line of %s", ErrUnknown, quote(c.PriceID), c.Period, quote(i.Number()))
		}
		if sums[line-1], err = sums[line-1].Add(c.Billed); err != nil {
			return nil, nil, fmt.Errorf("invoice: line %d: %w", line, err)
		}
	}
	for n, sum := range sums {
		item := &i.doc.Items[n]
		switch {
		case sum.IsZero():
			continue
		case item.Charged.Currency() != i.doc.Currency || i.doc.inclusive(item):
			return nil, nil, fmt.Errorf("%w: line %d was charged otherwise than net in %s; work out its net amount", ErrTerms, item.Line, i.doc.Currency)
		case !i.doc.own(sum):
			return nil, nil, fmt.Errorf("%w: line %d differs by %s, which is no whole minor units; work out its net amount", ErrTerms, item.Line, sum)
		case sum.Sign() == item.Net.Sign() || item.Net.IsZero():
			more = append(more, Change{Line: item.Line, Net: sum})
			continue
		}
		if sum, err = sum.Neg(); err != nil {
			return nil, nil, fmt.Errorf("invoice: line %d: %w", item.Line, err)
		}
		back = append(back, Change{Line: item.Line, Net: sum})
	}
	return back, more, nil
}
