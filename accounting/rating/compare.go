package rating

import (
	"cmp"
	"fmt"
	"iter"
	"slices"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// A Comparison is the same usage rated twice.
type Comparison struct {
	Before, After []Bill // one for each billing period, in order of time
	// Differences are by account, meter and price, in that order; what is the
	// same is left out.
	Differences []Difference
}

// A Difference is what an account pays for a meter at a price in two ratings.
// Meter is empty for what no usage makes.
type Difference struct {
	Account       metering.Account
	Meter         metering.MeterID
	PriceID       string
	Before, After money.Money
	Change        money.Money // After − Before
}

// Compare rates usage under two contracts, without side effects, and says
// where the bills differ: what a candidate card would have made of the past.
// Period is made of whole billing periods of both, and usage is iterated over
// twice. Errors are those of [RateAll].
func Compare(before, after accounting.Contract, period metering.Period, usage iter.Seq2[metering.Usage, error], opts ...Option) (Comparison, error) {
	var c Comparison
	var err error
	if c.Before, err = RateAll(before, period, usage, opts...); err != nil {
		return Comparison{}, fmt.Errorf("before: %w", err)
	}
	if c.After, err = RateAll(after, period, usage, opts...); err != nil {
		return Comparison{}, fmt.Errorf("after: %w", err)
	}
	c.Differences, err = Diff(charges(c.Before), charges(c.After))
	return c, err
}

// RateAll rates usage over one or more whole billing periods, a bill for each.
// A row lies within one of them; they are kept in memory by period, so that
// usage may come in any order of periods. A price with a ratchet looks back to
// what the periods rated before came to, and to the contract's Demands of those
// before the first. Errors are those of [Rate].
func RateAll(contract accounting.Contract, period metering.Period, usage iter.Seq2[metering.Usage, error], opts ...Option) ([]Bill, error) {
	var periods []metering.Period
	for at := period.Start(); at.Before(period.End()); {
		p, err := contract.BillingPeriod(at)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrContract, err)
		}
		if !period.Covers(p) {
			return nil, fmt.Errorf("%w: %v is not made of whole billing periods such as %v; those of this contract are in zone %v: set Contract.Zone for those of another",
				ErrPeriod, period, p, contract.Zone)
		}
		periods, at = append(periods, p), p.End()
	}
	rows := make([][]metering.Usage, len(periods))
	if usage != nil {
		for row, err := range usage {
			if err != nil {
				return nil, err
			}
			i := slices.IndexFunc(periods, func(p metering.Period) bool { return p.Covers(row.Period) })
			if i < 0 {
				return nil, fmt.Errorf("%w: usage in %v, rating whole billing periods of %v", ErrPeriod, row.Period, period)
			}
			rows[i] = append(rows[i], row)
		}
	}
	contract.Demands = slices.DeleteFunc(slices.Clone(contract.Demands), func(d accounting.Demand) bool { return period.Overlaps(d.Period) })
	bills := make([]Bill, len(periods))
	for i, p := range periods {
		bill, state, err := Rate(contract, p, Rows(rows[i]...), State{}, opts...)
		if err != nil {
			return nil, err
		}
		bills[i] = bill
		contract.Demands = append(slices.Clip(contract.Demands), state.Demands(contract)...)
	}
	return bills, nil
}

// Rows yields rows of usage in their order.
func Rows(rows ...metering.Usage) iter.Seq2[metering.Usage, error] {
	return func(yield func(metering.Usage, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

func charges(bills []Bill) iter.Seq[accounting.Charge] {
	return func(yield func(accounting.Charge) bool) {
		for _, b := range bills {
			for _, c := range b.Charges {
				if !yield(c) {
					return
				}
			}
		}
	}
}

type differenceKey struct {
	account metering.Account
	meter   metering.MeterID
	price   string
}

func (k differenceKey) compare(o differenceKey) int {
	return cmp.Or(cmp.Compare(k.account, o.account), cmp.Compare(k.meter, o.meter), cmp.Compare(k.price, o.price))
}

// Diff returns by how much the billed amounts of two sets of charges differ,
// by account, meter and price. It fails with [ErrOverflow], or a
// [money.CurrencyMismatchError] for charges in two currencies.
func Diff(before, after iter.Seq[accounting.Charge]) ([]Difference, error) {
	found := make(map[differenceKey]*Difference)
	gather := func(side iter.Seq[accounting.Charge], of func(*Difference) *money.Money) error {
		for c := range side {
			k := differenceKey{c.Account, c.Meter, c.PriceID}
			d := found[k]
			if d == nil {
				d = &Difference{Account: c.Account, Meter: c.Meter, PriceID: c.PriceID}
				found[k] = d
			}
			sum, err := of(d).Add(c.Billed)
			if err != nil {
				return fmt.Errorf("rating: price %q of %q: %w", c.PriceID, c.Account, err)
			}
			*of(d) = sum
		}
		return nil
	}
	if err := gather(before, func(d *Difference) *money.Money { return &d.Before }); err != nil {
		return nil, err
	}
	if err := gather(after, func(d *Difference) *money.Money { return &d.After }); err != nil {
		return nil, err
	}
	var out []Difference
	for _, d := range found {
		change, err := d.After.Sub(d.Before)
		if err != nil {
			return nil, fmt.Errorf("rating: price %q of %q: %w", d.PriceID, d.Account, err)
		}
		if d.Change = change; !change.IsZero() {
			out = append(out, *d)
		}
	}
	slices.SortFunc(out, func(a, b Difference) int {
		return differenceKey{a.Account, a.Meter, a.PriceID}.compare(differenceKey{b.Account, b.Meter, b.PriceID})
	})
	return out, nil
}
