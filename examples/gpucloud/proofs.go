package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/invoice"
	"github.com/meterbook/meterbook/accounting/seal"
	"github.com/meterbook/meterbook/examples/internal/proof"
	"github.com/meterbook/meterbook/metering"
)

// provedTenant is who the written proofs are for.
const provedTenant metering.Account = "aurora"

// An output is a file that is written.
type output struct {
	name    string // with slashes
	content []byte
}

// sealed returns the sealed month of every tenant, the public key, and proofs for
// one tenant: that a line contains a lease, what the month's sums are, and that
// the month was sealed on top of the one before. A trace is not sealed.
func (b *books) sealed() ([]output, error) {
	if b.Told == nil {
		return nil, nil
	}
	n, err := newNotary()
	if err != nil {
		return nil, err
	}
	months, err := b.seal(n)
	if err != nil {
		return nil, err
	}
	out := []output{{"proof/key.txt", []byte(n.key + "\n")}}
	for _, s := range months {
		var file bytes.Buffer
		if _, err := s.month.WriteTo(&file); err != nil {
			return nil, err
		}
		out = append(out, output{path.Join("seal", b.fileName(s.account)+".sealed"), file.Bytes()})
		if s.account != provedTenant {
			continue
		}
		proofs, err := s.proofs(n.key)
		if err != nil {
			return nil, err
		}
		out = append(out, proofs...)
	}
	return out, nil
}

// proofs makes the files for a tenant.
func (s *sealedTenant) proofs(key string) ([]output, error) {
	line, err := s.proveLine(key)
	if err != nil {
		return nil, err
	}
	extension, err := s.chain.Prove(1, 2)
	if err != nil {
		return nil, err
	}
	var out []output
	for _, p := range []struct {
		name string
		file *proof.File
	}{
		{"-line.json", line},
		{"-sums.json", &proof.File{Key: key, Sums: &proof.Sums{Note: string(s.month.Note), Sums: s.month.Sums()}}},
		{"-chain.json", &proof.File{Key: key, Extension: &extension}},
	} {
		text, err := p.file.Encode()
		if err != nil {
			return nil, err
		}
		out = append(out, output{"proof/" + string(s.account) + p.name, text})
	}
	return out, nil
}

// proveLine shows the invoice's first line of accelerators, and the first lease
// that was billed on it.
func (s *sealedTenant) proveLine(key string) (*proof.File, error) {
	item := s.firstLine()
	if item == nil {
		return nil, errors.New("no line of accelerators to prove")
	}
	bundle, err := s.month.Bundle(seal.Line, s.invoice.Lines()[item.Line-1].ID())
	if err != nil {
		return nil, err
	}
	f := &proof.File{Key: key, Line: proof.NewLine(s.invoice, *item, bundle)}
	for e, sku := range s.told.events(s.tenant) {
		if sku != item.SKU || e.Region != item.Region {
			continue
		}
		bundle, err := s.month.Bundle(seal.Event, seal.FromEvent(e, "").ID)
		if err != nil {
			return nil, err
		}
		shown, err := proof.NewEvent(e, bundle)
		if err != nil {
			return nil, err
		}
		if f.Events = append(f.Events, shown); e.Kind == metering.Stop {
			break
		}
	}
	return f, nil
}

func (s *sealedTenant) firstLine() *invoice.Item {
	for _, item := range s.invoice.Document().Items {
		if item.Service == accounting.AcceleratedCompute && !item.Quantity.IsZero() {
			return &item
		}
	}
	return nil
}

// announceProofs says where the sealed month and its proofs are.
func (b *books) announceProofs(w io.Writer, files []string, lang string) {
	if b.Told == nil {
		return
	}
	words := note{
		EN: "Sealed the month of %d tenants in %s; proofs to check with go run ./examples/audit FILE:\n",
		ZH: "已封存 %d 个租户的月份，目录 %s；证明文件，可用 go run ./examples/audit FILE 核验：\n",
	}
	var dir string
	var shown []string
	for _, f := range files {
		switch filepath.Ext(f) {
		case ".sealed":
			dir = filepath.Dir(f)
		case ".json":
			if filepath.Base(filepath.Dir(f)) == "proof" {
				shown = append(shown, f)
			}
		}
	}
	fmt.Fprintf(w, words.in(lang), len(b.Tenants), dir)
	for _, f := range shown {
		fmt.Fprintf(w, "  %s\n", f)
	}
}
