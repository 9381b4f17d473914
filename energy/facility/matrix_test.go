package facility_test

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/facility"
	"github.com/meterbook/meterbook/metering"
)

// What each indicator refuses and what it warns of, row by row as the
// definitions have it.

var (
	month = metering.MustPeriod("2025-01-01T00:00:00Z", "2025-02-01T00:00:00Z")
	d     = decimal.RequireFromString
)

func at(m facility.Measured, p facility.Point) facility.Measured { m.Point = p; return m }

// joules is the energy of a meter of unknown class.
func joules(n int64) facility.Measured {
	return facility.Measured{Energy: energy.Joules(n), Period: year}
}

func ignore[T any](_ T, err error) error { return err }

func reused(n int64) facility.Reuse { return facility.Reuse{Measured: kWh(n, year)} }

func litres(n int64) facility.WaterUse {
	return facility.WaterUse{Volume: facility.Water(n) * facility.Litre, Period: year, Category: facility.WaterInput, Accuracy: facility.Percent}
}

func grid(kg string) facility.Emission {
	return facility.Emission{
		Amount: facility.Amount{Carrier: facility.Electricity, Value: d("1400"), Unit: "kWh"},
		Factor: facility.Factor{Kilograms: d(kg), Per: "kWh", Year: 2024, Region: "CN", Method: "location-based"},
	}
}

func as[T error](err error) bool { return errors.As(err, new(T)) }

func wraps(target error) func(error) bool {
	return func(err error) bool { return errors.Is(err, target) }
}

