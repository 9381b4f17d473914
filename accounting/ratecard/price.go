package ratecard

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/metering"
)

// The keys of each mapping of a card, in the order they are printed in.
var (
	cardKeys     = wordList{"card", "version", "title", "currency", "rounding", "rounding_changes", "power_factor", "prices"}
	roundingKeys = wordList{"mode", "places", "level", "month"}
	monthKeys    = wordList{"mode", "places"}
	changeKeys   = wordList{"from", "rounding"}
	priceKeys    = append(append(append(wordList{"id", "title", "replaces", "service", "match", "unit", "from", "until"}, modelKeys...),
		"on_zero", "bounds", "sized_by", "when"), termKeys...)
	modelKeys = wordList{"per_unit", "graduated", "volume", "package", "stairstep", "percentage", "dynamic", "spot", "flat"}
	matchKeys = wordList{"meter", "sku", "region", "labels"}
	tierKeys  = wordList{"up_to", "price", "flat", "block"}
)

// The words for policies.
var (
	zeroWords = map[accounting.ZeroPolicy]string{accounting.ZeroCharged: "charge", accounting.ZeroWaived: "waive"}
	flatWords = map[accounting.FlatPolicy]string{accounting.FlatAlways: "always", accounting.FlatIfUsed: "if_used", accounting.FlatOnce: "once"}
)

func (r *reader) price(p *place) accounting.Price {
	var price accounting.Price
	var models []*place
	var with tierPolicies
	terms := new(accounting.Terms)
	r.mapping(p, priceKeys, func(key string, at *place) {
		switch key {
		case "id":
			price.ID = r.text(at)
		case "title":
			price.Title = r.text(at)
		case "replaces":
			price.Replaces = r.text(at)
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
			with.onZero = word(zeroWords, r.choice(at, "waive", "charge"))
		case "bounds":
			with.bounds = word(boundWords, r.choice(at, "inclusive", "exclusive"))
		case "sized_by":
			with.sizedBy = r.text(at)
		case "when":
			with.when = word(flatWords, r.choice(at, "always", "if_used", "once"))
		default:
			if slices.Contains(modelKeys, key) {
				models = append(models, at)
				return
			}
			r.term(terms, key, at)
		}
	})
	if !terms.IsZero() {
		price.Terms = terms
	}
	if len(models) == 0 {
		return price
	}
	for _, extra := range models[1:] {
		r.refuse(extra, "want exactly one model, and there is %s already", models[0].key)
	}
	price.Model = r.model(models[0], with)
	for _, policy := range policyModels {
		if at := p.field(policy.key); at.node != nil && !slices.Contains(policy.models, models[0].key) {
			r.refuse(at, "goes with %v, not with %s", policy.models, models[0].key)
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
	return r.unitFor(p, p.parent.field("match").field("meter").text())
}

// unitFor reads a unit that is to measure what a meter measures.
func (r *reader) unitFor(p *place, meter string) metering.Unit {
	want := "a unit"
	if n := p.node; n.Kind == yaml.MappingNode && len(n.Content) == 2 && isNull(n.Content[1]) && n.Content[0].Kind == yaml.ScalarNode {
		// {token} without quotes is a mapping of a name to nothing.
		want = fmt.Sprintf(`a unit in quotes, "{%s}"`, clip(n.Content[0].Value))
	}
	code, ok := r.scalar(p, want)
	if !ok {
		return metering.Unit{}
	}
	unit, err := metering.ParseUnit(code)
	if err != nil {
		r.refuse(p, "unknown unit; %s", wantUnit(code, r.dimensionOf(meter)))
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
			case "block":
				t.Block = r.number(at)
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
