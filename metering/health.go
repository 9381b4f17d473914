package metering

import (
	"errors"
	"iter"
)

// A Vital is one figure about the health of a stage, such as an aggregator:
// what a monitoring system watches, never what is billed.
type Vital struct {
	Name        string // such as "aggregator.events"
	Unit        string // UCUM code
	Description string
	Outcome     string // tells figures of one name apart, such as "refused"; may be empty
	Value       int64
	// Per is how many of Value make one Unit: 1e9 for nanoseconds where Unit is
	// "s". 0 is 1.
	Per int64
	// Total says that the figure only grows while the stage lives.
	Total bool
}

// Health yields the aggregator's vitals: what it has taken and refused. It
// costs what [Aggregator.Counts] does. What quotas refused includes the hot
// path, which has no identities and so no events.
func (a *Aggregator) Health() iter.Seq[Vital] {
	return func(yield func(Vital) bool) {
		a.mu.RLock()
		c, reasons, kept := a.countsLocked(), a.reasons, uint64(0)
		for _, t := range a.tenants {
			for _, r := range t.refused {
				kept += r.additions
			}
		}
		a.mu.RUnlock()
		const events, about = "aggregator.events", "Events by what became of them."
		for _, v := range [...]Vital{
			{Name: events, Unit: "{event}", Description: about, Outcome: "counted", Value: int64(c.Events), Total: true},
			{Name: events, Unit: "{event}", Description: about, Outcome: "duplicate", Value: int64(c.Duplicates), Total: true},
			{Name: events, Unit: "{event}", Description: about, Outcome: "conflict", Value: int64(c.Conflicts), Total: true},
			{Name: events, Unit: "{event}", Description: about, Outcome: "refused", Value: int64(c.Refused), Total: true},
			{Name: "aggregator.untimely", Unit: "{refusal}", Description: "Events, additions, batches and flushed sums refused as late, too late or too early.", Value: int64(c.Untimely), Total: true},
			{Name: "aggregator.quota.refused", Unit: "{addition}", Description: "Additions that would have needed a series beyond their tenant's quota.", Value: int64(kept), Total: true},
			{Name: "aggregator.series", Unit: "{series}", Description: "Series held in memory.", Value: int64(c.Series)},
			{Name: "aggregator.series.shared", Unit: "{series}", Description: "Series with sums of their own for each lane of processors.", Value: int64(c.Shared)},
			{Name: "aggregator.series.evicted", Unit: "{series}", Description: "Series evicted.", Value: int64(c.Evicted), Total: true},
			{Name: "aggregator.anomalies", Unit: "{event}", Description: "Events that did not fit the life of their resource.", Value: int64(c.Anomalies)},
		} {
			if !yield(v) {
				return
			}
		}
		for i, n := range reasons {
			if !yield(Vital{Name: "aggregator.refusals", Unit: "{event}", Description: "Refused events by reason, since the aggregator was made.", Outcome: reason(i).String(), Value: int64(n), Total: true}) {
				return
			}
		}
	}
}

// A reason says why an event was refused.
type reason uint8

const (
	refusedInvalid  reason = iota // a field, a quantity or a time that is not one
	refusedUnknown                // a meter that is not in the catalogue, or does not add up
	refusedQuota                  // one series more than the tenant may have
	refusedUntimely               // late, too late or too early
	refusedOverflow               // beyond 128 bits
	reasonCount
)

func (r reason) String() string {
	return [...]string{"invalid", "unknown-meter", "quota", "untimely", "overflow"}[r]
}

// reasonOf sorts what an event was refused for. What has no reason of its own is
// wrong with the event by itself.
func reasonOf(err error) reason {
	if _, full := errors.AsType[*QuotaError](err); full {
		return refusedQuota
	}
	if _, late := errors.AsType[*LateError](err); late {
		return refusedUntimely
	}
	switch {
	case errors.Is(err, ErrTooLate), errors.Is(err, ErrTooEarly):
		return refusedUntimely
	case errors.Is(err, ErrUnknown), errors.Is(err, ErrNotAdditive):
		return refusedUnknown
	case errors.Is(err, ErrOverflow):
		return refusedOverflow
	}
	return refusedInvalid
}

// countRefused counts a refused event; a.mu is held for writing.
func (a *Aggregator) countRefused(err error) {
	a.counts.Refused++
	a.reasons[reasonOf(err)]++
}
