package metering_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
)

func pagesMeter() metering.Meter {
	unit, err := metering.Each("page")
	if err != nil {
		panic(err)
	}
	return metering.Meter{ID: "ocr.pages", Title: "Pages read", Unit: unit, Form: metering.Amounts, Aggregation: metering.Sum,
		Layer: metering.Application, Reference: "none"}
}

func TestMeter_Refused(t *testing.T) {
	require.NoError(t, pagesMeter().Validate())
	long := strings.Repeat("x", metering.MaxNameBytes+1)
	for _, tt := range []struct {
		name, field string
		change      func(*metering.Meter)
	}{
		{"no id", "meter", func(m *metering.Meter) { m.ID = "" }},
		{"capitals", "meter", func(m *metering.Meter) { m.ID = "OCR" }},
		{"an empty part", "meter", func(m *metering.Meter) { m.ID = "a..b" }},
		{"a long id", "meter", func(m *metering.Meter) { m.ID = metering.MeterID(long) }},
		{"a long title", "meter title", func(m *metering.Meter) { m.Title = long }},
		{"a reference with a control character", "meter reference", func(m *metering.Meter) { m.Reference = "a\nb" }},
		{"no unit", "meter unit", func(m *metering.Meter) { m.Unit = metering.Unit{} }},
		{"no form", "meter form", func(m *metering.Meter) { m.Form = 0 }},
		{"a form there is not", "meter form", func(m *metering.Meter) { m.Form = 9 }},
		{"a sum of levels", "meter aggregation", func(m *metering.Meter) { m.Form = metering.Levels }},
		{"a percentile of amounts", "meter aggregation", func(m *metering.Meter) { m.Aggregation = metering.Percentile }},
		{"a maximum of identities", "meter aggregation", func(m *metering.Meter) { m.Form, m.Aggregation = metering.Identities, metering.Max }},
		{"a step back in time", "meter granularity", func(m *metering.Meter) { m.Granularity = -1 }},
		{"no aggregation", "meter aggregation", func(m *metering.Meter) { m.Aggregation = 0 }},
		{"an aggregation there is not", "meter aggregation", func(m *metering.Meter) { m.Aggregation = 9 }},
		{"amounts held while paused", "meter pause policy", func(m *metering.Meter) { m.Paused = metering.HeldPaused }},
		{"a pause policy there is not", "meter pause policy", func(m *metering.Meter) { m.Paused = 9 }},
		{"no layer", "meter layer", func(m *metering.Meter) { m.Layer = 0 }},
		{"a layer there is not", "meter layer", func(m *metering.Meter) { m.Layer = 9 }},
		{"a capacity of what is not held over time", "meter unit", func(m *metering.Meter) { m.Form = metering.Capacity }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := pagesMeter()
			tt.change(&m)
			var field *metering.FieldError
			require.ErrorAs(t, m.Validate(), &field)
			require.Equal(t, tt.field, field.Field)
		})
	}
}

// TestMeter_Capacities: what is held over time, and what that gives.
func TestMeter_Capacities(t *testing.T) {
	for _, tt := range []struct {
		unit, capacity string
	}{{"{card}.h", "{card}"}, {"{core}.h", "{core}"}, {"GiBy.h", "GiBy"}, {"{item}.h", "1"}} {
		m := metering.Meter{ID: "m", Unit: metering.MustUnit(tt.unit), Form: metering.Capacity, Aggregation: metering.Sum, Layer: metering.Platform}
		c, err := metering.NewCatalogue(m)
		require.NoError(t, err)
		a := metering.NewAggregator(metering.WithCatalogue(c))
		s, err := a.Series(metering.Key{Account: "acme", Meter: "m"})
		require.NoError(t, err)
		day := metering.MustPeriod("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")
		one, err := metering.NewQuantity(2, metering.MustUnit(tt.capacity))
		require.NoError(t, err)
		h, err := s.Hold(one, day.Start())
		require.NoError(t, err)
		require.NoError(t, h.Stop(day.End()))
		rows := mustCollect(t, a.Usage(day))
		require.Len(t, rows, 1)
		got, err := rows[0].Quantity.In(m.Unit, 6)
		require.NoError(t, err)
		require.Equal(t, "48", got.String(), "2 for a day, in %s", tt.unit)
	}
}

func TestNewCatalogue(t *testing.T) {
	c, err := metering.DefaultCatalogue().With(pagesMeter())
	require.NoError(t, err)
	require.Equal(t, metering.DefaultCatalogue().Len()+1, c.Len())
	m, err := c.Lookup("ocr.pages")
	require.NoError(t, err)
	require.Equal(t, pagesMeter(), m)
	_, err = metering.DefaultCatalogue().Lookup("ocr.pages")
	require.ErrorIs(t, err, metering.ErrUnknown, "With leaves the catalogue as it was")
	require.True(t, slices.IsSortedFunc(slices.Collect(c.All()), func(a, b metering.Meter) int { return strings.Compare(string(a.ID), string(b.ID)) }))

	_, err = c.With(pagesMeter())
	var field *metering.FieldError
	require.ErrorAs(t, err, &field)
	require.Equal(t, "defined twice", field.Reason)

	// Everything that is wrong is named at once.
	_, err = metering.NewCatalogue(metering.Meter{ID: "b"}, pagesMeter(), pagesMeter(), metering.Meter{ID: "A"})
	require.ErrorContains(t, err, `"A"`)
	require.ErrorContains(t, err, `"b"`)
	require.ErrorContains(t, err, "defined twice")

	var none metering.Catalogue
	require.Zero(t, none.Len())
	_, err = none.Lookup(metering.Egress)
	require.ErrorIs(t, err, metering.ErrUnknown)
}
