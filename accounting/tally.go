package accounting

import (
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/metering"
)

// A Tally is what has come together at a price within one scope: the running
// totals that its amount is a function of. The zero Tally is nothing, not even
// a row of nothing. Tallies are values; what they point to never changes.
type Tally struct {
	Rows   int64
	Used   *big.Rat // units of the price: the sum, or the peak
	Whole  *big.Rat // the same before proration
	Peak   *big.Rat // the highest Whole there was, at least 0
	Earned *big.Rat // what models that go by the row have come to
	// Reactive is the energy that a power factor sets against Used.
	Reactive *big.Rat
	// Share is which part of the billing period minima are due for; nil is all.
	Share *big.Rat
	// ByMeter is usage of each meter of a stairstep price, in its own unit.
	ByMeter []MeterTotal
}

// A MeterTotal is how much of a meter was used.
type MeterTotal struct {
	Meter metering.MeterID
	Used  *big.Rat
}

// Open reports whether any row has come.
func (t Tally) Open() bool { return t.Rows > 0 }

// A Row is usage as a price meets it.
type Row struct {
	Key      metering.Key
	Period   metering.Period
	Quantity metering.Quantity
	Billing  metering.Period // the billing period
	Zone     metering.Zone   // the contract's
}

// A RowError reports usage that a price cannot be applied to.
type RowError struct {
	Price  string
	Key    metering.Key
	Period metering.Period
	Reason string
}

func (e *RowError) Error() string {
	return fmt.Sprintf("accounting: price %q cannot price %v in %v: %s", e.Price, e.Key, e.Period, e.Reason)
}

func (p *Price) refuse(r Row, format string, args ...any) error {
	return &RowError{Price: p.ID, Key: r.Key, Period: r.Period, Reason: fmt.Sprintf(format, args...)}
}

var none = new(big.Rat).SetInt64(0)

// or returns r, or 0 for nil.
func or(r *big.Rat) *big.Rat {
	if r == nil {
		return none
	}
	return r
}

func plus(a, b *big.Rat) *big.Rat { return new(big.Rat).Add(or(a), or(b)) }

func maxRat(a, b *big.Rat) *big.Rat {
	if a.Cmp(b) < 0 {
		return b
	}
	return a
}

// Advance returns the tally after a row. It fails with a *[RowError] on a row
// that lacks what the price goes by, or straddles the edge of a spot price.
func (p *Price) Advance(t Tally, row Row) (Tally, error) {
	next := t
	next.Rows++
	units, err := p.units(row)
	if err != nil {
		return t, err
	}
	if p.Terms != nil && p.Terms.PowerFactor != nil && row.Key.Meter == p.Terms.PowerFactor.Reactive {
		next.Reactive = plus(t.Reactive, units)
		next.Used = or(t.Used)
		return next, nil
	}
	if _, ok := p.Model.(Stairstep); ok {
		next.ByMeter = addMeter(t.ByMeter, row.Key.Meter, units, p.peaks())
		return next, nil
	}
	share := p.share(row)
	taken := new(big.Rat).Mul(units, share)
	if c := p.conversion(); c != nil && c.Restart {
		taken = c.apply(taken)
	}
	next.Whole = plus(t.Whole, units)
	next.Peak = maxRat(or(t.Peak), next.Whole)
	if p.peaks() {
		next.Used = taken
		if t.Used != nil {
			next.Used = maxRat(t.Used, taken)
		}
	} else {
		next.Used = plus(t.Used, taken)
	}
	earned, err := p.earn(t, row, units, taken)
	if err != nil {
		return t, err
	}
	if earned != nil {
		next.Earned = plus(t.Earned, earned)
	}
	return next, nil
}

func (p *Price) peaks() bool { return p.Terms != nil && p.Terms.Gather == GatherPeak }

func (p *Price) conversion() *Conversion {
	if p.Terms == nil {
		return nil
	}
	return p.Terms.Convert
}

func addMeter(totals []MeterTotal, m metering.MeterID, units *big.Rat, peak bool) []MeterTotal {
	out := make([]MeterTotal, 0, len(totals)+1)
	found := false
	for _, t := range totals {
		if t.Meter == m {
			found = true
			if peak {
				t.Used = maxRat(t.Used, units)
			} else {
				t.Used = plus(t.Used, units)
			}
		}
		out = append(out, t)
	}
	if !found {
		out = append(out, MeterTotal{m, units})
	}
	return out
}

