package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/invoice"
)

// TestIssued: the month's invoices are numbered after those of the month before,
// ask for what their charges come to, and are the bytes whose digest is on the
// page.
func TestIssued(t *testing.T) {
	b, err := cloud()
	require.NoError(t, err)
	require.Len(t, b.Issued, len(tenants))
	for i, issued := range b.Issued {
		require.Equal(t, fmt.Sprintf("INV-2026-%06d", len(tenants)+i+1), issued.Number())
		require.Equal(t, b.Bills[i].Total(), issued.Total())
		pages, err := b.invoicePages(i)
		require.NoError(t, err)
		require.Len(t, pages, 2)
		again, err := invoice.Read(pages[1].content)
		require.NoError(t, err)
		require.Equal(t, issued.Hash(), again.Hash())
		sum := sha256.Sum256(pages[1].content)
		require.Contains(t, string(pages[0].content), hex.EncodeToString(sum[:]))
		require.Contains(t, string(pages[0].content), issued.Number())
		doc := issued.Document()
		require.Equal(t, "2026-11-01", string(doc.Date))
		require.Equal(t, b.Period, doc.Period)
		require.Equal(t, 1, doc.Tax.Sign(), "the tax in the prices")
	}
	for _, s := range []*books{b.before, b} {
		require.NoError(t, s.reconcileIssued())
	}
}
