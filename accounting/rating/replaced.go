package rating

import (
	"slices"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/metering"
)

// replaced says whether negotiated prices take all the usage of a list price
// for as long as it is in force in the billing period, so that the list price
// owes nothing at its end. Several may do so one after the other.
func (r *rater) replaced(list *price) bool {
	if r.negotiated == nil {
		return false
	}
	period, err := r.inForcePart(list)
	return err == nil && r.replacedIn(list, period)
}

// replacedIn is replaced for a period.
func (r *rater) replacedIn(list *price, period metering.Period) bool {
	for at := period.Start(); at.Before(period.End()); {
		until, ok := r.replacedUntil(list, at)
		if !ok {
			return false
		}
		if until.IsZero() {
			break
		}
		at = until
	}
	return true
}

// replacedUntil returns how long a price that takes all usage of a list price at
// a time goes on to, the zero time for without end; false where there is none.
func (r *rater) replacedUntil(list *price, at time.Time) (until time.Time, ok bool) {
	for _, p := range r.negotiated.prices {
		if !p.takesAll(list) || p.src.From.After(at) || !p.src.Until.IsZero() && !p.src.Until.After(at) {
			continue
		}
		if p.src.Until.IsZero() {
			return time.Time{}, true
		}
		ok = true
		if p.src.Until.After(until) {
			until = p.src.Until
		}
	}
	return until, ok
}

// takesAll says whether p, while it is in force, is charged for all usage that a
// list price is for: it stands in the same group, at all hours of that, for all
// of its meters. Reactive energy costs nothing by itself.
func (p *price) takesAll(list *price) bool {
	if p.flat || p.group != list.group || p.src.Replaces != "" && p.src.Replaces != list.src.ID {
		return false
	}
	if p.during != nil && (list.during == nil || !sameTimes(p.during, list.during)) {
		return false
	}
	meters, reactive := p.src.Meters(), metering.MeterID("")
	if t := list.src.Terms; t != nil && t.PowerFactor != nil {
		reactive = t.PowerFactor.Reactive
	}
	for _, m := range list.src.Meters() {
		if m != reactive && !slices.Contains(meters, m) {
			return false
		}
	}
	key := list.key()
	key.Meter = p.src.Match.Meter
	return p.src.Match.Matches(key)
}

// sameTimes says whether two schedules are written alike.
func sameTimes(a, b *accounting.Schedule) bool {
	return a.Zone.String() == b.Zone.String() && a.Days == b.Days && slices.Equal(a.Hours, b.Hours) && slices.Equal(a.Months, b.Months) &&
		slices.Equal(a.Weekdays, b.Weekdays) && a.Calendar.Name == b.Calendar.Name &&
		slices.Equal(a.Calendar.Off, b.Calendar.Off) && slices.Equal(a.Calendar.Work, b.Calendar.Work)
}
