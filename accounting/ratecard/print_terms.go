package ratecard

import (
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/metering"
)

// flow gathers the keys of a mapping that is printed on one line. What has no
// value is left out.
type flow struct{ fields []string }

func (f *flow) raw(key, value string) {
	if value != "" {
		f.fields = append(f.fields, key+": "+value)
	}
}

func (f *flow) text(key, s string) {
	if s != "" {
		f.raw(key, quote(s))
	}
}

func (f *flow) number(key string, d decimal.Decimal) {
	if !d.IsZero() {
		f.raw(key, number(d))
	}
}

func (f *flow) optional(key string, d *decimal.Decimal) {
	if d != nil {
		f.raw(key, number(*d))
	}
}

func (f *flow) flag(key, word string, set bool) {
	if set {
		f.raw(key, word)
	}
}

func (f *flow) String() string { return "{" + strings.Join(f.fields, ", ") + "}" }

func listText(items []string) string { return "[" + strings.Join(items, ", ") + "]" }

// models prints what is a mapping or a list of mappings.
func (p *printer) model(model accounting.Model) {
	switch m := model.(type) {
	case accounting.PerUnit:
		p.line("    per_unit: ", number(m.Price))
	case accounting.Graduated:
		p.tiers("graduated", m.Tiers, m.OnZero, m.Bounds)
	case accounting.Volume:
		p.tiers("volume", m.Tiers, m.OnZero, m.Bounds)
		p.text("    sized_by: ", m.SizedBy)
	case accounting.Package:
		var f flow
		f.raw("size", number(m.Size))
		f.raw("price", number(m.Price))
		f.raw("parts", partWords[m.Parts])
		p.line("    package: ", f.String())
	case accounting.Stairstep:
		p.stairs(m)
	case accounting.Percentage:
		var f flow
		f.raw("rate", number(m.Rate))
		f.number("fixed", m.Fixed)
		f.flag("free_events", strconv.FormatInt(m.FreeEvents, 10), m.FreeEvents != 0)
		f.number("free_units", m.FreeUnits)
		f.optional("minimum", m.Minimum)
		f.optional("maximum", m.Maximum)
		p.line("    percentage: ", f.String())
	case accounting.Dynamic:
		var f flow
		f.text("label", m.Label)
		f.raw("factor", number(m.Factor))
		p.line("    dynamic: ", f.String())
	case accounting.Spot:
		p.line("    spot:", "")
		for _, s := range m.Prices {
			p.line("      - {from: ", s.From.UTC().Format(minutes), ", price: ", number(s.Price), "}")
		}
	case accounting.Flat:
		p.line("    flat: ", number(m.Amount))
		p.text("    when: ", flatWords[m.When])
	}
}

func (p *printer) tiers(key string, tiers []accounting.Tier, onZero accounting.ZeroPolicy, bounds accounting.BoundPolicy) {
	p.line("    "+key+":", "")
	for _, t := range tiers {
		p.line("      - ", tier(t))
	}
	p.text("    on_zero: ", zeroWords[onZero])
	if bounds != accounting.BoundInclusive {
		p.text("    bounds: ", boundWords[bounds])
	}
}

func (p *printer) stairs(m accounting.Stairstep) {
	p.line("    stairstep:", "")
	for _, s := range m.Stairs {
		var f flow
		var limits []string
		for _, l := range s.Limits {
			var g flow
			g.text("meter", string(l.Meter))
			g.text("unit", l.Unit.Code())
			g.raw("up_to", number(l.UpTo))
			limits = append(limits, g.String())
		}
		if limits != nil {
			f.raw("limits", listText(limits))
		}
		f.raw("amount", number(s.Amount))
		p.line("      - ", f.String())
	}
	p.text("    on_zero: ", zeroWords[m.OnZero])
}

