package facility

import (
	"math/big"
	"strconv"

	"github.com/shopspring/decimal"
)

// A Factor is what a unit of a carrier emits, with what a reader needs to
// judge it.
type Factor struct {
	Kilograms decimal.Decimal // of CO2 equivalent
	Per       string          // the unit of the carrier: "kWh", "L", "m3", "kg"
	Year      int             // that it is for
	Region    string
	Method    string // such as "location-based"
}

// An Emission is an amount of a carrier with its factor. On-site combustion
// is scope 1, electricity scope 2; a CUE takes both.
type Emission struct {
	Amount Amount
	Factor Factor
}

// CUE returns the carbon usage effectiveness, what the whole site emits over
// the IT equipment's energy (ISO/IEC 30134-8), in kg CO2e per kWh. Where all
// is electricity it is the emission factor times PUE. The emissions are those
// of the period of it.
//
// It fails as [PUE] does about the energy, with a *[FieldError] on a negative
// factor or amount, a *[UnitError] where the factor is per another unit, or
// with [ErrNoResults] without emissions.
func CUE(it Measured, emissions ...Emission) (Figure, error) {
	if err := checkIT(it); err != nil {
		return Figure{}, err
	}
	if len(emissions) == 0 {
		return Figure{}, ErrNoResults
	}
	sum := new(big.Rat)
	undated := false
	for _, e := range emissions {
		if e.Factor.Per != e.Amount.Unit {
			return Figure{}, &UnitError{"factor of " + clip(string(e.Amount.Carrier)), "kg per " + strconv.Quote(clip(e.Factor.Per)), "kg per " + strconv.Quote(clip(e.Amount.Unit))}
		}
		amount, err := factorOf("amount of "+clip(string(e.Amount.Carrier)), e.Amount.Value)
		if err != nil {
			return Figure{}, err
		}
		factor, err := factorOf("factor of "+clip(string(e.Amount.Carrier)), e.Factor.Kilograms)
		if err != nil {
			return Figure{}, err
		}
		sum.Add(sum, amount.Mul(amount, factor))
		undated = undated || e.Factor.Year == 0 || e.Factor.Region == "" || e.Factor.Method == ""
	}
	kwh := new(big.Rat).SetFrac(it.Energy.Microjoules().Big(), big.NewInt(3_600_000_000_000))
	f := Figure{kpi: KPICUE, value: sum.Quo(sum, kwh), period: it.Period, unobserved: it.Unobserved, den: it.Accuracy}
	f.judge(it)
	f.warnings.add(UnknownAccuracy, true) // a factor has none
	f.warnings.add(FactorUndated, undated)
	return f, nil
}