func TestMatrix_Refusals(t *testing.T) {
	r := pue(t, 3000, 2000, year, 3)
	cooling := must(t)(facility.Partial("cooling", kWh(300, year), kWh(1000, year), 3))
	design := must(t)(facility.Designed(3*energy.Megawatt, 2*energy.Megawatt, year, facility.Design{LoadPercent: 50, Climate: "Beijing"}, 3))
	wue := mustFigure(t)(facility.WUE(litres(10), kWh(1000, year)))
	tests := []struct {
		name string
		err  error
		want func(error) bool
	}{
		{"PUE below 1", ignore(facility.PUE(kWh(999, year), kWh(1000, year), 3)), as[*facility.BelowOneError]},
		{"PUE without IT energy", ignore(facility.PUE(kWh(999, year), kWh(0, year), 3)), wraps(facility.ErrNoITEnergy)},
		{"PUE of negative energy", ignore(facility.PUE(kWh(999, year), kWh(-1, year), 3)), as[*facility.NegativeEnergyError]},
		{"PUE of two periods", ignore(facility.PUE(kWh(999, year), kWh(9, month), 3)), as[*facility.PeriodMismatchError]},
		{"NaN", ignore(energy.Parse("NaN kW.h")), wraps(metering.ErrSyntax)},
		{"infinity", ignore(energy.Parse("Inf kW.h")), wraps(metering.ErrSyntax)},
		{"power for energy", ignore(energy.Parse("5 kW")), as[*metering.DimensionError]},
		{"no unit", ignore(energy.Parse("5")), func(err error) bool { return err != nil }},
		{"IT measured at the site", ignore(facility.PUE(kWh(3, year), at(kWh(2, year), facility.SiteInput), 3)), as[*facility.PointError]},
		{"IT measured elsewhere than the category", ignore(facility.PUE(kWh(3, year), at(kWh(2, year), facility.UPSOutput), 3)), as[*facility.PointError]},
		{"total measured behind the UPS", ignore(facility.PUE(at(kWh(3, year), facility.UPSOutput), kWh(2, year), 3)), as[*facility.PointError]},
		{"interim presented as annual", pue(t, 3, 2, month, 3).Annual(), as[*facility.InterimError]},
		{"categories compared", ignore(r.Compare(pue(t, 3, 2, year, 2))), as[*facility.CategoryMismatchError]},
		{"nothing compared", ignore(facility.Result{}.Compare(facility.Result{})), wraps(facility.ErrNoITEnergy)},
		{"compared with nothing", ignore(pue(t, 3, 2, year, 0).Compare(facility.Result{})), wraps(facility.ErrNoITEnergy)},
		{"DCiE of nothing", ignore(facility.Result{}.DCiE()), wraps(facility.ErrNoITEnergy)},
		{"pPUE without a boundary", ignore(facility.Partial("", kWh(300, year), kWh(1000, year), 3)), wraps(facility.ErrNoBoundary)},
		{"pPUE as PUE", cooling.Annual(), as[*facility.KindMismatchError]},
		{"pPUE and PUE combined", ignore(facility.Combine(cooling, r)), as[*facility.KindMismatchError]},
		{"pPUE of one sub-system twice", ignore(facility.Compose(cooling, cooling)), as[*facility.FieldError]},
		{"PUE composed", ignore(facility.Compose(r)), as[*facility.KindMismatchError]},
		{"dPUE mixed with measured", ignore(facility.Combine(r, design)), as[*facility.KindMismatchError]},
		{"dPUE combined", ignore(facility.Combine(design, design)), as[*facility.KindMismatchError]},
		{"dPUE compared with measured", ignore(design.Compare(r)), as[*facility.KindMismatchError]},
		{"dPUE at 101 %", ignore(facility.Designed(3, 2, year, facility.Design{LoadPercent: 101}, 3)), as[*facility.FieldError]},
		{"dPUE below 1", ignore(facility.Designed(2*energy.Watt, 3*energy.Watt, year, facility.Design{}, 3)), as[*facility.BelowOneError]},
		{"REF below 0", ignore(facility.REF(kWh(-1, year), kWh(1000, year))), as[*facility.NegativeEnergyError]},
		{"REF of nothing", ignore(facility.REF(kWh(1, year), kWh(0, year))), wraps(facility.ErrNoEnergy)},
		{"REF of two periods", ignore(facility.REF(kWh(1, month), kWh(3, year))), as[*facility.PeriodMismatchError]},
		{"REF with more sold than generated", ignore(facility.Renewable{OnSite: energy.Joules(1), OnSiteSold: energy.Joules(2)}.Total()), as[*facility.AboveWholeError]},
		{"REF of negative guarantees", ignore(facility.Renewable{Guarantees: energy.Joules(-1)}.Total()), as[*facility.NegativeEnergyError]},
		{"ITEEsv of mixed benchmarks", ignore(facility.ITEEsv(year, facility.Server{d("1"), "ssj_ops", 1}, facility.Server{d("1"), "SERT", 1})), as[*facility.UnitError]},
		{"ITEEsv without power", ignore(facility.ITEEsv(year, facility.Server{d("1"), "ssj_ops", 0})), as[*facility.FieldError]},
		{"ITEEsv of no performance", ignore(facility.ITEEsv(year, facility.Server{d("0"), "ssj_ops", 1})), as[*facility.FieldError]},
		{"ITEEsv of nothing", ignore(facility.ITEEsv(year)), wraps(facility.ErrNoResults)},
		{"ITEUsv above 100 %", ignore(facility.ITEUsv(year, facility.Utilisation{Percent: d("100.1")})), as[*facility.FieldError]},
		{"ITEUsv below 0", ignore(facility.ITEUsv(year, facility.Utilisation{Percent: d("-1")})), as[*facility.FieldError]},
		{"ITEUsv of nothing", ignore(facility.ITEUsv(year, facility.Utilisation{Missing: true})), wraps(facility.ErrNoResults)},
		{"ERF above 1", ignore(facility.ERF(reused(1001), kWh(1000, year))), as[*facility.AboveWholeError]},
		{"ERF within the boundary", ignore(facility.ERF(facility.Reuse{Measured: kWh(1, year), Inside: true}, kWh(1000, year))), wraps(facility.ErrReuseInside)},
		{"ERE below 0", ignore(facility.ERE(r, reused(3001))), as[*facility.AboveWholeError]},
		{"ERE of a pPUE", ignore(facility.ERE(cooling, reused(1))), as[*facility.KindMismatchError]},
		{"CER without cooling energy", ignore(facility.CER(kWh(10, year), kWh(0, year))), wraps(facility.ErrNoEnergy)},
		{"CER of no heat", ignore(facility.CER(kWh(0, year), kWh(1, year))), wraps(facility.ErrNoEnergy)},
		{"CUE with a negative factor", ignore(facility.CUE(kWh(1000, year), grid("-0.1"))), as[*facility.FieldError]},
		{"CUE with a factor per litre", ignore(facility.CUE(kWh(1000, year), facility.Emission{Amount: grid("1").Amount, Factor: facility.Factor{Per: "L"}})), as[*facility.UnitError]},
		{"CUE of nothing", ignore(facility.CUE(kWh(1000, year))), wraps(facility.ErrNoResults)},
		{"CUE without IT energy", ignore(facility.CUE(kWh(0, year), grid("1"))), wraps(facility.ErrNoITEnergy)},
		{"WUE below 0", ignore(facility.WUE(litres(-1), kWh(1000, year))), as[*facility.FieldError]},
		{"WUE by the energy of the site", ignore(facility.WUE(litres(1), at(kWh(1000, year), facility.SiteInput))), as[*facility.PointError]},
		{"WUE of two periods", ignore(facility.WUE(litres(1), kWh(1000, month))), as[*facility.PeriodMismatchError]},
		{"WUE with more recycled than there is", ignore(facility.WUE(facility.WaterUse{Volume: 1, Recycled: 2, Period: year}, kWh(1, year))), as[*facility.FieldError]},
		{"WUEsource of another indicator", ignore(facility.WUESource(mustFigure(t)(r.DCiE()), r, d("1"))), as[*facility.KindMismatchError]},
		{"WUEsource below 0", ignore(facility.WUESource(wue, r, d("-1"))), as[*facility.FieldError]},
		{"litres below a microlitre", ignore(facility.Litres(d("0.0000001"))), as[*facility.FieldError]},
		{"litres beyond 64 bits", ignore(facility.Litres(d("1e13"))), as[*facility.FieldError]},
		{"litres of a hostile exponent", ignore(facility.Litres(decimal.New(1, 1<<30))), as[*facility.FieldError]},
		{"fuel without a table", ignore(facility.WeightTable{}.Convert(kWh(1, year), facility.Amount{facility.Diesel, d("1"), "L"})), as[*facility.CarrierError]},
		{"fuel that the table does not have", ignore(facility.EN50600().Convert(kWh(1, year), facility.Amount{facility.Steam, d("1"), "kWh"})), as[*facility.CarrierError]},
		{"fuel in another unit", ignore(facility.EN50600().Convert(kWh(1, year), facility.Amount{facility.Diesel, d("1"), "kg"})), as[*facility.UnitError]},
		{"negative fuel", ignore(facility.EN50600().Convert(kWh(1, year), facility.Amount{facility.Diesel, d("-1"), "L"})), as[*facility.FieldError]},
		{"fuel of a hostile exponent", ignore(facility.EN50600().Convert(kWh(1, year), facility.Amount{facility.Diesel, decimal.New(1, 1<<30), "L"})), as[*facility.FieldError]},
		{"tables compared", ignore(converted(t, facility.EN50600()).Compare(r)), as[*facility.TableMismatchError]},
		{"converted by two tables", ignore(facility.GreenGrid().Convert(facility.Measured{Energy: energy.Joules(1), Period: year, Table: facility.EN50600().ID}, facility.Amount{facility.Steam, d("1"), "kWh"})), as[*facility.TableMismatchError]},
		{"REF of two tables", ignore(facility.REF(facility.Measured{Energy: energy.Joules(1), Period: year, Table: "one"}, facility.Measured{Energy: energy.Joules(2), Period: year, Table: "two"})), as[*facility.TableMismatchError]},
		{"figures of two tables", ignore(mustFigure(t)(converted(t, facility.EN50600()).DCiE()).Cmp(mustFigure(t)(r.DCiE()))), as[*facility.TableMismatchError]},
		{"figures of two categories", ignore(mustFigure(t)(pue(t, 3, 2, year, 2).DCiE()).Cmp(mustFigure(t)(r.DCiE()))), as[*facility.CategoryMismatchError]},
		{"WUEsource with the water of its energy twice", ignore(facility.WUESource(mustFigure(t)(facility.WUE(facility.WaterUse{Volume: 1, Period: year, Category: facility.WaterSourced}, kWh(1000, year))), r, d("1"))), as[*facility.KindMismatchError]},
		{"PUE0 at the PDU", ignore(facility.PeakPUE(facility.Demand{2, year, 0}, facility.Demand{1, year, facility.PDUOutput})), as[*facility.PointError]},
		{"PUE0 below 1", ignore(facility.PeakPUE(facility.Demand{energy.Watt, year, 0}, facility.Demand{2 * energy.Watt, year, facility.UPSOutput})), as[*facility.BelowOneError]},
		{"a point that there is not", ignore(facility.ParsePoint("socket")), as[*facility.FieldError]},
		{"uncertainty of unknown meters", ignore(must(t)(facility.PUE(facility.Measured{Energy: energy.Joules(3), Period: year}, joules(2), 3)).Uncertainty(0)), wraps(facility.ErrNoAccuracy)},
		{"correlation of 2", ignore(r.Uncertainty(2)), as[*facility.FieldError]},
		{"correlation NaN", ignore(r.Uncertainty(math.NaN())), as[*facility.FieldError]},
		{"more estimated than measured", ignore(facility.PUE(facility.Measured{Energy: energy.Joules(3), Period: year, Estimated: energy.Joules(4)}, kWh(0, year), 3)), as[*facility.FieldError]},
		{"more unobserved than there is", ignore(facility.PUE(facility.Measured{Energy: energy.Joules(3), Period: year, Unobserved: math.MaxInt64}, kWh(0, year), 3)), as[*facility.FieldError]},
		{"accuracy of 101 %", ignore(facility.PUE(facility.Measured{Energy: energy.Joules(3), Period: year, Accuracy: 101 * facility.Percent}, kWh(0, year), 3)), as[*facility.FieldError]},
		{"figures of two indicators", ignore(wue.Cmp(mustFigure(t)(r.DCiE()))), as[*facility.KindMismatchError]},
	}
	for _, tt := range tests {
		require.Error(t, tt.err, tt.name)
		require.True(t, tt.want(tt.err), "%s: %v", tt.name, tt.err)
	}
}

