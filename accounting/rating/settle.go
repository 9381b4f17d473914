package rating

import (
	"fmt"
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
)

// settlement is what credits and the rounding of the month are computed from:
// running sums of billed amounts. What each of them comes to is a function of
// these, and a charge is by how much that has moved.
type settlement struct {
	billed  money.Money // all charges but credits and rounding
	credits string      // and the adjustment by the power factor, of which contract; see creditsText
	// eligible and paid are by the index of the credit. They are never changed
	// in place.
	eligible, paid []money.Money
	// exact, where the card rounds the bill, is what a narrowed credit's eligible
	// charges come to before that: rounded with all others, each of them depends on
	// their order. It is nil where eligible says it, and never changed in place.
	exact []*big.Rat
	wiped money.Money // what rounding the month's total has charged
	power powerFactor
}

// openSettlement readies what credits and the month's rounding go by.
func (r *rater) openSettlement(rounding accounting.Rounding, state State) error {
	credits := r.bill.Contract.Credits
	r.settled = state.settled
	if err := r.openPowerFactor(); err != nil {
		return err
	}
	r.settles = len(credits) > 0 || rounding.Month.On || r.power != nil
	if !r.settles {
		return nil
	}
	if m := rounding.Month; m.On {
		if err := (money.Rounding{Mode: m.Mode, Places: int(m.Places)}).Validate(); err != nil {
			return fmt.Errorf("%w: card %q: the month's rounding: %w", ErrContract, r.list.name, err)
		}
	}
	for i := range credits {
		n := new(numbers)
		n.check("amount", credits[i].Amount)
		if n.check("share", credits[i].Share); n.err != nil {
			return fmt.Errorf("%w: credit %q: %w", ErrContract, credits[i].ID, n.err)
		}
		if c := &credits[i]; c.ID == "" || c.Amount.Sign() < 0 || c.Share.Sign() < 0 || c.Share.GreaterThan(decimal.NewFromInt(1)) {
			return fmt.Errorf("%w: credit %q: want an id, an amount of 0 or more and a share of at most 1", ErrContract, c.ID)
		}
		if _, err := money.New(credits[i].Amount, r.list.card.Currency); err != nil {
			return fmt.Errorf("%w: credit %q: %w", ErrContract, credits[i].ID, err)
		}
	}
	text := powerText(r.power) + creditsText(credits)
	if r.settled.credits != "" && r.settled.credits != text {
		return fmt.Errorf("%w: the credits and the adjustment by the power factor are not those that the state was rated with", ErrContract)
	}
	old := r.settled
	r.settled.credits = text
	r.settled.eligible, r.settled.paid = make([]money.Money, len(credits)), make([]money.Money, len(credits))
	copy(r.settled.eligible, old.eligible)
	copy(r.settled.paid, old.paid)
	r.settled.exact = make([]*big.Rat, len(credits))
	copy(r.settled.exact, old.exact)
	for i := range credits {
		r.narrowed = r.narrowed || r.narrows(&credits[i])
	}
	return nil
}

// narrows says whether a credit goes by exact amounts.
func (r *rater) narrows(c *accounting.Credit) bool {
	return r.by.level == accounting.BillLevel && len(c.Services)+len(c.Prices) > 0
}

// addExact counts the exact amount of a charge for credits that go by it.
func (r *rater) addExact(c *accounting.Charge, exact *big.Rat) {
	credits := r.bill.Contract.Credits
	for i := range credits {
		if r.narrows(&credits[i]) && credits[i].Pays(c) {
			sum := new(big.Rat).Set(exact)
			if before := r.settled.exact[i]; before != nil {
				sum.Add(sum, before)
			}
			r.settled.exact[i] = sum
		}
	}
}

// creditsText tells credits apart by all that they go by.
func creditsText(credits []accounting.Credit) string {
	var text string
	for _, c := range credits {
		text += fmt.Sprintf("%q %s %s %q %q\n", c.ID, c.Amount, c.Share, c.Services, c.Prices)
	}
	return text
}

// add counts a charge.
func (s *settlement) add(credits []accounting.Credit, c *accounting.Charge) (err error) {
	if s.billed, err = s.billed.Add(c.Billed); err != nil {
		return fmt.Errorf("%w: total: %w", ErrOverflow, err)
	}
	for i := range credits {
		if credits[i].Pays(c) {
			if s.eligible[i], err = s.eligible[i].Add(c.Billed); err != nil {
				return fmt.Errorf("%w: eligible for credit %q: %w", ErrOverflow, credits[i].ID, err)
			}
		}
	}
	return nil
}

