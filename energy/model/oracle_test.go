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
	p := append([]slowPoint(nil), points...)
	sort.Slice(p, func(i, j int) bool { return p[i].load < p[j].load })
	a, b := p[0], p[1]
	for i := 1; i < len(p); i++ {
		if p[i-1].load < load {
			a, b = p[i-1], p[i]
		}
	}
	slope := new(big.Rat).SetFrac64(b.uW-a.uW, b.load-a.load)
	slope.Mul(slope, new(big.Rat).SetInt64(load-a.load))
	floor, rest := new(big.Int).DivMod(slope.Num(), slope.Denom(), new(big.Int))
	switch c := new(big.Int).Lsh(rest, 1).Cmp(slope.Denom()); {
	case c > 0, c == 0 && floor.Bit(0) == 1:
		floor.Add(floor, big.NewInt(1))
	}
	if floor.Add(floor, big.NewInt(a.uW)); floor.Sign() < 0 {
		floor.SetInt64(0)
	}
	return floor
}
