package accounting

import (
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/metering"
)

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
	return fmt.Sprintf("accounting: price %q cannot price %v in %v: %s", e.Price, e.Key.Redacted(), e.Period, e.Reason)
}

func (p *Price) refuse(r Row, format string, args ...any) error {
	return &RowError{Price: p.ID, Key: r.Key, Period: r.Period, Reason: fmt.Sprintf(format, args...)}
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

// labelled returns the number in one of a row's labels.
func (p *Price) labelled(row Row, label string) (*big.Rat, error) {
	text, ok := row.Key.Labels.Get(label)
	if !ok {
		return nil, p.refuse(row, "it has no label %q", label)
	}
	if len(text) > maxLabelDigits || text == "" || strings.Trim(text, "0123456789.") != "" || strings.Count(text, ".") > 1 || text == "." {
		return nil, p.refuse(row, "label %q is no plain number of at most %d digits", label, maxLabelDigits)
	}
	n, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil, p.refuse(row, "label %q is no number", label)
	}
	return n, nil
}

// maxLabelDigits bounds the numbers that labels bring from outside.
const maxLabelDigits = 38
