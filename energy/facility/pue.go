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

// A Result is a PUE with what it was made of: the two measurements, the
// category, the kind and the warnings. Results are comparable with == and safe
// to copy. The zero Result is not a PUE; see [Result.IsZero].
type Result struct {
	total, it reading
	// over is the accuracy of Total − IT where meters of its own gave it, those
	// of sub-systems; 0 where they did not or it is not known.
	over     Accuracy
	period   metering.Period
	category Category
	kind     kind
	boundary string // of a partial PUE
	design   Design
	table    string // by which carriers were converted
	relabel  bool
	warnings warningSet
}

// A reading is what a Result keeps of a [Measured].
type reading struct {
	energy, estimated energy.Energy
	unobserved        time.Duration
	accuracy          Accuracy
	fromMemory        bool // the weights that converted it
}

func readingOf(m Measured) reading {
	return reading{m.Energy, m.Estimated, m.Unobserved, m.Accuracy, m.fromMemory()}
}

// PUE relates the energy of a whole facility to that of its IT equipment,
// both over the same period (ISO/IEC 30134-2). With [CategoryUnknown] the
// category is that of the point where it was measured, if that is known.
//
// It refuses with [ErrEmptyPeriod], a *[PeriodMismatchError], a
// *[NegativeEnergyError], a *[FieldError], a *[PointError] when an energy was
// measured elsewhere than said, a *[TableMismatchError] on IT energy that a table
// converted, [ErrNoITEnergy] or a *[BelowOneError]; everything that can be
// computed but is doubtful is a warning on the result.
func PUE(total, it Measured, c Category) (Result, error) {
	if err := same("total", total, "IT", it); err != nil {
		return Result{}, err
	}
	if total.Point > SiteInput {
		return Result{}, &PointError{"total energy", total.Point, "site_input"}
	}
	if c == CategoryUnknown {
		c = it.Point.Category()
	}
	if err := atIT(it, c); err != nil {
		return Result{}, err
	}
	r := Result{total: readingOf(total), it: readingOf(it), period: total.Period, category: c, table: total.Table}
	return r.judge()
}

// atIT refuses IT energy that was not measured at the IT equipment, or not at
// the point of its category.
func atIT(it Measured, c Category) error {
	switch {
	case it.Point == SiteInput:
		return &PointError{"IT energy", it.Point, "ups_output, pdu_output or it_equipment_input"}
	case it.Point != PointUnknown && c != CategoryUnknown && c != it.Point.Category():
		return &PointError{"IT energy of category " + c.String(), it.Point, "the point of that category"}
	case it.Table != "":
		return &TableMismatchError{Got: it.Table, Want: ""}
	}
	return nil
}

// judge refuses a result or gives it its warnings.
func (r Result) judge() (Result, error) {
	total, it := r.total.energy, r.it.energy
	switch {
	case it.IsZero():
		return Result{}, fmt.Errorf("%w: total %v over %v", ErrNoITEnergy, total, r.period)
	case total.Cmp(it) < 0:
		return Result{}, &BelowOneError{total, it}
	}
	if !r.category.valid() {
		r.category = CategoryUnknown
	}
	designed := r.kind == designed
	r.warnings = 0
	r.warnings.add(ExactlyOne, r.kind == measured && total == it)
	r.warnings.add(BelowUsual, r.kind == measured && total != it && r.below(102, 100))
	r.warnings.add(AboveUsual, !r.below(3, 1) && !r.equals(3, 1))
	r.warnings.add(Interim, !designed && !twelveMonths(r.period))
	r.warnings.add(UnknownCategory, r.category == CategoryUnknown)
	r.warnings.add(PartialCoverage, r.total.unobserved > 0 || r.it.unobserved > 0)
	r.warnings.add(PartlyEstimated, !r.total.estimated.IsZero() || !r.it.estimated.IsZero())
	r.warnings.add(UnknownAccuracy, !designed && (r.total.accuracy == 0 || r.it.accuracy == 0))
	r.warnings.add(Relabelled, r.relabel)
	r.warnings.add(NoLoad, designed && r.design.LoadPercent == 0)
	r.warnings.add(NoClimate, designed && r.design.Climate == "")
	r.warnings.add(UnverifiedTable, r.total.fromMemory)
	return r, nil
}

