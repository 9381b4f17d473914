package rating

import (
	"iter"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/metering"
)

// Rate turns a contract's usage in period into a bill, and returns the state
// from which the rest of the billing period is rated. It is pure: the same
// contract, period, usage and state give the same bill, byte for byte, and
// the state it was given stays as it was. It may run in many goroutines on the
// same arguments.
//
// Usage comes in any order of the caller's choice, and that is the order in
// which tiers fill; [metering.Aggregator.Usage] yields it in order of time. A
// nil usage is none. Neighbouring rows that differ only in the resource become
// one charge. Period is not empty and lies within one billing period; what is
// due by the billing period rather than by usage (flat prices, and a first
// tier's flat amount where its card charges it at zero) is charged by the
// first call whose period ends with it.
//
// Errors: the first one that usage yields; [ErrContract], [ErrPeriod],
// [ErrForeign], [ErrOverflow]; *[UnpricedError], *[AmbiguousError],
// *[StraddleError]. On an error there is no bill, and the state returned is
// the one that was given.
//
// A call costs time for the prices of the cards and the rows of usage, and
// memory for the charges; [Stream] keeps none of those.
func Rate(contract accounting.Contract, period metering.Period, usage iter.Seq2[metering.Usage, error], state State, opts ...Option) (Bill, State, error) {
	var charges []accounting.Charge
	bill, next, err := Stream(contract, period, usage, state, func(c accounting.Charge) error {
		charges = append(charges, c)
		return nil
	}, opts...)
	if err != nil {
		return Bill{}, state, err
	}
	bill.Charges = charges
	return bill, next, nil
}

// Stream is [Rate] for bills that need not be in memory: it hands each charge
// to yield, in the order of Bill.Charges, and returns the bill without them.
// With [WithoutExplanations] it allocates nothing for a row, and without that
// nothing for a row of a price of one running quantity; memory grows with the
// prices and their scopes, not with the rows. When yield fails, Stream stops and returns that error. Charges handed
// over before an error are of no bill and must be dropped.
func Stream(contract accounting.Contract, period metering.Period, usage iter.Seq2[metering.Usage, error], state State,
	yield func(accounting.Charge) error, opts ...Option) (Bill, State, error) {
	return stream(contract, period, usage, state, true, yield, opts)
}

// stream is Stream, which closes the billing period at its end, or does not.
func stream(contract accounting.Contract, period metering.Period, usage iter.Seq2[metering.Usage, error], state State,
	closes bool, yield func(accounting.Charge) error, opts []Option) (Bill, State, error) {
	r, err := newRater(contract, period, state, yield)
	if err != nil {
		return Bill{}, state, err
	}
	for _, o := range opts {
		r.config = o.apply(r.config)
	}
	r.by.explains = !r.unexplained
	if err := r.rows(usage); err != nil {
		return Bill{}, state, err
	}
	if closes && period.End().Equal(r.billing.End()) {
		if err := r.close(); err != nil {
			return Bill{}, state, err
		}
	}
	if err := r.settle(); err != nil {
		return Bill{}, state, err
	}
	return r.bill, r.state(state), nil
}
