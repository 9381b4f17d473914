package carbon_test

import (
	"encoding/csv"
	"errors"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/carbon"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

var (
	year = metering.MustPeriod("2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z")
	d    = decimal.RequireFromString
)

func ignore[T any](_ T, err error) error { return err }

func as[T error](err error) bool { return errors.As(err, new(T)) }

func wraps(target error) func(error) bool {
	return func(err error) bool { return errors.Is(err, target) }
}

// What is refused, each by its type.
func TestRefused(t *testing.T) {
	grid := func(kWh int64) *carbon.Emissions {
		return &carbon.Emissions{Energy: energy.KilowattHours(kWh), Mass: carbon.Kilograms(kWh)}
	}
	instrument := func(change func(*carbon.Instrument)) error {
		i := carbon.Instrument{ID: "ppa-1", Energy: energy.KilowattHours(1), Vintage: year, Market: "CN"}
		change(&i)
		return ignore(carbon.Scope2(carbon.Use{Energy: energy.KilowattHours(2), Period: year, Market: "CN", Location: grid(2), Instruments: []carbon.Instrument{i}}))
	}
	claim := carbon.Instrument{ID: "ppa-1", Energy: energy.KilowattHours(1), Vintage: year}
	hour := metering.MustPeriod("2025-01-01T00:00:00Z", "2025-01-01T01:00:00Z")
	series := func(spec carbon.SeriesSpec, p ...carbon.Point) error { return ignore(carbon.NewSeries(spec, p...)) }
	held := carbon.SeriesSpec{MaxHold: time.Hour}
	window := []energy.Window{{Period: hour, Energy: energy.Joules(1)}}
	gpu := carbon.Component{Name: "gpu", Embodied: carbon.Kilograms(150), Lifetime: 4 * time.Hour}
	all := carbon.Part{Of: 1, All: 1}
	tests := []struct {
		name string
		err  error
		want func(error) bool
	}{
		{"a mass without a unit", ignore(carbon.ParseMass("1172")), as[*carbon.UnitError]},
		{"a mass in kWh", ignore(carbon.ParseMass("1172 kW.h")), as[*carbon.UnitError]},
		{"a mass that is no number", ignore(carbon.ParseMass("NaN kg")), wraps(metering.ErrSyntax)},
		{"an energy as a mass", ignore(carbon.FromQuantity(metering.MustQuantity("2 J"))), as[*metering.DimensionError]},
		{"an intensity without a unit", ignore(carbon.ParseIntensity("475")), as[*carbon.UnitError]},
		{"an intensity per kW", ignore(carbon.ParseIntensity("475 g/kW")), as[*carbon.UnitError]},
		{"an intensity that is no number", ignore(carbon.ParseIntensity("NaN g/kWh")), as[*carbon.FieldError]},
		{"an intensity with an exponent", ignore(carbon.ParseIntensity("1e99 g/kWh")), as[*carbon.FieldError]},
		{"a negative intensity", ignore(carbon.ParseIntensity("-1 g/kWh")), as[*carbon.FieldError]},
		{"an intensity in tonnes for grams", ignore(carbon.ParseIntensity("475 t/kWh")), as[*carbon.FieldError]},
		{"an intensity of a hostile exponent", ignore(carbon.PerKWh(decimal.New(1, 1<<30))), as[*carbon.FieldError]},
		{"a mix of nothing", ignore(carbon.Mix()), wraps(carbon.ErrNoEnergy)},
		{"a mix of negative energy", ignore(carbon.Mix(carbon.Portion{Energy: energy.Joules(-1)})), as[*carbon.FieldError]},
		{"a series that holds for ever", series(carbon.SeriesSpec{}), as[*carbon.FieldError]},
		{"a series with a policy that there is not", series(carbon.SeriesSpec{MaxHold: 1, Holes: 9}), as[*carbon.FieldError]},
		{"a point out of range", series(held, carbon.Point{year.Start(), -1}), as[*carbon.FieldError]},
		{"a point before 1970", series(held, carbon.Point{time.Unix(-1, 0), 1}), wraps(metering.ErrTimeRange)},
		{"two intensities at once", series(held, carbon.Point{year.Start(), 1}, carbon.Point{year.Start(), 2}), as[*carbon.OrderError]},
		{"a constant out of range", ignore(carbon.Constant(-1)), as[*carbon.FieldError]},
		{"market without location", ignore(carbon.Scope2(carbon.Use{Energy: energy.KilowattHours(1)})), wraps(carbon.ErrNoLocation)},
		{"location of other energy", ignore(carbon.Scope2(carbon.Use{Energy: energy.KilowattHours(1), Location: grid(2)})), as[*carbon.FieldError]},
		{"location with a hole", ignore(carbon.Scope2(carbon.Use{Energy: energy.KilowattHours(1), Location: &carbon.Emissions{Energy: energy.KilowattHours(1), Uncovered: energy.Joules(1)}})), wraps(carbon.ErrHole)},
		{"negative use", ignore(carbon.Scope2(carbon.Use{Energy: energy.KilowattHours(-1), Location: grid(-1)})), as[*carbon.FieldError]},
		{"a claim without an id", instrument(func(i *carbon.Instrument) { i.ID = "" }), as[*carbon.InstrumentError]},
		{"a claim of another market", instrument(func(i *carbon.Instrument) { i.Market = "EU" }), as[*carbon.InstrumentError]},
		{"a claim without a vintage", instrument(func(i *carbon.Instrument) { i.Vintage = metering.Period{} }), as[*carbon.InstrumentError]},
		{"a negative claim", instrument(func(i *carbon.Instrument) { i.Energy = energy.Joules(-1) }), as[*carbon.InstrumentError]},
		{"a claim of no rate", instrument(func(i *carbon.Instrument) { i.Rate = -1 }), as[*carbon.InstrumentError]},
		{"a claim made twice", ignore(carbon.Scope2(carbon.Use{Energy: energy.KilowattHours(2), Period: year, Location: grid(2), Instruments: []carbon.Instrument{claim, claim}})), as[*carbon.InstrumentError]},
		{"a window twice", ignore(carbon.Match(append(window, window...), nil)), as[*carbon.FieldError]},
		{"negative supply", ignore(carbon.Match(nil, []energy.Window{{Period: hour, Energy: energy.Joules(-1)}})), as[*carbon.FieldError]},
		{"no lifetime of a period", ignore(carbon.Component{Lifetime: -1}.Within(year.Start(), year, all)), as[*carbon.FieldError]},
		{"a share above all of a period", ignore(gpu.Within(year.Start(), year, carbon.Part{Of: 2, All: 1})), as[*carbon.FieldError]},
		{"no lifetime", ignore(carbon.Component{}.Over(1, all)), as[*carbon.FieldError]},
		{"beyond the lifetime", ignore(gpu.Over(5*time.Hour, all)), as[*carbon.FieldError]},
		{"more than all", ignore(gpu.Over(1, carbon.Part{Of: 2, All: 1})), as[*carbon.FieldError]},
		{"a share of nothing", ignore(gpu.Over(1, carbon.Part{})), as[*carbon.FieldError]},
		{"negative parts", ignore(carbon.DefaultServerModel().Server("s", carbon.ServerParts{GPUs: -1})), as[*carbon.FieldError]},
		{"a negative die", ignore(carbon.ProcessorDie(d("-1"), carbon.Mass{}, carbon.Mass{})), as[*carbon.FieldError]},
		{"no functional unit", ignore(carbon.SCI(carbon.Software{Units: d("1")})), wraps(carbon.ErrNoUnits)},
		{"no units", ignore(carbon.SCI(carbon.Software{Unit: "request"})), wraps(carbon.ErrNoUnits)},
		{"negative units", ignore(carbon.SCI(carbon.Software{Unit: "request", Units: d("-1")})), as[*carbon.FieldError]},
		{"market-based SCI", ignore(carbon.SCI(carbon.Software{Unit: "request", Units: d("1"), MarketBased: true})), wraps(carbon.ErrMarketBased)},
		{"negative embodied", ignore(carbon.SCI(carbon.Software{Unit: "request", Units: d("1"), Embodied: carbon.Grams(-1)})), as[*carbon.FieldError]},
		{"an intensity just below 0", ignore(carbon.ParseIntensity("-0.0000000001 g/kWh")), as[*carbon.FieldError]},
		{"a number just below 0", ignore(carbon.PerKWh(d("-1e-12"))), as[*carbon.FieldError]},
		{"overflow", ignore(carbon.Nanograms(fixed.Max()).Add(carbon.Grams(1))), wraps(metering.ErrOverflow)},
	}
	for _, tt := range tests {
		require.Error(t, tt.err, tt.name)
		require.True(t, tt.want(tt.err), "%s: %v", tt.name, tt.err)
		require.True(t, strings.HasPrefix(tt.err.Error(), "carbon: "), "%s: %v", tt.name, tt.err)
	}
}

func TestUnits(t *testing.T) {
	for s, want := range map[string]carbon.Intensity{
		"475 g/kWh": 475 * carbon.GramPerKWh, "0.4 kg/kWh": 400 * carbon.GramPerKWh, "0.9 t/MWh": 900 * carbon.GramPerKWh,
		"0.000475 t/kWh": 475 * carbon.GramPerKWh, "475000 g/MWh": 475 * carbon.GramPerKWh, "120.99546661944396 g/kWh": 120_995_466_619,
	} {
		got, err := carbon.ParseIntensity(s)
		require.NoError(t, err, s)
		require.Equal(t, want, got, s)
	}
	m, err := carbon.ParseMass("1.5 t")
	require.NoError(t, err)
	require.Equal(t, carbon.Kilograms(1500), m)
	back, err := carbon.ParseMass(m.String())
	require.NoError(t, err)
	require.Equal(t, m, back)
	require.Equal(t, "1500000 1500 1.5", m.Grams(0).String()+" "+m.Kilograms(0).String()+" "+m.Tonnes(1).String())
	require.Equal(t, "475 g/kWh", (475 * carbon.GramPerKWh).String())
}

// A hole is refused, left out and said, or filled and marked.
func TestHoles(t *testing.T) {
	points := []carbon.Point{{year.Start(), 100 * carbon.GramPerKWh}, {year.Start().Add(2 * time.Hour), 300 * carbon.GramPerKWh}}
	p, err := metering.NewPeriod(year.Start(), year.Start().Add(2*time.Hour))
	require.NoError(t, err)
	of := func(policy carbon.HolePolicy) (carbon.Emissions, error) {
		s, err := carbon.NewSeries(carbon.SeriesSpec{MaxHold: 30 * time.Minute, Holes: policy}, points...)
		require.NoError(t, err)
		return s.Of(energy.KilowattHours(4), p)
	}
	_, err = of(carbon.HoleRefuse)
	var hole *carbon.HoleError
	require.ErrorAs(t, err, &hole)
	require.Equal(t, 90*time.Minute, hole.Hole.Duration())
	e, err := of(carbon.HoleExclude)
	require.NoError(t, err)
	require.Equal(t, carbon.Emissions{Mass: carbon.Grams(100), Energy: energy.KilowattHours(4), Uncovered: energy.KilowattHours(3)}, e)
	_, err = e.Rate(p)
	require.ErrorIs(t, err, carbon.ErrHole)
	e, err = of(carbon.HoleFill)
	require.NoError(t, err)
	require.Equal(t, carbon.Emissions{Mass: carbon.Grams(400), Estimated: carbon.Grams(300), Energy: energy.KilowattHours(4)}, e)
}

// An intensity holds for as long as it is said to, up to the end of all times.
func TestSeries_LongHold(t *testing.T) {
	from := time.Date(2195, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, hold := range []time.Duration{time.Hour, 100 * 365 * 24 * time.Hour, math.MaxInt64} {
		s, err := carbon.NewSeries(carbon.SeriesSpec{MaxHold: hold}, carbon.Point{Time: from, Intensity: 500 * carbon.GramPerKWh})
		require.NoError(t, err)
		p, err := metering.NewPeriod(from, from.Add(min(hold, 5*365*24*time.Hour)))
		require.NoError(t, err)
		e, err := s.Of(energy.KilowattHours(1), p)
		require.NoError(t, err, hold)
		require.Equal(t, carbon.Grams(500), e.Mass)
	}
}

// A score that is small, as of a token, is not shown as nothing.
func TestScore_String(t *testing.T) {
	for units, want := range map[string]string{
		"100": "0.0502 gCO2e per token", "1": "5.02 gCO2e per token", "3000": "0.0017 gCO2e per token", "30000": "0.00017 gCO2e per token",
		"150000": "0.000033 gCO2e per token", "1e15": "0.000000000000005 gCO2e per token", "1e18": "0.000000000000000005 gCO2e per token",
	} {
		s, err := carbon.SCI(carbon.Software{Operational: carbon.Grams(5), Embodied: carbon.Nanograms(fixed.FromInt64(20_000_000)), Unit: "token", Units: d(units)})
		require.NoError(t, err)
		require.Equal(t, want, s.String(), units)
	}
	none, err := carbon.SCI(carbon.Software{Unit: "token", Units: d("1")})
	require.NoError(t, err)
	require.Equal(t, "0 gCO2e per token", none.String())
}

// Mass has the SKU of the energy it follows, whatever else is in the event.
func TestRate_Events_SKU(t *testing.T) {
	used := func(sku string, kWh int64) metering.Item {
		return metering.Item{Meter: metering.DeviceEnergy, SKU: sku, Quantity: energy.KilowattHours(kWh).Quantity()}
	}
	e := metering.Event{ID: "e", Items: []metering.Item{{Meter: metering.AcceleratorTime, SKU: "lease", Quantity: metering.MustQuantity("5 s")},
		used("H100", 1), used("A10", 2), used("H100", 1)}}
	rate := carbon.Rate{Mass: carbon.Grams(800), Energy: energy.KilowattHours(8)}
	for got, err := range rate.Events(slices.Values([]metering.Event{e}), energy.Energy{}) {
		require.NoError(t, err)
		require.Equal(t, []metering.Item{
			{Meter: metering.CarbonEmitted, SKU: "H100", Quantity: carbon.Grams(200).Quantity()},
			{Meter: metering.CarbonEmitted, SKU: "A10", Quantity: carbon.Grams(200).Quantity()},
		}, got.Items)
	}
}

func TestScope2_WithoutResidual(t *testing.T) {
	s, err := carbon.Scope2(carbon.Use{Energy: energy.KilowattHours(10), Period: year, Location: &carbon.Emissions{Energy: energy.KilowattHours(10), Mass: carbon.Grams(5000)},
		Instruments: []carbon.Instrument{{ID: "go-1", Energy: energy.KilowattHours(4), Vintage: year}}})
	require.NoError(t, err)
	require.Equal(t, carbon.Grams(3000), s.Market)
	require.Equal(t, []carbon.Warning{carbon.NoResidualMix}, s.Warnings)
	supplier := 200 * carbon.GramPerKWh
	s, err = carbon.Scope2(carbon.Use{Energy: energy.KilowattHours(10), Period: year, Location: &carbon.Emissions{Energy: energy.KilowattHours(10), Mass: carbon.Grams(5000)}, Supplier: &supplier})
	require.NoError(t, err)
	require.Equal(t, carbon.Grams(2000), s.Market)
}

func TestMatch(t *testing.T) {
	hour := func(n int, kWh int64) energy.Window {
		p, _ := metering.NewPeriod(year.Start().Add(time.Duration(n)*time.Hour), year.Start().Add(time.Duration(n+1)*time.Hour))
		return energy.Window{Period: p, Energy: energy.KilowattHours(kWh)}
	}
	m, err := carbon.Match([]energy.Window{hour(0, 10), hour(1, 10)}, []energy.Window{hour(0, 18), hour(2, 5)})
	require.NoError(t, err)
	require.Equal(t, "0.5", m.Score(4).String(), "a surplus at noon does not help at night")
	require.Equal(t, "1", m.Volume(4).String())
	require.True(t, carbon.Matching{}.Score(2).IsZero())
}

// Real half hours of Great Britain, with the gaps they have.
func TestSeries_GreatBritain(t *testing.T) {
	f, err := os.Open("../../../shared/data/lww_gb_ci_2020.csv")
	if err != nil {
		t.Skip("shared data absent")
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	var points []carbon.Point
	for _, row := range rows[1:] {
		at, err := time.Parse(time.DateTime, row[0])
		require.NoError(t, err)
		i, err := carbon.ParseIntensity(row[1] + " g/kWh")
		require.NoError(t, err, row)
		points = append(points, carbon.Point{Time: at, Intensity: i})
	}
	s, err := carbon.NewSeries(carbon.SeriesSpec{MaxHold: 30 * time.Minute, Holes: carbon.HoleExclude}, points...)
	require.NoError(t, err)
	p := metering.MustPeriod("2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z")
	constant := energy.KilowattHours(int64(p.Duration().Hours())) // 1 kW
	c, err := energy.Integrate([]energy.Sample{{Time: p.Start(), Power: energy.Kilowatt}, {Time: p.End(), Power: energy.Kilowatt}})
	require.NoError(t, err)
	year, err := s.Along(c, p)
	require.NoError(t, err)
	require.Equal(t, constant, year.Energy)
	covered, _ := year.Energy.Sub(year.Uncovered)
	t.Logf("1 kW over 2020: %v kg, %v kWh uncovered", year.Mass.Kilograms(1), year.Uncovered.KWh(1))
	require.Positive(t, covered.Sign())
	require.InDelta(t, 180, float64(year.Mass.Grams(0).IntPart())/float64(covered.KWh(0).IntPart()), 40, "g/kWh of Great Britain in 2020")
}
