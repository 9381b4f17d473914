package main

import (
	"bytes"
	"fmt"
	"path"
	"strings"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/seal"
	"github.com/meterbook/meterbook/examples/internal/proof"
	"github.com/meterbook/meterbook/metering/cloudevents"
)

// The sample's files.
const (
	sampleLine  = "sample/aurora-line.json"
	sampleSums  = "sample/aurora-sums.json"
	sampleChain = "sample/aurora-chain.json"
)

// A forgery is something that a provider, or a customer, might change.
type forgery struct {
	name, file string
	change     func(*proof.File) error
}

var forgeries = []forgery{
	{"lease-shorter", sampleLine, func(f *proof.File) error {
		stop := &f.Events[len(f.Events)-1]
		e, err := stop.Read()
		if err != nil {
			return err
		}
		e.Time = e.Time.Add(-3600e9)
		stop.Event, err = cloudevents.Marshal(e)
		return err
	}},
	{"line-dearer", sampleLine, func(f *proof.File) error {
		more, err := money.Parse("CNY 100")
		if err == nil {
			f.Line.Amount, err = f.Line.Amount.Add(more)
		}
		return err
	}},
	{"leaf-edited", sampleLine, func(f *proof.File) error {
		leaf := f.Line.Proof.Leaf
		leaf[len(leaf)/2] ^= 1
		return nil
	}},
	{"sum-smaller", sampleSums, func(f *proof.File) error {
		for i, s := range f.Sums.Sums {
			if s.Kind == seal.Usage && !s.Quantity.IsZero() {
				parts, err := s.Quantity.Split(1, 1)
				f.Sums.Sums[i].Quantity = parts[0]
				return err
			}
		}
		return fmt.Errorf("no sum of usage")
	}},
	{"month-rewritten", sampleChain, func(f *proof.File) error {
		f.Extension.Newer = strings.Replace(f.Extension.Newer, "number 2", "number 3", 1)
		return nil
	}},
	{"other-history", sampleChain, func(f *proof.File) error {
		f.Extension.Older = f.Extension.Newer
		return nil
	}},
}

// auditSample checks the sample, and then forged copies of it.
func auditSample(key string) (out []report, err error) {
	read := func(name string) (*proof.File, error) {
		text, err := sample.ReadFile(name)
		if err != nil {
			return nil, err
		}
		return proof.Parse(bytes.NewReader(text))
	}
	for _, name := range []string{sampleLine, sampleSums, sampleChain} {
		f, err := read(name)
		if err != nil {
			return nil, err
		}
		out = append(out, auditParsed(path.Base(name), f, key))
	}
	for _, forged := range forgeries {
		f, err := read(forged.file)
		if err != nil {
			return nil, err
		}
		if err := forged.change(f); err != nil {
			return nil, fmt.Errorf("forging %s: %w", forged.name, err)
		}
		r := auditParsed(path.Base(forged.file), f, key)
		r.Forged = forged.name
		out = append(out, r)
	}
	return out, nil
}
