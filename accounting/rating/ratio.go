package rating

import (
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
)

// A ratio is an exact number, num over den, where den is above 0. It is in no
// lowest terms: taking them costs a division of integers and allocations at
// every step, and the denominators of one price are few. The zero ratio has to
// be set before use.
type ratio struct{ num, den big.Int }

func (z *ratio) set(x *ratio) { z.num.Set(&x.num); z.den.Set(&x.den) }

func (z *ratio) setInt(n int64) { z.num.SetInt64(n); z.den.SetInt64(1) }

func (z *ratio) setFrac(num, den int64) { z.num.SetInt64(num); z.den.SetInt64(den) }

func (z *ratio) setRat(x *big.Rat) { z.num.Set(x.Num()); z.den.Set(x.Denom()) }

func (z *ratio) setDecimal(d decimal.Decimal) { z.setRat(d.Rat()) }

func (z *ratio) sign() int { return z.num.Sign() }

// rat returns z in lowest terms.
func (z *ratio) rat() *big.Rat { return new(big.Rat).SetFrac(&z.num, &z.den) }

// A desk is where ratios are worked out: integers that grow once and are then
// used again. What its methods return in z may be one of their operands.
type desk struct {
	x, y, den big.Int // two numerators over one denominator
	q, rest   big.Int
	room      [3]big.Int
	// ten are powers of ten, as far as a label's number needs them.
	ten [maxLabelDigits + 1]big.Int

	// Numbers of one line. Each has its name from what it is used for; none
	// keeps a value from one line to the next.
	row, taken, earned, part, from, to, length   ratio
	units, amount, tier, least, committed, exact ratio
	scratch                                      totals
}

func newDesk() *desk {
	d := new(desk)
	power, ten := big.NewInt(1), big.NewInt(10)
	for i := range d.ten {
		d.ten[i].Set(power)
		power.Mul(power, ten)
	}
	return d
}

// align sets d.x and d.y to the numerators of x and y over d.den.
func (d *desk) align(x, y *ratio) {
	d.x.Set(&x.num)
	d.y.Set(&y.num)
	d.den.Set(&x.den)
	switch c := x.den.Cmp(&y.den); {
	case c == 0:
		return
	case c > 0:
		if d.q.QuoRem(&x.den, &y.den, &d.rest); d.rest.Sign() == 0 {
			d.y.Mul(&y.num, &d.q)
			return
		}
	default:
		if d.q.QuoRem(&y.den, &x.den, &d.rest); d.rest.Sign() == 0 {
			d.x.Mul(&x.num, &d.q)
			d.den.Set(&y.den)
			return
		}
	}
	d.x.Mul(&x.num, &y.den)
	d.y.Mul(&y.num, &x.den)
	d.den.Mul(&x.den, &y.den)
}

func (d *desk) add(z, x, y *ratio) {
	d.align(x, y)
	z.num.Add(&d.x, &d.y)
	z.den.Set(&d.den)
}

func (d *desk) sub(z, x, y *ratio) {
	d.align(x, y)
	z.num.Sub(&d.x, &d.y)
	z.den.Set(&d.den)
}

func (d *desk) cmp(x, y *ratio) int {
	d.align(x, y)
	return d.x.Cmp(&d.y)
}

func (d *desk) mul(z, x, y *ratio) {
	d.x.Mul(&x.num, &y.num)
	d.den.Mul(&x.den, &y.den)
	z.num.Set(&d.x)
	z.den.Set(&d.den)
}

// quo divides by y, which is above 0.
func (d *desk) quo(z, x, y *ratio) {
	d.x.Mul(&x.num, &y.den)
	d.den.Mul(&x.den, &y.num)
	z.num.Set(&d.x)
	z.den.Set(&d.den)
}

// sum adds y to a sum that goes on. Its denominator stays the least that all
// that was added needs: finding it allocates, and is over once every
// denominator of a price has come.
func (d *desk) sum(z, y *ratio) {
	if d.align(z, y); d.den.Cmp(&z.den) == 0 || d.den.Cmp(&y.den) == 0 {
		z.num.Add(&d.x, &d.y)
		z.den.Set(&d.den)
		return
	}
	common := new(big.Int).GCD(nil, nil, &z.den, &y.den)
	z.num.Add(&d.x, &d.y)
	z.num.Quo(&z.num, common) // exact: a multiple of both
	z.den.Quo(&d.den, common)
}

// highest sets z to x if that is more.
func (d *desk) highest(z, x *ratio) {
	if d.cmp(z, x) < 0 {
		z.set(x)
	}
}

// round rounds x to a number of places.
func (d *desk) round(z, x *ratio, mode money.RoundingMode, places int) {
	d.x.Mul(&x.num, &d.ten[places])
	d.den.Set(&x.den)
	fixed.QuoBig(&z.num, &d.rest, &d.x, &d.den, fixed.Mode(mode))
	z.den.Set(&d.ten[places])
}

func (d *desk) ceil(z, x *ratio) { d.round(z, x, money.Ceiling, 0) }

// maxLabelDigits bounds the numbers in labels as package accounting does.
const maxLabelDigits = 38

// number reads a plain number such as a label may bring; false for any other
// text, and for one of too many digits.
func (d *desk) number(z *ratio, text string) bool {
	if len(text) > maxLabelDigits {
		return false
	}
	var high, low uint64 // the number is high·10^n + low
	n, digits, places, point := 0, 0, 0, false
	for i := range len(text) {
		c := text[i]
		switch {
		case c == '.' && !point:
			point = true
			continue
		case c < '0' || c > '9':
			return false
		}
		if digits++; point {
			places++
		}
		if digits <= 19 {
			high = 10*high + uint64(c-'0')
		} else {
			low = 10*low + uint64(c-'0')
			n++
		}
	}
	if digits == 0 {
		return false
	}
	d.x.SetUint64(high)
	z.num.Mul(&d.x, &d.ten[n])
	d.x.SetUint64(low)
	z.num.Add(&z.num, &d.x)
	z.den.Set(&d.ten[places])
	return true
}
