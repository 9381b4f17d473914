package rating

import (
	"cmp"
	"slices"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/metering"
)

// scope is usage that shares running totals. Fields that the price does not
// go by are zero.
type scope struct {
	window        metering.Period
	account       metering.Account
	resource, sku string
	region, label string
}

func (a scope) compare(b scope) int {
	return cmp.Or(a.window.Compare(b.window), cmp.Compare(a.account, b.account), cmp.Compare(a.resource, b.resource),
		cmp.Compare(a.sku, b.sku), cmp.Compare(a.region, b.region), cmp.Compare(a.label, b.label))
}

// scopeOf returns the scope that a row is in. A scope of rows holds nothing
// that goes on.
func (r *rater) scopeOf(p *price, u *metering.Usage) (scope, error) {
	var s scope
	if p.src.Terms == nil {
		return s, nil
	}
	by := p.src.Terms.Scope
	if by.Account {
		s.account = u.Key.Account
	}
	if by.Resource {
		s.resource = u.Key.Resource
	}
	if by.SKU {
		s.sku = u.Key.SKU
	}
	if by.Region {
		s.region = u.Key.Region
	}
	if by.Label != "" {
		s.label, _ = u.Key.Labels.Get(by.Label)
	}
	calendar, ok := r.windows(by.Window)
	if !ok {
		return s, nil
	}
	w, err := calendar.At(u.Period.Start())
	if err != nil {
		return s, err
	}
	if !w.Covers(u.Period) {
		return s, &WindowError{Card: r.nameOf(p), Price: p.src.ID, Window: w, Period: u.Period}
	}
	s.window = w
	return s, nil
}

// windows returns the calendar of a scope's windows.
func (r *rater) windows(w accounting.Window) (metering.Calendar, bool) {
	switch w {
	case accounting.PerHour:
		return metering.Hours(r.bill.Contract.Zone), true
	case accounting.PerDay:
		return metering.Days(r.bill.Contract.Zone), true
	}
	return metering.Calendar{}, false
}

func (r *rater) nameOf(p *price) string {
	if r.negotiated != nil && slices.Contains(r.negotiated.prices, p) {
		return r.negotiated.name
	}
	return r.list.name
}

// idles says whether a price is for all of a window, so that its commitment is
// due there without usage too.
func (p *price) idles(w metering.Period) bool {
	_, inForce := p.src.Covers(w)
	_, inside := p.during.Covers(w)
	return inForce && inside
}

// scopesAtEnd returns the scopes of a price that may owe something, in order:
// those with usage, the billing period's, and windows that stand idle.
func (r *rater) scopesAtEnd(p *price) []scope {
	var all []scope
	for in := range r.contracted.staged[p.slot].of {
		all = append(all, in)
	}
	var by accounting.Scope
	var idle bool
	if terms := p.src.Terms; terms != nil {
		by = terms.Scope
		idle = terms.Commitment != nil && terms.Commitment.Idle
	}
	calendar, windowed := r.windows(by.Window)
	window := by.Window
	by.Window = accounting.WholePeriod
	switch {
	case by != accounting.Scope{}:
	case window == accounting.WholePeriod:
		all = append(all, scope{})
	case windowed && idle:
		for w := range calendar.Over(r.billing) {
			if p.idles(w) {
				all = append(all, scope{window: w})
			}
		}
	}
	slices.SortFunc(all, scope.compare)
	return slices.Compact(all)
}
