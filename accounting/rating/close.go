package rating

import (
	"maps"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// touchFlats notes which flat prices usage touches, and reports whether there
// is one: what it covers needs no other price.
func (r *rater) touchFlats(u *metering.Usage) (covered bool, err error) {
	for _, t := range [...]*tariff{r.list, r.negotiated} {
		if t == nil || len(t.matching) == 0 {
			continue
		}
		for _, p := range t.matching[u.Key.Meter] {
			if !p.src.Match.Matches(u.Key) {
				continue
			}
			some, all := p.src.Covers(u.Period)
			if some && !all {
				return false, t.straddle(p, u.Period, false)
			}
			if some {
				covered = true
				m := r.flats[priceKey{t.name, p.src.ID}]
				m.used = true
				r.note(priceKey{t.name, p.src.ID}, m)
			}
		}
	}
	return covered, nil
}

// note keeps what is known of a flat price, in a copy of what the state has.
func (r *rater) note(k priceKey, m flatMark) {
	if r.flats[k] == m {
		return
	}
	if !r.ownFlats {
		copied := make(map[priceKey]flatMark, len(r.flats)+1)
		maps.Copy(copied, r.flats)
		r.flats, r.ownFlats = copied, true
	}
	r.flats[k] = m
}

// close charges what is due by the billing period rather than by usage, card
// by card: flat prices, and then tiers that owe something at zero.
func (r *rater) close() error {
	r.keepTotals()
	for _, t := range r.tariffs() {
		for _, p := range t.flats {
			flat := r.closeFlat
			if p.staged {
				flat = r.closeStagedFlat
			}
			if err := flat(t, p); err != nil {
				return err
			}
		}
		for _, p := range t.atZero {
			if err := r.closeAtZero(t, p); err != nil {
				return err
			}
		}
		if r.ended {
			continue
		}
		for _, p := range t.closing {
			if err := r.closeStaged(t, p); err != nil {
				return err
			}
		}
	}
	r.ended = true
	return nil
}

// closeAtZero charges the first tier's flat amount of a price that nothing was
// charged at.
func (r *rater) closeAtZero(t *tariff, p *price) error {
	if r.contracted.slots[p.slot].known || t == r.list && r.replaced(p) {
		return nil
	}
	if in, err := r.inForce(t, p); !in || err != nil {
		return err
	}
	e, err := r.contracted.post(p, fixed.Int128{}, &r.by, r.desk)
	if err != nil {
		return err
	}
	list, err := r.listedAtZero(t, p, e)
	if err != nil {
		return err
	}
	return r.recurring(t, p, e, list)
}

// listedAtZero returns what the list card asks where a price contracted as e
// owes something without usage: what its own price for that usage owes, once.
func (r *rater) listedAtZero(t *tariff, p *price, e entry) (money.Money, error) {
	list := p
	if t != r.list {
		if list = r.list.covering(p, r.billing); list != nil && list.staged {
			list = nil // it owes by its own terms
		}
	}
	return r.listed(list, &metering.Usage{}, e)
}

// inForce says whether a price that is due by the billing period is in force
// in it. One that is so for a part of it is refused: how much of it would be
// due is for the card to say.
func (r *rater) inForce(t *tariff, p *price) (bool, error) {
	some, all := p.owes(r.billing)
	if some && !all {
		return false, t.straddle(p, r.billing, true)
	}
	return some, nil
}

// recurring charges a price for the billing period as a whole.
func (r *rater) recurring(t *tariff, p *price, e entry, list money.Money) error {
	c := t.charge(p, r.bill.Contract.Account)
	c.Account, c.SKU, c.Region, c.Labels = r.bill.Contract.Account, p.src.Match.SKU, p.src.Match.Region, p.src.Match.Labels
	c.Period, c.Origin = r.billing, p.flatOrigin()
	if t == r.negotiated {
		c.ListPriceID = r.listFlatID(p)
	}
	return r.bills(&c, e, list)
}
