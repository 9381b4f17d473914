package rating

import (
	"math/big"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/metering"
)

// due is what a staged price goes by once the billing period is over. A nil due
// is of one that is not.
type due struct {
	share *big.Rat // which share of the period minima are due for; nil for all of it
	floor *big.Rat // the least demand that is billed; nil for none
	// The same, for the kernel.
	shareRatio, floorRatio ratio
}

// dueOf returns what is due of a price, worked out once.
func (r *rater) dueOf(p *price) *due {
	if p.due != nil {
		return p.due
	}
	p.due = &due{share: r.minimumShare(p)}
	if terms := p.src.Terms; terms != nil && terms.Ratchet != nil {
		p.due.floor = terms.Ratchet.Floor(r.bill.Contract, p.src.ID, r.billing)
	}
	if p.due.share != nil {
		p.due.shareRatio.setRat(p.due.share)
	}
	if p.due.floor != nil {
		p.due.floorRatio.setRat(p.due.floor)
	}
	return p.due
}

// of notes in a tally what is due.
func (d *due) of(t *accounting.Tally) { t.Share, t.Floor = d.share, d.floor }

func (d *due) part() *ratio {
	if d == nil || d.share == nil {
		return nil
	}
	return &d.shareRatio
}

func (d *due) least() *ratio {
	if d == nil || d.floor == nil {
		return nil
	}
	return &d.floorRatio
}

// minimumShare returns which share of the billing period a minimum is due for,
// nil where that is all of it, or of each hour, day or row.
func (r *rater) minimumShare(p *price) *big.Rat {
	if t := p.src.Terms; t == nil || t.ProrateMinimum == accounting.ProrateNone || t.Scope.Window != accounting.WholePeriod {
		return nil
	}
	period, err := r.inForcePart(p)
	if err != nil {
		return nil
	}
	return p.src.Terms.ProrateMinimum.Share(period, r.billing, r.bill.Contract.Zone)
}

// inForcePart returns the part of the billing period in which a price is in
// force.
func (r *rater) inForcePart(p *price) (metering.Period, error) {
	start, end := later(p.src.From, r.billing.Start()), r.billing.End()
	if u := p.src.Until; !u.IsZero() && u.Before(end) {
		end = u
	}
	return metering.NewPeriod(start, end)
}

// Demands returns what demand the contract's prices with a ratchet have come to
// in the state's billing period, card by card: what was measured, not what a
// ratchet made of it. Added to the contract's Demands, it is what later periods
// look back to. There is none of a price without usage.
func (s State) Demands(c accounting.Contract) (demands []accounting.Demand) {
	for _, card := range [...]*accounting.Card{c.Card, c.Negotiated} {
		if card == nil {
			continue
		}
		told := make(map[string]bool)
		for i := range card.Prices {
			p := &card.Prices[i]
			if p.Terms == nil || p.Terms.Ratchet == nil || told[p.ID] {
				continue
			}
			told[p.ID] = true
			if t := s.contracted.staged[priceKey{card.Name(), p.ID}].of[scope{}]; t.Used != nil { // what is due without usage opens it, too
				demands = append(demands, accounting.Demand{Price: p.ID, Period: s.period, Level: new(big.Rat).Set(t.Used)})
			}
		}
	}
	return demands
}
