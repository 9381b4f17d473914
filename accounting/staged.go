package accounting

import (
	"math/big"
	"slices"

	"github.com/shopspring/decimal"
)

// Staged is a line of a price that keeps a [Tally]: the price, and what had
// come together in the line's scope before and after. Or it is an amount that
// no price makes, the Model's, with a note that says what it is.
type Staged struct {
	Note          string // "credit", "rounding of the month"; then there is no Price
	Price         *Price // the card's, never changed
	Before, After Tally
	// EndedBefore and EndedAfter say whether minima and commitments were due.
	EndedBefore, EndedAfter bool
}

// exact returns what the line comes to.
func (s *Staged) exact() *big.Rat {
	after := s.Price.Cost(s.After, s.EndedAfter)
	return after.Sub(after, s.Price.Cost(s.Before, s.EndedBefore))
}

// steps returns the parts of the line: those of what has come together after
// it, less those before. They are worked out apart from [Price.Cost]; should
// they not be all of it, the line is one amount, since half an explanation is
// none.
func (s *Staged) steps() []Step {
	exact := s.exact()
	steps := s.total(s.After, s.EndedAfter)
	for _, b := range s.total(s.Before, s.EndedBefore) {
		steps = addStep(steps, b.negated())
	}
	if len(steps) == 0 || sum(steps).Cmp(exact) != 0 {
		return []Step{{Flat: true, Amount: exact, Kind: s.Price.kind()}}
	}
	kept := make([]Step, 0, len(steps))
	for _, step := range steps {
		if !step.IsZero() {
			kept = append(kept, step)
		}
	}
	if len(kept) > 0 {
		return kept
	}
	if i := slices.IndexFunc(steps, func(s Step) bool { return s.Count != nil }); i >= 0 {
		return steps[i : i+1]
	}
	return []Step{{Flat: true, Amount: exact, Kind: s.Price.kind()}}
}

// addStep puts s together with the step that it is alike to, if there is one.
func addStep(steps []Step, s Step) []Step {
	for i := range steps {
		if both, ok := steps[i].Add(s); ok {
			steps[i] = both
			return steps
		}
	}
	return append(steps, s)
}

// total returns the parts of what a tally comes to.
func (s *Staged) total(t Tally, ended bool) (steps []Step) {
	var free *Step
	for _, stage := range s.Price.Stages(t, ended) {
		switch stage.Kind {
		case StageFree:
			given := counted(new(big.Rat).Sub(stage.In, stage.Out), decimal.Decimal{}, FreeUnits, s.Price.soldUnit())
			free = &given
		case StagePrice:
			parts := stage.Parts
			if s.Price.byRow() {
				parts, free = s.rows(t), nil
			}
			if free != nil {
				parts = append([]Step{*free}, parts...)
			}
			changes := s.Price.Terms.changes(t)
			for _, p := range parts {
				p.Changes, p.Amount = changes, changed(p.Amount, changes)
				steps = append(steps, p)
			}
		case StageOff, StageMaximum, StageOverage, StageTrueUp, StageMinimum:
			steps = append(steps, Step{Flat: true, Amount: new(big.Rat).Sub(stage.Out, stage.In), Bound: stage.Kind, By: stage.By})
		}
	}
	return steps
}

// byRow reports whether rows have amounts of their own, of which a tally keeps
// the sum alone.
func (p *Price) byRow() bool {
	switch m := p.Model.(type) {
	case Percentage, Dynamic, Spot:
		return true
	case Volume:
		return m.SizedBy != ""
	case Graduated:
		return p.Terms != nil && p.Terms.Prorate != ProrateNone
	}
	return false
}

// rows returns the parts of what rows have come to: those before the line,
// and those of it, if t is the tally after it.
func (s *Staged) rows(t Tally) []Step {
	before, earned := or(s.Before.Earned), or(t.Earned)
	if m, ok := s.Price.Model.(Graduated); ok {
		return s.prorated(m, t)
	}
	steps := []Step{{Flat: true, Amount: new(big.Rat).Set(before), Kind: "earlier rows"}}
	if line := new(big.Rat).Sub(earned, before); t.Rows != s.Before.Rows || line.Sign() != 0 {
		steps = append(steps, s.row(line)...)
	}
	return steps
}