// UnitOf returns the unit in which p counts a meter, and what one of it counts
// for in units of the price.
func (p *Price) UnitOf(m metering.MeterID) (metering.Unit, decimal.Decimal) {
	if p.Terms != nil {
		for _, w := range p.Terms.Meters {
			if w.Meter == m {
				if w.Unit.IsZero() {
					return p.Unit, w.Factor
				}
				return w.Unit, w.Factor
			}
		}
	}
	if s, ok := p.Model.(Stairstep); ok {
		for _, stair := range s.Stairs {
			for _, l := range stair.Limits {
				if l.Meter == m && !l.Unit.IsZero() {
					return l.Unit, decimal.NewFromInt(1)
				}
			}
		}
	}
	return p.Unit, decimal.NewFromInt(1)
}

// units returns a row's quantity in units of the price.
func (p *Price) units(row Row) (*big.Rat, error) {
	if _, flat := p.Model.(Flat); flat {
		return new(big.Rat).SetInt64(1), nil
	}
	unit, factor := p.UnitOf(row.Key.Meter)
	if unit.Grains().Sign() <= 0 {
		return nil, p.refuse(row, "it has no unit")
	}
	if got := row.Quantity.Dimension(); got != unit.Dimension() && !(got == 0 && row.Quantity.IsZero()) {
		return nil, p.refuse(row, "it measures %v and the price is per %s", got, unit)
	}
	n := new(big.Rat).SetFrac(row.Quantity.Grains().Big(), unit.Grains().Big())
	return n.Mul(n, factor.Rat()), nil
}

// share returns which share of the billing period a row is taken for.
func (p *Price) share(row Row) *big.Rat {
	if p.Terms == nil {
		return new(big.Rat).SetInt64(1)
	}
	return p.Terms.Prorate.Share(row.Period, row.Billing, row.Zone)
}

// Share returns which share period is of the base that p names.
func (p Proration) Share(period, billing metering.Period, zone metering.Zone) *big.Rat {
	const day = 24 * time.Hour
	ratio := func(a, b time.Duration) *big.Rat { return big.NewRat(int64(a), int64(b)) }
	switch p {
	case ProrateTime:
		if !billing.IsZero() {
			return ratio(period.Duration(), billing.Duration())
		}
	case ProrateDays:
		if n := days(billing, zone); n > 0 {
			return big.NewRat(days(period, zone), n)
		}
	case ProrateDaysInclusive:
		return big.NewRat(days(period, zone)+1, days(billing, zone)+1)
	case ProrateMonth30:
		return ratio(period.Duration(), 30*day)
	case ProrateYear12:
		return ratio(12*period.Duration(), 365*day)
	}
	return new(big.Rat).SetInt64(1)
}

// days counts the local days that a period touches.
func days(p metering.Period, zone metering.Zone) (n int64) {
	for range metering.Days(zone).Over(p) {
		n++
	}
	return n
}

// earn returns what a row comes to by itself, where the model goes by rows,
// and else nil. Units are the row's, taken what is priced of them.
func (p *Price) earn(t Tally, row Row, units, taken *big.Rat) (*big.Rat, error) {
	switch m := p.Model.(type) {
	case Percentage:
		return m.event(t, taken), nil
	case Dynamic:
		price, err := p.labelled(row, m.Label)
		if err != nil {
			return nil, err
		}
		price.Mul(price, m.Factor.Rat())
		return price.Mul(price, taken), nil
	case Spot:
		price, ok := m.at(row.Period)
		if !ok {
			return nil, p.refuse(row, "no one spot price is for all of it; ask for usage in finer periods")
		}
		return new(big.Rat).Mul(price.Rat(), taken), nil
	case Volume:
		if m.SizedBy == "" {
			return nil, nil
		}
		return p.sized(m, row, taken)
	case Graduated:
		if p.Terms != nil && p.Terms.Prorate != ProrateNone {
			return m.crossing(or(t.Whole), units, taken), nil
		}
	}
	return nil, nil
}

