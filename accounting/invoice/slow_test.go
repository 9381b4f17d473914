package invoice_test

import "math/big"

// slowRound rounds to a number of places, by the definition of each mode.
func slowRound(x *big.Rat, mode string, places int) *big.Rat {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	scaled := new(big.Rat).Mul(x, new(big.Rat).SetInt(scale))
	floor := new(big.Int).Div(scaled.Num(), scaled.Denom()) // Euclidean, and denominators are positive
	if scaled.IsInt() {
		return new(big.Rat).SetFrac(floor, scale)
	}
	ceiling := new(big.Int).Add(floor, big.NewInt(1))
	toFloor := new(big.Rat).Sub(scaled, new(big.Rat).SetInt(floor))
	half := toFloor.Cmp(big.NewRat(1, 2)) // below, at or above the middle
	in, out := floor, ceiling             // nearer to 0, further from it
	if x.Sign() < 0 {
		in, out = ceiling, floor
	}
	nearest := floor
	if half > 0 {
		nearest = ceiling
	}
	var to *big.Int
	switch mode {
	case "floor":
		to = floor
	case "ceiling":
		to = ceiling
	case "down":
		to = in
	case "up":
		to = out
	case "half-up":
		to = nearest
		if half == 0 {
			to = out
		}
	case "half-down":
		to = nearest
		if half == 0 {
			to = in
		}
	case "half-even":
		to = nearest
		if half == 0 {
			to = floor
			if floor.Bit(0) == 1 {
				to = ceiling
			}
		}
	}
	return new(big.Rat).SetFrac(to, scale)
}

// slowParts rounds amounts by line, or their sum once, handing what is missing
// to the largest remainder still without, one step at a time.
func slowParts(exact []*big.Rat, mode string, places int, byBill bool) []*big.Rat {
	out := make([]*big.Rat, len(exact))
	if !byBill {
		for i, x := range exact {
			out[i] = slowRound(x, mode, places)
		}
		return out
	}
	step := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil))
	sum, given := new(big.Rat), new(big.Rat)
	for i, x := range exact {
		sum.Add(sum, x)
		out[i] = slowRound(x, "floor", places)
		given.Add(given, out[i])
	}
	total := slowRound(sum, mode, places)
	raised := make([]bool, len(exact))
	for given.Cmp(total) < 0 {
		best, most := -1, new(big.Rat)
		for i, x := range exact {
			rest := new(big.Rat).Sub(x, out[i])
			if !raised[i] && (best < 0 || rest.Cmp(most) > 0) {
				best, most = i, rest
			}
		}
		raised[best] = true
		out[best] = new(big.Rat).Add(out[best], step)
		given.Add(given, step)
	}
	return out
}

// slowTax is a tax in plain words.
type slowTax struct {
	rate      *big.Rat
	inclusive bool
	owed      bool // it asks for an amount
	mode      string
	places    int
	byBill    bool
}

// slowLine is what a line has been charged, exactly, and which taxes are on it.
type slowLine struct {
	asked *big.Rat // rounded
	on    []int
}

// slowTaxes returns what each line has of each tax.
func slowTaxes(lines []slowLine, taxes []slowTax) [][]*big.Rat {
	out := make([][]*big.Rat, len(lines))
	for i := range lines {
		out[i] = make([]*big.Rat, len(taxes))
		for k := range taxes {
			out[i][k] = new(big.Rat)
		}
	}
	for k, tax := range taxes {
		var exact []*big.Rat
		var at []int
		for i, line := range lines {
			whole, has := big.NewRat(1, 1), false
			for _, n := range line.on {
				has = has || n == k
				if taxes[n].inclusive {
					whole.Add(whole, taxes[n].rate)
				}
			}
			if !has || !tax.owed {
				continue
			}
			x := new(big.Rat).Mul(line.asked, tax.rate)
			if tax.inclusive {
				x.Quo(x, whole)
			}
			exact, at = append(exact, x), append(at, i)
		}
		for n, amount := range slowParts(exact, tax.mode, tax.places, tax.byBill) {
			out[at[n]][k] = amount
		}
	}
	return out
}
