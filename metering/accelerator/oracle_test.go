package accelerator_test

import "math/big"

// The oracle computes with rationals of any size, slowly.

func oracleRat(num, den int64) *big.Rat { return big.NewRat(num, den) }

// oracleGrains returns how many of the grains of a whole a rational is, rounded
// half-even, and whether that is exact.
func oracleGrains(x *big.Rat, whole int64) (*big.Int, bool) {
	scaled := new(big.Rat).Mul(x, new(big.Rat).SetInt64(whole))
	return oracleHalfEven(scaled), scaled.IsInt()
}

func oracleHalfEven(x *big.Rat) *big.Int {
	floor := new(big.Int).Div(x.Num(), x.Denom()) // Euclidean: the floor, for a positive divisor
	rest := new(big.Rat).Sub(x, new(big.Rat).SetInt(floor))
	c := rest.Cmp(big.NewRat(1, 2))
	if c > 0 || c == 0 && floor.Bit(0) == 1 {
		floor.Add(floor, big.NewInt(1))
	}
	return floor
}

// oracleStandard returns grains of card time, of which a card·hour has so many,
// times value/per.
func oracleStandard(grains *big.Int, perCardHour *big.Int, value, per int64) *big.Rat {
	x := new(big.Rat).SetFrac(grains, perCardHour)
	return x.Mul(x, big.NewRat(value, per))
}
