package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"path"
	"strings"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/seal"
	"github.com/meterbook/meterbook/examples/internal/program"
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
			f.Line.Item.Gross, err = f.Line.Item.Gross.Add(more)
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

// randomForgeries is how many copies are changed at random.
const randomForgeries = 6

// forgeries returns what a cheat would change, or what a seed says.
func (o options) forgeries() []forgery {
	if o.seed == 0 {
		return forgeries
	}
	r := rand.New(rand.NewPCG(o.seed, 0x666f7267))
	var out []forgery
	for i := range randomForgeries {
		n := r.IntN(1 << 20)
		f := forgery{fmt.Sprintf("bit-%d", i+1), sampleLine, func(f *proof.File) error {
			leaf := f.Line.Proof.Leaf
			leaf[n%len(leaf)] ^= 1 << (n % 8)
			return nil
		}}
		if r.IntN(2) == 0 {
			f.name, f.change = fmt.Sprintf("amount-%d", i+1), func(f *proof.File) error {
				more, err := money.Parse(fmt.Sprintf("CNY %d.%02d", n%1000, n%99+1))
				if err == nil {
					f.Line.Item.Gross, err = f.Line.Item.Gross.Add(more)
				}
				return err
			}
		}
		out = append(out, f)
	}
	return out
}

// auditSample checks the sample, and then forged copies of it; all of them are
// written to files, too.
func auditSample(key string, forged []forgery, files *program.Files) (out []report, err error) {
	check := func(file string, change forgery) error {
		text, err := sample.ReadFile(file)
		if err != nil {
			return err
		}
		f, err := proof.Parse(bytes.NewReader(text))
		if err != nil {
			return err
		}
		name := path.Base(file)
		if change.change != nil {
			if err := change.change(f); err != nil {
				return fmt.Errorf("forging %s: %w", change.name, err)
			}
			if text, err = f.Encode(); err != nil {
				return err
			}
			name = "forged/" + change.name + ".json"
		}
		r := auditParsed(path.Base(file), f, key)
		r.Forged = change.name
		out = append(out, r)
		return files.Write(name, text)
	}
	for _, name := range []string{sampleLine, sampleSums, sampleChain} {
		if err := check(name, forgery{}); err != nil {
			return nil, err
		}
	}
	for _, f := range forged {
		if err := check(f.file, f); err != nil {
			return nil, err
		}
	}
	return out, nil
}
