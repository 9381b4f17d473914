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

// Measured is the energy of a period, as a meter gave it.
type Measured struct {
	Energy energy.Energy
	Period metering.Period
	// Incomplete says that the meter did not see the whole period.
	Incomplete bool
}

// Of returns the measurement that a window is.
func Of(w energy.Window) Measured { return Measured{w.Energy, w.Period, !w.Complete()} }

// A Result is a PUE with what it was made of: the two energies, the period,
// the category and the warnings. Results are comparable with == and safe to
// copy. The zero Result is not a PUE; see [Result.IsZero].
type Result struct {
	total, it energy.Energy
	period    metering.Period
	category  Category
	warnings  warningSet
}

// PUE relates the energy of a whole facility to that of its IT equipment,
// both over the same period.
//
// It refuses with [ErrEmptyPeriod], a *[PeriodMismatchError], a
// *[NegativeEnergyError], [ErrNoITEnergy] or a *[BelowOneError]; everything
// that can be computed but is doubtful is a warning on the result.
func PUE(total, it Measured, c Category) (Result, error) {
	switch {
	case total.Period != it.Period:
		return Result{}, &PeriodMismatchError{Got: it.Period, Want: total.Period}
	case total.Period.IsZero():
		return Result{}, fmt.Errorf("%w: %v", ErrEmptyPeriod, total.Period)
	}
	r := Result{total: total.Energy, it: it.Energy, period: total.Period, category: c}
	return r.judge(total.Incomplete || it.Incomplete)
}

// judge refuses a result or gives it its warnings.
func (r Result) judge(incomplete bool) (Result, error) {
	switch {
	case r.total.Sign() < 0:
		return Result{}, &NegativeEnergyError{"total", r.total}
	case r.it.Sign() < 0:
		return Result{}, &NegativeEnergyError{"IT", r.it}
	case r.it.IsZero():
		return Result{}, fmt.Errorf("%w: total %v over %v", ErrNoITEnergy, r.total, r.period)
	case r.total.Cmp(r.it) < 0:
		return Result{}, &BelowOneError{r.total, r.it}
	}
	if !r.category.valid() {
		r.category = CategoryUnknown
	}
	r.warnings = 0
	r.warnings.add(ExactlyOne, r.total == r.it)
	r.warnings.add(BelowUsual, r.total != r.it && r.below(102, 100))
	r.warnings.add(AboveUsual, !r.below(3, 1) && !r.equals(3, 1))
	r.warnings.add(Interim, !twelveMonths(r.period))
	r.warnings.add(UnknownCategory, r.category == CategoryUnknown)
	r.warnings.add(PartialCoverage, incomplete)
	return r, nil
}

// compare orders total/IT and num/den, exactly.
func (r Result) compare(num, den fixed.Int128) int {
	return r.total.Microjoules().MulWide(den).Cmp(r.it.Microjoules().MulWide(num))
}

func (r Result) below(num, den int64) bool {
	return r.compare(fixed.FromInt64(num), fixed.FromInt64(den)) < 0
}

func (r Result) equals(num, den int64) bool {
	return r.compare(fixed.FromInt64(num), fixed.FromInt64(den)) == 0
}

// twelveMonths reports whether p reaches the same day of the next year. From
// 29 February it is the 28th, as for any calendar of months.
func twelveMonths(p metering.Period) bool {
	start := p.Start()
	end := start.AddDate(1, 0, 0)
	if start.Month() == time.February && start.Day() == 29 {
		end = end.AddDate(0, 0, -1)
	}
	return !p.End().Before(end)
}

// IsZero reports whether r is the zero Result.
func (r Result) IsZero() bool { return r == Result{} }

// Total returns the energy of the whole facility.
func (r Result) Total() energy.Energy { return r.total }

// IT returns the energy of the IT equipment. The PUE is Total over IT, an
// exact rational; every other form of it is a display.
func (r Result) IT() energy.Energy { return r.it }

// Overhead returns Total − IT.
func (r Result) Overhead() energy.Energy {
	e, _ := r.total.Sub(r.it) // 0 ≤ IT ≤ Total
	return e
}

// Period returns the period that was measured.
func (r Result) Period() metering.Period { return r.period }

// Category returns where the IT energy was measured.
func (r Result) Category() Category { return r.category }

// Warnings returns the warnings, in the order of their declaration.
func (r Result) Warnings() []Warning { return r.warnings.list() }

// Has reports whether r has the warning.
func (r Result) Has(w Warning) bool { return r.warnings.has(w) }

// Compare orders two results by their exact ratios: -1, 0 or +1. It fails
// with a *[CategoryMismatchError] unless both were measured at the same point.
func (r Result) Compare(o Result) (int, error) {
	if r.category != o.category {
		return 0, &CategoryMismatchError{Got: o.category, Want: r.category}
	}
	return r.compare(o.total.Microjoules(), o.it.Microjoules()), nil
}

// Decimal returns the ratio rounded half-even to places fractional digits,
// held to 0 to 18. Limits are compared with [Result.Compare] or with the
// energies, not with a rounded ratio.
func (r Result) Decimal(places int) decimal.Decimal {
	if r.it.IsZero() {
		return decimal.Zero
	}
	places = min(max(places, 0), 18)
	scale, _ := fixed.Pow10(places)
	n, _, _ := r.total.Microjoules().MulWide(scale).DivWide(r.it.Microjoules(), fixed.HalfEven)
	return decimal.NewFromBigInt(n.Big(), int32(-places))
}

// Float64 returns the float nearest to the ratio, for charts and statistics:
// they take nothing else, and nothing that is billed comes from it.
func (r Result) Float64() float64 {
	if r.it.IsZero() {
		return 0
	}
	f, _ := new(big.Rat).SetFrac(r.total.Microjoules().Big(), r.it.Microjoules().Big()).Float64()
	return f
}

// Name returns what the result may be called: "PUE" over 12 months or more,
// "iPUE" over less, with the category behind it when it is known ("PUE3").
func (r Result) Name() string {
	name := "PUE"
	if r.Has(Interim) {
		name = "iPUE"
	}
	if r.category != CategoryUnknown {
		name += r.category.String()
	}
	return name
}

// String returns the name, the ratio to three places and the dates:
// "iPUE3 1.524 2026-01-01T00:00:00Z/2026-02-01T00:00:00Z".
func (r Result) String() string {
	return fmt.Sprintf("%s %s %v", r.Name(), r.Decimal(3).StringFixed(3), r.period)
}
