package promtext

import (
	"math"
	"math/big"
	"strconv"
	"time"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/counter"
)

// A level is what a series of kind Held or Sampled showed last.
type level struct {
	At    time.Time
	Level fixed.Int128 // grains of the capacity
	// Rest is what of its integral is below a grain: it is carried.
	Rest fixed.Int128
	Key  metering.Key // under which it is held
}

// capacity returns what a level shows in grains, rounded half-even, once. It fails
// for what is below 0 or beyond 128 bits.
func (r *rule) capacity(v float64) (fixed.Int128, bool) {
	n, ok := new(big.Rat).SetString(decimal(v))
	if !ok || n.Sign() < 0 {
		return fixed.Int128{}, false
	}
	n.Mul(n, new(big.Rat).SetFrac(r.Unit.Grains().Big(), big.NewInt(max(1, r.Per))))
	return fixed.FromBig(halfEven(n))
}

// decimal returns a float as the exporter printed it: its shortest text. From 2^53
// on that is an integer of which digits may be lost, and it is told exactly, as the
// ranges of sentinels are: that of DCGM ends at 2^63.
func decimal(v float64) string {
	if math.Abs(v) >= 1<<53 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

func halfEven(n *big.Rat) *big.Int {
	twice := new(big.Int).Lsh(n.Num(), 1)
	twice.Add(twice, n.Denom())
	q, rest := twice.DivMod(twice, new(big.Int).Lsh(n.Denom(), 1), new(big.Int))
	if rest.Sign() == 0 && q.Bit(0) == 1 {
		q.Sub(q, big.NewInt(1))
	}
	return q
}

// until returns what was held from the last sight up to t, and what of it is below
// a grain; false where it leaves 128 bits.
func (l *level) until(t time.Time, r *rule) (inc counter.Increase, rest fixed.Int128, ok bool) {
	area, ok1 := l.Level.MulInt64(int64(t.Sub(l.At)))
	area, ok2 := area.Add(l.Rest)
	whole, rest, ok3 := area.QuoRem(r.per)
	if !ok1 || !ok2 || !ok3 {
		return inc, rest, false
	}
	period, err := metering.NewPeriod(l.At, t)
	if err != nil {
		return inc, rest, false
	}
	return counter.Increase{Period: period, Quantity: metering.GrainsWide(whole, r.dim)}, rest, true
}
