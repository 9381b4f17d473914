package carbon

import (
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/metering"
)

// A Matching is how much of the energy used was carbon-free at the time it
// was used.
type Matching struct {
	Used, Supplied energy.Energy
	// Matched is Σ min(used, supplied) over the windows; a surplus of one
	// hour does not help another.
	Matched energy.Energy
}

// Match compares windows of use with windows of carbon-free supply of the same
// periods, usually hours. A period that is in one list only has none of the
// other.
//
// It fails with a *[FieldError] on negative energy or a period that comes
// twice in a list, or with an error that wraps [metering.ErrOverflow].
func Match(use, supply []energy.Window) (Matching, error) {
	var m Matching
	free, err := byPeriod("supply", supply)
	if err != nil {
		return m, err
	}
	used, err := byPeriod("use", use)
	if err != nil {
		return m, err
	}
	if m.Used, err = total(use); err != nil {
		return m, err
	}
	if m.Supplied, err = total(supply); err != nil {
		return m, err
	}
	for p, e := range used {
		if f := free[p]; f.Cmp(e) < 0 {
			e = f
		}
		m.Matched, _ = m.Matched.Add(e) // at most Used, in any order
	}
	return m, nil
}

func total(windows []energy.Window) (sum energy.Energy, err error) {
	for _, w := range windows {
		if sum, err = sum.Add(w.Energy); err != nil {
			return sum, err
		}
	}
	return sum, nil
}

func byPeriod(name string, windows []energy.Window) (map[metering.Period]energy.Energy, error) {
	all := make(map[metering.Period]energy.Energy, len(windows))
	for _, w := range windows {
		if w.Energy.Sign() < 0 {
			return nil, &FieldError{name + " of " + w.Period.String(), w.Energy.String(), "0 or more"}
		}
		if _, twice := all[w.Period]; twice {
			return nil, &FieldError{name, w.Period.String(), "each period once"}
		}
		all[w.Period] = w.Energy
	}
	return all, nil
}

// Score returns the matched part of the energy used, 0 to 1, rounded down to
// places fractional digits (held to 0 to 18): 1 says that all of it was
// matched in its hour. Of no use it is 0.
func (m Matching) Score(places int) decimal.Decimal { return share(m.Matched, m.Used, places) }

// Volume returns what a score by the year's volume would say, which a surplus
// of one hour does help: min(used, supplied) over used.
func (m Matching) Volume(places int) decimal.Decimal {
	if m.Supplied.Cmp(m.Used) > 0 {
		return share(m.Used, m.Used, places)
	}
	return share(m.Supplied, m.Used, places)
}

func share(part, whole energy.Energy, places int) decimal.Decimal {
	if whole.IsZero() {
		return decimal.Zero
	}
	places = min(max(places, 0), 18)
	n := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	n.Mul(n, part.Microjoules().Big())
	return decimal.NewFromBigInt(n.Div(n, whole.Microjoules().Big()), int32(-places))
}
