package rating_test

import (
	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/metering"
)

// small returns a number above 0 with few digits.
func (g generator) small() decimal.Decimal {
	return decimal.New(1+g.Int64N(400), pick[int32](g, 0, -1, -2))
}

func (g generator) stagedTiers(o *stagedPrice, flats bool) []accounting.Tier {
	var tiers []accounting.Tier
	bound := decimal.Decimal{}
	for n := g.IntN(4); n >= 0; n-- {
		t, s := accounting.Tier{Price: g.amount()}, stagedTier{}
		if flats && g.oneIn(2) {
			t.Flat = g.small()
		}
		if g.oneIn(4) {
			t.Block = g.small()
			s.block = t.Block.String()
		}
		if n > 0 {
			bound = bound.Add(g.small())
			upTo := bound
			t.UpTo, s.upTo = &upTo, upTo.String()
		}
		s.price, s.flat = t.Price.String(), t.Flat.String()
		tiers, o.tiers = append(tiers, t), append(o.tiers, s)
	}
	return tiers
}

func (g generator) stagedPrice(name string) (accounting.Price, stagedPrice) {
	var o stagedPrice
	terms := &accounting.Terms{}
	if g.oneIn(4) {
		terms.Prorate = pick(g, accounting.ProrateTime, accounting.ProrateDays)
		o.prorate = map[accounting.Proration]string{accounting.ProrateTime: "time", accounting.ProrateDays: "days"}[terms.Prorate]
	}
	p := priceOf(name, g.stagedModel(&o), sku(name))
	if o.model == "graduated" && o.prorate != "" {
		for i := range o.tiers { // a block cannot be shared out
			o.tiers[i].block = ""
			p.Model.(accounting.Graduated).Tiers[i].Block = decimal.Decimal{}
		}
	}
	p.Terms = terms
	g.stagedTerms(terms, &o)
	byRow := o.model == "percentage" || o.model == "dynamic" || o.model == "spot" || o.model == "sized" || o.model == "stairstep" || o.model == "graduated" && o.prorate != ""
	if o.promised != "" && (byRow || o.commitment().Sign() < 0) { // no amount, or a promise to be paid
		terms.Commitment.Units, terms.Commitment.Amount = decimal.Decimal{}, terms.Commitment.Units
		o.promised, o.committed = "", o.promised
	}
	return p, o
}

func (g generator) stagedModel(o *stagedPrice) accounting.Model {
	onZero := pick(g, accounting.ZeroCharged, accounting.ZeroWaived)
	o.at0 = onZero == accounting.ZeroCharged
	bounds := pick(g, accounting.BoundInclusive, accounting.BoundExclusive)
	switch o.above = bounds == accounting.BoundExclusive; g.IntN(9) {
	case 0:
		o.model, o.above = "per_unit", false
		d := g.amount()
		o.price, o.at0 = d.String(), false
		return accounting.PerUnit{Price: d}
	case 1:
		o.model = "graduated"
		return accounting.Graduated{Tiers: g.stagedTiers(o, true), OnZero: onZero, Bounds: bounds}
	case 2:
		o.model = "volume"
		return accounting.Volume{Tiers: g.stagedTiers(o, true), OnZero: onZero, Bounds: bounds}
	case 3:
		o.model, o.at0 = "sized", false
		return accounting.Volume{Tiers: g.stagedTiers(o, false), Bounds: bounds, SizedBy: "size"}
	case 4:
		m := accounting.Package{Size: g.small(), Price: g.amount(), Parts: pick(g, accounting.PartCharged, accounting.PartWaived)}
		o.model, o.at0, o.size, o.price, o.start = "package", false, m.Size.String(), m.Price.String(), m.Parts == accounting.PartCharged
		return m
	case 5:
		m := accounting.Percentage{Rate: g.small(), Fixed: g.small()}
		o.model, o.at0, o.rate, o.fixed = "percentage", false, m.Rate.String(), m.Fixed.String()
		if g.oneIn(2) {
			m.FreeEvents = int64(1 + g.IntN(3))
			o.events = int(m.FreeEvents)
		}
		if g.oneIn(2) {
			m.FreeUnits = g.small()
			o.units = m.FreeUnits.String()
		}
		if g.oneIn(2) {
			low := g.small()
			high := low.Add(g.small())
			m.Minimum, m.Maximum, o.low, o.high = &low, &high, low.String(), high.String()
		}
		return m
	case 6:
		m := accounting.Dynamic{Label: "bid", Factor: g.small()}
		o.model, o.at0, o.price = "dynamic", false, m.Factor.String()
		return m
	case 7:
		m := accounting.Spot{Prices: []accounting.SpotPrice{{From: onDay(1), Price: g.amount()}}}
		o.model, o.at0 = "spot", false
		if g.oneIn(2) {
			m.Prices = append(m.Prices, accounting.SpotPrice{From: onDay(2 + g.IntN(28)), Price: g.amount()})
		}
		for _, s := range m.Prices {
			o.series = append(o.series, stagedSpot{s.From.Unix(), s.Price.String()})
		}
		return m
	}
	m := accounting.Stairstep{OnZero: onZero}
	bound := decimal.Decimal{}
	for n := g.IntN(3); n >= 0; n-- {
		stair := accounting.Stair{Amount: g.small()}
		s := stagedTier{flat: stair.Amount.String()}
		if n > 0 {
			bound = bound.Add(g.small())
			stair.Limits = []accounting.Limit{{Meter: metering.Egress, UpTo: bound}}
			s.upTo = bound.String()
		}
		m.Stairs, o.stairs = append(m.Stairs, stair), append(o.stairs, s)
	}
	o.model = "stairstep"
	return m
}

