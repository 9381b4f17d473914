package ratecard

import (
	"strconv"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/metering"
)

// The keys of models that are mappings, and of the elements of those that are
// lists.
var (
	packageKeys    = wordList{"size", "price", "parts"}
	percentageKeys = wordList{"rate", "fixed", "free_events", "free_units", "minimum", "maximum"}
	dynamicKeys    = wordList{"label", "factor"}
	spotKeys       = wordList{"from", "price"}
	stairKeys      = wordList{"limits", "amount"}
	limitKeys      = wordList{"meter", "unit", "up_to"}
)

// The words for policies of models.
var (
	boundWords = map[accounting.BoundPolicy]string{accounting.BoundInclusive: "inclusive", accounting.BoundExclusive: "exclusive"}
	partWords  = map[accounting.PartPolicy]string{accounting.PartCharged: "charge", accounting.PartWaived: "waive"}
)

// tierPolicies are the keys beside a list of tiers or stairs.
type tierPolicies struct {
	onZero  accounting.ZeroPolicy
	bounds  accounting.BoundPolicy
	sizedBy string
	when    accounting.FlatPolicy
}

// policyModels says which models a policy's key goes with.
var policyModels = []struct {
	key    string
	models wordList
}{
	{"on_zero", wordList{"graduated", "volume", "stairstep"}},
	{"bounds", wordList{"graduated", "volume"}},
	{"sized_by", wordList{"volume"}},
	{"when", wordList{"flat"}},
}

// model reads the model at p.
func (r *reader) model(p *place, with tierPolicies) accounting.Model {
	switch p.key {
	case "per_unit":
		return accounting.PerUnit{Price: r.number(p)}
	case "graduated":
		return accounting.Graduated{Tiers: r.tiers(p), OnZero: with.onZero, Bounds: with.bounds}
	case "volume":
		return accounting.Volume{Tiers: r.tiers(p), OnZero: with.onZero, Bounds: with.bounds, SizedBy: with.sizedBy}
	case "package":
		return r.packaged(p)
	case "stairstep":
		return accounting.Stairstep{Stairs: r.stairs(p), OnZero: with.onZero}
	case "percentage":
		return r.percentage(p)
	case "dynamic":
		return r.dynamic(p)
	case "spot":
		return r.spot(p)
	case "flat":
		return accounting.Flat{Amount: r.number(p), When: with.when}
	}
	return nil
}

func (r *reader) packaged(p *place) (m accounting.Package) {
	r.mapping(p, packageKeys, func(key string, at *place) {
		switch key {
		case "size":
			m.Size = r.number(at)
		case "price":
			m.Price = r.number(at)
		case "parts":
			m.Parts = word(partWords, r.choice(at, "charge", "waive"))
		}
	})
	return m
}

func (r *reader) percentage(p *place) (m accounting.Percentage) {
	r.mapping(p, percentageKeys, func(key string, at *place) {
		switch key {
		case "rate":
			m.Rate = r.number(at)
		case "fixed":
			m.Fixed = r.number(at)
		case "free_events":
			m.FreeEvents = r.whole(at, 1e9)
		case "free_units":
			m.FreeUnits = r.number(at)
		case "minimum":
			n := r.number(at)
			m.Minimum = &n
		case "maximum":
			n := r.number(at)
			m.Maximum = &n
		}
	})
	return m
}

// whole reads a whole number of 0 to most.
func (r *reader) whole(p *place, most int64) int64 {
	s, ok := r.scalar(p, "a whole number")
	if !ok {
		return 0
	}
	n, err := strconv.ParseInt(s[:min(len(s), 20)], 10, 64)
	if err != nil || n < 0 || n > most || strconv.FormatInt(n, 10) != s {
		r.refuse(p, "want a whole number from 0 to %d", most)
		return 0
	}
	return n
}

func (r *reader) dynamic(p *place) (m accounting.Dynamic) {
	r.mapping(p, dynamicKeys, func(key string, at *place) {
		switch key {
		case "label":
			m.Label = r.text(at)
		case "factor":
			m.Factor = r.number(at)
		}
	})
	return m
}

func (r *reader) spot(p *place) (m accounting.Spot) {
	r.list(p, "prices", MaxTiers, func(at *place) {
		var s accounting.SpotPrice
		r.mapping(at, spotKeys, func(key string, at *place) {
			switch key {
			case "from":
				s.From = r.instant(at)
			case "price":
				s.Price = r.number(at)
			}
		})
		m.Prices = append(m.Prices, s)
	})
	return m
}

func (r *reader) stairs(p *place) (stairs []accounting.Stair) {
	r.list(p, "stairs", MaxTiers, func(at *place) {
		var s accounting.Stair
		r.mapping(at, stairKeys, func(key string, at *place) {
			switch key {
			case "amount":
				s.Amount = r.number(at)
			case "limits":
				r.list(at, "limits", maxMeters, func(at *place) { s.Limits = append(s.Limits, r.limit(at)) })
			}
		})
		if at.field("amount").node == nil {
			r.missing(at, "amount", "write 0 for a stair that is free")
		}
		stairs = append(stairs, s)
	})
	return stairs
}

func (r *reader) limit(p *place) (l accounting.Limit) {
	r.mapping(p, limitKeys, func(key string, at *place) {
		switch key {
		case "meter":
			l.Meter = metering.MeterID(r.text(at))
		case "unit":
			l.Unit = r.unitFor(at, p.field("meter").text())
		case "up_to":
			l.UpTo = r.number(at)
		}
	})
	return l
}
