package accounting

import (
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/metering"
)

// A Ratchet bills a demand of at least Percent of the highest one of the
// billing periods before. It is due at the end of a billing period, as a
// minimum is.
type Ratchet struct {
	Percent decimal.Decimal // above 0, at most 100
	Periods int             // how many billing periods it looks back, at least 1
}

// A Demand is what a price with a ratchet has come to in a billing period, in
// units of the price. rating.State.Demands tells it, and Contract.Demands
// keeps it for later periods.
type Demand struct {
	Price  string // the id
	Period metering.Period
	Level  *big.Rat // never changed
}

// Floor returns the least demand of a price in a billing period: the ratchet's
// percentage of the highest level in the periods before, nil for none.
func (r *Ratchet) Floor(c Contract, price string, billing metering.Period) *big.Rat {
	since := billing.Start()
	for range r.Periods {
		before, err := c.BillingPeriod(since.Add(-1))
		if err != nil {
			break // there is none before 1970
		}
		since = before.Start()
	}
	var highest *big.Rat
	for _, d := range c.Demands {
		if d.Price != price || d.Period.Start().Before(since) || d.Period.End().After(billing.Start()) {
			continue
		}
		if highest == nil || d.Level.Cmp(highest) > 0 {
			highest = d.Level
		}
	}
	if highest == nil || highest.Sign() <= 0 {
		return nil
	}
	return percentOf(highest, r.Percent.Rat())
}
