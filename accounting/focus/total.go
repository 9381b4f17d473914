package focus

import (
	"math/big"

	"github.com/meterbook/meterbook/internal/fixed"
)

// A total is an exact sum of numbers. The zero total is 0.
type total struct {
	digits fixed.Int128
	scale  uint8
	wide   *big.Rat // set once digits no longer hold it
}

func (t *total) add(n Number) {
	if !n.set || n.digits.IsZero() {
		return
	}
	if t.wide == nil {
		scale := max(t.scale, n.scale)
		a, ok1 := times10(t.digits, int(scale-t.scale))
		b, ok2 := times10(n.digits, int(scale-n.scale))
		sum, ok3 := a.Add(b)
		if ok1 && ok2 && ok3 {
			t.digits, t.scale = sum, scale
			return
		}
		t.wide = t.rat()
	}
	t.wide = new(big.Rat).Add(t.wide, n.rat())
}

func (t *total) addTotal(o *total) {
	if o.wide == nil {
		t.add(Number{o.digits, o.scale, true})
		return
	}
	t.wide = new(big.Rat).Add(t.rat(), o.wide)
}

func (t *total) rat() *big.Rat {
	if t.wide != nil {
		return t.wide
	}
	return Number{t.digits, t.scale, true}.rat()
}

func (t *total) isZero() bool {
	if t.wide != nil {
		return t.wide.Sign() == 0
	}
	return t.digits.IsZero()
}

// near reports whether two totals differ by no more than a tolerance.
func (t *total) near(o *total, tolerance Number) bool {
	d := new(big.Rat).Sub(t.rat(), o.rat())
	return d.Abs(d).Cmp(tolerance.rat()) <= 0
}

func (t *total) String() string {
	if t.wide != nil {
		return t.wide.FloatString(18)
	}
	return Number{t.digits, t.scale, true}.String()
}
