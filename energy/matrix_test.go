package energy_test

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/carbon"
	"github.com/meterbook/meterbook/energy/facility"
	"github.com/meterbook/meterbook/metering"
)

var (
	matrixYear  = metering.MustPeriod("2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z")
	matrixMonth = metering.MustPeriod("2025-01-01T00:00:00Z", "2025-02-01T00:00:00Z")
)

// An indicated is what a cell of the matrix comes to: an error, or warnings.
type indicated struct {
	err      error
	warnings []string
}

func figureCell(f facility.Figure, err error) indicated { return said(f.Warnings(), err) }
func result(r facility.Result, err error) indicated     { return said(r.Warnings(), err) }
func score(s carbon.Score, err error) indicated         { return said(s.Warnings, err) }
func failed[T any](_ T, err error) indicated            { return indicated{err: err} }

func said[W any](warnings []W, err error) indicated {
	i := indicated{err: err}
	for _, w := range warnings {
		i.warnings = append(i.warnings, fmt.Sprint(w))
	}
	return i
}

// metered is energy of a meter of class 0.5 over a period.
func metered(kWh int64, p metering.Period) facility.Measured {
	return facility.Measured{Energy: energy.KilowattHours(kWh), Period: p, Accuracy: facility.Percent / 2}
}

func matrixPUE(site, it int64, p metering.Period) facility.Result {
	r, err := facility.PUE(metered(site, p), metered(it, p), 3)
	if err != nil {
		panic(err)
	}
	return r
}

func isA[T error](err error) bool { return errors.As(err, new(T)) }

func isOne(of error) func(error) bool { return func(err error) bool { return errors.Is(err, of) } }

