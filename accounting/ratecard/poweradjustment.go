package ratecard

import (
	"slices"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/metering"
)

// adjustmentKeys are the keys of a card's adjustment by the power factor.
var adjustmentKeys = wordList{"id", "service", "active", "reactive", "prices", "steps"}

func (r *reader) powerAdjustment(p *place) *accounting.PowerAdjustment {
	a := &accounting.PowerAdjustment{}
	r.mapping(p, adjustmentKeys, func(key string, at *place) {
		switch key {
		case "id":
			a.ID = r.text(at)
		case "service":
			a.Service = accounting.ServiceID(r.text(at))
		case "active":
			a.Active = metering.MeterID(r.text(at))
		case "reactive":
			a.Reactive = metering.MeterID(r.text(at))
		case "prices":
			r.list(at, "ids of prices", MaxPrices, func(at *place) { a.Prices = append(a.Prices, r.text(at)) })
		case "steps":
			a.Steps = r.powerSteps(at)
		}
	})
	return a
}

func (v *validator) powerAdjustment(p *place, card *accounting.Card) {
	a := card.PowerFactor
	if a == nil {
		return
	}
	v.id(p.field("id"), a.ID)
	v.service(p.field("service"), a.Service)
	v.energyMeter(p.field("active"), a.Active, "missing; want the meter of active energy")
	v.energyMeter(p.field("reactive"), a.Reactive, "missing; want the meter of reactive energy")
	switch x, y := v.dimensionOf(string(a.Active)), v.dimensionOf(string(a.Reactive)); {
	case a.Active == a.Reactive && a.Active != "":
		v.add(p.field("reactive"), string(a.Reactive), "want another meter than that of active energy")
	case x != y && x != 0 && y != 0:
		v.add(p.field("reactive"), string(a.Reactive), "measures %s, and %s measures %s; want meters of one dimension", y, a.Active, x)
	}
	known := make(map[string]bool, len(card.Prices))
	for i := range card.Prices {
		known[card.Prices[i].ID] = true
	}
	if known[a.ID] {
		v.add(p.field("id"), a.ID, "a price has this id")
	}
	for i, id := range a.Prices {
		switch at := p.field("prices").element(i); {
		case !known[id]:
			v.add(at, clip(id), "no price has this id")
		case slices.Contains(a.Prices[:i], id):
			v.add(at, clip(id), "listed twice")
		}
	}
	if len(a.Prices) > 0 && roundsBill(card) {
		v.add(p.field("prices"), "", "the card rounds the bill, so that no price has an amount by itself; leave the list out, or round lines")
	}
	v.powerSteps(p.field("steps"), a.Steps)
}

// roundsBill reports whether the card rounds at the level of the bill, now or
// once its rounding changes.
func roundsBill(card *accounting.Card) bool {
	return card.Rounding.Level == accounting.BillLevel ||
		slices.ContainsFunc(card.RoundingChanges, func(c accounting.RoundingChange) bool { return c.Rounding.Level == accounting.BillLevel })
}

func adjustmentText(a *accounting.PowerAdjustment) string {
	var f flow
	f.text("id", a.ID)
	f.text("service", string(a.Service))
	f.text("active", string(a.Active))
	f.text("reactive", string(a.Reactive))
	if len(a.Prices) > 0 {
		var ids []string
		for _, id := range a.Prices {
			ids = append(ids, quote(id))
		}
		f.raw("prices", listText(ids))
	}
	f.raw("steps", stepsText(a.Steps))
	return f.String()
}
