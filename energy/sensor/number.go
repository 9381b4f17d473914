package sensor

import (
	"strings"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/internal/fixed"
)

// A scale is how many microwatts or microjoules a unit has.
type scale int64

const (
	micro scale = 1
	milli scale = 1_000
	one   scale = 1_000_000
	kilo  scale = 1_000_000_000
	kWh   scale = 3_600_000_000_000
)

// count reads a number, with an exponent or without, as whole microwatts or
// microjoules; what is finer is rounded half-even. It never goes through a
// float. NaN and infinities are no numbers, and nothing is below 0.
func count(field, s string, unit scale) (fixed.Int128, error) {
	bad := func(want string) (fixed.Int128, error) { return fixed.Int128{}, &FieldError{field, clip(s), want} }
	if len(s) == 0 || len(s) > 64 || strings.Trim(s, "+-.eE0123456789") != "" {
		return bad("a number")
	}
	d, err := decimal.NewFromString(s)
	if err != nil {
		return bad("a number")
	}
	if e := d.Exponent(); e > 30 || e < -60 {
		return bad("a number of at most 30 digits")
	}
	if d.Sign() < 0 {
		return bad("0 or more")
	}
	n, ok := fixed.FromBig(d.Mul(decimal.NewFromInt(int64(unit))).RoundBank(0).BigInt())
	if !ok {
		return bad("a number within 128 bits")
	}
	return n, nil
}

// power reads a power.
func power(field, s string, unit scale) (energy.Power, error) {
	n, err := count(field, s, unit)
	if err != nil {
		return 0, err
	}
	v, fits := n.Int64()
	if !fits || energy.Power(v) > energy.MaxPower {
		return 0, &FieldError{field, clip(s), "at most " + energy.MaxPower.String() + "; check its unit"}
	}
	return energy.Power(v), nil
}

// joules reads an energy.
func joules(field, s string, unit scale) (energy.Energy, error) {
	n, err := count(field, s, unit)
	return energy.MicrojoulesWide(n), err
}
