package ratecard_test

import (
	"errors"
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/metering"
)

func ExampleParseYAML() {
	card, err := ratecard.ParseYAML([]byte(`
card: cn-gpu
version: "2026.10"
currency: CNY
rounding: {mode: half-even, places: 2, level: line}
prices:
  - id: h100
    service: accelerated-compute
    match: {meter: compute.accelerator.time, sku: H100-SXM}
    unit: "{card}.h"
    per_unit: 18.90
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	price := card.Prices[0]
	fmt.Println(card.Name(), card.Currency)
	fmt.Println(price.ID, price.Model.(accounting.PerUnit).Price, "per", price.Unit.Label())
	// Output:
	// cn-gpu@2026.10 CNY
	// h100 18.9 per card·h
}

// A card is checked as a whole: every fault comes with its place.
func ExampleFaults() {
	_, err := ratecard.ParseYAML([]byte(`card: cn-gpu
version: "2026.10"
currency: RMB
rounding: {mode: half-even, places: 2, level: line}
prices:
  - id: h100
    service: accelerated-compute
    match: {meter: compute.accelerator.time}
    unit: kW.h
    per_unti: 18.90
  - id: tokens
    service: model-inference
    match: {meter: ai.tokens.input}
    unit: "10*6{token}"
    graduated: [{up_to: 100, price: 8e-1}, {up_to: 50.0000001, price: 0.6}, {price: 0.4}]
`))
	var faults ratecard.Faults
	if errors.As(err, &faults) {
		for _, f := range faults {
			fmt.Printf("%d:%d %s %q\n  %s\n", f.Line, f.Column, f.Path, f.Value, f.Reason)
		}
	}
	// Output:
	// 3:11 currency "RMB"
	//   unknown currency; want a code of ISO 4217, such as CNY
	// 9:11 prices[0].unit "kW.h"
	//   measures energy, and meter compute.accelerator.time measures card-time; want one of {share}.ns, {millicard}.s, {card}.s, {card}.min, {card}.h, or of a term, such as {card}.(30.d)
	// 10:5 prices[0].per_unti ""
	//   unknown key; did you mean per_unit?
	// 15:37 prices[1].graduated[0].price "8e-1"
	//   want a plain decimal number such as 18.90, without an exponent
	// 15:52 prices[1].graduated[1].up_to "50.0000001"
	//   50.0000001 10*6{token} is not whole in {token}, the smallest step that is counted
	// 15:52 prices[1].graduated[1].up_to "50.0000001"
	//   want more than 100, the bound of the tier before
}

func ExampleMustParseYAML() {
	card := ratecard.MustParseYAML([]byte(`{
		"card": "support", "version": "1", "currency": "EUR",
		"rounding": {"mode": "half-up", "places": 2, "level": "bill"},
		"prices": [{"id": "plan", "service": "support", "flat": 99.50, "when": "always"}]
	}`))
	fmt.Println(card.Name(), card.Rounding.Mode, card.Prices[0].Model.(accounting.Flat).Amount)
	// Output: support@1 half-up 99.5
}

func ExampleValidate() {
	bound := decimal.RequireFromString("100")
	err := ratecard.Validate(&accounting.Card{
		ID: "tokens", Version: "1", Currency: money.CNY,
		Rounding: accounting.Rounding{Mode: money.HalfEven, Places: 2, Level: accounting.LineLevel},
		Prices: []accounting.Price{{
			ID: "input", Service: accounting.ModelInference,
			Match: accounting.Match{Meter: metering.InputTokens},
			Unit:  metering.MustUnit("10*6{token}"),
			Model: accounting.Graduated{Tiers: []accounting.Tier{
				{Price: decimal.RequireFromString("0.80")},
				{UpTo: &bound, Price: decimal.RequireFromString("0.40")},
			}},
		}},
	})
	fmt.Println(err)
	// Output:
	// ratecard: prices[0].graduated[0].up_to: missing; only the last tier has no bound
	// ratecard: prices[0].graduated[1].up_to: "100": the last tier has no bound; leave up_to out, or add a tier for what is above
}

func ExampleAppendYAML() {
	card := ratecard.MustParseYAML([]byte(`{card: storage, version: v3, title: "Disks: SSD", currency: USD, prices: [
		{id: ssd, until: 2027-01-01T00:00+08:00, service: block-storage, unit: GiBy.h, match: {meter: storage.block.capacity},
		 on_zero: waive, graduated: [{flat: 1.00, price: 0, up_to: 100}, {price: 0.00011}]},
	], rounding: {mode: floor, level: line, places: 4}}`))
	text, err := ratecard.AppendYAML(nil, card)
	fmt.Printf("%s%v\n", text, err)
	// Output:
	// card: storage
	// version: v3
	// title: "Disks: SSD"
	// currency: USD
	// rounding: {mode: floor, places: 4, level: line}
	// prices:
	//   - id: ssd
	//     service: block-storage
	//     match: {meter: storage.block.capacity}
	//     unit: GiBy.h
	//     until: 2026-12-31T16:00Z
	//     graduated:
	//       - {up_to: 100, price: 0, flat: 1}
	//       - {price: 0.00011}
	//     on_zero: waive
	// <nil>
}

func ExampleWithCatalogue() {
	page, err := metering.Each("page")
	if err != nil {
		fmt.Println(err)
		return
	}
	meters, err := metering.DefaultCatalogue().With(metering.Meter{
		ID: "application.ocr", Title: "Pages read", Unit: page, Form: metering.Amounts, Aggregation: metering.Sum, Layer: metering.Application,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	src := []byte(`
card: pages
version: "1"
currency: JPY
rounding: {mode: half-up, places: 0, level: line}
prices:
  - {id: page, service: model-inference, match: {meter: application.ocr}, unit: "{page}", per_unit: 6}
`)
	_, err = ratecard.ParseYAML(src)
	fmt.Println(err)
	card, err := ratecard.ParseYAML(src, ratecard.WithCatalogue(meters))
	fmt.Println(card.Name(), err)
	// Output:
	// ratecard: line 7, column 57: prices[0].match.meter: "application.ocr": unknown meter; want one of application.calls, application.documents, application.seat.time, application.users
	// pages@1 <nil>
}

func ExampleWithServices() {
	src := []byte(`{card: c, version: "1", currency: EUR, rounding: {mode: half-up, places: 2, level: line},
		prices: [{id: rack, service: colocation, flat: 800, when: always}]}`)
	card, err := ratecard.ParseYAML(src, ratecard.WithServices(
		accounting.Service{ID: "colocation", Name: "Colocation", Category: "Other"}))
	fmt.Println(card.Prices[0].Service, err)
	// Output: colocation <nil>
}
