package ratecard

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
)

// Severity says how bad a finding is.
type Severity uint8

// The severities.
const (
	Note    Severity = iota + 1 // may be meant
	Warning                     // usage may be billed in a way that nobody wants
	Error                       // the card cannot be rated with
)

var severityNames = [...]string{Note: "note", Warning: "warning", Error: "error"}

// String returns the severity's name, or "invalid".
func (s Severity) String() string {
	if s == 0 || int(s) >= len(severityNames) {
		return "invalid"
	}
	return severityNames[s]
}

// A Finding is something about a card that a reviewer should look at.
type Finding struct {
	Rule       Rule // what was found, for programs
	Severity   Severity
	Path       string // of the value, as in a [Fault]
	Price      string // the id
	Reason     string
	Suggestion string
}

// String returns the finding on one line, its rule at the end.
func (f Finding) String() string {
	return fmt.Sprintf("%s: %s: %s; %s (%s)", f.Severity, f.Path, f.Reason, f.Suggestion, f.Rule)
}

// Lint returns what is wrong with a card, or may be: its faults as errors, and
// if there are none, holes between prices that follow each other, tiers that
// never count, amounts that fall as use grows, prices that round to nothing,
// and prices that labels may make compete. It looks at each price by itself
// and at neighbours in time, and takes some milliseconds for a thousand prices.
func Lint(card *accounting.Card, opts ...Option) []Finding {
	if err := Validate(card, opts...); err != nil {
		return faultFindings(err)
	}
	l := &linter{card: card}
	for i := range card.Prices {
		p := &card.Prices[i]
		at := fmt.Sprintf("prices[%d]", i)
		l.falls(at, p)
		l.unreached(at, p)
		l.vanishes(at, p)
	}
	l.holes()
	l.contests()
	return l.findings
}

func faultFindings(err error) (out []Finding) {
	var faults Faults
	if !errors.As(err, &faults) {
		return []Finding{{Rule: RuleRefused, Severity: Error, Reason: err.Error()}}
	}
	for _, f := range faults {
		reason := f.Reason
		if f.Value != "" {
			reason = fmt.Sprintf("%q: %s", f.Value, f.Reason)
		}
		out = append(out, Finding{Rule: RuleRefused, Severity: Error, Path: f.Path, Reason: reason, Suggestion: "the card is refused until this is changed"})
	}
	return out
}

type linter struct {
	card     *accounting.Card
	findings []Finding
}

func (l *linter) add(r Rule, s Severity, path, price, reason, suggestion string) {
	l.findings = append(l.findings, Finding{r, s, path, price, reason, suggestion})
}

func (l *linter) amount(r *big.Rat) string {
	return accounting.AmountText(r, l.card.Currency) + " " + string(l.card.Currency)
}

// falls finds quantities at which one grain more makes the bill smaller.
func (l *linter) falls(path string, p *accounting.Price) {
	if _, flat := p.Model.(accounting.Flat); flat {
		return
	}
	s, ok := curve(p, p.Match.Meter, nil)
	if !ok {
		return
	}
	for i := 1; i < len(s.Points); i++ {
		a, b := s.Points[i-1], s.Points[i]
		if b.Amount.Cmp(a.Amount) >= 0 || p.Match.Meter == "" {
			continue
		}
		if m, ok := p.Model.(accounting.PerUnit); ok && m.Price.Sign() < 0 {
			return // a rebate
		}
		more := accounting.RatText(b.Quantity)
		if more == accounting.RatText(a.Quantity) || strings.HasPrefix(more, "≈") {
			more = "the least beyond that"
		}
		l.add(RuleFalls, Warning, path, p.ID, fmt.Sprintf("%s %s cost %s, and %s cost %s: the bill falls as use grows",
			accounting.RatText(a.Quantity), s.Unit.Label(), l.amount(a.Amount), more, l.amount(b.Amount)),
			"use graduated tiers, or a flat amount that makes up for the lower price")
		return
	}
}

// unreached finds tiers that make no difference: beyond what a maximum is
// reached by, or at the price of the tier before.
func (l *linter) unreached(path string, p *accounting.Price) {
	key, tiers := "graduated", []accounting.Tier(nil)
	switch m := p.Model.(type) {
	case accounting.Graduated:
		tiers = m.Tiers
	case accounting.Volume:
		key, tiers = "volume", m.Tiers
	default:
		return
	}
	for i := 1; i < len(tiers); i++ {
		at := fmt.Sprintf("%s.%s[%d]", path, key, i)
		a, b := tiers[i-1], tiers[i]
		if a.Price.Equal(b.Price) && a.Block.Equal(b.Block) && b.Flat.IsZero() && (key == "graduated" || a.Flat.IsZero()) {
			l.add(RuleSameTier, Note, at, p.ID, "at the price of the tier before", "join the two")
		}
	}
	if p.Terms == nil || p.Terms.Maximum == nil || key == "volume" {
		return
	}
	for i, t := range tiers {
		if t.UpTo == nil || !l.capped(p, *t.UpTo) {
			continue
		}
		l.add(RuleUnreached, Warning, fmt.Sprintf("%s.%s[%d]", path, key, i+1), p.ID,
			fmt.Sprintf("never reached: the maximum of %s is reached before", l.amount(p.Terms.Maximum.Rat())), "leave the tier out, or raise the maximum")
		return
	}
}