// labelled returns the number in one of a row's labels.
func (p *Price) labelled(row Row, label string) (*big.Rat, error) {
	text, ok := row.Key.Labels.Get(label)
	if !ok {
		return nil, p.refuse(row, "it has no label %q", label)
	}
	if len(text) > maxLabelDigits || text == "" || strings.Trim(text, "0123456789.") != "" || strings.Count(text, ".") > 1 || text == "." {
		return nil, p.refuse(row, "label %q is %.64q; want a plain number of at most %d digits", label, text, maxLabelDigits)
	}
	n, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil, p.refuse(row, "label %q is no number", label)
	}
	return n, nil
}

// maxLabelDigits bounds the numbers that labels bring from outside.
const maxLabelDigits = 38

// sized prices a row by the tier of the number in its label. A label that is
// the word for no bound at all is beyond every tier.
func (p *Price) sized(m Volume, row Row, taken *big.Rat) (*big.Rat, error) {
	tier := m.Tiers[len(m.Tiers)-1]
	if text, _ := row.Key.Labels.Get(m.SizedBy); text != Unbounded {
		size, err := p.labelled(row, m.SizedBy)
		if err != nil {
			return nil, err
		}
		tier = m.Tiers[reached(m.Tiers, size, m.Bounds)]
	}
	return tier.units(taken), nil
}

// Unbounded is the value of a size label that is beyond every bound. Package
// tokens writes it.
const Unbounded = "unbounded"

// at returns the price for all of a period.
func (m Spot) at(period metering.Period) (price decimal.Decimal, ok bool) {
	for _, s := range m.Prices {
		if !s.From.After(period.Start()) {
			price, ok = s.Price, true
		} else if s.From.Before(period.End()) {
			return price, false
		}
	}
	return price, ok
}

// event returns what one event costs.
func (m Percentage) event(t Tally, amount *big.Rat) *big.Rat {
	paid := m.charged(t, amount)
	if paid == nil {
		return new(big.Rat)
	}
	cost := new(big.Rat).Mul(paid, m.Rate.Rat())
	cost.Quo(cost, big.NewRat(100, 1))
	if amount.Sign() < 0 {
		return cost // a refund gives the percentage back, and nothing else
	}
	cost.Add(cost, m.Fixed.Rat())
	if m.Minimum != nil {
		cost = maxRat(cost, m.Minimum.Rat())
	}
	if m.Maximum != nil && cost.Cmp(m.Maximum.Rat()) > 0 {
		cost = m.Maximum.Rat()
	}
	return cost
}

// charged returns the part of an event that is not free, nil for an event
// that is free as a whole.
func (m Percentage) charged(t Tally, amount *big.Rat) *big.Rat {
	before, limit := or(t.Used), m.FreeUnits.Rat()
	switch {
	case m.FreeEvents == 0 && m.FreeUnits.IsZero(), m.FreeEvents > 0 && t.Rows >= m.FreeEvents:
		return amount
	case m.FreeUnits.IsZero():
		return nil
	case before.Cmp(limit) >= 0:
		return amount
	}
	paid := plus(before, amount)
	if paid.Sub(paid, limit).Sign() <= 0 {
		return nil
	}
	return paid
}

// crossing prices what was taken of a row by the tiers that its units cross,
// in proportion to the units in each.
func (m Graduated) crossing(before, units, taken *big.Rat) *big.Rat {
	after := plus(before, units)
	low, high := before, after
	if low.Cmp(high) > 0 {
		low, high = high, low
	}
	total := new(big.Rat).Sub(high, low)
	cost, lower := new(big.Rat), (*big.Rat)(nil)
	if total.Sign() == 0 {
		return cost
	}
	for _, t := range m.Tiers {
		from, to := low, high
		if lower != nil && lower.Cmp(from) > 0 {
			from = lower
		}
		if t.UpTo != nil {
			lower = t.UpTo.Rat()
			if lower.Cmp(to) < 0 {
				to = lower
			}
		}
		if part := new(big.Rat).Sub(to, from); part.Sign() > 0 {
			part.Quo(part, total)
			cost.Add(cost, t.units(part.Mul(part, taken)))
		}
	}
	return cost
}