// compare orders total/IT and num/den, exactly.
func (r Result) compare(num, den fixed.Int128) int {
	return r.total.energy.Microjoules().MulWide(den).Cmp(r.it.energy.Microjoules().MulWide(num))
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

// Compare orders two results by their exact ratios: -1, 0 or +1. It fails
// with [ErrNoITEnergy] on a zero Result, a *[KindMismatchError], a
// *[TableMismatchError], or a *[CategoryMismatchError] unless both were measured
// at the same point.
func (r Result) Compare(o Result) (int, error) {
	if r.it.energy.IsZero() || o.it.energy.IsZero() {
		return 0, ErrNoITEnergy
	}
	if err := r.alike(o); err != nil {
		return 0, err
	}
	return r.compare(o.total.energy.Microjoules(), o.it.energy.Microjoules()), nil
}

// alike refuses results that are not to be related to each other.
func (r Result) alike(o Result) error {
	switch {
	case r.kind != o.kind:
		return &KindMismatchError{o.Name(), r.Name()}
	case r.boundary != o.boundary:
		return &KindMismatchError{o.Name() + " of " + clip(o.boundary), r.Name() + " of " + clip(r.boundary)}
	case r.category != o.category:
		return &CategoryMismatchError{Got: o.category, Want: r.category}
	case r.table != o.table:
		return &TableMismatchError{Got: o.table, Want: r.table}
	}
	return nil
}

// Relabel returns r as one of another category, with the warning
// [Relabelled], so that it can be compared with results of that category. The
// ratio stays what it is: losses between the two points are not known.
func (r Result) Relabel(c Category) (Result, error) {
	if r.IsZero() {
		return Result{}, ErrNoITEnergy
	}
	r.relabel = r.relabel || c != r.category
	r.category = c
	return r.judge()
}

// Annual returns nil for a measured PUE over 12 months or more, and an
// *[InterimError] or a *[KindMismatchError] for one that is not to be
// published as that year's PUE.
func (r Result) Annual() error {
	switch {
	case r.IsZero():
		return ErrNoITEnergy
	case r.kind != measured:
		return &KindMismatchError{r.Name(), "PUE"}
	case r.Has(Interim):
		return &InterimError{r.Name(), r.period}
	}
	return nil
}

// Uncertainty returns what the meters' accuracy makes of the ratio, with
// their correlation, 0 for independent meters. It fails with [ErrNoAccuracy]
// or a *[FieldError].
//
// The meters are those of the facility and of the IT equipment. Of a partial
// PUE, and of one that is composed of them, they are those of the sub-systems
// and of the IT equipment: that the IT energy is in the total too makes the
// ratio no less certain.
func (r Result) Uncertainty(correlation float64) (Uncertainty, error) {
	if r.over == 0 {
		return uncertainty(r.Float64(), r.total.accuracy, r.it.accuracy, correlation)
	}
	one := big.NewRat(1, 1)
	beyond, _ := one.Sub(r.Rat(), one).Float64()
	u, err := uncertainty(beyond, r.over, r.it.accuracy, correlation)
	u.Relative = u.Standard / r.Float64()
	return u, err
}

// Rat returns the exact ratio; 0 of the zero Result.
func (r Result) Rat() *big.Rat {
	if r.it.energy.IsZero() {
		return new(big.Rat)
	}
	return new(big.Rat).SetFrac(r.total.energy.Microjoules().Big(), r.it.energy.Microjoules().Big())
}

// Decimal returns the ratio rounded half-even to places fractional digits,
// held to 0 to 18. Limits are compared with [Result.Compare] or by a [Pack],
// not with a rounded ratio.
func (r Result) Decimal(places int) decimal.Decimal {
	if r.it.energy.IsZero() {
		return decimal.Zero
	}
	places = min(max(places, 0), 18)
	scale, _ := fixed.Pow10(places)
	n, _, _ := r.total.energy.Microjoules().MulWide(scale).DivWide(r.it.energy.Microjoules(), fixed.HalfEven)
	return decimal.NewFromBigInt(n.Big(), int32(-places))
}

// Float64 returns the float nearest to the ratio, for charts and statistics:
// they take nothing else, and nothing that is billed comes from it.
func (r Result) Float64() float64 {
	f, _ := r.Rat().Float64()
	return f
}
