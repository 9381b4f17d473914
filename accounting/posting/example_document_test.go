package posting_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/invoice"
	"github.com/meterbook/meterbook/accounting/ledger"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/posting"
	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// An invoice, what was paid of it, and what was taken back.
func ExampleInvoice() {
	card := ratecard.MustParseYAML([]byte(`
card: cloud
version: "1"
currency: CNY
rounding: {mode: half-even, places: 2, level: line}
prices:
  - {id: h100, service: accelerated-compute, match: {meter: compute.accelerator.time}, unit: "{card}.h", per_unit: 18.90}
`))
	month := metering.MustPeriod("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z")
	usage := metering.Usage{Key: metering.Key{Account: "acme", Meter: metering.AcceleratorTime}, Period: month, Quantity: metering.MustQuantity("100 {card}.h")}
	bill, _, err := rating.Rate(accounting.Contract{Account: "acme", Card: card}, month, rating.Rows(usage), rating.State{})
	if err != nil {
		panic(err)
	}
	draft, err := invoice.NewDraft(bill.Contract, bill.Period, slices.Values(bill.Charges))
	if err != nil {
		panic(err)
	}
	at := month.End()
	book := ledger.New()
	poster, err := posting.New(book, posting.DefaultRules())
	if err != nil {
		panic(err)
	}
	_, err = poster.Post(context.Background(),
		posting.Invoice("INV-1", at, draft, posting.Tax{Name: "VAT", Amount: money.MustParse("CNY 113.40")}),
		posting.Payment("bank-771", "acme", at.Add(24*time.Hour), money.MustParse("CNY 2003.40")),
		posting.CreditNote("CN-1", "acme", at.Add(48*time.Hour), []posting.Part{{Service: "accelerated-compute", Amount: money.MustParse("CNY 18.90")}}))
	if err != nil {
		panic(err)
	}
	trial, err := book.Trial(time.Time{})
	for _, row := range trial.Rows {
		fmt.Println(row.Account.Path, row.Balance)
	}
	fmt.Println(err)
	// Output:
	// assets/cash CNY 2003.40
	// assets/receivable/acme CNY -18.90
	// assets/unbilled/acme CNY -1890.00
	// income/accelerated-compute/acme CNY 18.90
	// liabilities/tax/VAT CNY -113.40
	// <nil>
}

// What a book can be told of; each has a rule.
func ExampleCauses() {
	for _, c := range posting.Causes()[:3] {
		fmt.Println(c)
	}
	// Output:
	// charged
	// credit-used
	// invoiced
}
