package accounting

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// A RollUpRow is what charges of one key, one period of a calendar and one
// currency come to.
type RollUpRow[K cmp.Ordered] struct {
	Key        K
	Period     metering.Period // a whole period of the calendar
	Currency   money.Currency
	Charges    int // how many charges have a part in it
	List       money.Money
	Contracted money.Money
	Billed     money.Money
	Effective  money.Money
}

// RollUp adds charges up by any dimension and by the periods of a calendar,
// such as days or months of a zone, in order of key, period and currency.
// Currencies stay apart, so no rate is needed and none is guessed.
//
// A charge that reaches over an edge of the calendar is split by the time that
// lies on either side, to the currency's digits, or to 18 where the amount has
// more; its parts add up to it, and each is less than one step from its exact
// share. So the rows add up to the charges. Quantities are not added: those of a
// key may have several dimensions.
//
// It keeps the rows alone, not the charges. It fails with [money.ErrOverflow],
// a [money.CurrencyMismatchError] for a charge in two currencies, and as
// [metering.Calendar.At] does.
func RollUp[K cmp.Ordered](charges iter.Seq[Charge], calendar metering.Calendar, key func(Charge) K) ([]RollUpRow[K], error) {
	type place struct {
		key      K
		period   metering.Period
		currency money.Currency
	}
	var rows []RollUpRow[K]
	index := make(map[place]int)
	for c := range charges {
		k := key(c)
		pieces, err := cut(c, calendar)
		for _, piece := range pieces {
			p := place{k, piece.Period, piece.Currency}
			i, known := index[p]
			if !known {
				i = len(rows)
				index[p] = i
				rows = append(rows, RollUpRow[K]{Key: k, Period: piece.Period, Currency: piece.Currency})
			}
			if err = rows[i].add(piece); err != nil {
				break
			}
		}
		if err != nil {
			return nil, fmt.Errorf("accounting: price %q of %v: %w", c.PriceID, k, err)
		}
	}
	slices.SortFunc(rows, func(a, b RollUpRow[K]) int {
		return cmp.Or(cmp.Compare(a.Key, b.Key), a.Period.Compare(b.Period), cmp.Compare(a.Currency, b.Currency))
	})
	return rows, nil
}

// part is the part of a charge in one period of a calendar.
type part = RollUpRow[string]

func (r *RollUpRow[K]) add(p part) error {
	list, err1 := r.List.Add(p.List)
	contracted, err2 := r.Contracted.Add(p.Contracted)
	billed, err3 := r.Billed.Add(p.Billed)
	effective, err4 := r.Effective.Add(p.Effective)
	if err := cmp.Or(err1, err2, err3, err4); err != nil {
		return err
	}
	r.List, r.Contracted, r.Billed, r.Effective, r.Charges = list, contracted, billed, effective, r.Charges+1
	return nil
}

// cut splits a charge at the edges of a calendar.
func cut(c Charge, calendar metering.Calendar) ([]part, error) {
	first, err := calendar.At(c.Period.Start())
	if err != nil {
		return nil, err
	}
	if first.Covers(c.Period) {
		return []part{{Period: first, Currency: c.Billed.Currency(), List: c.List, Contracted: c.Contracted, Billed: c.Billed, Effective: c.Effective}}, nil
	}
	var parts []part
	var weights []int64
	for p := range calendar.Over(c.Period) {
		whole, err := calendar.At(p.Start())
		if err != nil {
			return nil, err
		}
		parts = append(parts, part{Period: whole, Currency: c.Billed.Currency()})
		weights = append(weights, int64(p.Duration()/time.Nanosecond))
	}
	for _, amount := range [...]struct {
		whole money.Money
		part  func(*part) *money.Money
	}{
		{c.List, func(p *part) *money.Money { return &p.List }},
		{c.Contracted, func(p *part) *money.Money { return &p.Contracted }},
		{c.Billed, func(p *part) *money.Money { return &p.Billed }},
		{c.Effective, func(p *part) *money.Money { return &p.Effective }},
	} {
		split, err := splitFine(amount.whole, weights)
		if err != nil {
			return nil, err
		}
		for i := range parts {
			*amount.part(&parts[i]) = split[i]
		}
	}
	return parts, nil
}

// splitFine splits an amount to the digits of its currency, or to all that
// there are where it has more.
func splitFine(m money.Money, weights []int64) ([]money.Money, error) {
	parts, err := m.Split(m.Currency().Digits(), weights...)
	if errors.Is(err, money.ErrInexact) {
		return m.Split(money.Scale, weights...)
	}
	return parts, err
}
