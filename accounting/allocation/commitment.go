package allocation

import (
	"math/big"
	"time"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// A Commitment is capacity paid for over a term, used or not: an upfront
// payment, a payment in every hour or other step of the term, or both.
type Commitment struct {
	ID        string
	Term      metering.Period
	Upfront   money.Money
	Recurring money.Money   // in every step of the term
	Every     time.Duration // the step; the zero Duration is an hour
}

// Validate returns a *[RowError] for payments below 0 or of two currencies, and
// for a term that does not end after it starts or is not whole in steps.
func (c Commitment) Validate() error {
	every := c.every()
	switch {
	case c.Term.Duration() <= 0:
		return refuse(ErrPeriod, "end it after it starts", "commitment %s: term of %s", quote(c.ID), c.Term)
	case every <= 0 || c.Term.Duration()%every != 0:
		return refuse(ErrPeriod, "pay in steps that fit the term", "commitment %s: term of %s in steps of %s", quote(c.ID), c.Term, every)
	case c.Upfront.Sign() < 0 || c.Recurring.Sign() < 0:
		return refuse(ErrNegative, "pay 0 or more", "commitment %s: payment", quote(c.ID))
	}
	if _, err := Exactly(c.Upfront).Add(Exactly(c.Recurring)); err != nil {
		return refuse(err, "", "commitment %s: payment", quote(c.ID))
	}
	return nil
}

func (c Commitment) every() time.Duration {
	if c.Every == 0 {
		return time.Hour
	}
	return c.Every
}

// Total returns all payments of the term. It fails as [Commitment.Validate]
// does.
func (c Commitment) Total() (Amount, error) {
	if err := c.Validate(); err != nil {
		return Amount{}, err
	}
	return c.accrued(c.Term), nil
}

// Amortised returns what of all payments is of a period: as much of the total
// as of the term lies in it. So periods that tile the term sum to the total,
// whenever the payments are made. It fails as [Commitment.Validate] does.
func (c Commitment) Amortised(p metering.Period) (Amount, error) {
	if err := c.Validate(); err != nil {
		return Amount{}, err
	}
	return c.accrued(c.Term.Intersect(p)), nil
}

// accrued is the cost of a part of the term.
func (c Commitment) accrued(p metering.Period) Amount {
	part := big.NewRat(int64(p.Duration()), int64(c.Term.Duration()))
	steps := big.NewRat(int64(p.Duration()), int64(c.every()))
	currency := c.Upfront.Currency()
	if currency == "" {
		currency = c.Recurring.Currency()
	}
	return Exactly(c.Upfront).Times(part).plus(Exactly(c.Recurring).Times(steps), currency)
}

// Amortise returns what is of each period, rounded by [Cumulate]. Periods come
// in order and do not overlap, else [ErrPeriod].
func (c Commitment) Amortise(r money.Rounding, periods ...metering.Period) ([]money.Money, error) {
	amounts := make([]Amount, len(periods))
	for i, p := range periods {
		if i > 0 && p.Start().Before(periods[i-1].End()) {
			return nil, refuse(ErrPeriod, "give periods in order", "commitment %s: %s after %s", quote(c.ID), p, periods[i-1])
		}
		var err error
		if amounts[i], err = c.Amortised(p); err != nil {
			return nil, err
		}
	}
	return Cumulate(r, amounts...)
}

// A Termination is a commitment that ends before its term.
type Termination struct {
	Amortised Amount // what was of the time until the end
	Loss      Amount // upfront payment that was for later, and the fee, less the refund
	Avoided   Amount // recurring payments that are no longer due
}

// Terminate ends the commitment early. What was paid upfront for later is a
// loss of the day it ends, with the fee and less the refund; recurring payments
// stop. Amortised and Loss sum to all that is paid. It fails as
// [Commitment.Validate] does, and with [ErrPeriod] for an end outside the term
// and [ErrNegative] for a fee or refund below 0.
func (c Commitment) Terminate(at time.Time, fee, refund money.Money) (Termination, error) {
	if err := c.Validate(); err != nil {
		return Termination{}, err
	}
	if at.Before(c.Term.Start()) || at.After(c.Term.End()) {
		return Termination{}, refuse(ErrPeriod, "end it within its term", "commitment %s: end at %s", quote(c.ID), at.Format(time.RFC3339))
	}
	if fee.Sign() < 0 || refund.Sign() < 0 {
		return Termination{}, refuse(ErrNegative, "state 0 or more", "commitment %s: fee or refund", quote(c.ID))
	}
	left := new(big.Rat)
	if rest, err := metering.NewPeriod(at, c.Term.End()); err == nil {
		left = big.NewRat(int64(rest.Duration()), int64(c.Term.Duration()))
	}
	total := c.accrued(c.Term)
	t := Termination{Amortised: total.Times(new(big.Rat).Sub(big.NewRat(1, 1), left)), Loss: Exactly(c.Upfront).Times(left)}
	t.Avoided = total.Times(left).plus(t.Loss.Neg(), total.currency)
	var err error
	for _, m := range []Amount{Exactly(fee), Exactly(refund).Neg()} {
		if t.Loss, err = t.Loss.Add(m); err != nil {
			return Termination{}, refuse(err, "", "commitment %s: fee or refund", quote(c.ID))
		}
	}
	return t, nil
}
