package ledger_test

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/meterbook/meterbook/accounting/ledger"
	"github.com/meterbook/meterbook/accounting/money"
)

// BenchmarkPost posts transactions of two postings to a book of a thousand
// tenants, one a call. It reports postings a second, by the clock and of processor time.
func BenchmarkPost(b *testing.B) {
	const tenants = 1000
	book := ledger.New()
	postings := make([][]ledger.Posting, tenants)
	for i := range postings {
		receivable, income := ledger.Path(fmt.Sprintf("asset/receivable/tenant-%d", i)), ledger.Path(fmt.Sprintf("income/compute/tenant-%d", i))
		if err := book.OpenAccounts(b.Context(), ledger.Account{Path: receivable, Type: ledger.Asset, Currency: money.CNY},
			ledger.Account{Path: income, Type: ledger.Income, Currency: money.CNY}); err != nil {
			b.Fatal(err)
		}
		postings[i] = must(ledger.Move(income, receivable, must(money.FromMinor(int64(i+1), money.CNY))))
	}
	at := time.Unix(begin, 0)
	b.ReportAllocs()
	n, began := uint64(0), processorTime()
	for b.Loop() {
		var id ledger.ID
		binary.LittleEndian.PutUint64(id[:], n*0x9e3779b97f4a7c15)
		id[31] = 1
		if _, err := book.Post(b.Context(), ledger.Transaction{ID: id, At: at, Postings: postings[n%tenants]}); err != nil {
			b.Fatal(err)
		}
		n++
	}
	b.ReportMetric(2*float64(n)/b.Elapsed().Seconds(), "postings/s")
	if used := processorTime() - began; used > 0 {
		b.ReportMetric(2*float64(n)/used.Seconds(), "postings/core-s")
	}
}

// BenchmarkIDOf is what naming a transaction costs before it is posted.
func BenchmarkIDOf(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		ledger.IDOf("charge", "acme/vision", "compute.accelerator.time", "2026-11-01T00:00:00Z", "gpu-cloud@3")
	}
}
