package ratecard

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// Limits of texts, in bytes.
const (
	MaxIDBytes      = 64
	MaxVersionBytes = 32
	MaxTitleBytes   = 256
)

// Validate checks a card written as a Go literal by the rules that
// [ParseYAML] checks. It fails with [Faults], whose paths are those of the
// card's text and whose lines are 0.
func Validate(card *accounting.Card, opts ...Option) error {
	return validate(card, newConfig(opts))
}

func validate(card *accounting.Card, against config) error {
	v := &validator{against, newCollector()}
	v.card(new(place), card)
	return v.err()
}

// validator checks a card, whichever way it was made. Places tell it where
// the parts of the card stand.
type validator struct {
	config
	*collector
}

func (v *validator) card(p *place, card *accounting.Card) {
	if card == nil {
		v.add(p, "", "no card")
		return
	}
	v.id(p.field("card"), card.ID)
	v.text(p.field("version"), card.Version, 1, MaxVersionBytes)
	v.text(p.field("title"), card.Title, 0, MaxTitleBytes)
	if !card.Currency.Valid() {
		v.add(p.field("currency"), string(card.Currency), "%sunknown currency; want a code of ISO 4217, such as CNY", none(card.Currency == ""))
	}
	v.rounding(p.field("rounding"), card.Rounding)
	v.roundingChanges(p.field("rounding_changes"), card.RoundingChanges)
	v.powerAdjustment(p.field("power_factor"), card)
	prices := p.field("prices")
	tiers := 0
	for _, price := range card.Prices {
		tiers += countTiers(price.Model)
	}
	switch {
	case len(card.Prices) == 0:
		v.add(prices, "", "want at least one price")
		return
	case len(card.Prices) > MaxPrices:
		v.add(prices, "", "%d prices; want at most %d", len(card.Prices), MaxPrices)
		return
	case tiers > MaxTiers:
		v.add(prices, "", "%d tiers; want at most %d in all", tiers, MaxTiers)
		return
	}
	for i := range card.Prices {
		v.price(prices.element(i), &card.Prices[i])
	}
	v.overlaps(prices, card.Prices)
}

func (v *validator) rounding(p *place, r accounting.Rounding) {
	if _, err := r.Mode.MarshalText(); err != nil {
		v.add(p.field("mode"), r.Mode.String(), "want one of %v", modeNames())
	}
	if r.Places < 0 || r.Places > money.Scale {
		v.add(p.field("places"), fmt.Sprint(r.Places), "want a whole number from 0 to %d", money.Scale)
	}
	if m := r.Month; m.On {
		at := p.field("month")
		if _, err := m.Mode.MarshalText(); err != nil {
			v.add(at.field("mode"), m.Mode.String(), "want one of %v", modeNames())
		}
		if m.Places < 0 || m.Places > money.Scale {
			v.add(at.field("places"), fmt.Sprint(m.Places), "want a whole number from 0 to %d", money.Scale)
		}
	} else if m != (accounting.MonthRounding{}) {
		v.add(p.field("month"), "", "the rounding of a month has to be On")
	}
	if r.Level != accounting.LineLevel && r.Level != accounting.BillLevel {
		v.add(p.field("level"), "", "%swant one of line, bill", none(r.Level == 0))
	}
}

func (v *validator) price(p *place, price *accounting.Price) {
	v.id(p.field("id"), price.ID)
	v.text(p.field("title"), price.Title, 0, MaxTitleBytes)
	if at := p.field("replaces"); price.Replaces != "" || at.node != nil {
		v.id(at, price.Replaces)
	}
	v.service(p.field("service"), price.Service)
	v.instant(p.field("from"), price.From)
	v.instant(p.field("until"), price.Until)
	if !price.From.IsZero() && !price.Until.IsZero() && !price.Until.After(price.From) {
		v.add(p.field("until"), price.Until.UTC().Format(minutes), "want a time after from, %s", price.From.UTC().Format(minutes))
	}
	v.model(p, price)
	v.terms(p, price)
}

