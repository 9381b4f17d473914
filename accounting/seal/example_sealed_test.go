package seal_test

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/ledger"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/seal"
	"github.com/meterbook/meterbook/metering"
)

// Usage, a charge and a transaction of one line are sealed, kept as a file, and read
// with the public key alone.
func ExampleRead() {
	private := ed25519.NewKeyFromSeed(make([]byte, 32))
	signer, _ := seal.NewSigner("billing.example.com/seal", private)
	verifier, _ := seal.NewVerifier("billing.example.com/seal", private.Public())
	secret, _ := seal.NewSecret([]byte("thirty-two bytes that stay secret"))
	month := metering.MustPeriod("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z")

	usage := metering.Usage{Key: metering.Key{Account: "acme", Meter: metering.AcceleratorTime}, Period: month, Quantity: metering.MustQuantity("2 {card}.h")}
	charge := accounting.Charge{BillingAccount: "acme", Account: "acme", Meter: metering.AcceleratorTime, Period: month, Quantity: usage.Quantity, Billed: money.MustParse("CNY 37.80")}
	postings, _ := ledger.Move("income/compute/acme", "assets/receivable/acme", charge.Billed)
	transaction, err := seal.FromTransaction(ledger.Transaction{ID: ledger.IDOf("invoice", "INV-1"), At: month.End().Add(-time.Second), Postings: postings})
	if err != nil {
		panic(err)
	}
	chain, _ := seal.NewChain("acme", nil)
	sealer, _ := chain.Begin(month, secret)
	for _, r := range []seal.Record{{Kind: seal.Line, ID: "INV-1/1"}, seal.FromUsage(usage, "INV-1/1"), seal.FromCharge(charge, "INV-1/1/1", "INV-1/1"), transaction} {
		if err := sealer.Add(r); err != nil {
			panic(err)
		}
	}
	sealed, err := sealer.Seal(signer)
	if err != nil {
		panic(err)
	}
	s, err := seal.Open(sealed.Note, verifier)
	fmt.Println(s.Tenant, s.Records, err)

	var file bytes.Buffer
	if _, err := sealed.WriteTo(&file); err != nil {
		panic(err)
	}
	again, err := seal.Read(&file, verifier)
	if err != nil {
		panic(err)
	}
	fmt.Println(again.Len(), "records, sums", len(again.Sums()))

	bundle, err := sealed.Bundle(seal.Line, "INV-1/1")
	if err != nil {
		panic(err)
	}
	leaf, err := seal.ParseLeaf(bundle.Leaf)
	fmt.Println(leaf.Kind, leaf.Is(seal.Record{Kind: seal.Line, ID: "INV-1/1"}), err)
	// Output:
	// acme 4 <nil>
	// 4 records, sums 4
	// line true <nil>
}
