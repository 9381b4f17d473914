package facility

import (
	"math/big"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/metering"
)

// A Water is a volume in whole microlitres, written as a [time.Duration] is:
// 1800*facility.CubicMetre. It holds 9.2 million million litres.
type Water int64

// The units of water.
const (
	Microlitre Water = 1
	Millilitre       = 1000 * Microlitre
	Litre            = 1000 * Millilitre
	CubicMetre       = 1000 * Litre
)

// Litres returns v litres. It fails with a *[FieldError] on a negative
// volume, one beyond 64 bits, or one finer than a microlitre.
func Litres(v decimal.Decimal) (Water, error) {
	bad := func(want string) (Water, error) { return 0, &FieldError{"water", clip(shown(v)) + " L", want} }
	if e := v.Exponent(); e < -18 || e > 18 || v.Coefficient().BitLen() > 127 {
		return bad("a plain number of litres")
	}
	n := v.Shift(6)
	switch {
	case n.Sign() < 0:
		return bad("0 or more")
	case !n.IsInteger():
		return bad("whole microlitres")
	case !n.BigInt().IsInt64():
		return bad("at most 9.2e12 L")
	}
	return Water(n.IntPart()), nil
}

// A WaterCategory says which water a WUE counts (ISO/IEC 30134-9).
type WaterCategory uint8

// The categories of water.
const (
	WaterUnknown WaterCategory = iota
	WaterInput                 // category 1: water that enters the data centre
	WaterNet                   // category 2: less what is reused outside
	WaterSourced               // category 3: with the water of its energy
)

// A WaterUse is the water of a period.
type WaterUse struct {
	Volume   Water
	Period   metering.Period
	Category WaterCategory
	Recycled Water // the part of Volume that is recycled
	Accuracy Accuracy
}

// litrePerKWh makes µL/µJ into L/kWh.
var litrePerKWh = big.NewRat(3_600_000, 1)

// WUE returns the water usage effectiveness, water over the IT equipment's
// energy (ISO/IEC 30134-9), in L/kWh, which is m³/MWh. Energy of the whole
// site is refused (*[PointError]).
//
// It fails as [PUE] does about the energy, and with a *[FieldError] or a
// *[PeriodMismatchError] about the water.
func WUE(w WaterUse, it Measured) (Figure, error) {
	switch {
	case w.Volume < 0:
		return Figure{}, &FieldError{"water", volume(w.Volume), "0 or more"}
	case w.Recycled < 0 || w.Recycled > w.Volume:
		return Figure{}, &FieldError{"recycled water", volume(w.Recycled), "0 to the volume"}
	case w.Period != it.Period:
		return Figure{}, &PeriodMismatchError{Got: w.Period, Want: it.Period}
	case w.Accuracy < 0 || w.Accuracy > whole:
		return Figure{}, &FieldError{"water accuracy", strconv.FormatInt(int64(w.Accuracy), 10) + " ppb", "0 (unknown) to 100 %"}
	}
	if err := checkIT(it); err != nil {
		return Figure{}, err
	}
	v := new(big.Rat).SetFrac(big.NewInt(int64(w.Volume)), it.Energy.Microjoules().Big())
	f := Figure{kpi: KPIWUE, value: v.Mul(v, litrePerKWh), period: it.Period, unobserved: it.Unobserved, num: w.Accuracy, den: it.Accuracy, water: w.Category}
	f.judge(it)
	f.warnings.add(UnknownAccuracy, w.Accuracy == 0)
	f.warnings.add(UnknownCategory, w.Category == WaterUnknown || w.Category > WaterSourced)
	f.warnings.add(RecycledWater, w.Recycled > 0)
	return f, nil
}

// checkIT checks the IT energy that an indicator divides by.
func checkIT(it Measured) error {
	if err := it.check("IT"); err != nil {
		return err
	}
	if err := atIT(it, CategoryUnknown); err != nil {
		return err
	}
	if it.Energy.IsZero() {
		return ErrNoITEnergy
	}
	return nil
}

// WUESource returns the water usage effectiveness with the water that the
// site's electricity took, WUE + EWIF·PUE (The Green Grid). EWIF is the
// energy water intensity factor in litres per kWh.
//
// It fails with a *[FieldError] on a negative or unwieldy factor, a
// *[KindMismatchError] when site is not a WUE, or one of [WaterSourced] that has
// the water of its energy already, or when r is not measured as a whole, or with
// a *[PeriodMismatchError].
func WUESource(site Figure, r Result, ewif decimal.Decimal) (Figure, error) {
	switch {
	case site.kpi != KPIWUE:
		return Figure{}, &KindMismatchError{site.kpi.String(), "WUE"}
	case site.water == WaterSourced:
		return Figure{}, &KindMismatchError{"WUE of category 3, with the water of its energy,", "WUE of category 1 or 2"}
	case r.IsZero():
		return Figure{}, ErrNoITEnergy
	case r.kind != measured:
		return Figure{}, &KindMismatchError{r.Name(), "PUE"}
	case r.period != site.period:
		return Figure{}, &PeriodMismatchError{Got: site.period, Want: r.period}
	}
	factor, err := factorOf("water intensity factor", ewif)
	if err != nil {
		return Figure{}, err
	}
	f := site
	f.kpi, f.table, f.category = KPIWUESource, r.table, r.category
	f.value = factor.Mul(factor, r.Rat())
	f.value.Add(f.value, site.value)
	f.unobserved = max(site.unobserved, r.total.unobserved, r.it.unobserved)
	f.num, f.den = 0, 0 // three meters and a factor: not a ratio of two
	f.warnings |= r.warnings
	f.warnings.add(UnknownAccuracy, true)
	return f, nil
}

// factorOf returns a factor from outside as a rational, within bounds.
func factorOf(name string, v decimal.Decimal) (*big.Rat, error) {
	if e := v.Exponent(); e < -30 || e > 18 || v.Coefficient().BitLen() > 127 {
		return nil, &FieldError{name, clip(shown(v)), "a plain decimal number"}
	}
	if v.Sign() < 0 {
		return nil, &FieldError{name, clip(v.String()), "0 or more"}
	}
	return v.Rat(), nil
}

// shown writes a decimal without unfolding a large exponent.
func shown(v decimal.Decimal) string {
	if v.Coefficient().BitLen() > 256 {
		return "of more than 77 digits"
	}
	return v.Coefficient().String() + "e" + strconv.Itoa(int(v.Exponent()))
}

func volume(w Water) string {
	return strconv.FormatFloat(float64(w)/float64(Litre), 'g', -1, 64) + " L"
}
