package ratecard

import (
	"errors"
	"fmt"
	"strings"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/spelling"
	"github.com/meterbook/meterbook/metering"
)

// wantListed bounds how many meters or services a fault lists.
const wantListed = 24

// service checks that a price is filed under a service that exists.
func (v *validator) service(p *place, id accounting.ServiceID) {
	if v.services == nil {
		v.text(p, string(id), 1, metering.MaxNameBytes)
		return
	}
	ids := make([]string, len(v.services))
	for i, s := range v.services {
		if s.ID == id && id != "" {
			v.text(p, string(id), 1, metering.MaxNameBytes)
			return
		}
		ids[i] = string(s.ID)
	}
	if id == "" {
		v.add(p, "", "missing; %s", wantOne("", ids))
		return
	}
	v.add(p, string(id), "unknown service; %s", wantOne(string(id), ids))
}

// wantMeter says which meters a price may be for.
func (v *validator) wantMeter(id metering.MeterID) string {
	ids := make([]string, 0, v.meters.Len())
	for m := range v.meters.All() {
		ids = append(ids, string(m.ID))
	}
	// A GPU's time is nearest to a CPU's by its letters alone.
	if device := devices.Replace(string(id)); device != string(id) {
		if near := spelling.Nearest(device, ids); near != "" {
			return fmt.Sprintf("did you mean %s?", near)
		}
	}
	// Of a long list, those that begin as it does are of more use.
	first, _, _ := strings.Cut(string(id), ".")
	var alike []string
	for _, known := range ids {
		if strings.HasPrefix(known, first+".") {
			alike = append(alike, known)
		}
	}
	if len(alike) > 0 && spelling.Nearest(string(id), ids) == "" {
		ids = alike
	}
	return wantOne(string(id), ids)
}

// dimensionOf returns what a meter measures, 0 if that is not known.
func (c config) dimensionOf(meter string) metering.Dimension {
	if c.meters == nil {
		return 0
	}
	m, err := c.meters.Lookup(metering.MeterID(meter))
	if err != nil {
		return 0
	}
	return m.Unit.Dimension()
}

// wantUnit says which units are accepted for a dimension; for 0, any.
func wantUnit(code string, dim metering.Dimension) string {
	var codes []string
	for _, u := range metering.Units() {
		if dim == 0 || u.Dimension() == dim {
			codes = append(codes, u.Code())
		}
	}
	if dim == metering.Count {
		codes = append(codes, "a name in braces")
	}
	if near := spelling.Unit(code, codes); near != "" {
		return fmt.Sprintf("did you mean %s?", near)
	}
	if dim == 0 {
		return "want a UCUM code such as {card}.h, GiBy.h, kW.h or 10*6{token}"
	}
	want := "want one of " + strings.Join(codes, ", ")
	if held, ok := heldOver[dim]; ok {
		want += ", or of a term, such as " + held
	}
	return want
}

// heldOver has, by what a capacity comes to over time, a unit of 30 days.
var heldOver = map[metering.Dimension]string{
	metering.ByteTime: "GBy.(30.d)", metering.CoreTime: "{core}.(30.d)", metering.CardTime: "{card}.(30.d)", metering.CountTime: "{item}.(30.d)",
}

// wantOne says which words are accepted.
func wantOne(s string, words []string) string {
	var tail string
	if near := spelling.Nearest(s, words); near != "" {
		return fmt.Sprintf("did you mean %s?", near)
	}
	if n := len(words); n > wantListed {
		words, tail = words[:wantListed], fmt.Sprintf(" and %d more", n-wantListed)
	}
	return "want one of " + strings.Join(words, ", ") + tail
}

// modeNames returns the names of the rounding modes.
func modeNames() (names wordList) {
	for m := money.RoundingMode(0); ; m++ {
		if _, err := m.MarshalText(); err != nil {
			return names
		}
		names = append(names, m.String())
	}
}

// reasonOf returns what package metering says of a label, without the label.
func reasonOf(err error) string {
	if field, ok := errors.AsType[*metering.FieldError](err); ok {
		return field.Field + ": " + field.Reason
	}
	return err.Error()
}
