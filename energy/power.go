package energy

import (
	"math"
	"time"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// A Power is a rate of energy in whole microwatts, written as a
// [time.Duration] is: 350*energy.Watt. The zero Power is 0.
type Power int64

// The units of power.
const (
	Microwatt Power = 1
	Milliwatt       = 1000 * Microwatt
	Watt            = 1000 * Milliwatt
	Kilowatt        = 1000 * Watt
	Megawatt        = 1000 * Kilowatt
)

// MaxPower is the largest power of a sample or of a counter's device: 1 TW,
// about a third of what the world draws. Up to here no series of samples
// between 1970 and 2200 can overflow the exact sum (see the package's
// Exactness).
const MaxPower = 1_000_000 * Megawatt

// Quantity returns p as a quantity of the dimension power.
func (p Power) Quantity() metering.Quantity { return metering.Grains(int64(p), metering.Power) }

// Over returns the energy of a constant p over d, rounded half-even to the
// microjoule: the idle energy of a window from a device's idle power.
func (p Power) Over(d time.Duration) Energy {
	// The quotient of a product of two int64 by 10⁹ always fits.
	n, _, _ := fixed.MulDiv(fixed.FromInt64(int64(p)), fixed.FromInt64(int64(d)), nanosPerSecond, fixed.HalfEven)
	return Energy{n}
}

// String returns p exactly, in the largest unit that leaves a whole part:
// "350 W", "1.5 kW", "0 W".
func (p Power) String() string {
	units := [...]struct {
		size  Power
		scale int
		name  string
	}{{Megawatt, 12, " MW"}, {Kilowatt, 9, " kW"}, {Watt, 6, " W"}, {Milliwatt, 3, " mW"}, {Microwatt, 0, " µW"}}
	u := units[2]
	for _, v := range units {
		if p >= v.size || p <= -v.size {
			u = v
			break
		}
	}
	var buf [32]byte
	b := fixed.AppendDecimal(buf[:0], fixed.FromInt64(int64(p)), u.scale, 0)
	return string(append(b, u.name...))
}

// mean returns e/d for d > 0.
func mean(e Energy, d time.Duration) Power {
	n, _, ok := fixed.MulDiv(e.n, nanosPerSecond, fixed.FromInt64(int64(d)), fixed.HalfEven)
	if v, fits := n.Int64(); ok && fits {
		return Power(v)
	}
	if e.Sign() < 0 {
		return math.MinInt64
	}
	return math.MaxInt64
}
