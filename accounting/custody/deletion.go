package custody

import (
	"fmt"
	"slices"
	"time"

	"github.com/meterbook/meterbook/metering"
)

// A Term is until when a record is to be kept, and why.
type Term struct {
	Until   time.Time // zero if it is for ever
	Forever bool
	Rule    Retention // that asks for it, the longest
}

// TermOf returns until when a record is to be kept by the rules that are in force
// now: the longest of those of the places it is under. Several records as one are
// to be kept as long as any of them. Holds are not in it.
//
// It fails with [ErrRegion] for a record without a known region, and with
// [ErrUnclassified] where no rule speaks of its class: what nobody has thought
// of is kept.
func (p *Policy) TermOf(r Record, now time.Time) (Term, error) {
	places, err := p.under(r)
	if err != nil {
		return Term{}, err
	}
	var longest Term
	first := true
	for _, place := range places {
		found := false
		for _, rule := range p.Retention {
			if !rule.In.Contains(place) || !slices.Contains(rule.Classes, r.Class) || !rule.Source.inForce(now) {
				continue
			}
			found = true
			t := Term{Forever: rule.Keep.Forever, Rule: rule}
			if !t.Forever {
				t.Until = rule.Keep.until(r.Time)
			}
			if first || t.longer(longest) {
				longest, first = t, false
			}
		}
		if !found {
			return Term{}, fmt.Errorf("custody: %s in %s: no rule in force: %w", quote(string(r.Class)), place, ErrUnclassified)
		}
	}
	return longest, nil
}

func (t Term) longer(o Term) bool {
	return t.Forever && !o.Forever || !o.Forever && t.Until.After(o.Until)
}

// MayDelete reports whether a record need not be kept any more: nil, or a
// *[KeepError] with the hold or the rule that keeps it, or as [Policy.TermOf]
// fails. It says nothing of whether a record has to be deleted.
func (p *Policy) MayDelete(r Record, now time.Time) error {
	for i := range p.Holds {
		if p.Holds[i].holds(r, now) {
			return &KeepError{Record: r, Hold: &p.Holds[i]}
		}
	}
	t, err := p.TermOf(r, now)
	if err != nil {
		return err
	}
	if t.Forever || now.Before(t.Until) {
		return &KeepError{Record: r, Term: t}
	}
	return nil
}

// A KeepError reports that a record is to be kept. It has a hold or a term.
type KeepError struct {
	Record Record
	Hold   *Hold
	Term   Term
}

func (e *KeepError) Error() string {
	what := fmt.Sprintf("custody: %s of %s", e.Record.Class, quote(string(e.Record.Account)))
	switch {
	case e.Hold != nil:
		return fmt.Sprintf("%s: under hold %s: release it first", what, quote(e.Hold.ID))
	case e.Term.Forever:
		return fmt.Sprintf("%s: to be kept for ever by %s", what, e.Term.Rule.ID)
	}
	return fmt.Sprintf("%s: to be kept until %s by %s", what, e.Term.Until.Format(time.RFC3339), e.Term.Rule.ID)
}

// Guard returns a function that asks [Policy.MayDelete] about events as records
// of a class: what a journal is given to ask before it drops one.
//
//	journal.WithRetention(policy.Guard(custody.Usage, time.Now))
func (p *Policy) Guard(class Class, now func() time.Time) func(*metering.Event) error {
	return func(e *metering.Event) error {
		return p.MayDelete(Record{Class: class, Account: e.Account, Region: e.Region, Time: e.Time}, now())
	}
}
