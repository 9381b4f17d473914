package attribution

import (
	"iter"
	"strings"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/facility"
	"github.com/meterbook/meterbook/metering"
)

// Revise works out a window again after a late or corrected reading. The
// result is the next revision of old; accounts that had energy in old and
// have none in the new input keep a share of 0. Old is not changed.
//
// It fails as [Attribute] does, and with a *[facility.PeriodMismatchError]
// when the input is about another window, or a *[FieldError] when it is by
// another rule.
func Revise(old *Result, in Input) (*Result, error) {
	if in.Period != old.Period {
		return nil, &facility.PeriodMismatchError{Got: in.Period, Want: old.Period}
	}
	if in.Rule != old.Rule {
		return nil, &FieldError{"rule", in.Rule.String(), old.Rule.String() + ", that of the result that is revised"}
	}
	r, err := Attribute(in)
	if err != nil {
		return nil, err
	}
	r.Revision = old.Revision + 1
	merged := make([]Share, 0, len(r.Shares)+8)
	for was, is := range pairs(old.Shares, r.Shares) {
		switch {
		case is == nil && was.since == never:
		case is == nil:
			gone := *was
			gone.IT, gone.Idle, gone.Overhead = energy.Energy{}, energy.Energy{}, energy.Energy{}
			merged = append(merged, gone)
		default:
			s := *is
			if was != nil && was.since != never {
				s.since = was.since
			} else if s.since != never {
				s.since = int32(r.Revision)
			}
			merged = append(merged, s)
		}
	}
	r.Shares = merged
	return r, nil
}

// Adjustments yields the events that turn what was recorded of old, and of
// the revisions before it, into what revised says. Source and provider are those
// of [Result.Events]; reason says why, in 1 to 1024 bytes.
//
// A share that changed becomes an event of kind [metering.Adjustment] with
// the differences. It names the event that first reported the account and
// device, and carries the new revision in its id. Where SKU, region or
// estimation changed, which a difference cannot carry, there are two: one
// takes back what was said, the other says it anew. A share that no event
// reported before becomes an [metering.Amount].
//
// It fails with a *[RevisionError] when revised was not made from old by
// [Revise], or with a *[FieldError] without a reason.
func Adjustments(old, revised *Result, source string, provider metering.Account, reason string) (iter.Seq[metering.Event], error) {
	if revised.Revision != old.Revision+1 || revised.Period != old.Period {
		return nil, &RevisionError{old.Period, revised.Period, old.Revision, revised.Revision}
	}
	if reason == "" || len(reason) > 1024 {
		return nil, &FieldError{"reason", `"` + clip(reason) + `"`, "1 to 1024 bytes that say why"}
	}
	return func(yield func(metering.Event) bool) {
		m := newMaker(revised, source, provider)
		for was, is := range pairs(old.Shares, revised.Shares) {
			for _, e := range m.adjust(was, is, revised.Revision, reason) {
				if !yield(e) {
					return
				}
			}
		}
	}, nil
}

// adjust returns the events that turn one share into another; either can be
// nil.
func (m *maker) adjust(was, is *Share, revision int, reason string) []metering.Event {
	var none Share
	if was == nil {
		was = &none
	}
	if is == nil {
		is = &none
	}
	like := was.SKU == is.SKU && was.Region == is.Region && was.Estimated == is.Estimated
	switch {
	case was.IT == is.IT && was.Overhead == is.Overhead && (like || is.isZero()):
		return nil
	case like || was.isZero():
		return []metering.Event{m.change(is, was, is, amount, revision, reason)}
	case is.isZero():
		return []metering.Event{m.change(was, was, is, amount, revision, reason)}
	}
	zero := *is
	zero.IT, zero.Overhead = none.IT, none.Overhead
	return []metering.Event{
		m.change(was, was, &none, withdrawal, revision, reason),
		m.change(is, &zero, is, amount, revision, reason),
	}
}

// change returns an event under the names of share s with the difference
// to − from.
func (m *maker) change(s, from, to *Share, r role, revision int, reason string) metering.Event {
	e := m.event(s, m.id(s, revision, r))
	e.Kind = metering.Amount
	if since := s.since; since != int32(revision) && since != never {
		e.Kind, e.Reason = metering.Adjustment, reason
		e.Adjusts = m.id(s, int(since), amount)
	}
	// Both are between 0 and what was metered: no difference overflows.
	it, _ := to.IT.Microjoules().Sub(from.IT.Microjoules())
	overhead, _ := to.Overhead.Microjoules().Sub(from.Overhead.Microjoules())
	m.item(&e, metering.DeviceEnergy, s.SKU, it)
	m.item(&e, metering.OverheadEnergy, s.SKU, overhead)
	return e
}

// pairs walks two lists of shares in their common order and yields the ones
// of the same device and account together, nil where one list has none.
func pairs(old, revised []Share) iter.Seq2[*Share, *Share] {
	return func(yield func(was, is *Share) bool) {
		for len(old)+len(revised) > 0 {
			var was, is *Share
			c := 0
			switch {
			case len(old) == 0:
				c = 1
			case len(revised) == 0:
				c = -1
			default:
				c = compare(&old[0], &revised[0])
			}
			if c <= 0 {
				was, old = &old[0], old[1:]
			}
			if c >= 0 {
				is, revised = &revised[0], revised[1:]
			}
			if !yield(was, is) {
				return
			}
		}
	}
}

// compare orders shares by device, then account, with what is empty last.
func compare(a, b *Share) int {
	if c := lastIfEmpty(a.Device, b.Device); c != 0 {
		return c
	}
	return lastIfEmpty(string(a.Account), string(b.Account))
}

func lastIfEmpty(a, b string) int {
	if (a == "") != (b == "") {
		if a == "" {
			return 1
		}
		return -1
	}
	return strings.Compare(a, b)
}