// priced returns the parts of the model's amount after the line, as far as
// they are all of it.
func (s *Staged) priced(stage Stage) (kept []Step) {
	steps := stage.Parts
	if s.Price.byRow() {
		steps = s.rows(s.After)
	}
	if sum(steps).Cmp(stage.Out) != 0 {
		return nil
	}
	for _, step := range steps {
		if !step.IsZero() {
			kept = append(kept, step)
		}
	}
	return kept
}

// prorated is rows of a graduated price.
func (s *Staged) prorated(m Graduated, t Tally) []Step {
	if or(t.Whole).Sign() < 0 {
		return nil // nothing is due while less than nothing is in use
	}
	steps := []Step{{Flat: true, Amount: new(big.Rat).Set(or(s.Before.Earned)), Kind: "earlier rows"}}
	if t.Rows == s.Before.Rows+1 {
		units := new(big.Rat).Sub(or(s.After.Whole), or(s.Before.Whole))
		taken := new(big.Rat).Sub(or(s.After.Used), or(s.Before.Used))
		m.cross(or(s.Before.Whole), units, taken, func(i int, part *big.Rat) {
			steps = append(steps, m.Tiers[i].counted(i+1, part, s.Price.soldUnit()))
		})
	}
	peak := or(t.Peak)
	for i, tier := range m.Tiers[:reached(m.Tiers, peak, m.Bounds)+1] {
		if !tier.Flat.IsZero() && (i > 0 || peak.Sign() > 0 || m.OnZero == ZeroCharged) {
			steps = append(steps, flatStep(i+1, tier.Flat))
		}
	}
	return steps
}

// row returns the parts of the amount of the line's own rows.
func (s *Staged) row(amount *big.Rat) []Step {
	u := s.Price.soldUnit()
	taken := new(big.Rat).Sub(or(s.After.Used), or(s.Before.Used))
	switch m := s.Price.Model.(type) {
	case Percentage:
		return s.event(m, amount, taken)
	case Volume:
		for i, t := range m.Tiers {
			if step := t.counted(i+1, taken, u); step.Amount.Cmp(amount) == 0 {
				step.Kind = "by size"
				return []Step{step}
			}
		}
	default:
		if taken.Sign() == 0 {
			break
		}
		price := new(big.Rat).Quo(amount, taken)
		if places, ends := price.FloatPrec(); ends {
			step := counted(taken, decimal.RequireFromString(price.FloatString(places)), SingleUnits, u)
			step.Kind = s.Price.kind()
			return []Step{step}
		}
	}
	return []Step{{Flat: true, Amount: amount, Kind: s.Price.kind()}}
}

// event returns the parts of what one event costs, where nothing bounds it.
func (s *Staged) event(m Percentage, amount, taken *big.Rat) []Step {
	opaque := []Step{{Flat: true, Amount: amount, Kind: s.Price.kind()}}
	if s.After.Rows != s.Before.Rows+1 {
		return opaque
	}
	u := s.Price.soldUnit()
	paid := m.charged(s.Before, taken)
	if paid == nil {
		return []Step{counted(taken, decimal.Decimal{}, FreeUnits, u)}
	}
	var steps []Step
	if free := new(big.Rat).Sub(taken, paid); free.Sign() != 0 {
		steps = append(steps, counted(free, decimal.Decimal{}, FreeUnits, u))
	}
	steps = append(steps, counted(paid, m.Rate, Percents, u))
	if !m.Fixed.IsZero() && taken.Sign() >= 0 {
		steps = append(steps, flatStep(0, m.Fixed))
	}
	rest := new(big.Rat).Sub(amount, sum(steps))
	switch {
	case rest.Sign() > 0 && m.Minimum != nil:
		steps = append(steps, Step{Flat: true, Amount: rest, Bound: StageMinimum, By: m.Minimum.Rat()})
	case rest.Sign() < 0 && m.Maximum != nil:
		steps = append(steps, Step{Flat: true, Amount: rest, Bound: StageMaximum, By: m.Maximum.Rat()})
	}
	return steps
}
