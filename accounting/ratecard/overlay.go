package ratecard

import (
	"fmt"
	"slices"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/metering"
)

// LintOverlay returns what keeps a negotiated card from standing over a list
// card, and what may not be meant: prices that replace one that the list has
// not, or whose usage or time theirs never meets; times in which the list price
// is charged although its replacement is on the card; and prices that take the
// place of none.
func LintOverlay(list, overlay *accounting.Card) []Finding {
	l := &linter{card: overlay}
	if list.Currency != overlay.Currency {
		l.add(RuleOverlayCurrency, Error, "currency", "", fmt.Sprintf("%s over a list card in %s", overlay.Currency, list.Currency), "a contract has one currency")
	}
	if list.Rounding != overlay.Rounding || !slices.Equal(list.RoundingChanges, overlay.RoundingChanges) {
		l.add(RuleOverlayRounding, Error, "rounding", "", "another rounding than the list card's", "give both the same")
	}
	if overlay.PowerFactor != nil {
		l.add(RuleOverlayPower, Error, "power_factor", overlay.PowerFactor.ID, "the adjustment by the power factor is the list card's", "leave it out")
	}
	if list.Name() == overlay.Name() {
		l.add(RuleOverlayName, Error, "card", "", "the name of the list card", "running totals need two names")
	}
	for i := range list.Prices {
		if p := &list.Prices[i]; p.Replaces != "" {
			l.add(RuleListReplaces, Error, fmt.Sprintf("prices[%d].replaces", i), p.ID, "on the list card, which replaces none", "move the price to the negotiated card")
		}
	}
	for i := range overlay.Prices {
		l.stands(list, i)
	}
	return l.findings
}

// stands looks at what a price of the overlay takes the place of.
func (l *linter) stands(list *accounting.Card, i int) {
	p, path := &l.card.Prices[i], fmt.Sprintf("prices[%d]", i)
	if p.Replaces == "" {
		known := slices.ContainsFunc(list.Prices, func(q accounting.Price) bool {
			return q.ID == p.ID || slices.Contains(q.Meters(), p.Match.Meter) && p.Match.Meter != ""
		})
		if !known {
			l.add(RuleNoListPrice, Note, path, p.ID, "the list card has no price for this", "its list amount will be the contracted one")
		}
		return
	}
	var ids []string
	var named, met []accounting.Price
	for _, q := range list.Prices {
		ids = append(ids, q.ID)
		if q.ID != p.Replaces {
			continue
		}
		if named = append(named, q); meets(*p, q) {
			met = append(met, q)
		}
	}
	switch {
	case named == nil:
		l.add(RuleUnknownReplaced, Error, path+".replaces", p.ID, fmt.Sprintf("the list card has no price %q", p.Replaces), wantOne(p.Replaces, ids))
	case met == nil:
		l.add(RuleNeverMatches, Warning, path+".match", p.ID, fmt.Sprintf("usage of list price %q never matches this, so that it is never charged", p.Replaces), "give it the match of that price, or less")
	case !slices.ContainsFunc(met, func(q accounting.Price) bool { return together(*p, q) }):
		l.add(RuleNeverInForce, Warning, path+".from", p.ID, fmt.Sprintf("never in force while list price %q is", p.Replaces), "let their times meet")
	default:
		l.uncovered(path, p, met)
	}
}

// uncovered notes when the list price is charged before its replacement is in
// force, or after.
func (l *linter) uncovered(path string, p *accounting.Price, met []accounting.Price) {
	before := func(q accounting.Price) bool { return !p.From.IsZero() && (q.From.IsZero() || q.From.Before(p.From)) }
	after := func(q accounting.Price) bool {
		return !p.Until.IsZero() && (q.Until.IsZero() || q.Until.After(p.Until))
	}
	goesOn := func(at func(accounting.Price) time.Time, edge time.Time) bool { // another price of the overlay takes over
		return slices.ContainsFunc(l.card.Prices, func(o accounting.Price) bool { return o.Replaces == p.Replaces && at(o).Equal(edge) })
	}
	if slices.ContainsFunc(met, before) && !goesOn(func(o accounting.Price) time.Time { return o.Until }, p.From) {
		l.add(RuleListCharged, Note, path+".from", p.ID, fmt.Sprintf("until %s list price %q is charged", p.From.UTC().Format(minutes), p.Replaces), "leave it so, or let it begin earlier")
	}
	if slices.ContainsFunc(met, after) && !goesOn(func(o accounting.Price) time.Time { return o.From }, p.Until) {
		l.add(RuleListCharged, Note, path+".until", p.ID, fmt.Sprintf("from %s on list price %q is charged", p.Until.UTC().Format(minutes), p.Replaces), "leave it so, or let it end later")
	}
}

// meets reports whether there is usage that two prices match. Flat prices are
// told by their ids alone.
func meets(p, q accounting.Price) bool {
	_, flat := p.Model.(accounting.Flat)
	if _, also := q.Model.(accounting.Flat); flat || also {
		return flat == also
	}
	same := func(a, b string) bool { return a == "" || b == "" || a == b }
	for name, value := range p.Match.Labels.All() {
		if other, ok := q.Match.Labels.Get(name); ok && other != value {
			return false
		}
	}
	return slices.ContainsFunc(p.Meters(), func(m metering.MeterID) bool { return slices.Contains(q.Meters(), m) }) &&
		same(p.Match.SKU, q.Match.SKU) && same(p.Match.Region, q.Match.Region)
}
