package ratecard

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/metering"
)

// model checks a price's model, and which match and unit it needs.
func (v *validator) model(p *place, price *accounting.Price) {
	unit := true
	switch m := price.Model.(type) {
	case accounting.PerUnit:
		v.amount(p.field("per_unit"), m.Price)
	case accounting.Graduated:
		v.tiers(p, p.field("graduated"), price, m.Tiers, m.OnZero, m.Bounds)
	case accounting.Volume:
		v.tiers(p, p.field("volume"), price, m.Tiers, m.OnZero, m.Bounds)
		v.sized(p, m)
	case accounting.Package:
		at := p.field("package")
		v.above(at.field("size"), m.Size)
		v.charge(at.field("price"), m.Price)
		if m.Parts != accounting.PartCharged && m.Parts != accounting.PartWaived {
			v.add(at.field("parts"), "", "%swant charge or waive: what becomes of a package of which a part is used", none(m.Parts == 0))
		}
	case accounting.Stairstep:
		v.stairs(p, price, m)
		unit = false
	case accounting.Percentage:
		v.percentage(p.field("percentage"), m)
	case accounting.Dynamic:
		at := p.field("dynamic")
		v.text(at.field("label"), m.Label, 1, metering.MaxNameBytes)
		v.above(at.field("factor"), m.Factor)
	case accounting.Spot:
		v.spot(p.field("spot"), m)
	case accounting.Flat:
		v.charge(p.field("flat"), m.Amount)
		v.when(p, price, m)
		return
	default:
		v.match(p, price, false)
		v.unit(p, price, false)
		if m != nil {
			v.add(p, fmt.Sprintf("%T", m), "want a model of package accounting, such as PerUnit, by value")
		} else if !v.excusedAny(p, modelKeys) {
			v.add(p, "", "want exactly one of %v", modelKeys)
		}
		return
	}
	v.match(p, price, true)
	v.unit(p, price, unit)
}

// above checks a number that has to be more than 0.
func (v *validator) above(p *place, d decimal.Decimal) {
	if _, reason := plain(d); reason != "" {
		v.add(p, show(d), "%s", reason)
	} else if d.Sign() <= 0 {
		v.add(p, show(d), "want more than 0")
	}
}

// sized checks tiers that a label chooses, row by row.
func (v *validator) sized(p *place, m accounting.Volume) {
	if m.SizedBy == "" {
		return
	}
	v.text(p.field("sized_by"), m.SizedBy, 1, metering.MaxNameBytes)
	for i, t := range m.Tiers {
		if !t.Flat.IsZero() {
			v.add(p.field("volume").element(i).field("flat"), show(t.Flat), "goes with a running quantity, and sized_by chooses a tier for each row")
		}
	}
}

func (v *validator) percentage(p *place, m accounting.Percentage) {
	v.charge(p.field("rate"), m.Rate)
	v.charge(p.field("fixed"), m.Fixed)
	v.charge(p.field("free_units"), m.FreeUnits)
	if m.FreeEvents < 0 {
		v.add(p.field("free_events"), fmt.Sprint(m.FreeEvents), "want 0 or more")
	}
	for _, b := range []struct {
		key   string
		bound *decimal.Decimal
	}{{"minimum", m.Minimum}, {"maximum", m.Maximum}} {
		if b.bound != nil {
			v.charge(p.field(b.key), *b.bound)
		}
	}
	if _, reason := plain(m.Rate); reason != "" || m.Minimum == nil || m.Maximum == nil {
		return
	}
	_, low := plain(*m.Minimum)
	_, high := plain(*m.Maximum)
	if low == "" && high == "" && m.Minimum.GreaterThan(*m.Maximum) {
		v.add(p.field("maximum"), show(*m.Maximum), "want at least the minimum, %s", show(*m.Minimum))
	}
}

func (v *validator) spot(p *place, m accounting.Spot) {
	if len(m.Prices) == 0 {
		v.add(p, "", "want at least one price")
	}
	var before time.Time
	for i, s := range m.Prices {
		at := p.element(i)
		v.amount(at.field("price"), s.Price)
		if s.From.IsZero() {
			v.add(at.field("from"), "", "missing; "+wantTime)
			continue
		}
		v.instant(at.field("from"), s.From)
		if !before.IsZero() && !s.From.After(before) {
			v.add(at.field("from"), clip(s.From.UTC().Format(minutes)), "want a time after the price before, %s", clip(before.UTC().Format(minutes)))
		}
		before = s.From
	}
}

// stairs checks that limits are of the same meters on every stair but the
// last, and ascend.
func (v *validator) stairs(p *place, price *accounting.Price, m accounting.Stairstep) {
	list := p.field("stairstep")
	if len(m.Stairs) == 0 {
		v.add(list, "", "want at least one stair")
		return
	}
	last := len(m.Stairs) - 1
	for i, s := range m.Stairs {
		at := list.element(i)
		v.charge(at.field("amount"), s.Amount)
		limits := at.field("limits")
		switch {
		case i == last && len(s.Limits) > 0:
			v.add(limits, "", "the last stair has no limits; leave them out, or add a stair for what is above")
		case i < last && len(s.Limits) == 0:
			v.add(limits, "", "missing; only the last stair has no limits")
		case i < last && len(s.Limits) != len(m.Stairs[0].Limits):
			v.add(limits, "", "want one for each meter of the first stair, in the same order")
		}
		for j, l := range s.Limits {
			v.limit(limits.element(j), price, l)
			if i == 0 || i == last || j >= len(m.Stairs[i-1].Limits) {
				continue
			}
			before := m.Stairs[i-1].Limits[j]
			if before.Meter != l.Meter || before.Unit != l.Unit {
				v.add(limits.element(j).field("meter"), string(l.Meter), "want %s as on the stair before, in its unit", before.Meter)
			} else if v.short(l.UpTo) && v.short(before.UpTo) && !l.UpTo.GreaterThan(before.UpTo) {
				v.add(limits.element(j).field("up_to"), show(l.UpTo), "want more than %s, the limit of the stair before", show(before.UpTo))
			}
		}
	}
	if m.OnZero > accounting.ZeroWaived {
		v.add(p.field("on_zero"), "", "want waive or charge")
	}
}

func (v *validator) short(d decimal.Decimal) bool {
	_, reason := plain(d)
	return reason == ""
}

func (v *validator) limit(p *place, price *accounting.Price, l accounting.Limit) {
	v.above(p.field("up_to"), l.UpTo)
	unit := l.Unit
	if unit.IsZero() {
		unit = price.Unit
	}
	v.measured(p, l.Meter, unit)
}

// measured checks a meter, and a unit for it.
func (v *validator) measured(p *place, meter metering.MeterID, unit metering.Unit) {
	at := p.field("meter")
	switch {
	case meter == "":
		v.add(at, "", "missing; want a meter")
		return
	case v.meters == nil:
		v.text(at, string(meter), 1, metering.MaxNameBytes)
	default:
		if _, err := v.meters.Lookup(meter); err != nil {
			v.add(at, string(meter), "unknown meter; %s", v.wantMeter(meter))
			return
		}
	}
	dim := v.dimensionOf(string(meter))
	switch {
	case unit.IsZero():
		v.add(p.field("unit"), "", "missing; %s", wantUnit("", dim))
	case dim != 0 && unit.Dimension() != dim:
		v.add(p.field("unit"), unit.Code(), "measures %v, and meter %s measures %v; %s", unit.Dimension(), meter, dim, wantUnit("", dim))
	}
}
