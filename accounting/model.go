package accounting

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/metering"
)

// A Model is how a price turns a quantity into an amount: [PerUnit],
// [Graduated], [Volume], [Package], [Stairstep], [Percentage], [Dynamic],
// [Spot] or [Flat], as values, not pointers. Amounts are in the card's
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
	Bounds BoundPolicy
}

// Volume charges all units at the price of the tier that they reach together,
// and that tier's flat amount. The amount can fall as the quantity grows.
type Volume struct {
	Tiers  []Tier
	OnZero ZeroPolicy // as for Graduated
	Bounds BoundPolicy
	// SizedBy, if set, names a label of the usage whose number chooses the tier
	// of each row, instead of the running quantity: the length of a request's
	// input, the memory of an instance. Its tiers have no flat amounts.
	SizedBy string
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
	// Block, if not 0, is how many units are sold together in the tier: Price is
	// for a block, and a started one is charged in full.
	Block decimal.Decimal
}

// Package sells units in packages of Size, each at Price.
type Package struct {
	Size  decimal.Decimal // above 0
	Price decimal.Decimal
	Parts PartPolicy // what becomes of a package that is not full
}

// Stairstep charges one amount for all that is used: that of the first stair
// which holds it. Several meters may share a stair; the one that needs the
// highest decides.
type Stairstep struct {
	Stairs []Stair
	OnZero ZeroPolicy // whether the first stair is due without usage
}

// A Stair is an amount for usage within limits. The last stair has none, the
// others one for each meter, in the same order.
type Stair struct {
	Amount decimal.Decimal
	Limits []Limit
}

// A Limit is how much of one meter a stair holds, itself included.
type Limit struct {
	Meter metering.MeterID
	Unit  metering.Unit
	UpTo  decimal.Decimal
}

// Percentage charges a share of an amount of money that usage measures, row by
// row: each row is an event.
type Percentage struct {
	Rate  decimal.Decimal // percent
	Fixed decimal.Decimal // for each event that is not free
	// Events are free until FreeEvents of them or FreeUnits have passed, which
	// comes first; 0 sets no such limit, and both 0 none is free. Of the event
	// in which FreeUnits end, the rest is charged. A refund, an event below zero,
	// gives the percentage back of what was charged, and not of free units.
	FreeEvents int64
	FreeUnits  decimal.Decimal
	// Minimum and Maximum bound what an event costs, its fixed amount included,
	// unless it is free; nil is no bound.
	Minimum, Maximum *decimal.Decimal
}

// Dynamic charges each row at the price that the row itself brings: the
// number in one of its labels.
type Dynamic struct {
	Label  string
	Factor decimal.Decimal // times the label's price; 1 to take it as it is
}

// Spot charges usage at the price of the time at which it was used.
type Spot struct {
	Prices []SpotPrice // in order of time
}

// A SpotPrice is a price from a time on, until the next one of its series.
type SpotPrice struct {
	From  time.Time
	Price decimal.Decimal // for one unit
}

// Flat charges one amount per billing period, or once.
type Flat struct {
	Amount decimal.Decimal
	When   FlatPolicy // must be stated
}

func (PerUnit) model()    {}
func (Graduated) model()  {}
func (Volume) model()     {}
func (Package) model()    {}
func (Stairstep) model()  {}
func (Percentage) model() {}
func (Dynamic) model()    {}
func (Spot) model()       {}
func (Flat) model()       {}

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
	FlatOnce                       // one time, in the billing period in which the price begins: a setup, a delivery
)

// A BoundPolicy says in which tier a quantity equal to a bound is. Thresholds
// that apply "from 64 on" are exclusive bounds of the tiers below them.
type BoundPolicy uint8

// Where a bound belongs.
const (
	BoundInclusive BoundPolicy = iota // up to and including; the default
	BoundExclusive                    // the bound is in the tier above
)

// A PartPolicy says what becomes of a package of which a part was used.
type PartPolicy uint8

// What becomes of a started package.
const (
	PartUnstated PartPolicy = iota // the zero value: refused
	PartCharged                    // in full
	PartWaived                     // not at all
)
