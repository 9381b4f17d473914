package focus

import (
	"cmp"
	"errors"
	"fmt"
	"math/big"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// A Commitment is use that was bought ahead, in one billing period of its term.
type Commitment struct {
	ID, Name string
	Type     string // what the provider calls it, such as "Reservation"
	Service  accounting.ServiceID
	SKU      string
	Period   metering.Period // the part of the term that lies in the billing period
	Unit     metering.Unit
	Quantity metering.Quantity // bought for the period
	// Billed is what the bill asks for it, on one purchase row; 0 where it was
	// paid in another period.
	Billed money.Money
	// Amortised is what of all payments is of the period. Over the term it has
	// to come to what was billed; allocation.Commitment works it out.
	Amortised money.Money
	// OnDemand is the list price of a unit without the commitment: what unused
	// units would have cost.
	OnDemand Number
	// Recurring says that it is paid in steps, this being one.
	Recurring bool
}

// ErrCommitment: a commitment that its rows cannot be written of.
var ErrCommitment = errors.New("focus: bad commitment")

// Commitment returns the rows of a commitment: its purchase, the usage that it
// covers, which is billed at nothing, and one row of what was not used. The
// amortised cost is spread over used and unused units by their number, so that
// effective cost adds up to it exactly. So do quantities: that of a row is the
// difference of what is covered up to it and up to the row before, each rounded
// where 12 digits behind the point do not say it.
//
// It fails with [ErrCommitment] where more is covered than was bought, where
// covered is no usage, where amounts are in several currencies, or where an id, a
// type or a quantity is missing, and as [Statement.Rows] does.
func (s Statement) Commitment(c Commitment, covered ...accounting.Charge) ([]Row, error) {
	if c.ID == "" || c.Type == "" || c.Quantity.Sign() <= 0 || !c.OnDemand.set {
		return nil, fmt.Errorf("%w: %q: want an id, a type, a quantity above 0 and an on-demand price", ErrCommitment, clip(c.ID))
	}
	if !c.Billed.IsZero() && !c.Amortised.IsZero() && c.Billed.Currency() != c.Amortised.Currency() {
		return nil, fmt.Errorf("%w: %q is billed in %s and amortised in %s", ErrCommitment, clip(c.ID), c.Billed.Currency(), c.Amortised.Currency())
	}
	var rows []Row
	if !c.Billed.IsZero() {
		r, err := s.purchase(&c)
		if err != nil {
			return nil, err
		}
		rows = append(rows, r)
	}
	used, weights, left, err := s.covered(&c, covered)
	if err != nil {
		return nil, err
	}
	if left.Sign() > 0 {
		r, err := s.unused(&c, left)
		if err != nil {
			return nil, err
		}
		used, weights = append(used, r), append(weights, left.Grains())
	}
	costs, err := splitNumber(Amount(c.Amortised), uint8(c.Amortised.Currency().Digits()), weights)
	if err != nil {
		return nil, err
	}
	for i := range used {
		used[i].EffectiveCost = costs[i]
	}
	return append(rows, used...), nil
}

// mark says which commitment a row is of.
func (c *Commitment) mark(r *Row, q Number, status CommitmentStatus) {
	r.CommitmentDiscountId, r.CommitmentDiscountName, r.CommitmentDiscountType = c.ID, or(c.Name, c.ID), c.Type
	r.CommitmentDiscountCategory, r.CommitmentDiscountStatus = UsageCommitment, status
	r.CommitmentDiscountQuantity, r.CommitmentDiscountUnit = q, UnitName(c.Unit)
}

func (s *Statement) purchase(c *Commitment) (Row, error) {
	r, err := s.Row(Purchase, c.Service, c.Period, c.Billed, or(c.Name, c.ID))
	if err != nil {
		return r, err
	}
	q, err := inUnit(c.Quantity, c.Unit)
	if err != nil {
		return r, err
	}
	if c.Recurring {
		r.ChargeFrequency = Recurring
	}
	c.mark(&r, q, "")
	r.EffectiveCost, r.PricingCategory = Int(0), Standard
	r.ResourceId, r.ResourceType = c.ID, "Commitment"
	r.SkuId, r.SkuMeter, r.SkuPriceId = "commitment/"+or(c.SKU, c.Type), "Commitment", "commitment/"+c.ID
	err = r.priceOne("Commitments", r.BilledCost, r.BilledCost)
	return r, err
}

// covered returns the rows of usage that the commitment covers, their weights,
// and what of it is left.
func (s *Statement) covered(c *Commitment, charges []accounting.Charge) (rows []Row, weights []fixed.Int128, left metering.Quantity, err error) {
	left = c.Quantity
	for i := range charges {
		charge := &charges[i]
		rest, err := left.Sub(charge.Quantity)
		switch {
		case err != nil:
			return nil, nil, left, fmt.Errorf("%w: %q: %w", ErrCommitment, clip(c.ID), err)
		case charge.Origin != accounting.FromUsage || charge.Quantity.Sign() <= 0:
			return nil, nil, left, fmt.Errorf("%w: %q covers %s at %s, want usage above 0", ErrCommitment, clip(c.ID), charge.Account, charge.PriceID)
		case !c.Amortised.IsZero() && charge.Billed.Currency() != c.Amortised.Currency():
			return nil, nil, left, fmt.Errorf("%w: %q is amortised in %s, and covers usage in %s", ErrCommitment, clip(c.ID), c.Amortised.Currency(), charge.Billed.Currency())
		case rest.Sign() < 0:
			return nil, nil, left, fmt.Errorf("%w: %q covers %v more than was bought", ErrCommitment, clip(c.ID), rest)
		}
		r, err := s.about(charge)
		if err != nil {
			return nil, nil, left, err
		}
		r.ChargeCategory, r.ChargeFrequency = Usage, UsageBased
		r.identify(charge, 0)
		if err := c.cover(&r, left, rest, Used); err != nil {
			return nil, nil, left, err
		}
		left = rest
		r.ConsumedQuantity, r.ConsumedUnit = r.PricingQuantity, r.PricingUnit
		rows, weights = append(rows, r), append(weights, charge.Quantity.Grains())
	}
	return rows, weights, left, nil
}

// unused returns the row of what nobody used.
func (s *Statement) unused(c *Commitment, left metering.Quantity) (Row, error) {
	zero, err := money.FromMinor(0, c.Amortised.Currency())
	if err != nil {
		return Row{}, err
	}
	r, err := s.Row(Usage, c.Service, c.Period, zero, or(c.Name, c.ID)+", not used")
	if err != nil {
		return Row{}, err
	}
	r.ChargeFrequency = UsageBased
	r.ResourceId, r.ResourceType = c.ID, "Commitment"
	r.SkuId, r.SkuMeter, r.SkuPriceId = "commitment/"+or(c.SKU, c.Type), "Commitment", "commitment/"+c.ID
	err = c.cover(&r, left, metering.Quantity{}, Unused)
	return r, err
}

// cover makes a row one of units that were paid ahead: of those that were left
// before it, less those that are left after it. Both are rounded, and not what
// is between them, so that rows add up to what was bought.
func (c *Commitment) cover(r *Row, before, after metering.Quantity, status CommitmentStatus) error {
	from, err1 := inUnit(before, c.Unit)
	to, err2 := inUnit(after, c.Unit)
	if err := cmp.Or(err1, err2); err != nil {
		return err
	}
	q, ok := numberOf(new(big.Rat).Sub(from.rat(), to.rat()))
	if !ok {
		return fmt.Errorf("%w: %v − %v %s", ErrNumberRange, from, to, c.Unit)
	}
	c.mark(r, q, status)
	r.BilledCost, r.PricingCategory, r.PricingUnit = Int(0), Committed, UnitName(c.Unit)
	return r.price(q, c.OnDemand, c.OnDemand)
}
