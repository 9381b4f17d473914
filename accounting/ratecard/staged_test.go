package ratecard_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// equalValues compares values of cards as what they stand for: decimals and
// times by value, a list of none as no list.
func equalValues(a, b reflect.Value) bool {
	if a.Type() != b.Type() {
		return false
	}
	switch x := a.Interface().(type) {
	case decimal.Decimal:
		return x.Equal(b.Interface().(decimal.Decimal))
	case time.Time:
		return x.Equal(b.Interface().(time.Time))
	case metering.Unit, metering.Labels, metering.Zone:
		return x == b.Interface()
	}
	switch a.Kind() {
	case reflect.Pointer:
		return a.IsNil() == b.IsNil() && (a.IsNil() || equalValues(a.Elem(), b.Elem()))
	case reflect.Slice:
		for i := range min(a.Len(), b.Len()) {
			if !equalValues(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return a.Len() == b.Len()
	case reflect.Struct:
		for i := range a.NumField() {
			if !equalValues(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	}
	return a.Interface() == b.Interface()
}

// jsonOfText writes a card's YAML as JSON, every scalar as a string.
func jsonOfText(t testing.TB, text []byte) []byte {
	t.Helper()
	var document yaml.Node
	require.NoError(t, yaml.Unmarshal(text, &document))
	src, err := json.MarshalIndent(plainOf(document.Content[0]), "", "\t")
	require.NoError(t, err)
	return src
}

func plainOf(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		m := make(map[string]any)
		for i := 0; i < len(n.Content); i += 2 {
			m[n.Content[i].Value] = plainOf(n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		list := make([]any, 0, len(n.Content))
		for _, e := range n.Content {
			list = append(list, plainOf(e))
		}
		return list
	}
	return n.Value
}

// positive returns an amount above 0.
func (g generator) positive() decimal.Decimal {
	return g.number(false).Add(decimal.New(1, -int32(g.IntN(5)))).Truncate(10)
}

func (g generator) optional() *decimal.Decimal {
	if g.IntN(2) == 0 {
		return nil
	}
	d := g.number(false)
	return &d
}

// staged gives a price another model and terms.
func (g generator) staged(card *accounting.Card, p *accounting.Price) {
	zero := func(m accounting.Graduated) accounting.Volume {
		return accounting.Volume{Tiers: m.Tiers, OnZero: m.OnZero}
	}
	graduated, tiered := p.Model.(accounting.Graduated)
	switch g.IntN(8) {
	case 0:
		if tiered {
			for i := range graduated.Tiers {
				graduated.Tiers[i].Block = g.positive()
			}
			graduated.Bounds = pick(g, accounting.BoundInclusive, accounting.BoundExclusive)
			p.Model = graduated
		}
	case 1:
		if tiered {
			p.Model = zero(graduated)
		}
	case 2:
		p.Model = accounting.Package{Size: g.positive(), Price: g.number(false), Parts: pick(g, accounting.PartCharged, accounting.PartWaived)}
	case 3:
		p.Model = accounting.Percentage{Rate: g.number(false), Fixed: g.number(false), FreeEvents: g.Int64N(5), FreeUnits: g.number(false), Minimum: g.optional()}
	case 4:
		p.Model = accounting.Dynamic{Label: g.text(1, 40), Factor: g.positive()}
	case 5:
		var m accounting.Spot
		at := g.time()
		for range 1 + g.IntN(3) {
			m.Prices = append(m.Prices, accounting.SpotPrice{From: at, Price: g.number(true)})
			at = at.Add(time.Duration(1+g.IntN(1000)) * time.Minute)
		}
		p.Model = m
	case 6:
		m := accounting.Stairstep{Stairs: []accounting.Stair{{Amount: g.number(false), Limits: []accounting.Limit{{Meter: p.Match.Meter, UpTo: g.positive()}}}, {Amount: g.number(false)}},
			OnZero: pick(g, accounting.ZeroCharged, accounting.ZeroWaived)}
		if g.IntN(2) == 0 {
			m.Stairs[0].Limits[0].Unit = p.Unit
		}
		p.Model = m
	default:
		p.Model = accounting.Volume{Tiers: []accounting.Tier{{Price: g.number(false)}}, SizedBy: g.text(1, 40)}
	}
	if g.IntN(4) > 0 {
		g.terms(p)
	}
	if g.IntN(8) == 0 {
		card.Rounding.Month = accounting.MonthRounding{On: true, Mode: money.RoundingMode(g.IntN(7)), Places: int8(g.IntN(19))}
		card.RoundingChanges = []accounting.RoundingChange{{From: g.time(), Rounding: card.Rounding}}
	}
}

func (g generator) terms(p *accounting.Price) {
	t := &accounting.Terms{Group: pick(g, "", "", fmt.Sprint(p.ID, g.text(0, 20)))}
	set := func(n int, f func()) {
		if g.IntN(n) == 0 {
			f()
		}
	}
	set(3, func() { t.During = g.schedule() })
	set(4, func() { t.Factor = g.optional() })
	set(4, func() { t.Percent = decimal.New(g.Int64N(20000)-10000, -2) })
	set(4, func() { t.Off = g.number(false) })
	set(4, func() { t.Maximum = g.optional() })
	set(4, func() {
		d := decimal.Decimal{}
		t.Minimum = &d
		t.ProrateMinimum = pick(g, accounting.ProrateDays, accounting.ProrateMonth30)
	})
	set(4, func() {
		t.Commitment = &accounting.Commitment{Amount: g.positive(), Overage: g.number(false), TrueUp: g.IntN(2) == 0}
		byUnits := true
		switch m := p.Model.(type) {
		case accounting.PerUnit:
			byUnits = m.Price.Sign() >= 0
		case accounting.Percentage, accounting.Dynamic, accounting.Spot, accounting.Stairstep:
			byUnits = false
		case accounting.Volume:
			byUnits = m.SizedBy == ""
		}
		if byUnits {
			set(2, func() { t.Commitment.Amount, t.Commitment.Units = decimal.Decimal{}, g.positive() })
		}
	})
	_, stairs := p.Model.(accounting.Stairstep)
	_, perUnit := p.Model.(accounting.PerUnit)
	_, pack := p.Model.(accounting.Package)
	if !stairs {
		set(3, func() {
			t.Meters = []accounting.Weight{{Meter: p.Match.Meter, Factor: g.positive()}, {Meter: otherThan(p, metering.Ingress, metering.Egress), Unit: metering.MustUnit("GBy"), Factor: g.positive()}}
		})
		set(5, func() {
			t.PowerFactor = &accounting.PowerFactor{Reactive: otherThan(p, metering.ReactiveEnergy, metering.AcceleratorTime), Steps: []accounting.PowerStep{{Percent: g.number(true)}}}
			ratio := g.positive()
			set(2, func() {
				t.PowerFactor.Steps = append([]accounting.PowerStep{{Ratio: &ratio, Percent: g.number(true)}}, t.PowerFactor.Steps...)
			})
		})
	}
	if perUnit || pack {
		set(3, func() { t.Free = g.number(false) })
		set(3, func() { t.Gather = accounting.GatherPeak })
		set(4, func() { t.Gather, t.Percentile = accounting.GatherPercentile, decimal.New(1+g.Int64N(1000), -1) })
		if t.Gather != accounting.GatherSum {
			set(3, func() {
				t.Ratchet = &accounting.Ratchet{Percent: decimal.New(1+g.Int64N(1000), -1), Periods: 1 + g.IntN(120)}
			})
		}
		set(3, func() {
			t.Prorate = pick(g, accounting.ProrateTime, accounting.ProrateDaysInclusive, accounting.ProrateYear12)
		})
		set(3, func() {
			t.Convert = &accounting.Conversion{Multiply: g.positive(), Restart: g.IntN(2) == 0}
			set(2, func() {
				t.Convert.Divide, t.Convert.Rounded, t.Convert.Mode, t.Convert.Places = g.positive(), true, money.Ceiling, g.IntN(19)
			})
		})
	}
	if !t.IsZero() {
		p.Terms = t
	}
}

func (g generator) adjustment(card *accounting.Card) *accounting.PowerAdjustment {
	a := &accounting.PowerAdjustment{ID: "zz" + g.id()[:1], Service: accounting.EnergySupply, Active: metering.FacilityEnergy, Reactive: metering.ReactiveEnergy,
		Steps: []accounting.PowerStep{{Percent: g.number(true)}}}
	if g.IntN(2) == 0 && card.Rounding.Level == accounting.LineLevel && card.RoundingChanges == nil {
		a.Prices = []string{card.Prices[0].ID}
	}
	if ratio := g.positive(); g.IntN(2) == 0 {
		a.Steps = append([]accounting.PowerStep{{Ratio: &ratio, Percent: g.number(true)}}, a.Steps...)
	}
	return a
}

func (g generator) schedule() *accounting.Schedule {
	s := &accounting.Schedule{Zone: pick(g, metering.Zone{}, metering.MustZone("Asia/Shanghai"))}
	for range g.IntN(3) {
		from := g.IntN(1440)
		s.Hours = append(s.Hours, accounting.Hours{From: from, To: from + 1 + g.IntN(1440-from)})
	}
	for m := time.January; m <= time.Month(g.IntN(25)-12); m++ {
		s.Months = append(s.Months, m)
	}
	for d := range time.Weekday(g.IntN(8)) {
		s.Weekdays = append(s.Weekdays, d)
	}
	if s.Days = pick(g, accounting.AnyDay, accounting.Workdays, accounting.Restdays); s.Days != accounting.AnyDay {
		s.Calendar.Name = g.text(0, 40)
		for range g.IntN(3) {
			d, _ := accounting.ParseDate(g.time().Format(time.DateOnly))
			s.Calendar.Off, s.Calendar.Work = append(s.Calendar.Off, d), append(s.Calendar.Work, d)
		}
	}
	return s
}

// scope gives the only price of an id a scope.
func (g generator) scope(p *accounting.Price) {
	if p.Terms == nil || p.Terms.Ratchet != nil || g.IntN(2) == 0 {
		return
	}
	p.Terms.Scope = accounting.Scope{Window: pick(g, accounting.WholePeriod, accounting.PerHour, accounting.PerRow), Account: g.IntN(2) == 0, Resource: g.IntN(2) == 0,
		SKU: g.IntN(2) == 0, Region: g.IntN(2) == 0, Label: pick(g, "", g.text(1, 20))}
	if c := p.Terms.Commitment; c != nil && c.TrueUp && p.Terms.Scope.Window == accounting.PerHour {
		c.Idle = g.IntN(2) == 0
	}
}

// otherThan returns a meter, or another one where that is the price's.
func otherThan(p *accounting.Price, m, other metering.MeterID) metering.MeterID {
	if p.Match.Meter == m {
		return other
	}
	return m
}
