package model_test

import (
	"math/big"
	"sort"
)

// The oracle reads a curve in rationals. This file imports the standard
// library and nothing else.

// slowPoint is a power in µW at a load in ppm.
type slowPoint struct{ load, uW int64 }

// slowAt returns the power at a load, from points of different loads.
func slowAt(points []slowPoint, load int64) *big.Int {
	sorted := append([]slowPoint(nil), points...)
	sort.Slice(sorted, func(i, j int) bool { return sorted[i].load < sorted[j].load })
	a, b := sorted[0], sorted[1]
	for i := 1; i < len(sorted); i++ {
		if sorted[i-1].load < load {
			a, b = sorted[i-1], sorted[i]
		}
	}
	p := new(big.Rat).SetFrac64(b.uW-a.uW, b.load-a.load)
	p.Mul(p, new(big.Rat).SetInt64(load-a.load))
	p.Add(p, new(big.Rat).SetInt64(a.uW))
	floor, rest := new(big.Int).DivMod(p.Num(), p.Denom(), new(big.Int))
	switch c := new(big.Int).Lsh(rest, 1).Cmp(p.Denom()); {
	case c > 0, c == 0 && floor.Bit(0) == 1:
		floor.Add(floor, big.NewInt(1))
	}
	if floor.Sign() < 0 {
		floor.SetInt64(0)
	}
	return floor
}