func must(t *testing.T) func(facility.Result, error) facility.Result {
	return func(r facility.Result, err error) facility.Result { require.NoError(t, err); return r }
}

func mustFigure(t *testing.T) func(facility.Figure, error) facility.Figure {
	return func(f facility.Figure, err error) facility.Figure { require.NoError(t, err); return f }
}

func converted(t *testing.T, table facility.WeightTable) facility.Result {
	i := slices.IndexFunc(table.Weights, func(w facility.Weight) bool { return w.Carrier == facility.NaturalGas })
	site, err := table.Convert(kWh(3000, year), facility.Amount{Carrier: facility.NaturalGas, Value: d("10"), Unit: table.Weights[i].Unit})
	require.NoError(t, err)
	return must(t)(facility.PUE(site, kWh(2000, year), 3))
}

func TestMatrix_Warnings(t *testing.T) {
	r := pue(t, 3000, 2000, year, 3)
	site := facility.Measured{Energy: energy.Joules(3), Period: year}
	figure := func(f facility.Figure, err error) has { require.NoError(t, err); return f }
	result := func(r facility.Result, err error) has { require.NoError(t, err); return r }
	guessed := facility.WeightTable{ID: "mine", Unverified: true, Weights: facility.GreenGrid().Weights}
	undated := grid("0.5")
	undated.Factor.Year = 0
	tests := []struct {
		name string
		of   has
		want facility.Warning
	}{
		{"PUE of 1", pue(t, 2, 2, year, 3), facility.ExactlyOne},
		{"PUE above 3", pue(t, 31, 10, year, 3), facility.AboveUsual},
		{"PUE below 1.02", pue(t, 101, 100, year, 3), facility.BelowUsual},
		{"PUE of a month", pue(t, 3, 2, month, 3), facility.Interim},
		{"PUE of an unknown category", pue(t, 3, 2, year, 0), facility.UnknownCategory},
		{"PUE of unknown meters", result(facility.PUE(site, joules(2), 3)), facility.UnknownAccuracy},
		{"PUE that is partly estimated", result(facility.PUE(facility.Measured{Energy: energy.Joules(3), Period: year, Estimated: energy.Joules(1)}, joules(2), 3)), facility.PartlyEstimated},
		{"PUE of a meter that did not see all", result(facility.PUE(facility.Measured{Energy: energy.Joules(3), Period: year, Unobserved: time.Hour}, joules(2), 3)), facility.PartialCoverage},
		{"PUE of another category", result(r.Relabel(2)), facility.Relabelled},
		{"DCiE", figure(r.DCiE()), facility.Deprecated},
		{"dPUE without a load", result(facility.Designed(3, 2, year, facility.Design{}, 3)), facility.NoLoad},
		{"dPUE without a climate", result(facility.Designed(3, 2, year, facility.Design{LoadPercent: 50}, 3)), facility.NoClimate},
		{"REF above 1", figure(facility.REF(kWh(1200, year), kWh(1000, year))), facility.Capped},
		{"REF of a month", figure(facility.REF(kWh(12, month), kWh(1000, month))), facility.Interim},
		{"ITEUsv with servers missing", figure(facility.ITEUsv(year, facility.Utilisation{Percent: d("10")}, facility.Utilisation{Missing: true})), facility.ServersMissing},
		{"CER above 30", figure(facility.CER(kWh(3001, year), kWh(100, year))), facility.AboveUsual},
		{"CUE without a year", figure(facility.CUE(kWh(1000, year), undated)), facility.FactorUndated},
		{"WUE without a category", figure(facility.WUE(facility.WaterUse{Volume: 1, Period: year}, kWh(1, year))), facility.UnknownCategory},
		{"WUE with recycled water", figure(facility.WUE(facility.WaterUse{Volume: 2, Recycled: 1, Period: year}, kWh(1, year))), facility.RecycledWater},
		{"weights quoted from memory", converted(t, facility.GreenGrid()), facility.UnverifiedTable},
		{"weights of a caller's table", converted(t, guessed), facility.UnverifiedTable},
		{"weights of a caller's table, in a WUEsource", figure(facility.WUESource(mustFigure(t)(facility.WUE(litres(1), kWh(2000, year))), converted(t, guessed), d("1"))), facility.UnverifiedTable},
		{"weights of a caller's table, in an ERE", figure(facility.ERE(converted(t, guessed), reused(1))), facility.UnverifiedTable},
		{"ERE of a PUE of 1", figure(facility.ERE(pue(t, 2, 2, year, 3), reused(1))), facility.ExactlyOne},
		{"ERE of a reuse of unknown accuracy", figure(facility.ERE(r, facility.Reuse{Measured: joules(1)})), facility.UnknownAccuracy},
	}
	said := map[facility.Warning]bool{}
	for _, tt := range tests {
		said[tt.want] = true
		require.True(t, tt.of.Has(tt.want), "%s: %v", tt.name, tt.of.Warnings())
		require.Contains(t, tt.of.Warnings(), tt.want, tt.name)
		require.NotEqual(t, "invalid", tt.want.String())
	}
	for w := facility.Warning(0); w.String() != "invalid"; w++ {
		require.True(t, said[w], "no row has the warning %q", w)
	}
	require.False(t, mustFigure(t)(facility.CER(kWh(3000, year), kWh(100, year))).Has(facility.AboveUsual), "30 is not above 30")
	require.False(t, mustFigure(t)(facility.CUE(kWh(1000, year), grid("0.5"))).Has(facility.FactorUndated))
	require.Equal(t, "0.4", mustFigure(t)(facility.ERE(r, reused(2200))).Decimal(3).String(), "below 1 is legal for ERE")
}

