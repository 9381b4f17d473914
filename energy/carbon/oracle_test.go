package carbon_test

import "math/big"

// The oracle multiplies energy with intensity slice by slice, in rationals.
// This file imports the standard library and nothing else.

// slowPoint is an intensity in ng/kWh from an instant in nanoseconds on.
type slowPoint struct{ ns, intensity int64 }

// slowMass returns the exact mass in ng of so many µJ, even over [from, to),
// and the nanoseconds that no point covers: a point holds until the next, at
// most hold. With fill a hole takes the point before it, or the one after.
func slowMass(points []slowPoint, hold, from, to, uJ int64, fill bool) (ng *big.Rat, missing int64) {
	ng = new(big.Rat)
	if uJ == 0 {
		return ng, 0
	}
	// Cut the window at every instant where something changes.
	cuts := map[int64]bool{from: true, to: true}
	for _, p := range points {
		cuts[p.ns], cuts[p.ns+hold] = true, true
	}
	for at := range cuts {
		if at < from || at >= to {
			continue
		}
		end := to
		for other := range cuts {
			if other > at && other < end {
				end = other
			}
		}
		best, next := slowPoint{ns: -1}, slowPoint{ns: -1}
		for _, p := range points {
			if p.ns <= at && p.ns > best.ns {
				best = p
			}
			if p.ns > at && (next.ns < 0 || p.ns < next.ns) {
				next = p
			}
		}
		if best.ns < 0 || at >= best.ns+hold {
			if !fill {
				missing += end - at
				continue
			}
			if best.ns < 0 {
				best = next
			}
		}
		part := new(big.Rat).SetFrac64(end-at, to-from)
		part.Mul(part, new(big.Rat).SetInt64(uJ))
		part.Mul(part, new(big.Rat).SetInt64(best.intensity))
		ng.Add(ng, part.Quo(part, new(big.Rat).SetInt64(3_600_000_000_000)))
	}
	return ng, missing
}

// slowHalfEven rounds to the nearest integer, ties to the even one.
func slowHalfEven(r *big.Rat) *big.Int {
	floor, rest := new(big.Int).DivMod(r.Num(), r.Denom(), new(big.Int))
	switch c := new(big.Int).Lsh(rest, 1).Cmp(r.Denom()); {
	case c > 0, c == 0 && floor.Bit(0) == 1:
		floor.Add(floor, big.NewInt(1))
	}
	return floor
}
