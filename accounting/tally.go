package accounting

import (
	"math/big"

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
	// Samples are the rows of a price that goes by a percentile of them.
	Samples *Samples
	// Floor is the least demand that is billed at the end of the billing period;
	// nil for none.
	Floor *big.Rat
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
	p.gather(&next, t, taken)
	earned, err := p.earn(t, row, units, taken)
	if err != nil {
		return t, err
	}
	if earned != nil {
		next.Earned = plus(t.Earned, earned)
	}
	return next, nil
}

// gather puts what was taken of a row to what there was.
func (p *Price) gather(next *Tally, t Tally, taken *big.Rat) {
	switch {
	case p.Terms != nil && p.Terms.Gather == GatherPercentile:
		next.Samples = t.Samples.with(taken)
		next.Used = next.Samples.percentile(p.Terms.Percentile.Rat())
	case !p.peaks():
		next.Used = plus(t.Used, taken)
	case t.Used == nil:
		next.Used = taken
	default:
		next.Used = maxRat(t.Used, taken)
	}
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