// settle charges by how much credits and the month's rounding have moved.
func (r *rater) settle() error {
	if !r.settles {
		return nil
	}
	if err := r.adjustPower(); err != nil {
		return err
	}
	credits := r.bill.Contract.Credits
	left := rationalOf(r.settled.billed)
	for i := range credits {
		eligible := r.settled.eligible[i]
		if exact := r.settled.exact[i]; exact != nil {
			var err error
			if eligible, err = r.by.rule.ApplyRat(exact, r.by.currency); err != nil {
				return fmt.Errorf("%w: eligible for credit %q: %w", ErrOverflow, credits[i].ID, err)
			}
		}
		pays, err := r.creditPays(&credits[i], eligible, left)
		if err != nil {
			return err
		}
		left.Sub(left, rationalOf(pays))
		more, err := pays.Sub(r.settled.paid[i])
		if err == nil {
			more, err = more.Neg()
		}
		if err != nil {
			return fmt.Errorf("%w: credit %q: %w", ErrOverflow, credits[i].ID, err)
		}
		r.settled.paid[i] = pays
		if err := r.settlementCharge(more, accounting.FromCredit, credits[i].ID, "credit "+credits[i].ID); err != nil {
			return err
		}
	}
	if month := r.list.rounding.Month; month.On && r.ended {
		return r.roundMonth(month, left)
	}
	return nil
}

// creditPays returns what a credit pays of a billing period in all.
func (r *rater) creditPays(c *accounting.Credit, eligible money.Money, left *big.Rat) (money.Money, error) {
	share := rationalOf(eligible)
	if !c.Share.IsZero() {
		share.Mul(share, c.Share.Rat())
	}
	for _, most := range [...]*big.Rat{c.Amount.Rat(), left} {
		if share.Cmp(most) > 0 {
			share.Set(most)
		}
	}
	if share.Sign() < 0 {
		share.SetInt64(0)
	}
	places := max(r.by.rule.Places, r.by.currency.Digits())
	m, err := money.Rounding{Mode: money.Down, Places: places}.ApplyRat(share, r.by.currency)
	if err != nil {
		return m, fmt.Errorf("%w: credit %q: %w", ErrOverflow, c.ID, err)
	}
	return m, nil
}

// roundMonth charges what rounding the month's total cuts off or adds.
func (r *rater) roundMonth(month accounting.MonthRounding, left *big.Rat) error {
	rounded, err := money.Rounding{Mode: month.Mode, Places: int(month.Places)}.ApplyRat(left, r.by.currency)
	if err != nil {
		return fmt.Errorf("%w: month: %w", ErrOverflow, err)
	}
	cut := rationalOf(rounded)
	wiped, err := money.Rounding{Places: money.Scale}.ApplyRat(cut.Sub(cut, left), r.by.currency)
	if err != nil {
		return fmt.Errorf("%w: month: %w", ErrOverflow, err)
	}
	more, err := wiped.Sub(r.settled.wiped)
	if err != nil {
		return fmt.Errorf("%w: month: %w", ErrOverflow, err)
	}
	r.settled.wiped = wiped
	return r.settlementCharge(more, accounting.FromRounding, "rounding", "rounding of the month, "+month.Mode.String())
}

// settlementCharge bills an amount that no price makes. Nothing is no charge.
func (r *rater) settlementCharge(amount money.Money, origin accounting.Origin, id, note string) error {
	if amount.IsZero() {
		return nil
	}
	return r.yieldSettled(r.settlement(amount, origin, id, note))
}

// settlement returns a charge of an amount that no price makes.
func (r *rater) settlement(amount money.Money, origin accounting.Origin, id, note string) accounting.Charge {
	return accounting.Charge{
		BillingAccount: r.bill.Contract.Account, Account: r.bill.Contract.Account, Period: r.billing,
		PriceID: id, Card: r.list.name, Origin: origin,
		List: amount, Contracted: amount, Billed: amount, Effective: amount,
		Explanation: accounting.Explanation{
			Model: accounting.Flat{Amount: amount.Decimal(), When: accounting.FlatAlways}, Currency: r.by.currency, Opens: true,
			Staged:   &accounting.Staged{Note: note},
			Rounding: accounting.Rounding{Places: money.Scale, Level: accounting.LineLevel},
		},
	}
}

// yieldSettled adds a charge that no price makes to the bill's total.
func (r *rater) yieldSettled(c accounting.Charge) (err error) {
	if r.bill.total, err = r.bill.total.Add(c.Billed); err != nil {
		return fmt.Errorf("%w: total: %w", ErrOverflow, err)
	}
	return r.yield(c)
}

func rationalOf(m money.Money) *big.Rat {
	return new(big.Rat).SetFrac(m.Scaled().Big(), scaleBig())
}
