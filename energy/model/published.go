package model

import (
	"math/big"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/internal/fixed"
)

// An Amount is an energy that a published model gives, as the exact rational
// of its formula. It is an estimate, whatever its digits say.
type Amount struct{ kWh *big.Rat }

// KWh returns the exact kilowatt-hours; 0 of the zero Amount.
func (a Amount) KWh() *big.Rat {
	if a.kWh == nil {
		return new(big.Rat)
	}
	return new(big.Rat).Set(a.kWh)
}

// Energy returns the amount rounded half-even to the microjoule. It fails with
// a *[FieldError] beyond 128 bits.
func (a Amount) Energy() (energy.Energy, error) {
	uj := new(big.Rat).Mul(a.KWh(), big.NewRat(3_600_000_000_000, 1))
	q, rest := new(big.Int).DivMod(uj.Num(), uj.Denom(), new(big.Int))
	switch c := rest.Lsh(rest, 1).Cmp(uj.Denom()); {
	case c > 0, c == 0 && q.Bit(0) == 1:
		q.Add(q, big.NewInt(1))
	}
	n, ok := fixed.FromBig(q)
	if !ok {
		return energy.Energy{}, &FieldError{"energy", "beyond 128 bits", "less"}
	}
	return energy.MicrojoulesWide(n), nil
}

// plain returns an input of a model within bounds as a rational.
func plain(name string, v decimal.Decimal) (*big.Rat, error) {
	if e := v.Exponent(); e < -30 || e > 18 || v.Coefficient().BitLen() > 127 {
		return nil, &FieldError{name, "of exponent " + strconv.Itoa(int(e)), "a plain decimal number"}
	}
	if v.Sign() < 0 {
		return nil, &FieldError{name, v.String(), "0 or more"}
	}
	return v.Rat(), nil
}

// An input is a named number.
type input struct {
	name  string
	value decimal.Decimal
}

// product multiplies named inputs.
func product(inputs ...input) (*big.Rat, error) {
	p := big.NewRat(1, 1)
	for _, in := range inputs {
		r, err := plain(in.name, in.value)
		if err != nil {
			return nil, err
		}
		p.Mul(p, r)
	}
	return p, nil
}

// A CloudCompute is the energy of virtual processors as Cloud Carbon Footprint
// has it: (min + u·(max − min)) · vCPU·h · PUE · replication / 1000,
// with powers a vCPU. With the same min and max it is that of a mean power.
type CloudCompute struct {
	Min, Max    decimal.Decimal // W a vCPU
	PUE         decimal.Decimal
	Replication decimal.Decimal // how often the work is done, 1 for once
}

// Amount returns the energy at a mean utilisation in percent. It fails with a
// *[FieldError] on an input below 0 or not plain, a utilisation above 100 %, a
// PUE below 1 or a replication of 0.
func (c CloudCompute) Amount(percent, vcpuHours decimal.Decimal) (Amount, error) {
	u, err := plain("utilisation", percent)
	if err != nil {
		return Amount{}, err
	}
	if u.Cmp(big.NewRat(100, 1)) > 0 {
		return Amount{}, &FieldError{"utilisation", percent.String() + " %", "at most 100 %"}
	}
	least, err := plain("minimum power", c.Min)
	if err != nil {
		return Amount{}, err
	}
	most, err := plain("maximum power", c.Max)
	if err != nil {
		return Amount{}, err
	}
	if c.Replication.IsZero() {
		return Amount{}, &FieldError{"replication", "0", "1 for what is done once, or more"}
	}
	rest, err := scaled(c.PUE, input{"replication", c.Replication}, input{"vCPU hours", vcpuHours})
	if err != nil {
		return Amount{}, err
	}
	w := most.Sub(most, least)
	w.Mul(w, u.Quo(u, big.NewRat(100, 1)))
	w.Add(w, least)
	return Amount{w.Mul(w, rest)}, nil
}

