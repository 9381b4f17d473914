package seal_test

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/seal"
	"github.com/meterbook/meterbook/metering"
)

// A provider seals a month and hands out one event's proof; the customer checks
// it with the public key alone.
func Example() {
	private := ed25519.NewKeyFromSeed(make([]byte, 32)) // a KMS in production
	signer, _ := seal.NewSigner("billing.example.com/seal", private)
	secret, _ := seal.NewSecret([]byte("thirty-two bytes that stay secret"))
	month := metering.MustPeriod("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z")
	job := metering.Event{Account: "acme/vision", Source: "node-7", ID: "job-42", Kind: metering.Amount, Time: month.Start(),
		Items: []metering.Item{{Meter: metering.AcceleratorTime, SKU: "H100-SXM", Quantity: metering.MustQuantity("2 {card}.h")}}}

	chain, _ := seal.NewChain("acme", nil)
	sealer, _ := chain.Begin(month, secret)
	_ = sealer.Add(seal.FromEvent(job, "INV-1/1"))
	_ = sealer.Add(seal.FromLine(accounting.IssuedLine{Document: "INV-1", Line: 1, Account: "acme", Period: month})) // one of issued.Lines()
	sealed, _ := sealer.Seal(signer)
	event, _ := sealed.Bundle(seal.Event, seal.FromEvent(job, "").ID)
	line, _ := sealed.Bundle(seal.Line, "INV-1/1")
	text, _ := json.Marshal(event)

	verifier, _ := seal.NewVerifier("billing.example.com/seal", private.Public())
	shown, _ := seal.ParseBundle(text)
	s, leaf, err := shown.Verify(verifier)
	_, on, _ := line.Verify(verifier)
	fmt.Println(s.Tenant, s.Period, s.Records, err)
	fmt.Println(leaf.Is(seal.FromEvent(job, "")), leaf.On(on))
	job.Items[0].Quantity = metering.MustQuantity("3 {card}.h")
	fmt.Println(leaf.Is(seal.FromEvent(job, "")))
	shown.Leaf[40] ^= 1
	_, _, err = shown.Verify(verifier)
	fmt.Println(errors.Is(err, seal.ErrForged))
	// Output:
	// acme 2026-10-01T00:00:00Z/2026-11-01T00:00:00Z 2 <nil>
	// true true
	// false
	// true
}

func ExampleChain_Prove() {
	private := ed25519.NewKeyFromSeed(make([]byte, 32))
	signer, _ := seal.NewSigner("billing.example.com/seal", private)
	verifier, _ := seal.NewVerifier("billing.example.com/seal", private.Public())
	secret, _ := seal.NewSecret([]byte("thirty-two bytes that stay secret"))

	chain, _ := seal.NewChain("acme", []note.Verifier{verifier})
	for _, month := range []metering.Period{
		metering.MustPeriod("2026-09-01T00:00:00Z", "2026-10-01T00:00:00Z"),
		metering.MustPeriod("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z"),
	} {
		sealer, _ := chain.Begin(month, secret)
		sealed, _ := sealer.Seal(signer)
		_, _ = chain.Append(sealed.Note, verifier)
	}
	proof, _ := chain.Prove(1, 2)
	older, newer, err := proof.Verify(verifier)
	fmt.Println(newer.Period, "extends", older.Period, err)
	// Output:
	// 2026-10-01T00:00:00Z/2026-11-01T00:00:00Z extends 2026-09-01T00:00:00Z/2026-10-01T00:00:00Z <nil>
}

// Usage of all tenants is handed to the sealer of one, and is found out.
func ExampleRecordError() {
	secret, _ := seal.NewSecret([]byte("thirty-two bytes that stay secret"))
	month := metering.MustPeriod("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z")
	chain, _ := seal.NewChain("acme", nil)
	sealer, _ := chain.Begin(month, secret)

	usage := metering.Usage{Key: metering.Key{Account: "beta", Meter: metering.AcceleratorTime}, Period: month, Quantity: metering.MustQuantity("2 {card}.h")}
	err := sealer.Add(seal.FromUsage(usage, ""))
	var refused *seal.RecordError
	fmt.Println(errors.As(err, &refused), errors.Is(err, seal.ErrRecord))
	fmt.Println(refused.Field, refused.Account, refused.Tenant)
	// Output:
	// true true
	// account beta acme
}
