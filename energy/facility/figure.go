package facility

import (
	"fmt"
	"math/big"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// A Figure is an indicator other than PUE with what it is worth. Its value is
// an exact rational. Figures are safe to copy and immutable; the zero Figure
// is none. Compare them with [Figure.Cmp], not with ==.
type Figure struct {
	kpi        KPI
	value      *big.Rat
	period     metering.Period
	unobserved time.Duration
	num, den   Accuracy // of what is divided, and of what by
	inverse    *Result  // the PUE that it is 1 over, with its uncertainty
	category   Category // of the PUE that it is made of
	water      WaterCategory
	table      string
	surplus    energy.Energy
	warnings   warningSet
}

// figure returns num/den of two measurements over one period, times a factor
// that makes the unit, with the warnings that any ratio can have.
func figure(k KPI, num, den Measured, factor *big.Rat) Figure {
	v := new(big.Rat).SetFrac(num.Energy.Microjoules().Big(), den.Energy.Microjoules().Big())
	if factor != nil {
		v.Mul(v, factor)
	}
	f := Figure{kpi: k, value: v, period: num.Period, unobserved: max(num.Unobserved, den.Unobserved),
		num: num.Accuracy, den: den.Accuracy, table: num.Table}
	if f.table == "" {
		f.table = den.Table
	}
	f.judge(num, den)
	return f
}

// judge adds the warnings of any figure made of the given measurements.
func (f *Figure) judge(from ...Measured) {
	f.warnings.add(Interim, !twelveMonths(f.period))
	for _, m := range from {
		f.warnings.add(PartialCoverage, !m.complete())
		f.warnings.add(PartlyEstimated, !m.Estimated.IsZero())
		f.warnings.add(UnknownAccuracy, m.Accuracy == 0)
		f.warnings.add(UnverifiedTable, m.fromMemory())
	}
}

// IsZero reports whether f is the zero Figure.
func (f Figure) IsZero() bool { return f.value == nil }

// KPI returns which indicator f is.
func (f Figure) KPI() KPI { return f.kpi }

// Period returns the period it is about.
func (f Figure) Period() metering.Period { return f.period }

// Table returns the id of the weight table by which carriers other than
// electricity were converted, "" where there were none.
func (f Figure) Table() string { return f.table }

// Surplus returns the renewable energy that a REF held to 1 leaves over.
func (f Figure) Surplus() energy.Energy { return f.surplus }

// Rat returns the exact value in the unit of its KPI; 0 of the zero Figure.
func (f Figure) Rat() *big.Rat {
	if f.value == nil {
		return new(big.Rat)
	}
	return new(big.Rat).Set(f.value)
}

// Cmp compares the exact values: -1, 0 or +1. It fails with a
// *[KindMismatchError] on another indicator, a *[TableMismatchError] on energy
// that another table converted, or a *[CategoryMismatchError] on what is made of
// a PUE of another category.
func (f Figure) Cmp(g Figure) (int, error) {
	switch {
	case f.kpi != g.kpi:
		return 0, &KindMismatchError{g.kpi.String(), f.kpi.String()}
	case f.table != g.table:
		return 0, &TableMismatchError{Got: g.table, Want: f.table}
	case f.category != g.category:
		return 0, &CategoryMismatchError{Got: g.category, Want: f.category}
	}
	return f.Rat().Cmp(g.Rat()), nil
}

// Decimal returns the value rounded half-even to places fractional digits,
// held to 0 to 18.
func (f Figure) Decimal(places int) decimal.Decimal { return rounded(f.Rat(), places) }

// Float64 returns the float nearest to the value, for charts and statistics.
func (f Figure) Float64() float64 {
	v, _ := f.Rat().Float64()
	return v
}

// Coverage returns the part of the period that all meters saw at least, 0 to
// 1, rounded down to places fractional digits (held to 0 to 18).
func (f Figure) Coverage(places int) decimal.Decimal {
	return coverage(f.period, f.unobserved, places)
}

// Uncertainty returns what the meters' accuracy makes of the figure. It fails
// with [ErrNoAccuracy] or a *[FieldError]. The correlation of the two meters
// is -1 to 1, 0 where they are independent.
func (f Figure) Uncertainty(correlation float64) (Uncertainty, error) {
	if f.inverse != nil {
		u, err := f.inverse.Uncertainty(correlation)
		u.Standard = float64(u.Relative * f.Float64())
		return u, err
	}
	return uncertainty(f.Float64(), f.num, f.den, correlation)
}

// Warnings returns the warnings, in the order of their declaration.
func (f Figure) Warnings() []Warning { return f.warnings.list() }

// Has reports whether f has the warning.
func (f Figure) Has(w Warning) bool { return f.warnings.has(w) }

// Annual returns nil for a figure over 12 months or more, otherwise an
// *[InterimError].
func (f Figure) Annual() error {
	if f.Has(Interim) {
		return &InterimError{f.kpi.String(), f.period}
	}
	return nil
}

// String returns the name, the value to three places, the unit if it has one,
// and the dates: "WUE 1.800 L/kWh 2025-01-01T00:00:00Z/2026-01-01T00:00:00Z".
func (f Figure) String() string {
	unit := ""
	if u := f.kpi.Unit(); u != "1" && u != "" {
		unit = " " + u
	}
	return fmt.Sprintf("%v %s%s %v", f.kpi, f.Decimal(3).StringFixed(3), unit, f.period)
}

// rounded returns a rational half-even to places fractional digits.
func rounded(r *big.Rat, places int) decimal.Decimal {
	places = min(max(places, 0), 18)
	scale, _ := fixed.Pow10(places)
	num := new(big.Int).Mul(r.Num(), scale.Big())
	q, rest := new(big.Int).DivMod(num, r.Denom(), new(big.Int))
	switch c := rest.Lsh(rest, 1).Cmp(r.Denom()); {
	case c > 0, c == 0 && q.Bit(0) == 1:
		q.Add(q, big.NewInt(1))
	}
	return decimal.NewFromBigInt(q, int32(-places))
}
