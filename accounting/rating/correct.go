package rating

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// A Correction is by how much a line of a closed bill has turned out to be
// different. Was names the line that was billed, Is the one that should have
// been; one of them is nil where there was none, or should be none.
type Correction struct {
	Was, Is *accounting.Charge
	Change  money.Money // what is to be billed, or given back if below zero
}

// Charge returns the line with the change as what it bills, and none of its other
// amounts, its quantity or its explanation, which Was and Is have: what is posted of a
// correction, as a bill with a revision, and what a note is made of
// (accounting/invoice.Issued.Changes).
func (c Correction) Charge() accounting.Charge {
	line := c.Is
	if line == nil {
		line = c.Was
	}
	out := *line
	out.Billed = c.Change
	out.List, out.Contracted, out.Effective = money.Money{}, money.Money{}, money.Money{}
	out.Quantity, out.Estimated, out.Explanation = metering.Quantity{}, metering.Quantity{}, accounting.Explanation{}
	return out
}

// Correct re-rates a closed billing period from all its usage, what came late
// included, under the rules valid then, and returns the corrections of what
// was billed: lines of the period that they correct and not of the current
// one. Contract is the one of that period; a card that was withdrawn since is
// still its card. The corrections add up to the difference between the totals.
//
// Charges are told apart by account, meter, SKU, region, labels, price, period
// and origin, so that a minimum, a discount or a tier that late usage moves is
// corrected where it was charged. Charges need not have been stored: those that
// were billed are those that [Rate] returns of what was known then ([AsKnown]).
// It fails as [Rate] does.
func Correct(contract accounting.Contract, billed []accounting.Charge, period metering.Period, usage iter.Seq2[metering.Usage, error], opts ...Option) ([]Correction, error) {
	bill, _, err := Rate(contract, period, usage, State{}, opts...)
	if err != nil {
		return nil, err
	}
	is := make(map[lineKey][]int)
	for i := range bill.Charges {
		k := keyOf(&bill.Charges[i])
		is[k] = append(is[k], i)
	}
	var out []Correction
	for i := range billed {
		c := Correction{Was: &billed[i]}
		if same := is[keyOf(c.Was)]; len(same) > 0 {
			c.Is = &bill.Charges[same[0]]
			is[keyOf(c.Was)] = same[1:]
		}
		out = append(out, c)
	}
	var late []int
	for _, rest := range is {
		late = append(late, rest...)
	}
	slices.Sort(late)
	for _, i := range late {
		out = append(out, Correction{Is: &bill.Charges[i]})
	}
	kept := out[:0]
	for _, c := range out {
		if err := c.settle(); err != nil {
			return nil, err
		}
		if !c.Change.IsZero() {
			kept = append(kept, c)
		}
	}
	return kept, nil
}

// settle works out the change.
func (c *Correction) settle() (err error) {
	var was, is money.Money
	if c.Was != nil {
		was = c.Was.Billed
	}
	if c.Is != nil {
		is = c.Is.Billed
	}
	if c.Change, err = is.Sub(was); err != nil {
		return fmt.Errorf("rating: correction: %w", err)
	}
	return nil
}

type lineKey struct {
	account     metering.Account
	meter       metering.MeterID
	sku, region string
	labels      metering.Labels
	price, card string
	period      metering.Period
	origin      accounting.Origin
}

func keyOf(c *accounting.Charge) lineKey {
	return lineKey{c.Account, c.Meter, c.SKU, c.Region, c.Labels, c.PriceID, c.Card, c.Period, c.Origin}
}

// Recorded is usage and when it became known.
type Recorded struct {
	Usage metering.Usage
	At    time.Time
}

// AsKnown yields the usage that was known at a time, that instant included:
// what a bill issued then could be made from. Rows that correct others are
// rows of their own, so that what was known then adds up as it did.
func AsKnown(usage iter.Seq2[Recorded, error], at time.Time) iter.Seq2[metering.Usage, error] {
	return func(yield func(metering.Usage, error) bool) {
		for r, err := range usage {
			if err == nil && r.At.After(at) {
				continue
			}
			if !yield(r.Usage, err) {
				return
			}
		}
	}
}

// Contracts is what a contract was known to be, and when: a record for each
// change of it, in any order.
type Contracts []ContractRecord

// A ContractRecord is a contract as it was known from a time on, for the
// billing periods that begin at Valid or later.
type ContractRecord struct {
	Known    time.Time
	Valid    time.Time // the zero time for all
	Contract accounting.Contract
}

// AsKnown returns the contract of a billing period as it was known at a time:
// of the records known then, the one valid last; of those with one validity
// the one known last. False if none was.
func (cs Contracts) AsKnown(billing metering.Period, at time.Time) (accounting.Contract, bool) {
	var best *ContractRecord
	for i := range cs {
		r := &cs[i]
		if r.Known.After(at) || r.Valid.After(billing.Start()) {
			continue
		}
		if best == nil || cmp.Or(r.Valid.Compare(best.Valid), r.Known.Compare(best.Known)) >= 0 {
			best = r
		}
	}
	if best == nil {
		return accounting.Contract{}, false
	}
	return best.Contract, true
}