type has interface {
	Has(facility.Warning) bool
	Warnings() []facility.Warning
}

func TestFigure(t *testing.T) {
	ref := mustFigure(t)(facility.REF(kWh(1200, year), kWh(1000, year)))
	require.Equal(t, energy.KilowattHours(200), ref.Surplus())
	require.Equal(t, "REF 1.000 2025-01-01T00:00:00Z/2026-01-01T00:00:00Z", ref.String())
	wue := mustFigure(t)(facility.WUE(litres(1800), kWh(1000, year)))
	require.Equal(t, "WUE 1.800 L/kWh 2025-01-01T00:00:00Z/2026-01-01T00:00:00Z", wue.String())
	require.Equal(t, "ISO/IEC 30134-9", wue.KPI().Standard())
	require.Equal(t, "EN 50600-4 site energy", converted(t, facility.EN50600()).Table())
	require.NoError(t, wue.Annual())
	c, err := wue.Cmp(wue)
	require.NoError(t, err)
	require.Zero(t, c)
	u, err := wue.Uncertainty(0)
	require.NoError(t, err)
	require.InDelta(t, 2*1.8*math.Hypot(0.01, 0.005), u.Expanded(2), 1e-12)
	// 3000 and 1000 kWh, each to half a percent, leave 2000 to 15.8 kWh.
	ere := mustFigure(t)(facility.ERE(pue(t, 3000, 2000, year, 3), reused(1000)))
	u, err = ere.Uncertainty(0)
	require.NoError(t, err)
	require.InDelta(t, math.Hypot(math.Hypot(15, 5)/2000, 0.005), u.Relative, 1e-8)
	require.ErrorIs(t, ignore(mustFigure(t)(facility.ERE(pue(t, 3000, 2000, year, 3), facility.Reuse{Measured: joules(1)})).Uncertainty(0)), facility.ErrNoAccuracy)
	all := mustFigure(t)(facility.ERE(pue(t, 3000, 2000, year, 3), reused(3000)))
	require.Zero(t, all.Float64())
	require.Empty(t, all.Warnings())
	require.ErrorIs(t, ignore(all.Uncertainty(0)), facility.ErrNoAccuracy)
	require.Equal(t, "EN 50600-4 site energy", mustFigure(t)(facility.WUESource(wue, converted(t, facility.EN50600()), d("1"))).Table())
	require.False(t, must(t)(facility.Compose(must(t)(facility.Partial("all", kWh(1, year), kWh(9, year), 3)))).Has(facility.UnverifiedTable))
	var none facility.Figure
	require.True(t, none.IsZero())
	require.Zero(t, none.Float64())
	require.Equal(t, "invalid", none.KPI().String())
}