// when checks what a flat price needs besides its amount: if it is always
// due nothing else, as no usage has a say in it.
func (v *validator) when(p *place, price *accounting.Price, model accounting.Flat) {
	switch model.When {
	case accounting.FlatIfUsed:
		v.match(p, price, true)
		v.unit(p, price, false)
	case accounting.FlatAlways, accounting.FlatOnce:
		reason := fmt.Sprintf("goes with usage, and a flat price with when: %s is due without", flatWords[model.When])
		if model.When == accounting.FlatOnce {
			v.once(p, price)
		}
		if at := p.field("match"); price.Match != (accounting.Match{}) || at.node != nil {
			v.add(at, "", "%s", reason)
		}
		if at := p.field("unit"); !price.Unit.IsZero() || at.node != nil {
			v.add(at, price.Unit.Code(), "%s", reason)
		}
	default:
		v.match(p, price, false)
		v.unit(p, price, false)
		v.add(p.field("when"), "", "%swant always, if_used to owe it only in billing periods with usage, or once", none(model.When == 0))
	}
}

// once checks a price that is due in the billing period in which it begins, and
// in no other.
func (v *validator) once(p *place, price *accounting.Price) {
	if at := p.field("from"); price.From.IsZero() && !v.known(at) {
		v.add(at, "", "missing; a price with when: once is due in the billing period in which it begins")
	}
	if at := p.field("until"); !price.Until.IsZero() {
		v.add(at, clip(price.Until.UTC().Format(minutes)), "goes with a price that goes on, and when: once is due one time")
	}
	if t := price.Terms; t != nil && t.Prorate != accounting.ProrateNone {
		v.add(p.field("prorate"), prorateWords[t.Prorate], "a price with when: once is due in full")
	}
}

// match checks which usage the price is for; unless that is needed, it may
// be missing.
func (v *validator) match(p *place, price *accounting.Price, needed bool) {
	at, m := p.field("match"), price.Match
	meter := at.field("meter")
	switch {
	case m.Meter == "" && !needed && m == (accounting.Match{}) && at.node == nil:
	case m.Meter == "":
		v.add(meter, "", "missing; want the meter of the usage that the price is for")
	case v.meters == nil:
		v.text(meter, string(m.Meter), 1, metering.MaxNameBytes)
	default:
		if _, err := v.meters.Lookup(m.Meter); err != nil {
			v.add(meter, string(m.Meter), "unknown meter; %s", v.wantMeter(m.Meter))
		}
	}
	v.text(at.field("sku"), m.SKU, 0, metering.MaxNameBytes)
	v.text(at.field("region"), m.Region, 0, metering.MaxNameBytes)
}

// unit checks what one of the price is for; unless that is needed, it may be
// missing.
func (v *validator) unit(p *place, price *accounting.Price, needed bool) {
	unit, dim := p.field("unit"), v.dimensionOf(string(price.Match.Meter))
	switch {
	case price.Unit.IsZero() && !needed:
	case price.Unit.IsZero():
		v.add(unit, "", "missing; %s", wantUnit("", dim))
	case dim != 0 && price.Unit.Dimension() != dim:
		v.add(unit, price.Unit.Code(), "measures %v, and meter %s measures %v; %s", price.Unit.Dimension(), price.Match.Meter, dim, wantUnit("", dim))
	}
}

// countTiers counts what a card may have MaxTiers of.
func countTiers(m accounting.Model) int {
	switch m := m.(type) {
	case accounting.Graduated:
		return len(m.Tiers)
	case accounting.Volume:
		return len(m.Tiers)
	case accounting.Spot:
		return len(m.Prices)
	case accounting.Stairstep:
		n := 0
		for _, s := range m.Stairs {
			n += 1 + len(s.Limits)
		}
		return n
	}
	return 0
}

