package main

import (
	"bytes"
	"os"
	"path/filepath"

	"github.com/meterbook/meterbook/accounting/ratecard"
)

// writeFiles writes what there is into the directory that -out names, and notes
// the names: the chart, the card in canonical form and the report.
func (v *view) writeFiles(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	all, err := series(v.card)
	if err != nil {
		return err
	}
	text, err := ratecard.AppendYAML(nil, v.card)
	if err != nil {
		return err
	}
	var report bytes.Buffer
	if err := v.writeJSON(&report); err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		text []byte
	}{{"prices.svg", v.chart(all)}, {"card.yaml", text}, {"report.json", report.Bytes()}} {
		name := filepath.Join(dir, f.name)
		if err := os.WriteFile(name, f.text, 0o644); err != nil {
			return err
		}
		v.written = append(v.written, name)
	}
	return nil
}
