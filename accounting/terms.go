package accounting

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// Terms are what happens around a price's model, in this order whatever order
// they are written in: usage is gathered, converted and rounded, freed, priced
// by the model, multiplied, discounted, capped, and held to a minimum or a
// commitment. Each is a function of running totals, so that lines stay
// differences of these. The zero Terms change nothing.
type Terms struct {
	// Group is what the price competes in. Usage has one price in every group
	// that has one for it, so that a surcharge or a licence stands beside the
	// price of the machine. The empty group is one like any other.
	Group string
	// During limits the price to times of the day, kinds of days and months. A price
	// with a schedule is more specific than one without.
	During *Schedule

	// Meters are more meters whose usage the price prices, each with what a unit
	// of it counts for. The price's own meter counts for 1 unless it is listed.
	Meters []Weight
	// Scope says what shares running totals; the zero Scope is all usage of
	// the price in the billing period.
	Scope Scope
	// Gather says how rows of a scope come together.
	Gather Gathering
	// Percentile goes with GatherPercentile, above 0 and at most 100.
	Percentile decimal.Decimal
	Ratchet    *Ratchet // goes with a peak or a percentile of the billing period
	// Prorate takes each row, or a flat price, for the share of the billing
	// period that it covers.
	Prorate Proration

	Convert *Conversion
	Free    decimal.Decimal // units of each scope that cost nothing, after conversion

	Factor      *decimal.Decimal // times the model's amount; nil is 1
	PowerFactor *PowerFactor
	Percent     decimal.Decimal // off the amount, in percent; below 0 a surcharge
	Off         decimal.Decimal // off the amount of each scope, at most all of it
	Maximum     *decimal.Decimal
	Minimum     *decimal.Decimal // charged at the end of the billing period
	// ProrateMinimum takes the minimum or the commitment of a whole billing
	// period for the share of it in which the price is in force; those of hours,
	// days and rows are due in full in each.
	ProrateMinimum Proration
	Commitment     *Commitment
}

// A Weight is what one unit of a meter counts for in units of the price.
type Weight struct {
	Meter  metering.MeterID
	Unit   metering.Unit // the price's, if zero
	Factor decimal.Decimal
}

// A Scope says which usage shares running totals: tiers, allowances, caps and
// commitments are of each scope by itself. All that is set has to be equal.
type Scope struct {
	Window   Window
	Account  bool // the account that used, not the one that pays
	Resource bool
	SKU      bool
	Region   bool
	Label    string // the value of this label
}

// A Window is a stretch of time with running totals of its own.
type Window uint8

// The windows of a scope.
const (
	WholePeriod Window = iota // the billing period
	PerHour                   // clock hours of the contract's zone
	PerDay                    // its days
	PerRow                    // each row of usage by itself
)

// A Gathering says how rows come together to what a model prices.
type Gathering uint8

// How rows come together.
const (
	GatherSum  Gathering = iota
	GatherPeak           // the highest row: a demand price
	// GatherPercentile is the row that a percentage of all are at or below: of n
	// rows, the highest n·(100 − percentile)/100, cut to a whole number, are
	// dropped, and the next one counts. Intervals without a row are none;
	// package peak of metering has the other rules that providers know, and makes
	// one row of what they come to.
	GatherPercentile
)

// A Proration says which share of the billing period a price is taken for.
type Proration uint8

// The bases of proration. A share is that of the row's period, or of the time
// in which a flat price is in force, in the base.
const (
	ProrateNone    Proration = iota
	ProrateTime              // to the nanosecond, of the billing period
	ProrateDays              // local days begun, of the days of the billing period
	ProrateMonth30           // of 30 days of 24 hours
	ProrateYear12            // of 365/12 days of 24 hours
	// ProrateDaysInclusive is a peer's policy (flexprice's): one day more than
	// begun, of one day more than the billing period has, as if the end of a
	// period were a day of it.
	ProrateDaysInclusive
)