func (p *printer) terms(t *accounting.Terms) {
	if t == nil {
		return
	}
	var f flow
	f.text("group", t.Group)
	if t.During != nil {
		f.raw("during", duringText(t.During))
	}
	if len(t.Meters) > 0 {
		var meters []string
		for _, w := range t.Meters {
			var g flow
			g.text("meter", string(w.Meter))
			g.text("unit", w.Unit.Code())
			g.raw("factor", number(w.Factor))
			meters = append(meters, g.String())
		}
		f.raw("meters", listText(meters))
	}
	f.raw("scope", scopeText(t.Scope))
	f.raw("gather", gatherWords[t.Gather])
	f.number("percentile", t.Percentile)
	if t.Ratchet != nil {
		var g flow
		g.raw("percent", number(t.Ratchet.Percent))
		g.raw("periods", strconv.Itoa(t.Ratchet.Periods))
		f.raw("ratchet", g.String())
	}
	f.raw("prorate", prorateWords[t.Prorate])
	if c := t.Convert; c != nil {
		f.raw("convert", convertText(c))
	}
	f.number("free", t.Free)
	f.optional("factor", t.Factor)
	if t.PowerFactor != nil {
		f.raw("power_factor", powerText(t.PowerFactor))
	}
	if !t.Percent.IsZero() || !t.Off.IsZero() {
		var g flow
		g.number("percent", t.Percent)
		g.number("amount", t.Off)
		f.raw("discount", g.String())
	}
	f.optional("maximum", t.Maximum)
	f.optional("minimum", t.Minimum)
	f.raw("prorate_minimum", prorateWords[t.ProrateMinimum])
	if c := t.Commitment; c != nil {
		var g flow
		g.number("amount", c.Amount)
		g.number("units", c.Units)
		g.raw("overage", number(c.Overage))
		g.flag("true_up", "charge", c.TrueUp)
		g.flag("idle", "charge", c.Idle)
		f.raw("commitment", g.String())
	}
	for _, field := range f.fields {
		p.line("    ", field)
	}
}

func duringText(s *accounting.Schedule) string {
	var f, holidays flow
	if s.Zone != (metering.Zone{}) {
		f.text("zone", s.Zone.String())
	}
	if len(s.Months) > 0 {
		var months []string
		for _, m := range s.Months {
			months = append(months, monthWords[m-1])
		}
		f.raw("months", listText(months))
	}
	if len(s.Hours) > 0 {
		var hours []string
		for _, h := range s.Hours {
			hours = append(hours, quote(clockText(h.From)+"-"+clockText(h.To)))
		}
		f.raw("hours", listText(hours))
	}
	if len(s.Weekdays) > 0 {
		var days []string
		for _, d := range s.Weekdays {
			days = append(days, weekdayWords[d])
		}
		f.raw("weekdays", listText(days))
	}
	f.raw("days", dayWords[s.Days])
	dates := func(key string, list []accounting.Date) {
		var out []string
		for _, d := range list {
			out = append(out, quote(d.String()))
		}
		if out != nil {
			holidays.raw(key, listText(out))
		}
	}
	holidays.text("name", s.Calendar.Name)
	dates("off", s.Calendar.Off)
	dates("work", s.Calendar.Work)
	if holidays.fields != nil {
		f.raw("holidays", holidays.String())
	}
	return f.String()
}

func clockText(minute int) string {
	two := func(n int) string { return string([]byte{byte('0' + n/10%10), byte('0' + n%10)}) }
	return two(minute/60) + ":" + two(minute%60)
}

func scopeText(s accounting.Scope) string {
	if s == (accounting.Scope{}) {
		return ""
	}
	var f flow
	f.raw("window", windowWords[s.Window])
	var by []string
	for _, w := range []struct {
		word string
		set  bool
	}{{"account", s.Account}, {"resource", s.Resource}, {"sku", s.SKU}, {"region", s.Region}} {
		if w.set {
			by = append(by, w.word)
		}
	}
	if by != nil {
		f.raw("by", listText(by))
	}
	f.text("label", s.Label)
	return f.String()
}

func convertText(c *accounting.Conversion) string {
	var f flow
	f.number("multiply", c.Multiply)
	f.number("divide", c.Divide)
	if c.Rounded {
		f.raw("mode", c.Mode.String())
		f.raw("places", strconv.Itoa(c.Places))
	}
	f.flag("parts", "apart", c.Restart)
	return f.String()
}

func powerText(m *accounting.PowerFactor) string {
	var f flow
	f.text("reactive", string(m.Reactive))
	f.raw("steps", stepsText(m.Steps))
	return f.String()
}

func stepsText(list []accounting.PowerStep) string {
	var steps []string
	for _, s := range list {
		var g flow
		g.optional("ratio", s.Ratio)
		g.raw("percent", number(s.Percent))
		steps = append(steps, g.String())
	}
	return listText(steps)
}
