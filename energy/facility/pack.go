package facility

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/metering"
)

// An Indicator is a figure that a rule can judge: a [Result] or a [Figure].
type Indicator interface {
	KPI() KPI
	Rat() *big.Rat // the exact value
	Period() metering.Period
	Annual() error // nil when it is over 12 months or more
}

// A Bound says on which side of a limit a figure has to be.
type Bound uint8

// The bounds.
const (
	AtMost  Bound = iota // the limit itself passes
	Below                // the limit itself does not
	AtLeast              // the limit itself passes
	Above                // the limit itself does not
)

var boundNames = [...]string{"at most", "below", "at least", "above"}

// String returns the bound in words.
func (b Bound) String() string {
	if int(b) >= len(boundNames) {
		return "invalid"
	}
	return boundNames[b]
}

// holds compares a value with the limit as it was measured: rounding first
// would change the grade.
func (b Bound) holds(value, limit *big.Rat) bool {
	c := value.Cmp(limit)
	switch b {
	case AtMost:
		return c <= 0
	case Below:
		return c < 0
	case AtLeast:
		return c >= 0
	case Above:
		return c > 0
	}
	return false
}

// A Limit is one row of a rule.
type Limit struct {
	KPI   KPI
	Scope string // which sites, "" for all
	Grade int    // 1 is the best; 0 for a plain limit
	Bound Bound
	Value decimal.Decimal
	// Recalled says that the number was quoted from memory and has to be
	// checked against the text before it is relied on.
	Recalled bool
}

// rivals reports whether two rows say different things of the same figures: both
// of one grade, or one of a grade and one of none.
func (l Limit) rivals(o Limit) bool {
	return l.KPI == o.KPI && l.Scope == o.Scope && (l.Grade == o.Grade || l.Grade == 0 || o.Grade == 0)
}

// A Pack is a set of rules as data: what a standard or a policy asks for, in
// which edition, and from when to when.
type Pack struct {
	ID, Version, Source string
	// From and To are the days on which it is in force, [From, To) in UTC; a
	// zero To is open.
	From, To time.Time
	// Limits are in any order. Of an indicator and scope there is one plain
	// limit, or one of each grade, of which the one with the highest number is
	// the limit value.
	Limits   []Limit
	Required []KPI // indicators that have to be reported
	// MinRacks and MinITPower say how large a site must be for the pack to
	// apply to it; 0 for any.
	MinRacks   int
	MinITPower energy.Power
	// Annual says that only figures over 12 months or more are judged.
	Annual bool
}

// A Site is what a rule needs to know of a data centre.
type Site struct {
	Scope string // one of the pack's scopes, "" where it has none
	// Racks and ITPower are held against the size from which the pack
	// applies; 0 when unknown, which counts as large enough.
	Racks   int
	ITPower energy.Power
}

// A Verdict is what a pack says of a figure. It names the rule and its
// edition.
type Verdict struct {
	Pack, Version, Source string
	KPI                   KPI
	Scope                 string
	// Grade is the best grade whose limit holds, 0 when none does or the
	// pack has no grades.
	Grade int
	Pass  bool  // whether the limit value holds, and with it some grade
	Limit Limit // the row that decided: the grade's, or the one that failed
	// Margin is how far the value is from that limit, above 0 on the right
	// side of it.
	Margin *big.Rat
}

// String returns the verdict with its rule: "GB 40879-2021 (2021): PUE grade
// 2, at most 1.3".
func (v Verdict) String() string {
	what := "fails"
	switch {
	case v.Grade > 0:
		what = "grade " + strconv.Itoa(v.Grade)
	case v.Pass:
		what = "passes"
	}
	recalled := ""
	if v.Limit.Recalled {
		recalled = " (recalled, check the text)"
	}
	return fmt.Sprintf("%s (%s): %v %s, %v %v%s", v.Pack, v.Version, v.KPI, what, v.Limit.Bound, v.Limit.Value, recalled)
}

// check returns the first rule that a pack of the caller's breaks.
func (p Pack) check() error {
	if p.ID == "" || p.Version == "" || p.Source == "" {
		return &FieldError{"rule pack", strconv.Quote(clip(p.ID)), "an id, a version and a source"}
	}
	if p.From.IsZero() || !p.To.IsZero() && !p.To.After(p.From) {
		return &FieldError{"rule pack " + clip(p.ID), "validity", "a first day, and a later last one or none"}
	}
	for i, l := range p.Limits {
		if slices.ContainsFunc(p.Limits[:i], l.rivals) {
			return &FieldError{"rule pack " + clip(p.ID), fmt.Sprintf("limits of %v of scope %q", l.KPI, clip(l.Scope)), "one plain limit, or one of each grade"}
		}
		if !l.KPI.valid() || int(l.Bound) >= len(boundNames) || l.Grade < 0 {
			return &FieldError{"rule pack " + clip(p.ID), "limit " + clip(shown(l.Value)), "an indicator, a bound and a grade of 0 or more"}
		}
		if _, err := factorOf("limit of rule pack "+clip(p.ID), l.Value); err != nil {
			return err
		}
	}
	return nil
}

