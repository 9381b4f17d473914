package accounting

import "math/big"

// A Change is what terms do to every part of a model's amount alike: Kind is
// StageFactor, by which it is multiplied, or StagePower or StagePercent, the
// percentage added or taken off.
type Change struct {
	Kind StageKind
	By   *big.Rat
}

func (c Change) equal(d Change) bool { return c.Kind == d.Kind && c.By.Cmp(d.By) == 0 }

// Factor returns what the change multiplies with, exactly: 4/5 of 20 % off. The result
// is the caller's to read and not to change.
func (c Change) Factor() *big.Rat {
	hundredth := new(big.Rat).Quo(c.By, big.NewRat(100, 1))
	switch c.Kind {
	case StagePower:
		return hundredth.Add(hundredth, big.NewRat(1, 1))
	case StagePercent:
		return hundredth.Sub(big.NewRat(1, 1), hundredth)
	}
	return c.By
}

// changed returns an amount after changes.
func changed(amount *big.Rat, changes []Change) *big.Rat {
	for _, c := range changes {
		amount = new(big.Rat).Mul(amount, c.Factor())
	}
	return amount
}

// changes returns what is done to every part of a tally's amount alike, in the
// order of the stages.
func (terms *Terms) changes(t Tally) (changes []Change) {
	if terms == nil {
		return nil
	}
	if terms.Factor != nil && terms.Factor.Rat().Cmp(big.NewRat(1, 1)) != 0 {
		changes = append(changes, Change{StageFactor, terms.Factor.Rat()})
	}
	if f := terms.PowerFactor; f != nil {
		if percent := f.percent(t); percent.Sign() != 0 {
			changes = append(changes, Change{StagePower, percent})
		}
	}
	if !terms.Percent.IsZero() {
		changes = append(changes, Change{StagePercent, terms.Percent.Rat()})
	}
	return changes
}
