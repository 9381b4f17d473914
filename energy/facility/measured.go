package facility

import (
	"strconv"
	"time"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/metering"
)

// Measured is the energy of a period, as a meter gave it, and what the reading
// is worth. Only Energy and Period are required; what is not said becomes a
// [Warning] on the results made of it. Measurements are comparable with ==.
type Measured struct {
	Energy energy.Energy
	Period metering.Period
	// Unobserved is the part of Period that the meter did not see.
	Unobserved time.Duration
	// Estimated is the part of Energy that was not measured.
	Estimated energy.Energy
	// Accuracy is the meter's relative standard uncertainty, 0 when unknown.
	Accuracy Accuracy
	// Point is where it was measured, if known.
	Point Point
	// Table is the id of the [WeightTable] by which carriers other than
	// electricity were converted; see [WeightTable.Convert].
	Table string

	unverified bool // of a table that says so
}

// Of returns the measurement that a window is. Of a window that was bridged
// throughout, energy and estimated energy are rounded by themselves, and can be
// a microjoule apart, or two where both are ties: all of it is estimated then.
func Of(w energy.Window) Measured {
	m := Measured{Energy: w.Energy, Period: w.Period, Unobserved: w.Period.Duration() - w.Observed, Estimated: w.Estimated}
	if over, err := w.Estimated.Sub(w.Energy); err == nil && over.Sign() > 0 && over.Cmp(energy.Microjoules(2)) <= 0 {
		m.Estimated = w.Energy
	}
	return m
}

// complete reports whether all of the period was seen.
func (m Measured) complete() bool { return m.Unobserved == 0 }

// check returns the first rule that a measurement breaks: [ErrEmptyPeriod], a
// *[NegativeEnergyError] or a *[FieldError]. The name says which one it is.
func (m Measured) check(name string) error {
	switch {
	case m.Period.IsZero():
		return emptyPeriod(m.Period)
	case m.Energy.Sign() < 0:
		return &NegativeEnergyError{name, m.Energy}
	case m.Unobserved < 0 || m.Unobserved > m.Period.Duration():
		return &FieldError{name + " unobserved time", m.Unobserved.String(), "0 to the period of " + m.Period.Duration().String()}
	case m.Estimated.Sign() < 0 || m.Estimated.Cmp(m.Energy) > 0:
		return &FieldError{name + " estimated energy", m.Estimated.String(), "0 to the energy of " + m.Energy.String()}
	case m.Accuracy < 0 || m.Accuracy > whole:
		return &FieldError{name + " accuracy", strconv.FormatInt(int64(m.Accuracy), 10) + " ppb", "0 (unknown) to 100 %"}
	case !m.Point.valid():
		return &FieldError{name + " point", strconv.Itoa(int(m.Point)), "one of the points"}
	}
	return nil
}

// same checks measurements that are related to each other: each by itself,
// that they are over one period (*[PeriodMismatchError]), and that no two tables
// converted them (*[TableMismatchError]).
func same(first string, a Measured, second string, b Measured) error {
	if a.Period != b.Period {
		return &PeriodMismatchError{Got: b.Period, Want: a.Period}
	}
	if a.Table != b.Table && a.Table != "" && b.Table != "" {
		return &TableMismatchError{Got: b.Table, Want: a.Table}
	}
	if err := a.check(first); err != nil {
		return err
	}
	return b.check(second)
}

// A Point is where on the power path energy is measured.
type Point uint8

// The points, down the path.
const (
	PointUnknown Point = iota
	SiteInput          // the utility meter, or the boundary where power is generated on site
	UPSOutput          // the output of the uninterruptible power supply
	PDUOutput          // the output of the power distribution unit
	ITInput            // the input of the IT equipment
	points             // their number, kept last
)

var pointNames = [points]string{"unknown", "site_input", "ups_output", "pdu_output", "it_equipment_input"}

func (p Point) valid() bool { return p < points }

// String returns the point's name, such as "pdu_output".
func (p Point) String() string {
	if !p.valid() {
		return "invalid"
	}
	return pointNames[p]
}

// ParsePoint reads the name of a point. It fails with a *[FieldError].
func ParsePoint(s string) (Point, error) {
	for p, name := range pointNames {
		if name == s {
			return Point(p), nil
		}
	}
	return 0, &FieldError{"point", strconv.Quote(clip(s)), "site_input, ups_output, pdu_output or it_equipment_input"}
}

// Category returns the category of a PUE whose IT energy is measured here,
// [CategoryUnknown] where none is defined.
func (p Point) Category() Category {
	switch p {
	case UPSOutput:
		return Category1
	case PDUOutput:
		return Category2
	case ITInput:
		return Category3
	}
	return CategoryUnknown
}
