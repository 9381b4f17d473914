package money_test

// The oracle: the rules of this package once more, slow and obvious, over big integers and rationals. It shares no
// code with what it judges, so this file imports the standard library only (TestOracle_Independent checks that) and
// speaks in strings and numbers of math/big.

import (
	"math/big"
	"regexp"
	"sort"
	"strings"
)

// oracleTen returns 10ⁿ.
func oracleTen(n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

// oracleFits reports whether an amount is within the range of a signed 128-bit integer at scale 18.
func oracleFits(x *big.Rat) bool {
	v := new(big.Rat).Mul(x, new(big.Rat).SetInt(oracleTen(18)))
	if !v.IsInt() {
		return false
	}
	limit := new(big.Int).Lsh(big.NewInt(1), 127)
	return v.Num().Cmp(limit) < 0 && v.Num().Cmp(new(big.Int).Neg(limit)) >= 0
}

// oracleRound rounds x to places decimals in the mode of that name.
func oracleRound(x *big.Rat, mode string, places int) *big.Rat {
	steps := new(big.Rat).Mul(x, new(big.Rat).SetInt(oracleTen(places)))
	if steps.IsInt() {
		return x
	}
	below := new(big.Int).Div(steps.Num(), steps.Denom()) // Euclidean with a positive divisor: the floor
	above := new(big.Int).Add(below, big.NewInt(1))
	fraction := new(big.Rat).Sub(steps, new(big.Rat).SetInt(below))
	against := fraction.Cmp(big.NewRat(1, 2))
	negative := x.Sign() < 0

	var up bool
	switch mode {
	case "floor":
		up = false
	case "ceiling":
		up = true
	case "down":
		up = negative
	case "up":
		up = !negative
	case "half-even":
		up = against > 0 || against == 0 && below.Bit(0) == 1
	case "half-up":
		up = against > 0 || against == 0 && !negative
	case "half-down":
		up = against > 0 || against == 0 && negative
	}
	picked := below
	if up {
		picked = above
	}
	return new(big.Rat).SetFrac(picked, oracleTen(places))
}

// oracleSplit gives each weight its share of total, cut towards zero, then the units left over one by one to the
// largest fractions, the earlier first among equals.
func oracleSplit(total *big.Int, weights []*big.Int) []*big.Int {
	sum := new(big.Int)
	for _, w := range weights {
		sum.Add(sum, w)
	}
	parts := make([]*big.Int, len(weights))
	cut := make([]*big.Rat, len(weights))
	left := new(big.Int).Set(total)
	for i, w := range weights {
		share := new(big.Rat).SetFrac(new(big.Int).Mul(total, w), sum)
		parts[i] = new(big.Int).Quo(share.Num(), share.Denom()) // towards zero
		cut[i] = new(big.Rat).Sub(share, new(big.Rat).SetInt(parts[i]))
		cut[i].Abs(cut[i])
		left.Sub(left, parts[i])
	}
	order := make([]int, len(weights))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return cut[order[a]].Cmp(cut[order[b]]) > 0 })
	one := big.NewInt(int64(total.Sign()))
	for _, i := range order {
		if left.Sign() == 0 {
			break
		}
		parts[i].Add(parts[i], one)
		left.Sub(left, one)
	}
	return parts
}

// oracleFormat prints x with at least digits decimals and no further zeros at the end.
func oracleFormat(x *big.Rat, digits int) string {
	s := x.FloatString(18)
	for decimals := 18; decimals > digits && strings.HasSuffix(s, "0"); decimals-- {
		s = strings.TrimSuffix(s, "0")
	}
	return strings.TrimSuffix(s, ".")
}

// oracleText is the form of the text of an amount.
var oracleText = regexp.MustCompile(`^([A-Z]{3}) (-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?)$`)

// oracleParse reads the text of an amount and reports whether it has the form, is in range and has no more decimals
// than are kept. It knows no list of currencies.
func oracleParse(s string) (code string, x *big.Rat, ok bool) {
	parts := oracleText.FindStringSubmatch(s)
	if parts == nil || len(s) > 82 {
		return "", nil, false
	}
	x, ok = new(big.Rat).SetString(parts[2])
	if !ok || !oracleFits(x) {
		return "", nil, false
	}
	return parts[1], x, true
}