// A Conversion turns units of usage into units of billing: times Multiply,
// over Divide, rounded as a running total if Rounded.
type Conversion struct {
	Multiply, Divide decimal.Decimal // above 0; the zero value stands for 1
	Rounded          bool
	Mode             money.RoundingMode
	Places           int // of the billing unit, 0 to 18
	// Restart rounds each row by itself, not the running total. It is a peer's
	// policy (OpenMeter's): parts then depend on where they were cut.
	Restart bool
}

// A PowerFactor changes the amount by the ratio of reactive to active energy
// in the scope.
type PowerFactor struct {
	Reactive metering.MeterID // in the price's unit, of var instead of watts
	Steps    []PowerStep
}

// A PowerStep is what a ratio up to Ratio changes the amount by. The last step
// has no ratio.
type PowerStep struct {
	Ratio   *decimal.Decimal // reactive over active, itself included
	Percent decimal.Decimal  // added to the amount; below 0 a reward
}

// A Commitment is what a customer has promised to use in each scope.
type Commitment struct {
	Amount  decimal.Decimal // of money; or
	Units   decimal.Decimal // of use, at what the model asks for them; not with one that goes by rows or by meters
	Overage decimal.Decimal // times the amount beyond the commitment; 1 for no change
	TrueUp  bool            // what is not used is charged at the end of the billing period
	Idle    bool            // also of windows without any usage
}

// IsZero reports whether t, which may be nil, changes nothing.
func (t *Terms) IsZero() bool {
	return t == nil || t.plain() && t.Group == "" && t.During == nil && t.ProrateMinimum == ProrateNone
}

// plain reports whether nothing but the model makes the amount.
func (t *Terms) plain() bool {
	return t == nil || len(t.Meters) == 0 && t.Scope == Scope{} && t.Gather == GatherSum && t.Percentile.IsZero() && t.Ratchet == nil && t.Prorate == ProrateNone && t.Convert == nil &&
		t.Free.IsZero() && t.Factor == nil && t.PowerFactor == nil && t.Percent.IsZero() && t.Off.IsZero() &&
		t.Maximum == nil && t.Minimum == nil && t.Commitment == nil
}

// Staged reports whether p needs more than the running quantity of its own
// meter and a walk over tiers: such a price keeps a [Tally] for each scope.
func (p *Price) Staged() bool {
	switch m := p.Model.(type) {
	case PerUnit, Flat:
	case Graduated:
		if m.Bounds != BoundInclusive {
			return true
		}
		for _, t := range m.Tiers {
			if !t.Block.IsZero() {
				return true
			}
		}
	default:
		return true
	}
	return !p.Terms.plain()
}

// Meters returns the meters whose usage p prices, its own first.
func (p *Price) Meters() []metering.MeterID {
	meters := []metering.MeterID{p.Match.Meter}
	add := func(m metering.MeterID) {
		for _, known := range meters {
			if known == m {
				return
			}
		}
		meters = append(meters, m)
	}
	if s, ok := p.Model.(Stairstep); ok {
		for _, stair := range s.Stairs {
			for _, l := range stair.Limits {
				add(l.Meter)
			}
		}
	}
	if p.Terms != nil {
		for _, w := range p.Terms.Meters {
			add(w.Meter)
		}
		if f := p.Terms.PowerFactor; f != nil {
			add(f.Reactive)
		}
	}
	return meters
}

// RowWise reports whether each row of usage counts by itself, so that rows
// must not be put together before they are rated.
func (p *Price) RowWise() bool {
	switch m := p.Model.(type) {
	case Percentage:
		return true
	case Graduated:
		if p.Terms != nil && p.Terms.Prorate != ProrateNone {
			return true
		}
	case Volume:
		if m.SizedBy != "" && slices.ContainsFunc(m.Tiers, func(t Tier) bool { return !t.Block.IsZero() }) {
			return true // each row starts blocks of its own
		}
	}
	if p.Terms == nil {
		return false
	}
	c := p.Terms.Convert
	return p.Terms.Scope.Window == PerRow || p.Terms.Gather != GatherSum || c != nil && c.Restart
}
