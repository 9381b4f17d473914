package summary

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/meterbook/meterbook/metering"
)

// A place is a key in a piece of time.
type place struct {
	piece metering.Period
	key   metering.Key
}

func comparePlaces(a, b place) int { return cmp.Or(a.piece.Compare(b.piece), a.key.Compare(b.key)) }

// inOrder returns the places of a map in order of time and key.
func inOrder[V any](m map[place]V) []place { return slices.SortedFunc(maps.Keys(m), comparePlaces) }

// A FormError reports a meter of another form than a summary takes.
type FormError struct {
	Meter     metering.MeterID
	Got, Want metering.Form
}

func (e *FormError) Error() string {
	return fmt.Sprintf("summary: meter %q has the form %v where %v is wanted", e.Meter, e.Got, e.Want)
}

// A chart says where readings of one form belong.
type chart struct {
	meters   *metering.Catalogue
	calendar metering.Calendar
	form     metering.Form
}

func newChart(meters *metering.Catalogue, calendar metering.Calendar, form metering.Form) (chart, error) {
	if meters == nil {
		meters = metering.DefaultCatalogue()
	}
	if calendar == (metering.Calendar{}) {
		return chart{}, &metering.FieldError{Field: "calendar", Reason: "want hours, days or months of a zone"}
	}
	return chart{meters, calendar, form}, nil
}

// place returns where what is seen of a key at an instant belongs, and its meter.
func (c *chart) place(key metering.Key, at time.Time) (place, metering.Meter, error) {
	if err := key.Validate(); err != nil {
		return place{}, metering.Meter{}, err
	}
	m, err := c.meters.Lookup(key.Meter)
	if err != nil {
		return place{}, metering.Meter{}, err
	}
	if m.Form != c.form {
		return place{}, metering.Meter{}, &FormError{m.ID, m.Form, c.form}
	}
	piece, err := c.calendar.At(at)
	return place{piece, key}, m, err
}

// same returns an error if summaries of another calendar cannot be merged.
func (c *chart) same(o *chart) error {
	if c.calendar != o.calendar {
		return &metering.FieldError{Field: "calendar", Value: o.calendar.String(), Reason: "want " + c.calendar.String()}
	}
	return nil
}

// measures returns an error where the catalogue has another meter of this name.
func (c *chart) measures(id metering.MeterID, value metering.Quantity) error {
	m, err := c.meters.Lookup(id)
	if err == nil && m.Unit.Dimension() != value.Dimension() {
		return &metering.DimensionError{Got: value.Dimension(), Want: m.Unit.Dimension(), Meter: id}
	}
	return nil
}
