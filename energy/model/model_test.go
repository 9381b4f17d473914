package model_test

import (
	"encoding/csv"
	"errors"
	"flag"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/model"
)

var d = decimal.RequireFromString

func watts(w float64) energy.Power { return energy.Power(math.Round(w * float64(energy.Watt))) }

func percent(p float64) model.Load { return model.Load(math.Round(p * float64(model.PercentLoad))) }

// Real series of RAPL power by load: a calibrated curve predicts each point
// from the others to 10 % on the mean.
func TestCalibrate_MeasuredMachines(t *testing.T) {
	files, err := filepath.Glob("../../../shared/data/cc_rapl_*.csv")
	require.NoError(t, err)
	if len(files) == 0 {
		t.Skip("shared data absent")
	}
	for _, name := range files {
		f, err := os.Open(name)
		require.NoError(t, err)
		rows, err := csv.NewReader(f).ReadAll()
		f.Close()
		require.NoError(t, err)
		load, power := slices.Index(rows[0], "cpu_load"), slices.Index(rows[0], "rapl_power")
		var points []model.Point
		for _, row := range rows[1:] {
			points = append(points, model.Point{Load: percent(d(row[load]).InexactFloat64()), Power: watts(d(row[power]).InexactFloat64())})
		}
		c, err := model.Calibrate(points...)
		require.NoError(t, err)
		t.Logf("%s: %v", filepath.Base(name), c.Fit())
		require.LessOrEqual(t, c.Fit().MeanError, 0.10, name)
	}
}

var lawsSeed = flag.Uint64("laws.seed", 20261126, "seed of the cases; 0 takes one from the clock and logs it")

func TestLaw_Curve_Oracle(t *testing.T) {
	seed := *lawsSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("seed %d", seed)
	g := rand.New(rand.NewPCG(seed, 0))
	for range 3000 {
		var points []model.Point
		var slow []slowPoint
		for _, l := range g.Perm(40)[:4+g.IntN(12)] {
			p := 1 + g.Int64N(1<<40)
			points = append(points, model.Point{Load: model.Load(l+1) * 25_000, Power: energy.Power(p)})
			slow = append(slow, slowPoint{int64(l+1) * 25_000, p})
		}
		c, err := model.Calibrate(points...)
		if err != nil {
			require.ErrorAs(t, err, new(*model.FieldError)) // too few above 8 %
			continue
		}
		g.Shuffle(len(points), func(i, j int) { points[i], points[j] = points[j], points[i] })
		again, err := model.Calibrate(points...)
		require.NoError(t, err)
		require.Equal(t, c, again)
		for range 8 {
			l := g.Int64N(int64(model.FullLoad) + 1)
			if g.IntN(4) == 0 {
				l -= l % 12_500 // halfway between two loads, where there are ties
			}
			e, err := c.At(model.Load(l))
			require.NoError(t, err)
			require.Equal(t, slowAt(slow, l).Int64(), int64(e.Power), "%v at %d", slow, l)
			require.LessOrEqual(t, e.Low, e.Power)
			require.GreaterOrEqual(t, e.High, e.Power)
			require.GreaterOrEqual(t, e.Low, energy.Power(0))
			require.Equal(t, l >= 80_000, e.Claimed)
		}
	}
}

func TestLaw_Curve_Permuted(t *testing.T) {
	points := []model.Point{{0, watts(10)}, {percent(50), watts(60)}, {percent(100), watts(90)}, {percent(10), watts(30)}, {percent(10), watts(31)}}
	c, err := model.Calibrate(points...)
	require.NoError(t, err)
	slices.Reverse(points)
	again, err := model.Calibrate(points...)
	require.NoError(t, err)
	require.Equal(t, c, again)
	e, err := c.At(percent(10))
	require.NoError(t, err)
	require.Equal(t, watts(30.5), e.Power, "two readings of one load are their mean")
}

// Of points that cannot be one device's, errors are beyond all powers, and bounds
// still are bounds.
func TestCurve_At_Hostile(t *testing.T) {
	c, err := model.Calibrate(model.Point{0, 1}, model.Point{percent(20), 1}, model.Point{percent(50), energy.MaxPower}, model.Point{percent(100), 1})
	require.NoError(t, err)
	for _, l := range []float64{0, 20, 35, 50, 75, 100} {
		e, err := c.At(percent(l))
		require.NoError(t, err)
		require.GreaterOrEqual(t, e.Low, energy.Power(0))
		require.LessOrEqual(t, e.Low, e.Power)
		require.LessOrEqual(t, e.Power, e.High, "at %v %%", l)
		require.LessOrEqual(t, e.High, energy.MaxPower)
	}
}