// TestMatrix is the whole matrix of indicators: what each refuses, and what it
// computes and labels. A row without a refusal has the words of its warning.
func TestMatrix(t *testing.T) {
	type cell struct {
		kpi, what string
		got       indicated
		refuses   func(error) bool
		warns     string
	}
	d := decimal.RequireFromString
	year, month := matrixYear, matrixMonth
	good := matrixPUE(3000, 2000, year)
	site := func(kWh int64) facility.Measured {
		m := metered(kWh, year)
		m.Point = facility.SiteInput
		return m
	}
	unclassed := facility.Measured{Energy: energy.KilowattHours(3), Period: year}
	seen := metered(3, year)
	seen.Unobserved = 1
	water := func(litres, recycled int64, category facility.WaterCategory) facility.WaterUse {
		return facility.WaterUse{Volume: facility.Water(litres) * facility.Litre, Recycled: facility.Water(recycled) * facility.Litre, Period: year, Category: category, Accuracy: facility.Percent}
	}
	emitted := func(kg string, of int) facility.Emission {
		return facility.Emission{Amount: facility.Amount{Carrier: facility.Electricity, Value: d("1400"), Unit: "kWh"},
			Factor: facility.Factor{Kilograms: d(kg), Per: "kWh", Year: of, Region: "CN", Method: "location-based"}}
	}
	software := func(change func(*carbon.Software)) indicated {
		s := carbon.Software{Operational: carbon.Grams(5), Embodied: carbon.Grams(1), Unit: "request", Units: d("100")}
		change(&s)
		return score(carbon.SCI(s))
	}
	cooling, err := facility.Partial("cooling", metered(300, year), metered(1000, year), 3)
	require.NoError(t, err)
	designed, err := facility.Designed(3*energy.Megawatt, 2*energy.Megawatt, year, facility.Design{LoadPercent: 50, Climate: "Beijing"}, 3)
	require.NoError(t, err)

	cells := []cell{
		{"PUE", "below 1", result(facility.PUE(metered(999, year), metered(1000, year), 3)), isA[*facility.BelowOneError], ""},
		{"PUE", "no IT energy", result(facility.PUE(metered(999, year), metered(0, year), 3)), isOne(facility.ErrNoITEnergy), ""},
		{"PUE", "negative IT energy", result(facility.PUE(metered(999, year), metered(-1, year), 3)), isA[*facility.NegativeEnergyError], ""},
		{"PUE", "negative site energy", result(facility.PUE(metered(-999, year), metered(1, year), 3)), isA[*facility.NegativeEnergyError], ""},
		{"PUE", "NaN", failed(energy.Parse("NaN kW.h")), isOne(metering.ErrSyntax), ""},
		{"PUE", "infinity", failed(energy.Parse("Inf kW.h")), isOne(metering.ErrSyntax), ""},
		{"PUE", "periods differ", result(facility.PUE(metered(3, year), metered(2, month), 3)), isA[*facility.PeriodMismatchError], ""},
		{"PUE", "power for energy", failed(energy.Parse("5 kW")), isA[*metering.DimensionError], ""},
		{"PUE", "categories compared", failed(good.Compare(func() facility.Result { r, _ := facility.PUE(metered(3, year), metered(2, year), 2); return r }())), isA[*facility.CategoryMismatchError], ""},
		{"PUE", "exactly 1", result(matrixPUE(2, 2, year), nil), nil, "exactly 1"},
		{"PUE", "above 3", result(matrixPUE(31, 10, year), nil), nil, "above the usual range"},
		{"PUE", "below 1.02", result(matrixPUE(101, 100, year), nil), nil, "below 1.02"},
		{"PUE", "less than 12 months", result(matrixPUE(3, 2, month), nil), nil, "interim: period below 12 months"},
		{"PUE", "coverage below 100 %", result(facility.PUE(seen, metered(2, year), 3)), nil, "partial coverage"},
		{"PUE", "meter class unknown", result(facility.PUE(unclassed, metered(2, year), 3)), nil, "meter class unknown"},
		{"DCiE", "of nothing", figureCell(facility.Result{}.DCiE()), isOne(facility.ErrNoITEnergy), ""},
		{"DCiE", "deprecated", figureCell(good.DCiE()), nil, "deprecated, use PUE"},
		{"pPUE", "boundary unnamed", result(facility.Partial("", metered(300, year), metered(1000, year), 3)), isOne(facility.ErrNoBoundary), ""},
		{"pPUE", "presented as PUE", indicated{err: cooling.Annual()}, isA[*facility.KindMismatchError], ""},
		{"iPUE", "presented as PUE", indicated{err: matrixPUE(3, 2, month).Annual()}, isA[*facility.InterimError], ""},
		{"dPUE", "mixed with measured", result(facility.Combine(good, designed)), isA[*facility.KindMismatchError], ""},
		{"dPUE", "no load", result(facility.Designed(3, 2, year, facility.Design{Climate: "x"}, 3)), nil, "no load"},
		{"dPUE", "no climate", result(facility.Designed(3, 2, year, facility.Design{LoadPercent: 50}, 3)), nil, "no climate"},
		{"REF", "below 0", figureCell(facility.REF(metered(-1, year), metered(1000, year))), isA[*facility.NegativeEnergyError], ""},
		{"REF", "above 1", figureCell(facility.REF(metered(1200, year), metered(1000, year))), nil, "capped at 1"},
		{"ITEEsv", "benchmarks mixed", figureCell(facility.ITEEsv(year, facility.Server{Performance: d("1"), Unit: "ssj_ops", Power: 1}, facility.Server{Performance: d("1"), Unit: "SERT", Power: 1})), isA[*facility.UnitError], ""},
		{"ITEUsv", "above 100 %", figureCell(facility.ITEUsv(year, facility.Utilisation{Percent: d("100.1")})), isA[*facility.FieldError], ""},
		{"ITEUsv", "servers missing", figureCell(facility.ITEUsv(year, facility.Utilisation{Percent: d("10")}, facility.Utilisation{Missing: true})), nil, "servers missing"},
		{"ERF", "above 1", figureCell(facility.ERF(facility.Reuse{Measured: metered(1001, year)}, metered(1000, year))), isA[*facility.AboveWholeError], ""},
		{"ERF", "reuse inside the boundary", figureCell(facility.ERF(facility.Reuse{Measured: metered(1, year), Inside: true}, metered(1000, year))), isOne(facility.ErrReuseInside), ""},
		{"ERE", "below 0", figureCell(facility.ERE(good, facility.Reuse{Measured: metered(3001, year)})), isA[*facility.AboveWholeError], ""},
		{"CER", "no cooling energy", figureCell(facility.CER(metered(10, year), metered(0, year))), isOne(facility.ErrNoEnergy), ""},
		{"CER", "above 30", figureCell(facility.CER(metered(3001, year), metered(100, year))), nil, "above the usual range"},
		{"CUE", "factor below 0", figureCell(facility.CUE(metered(1000, year), emitted("-0.1", 2024))), isA[*facility.FieldError], ""},
		{"CUE", "factor without its year", figureCell(facility.CUE(metered(1000, year), emitted("0.5", 0))), nil, "factor without year, region or method"},
		{"WUE", "divided by the site's energy", figureCell(facility.WUE(water(1, 0, facility.WaterInput), site(1000))), isA[*facility.PointError], ""},
		{"WUE", "below 0", figureCell(facility.WUE(water(-1, 0, facility.WaterInput), metered(1000, year))), isA[*facility.FieldError], ""},
		{"WUE", "category unnamed", figureCell(facility.WUE(water(1, 0, 0), metered(1000, year))), nil, "category unknown"},
		{"WUE", "recycled water", figureCell(facility.WUE(water(2, 1, facility.WaterInput), metered(1000, year))), nil, "recycled water included"},
		{"WUEsource", "below 0", figureCell(facility.WUESource(func() facility.Figure {
			f, _ := facility.WUE(water(10, 0, facility.WaterInput), metered(1000, year))
			return f
		}(), good, d("-1"))), isA[*facility.FieldError], ""},
		{"SCI", "functional unit unnamed", software(func(s *carbon.Software) { s.Unit = "" }), isOne(carbon.ErrNoUnits), ""},
		{"SCI", "none of them", software(func(s *carbon.Software) { s.Units = decimal.Decimal{} }), isOne(carbon.ErrNoUnits), ""},
		{"SCI", "market-based", software(func(s *carbon.Software) { s.MarketBased = true }), isOne(carbon.ErrMarketBased), ""},
		{"SCI", "without the facility", software(func(s *carbon.Software) { s.WithoutFacility = true }), nil, string(carbon.WithoutFacility)},
		{"SCI", "what was used only", software(func(s *carbon.Software) { s.UsedOnly = true }), nil, string(carbon.UsedOnly)},
	}
	rows := map[string]bool{}
	for _, c := range cells {
		rows[c.kpi] = true
		t.Run(c.kpi+" "+c.what, func(t *testing.T) {
			if c.refuses != nil {
				require.Error(t, c.got.err)
				require.True(t, c.refuses(c.got.err), "%v", c.got.err)
				return
			}
			require.NoError(t, c.got.err)
			require.Contains(t, c.got.warnings, c.warns)
		})
	}
	for k := facility.KPIPUE; k.String() != "invalid"; k++ {
		if name := k.String(); k != facility.KPIPeakPUE { // the other table's
			require.True(t, rows[name], "no row for %s", name)
		}
	}
	// What is legal, though it looks odd.
	ere, err := facility.ERE(good, facility.Reuse{Measured: metered(2200, year)})
	require.NoError(t, err)
	require.Equal(t, "0.4", ere.Decimal(3).String(), "an ERE may be below 1, a PUE never")
	require.False(t, math.IsNaN(ere.Float64()))
}
