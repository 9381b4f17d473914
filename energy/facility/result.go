package facility

import (
	"fmt"
	"math/big"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/metering"
)

// IsZero reports whether r is the zero Result.
func (r Result) IsZero() bool { return r == Result{} }

// Total returns the energy of the whole facility, or of the sub-system and
// the IT equipment of a partial PUE.
func (r Result) Total() energy.Energy { return r.total.energy }

// IT returns the energy of the IT equipment. The PUE is Total over IT, an
// exact rational; every other form of it is a display.
func (r Result) IT() energy.Energy { return r.it.energy }

// Overhead returns Total − IT.
func (r Result) Overhead() energy.Energy {
	e, _ := r.total.energy.Sub(r.it.energy) // 0 ≤ IT ≤ Total
	return e
}

// Estimated returns the part of Total that was not measured.
func (r Result) Estimated() energy.Energy { return r.total.estimated }

// Period returns the period that was measured, or designed for.
func (r Result) Period() metering.Period { return r.period }

// Category returns where the IT energy was measured.
func (r Result) Category() Category { return r.category }

// Boundary returns the sub-system of a partial PUE, "" of any other.
func (r Result) Boundary() string { return r.boundary }

// Table returns the id of the weight table by which carriers other than
// electricity were converted, "" where there were none.
func (r Result) Table() string { return r.table }

// KPI returns what r is: [KPIPUE], [KPIPartialPUE] or [KPIDesignPUE].
func (r Result) KPI() KPI { return kindKPI[r.kind] }

// Warnings returns the warnings, in the order of their declaration.
func (r Result) Warnings() []Warning { return r.warnings.list() }

// Has reports whether r has the warning.
func (r Result) Has(w Warning) bool { return r.warnings.has(w) }

// Coverage returns the part of the period that both meters saw at least, 0 to
// 1, rounded down to places fractional digits (held to 0 to 18).
func (r Result) Coverage(places int) decimal.Decimal {
	return coverage(r.period, max(r.total.unobserved, r.it.unobserved), places)
}

func coverage(p metering.Period, unobserved time.Duration, places int) decimal.Decimal {
	return energy.Window{Period: p, Observed: p.Duration() - unobserved}.Coverage(places)
}

// Name returns "PUE3", "iPUE3" where it is interim, "pPUE" and "dPUE";
// without the digit where the category is unknown.
func (r Result) Name() string {
	name := "PUE"
	switch {
	case r.kind == partial:
		return "pPUE"
	case r.kind == designed:
		name = "dPUE"
	case r.Has(Interim):
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

// DCiE returns the data centre infrastructure efficiency, 100/PUE in percent,
// which The Green Grid has dropped in favour of PUE: it always has the warning
// [Deprecated]. It fails with [ErrNoITEnergy] on a zero Result.
func (r Result) DCiE() (Figure, error) {
	if r.IsZero() {
		return Figure{}, ErrNoITEnergy
	}
	f := Figure{kpi: KPIDCiE, value: new(big.Rat).Inv(r.Rat()), period: r.period, table: r.table, category: r.category,
		unobserved: max(r.total.unobserved, r.it.unobserved), inverse: &r, warnings: r.warnings}
	f.value.Mul(f.value, big.NewRat(100, 1))
	f.warnings.add(Deprecated, true)
	return f, nil
}