func (v *validator) tiers(p, list *place, price *accounting.Price, tiers []accounting.Tier, onZero accounting.ZeroPolicy, bounds accounting.BoundPolicy) {
	if len(tiers) == 0 {
		v.add(list, "", "want at least one tier")
		return
	}
	var lower *decimal.Decimal
	for i, t := range tiers {
		at := list.element(i)
		v.charge(at.field("price"), t.Price)
		v.charge(at.field("flat"), t.Flat)
		if !t.Block.IsZero() {
			v.above(at.field("block"), t.Block)
		}
		bound, last := at.field("up_to"), i == len(tiers)-1
		switch {
		case t.UpTo == nil && !last:
			v.add(bound, "", "missing; only the last tier has no bound")
		case t.UpTo == nil:
		case last:
			v.add(bound, show(*t.UpTo), "the last tier has no bound; leave up_to out, or add a tier for what is above")
		case v.bound(bound, *t.UpTo, price):
			if lower != nil && !t.UpTo.GreaterThan(*lower) {
				v.add(bound, show(*t.UpTo), "want more than %s, the bound of the tier before", show(*lower))
			}
			lower = t.UpTo
		}
	}
	policy, first := p.field("on_zero"), tiers[0].Flat
	switch {
	case onZero > accounting.ZeroWaived:
		v.add(policy, "", "want waive or charge")
	case first.Sign() > 0 && onZero == accounting.ZeroUnstated:
		v.add(policy, "", "missing; say whether a billing period without usage owes the %s of the first tier: waive or charge", show(first))
	case first.IsZero() && onZero != accounting.ZeroUnstated && !v.known(list.element(0).field("flat")):
		v.add(policy, zeroWords[onZero], "decides about a flat amount of the first tier, and there is none")
	}
	if bounds > accounting.BoundExclusive {
		v.add(p.field("bounds"), "", "want inclusive or exclusive")
	}
}

// bound checks an upper bound and reports whether it can be compared. One
// that running quantities of a meter meet is whole in its grain.
func (v *validator) bound(p *place, d decimal.Decimal, price *accounting.Price) bool {
	unit := price.Unit
	if price.Staged() {
		unit = metering.Unit{}
	}
	if _, reason := plain(d); reason != "" {
		v.add(p, show(d), "%s", reason)
		return false
	}
	if d.Sign() <= 0 {
		v.add(p, show(d), "want more than 0")
		return false
	}
	if unit.IsZero() {
		return true
	}
	switch _, err := metering.QuantityOf(d, unit); {
	case errors.Is(err, metering.ErrInexact):
		v.add(p, show(d), "%s %s is not whole in %s, the smallest step that is counted", show(d), unit, unit.Dimension().Grain())
	case err != nil:
		v.add(p, show(d), "%s %s is more than can be counted", show(d), unit)
	}
	return true
}

// charge checks an amount that may not be negative.
func (v *validator) charge(p *place, d decimal.Decimal) {
	if d.Sign() < 0 {
		v.add(p, show(d), "want 0 or more; only per_unit may be negative")
		return
	}
	v.amount(p, d)
}

func (v *validator) amount(p *place, d decimal.Decimal) {
	if _, reason := plain(d); reason != "" {
		v.add(p, show(d), "%s", reason)
	} else if _, err := money.New(d, money.CNY); err != nil { // any currency has the same range
		v.add(p, show(d), "more than an amount of money can hold, about 1.7e20")
	}
}

func (v *validator) id(p *place, id string) {
	const want = "want 1 to %d of a-z, 0-9, '-', '_', '.'"
	plain := strings.Trim(id[:min(len(id), MaxIDBytes)], "abcdefghijklmnopqrstuvwxyz0123456789-_.") == ""
	if id == "" || len(id) > MaxIDBytes || !plain {
		v.add(p, id, none(id == "")+want, MaxIDBytes)
	}
}

func (v *validator) text(p *place, s string, least, most int) {
	switch {
	case len(s) < least:
		v.add(p, "", "missing; want a text of %d to %d bytes", least, most)
	case len(s) > most:
		v.add(p, s, "%d bytes; want at most %d", len(s), most)
	case !utf8.ValidString(s):
		v.add(p, s, "want UTF-8")
	case strings.ContainsFunc(s, unicode.IsControl):
		v.add(p, s, "want no control characters")
	}
}

// instant checks a time against the range of event times, and that it is
// whole in minutes.
func (v *validator) instant(p *place, t time.Time) {
	if t.IsZero() {
		return
	}
	if _, err := metering.NewPeriod(t, t); err != nil {
		v.add(p, clip(t.UTC().Format(minutes)), wantRange)
	} else if !t.Truncate(time.Minute).Equal(t) {
		v.add(p, t.UTC().Format(time.RFC3339Nano), "want a time to the minute")
	}
}

func (v *validator) excusedAny(p *place, keys wordList) bool {
	for _, key := range keys {
		if v.known(p.field(key)) {
			return true
		}
	}
	return false
}

// none returns how the reason of a value that is missing begins.
func none(missing bool) string {
	if missing {
		return "missing; "
	}
	return ""
}