// scaled returns the product of inputs and a PUE over 1000, W·h to kWh.
func scaled(pue decimal.Decimal, inputs ...input) (*big.Rat, error) {
	r, err := plain("PUE", pue)
	if err != nil {
		return nil, err
	}
	if r.Cmp(big.NewRat(1, 1)) < 0 {
		return nil, &FieldError{"PUE", pue.String(), "1 or more"}
	}
	p, err := product(inputs...)
	if err != nil {
		return nil, err
	}
	p.Mul(p, r)
	return p.Quo(p, big.NewRat(1000, 1)), nil
}

// Constant returns the energy of a device at a constant part of its thermal
// design power, the fall-back of CodeCarbon: half of it, or of 85 W where it
// is not known. It fails with a *[FieldError] on a time or a power below 0, or
// a ratio that is negative or not plain.
func Constant(tdp energy.Power, ratio decimal.Decimal, d time.Duration) (Amount, error) {
	r, err := plain("ratio", ratio)
	if err != nil {
		return Amount{}, err
	}
	if tdp < 0 || tdp > energy.MaxPower {
		return Amount{}, &FieldError{"thermal design power", tdp.String(), "0 W to " + energy.MaxPower.String()}
	}
	if d < 0 {
		return Amount{}, &FieldError{"time", d.String(), "0 or more"}
	}
	r.Mul(r, new(big.Rat).SetFrac(big.NewInt(int64(tdp)), big.NewInt(int64(energy.Kilowatt))))
	return Amount{r.Mul(r, new(big.Rat).SetFrac(big.NewInt(int64(d)), big.NewInt(int64(time.Hour))))}, nil
}

// A Ratio is a part of a device's thermal design power at a load in percent.
type Ratio struct{ Percent, OfTDP decimal.Decimal }

// Teads returns the curve of Teads for processors, which the Impact Framework,
// Boavizta and others use: 0.12 of the thermal design power idle, 0.32 at
// 10 %, 0.75 at half and 1.02 at full load. On machines that were measured it
// is 11 to 205 % off.
func Teads() []Ratio {
	return []Ratio{{decimal.Zero, decimal.New(12, -2)}, {decimal.New(10, 0), decimal.New(32, -2)}, {decimal.New(50, 0), decimal.New(75, -2)}, {decimal.New(100, 0), decimal.New(102, -2)}}
}

// Interpolate reads a curve of ratios, in order of load, at a load in percent,
// on the line between its neighbours. It fails with a *[FieldError] on fewer
// than two points, points out of order, an input that is not plain or a load
// beyond the points.
func Interpolate(curve []Ratio, percent decimal.Decimal) (*big.Rat, error) {
	x, err := plain("load", percent)
	if err != nil {
		return nil, err
	}
	var xs, ys []*big.Rat
	for i, p := range curve {
		px, err := plain("load of point "+strconv.Itoa(i), p.Percent)
		if err != nil {
			return nil, err
		}
		py, err := plain("ratio of point "+strconv.Itoa(i), p.OfTDP)
		if err != nil {
			return nil, err
		}
		if i > 0 && px.Cmp(xs[i-1]) <= 0 {
			return nil, &FieldError{"load of point " + strconv.Itoa(i), p.Percent.String(), "more than that before it"}
		}
		xs, ys = append(xs, px), append(ys, py)
	}
	if len(xs) < 2 {
		return nil, &FieldError{"points", strconv.Itoa(len(xs)), "2 or more"}
	}
	for i := 1; i < len(xs); i++ {
		if x.Cmp(xs[i-1]) < 0 || x.Cmp(xs[i]) > 0 {
			continue
		}
		part := new(big.Rat).Sub(x, xs[i-1])
		part.Quo(part, new(big.Rat).Sub(xs[i], xs[i-1]))
		part.Mul(part, new(big.Rat).Sub(ys[i], ys[i-1]))
		return part.Add(part, ys[i-1]), nil
	}
	return nil, &FieldError{"load", percent.String() + " %", "within the points"}
}