// capped reports whether a quantity costs the maximum.
func (l *linter) capped(p *accounting.Price, q decimal.Decimal) bool {
	n := q.Rat()
	cost := p.Cost(accounting.Tally{Rows: 1, Used: n, Whole: n, Peak: n}, false)
	return cost.Cmp(p.Terms.Maximum.Rat()) >= 0
}

// vanishes finds prices of which one unit is less than half of what rounding
// keeps.
func (l *linter) vanishes(path string, p *accounting.Price) {
	r := l.card.Rounding
	zero := func(at string, price decimal.Decimal) {
		if price.Sign() <= 0 {
			return
		}
		m, err := money.Rounding{Mode: r.Mode, Places: r.Places}.ApplyRat(price.Rat(), l.card.Currency)
		if err == nil && m.IsZero() {
			l.add(RuleVanishes, Note, at, p.ID, fmt.Sprintf("one %s costs %s, which rounds to nothing", p.Unit.Label(), l.amount(price.Rat())),
				"charge for a larger unit, or round the bill and not the line")
		}
	}
	switch m := p.Model.(type) {
	case accounting.PerUnit:
		zero(path+".per_unit", m.Price)
	case accounting.Graduated:
		for i, t := range m.Tiers {
			zero(fmt.Sprintf("%s.graduated[%d].price", path, i), t.Price)
		}
	case accounting.Volume:
		for i, t := range m.Tiers {
			zero(fmt.Sprintf("%s.volume[%d].price", path, i), t.Price)
		}
	case accounting.Flat:
		if m.Amount.Sign() > 0 {
			zero(path+".flat", m.Amount)
		}
	}
}

// holes finds prices of one id with time between them in which none is in
// force.
func (l *linter) holes() {
	byID := make(map[string][]int)
	for i, p := range l.card.Prices {
		byID[p.ID] = append(byID[p.ID], i)
	}
	for _, p := range l.card.Prices {
		list := byID[p.ID]
		if len(list) < 2 {
			continue
		}
		delete(byID, p.ID)
		slices.SortFunc(list, func(a, b int) int { return l.card.Prices[a].From.Compare(l.card.Prices[b].From) })
		for k := 1; k < len(list); k++ {
			before, after := l.card.Prices[list[k-1]], l.card.Prices[list[k]]
			if !before.Until.IsZero() && before.Until.Before(after.From) {
				l.add(RuleHole, Warning, fmt.Sprintf("prices[%d].from", list[k]), p.ID,
					fmt.Sprintf("not in force from %s to %s", before.Until.UTC().Format(minutes), after.From.UTC().Format(minutes)),
					"let it begin where the one before ends, or give it another id")
			}
		}
	}
}

// contests finds prices of which labels may make both match, neither more
// specific.
func (l *linter) contests() {
	type place struct{ meter, sku, region, group string }
	among := make(map[place][]int)
	for i, p := range l.card.Prices {
		if _, flat := p.Model.(accounting.Flat); flat || p.Match.Labels.Len() == 0 {
			continue
		}
		k := place{string(p.Match.Meter), p.Match.SKU, p.Match.Region, contestOf(p).group}
		for _, j := range among[k] {
			q := l.card.Prices[j]
			if q.Match.Labels.Len() != p.Match.Labels.Len() || !compatible(p, q) || !together(p, q) {
				continue
			}
			l.add(RuleLabelsMatch, Warning, fmt.Sprintf("prices[%d].match", i), p.ID,
				fmt.Sprintf("usage with the labels of both this and prices[%d] (%s) matches them equally", j, q.ID), "name the same labels in both, or one more in one")
		}
		if len(among[k]) < 64 { // pairs are looked at, and a card may have thousands
			among[k] = append(among[k], i)
		}
	}
}

// compatible reports whether usage can have the labels of two different
// matches.
func compatible(p, q accounting.Price) bool {
	for name, value := range p.Match.Labels.All() {
		if other, ok := q.Match.Labels.Get(name); ok && other != value {
			return false
		}
	}
	return p.Match.Labels != q.Match.Labels
}

// together reports whether two prices are in force at one time.
func together(p, q accounting.Price) bool {
	return (p.Until.IsZero() || q.From.IsZero() || p.Until.After(q.From)) && (q.Until.IsZero() || p.From.IsZero() || q.Until.After(p.From))
}