func TestCurve_Energy(t *testing.T) {
	c, err := model.Calibrate(model.Point{0, watts(10)}, model.Point{percent(20), watts(20)}, model.Point{percent(50), watts(50)}, model.Point{percent(100), watts(100)})
	require.NoError(t, err)
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	windows, err := c.Energy([]model.LoadSample{{start, percent(50)}, {start.Add(15 * time.Minute), percent(50)}})
	require.NoError(t, err)
	require.Len(t, windows, 1)
	require.Equal(t, energy.Joules(45_000), windows[0].Energy)
	require.Equal(t, windows[0].Energy, windows[0].Estimated, "all of a model is an estimate")
}

func TestRefused(t *testing.T) {
	good := []model.Point{{0, 1}, {percent(20), 2}, {percent(50), 3}, {percent(100), 4}}
	curve, err := model.Calibrate(good...)
	require.NoError(t, err)
	calibrate := func(p ...model.Point) error { _, err := model.Calibrate(p...); return err }
	compute := func(c model.CloudCompute, u string) error { _, err := c.Amount(d(u), d("1")); return err }
	ccf := model.CloudCompute{d("0.74"), d("3.5"), d("1.135"), d("1")}
	at := func(l model.Load) error { _, err := curve.At(l); return err }
	tests := map[string]error{
		"no points":            calibrate(),
		"three points":         calibrate(good[1:]...),
		"two above 8 %":        calibrate(model.Point{1, 1}, good[0], good[1], good[2]),
		"too many points":      calibrate(make([]model.Point, 2000)...),
		"no power":             calibrate(append(good, model.Point{percent(60), 0})...),
		"a load of 101 %":      calibrate(append(good, model.Point{percent(101), 1})...),
		"at 101 %":             at(percent(101)),
		"at less than 0":       at(-1),
		"replication not said": compute(model.CloudCompute{Min: d("1"), Max: d("2"), PUE: d("1")}, "1"),
		"PUE below 1":          compute(model.CloudCompute{d("1"), d("2"), d("0.9"), d("1")}, "1"),
		"utilisation 101 %":    compute(ccf, "101"),
		"utilisation below 0":  compute(ccf, "-1"),
		"hostile exponent":     compute(model.CloudCompute{decimal.New(1, 1<<30), d("2"), d("1"), d("1")}, "1"),
		"negative time":        ignore(model.Constant(1, d("0.5"), -1)),
		"negative power":       ignore(model.Constant(-1, d("0.5"), 1)),
		"beyond the curve":     ignore(model.Interpolate(model.Teads(), d("101"))),
		"one ratio":            ignore(model.Interpolate(model.Teads()[:1], d("1"))),
		"ratios out of order":  ignore(model.Interpolate([]model.Ratio{{d("1"), d("1")}, {d("1"), d("1")}}, d("1"))),
		"cubic above 100 %":    ignore(model.Cubic(d("101"))),
		"NaN load":             ignore(model.LogCurve{1, 1, 1, 1}.Watts(math.NaN())),
		"infinite coefficient": ignore(model.LogCurve{math.Inf(1), 1, 1, 1}.Watts(1)),
		"logarithm of 0":       ignore(model.LogCurve{1, 0, 1, 1}.Watts(1)),
		"negative watts":       ignore(model.LogCurve{1, 1, 1, -100}.Watts(1)),
		"no coefficient":       ignore(model.CoefficientOf(strings.Repeat("x", 100))),
	}
	for name, err := range tests {
		require.Error(t, err, name)
		require.True(t, errors.As(err, new(*model.FieldError)), name)
		require.True(t, strings.HasPrefix(err.Error(), "model: "), err)
		require.Less(t, len(err.Error()), 300, name)
	}
}

func ignore[T any](_ T, err error) error { return err }

// The logarithm that every processor agrees on is the standard one to the last
// digit or two.
func TestLogCurve_Precision(t *testing.T) {
	for x := 0.01; x < 1e6; x *= 1.0173 {
		got, err := model.LogCurve{A: 1, B: x, C: 1, D: 100}.Watts(0)
		require.NoError(t, err)
		require.InDelta(t, math.Log(x)+100, got, 1e-13*100)
	}
}

func TestCoefficients(t *testing.T) {
	for _, c := range model.Coefficients() {
		require.NotEmpty(t, c.Source)
		require.NotEmpty(t, c.Date, c.ID)
		again, err := model.CoefficientOf(c.ID)
		require.NoError(t, err)
		require.Equal(t, c, again)
	}
	c, err := model.CoefficientOf("memory/ccf")
	require.NoError(t, err)
	a, err := c.Amount(d("100"), d("1.2"))
	require.NoError(t, err)
	e, err := a.Energy()
	require.NoError(t, err)
	require.Equal(t, energy.MustParse("0.04704 kW.h"), e)
	cube, err := model.Cubic(d("50"))
	require.NoError(t, err)
	require.Equal(t, "0.2125", cube.FloatString(4))
}