func (g generator) stagedTerms(t *accounting.Terms, o *stagedPrice) {
	number := func(d decimal.Decimal, into *string) decimal.Decimal { *into = d.String(); return d }
	pointer := func(into *string) *decimal.Decimal { d := number(g.small(), into); return &d }
	windows := map[accounting.Window]string{accounting.PerHour: "hour", accounting.PerDay: "day", accounting.PerRow: "row"}
	if g.oneIn(3) {
		t.Scope.Window = pick(g, accounting.PerHour, accounting.PerDay, accounting.PerRow)
		o.window = windows[t.Scope.Window]
	}
	switch g.IntN(6) {
	case 0:
		t.Scope.Account, o.by = true, "account"
	case 1:
		t.Scope.Resource, o.by = true, "resource"
	}
	if o.model != "stairstep" {
		if g.oneIn(4) && o.model != "graduated" {
			g.stagedDemand(t, o, number)
		}
		if g.oneIn(5) {
			t.Meters = []accounting.Weight{{Meter: metering.Ingress, Unit: metering.MustUnit("GiBy"), Factor: number(g.small(), &o.weight)}}
		}
		if g.oneIn(6) {
			g.stagedPower(t, o)
		}
		if g.oneIn(4) {
			t.Convert = &accounting.Conversion{Multiply: number(g.small(), &o.times), Divide: number(g.small(), &o.over)}
			if g.oneIn(2) {
				t.Convert.Rounded, t.Convert.Mode, t.Convert.Places = true, pick(g, modes...), g.IntN(4)
				o.mode, o.places = t.Convert.Mode.String(), t.Convert.Places
			}
			t.Convert.Restart = g.oneIn(3)
			o.restart = t.Convert.Restart
		}
		if g.oneIn(4) {
			t.Free = number(g.small(), &o.free)
		}
	}
	if g.oneIn(4) {
		t.Factor = pointer(&o.factor)
	}
	if g.oneIn(4) {
		t.Percent = number(decimal.New(g.Int64N(1200)-200, -1), &o.percent)
	}
	if g.oneIn(5) {
		t.Off = number(g.small(), &o.off)
	}
	if g.oneIn(4) {
		t.Maximum = pointer(&o.maximum)
	}
	if g.oneIn(4) {
		t.Minimum = pointer(&o.minimum)
	}
	if g.oneIn(4) {
		t.Commitment = &accounting.Commitment{Overage: number(g.small(), &o.overage), TrueUp: g.oneIn(2)}
		if g.oneIn(2) {
			t.Commitment.Units = number(g.small(), &o.promised)
		} else {
			t.Commitment.Amount = number(g.small(), &o.committed)
		}
		o.trueUp = t.Commitment.TrueUp
		if o.trueUp {
			t.Commitment.Idle = g.oneIn(2) && t.Minimum == nil
			o.idle = t.Commitment.Idle
		}
	}
}

// stagedDemand gathers rows by their peak or a percentile, and may hold that to
// what the months before had.
func (g generator) stagedDemand(t *accounting.Terms, o *stagedPrice, number func(decimal.Decimal, *string) decimal.Decimal) {
	if t.Gather, o.peak = accounting.GatherPeak, true; g.oneIn(2) {
		t.Gather, t.Percentile = accounting.GatherPercentile, number(decimal.New(1+g.Int64N(1000), -1), &o.percentile)
	}
	if t.Scope == (accounting.Scope{}) && g.oneIn(2) {
		t.Ratchet = &accounting.Ratchet{Percent: dec("50"), Periods: 1 + g.IntN(3)}
		number(g.small(), &o.floor)
	}
}

func (g generator) stagedPower(t *accounting.Terms, o *stagedPrice) {
	f := &accounting.PowerFactor{Reactive: reactiveBytes}
	ratio := decimal.Decimal{}
	for n := g.IntN(3); n >= 0; n-- {
		s, p := accounting.PowerStep{Percent: decimal.New(g.Int64N(400)-200, -1)}, stagedPower{}
		if n > 0 {
			ratio = ratio.Add(g.small())
			upTo := ratio
			s.Ratio, p.ratio = &upTo, upTo.String()
		}
		p.percent = s.Percent.String()
		f.Steps, o.power = append(f.Steps, s), append(o.power, p)
	}
	t.PowerFactor = f
}