// InForce reports whether the pack is in force at t.
func (p Pack) InForce(t time.Time) bool {
	return !t.Before(p.From) && (p.To.IsZero() || t.Before(p.To))
}

// Judge holds a figure against the limits of its indicator for the site's
// scope, on the day at. Values are compared exactly, as they were measured.
//
// It fails with a *[NotInForceError], with a *[ScopeError] when the pack does
// not apply to the site or has no limit for its scope or indicator, with an
// *[InterimError] or *[KindMismatchError] when the pack wants annual figures,
// with [ErrNoITEnergy] on a zero Result, or with a *[FieldError] on a pack that
// is not well formed.
func (p Pack) Judge(f Indicator, site Site, at time.Time) (Verdict, error) {
	if err := p.check(); err != nil {
		return Verdict{}, err
	}
	if !p.InForce(at) {
		return Verdict{}, &NotInForceError{p.ID, at, p.From, p.To}
	}
	if err := p.applies(site); err != nil {
		return Verdict{}, err
	}
	if err := p.takes(f); err != nil {
		return Verdict{}, err
	}
	v := Verdict{Pack: p.ID, Version: p.Version, Source: p.Source, KPI: f.KPI(), Scope: site.Scope}
	found := false
	value := f.Rat()
	for _, l := range p.Limits {
		if l.KPI != f.KPI() || l.Scope != site.Scope {
			continue
		}
		// The best grade that holds decides, and where none does the limit value.
		holds := l.Bound.holds(value, l.Value.Rat())
		better := holds && (!v.Pass || l.Grade < v.Grade)
		worst := !holds && !v.Pass && l.Grade > v.Limit.Grade
		if !found || better || worst {
			v.Limit, v.Pass = l, holds
		}
		if v.Pass {
			v.Grade = v.Limit.Grade
		}
		found = true
	}
	if !found {
		return Verdict{}, &ScopeError{p.ID, fmt.Sprintf("%v of scope %q", f.KPI(), clip(site.Scope)), p.scopes()}
	}
	v.Margin = v.Limit.margin(value)
	return v, nil
}

// margin returns how far the value is on the right side of the limit.
func (l Limit) margin(value *big.Rat) *big.Rat {
	if l.Bound == AtLeast || l.Bound == Above {
		return new(big.Rat).Sub(value, l.Value.Rat())
	}
	return new(big.Rat).Sub(l.Value.Rat(), value)
}

// takes refuses a figure that is none, or is interim where the pack wants
// annual ones.
func (p Pack) takes(f Indicator) error {
	if r, ok := f.(Result); ok && r.IsZero() {
		return ErrNoITEnergy
	}
	if !p.Annual {
		return nil
	}
	return f.Annual()
}

func (p Pack) applies(site Site) error {
	switch {
	case site.Racks < 0 || site.ITPower < 0:
		return &FieldError{"size of site", strconv.Itoa(site.Racks) + " racks, " + site.ITPower.String(), "0 (unknown) or more"}
	case site.Racks > 0 && site.Racks < p.MinRacks:
		return &ScopeError{p.ID, strconv.Itoa(site.Racks) + " racks", strconv.Itoa(p.MinRacks) + " racks or more"}
	case site.ITPower > 0 && site.ITPower < p.MinITPower:
		return &ScopeError{p.ID, "IT power of " + site.ITPower.String(), p.MinITPower.String() + " or more"}
	}
	return nil
}

// scopes lists what Judge can be asked about, for errors.
func (p Pack) scopes() string {
	list := ""
	for i, l := range p.Limits {
		if i > 0 {
			list += ", "
		}
		list += fmt.Sprintf("%v of scope %q", l.KPI, clip(l.Scope))
	}
	if list == "" {
		return "a report: the pack has no limits"
	}
	return list
}

// Report holds the indicators of a site against what the pack requires to be
// reported. It fails with a *[MissingError] on the first one missing, and
// otherwise as [Pack.Judge] does.
func (p Pack) Report(site Site, at time.Time, given ...Indicator) error {
	if err := p.check(); err != nil {
		return err
	}
	if !p.InForce(at) {
		return &NotInForceError{p.ID, at, p.From, p.To}
	}
	if err := p.applies(site); err != nil {
		return err
	}
	for _, k := range p.Required {
		var found Indicator
		for _, f := range given {
			if f.KPI() == k {
				found = f
			}
		}
		if found == nil {
			return &MissingError{p.ID, k}
		}
		if err := p.takes(found); err != nil {
			return err
		}
	}
	return nil
}
