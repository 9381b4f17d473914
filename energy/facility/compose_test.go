package facility_test

import (
	"fmt"
	"math"
	"math/big"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/facility"
	"github.com/meterbook/meterbook/metering"
)

// amount returns a random measurement of the year.
func (g generator) amount() facility.Measured {
	e := 1 + g.Int64N(1<<62)>>g.IntN(60)
	return facility.Measured{Energy: energy.Microjoules(e), Period: year, Accuracy: facility.Accuracy(g.Int64N(int64(5 * facility.Percent))),
		Unobserved: time.Duration(g.Int64N(int64(time.Hour))), Estimated: energy.Microjoules(g.Int64N(e + 1))}
}

func rat(e energy.Energy) *big.Rat { return new(big.Rat).SetInt(e.Microjoules().Big()) }

// The PUE of sub-systems is 1 + Σ (pPUE − 1), and its uncertainty that of
// independent meters of the sub-systems and of the IT equipment: never less than
// a plain computation says, and at most a part per billion more.
func TestLaw_Compose_Sum(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		it := g.amount()
		want := big.NewRat(1, 1)
		var parts []facility.Result
		it.Accuracy++
		load, _ := rat(it.Energy).Float64()
		sum, square := 0.0, 0.0
		u := func(r facility.Result, beyond, off float64) {
			got, err := r.Uncertainty(0)
			require.NoError(t, err)
			want := math.Hypot(off, beyond*float64(it.Accuracy)/1e9) / load
			require.GreaterOrEqual(t, got.Standard, want*(1-1e-12))
			require.LessOrEqual(t, got.Standard, want*(1+1e-12)+2e-9*beyond/load)
			require.InDelta(t, got.Relative, got.Standard/r.Float64(), 1e-15)
		}
		for i := range 1 + g.IntN(4) {
			sub := g.amount()
			sub.Accuracy++
			p, err := facility.Partial(fmt.Sprint(i), sub, it, 3)
			require.NoError(t, err)
			e, _ := rat(sub.Energy).Float64()
			off := e * float64(sub.Accuracy) / 1e9
			u(p, e, off)
			sum, square = sum+e, square+off*off
			parts = append(parts, p)
			over := p.Rat()
			want.Add(want, over.Sub(over, big.NewRat(1, 1)))
			require.Equal(t, 0, p.Rat().Cmp(new(big.Rat).Add(big.NewRat(1, 1), new(big.Rat).Quo(rat(sub.Energy), rat(it.Energy)))))
		}
		r, err := facility.Compose(parts...)
		require.NoError(t, err)
		require.Zero(t, r.Rat().Cmp(want))
		u(r, sum, math.Sqrt(square))
		require.LessOrEqual(t, r.Estimated().Cmp(r.Total()), 0)
	})
}

// Accuracy of a sum, over one meter's periods or several sites, is never less
// than a float says.
func TestLaw_Accuracy_Joint(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		a, b := g.amount(), g.amount()
		a.Accuracy, b.Accuracy = max(a.Accuracy, 1), max(b.Accuracy, 1)
		site := func(m facility.Measured) facility.Result {
			small := facility.Measured{Energy: energy.Microjoules(1), Period: m.Period, Accuracy: 1}
			r, err := facility.PUE(m, small, 3)
			require.NoError(t, err)
			return r
		}
		sum, err := facility.Combine(site(a), site(b))
		require.NoError(t, err)
		u, err := sum.Uncertainty(0)
		require.NoError(t, err)
		x, _ := rat(a.Energy).Float64()
		y, _ := rat(b.Energy).Float64()
		ua, ub := float64(a.Accuracy)/1e11*100, float64(b.Accuracy)/1e11*100
		want := math.Hypot(x*ua, y*ub) / (x + y)
		require.GreaterOrEqual(t, u.Relative, want-1e-12)
		require.LessOrEqual(t, u.Relative, want+3e-9)
	})
}

