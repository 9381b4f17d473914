package fixed_test

import "math/big"

// The oracle says what the kernel should answer, in the slow and obvious way.
// This file imports math/big and nothing else; TestOracleIsIndependent holds it
// to that.

var (
	one = big.NewInt(1)
	ten = big.NewInt(10)
)

// slowFits reports whether v fits in a signed integer of that many bits.
func slowFits(v *big.Int, bits uint) bool {
	limit := new(big.Int).Lsh(one, bits-1)
	return v.Cmp(limit) < 0 && v.Cmp(new(big.Int).Neg(limit)) >= 0
}

// slowWords returns the two's complement value of words, low to high.
func slowWords(words ...uint64) *big.Int {
	v := new(big.Int)
	for i := len(words) - 1; i >= 0; i-- {
		v.Lsh(v, 64)
		v.Add(v, new(big.Int).SetUint64(words[i]))
	}
	if words[len(words)-1]>>63 != 0 {
		v.Sub(v, new(big.Int).Lsh(one, uint(64*len(words))))
	}
	return v
}

// slowDivide returns num/den rounded by the named mode, and whether it needed
// no rounding. It works on the number line: the quotient lies between floor
// and floor + 1, and the mode picks one of them.
func slowDivide(num, den *big.Int, mode string) (*big.Int, bool) {
	if den.Sign() < 0 {
		num, den = new(big.Int).Neg(num), new(big.Int).Neg(den)
	}
	floor, rest := new(big.Int).DivMod(num, den, new(big.Int))
	if rest.Sign() == 0 {
		return floor, true
	}
	ceiling := new(big.Int).Add(floor, one)
	nearZero, farFromZero := floor, ceiling
	if num.Sign() < 0 {
		nearZero, farFromZero = ceiling, floor
	}
	even := floor
	if floor.Bit(0) == 1 {
		even = ceiling
	}
	switch mode {
	case "floor":
		return floor, false
	case "ceiling":
		return ceiling, false
	case "down":
		return nearZero, false
	case "up":
		return farFromZero, false
	}
	switch new(big.Int).Lsh(rest, 1).Cmp(den) {
	case -1:
		return floor, false
	case 1:
		return ceiling, false
	}
	switch mode {
	case "half-even":
		return even, false
	case "half-up":
		return farFromZero, false
	case "half-down":
		return nearZero, false
	default:
		panic("no such mode: " + mode)
	}
}

// slowSplit hands out the grains left over one at a time, each time looking at
// every part for the largest remainder.
func slowSplit(total *big.Int, weights []*big.Int) []*big.Int {
	sum := new(big.Int)
	for _, w := range weights {
		sum.Add(sum, w)
	}
	grain := big.NewInt(int64(total.Sign()))
	left := new(big.Int).Set(total)
	parts := make([]*big.Int, len(weights))
	rests := make([]*big.Int, len(weights))
	for i, w := range weights {
		p := new(big.Int).Mul(total, w)
		parts[i], rests[i] = new(big.Int).QuoRem(p, sum, new(big.Int))
		rests[i].Abs(rests[i])
		left.Sub(left, parts[i])
	}
	for left.Sign() != 0 {
		best := 0
		for i := range rests {
			if rests[i].Cmp(rests[best]) > 0 {
				best = i
			}
		}
		parts[best].Add(parts[best], grain)
		rests[best].SetInt64(-1)
		left.Sub(left, grain)
	}
	return parts
}

// slowScaled returns text·10^scale, and false when that is not an integer.
func slowScaled(text string, scale int) (*big.Int, bool) {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		panic("not a number: " + text)
	}
	r.Mul(r, new(big.Rat).SetInt(new(big.Int).Exp(ten, big.NewInt(int64(scale)), nil)))
	return new(big.Int).Set(r.Num()), r.IsInt()
}
