package accounting

import "github.com/shopspring/decimal"

// A Model is how a price turns a quantity into an amount: [PerUnit],
// [Graduated] or [Flat], as values, not pointers. Amounts are in the card's
// currency, with at most 18 digits after the point. Rating takes negative ones
// (a rebate); package ratecard, which guards against slips of the pen, takes
// them for PerUnit alone.
type Model interface{ model() }

// PerUnit charges every unit alike.
type PerUnit struct {
	Price decimal.Decimal // for one unit
}

// Graduated charges each unit at the price of the tier it falls in. Tiers are
// in ascending order and meet without a gap; only the last one has no bound.
// A running quantity below zero, which corrections can leave, counts at the
// first tier's price.
type Graduated struct {
	Tiers []Tier
	// OnZero says what becomes of the first tier's flat amount when nothing
	// was used. It must be stated when there is one.
	OnZero ZeroPolicy
}

// A Tier is a stretch of quantity with a price. A quantity equal to UpTo is
// still in the tier.
type Tier struct {
	// UpTo is the upper bound in the price's unit, inclusive, above the one
	// before and a whole number of grains; nil for the last tier.
	UpTo *decimal.Decimal
	// Price is for one unit within the tier.
	Price decimal.Decimal
	// Flat is due once in full when the tier is reached.
	Flat decimal.Decimal
}

// Flat charges one amount per billing period.
type Flat struct {
	Amount decimal.Decimal
	When   FlatPolicy // must be stated
}

func (PerUnit) model()   {}
func (Graduated) model() {}
func (Flat) model()      {}

// A ZeroPolicy says whether a period without usage owes the first tier's flat
// amount. Peers differ, so a card with such a tier has to say.
type ZeroPolicy uint8

// The policies for no usage.
const (
	ZeroUnstated ZeroPolicy = iota // the zero value: refused where it matters
	ZeroCharged                    // the first tier's flat amount is due whatever was used, nothing included
	ZeroWaived                     // it is due when the running quantity is above zero
)

// A FlatPolicy says when a flat price is due.
type FlatPolicy uint8

// When a flat price is due.
const (
	FlatUnstated FlatPolicy = iota // the zero value: refused
	FlatAlways                     // in every billing period
	FlatIfUsed                     // in billing periods with a row of usage that the price matches, of whatever quantity
)
