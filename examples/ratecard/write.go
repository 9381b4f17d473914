package main

import (
	"bytes"
	"context"

	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/examples/internal/program"
)

// write writes the chart, the card in canonical form and the report.
func (v *view) write(ctx context.Context, dir string) (*program.Files, error) {
	files := program.NewFiles(ctx, dir)
	all, err := series(v.card)
	if err != nil {
		return files, err
	}
	text, err := ratecard.AppendYAML(nil, v.card)
	if err != nil {
		return files, err
	}
	var report bytes.Buffer
	if err := v.writeJSON(&report); err != nil {
		return files, err
	}
	for _, f := range []struct {
		name string
		text []byte
	}{{"prices.svg", v.chart(all)}, {"card.yaml", text}, {"report.json", report.Bytes()}} {
		if err := files.Write(f.name, f.text); err != nil {
			return files, err
		}
	}
	return files, nil
}
