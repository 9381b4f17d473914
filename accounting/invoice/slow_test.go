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

// slowCapitals reads an amount in capital letters back, in fen. It knows the
// words and nothing of where 零 belongs; ok is false for what it cannot read.
func slowCapitals(text string) (fen *big.Int, ok bool) {
	digits := map[rune]int64{'零': 0, '壹': 1, '贰': 2, '叁': 3, '肆': 4, '伍': 5, '陆': 6, '柒': 7, '捌': 8, '玖': 9}
	small := map[rune]int64{'拾': 10, '佰': 100, '仟': 1000}
	runes := []rune(text)
	if len(runes) < 4 || string(runes[:3]) != "人民币" {
		return nil, false
	}
	runes = runes[3:]
	negative := runes[0] == '负'
	if negative {
		runes = runes[1:]
	}
	yuan, section, digit, rest := new(big.Int), new(big.Int), int64(0), new(big.Int)
	for _, r := range runes {
		if d, is := digits[r]; is {
			digit = d
			continue
		}
		if s, is := small[r]; is {
			section.Add(section, big.NewInt(digit*s))
			digit = 0
			continue
		}
		switch r {
		case '万':
			section.Add(section, big.NewInt(digit))
			yuan.Add(yuan, section.Mul(section, big.NewInt(10_000)))
			section, digit = new(big.Int), 0
		case '亿':
			section.Add(section, big.NewInt(digit))
			yuan.Add(yuan, section)
			yuan.Mul(yuan, big.NewInt(100_000_000))
			section, digit = new(big.Int), 0
		case '元':
			section.Add(section, big.NewInt(digit))
			yuan.Add(yuan, section)
			section, digit = new(big.Int), 0
		case '角':
			rest.Add(rest, big.NewInt(10*digit))
			digit = 0
		case '分':
			rest.Add(rest, big.NewInt(digit))
			digit = 0
		case '整':
		default:
			return nil, false
		}
	}
	yuan.Mul(yuan, big.NewInt(100))
	yuan.Add(yuan, rest)
	if negative {
		yuan.Neg(yuan)
	}
	return yuan, true
}

// slowCells cuts a file into cells as a spreadsheet does that takes sep for the
// separator: quotes count where a cell begins with one, and what stands behind
// the closing one is part of the cell.
func slowCells(text string, sep byte) (rows [][]string) {
	row, cell, quoted, start := []string{}, []byte{}, false, true
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quoted && c == '"' && i+1 < len(text) && text[i+1] == '"':
			cell = append(cell, '"')
			i++
		case quoted && c == '"':
			quoted = false
		case quoted:
			cell = append(cell, c)
		case start && c == '"':
			quoted, start = true, false
		case c == sep:
			row, cell, start = append(row, string(cell)), nil, true
		case c == '\n':
			rows, row, cell, start = append(rows, append(row, string(cell))), nil, nil, true
		case c == '\r':
		default:
			cell, start = append(cell, c), false
		}
	}
	return rows
}

// slowEvaluates reports whether a spreadsheet may take a cell for a formula. It
// knows no apostrophe but as what it is: a character that starts no formula.
func slowEvaluates(cell string) bool {
	runes := []rune(cell)
	for len(runes) > 0 {
		switch r := runes[0]; {
		case r <= ' ', r == '"', r == 0x7f, r >= 0x80 && r <= 0xa0, r == 0x3000, r == 0xfeff, r >= 0x2000 && r <= 0x200f, r >= 0x2028 && r <= 0x202f,
			r >= 0x2060 && r <= 0x206f, r == 0xfffd:
			runes = runes[1:]
			continue
		}
		break
	}
	if len(runes) == 0 || slowNumber(cell) {
		return false
	}
	for _, sign := range []rune{'=', '+', '-', '@', '%', '|', 0xff1d, 0xff0b, 0xff0d, 0xff20, 0x2212, 0xfe62, 0xfe63, 0xfe66, 0xfe6b} {
		if runes[0] == sign {
			return true
		}
	}
	return false
}

// slowNumber reports whether a cell is a plain decimal number.
func slowNumber(cell string) bool {
	digits, points := 0, 0
	for i, c := range cell {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c == '.' && digits > 0:
			points++
		case c == '-' && i == 0:
		default:
			return false
		}
	}
	return digits > 0 && points < 2
}
