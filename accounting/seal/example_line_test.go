package seal_test

import (
	"crypto/ed25519"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/invoice"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/accounting/seal"
	"github.com/meterbook/meterbook/metering"
)

// A provider seals the lines of an invoice, and the customer, who has the invoice,
// tells that its first line is the one that was sealed.
func ExampleFromLine() {
	private := ed25519.NewKeyFromSeed(make([]byte, 32)) // a KMS in production
	signer, _ := seal.NewSigner("billing.example.com/seal", private)
	secret, _ := seal.NewSecret([]byte("thirty-two bytes that stay secret"))
	month := metering.MustPeriod("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z")
	bill, issued := exampleInvoice(month)

	chain, _ := seal.NewChain("acme", nil)
	sealer, _ := chain.Begin(month, secret)
	for i, charge := range bill.Charges {
		_ = sealer.Add(seal.FromCharge(charge, fmt.Sprint(i), issued.LineID(charge)))
	}
	for _, line := range issued.Lines() {
		_ = sealer.Add(seal.FromLine(line))
	}
	sealed, err := sealer.Seal(signer)
	if err != nil {
		fmt.Println(err)
		return
	}
	proof, _ := sealed.Bundle(seal.Line, "INV-2026-000001/1")

	verifier, _ := seal.NewVerifier("billing.example.com/seal", private.Public())
	_, leaf, err := proof.Verify(verifier)
	received, _ := invoice.Read(issued.JSON()) // the file that the customer was sent
	line := received.Lines()[0]
	fmt.Println(line.ID(), line.Gross, leaf.Is(seal.FromLine(line)), err)
	// Output: INV-2026-000001/1 CNY 907.20 true <nil>
}

// exampleInvoice is a month of acme's, of 48 card-hours.
func exampleInvoice(month metering.Period) (rating.Bill, *invoice.Issued) {
	card := &accounting.Card{ID: "gpu", Version: "1", Currency: money.CNY,
		Rounding: accounting.Rounding{Mode: money.HalfEven, Places: 2, Level: accounting.LineLevel},
		Prices: []accounting.Price{{ID: "h100", Service: accounting.AcceleratedCompute, Unit: metering.MustUnit("{card}.h"),
			Match: accounting.Match{Meter: metering.AcceleratorTime}, Model: accounting.PerUnit{Price: decimal.RequireFromString("18.90")}}}}
	agg := metering.NewAggregator()
	_ = agg.AddAt(&metering.Key{Account: "acme/vision", Meter: metering.AcceleratorTime}, month.Start(), metering.MustQuantity("48 {card}.h"))
	bill, _, _ := rating.Rate(accounting.Contract{Account: "acme", Card: card}, month, agg.Usage(month), rating.State{})
	draft, _ := invoice.NewDraft(bill.Contract, month, slices.Values(bill.Charges))
	register, _ := invoice.NewRegister(invoice.Issuer{Party: invoice.Party{ID: "cloud", Name: "Cloud"}, Numbering: invoice.DefaultNumbering()}, nil)
	issued, err := register.Issue(month.End(), invoice.Terms{}, draft)
	if err != nil {
		panic(err)
	}
	return bill, issued
}
