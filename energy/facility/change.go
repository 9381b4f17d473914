package facility

import (
	"fmt"
	"math/big"
	"time"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/internal/fixed"
)

// A Change is what another pack would make of the same figure.
type Change struct {
	Before, After Verdict
	// Saving is how much less energy the site would have had to use, with the
	// same IT energy, to pass the limit value of After; 0 where it passes.
	// Only a PUE has one.
	Saving energy.Energy
}

// Changed reports whether grade or pass differ.
func (c Change) Changed() bool {
	return c.Before.Grade != c.After.Grade || c.Before.Pass != c.After.Pass
}

// String says what changes.
func (c Change) String() string {
	if !c.Changed() {
		return fmt.Sprintf("%v; no change under %s", c.Before, c.After.Pack)
	}
	return fmt.Sprintf("%v; under %v", c.Before, c.After)
}

// WhatIf judges a figure by the pack that is in force at a time and by
// another, such as a revision that is not in force yet: that one is asked
// about its first day, if at is before it. Errors are those of [Pack.Judge].
func WhatIf(f Indicator, site Site, at time.Time, now, other Pack) (Change, error) {
	before, err := now.Judge(f, site, at)
	if err != nil {
		return Change{}, err
	}
	if at.Before(other.From) {
		at = other.From
	}
	after, err := other.Judge(f, site, at)
	if err != nil {
		return Change{}, err
	}
	c := Change{Before: before, After: after}
	if r, ok := f.(Result); ok && !after.Pass {
		c.Saving = r.saving(after.Limit)
	}
	return c, nil
}

// saving returns how much the total has to fall to hold a limit, rounded up
// to the microjoule, and one more where the limit itself does not pass.
func (r Result) saving(l Limit) energy.Energy {
	most := new(big.Rat).Mul(l.Value.Rat(), new(big.Rat).SetInt(r.it.energy.Microjoules().Big()))
	floor := new(big.Int).Div(most.Num(), most.Denom())
	if l.Bound == Below && most.IsInt() {
		floor.Sub(floor, big.NewInt(1))
	}
	n, ok := fixed.FromBig(floor.Sub(r.total.energy.Microjoules().Big(), floor))
	if !ok {
		return energy.Energy{}
	}
	return energy.MicrojoulesWide(n)
}
