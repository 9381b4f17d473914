package main

import (
	"bytes"
	_ "embed"
	"html/template"
)

//go:embed report.html.tmpl
var reportTemplate string

var reportPage = template.Must(template.New("report").Parse(reportTemplate + chartTemplate + heatTemplate))

// How much of long lists is shown.
const (
	shownChanges = 8
	shownFaults  = 50
)

// reportHTML returns the report as one HTML file that needs no other.
func (b *books) reportHTML() ([]byte, error) {
	v, err := b.view()
	if err != nil {
		return nil, err
	}
	if v.Chart, err = b.chart(v.W); err != nil {
		return nil, err
	}
	if v.Heat, err = b.heat(v.W); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = reportPage.Execute(&out, v)
	return out.Bytes(), err
}

// view works out every figure of the report.
func (b *books) view() (*view, error) {
	w := wordsIn(b.Lang)
	v := &view{
		W: w, Source: w.Simulated + w.Comma + w.source(clean(b.Source)), Period: w.period(b.Period, b.Zone), Zone: b.Zone.String(),
		Card: b.Card.Name(), Rounding: w.rounding(b.Card.Rounding), Currency: string(b.Card.Currency),
	}
	if b.Traced {
		v.Source = w.Trace + w.Colon + clean(b.Source)
	}
	for _, fill := range []func(*view) error{b.viewHeadline, b.viewTenants, b.viewPools, b.viewChanges, b.viewEnergy, b.viewMissing, b.viewClosing} {
		if err := fill(v); err != nil {
			return nil, err
		}
	}
	return v, nil
}