// A grade is what comparing the exact ratio with each limit says.
func TestLaw_Judge_Exact(t *testing.T) {
	gb := facility.GB40879()
	limits := []*big.Rat{big.NewRat(6, 5), big.NewRat(13, 10), big.NewRat(3, 2)}
	law(t, func(t *testing.T, g generator) {
		it := 1 + g.Int64N(1<<40)
		total := it + g.Int64N(it+1)
		if g.IntN(3) == 0 { // at a limit, or a microjoule beside it
			it *= 10
			n := new(big.Rat).Mul(limits[g.IntN(3)], big.NewRat(it, 1))
			total = n.Num().Int64() + int64(g.IntN(3)-1)
		}
		r, err := facility.PUE(facility.Measured{Energy: energy.Microjoules(total), Period: year}, facility.Measured{Energy: energy.Microjoules(it), Period: year}, 3)
		require.NoError(t, err)
		want := 0
		for i := len(limits) - 1; i >= 0; i-- {
			if big.NewRat(total, it).Cmp(limits[i]) <= 0 {
				want = i + 1
			}
		}
		v, err := gb.Judge(r, facility.Site{}, year.End())
		require.NoError(t, err)
		require.Equal(t, want, v.Grade, "%d over %d", total, it)
		if !v.Pass {
			// Saving what is said passes, and a microjoule less does not.
			c, err := facility.WhatIf(r, facility.Site{}, year.End(), gb, gb)
			require.NoError(t, err)
			for extra, pass := range map[int64]bool{0: true, 1: false} {
				saved, _ := r.Total().Sub(c.Saving)
				saved, _ = saved.Add(energy.Microjoules(extra))
				less, err := facility.PUE(facility.Measured{Energy: saved, Period: year}, facility.Measured{Energy: r.IT(), Period: year}, 3)
				require.NoError(t, err)
				v, err := gb.Judge(less, facility.Site{}, year.End())
				require.NoError(t, err)
				require.Equal(t, pass, v.Pass)
			}
		}
	})
}

// Water and carbon keep their unit: litres and kilograms per kilowatt-hour.
func TestLaw_Units(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		it := g.amount()
		kWh := new(big.Rat).Quo(rat(it.Energy), big.NewRat(3_600_000_000_000, 1))
		litres := g.Int64N(1 << 40)
		w, err := facility.WUE(facility.WaterUse{Volume: facility.Water(litres) * facility.Litre, Period: year}, it)
		require.NoError(t, err)
		require.Zero(t, w.Rat().Cmp(new(big.Rat).Quo(big.NewRat(litres, 1), kWh)))
		grams := g.Int64N(1 << 40)
		c, err := facility.CUE(it, facility.Emission{Amount: facility.Amount{Carrier: facility.Electricity, Value: decimal.New(7, 0), Unit: "kWh"},
			Factor: facility.Factor{Kilograms: decimal.New(grams, -3), Per: "kWh"}})
		require.NoError(t, err)
		require.Zero(t, c.Rat().Cmp(new(big.Rat).Quo(big.NewRat(7*grams, 1000), kWh)))
	})
}

// A meter that is off by ten times what another is shows in what is composed,
// over a year of months too, and an assigned category stays said.
func TestCompose_Carries(t *testing.T) {
	part := func(boundary string, n int64, a facility.Accuracy, p metering.Period) facility.Result {
		sub, it := kWh(n, p), kWh(1000, p)
		sub.Accuracy, it.Accuracy = a, facility.Percent/10
		return must(t)(facility.Partial(boundary, sub, it, 2))
	}
	feb := metering.MustPeriod("2025-02-01T00:00:00Z", "2025-03-01T00:00:00Z")
	cooling := must(t)(facility.Combine(part("cooling", 100, facility.Percent, month), part("cooling", 100, facility.Percent, feb)))
	power := must(t)(facility.Combine(part("power", 50, facility.Percent, month), part("power", 50, facility.Percent, feb)))
	r := must(t)(facility.Compose(cooling, power))
	u, err := r.Uncertainty(0)
	require.NoError(t, err)
	require.InDelta(t, math.Hypot(math.Hypot(2, 1), 300*0.001)/2000, u.Standard, 1e-9)
	u, err = r.Uncertainty(1)
	require.NoError(t, err)
	require.InDelta(t, (math.Hypot(2, 1)-300*0.001)/2000, u.Standard, 1e-9)
	whole, err := r.Uncertainty(0)
	require.NoError(t, err)
	share, err := mustFigure(t)(r.DCiE()).Uncertainty(0)
	require.NoError(t, err)
	require.InDelta(t, whole.Relative, share.Relative, 1e-15, "1 over it is as certain")
	require.InDelta(t, whole.Relative*100/1.15, share.Standard, 1e-12)
	require.False(t, r.Has(facility.Relabelled))
	again := func(p facility.Result) facility.Result { return must(t)(p.Relabel(3)) }
	require.True(t, must(t)(facility.Compose(again(cooling), again(power))).Has(facility.Relabelled))
	unknown := must(t)(facility.Compose(cooling, must(t)(facility.Combine(part("power", 50, 0, month), part("power", 50, 1, feb)))))
	require.True(t, unknown.Has(facility.UnknownAccuracy))
	require.ErrorIs(t, ignore(unknown.Uncertainty(0)), facility.ErrNoAccuracy)
}
