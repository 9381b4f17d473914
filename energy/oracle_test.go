package energy_test

import (
	"math/big"
	"slices"
)

// The oracle adds up trapezoids and counters in rationals, in the slow and
// obvious way. This file imports the standard library and nothing else.

// slowSample is a power in µW at an instant in Unix nanoseconds.
type slowSample struct{ ns, uW int64 }

// slowSeries is a series as it is to be read. maxGap is 0 without a limit.
type slowSeries struct {
	samples []slowSample
	maxGap  int64
	fill    bool
}

// inOrder returns the samples by time, those of one instant as they were.
func (s slowSeries) inOrder() slowSeries {
	s.samples = slices.Clone(s.samples)
	slices.SortStableFunc(s.samples, func(a, b slowSample) int { return big.NewInt(a.ns).Cmp(big.NewInt(b.ns)) })
	return s
}

// upTo returns the exact energy and bridged energy in µJ, and the observed
// nanoseconds, of a series in order from its first sample to t.
func (s slowSeries) upTo(t int64) (energy, estimated *big.Rat, observed int64) {
	energy, estimated = new(big.Rat), new(big.Rat)
	for i := 1; i < len(s.samples); i++ {
		a, b := s.samples[i-1], s.samples[i]
		if a.ns == b.ns || t <= a.ns {
			continue
		}
		gap := s.maxGap > 0 && b.ns-a.ns > s.maxGap
		if gap && !s.fill {
			continue
		}
		end := min(t, b.ns)
		width := rat(end - a.ns)
		slope := new(big.Rat).Quo(new(big.Rat).Sub(rat(b.uW), rat(a.uW)), rat(b.ns-a.ns))
		atEnd := new(big.Rat).Add(rat(a.uW), new(big.Rat).Mul(slope, width))
		area := new(big.Rat).Add(rat(a.uW), atEnd)
		area.Mul(area, width)
		area.Quo(area, rat(2*1_000_000_000))
		energy.Add(energy, area)
		if gap {
			estimated.Add(estimated, area)
		} else {
			observed += end - a.ns
		}
	}
	return energy, estimated, observed
}

func rat(n int64) *big.Rat { return new(big.Rat).SetInt64(n) }

// slowRound rounds to the nearest integer, ties to the even one.
func slowRound(r *big.Rat) *big.Int {
	floor, rest := new(big.Int).DivMod(r.Num(), r.Denom(), new(big.Int))
	switch c := new(big.Int).Lsh(rest, 1).Cmp(r.Denom()); {
	case c > 0, c == 0 && floor.Bit(0) == 1:
		floor.Add(floor, big.NewInt(1))
	}
	return floor
}

// slowDelta is what a counter's two readings, dt nanoseconds apart, amount
// to: energy counted and withheld, and the names of its kind and flags.
func slowDelta(prev, cur, modulus *big.Int, maxPower, dt int64, withhold bool) (counted, withheld *big.Int, kind string, flags []string) {
	// What the device can have used, in µJ times 10⁹.
	most := new(big.Int).Mul(big.NewInt(maxPower), big.NewInt(dt))
	tooMuch := func(e *big.Int) bool {
		return maxPower > 0 && new(big.Int).Mul(e, big.NewInt(1_000_000_000)).Cmp(most) > 0
	}
	known := modulus.Sign() > 0
	e := new(big.Int).Sub(cur, prev)
	kind = "increase"
	if e.Sign() < 0 {
		kind = "wrap"
		e.Add(e, modulus)
		switch {
		case !known:
			kind, flags = "reset", append(flags, "range-unknown")
		case maxPower == 0:
			flags = append(flags, "power-unknown")
		case tooMuch(e):
			kind = "reset"
		}
		if kind == "reset" {
			e = new(big.Int).Set(cur)
		}
	}
	late := known && maxPower > 0 && !tooMuch(new(big.Int).Add(e, modulus)) &&
		// Exactly as long as the device needs at least for one round is not late.
		new(big.Int).Div(new(big.Int).Mul(modulus, big.NewInt(1_000_000_000)), big.NewInt(max(maxPower, 1))).Cmp(big.NewInt(dt)) < 0
	switch {
	case tooMuch(e):
		return new(big.Int), e, kind, append(flags, "implausible")
	case kind != "reset" && late && withhold:
		return new(big.Int), e, kind, append(flags, "ambiguous-wrap")
	case kind != "reset" && late:
		flags = append(flags, "ambiguous-wrap")
	}
	return e, new(big.Int), kind, flags
}
