package carbon

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// An Intensity is the mass emitted per energy, in whole nanograms per
// kilowatt-hour: 475 g/kWh is 475·10⁹. Intensities are comparable with == and
// safe to copy. The zero Intensity is 0.
type Intensity int64

// The units of intensity, of which a literal can be a multiple.
const (
	NanogramPerKWh  Intensity = 1
	MilligramPerKWh           = 1_000_000 * NanogramPerKWh
	GramPerKWh                = 1000 * MilligramPerKWh
)

// MaxIntensity is the largest intensity: 9,000 kg/kWh, some 5,000 times that
// of the worst fuel. A figure above it was given in another unit.
const MaxIntensity = 9_000_000 * GramPerKWh

// ParseIntensity reads a plain decimal number, a space and a unit, such as
// "475 g/kWh", "0.4 kg/kWh" or "0.9 t/MWh": g, kg or t per Wh, kWh, MWh or GWh.
// It is rounded half-even to the nanogram per kilowatt-hour.
//
// It fails with a *[UnitError] without a unit or with another, and with a
// *[FieldError] on a number that is not plain, is negative or is above
// [MaxIntensity].
func ParseIntensity(s string) (Intensity, error) {
	number, unit, err := cutUnit(s, "a mass per energy, such as g/kWh")
	if err != nil {
		return 0, err
	}
	mass, per, _ := strings.Cut(unit, "/")
	grams, okMass := map[string]int64{"g": 1, "kg": 1000, "t": 1_000_000}[mass]
	wattHours, okPer := map[string]int64{"Wh": 1, "kWh": 1000, "MWh": 1_000_000, "GWh": 1_000_000_000}[per]
	if !okMass || !okPer {
		return 0, &UnitError{clip(unit), "a mass per energy, such as g/kWh"}
	}
	v, ok := plainNumber(number)
	if !ok {
		return 0, &FieldError{"intensity", clip(number), "a plain decimal number"}
	}
	return intensityOf(v.Mul(v, big.NewRat(grams*1000, wattHours)))
}

// PerKWh returns grams per kilowatt-hour as an intensity, rounded half-even to
// the nanogram. Errors are those of [ParseIntensity] about the number.
func PerKWh(grams decimal.Decimal) (Intensity, error) {
	if e := grams.Exponent(); e < -40 || e > 18 || grams.Coefficient().BitLen() > 127 {
		return 0, &FieldError{"intensity", "of exponent " + fmt.Sprint(grams.Exponent()), "a plain decimal number"}
	}
	return intensityOf(grams.Rat())
}

// intensityOf takes grams per kilowatt-hour.
func intensityOf(grams *big.Rat) (Intensity, error) {
	n := halfEven(new(big.Rat).Mul(grams, big.NewRat(int64(GramPerKWh), 1)))
	if grams.Sign() < 0 || !n.IsInt64() || Intensity(n.Int64()) > MaxIntensity {
		return 0, &FieldError{"intensity", clip(grams.FloatString(9)) + " g/kWh", "0 to 9000 kg/kWh; check its unit"}
	}
	return Intensity(n.Int64()), nil
}

// check refuses an intensity out of range.
func (i Intensity) check() error {
	if i < 0 || i > MaxIntensity {
		return &FieldError{"intensity", i.String(), "0 to 9000 kg/kWh; check its unit"}
	}
	return nil
}

var microjoulesPerKWh = fixed.FromInt64(3_600_000_000_000)

// Of returns what e emits, rounded half-even to the nanogram. It fails with an
// error that wraps [metering.ErrOverflow].
func (i Intensity) Of(e energy.Energy) (Mass, error) {
	n, _, ok := fixed.MulDiv(e.Microjoules(), fixed.FromInt64(int64(i)), microjoulesPerKWh, fixed.HalfEven)
	if !ok {
		return Mass{}, fmt.Errorf("carbon: %v at %v: %w", e, i, metering.ErrOverflow)
	}
	return Mass{n}, nil
}

// Grams returns i in grams per kilowatt-hour, exactly.
func (i Intensity) Grams() decimal.Decimal { return decimal.New(int64(i), -9) }

// String returns i exactly: "475 g/kWh".
func (i Intensity) String() string { return i.Grams().String() + " g/kWh" }

// A Portion is energy of one intensity in a mix.
type Portion struct {
	Energy    energy.Energy
	Intensity Intensity
}

// Mix returns the intensity of several sources or regions together: their mean
// by energy, rounded half-even. Intensities are never added up, as a
// published table once did for regions of several grids.
//
// It fails with [ErrNoEnergy] when there is none, or with a *[FieldError] on a
// negative energy or an intensity out of range.
func Mix(portions ...Portion) (Intensity, error) {
	ng, total := new(big.Int), new(big.Int)
	for _, p := range portions {
		if p.Energy.Sign() < 0 {
			return 0, &FieldError{"energy", p.Energy.String(), "0 or more"}
		}
		if err := p.Intensity.check(); err != nil {
			return 0, err
		}
		e := p.Energy.Microjoules().Big()
		total.Add(total, e)
		ng.Add(ng, e.Mul(e, big.NewInt(int64(p.Intensity))))
	}
	if total.Sign() == 0 {
		return 0, ErrNoEnergy
	}
	return Intensity(halfEven(new(big.Rat).SetFrac(ng, total)).Int64()), nil
}

// cutUnit parts a number from its unit.
func cutUnit(s, want string) (number, unit string, err error) {
	if len(s) > 256 {
		return "", "", &UnitError{clip(s), want}
	}
	number, unit, ok := strings.Cut(s, " ")
	if !ok || unit == "" {
		return "", "", &UnitError{"", want + "; a bare number could be anything"}
	}
	return number, unit, nil
}

// plainNumber reads digits with at most one point and a sign.
func plainNumber(s string) (*big.Rat, bool) {
	if len(s) == 0 || len(s) > 64 || strings.Trim(s, "-.0123456789") != "" {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}
