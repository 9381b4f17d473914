package ratecard

import (
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// terms checks what stands around a model.
func (v *validator) terms(p *place, price *accounting.Price) {
	t := price.Terms
	if t == nil {
		return
	}
	v.text(p.field("group"), t.Group, 0, metering.MaxNameBytes)
	v.during(p.field("during"), t.During)
	for i, w := range t.Meters {
		at := p.field("meters").element(i)
		v.above(at.field("factor"), w.Factor)
		unit := w.Unit
		if unit.IsZero() {
			unit = price.Unit
		}
		v.measured(at, w.Meter, unit)
		if w.Meter != "" && slices.ContainsFunc(t.Meters[:i], func(o accounting.Weight) bool { return o.Meter == w.Meter }) {
			v.add(at.field("meter"), string(w.Meter), "listed twice; what it counts for has to be one number")
		}
	}
	if len(t.Meters) > maxMeters {
		v.add(p.field("meters"), "", "%d meters; want at most %d", len(t.Meters), maxMeters)
	}
	v.text(p.field("scope").field("label"), t.Scope.Label, 0, metering.MaxNameBytes)
	v.demand(p, t)
	v.convert(p.field("convert"), t.Convert)
	v.charge(p.field("free"), t.Free)
	v.numbers(p, t)
	v.powerFactor(p.field("power_factor"), price)
	v.commitment(p.field("commitment"), t)
	v.policies(p, t)
	v.combinations(p, price)
}

// demand checks how rows come together.
func (v *validator) demand(p *place, t *accounting.Terms) {
	if at := p.field("percentile"); t.Gather == accounting.GatherPercentile {
		v.percent(at, t.Percentile)
	} else if !t.Percentile.IsZero() || at.node != nil {
		v.add(at, show(t.Percentile), "goes with gather: percentile")
	}
	r, at := t.Ratchet, p.field("ratchet")
	if r == nil {
		return
	}
	v.percent(at.field("percent"), r.Percent)
	if r.Periods < 1 || r.Periods > maxBack {
		v.add(at.field("periods"), fmt.Sprint(r.Periods), "want a whole number from 1 to %d", maxBack)
	}
	if t.Gather == accounting.GatherSum {
		v.add(at, "", "goes with gather: peak or percentile")
	}
	if t.Scope != (accounting.Scope{}) {
		v.add(p.field("scope"), "", "does not go with a ratchet, which looks back to one demand in each billing period")
	}
}

// percent checks a number above 0 and at most 100.
func (v *validator) percent(p *place, d decimal.Decimal) {
	if v.above(p, d); v.short(d) && d.GreaterThan(decimal.NewFromInt(100)) {
		v.add(p, show(d), "want at most 100")
	}
}

// numbers checks the amounts and factors of terms.
func (v *validator) numbers(p *place, t *accounting.Terms) {
	optional := func(key string, d *decimal.Decimal) {
		if d != nil {
			v.charge(p.field(key), *d)
		}
	}
	optional("factor", t.Factor)
	optional("maximum", t.Maximum)
	optional("minimum", t.Minimum)
	if t.Minimum != nil && t.Maximum != nil && v.short(*t.Minimum) && v.short(*t.Maximum) && t.Minimum.GreaterThan(*t.Maximum) {
		v.add(p.field("maximum"), show(*t.Maximum), "want at least the minimum, %s", show(*t.Minimum))
	}
	at := p.field("discount")
	v.charge(at.field("amount"), t.Off)
	if v.amount(at.field("percent"), t.Percent); v.short(t.Percent) && t.Percent.GreaterThan(decimal.NewFromInt(100)) {
		v.add(at.field("percent"), show(t.Percent), "want at most 100; below 0 it is a surcharge")
	}
}

// policies checks the words of a Go literal; those of a text were looked up.
func (v *validator) policies(p *place, t *accounting.Terms) {
	for _, w := range []struct {
		key string
		ok  bool
	}{
		{"gather", t.Gather <= accounting.GatherPercentile},
		{"prorate", t.Prorate <= accounting.ProrateDaysInclusive},
		{"prorate_minimum", t.ProrateMinimum <= accounting.ProrateDaysInclusive},
		{"scope", t.Scope.Window <= accounting.PerRow},
	} {
		if !w.ok {
			v.add(p.field(w.key), "", "want a policy of package accounting")
		}
	}
}

// combinations refuses terms that would have no effect, or two meanings.
func (v *validator) combinations(p *place, price *accounting.Price) {
	t := price.Terms
	refuse := func(key, reason string, when bool) {
		if when {
			v.add(p.field(key), "", "%s", reason)
		}
	}
	rows := false // the model goes by rows
	switch m := price.Model.(type) {
	case accounting.Flat:
		const reason = "goes with usage, and a flat price has none"
		refuse("meters", reason, len(t.Meters) > 0)
		refuse("scope", reason, t.Scope != accounting.Scope{})
		refuse("gather", reason, t.Gather != accounting.GatherSum)
		refuse("ratchet", reason, t.Ratchet != nil)
		refuse("convert", reason, t.Convert != nil)
		refuse("free", reason, !t.Free.IsZero())
		refuse("power_factor", reason, t.PowerFactor != nil)
		refuse("commitment", reason, t.Commitment != nil)
		refuse("group", reason, t.Group != "")
		refuse("during", reason, t.During != nil)
		refuse("minimum", reason, t.Minimum != nil)
	case accounting.Percentage, accounting.Dynamic, accounting.Spot:
		rows = true
	case accounting.Volume:
		rows = m.SizedBy != ""
	case accounting.Graduated:
		rows = t.Prorate != accounting.ProrateNone
		for i, tier := range m.Tiers {
			if rows && !tier.Block.IsZero() {
				v.add(p.field("graduated").element(i).field("block"), show(tier.Block), "a block cannot be prorated")
			}
		}
	case accounting.Stairstep:
		const reason = "does not go with a stairstep, which looks at each meter as it is"
		refuse("meters", reason, len(t.Meters) > 0)
		refuse("gather", reason, t.Gather == accounting.GatherPercentile)
		refuse("ratchet", reason, t.Ratchet != nil)
		refuse("prorate", reason, t.Prorate != accounting.ProrateNone)
		refuse("convert", reason, t.Convert != nil)
		refuse("free", reason, !t.Free.IsZero())
		refuse("power_factor", reason, t.PowerFactor != nil)
	}
	if rows {
		const reason = "does not go with a model that prices row by row"
		refuse("gather", reason, t.Gather != accounting.GatherSum)
		refuse("convert", reason, t.Convert != nil && !t.Convert.Restart)
		refuse("free", reason, !t.Free.IsZero())
	}
	_, stairs := price.Model.(accounting.Stairstep)
	if c := t.Commitment; c != nil && !c.Units.IsZero() && (rows || stairs) {
		v.add(p.field("commitment").field("units"), show(c.Units), "have no amount by themselves at this model, which goes by rows or by meters; want an amount")
	}
	if m, ok := price.Model.(accounting.PerUnit); ok && t.Commitment != nil && !t.Commitment.Units.IsZero() && m.Price.Sign() < 0 {
		v.add(p.field("commitment").field("units"), show(t.Commitment.Units), "at a price below 0 they come to less than nothing; want an amount")
	}
	refuse("prorate_minimum", "goes with a minimum or a commitment", t.ProrateMinimum != 0 && t.Minimum == nil && t.Commitment == nil)
}

func (v *validator) during(p *place, s *accounting.Schedule) {
	if s == nil {
		return
	}
	for i, h := range s.Hours {
		if h.From < 0 || h.From >= h.To || h.To > 24*60 {
			v.add(p.field("hours").element(i), "", "want minutes of the day, the end after the beginning and at most 24:00")
		}
	}
	for i, m := range s.Months {
		if m < time.January || m > time.December {
			v.add(p.field("months").element(i), "", "want one of %v", monthWords)
		}
	}
	for i, d := range s.Weekdays {
		if d < time.Sunday || d > time.Saturday {
			v.add(p.field("weekdays").element(i), "", "want one of %v", weekdayWords)
		}
	}
	if s.Days > accounting.Restdays {
		v.add(p.field("days"), "", "want workdays or restdays")
	}
	at := p.field("holidays")
	v.text(at.field("name"), s.Calendar.Name, 0, MaxTitleBytes)
	for _, list := range []struct {
		key   string
		dates []accounting.Date
	}{{"off", s.Calendar.Off}, {"work", s.Calendar.Work}} {
		for i, d := range list.dates {
			if again, ok := accounting.ParseDate(d.String()); !ok || again != d {
				v.add(at.field(list.key).element(i), clip(d.String()), "want a date such as 2026-10-01")
			}
		}
	}
	if s.Days == accounting.AnyDay && len(s.Calendar.Off)+len(s.Calendar.Work) > 0 {
		v.add(at, "", "decide which days are workdays; say days: workdays or restdays")
	}
}

func (v *validator) convert(p *place, c *accounting.Conversion) {
	if c == nil {
		return
	}
	for _, f := range []struct {
		key string
		d   decimal.Decimal
	}{{"multiply", c.Multiply}, {"divide", c.Divide}} {
		if at := p.field(f.key); at.node != nil || !f.d.IsZero() {
			v.above(at, f.d)
		}
	}
	if _, err := c.Mode.MarshalText(); err != nil {
		v.add(p.field("mode"), c.Mode.String(), "want one of %v", modeNames())
	}
	if c.Places < 0 || c.Places > money.Scale {
		v.add(p.field("places"), fmt.Sprint(c.Places), "want a whole number from 0 to %d", money.Scale)
	}
	if !c.Rounded && (c.Mode != 0 || c.Places != 0) {
		v.add(p.field("mode"), "", "a conversion that rounds has to say so")
	}
}

func (v *validator) powerFactor(p *place, price *accounting.Price) {
	f := price.Terms.PowerFactor
	if f == nil {
		return
	}
	v.energyMeter(p.field("reactive"), f.Reactive, "missing; want the meter of reactive energy")
	if f.Reactive != "" && (f.Reactive == price.Match.Meter || slices.ContainsFunc(price.Terms.Meters, func(w accounting.Weight) bool { return w.Meter == f.Reactive })) {
		v.add(p.field("reactive"), string(f.Reactive), "want another meter than the price is for: what it measures is set against usage, and is not charged")
	}
	v.powerSteps(p.field("steps"), f.Steps)
}

// energyMeter checks a meter that a power factor goes by.
func (v *validator) energyMeter(p *place, id metering.MeterID, missing string) {
	if id == "" {
		v.add(p, "", "%s", missing)
	} else if v.meters != nil {
		if _, err := v.meters.Lookup(id); err != nil {
			v.add(p, string(id), "unknown meter; %s", v.wantMeter(id))
		}
	}
}

// powerSteps checks the steps of a power factor.
func (v *validator) powerSteps(steps *place, list []accounting.PowerStep) {
	if len(list) == 0 {
		v.add(steps, "", "want at least one step")
	}
	for i, s := range list {
		at := steps.element(i)
		v.amount(at.field("percent"), s.Percent)
		switch last := i == len(list)-1; {
		case s.Ratio == nil && !last:
			v.add(at.field("ratio"), "", "missing; only the last step has no ratio")
		case s.Ratio == nil:
		case last:
			v.add(at.field("ratio"), show(*s.Ratio), "the last step has no ratio")
		default:
			v.charge(at.field("ratio"), *s.Ratio)
			if i > 0 && list[i-1].Ratio != nil && v.short(*s.Ratio) && v.short(*list[i-1].Ratio) && !s.Ratio.GreaterThan(*list[i-1].Ratio) {
				v.add(at.field("ratio"), show(*s.Ratio), "want more than the step before")
			}
		}
	}
}

func (v *validator) commitment(p *place, t *accounting.Terms) {
	c := t.Commitment
	if c == nil {
		return
	}
	v.charge(p.field("amount"), c.Amount)
	v.charge(p.field("units"), c.Units)
	v.charge(p.field("overage"), c.Overage)
	switch {
	case c.Amount.IsZero() == c.Units.IsZero():
		v.add(p, "", "want either an amount or units")
	case c.Idle && !c.TrueUp:
		v.add(p.field("idle"), "", "goes with true_up: charge")
	case c.Idle && t.Scope.Window != accounting.PerHour && t.Scope.Window != accounting.PerDay:
		v.add(p.field("idle"), "", "goes with a scope of hours or days")
	}
}

// roundingChanges checks roundings that replace one another.
func (v *validator) roundingChanges(p *place, changes []accounting.RoundingChange) {
	var before time.Time
	for i, c := range changes {
		at := p.element(i)
		if c.From.IsZero() {
			v.add(at.field("from"), "", "missing; "+wantTime)
		}
		v.instant(at.field("from"), c.From)
		if i > 0 && !c.From.After(before) {
			v.add(at.field("from"), clip(c.From.UTC().Format(minutes)), "want a time after the change before")
		}
		before = c.From
		v.rounding(at.field("rounding"), c.Rounding)
	}
}
