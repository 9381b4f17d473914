package ratecard

import (
	"cmp"
	"math"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/meterbook/meterbook/accounting"
)

// span is when a price is in force, in Unix seconds.
type span struct {
	index       int
	from, until int64
}

// contest is what prices compete for. Those for times of the day are told
// apart when usage comes.
type contest struct {
	match           accounting.Match
	group, replaces string
}

func contestOf(p accounting.Price) contest {
	if p.Terms == nil {
		return contest{p.Match, "", p.Replaces}
	}
	return contest{p.Match, p.Terms.Group, p.Replaces}
}

func scopeOf(p accounting.Price) accounting.Scope {
	if p.Terms == nil {
		return accounting.Scope{}
	}
	return p.Terms.Scope
}

// overlaps finds prices that cannot be told apart while both are in force,
// by their id or by what they match, and prices of one id that follow each
// other but do not go on from one another. Flat prices do not compete for
// usage, so any number of them may match it.
func (v *validator) overlaps(p *place, prices []accounting.Price) {
	ids := make(map[string][]span, len(prices))
	matches := make(map[contest][]span, len(prices))
	for i, price := range prices {
		s := span{i, math.MinInt64, math.MaxInt64}
		if !price.From.IsZero() {
			s.from = price.From.Unix()
		}
		if !price.Until.IsZero() {
			s.until = price.Until.Unix()
		}
		if s.from >= s.until {
			continue
		}
		at := p.element(i)
		if v.known(at.field("from")) || v.known(at.field("until")) {
			continue
		}
		if price.ID != "" {
			ids[price.ID] = append(ids[price.ID], s)
		}
		if _, flat := price.Model.(accounting.Flat); !flat && (price.Terms == nil || price.Terms.During == nil) && price.Match.Meter != "" && !v.misread(at.field("match")) {
			matches[contestOf(price)] = append(matches[contestOf(price)], s)
		}
	}
	for _, price := range prices {
		if spans := ids[price.ID]; len(spans) > 1 {
			delete(ids, price.ID)
			each(spans, func(i, j int) {
				v.add(p.element(j).field("id"), price.ID, "prices[%d] has this id too, and both are in force at one time", i)
			}, func(i, j int) { v.follows(p, prices, i, j) })
		}
		if spans := matches[contestOf(price)]; len(spans) > 1 {
			delete(matches, contestOf(price))
			each(spans, func(i, j int) {
				v.add(p.element(j).field("match"), "", "prices[%d] (%s) matches the same usage as prices[%d] (%s) while both are in force; "+
					"a tie is never broken by guess", j, prices[j].ID, i, prices[i].ID)
			}, func(int, int) {})
		}
	}
}

// misread reports whether a part of the match at p could not be read: what
// is left of it may then look like another match.
func (v *validator) misread(p *place) bool {
	if v.known(p) {
		return true
	}
	for _, at := range []*place{p, p.field("labels")} {
		if at.node != nil && slices.ContainsFunc(at.node.Content, func(n *yaml.Node) bool { return v.unread[n] }) {
			return true
		}
	}
	return false
}

// follows checks prices of one id that are in force one after the other. They
// are one price that changed: a running quantity goes on from one to the
// next, so it has to have the same unit.
func (v *validator) follows(p *place, prices []accounting.Price, i, j int) {
	_, flatBefore := prices[i].Model.(accounting.Flat)
	_, flat := prices[j].Model.(accounting.Flat)
	at := p.element(j)
	switch before, unit := prices[i].Unit, prices[j].Unit; {
	case prices[i].Model == nil || prices[j].Model == nil:
	case flat != flatBefore:
		v.add(at.field("id"), prices[j].ID, "prices[%d] of this id is in force before, and only one of the two is flat; want another id", i)
	case scopeOf(prices[i]) != scopeOf(prices[j]):
		v.add(at.field("scope"), "", "prices[%d] of the same id is in force before, and has another scope; want that scope or another id", i)
	case !flat && unit != before && !unit.IsZero() && !before.IsZero():
		v.add(at.field("unit"), unit.Code(), "prices[%d] of the same id is in force before, and per %s; want that unit or another id", i, before)
	}
}

// each looks at each span beside the one, of those that start no later, that
// ends last. It calls overlap with the indexes of two that overlap, in order,
// and follow with those of two that do not, in order of time: one pair for
// each span.
func each(spans []span, overlap, follow func(i, j int)) {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.index, b.index)) })
	last := spans[0]
	for _, s := range spans[1:] {
		if s.from < last.until {
			overlap(min(last.index, s.index), max(last.index, s.index))
		} else {
			follow(last.index, s.index)
		}
		if s.until > last.until {
			last = s
		}
	}
}
