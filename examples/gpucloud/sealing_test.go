package main

import (
	"context"
	"io"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	notes "golang.org/x/mod/sumdb/note"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/accounting/seal"
	"github.com/meterbook/meterbook/examples/internal/proof"
	"github.com/meterbook/meterbook/metering"
)

// cloud is the books of 40 devices, and their sealed months, made once.
var cloud = sync.OnceValues(func() (*books, error) {
	card, err := ratecard.ParseYAML(cloudCard)
	if err != nil {
		return nil, err
	}
	o, err := parseOptions([]string{"-devices", "40"}, io.Discard, io.Discard)
	if err != nil {
		return nil, err
	}
	return keep(context.Background(), o, card, new(doneSoFar))
})

func sealedCloud(t *testing.T) (*books, []sealedTenant) {
	t.Helper()
	b, err := cloud()
	require.NoError(t, err)
	n, err := newNotary()
	require.NoError(t, err)
	months, err := b.seal(n)
	require.NoError(t, err)
	return b, months
}

// TestSeal_Replay: the events that were sealed, metered anew by an aggregator
// that has seen nothing else, come to the usage that was sealed with them.
func TestSeal_Replay(t *testing.T) {
	b, months := sealedCloud(t)
	require.Len(t, months, len(tenants))
	checked := 0
	for _, s := range months {
		again := metering.NewAggregator(metering.WithWindow(metering.FullHour))
		for e := range s.told.events(s.tenant) {
			require.NoError(t, again.Record(e))
		}
		require.Zero(t, again.Counts().Anomalies)
		for _, meter := range []metering.MeterID{metering.AcceleratorTime, metering.InputTokens, metering.CachedTokens, metering.OutputTokens} {
			want, err := sumUsage(again, b.Period, s.account, meter)
			require.NoError(t, err)
			var sealed, charged metering.Quantity
			for _, sum := range s.month.Sums() {
				if sum.Meter != meter {
					continue
				}
				switch sum.Kind {
				case seal.Usage:
					sealed, err = sealed.Add(sum.Quantity)
				case seal.Charge:
					charged, err = charged.Add(sum.Quantity)
				}
				require.NoError(t, err)
			}
			require.Equal(t, want, sealed, "%s of %s", meter, s.account)
			require.Equal(t, want, charged, "%s of %s", meter, s.account)
			if !want.IsZero() {
				checked++
			}
		}
	}
	require.Greater(t, checked, 15)
}

// TestSeal_Lines: all usage is on a line of the tenant's invoice, and what the
// lines of a seal come to is the invoice's total.
func TestSeal_Lines(t *testing.T) {
	b, months := sealedCloud(t)
	for i, s := range months {
		lines := s.lines(b.Bills[i].Charges)
		for _, c := range b.Bills[i].Charges {
			require.NotEmpty(t, s.invoice.LineID(c), "%s %s", s.account, c.PriceID)
		}
		for _, line := range s.invoice.Lines() {
			bundle, err := s.month.Bundle(seal.Line, line.ID())
			require.NoError(t, err)
			leaf, err := seal.ParseLeaf(bundle.Leaf)
			require.NoError(t, err)
			require.True(t, leaf.Is(seal.FromLine(line)))
		}
		for _, u := range b.Rated[i] {
			require.NotEmpty(t, lines.ofKey(u.Key), "%s %v", s.account, u.Key)
		}
		var total money.Money
		for _, sum := range s.month.Sums() {
			if sum.Kind == seal.Line {
				var err error
				total, err = total.Add(sum.Amount)
				require.NoError(t, err)
			}
		}
		require.Equal(t, b.Issued[i].Total(), total)
	}
}

// TestSeal_Files: with the public key alone, every sealed month reads back, and
// every proof parses.
func TestSeal_Files(t *testing.T) {
	b, err := cloud()
	require.NoError(t, err)
	out, err := b.sealed()
	require.NoError(t, err)
	all := make(map[string]string)
	for _, o := range out {
		all[o.name] = string(o.content)
	}
	v, err := notes.NewVerifier(strings.TrimSpace(all["proof/key.txt"]))
	require.NoError(t, err)
	proofs := 0
	for name, content := range all {
		switch {
		case path.Dir(name) == "seal":
			s, err := seal.Read(strings.NewReader(content), v)
			require.NoError(t, err, name)
			require.Equal(t, int64(2), s.Seal.Number)
			require.Greater(t, s.Len(), int64(100))
		case path.Ext(name) == ".json" && path.Dir(name) == "proof":
			f, err := proof.Parse(strings.NewReader(content))
			require.NoError(t, err, name)
			require.Equal(t, strings.TrimSpace(all["proof/key.txt"]), f.Key)
			proofs++
			if f.Line != nil {
				kinds := []metering.Kind{}
				for _, shown := range f.Events {
					e, err := shown.Read()
					require.NoError(t, err)
					kinds = append(kinds, e.Kind)
				}
				require.True(t, slices.Equal([]metering.Kind{metering.Start, metering.Stop}, kinds))
			}
		}
	}
	require.Equal(t, 3, proofs)
}
