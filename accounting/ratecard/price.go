package ratecard

import (
	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/metering"
)

// The keys of each mapping of a card, in the order they are printed in.
var (
	cardKeys     = wordList{"card", "version", "title", "currency", "rounding", "prices"}
	roundingKeys = wordList{"mode", "places", "level"}
	priceKeys    = wordList{"id", "title", "service", "match", "unit", "from", "until", "per_unit", "graduated", "on_zero", "flat", "when"}
	modelKeys    = wordList{"per_unit", "graduated", "flat"}
	matchKeys    = wordList{"meter", "sku", "region", "labels"}
	tierKeys     = wordList{"up_to", "price", "flat"}
)

// The words for policies.
var (
	zeroWords = map[accounting.ZeroPolicy]string{accounting.ZeroCharged: "charge", accounting.ZeroWaived: "waive"}
	flatWords = map[accounting.FlatPolicy]string{accounting.FlatAlways: "always", accounting.FlatIfUsed: "if_used"}
)

func (r *reader) price(p *place) accounting.Price {
	var price accounting.Price
	var models []*place
	var onZero accounting.ZeroPolicy
	var when accounting.FlatPolicy
	r.mapping(p, priceKeys, func(key string, at *place) {
		switch key {
		case "id":
			price.ID = r.text(at)
		case "title":
			price.Title = r.text(at)
		case "service":
			price.Service = accounting.ServiceID(r.text(at))
		case "match":
			price.Match = r.match(at)
		case "unit":
			price.Unit = r.unit(at)
		case "from":
			price.From = r.instant(at)
		case "until":
			price.Until = r.instant(at)
		case "on_zero":
			onZero = word(zeroWords, r.choice(at, "waive", "charge"))
		case "when":
			when = word(flatWords, r.choice(at, "always", "if_used"))
		default:
			models = append(models, at)
		}
	})
	if len(models) == 0 {
		return price
	}
	for _, extra := range models[1:] {
		r.refuse(extra, "want exactly one model, and there is %s already", models[0].key)
	}
	switch at := models[0]; at.key {
	case "per_unit":
		price.Model = accounting.PerUnit{Price: r.number(at)}
	case "graduated":
		price.Model = accounting.Graduated{Tiers: r.tiers(at), OnZero: onZero}
	case "flat":
		price.Model = accounting.Flat{Amount: r.number(at), When: when}
	}
	for _, policy := range [...]struct{ key, model string }{{"on_zero", "graduated"}, {"when", "flat"}} {
		if at := p.field(policy.key); at.node != nil && models[0].key != policy.model {
			r.refuse(at, "goes with %s, not with %s", policy.model, models[0].key)
		}
	}
	return price
}

func (r *reader) match(p *place) (m accounting.Match) {
	r.mapping(p, matchKeys, func(key string, at *place) {
		switch key {
		case "meter":
			m.Meter = metering.MeterID(r.text(at))
		case "sku":
			m.SKU = r.text(at)
		case "region":
			m.Region = r.text(at)
		case "labels":
			m.Labels = r.labels(at)
		}
	})
	return m
}

func (r *reader) labels(p *place) metering.Labels {
	var pairs []string
	r.mapping(p, nil, func(name string, at *place) {
		value, ok := r.scalar(at, "a text")
		if !ok {
			return
		}
		if _, err := metering.NewLabels(name, value); err != nil {
			r.refuse(at, "%s", reasonOf(err))
			return
		}
		pairs = append(pairs, name, value)
	})
	labels, err := metering.NewLabels(pairs...)
	if err != nil {
		r.refuse(p, "%s", reasonOf(err))
	}
	return labels
}

func (r *reader) unit(p *place) metering.Unit {
	code, ok := r.scalar(p, "a unit")
	if !ok {
		return metering.Unit{}
	}
	unit, err := metering.ParseUnit(code)
	if err != nil {
		r.refuse(p, "unknown unit; %s", wantUnit(code, r.dimensionOf(p.parent.field("match").field("meter").text())))
	}
	return unit
}

func (r *reader) tiers(p *place) (tiers []accounting.Tier) {
	r.list(p, "tiers", MaxTiers, func(at *place) {
		var t accounting.Tier
		r.mapping(at, tierKeys, func(key string, at *place) {
			switch key {
			case "up_to":
				bound := r.number(at)
				t.UpTo = &bound
			case "price":
				t.Price = r.number(at)
			case "flat":
				t.Flat = r.number(at)
			}
		})
		if at.field("price").node == nil {
			r.missing(at, "price", "write 0 for a tier that is free")
		}
		tiers = append(tiers, t)
	})
	return tiers
}

// word returns the policy that a card spells s; the zero one if there is
// none.
func word[P comparable](words map[P]string, s string) (policy P) {
	for p, w := range words {
		if w == s {
			return p
		}
	}
	return policy
}
