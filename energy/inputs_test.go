package energy_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// inputs are those of a figure. A driver that asks for what is not there fails.
type inputs struct {
	t      *testing.T
	fields map[string]any
}

func (in inputs) has(name string) bool { _, ok := in.fields[name]; return ok }

func (in inputs) get(name string) any {
	in.t.Helper()
	require.Contains(in.t, in.fields, name)
	return in.fields[name]
}

// first returns the name among those given that there is.
func (in inputs) first(names ...string) string {
	in.t.Helper()
	for _, n := range names {
		if in.has(n) {
			return n
		}
	}
	require.Fail(in.t, "missing input", "none of %v", names)
	return ""
}

func (in inputs) text(name string) string { in.t.Helper(); return fmt.Sprint(in.get(name)) }

func (in inputs) number(name string) *big.Rat {
	in.t.Helper()
	return toRat(in.t, name, in.get(name))
}

// numberOr is number, or a default.
func (in inputs) numberOr(name, or string) *big.Rat {
	if in.has(name) && in.fields[name] != nil {
		return in.number(name)
	}
	return toRat(in.t, name, json.Number(or))
}

func (in inputs) list(name string) []any {
	in.t.Helper()
	list, ok := in.get(name).([]any)
	require.True(in.t, ok, name)
	return list
}

func (in inputs) numbers(name string) (out []*big.Rat) {
	in.t.Helper()
	for _, v := range in.list(name) {
		out = append(out, toRat(in.t, name, v))
	}
	return out
}

func (in inputs) objects(name string) (out []inputs) {
	in.t.Helper()
	for _, v := range in.list(name) {
		fields, ok := v.(map[string]any)
		require.True(in.t, ok, name)
		out = append(out, inputs{in.t, fields})
	}
	return out
}

func (in inputs) object(name string) inputs {
	in.t.Helper()
	fields, ok := in.get(name).(map[string]any)
	require.True(in.t, ok, name)
	return inputs{in.t, fields}
}

func (in inputs) decimal(name string) decimal.Decimal {
	in.t.Helper()
	d, err := decimal.NewFromString(in.text(name))
	require.NoError(in.t, err, name)
	return d
}

func (in inputs) float(name string) float64 {
	in.t.Helper()
	f, _ := in.number(name).Float64()
	return f
}

func toRat(t *testing.T, name string, v any) *big.Rat {
	t.Helper()
	r, ok := new(big.Rat).SetString(fmt.Sprint(v))
	require.True(t, ok, "%s: %v is no number", name, v)
	return r
}

// unitsOfEnergy are how names of inputs end, and the unit that says.
var unitsOfEnergy = []struct{ end, unit string }{
	{"_MWh", "MW.h"}, {"_kWh", "kW.h"}, {"_Wh", "W.h"}, {"_MJ", "MJ"}, {"_kJ", "kJ"}, {"_J", "J"}, {"_uJ", "uJ"}, {"_kW", "kW"}, {"_W", "W"}, {"", "kW.h"},
}

// energy reads an input by name and unit, such as E_DC_kWh for "E_DC". What is
// not written as a plain number of a unit of energy is refused by the library.
func (in inputs) energy(name string) (energy.Energy, error) {
	in.t.Helper()
	for _, u := range unitsOfEnergy {
		if in.has(name + u.end) {
			return energyOf(in.text(name+u.end), u.unit)
		}
	}
	require.Fail(in.t, "missing input", name)
	return energy.Energy{}, nil
}

// hasEnergy reports whether energy would find the input.
func (in inputs) hasEnergy(name string) bool {
	for _, u := range unitsOfEnergy {
		if in.has(name + u.end) {
			return true
		}
	}
	return false
}

// energyOf rounds what is finer than a microjoule, so that a ratio may be
// scaled to one; words go to the library as they are.
func energyOf(number, unit string) (energy.Energy, error) {
	u, err := metering.ParseUnit(unit)
	if err != nil {
		return energy.Energy{}, err
	}
	v, ok := new(big.Rat).SetString(number)
	if !ok || u.Dimension() != metering.Energy {
		return energy.Parse(number + " " + unit)
	}
	return microjoules(v.Mul(v, new(big.Rat).SetInt(u.Grains().Big()))), nil
}

// microjoules rounds a rational count of them, half up.
func microjoules(v *big.Rat) energy.Energy {
	n, _ := fixed.FromBig(roundRat(v))
	return energy.MicrojoulesWide(n)
}

func roundRat(v *big.Rat) *big.Int {
	two := new(big.Int).Lsh(v.Denom(), 1)
	n := new(big.Int).Lsh(v.Num(), 1)
	return n.Div(n.Add(n, v.Denom()), two)
}

// power rounds a rational count of watts to the microwatt.
func power(watts *big.Rat) energy.Power {
	return energy.Power(roundRat(new(big.Rat).Mul(watts, big.NewRat(1_000_000, 1))).Int64())
}

// joules is an energy as a rational.
func joules(e energy.Energy) *big.Rat {
	return new(big.Rat).SetFrac(e.Microjoules().Big(), big.NewInt(1_000_000))
}

func kilowattHours(e energy.Energy) *big.Rat {
	return new(big.Rat).SetFrac(e.Microjoules().Big(), big.NewInt(3_600_000_000_000))
}

func ratOf(f float64) *big.Rat { return new(big.Rat).SetFloat64(f) }

// days reads "2025-01-01/2026-01-01".
func days(t *testing.T, s string) metering.Period {
	t.Helper()
	from, to, ok := strings.Cut(s, "/")
	require.True(t, ok, s)
	start, err := time.Parse(time.DateOnly, from)
	require.NoError(t, err)
	end, err := time.Parse(time.DateOnly, to)
	require.NoError(t, err)
	p, err := metering.NewPeriod(start, end)
	require.NoError(t, err)
	return p
}