// Coverage and accuracy of months are those of one meter, of sites those of
// independent meters.
func TestCombine_Carries(t *testing.T) {
	half := func(p metering.Period, estimated int64) facility.Result {
		site := kWh(300, p)
		site.Unobserved = time.Hour
		site.Estimated = energy.KilowattHours(estimated)
		return must(t)(facility.PUE(site, kWh(200, p), 3))
	}
	feb := metering.MustPeriod("2025-02-01T00:00:00Z", "2025-03-01T00:00:00Z")
	both := must(t)(facility.Combine(half(month, 1), half(feb, 2)))
	require.Equal(t, energy.KilowattHours(3), both.Estimated())
	require.Equal(t, "0.9985", both.Coverage(4).String(), "2 h of 59 d, rounded down")
	u, err := both.Uncertainty(0)
	require.NoError(t, err)
	require.InDelta(t, math.Hypot(0.005, 0.005), u.Relative, 1e-9, "one meter's error does not average out")

	sites := must(t)(facility.Combine(pue(t, 300, 200, year, 3), pue(t, 300, 200, year, 3)))
	u, err = sites.Uncertainty(0)
	require.NoError(t, err)
	require.InDelta(t, math.Hypot(0.005, 0.005)/math.Sqrt2, u.Relative, 1e-8, "two meters' errors do")
	require.Equal(t, facility.Accuracy(2_886_751), facility.OfClass(facility.Percent/2))
}
