package invoice_test

import (
	"fmt"
	"slices"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/invoice"
	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

const exampleTraffic = `
card: traffic
version: "1"
currency: CNY
rounding: {mode: half-even, places: 2, level: line}
prices:
  - {id: egress, service: network, match: {meter: network.egress}, unit: GBy, per_unit: 0.50}
`

// Usage comes late, and some was counted that should not have been: the month is rated
// again, and what its lines come to is corrected by notes that name them.
func ExampleIssued_Changes() {
	month := metering.MustPeriod("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")
	used := func(gb, sku string) metering.Usage {
		return metering.Usage{Key: metering.Key{Account: "acme/web", Meter: metering.Egress, SKU: sku},
			Period: metering.MustPeriod("2026-11-03T00:00:00Z", "2026-11-04T00:00:00Z"), Quantity: metering.MustQuantity(gb + " GBy")}
	}
	contract := accounting.Contract{Account: "acme", Card: ratecard.MustParseYAML([]byte(exampleTraffic))}
	bill, _, err := rating.Rate(contract, month, rating.Rows(used("80", "bgp"), used("40", "cdn")), rating.State{})
	draft, _ := invoice.NewDraft(contract, month, slices.Values(bill.Charges))
	register := exampleRegister(nil)
	issued, _ := register.Issue(december, invoice.Terms{}, draft)
	fmt.Println(issued.Number(), issued.Total(), err)

	corrections, err := rating.Correct(contract, bill.Charges, month, rating.Rows(used("90", "bgp"), used("10", "cdn")))
	var changes []accounting.Charge
	for _, c := range corrections {
		changes = append(changes, c.Charge())
	}
	fmt.Println(len(changes), err)
	back, more, err := issued.Changes(slices.Values(changes))
	fmt.Println(len(back), len(more), err)
	credit, err := register.Credit(december, invoice.Note{ID: "rerated 1, less", Of: issued.Number(), Reason: "Counted twice", Rerated: true, Lines: back})
	fmt.Println(credit.Number(), credit.Total(), err)
	debit, err := register.Debit(december, invoice.Note{ID: "rerated 1, more", Of: issued.Number(), Reason: "Came late", Rerated: true, Lines: more})
	fmt.Println(debit.Number(), debit.Total(), err)
	// Output:
	// INV-2026-000001 CNY 60.00 <nil>
	// 2 <nil>
	// 1 1 <nil>
	// CN-2026-000001 CNY -15.00 <nil>
	// DN-2026-000001 CNY 5.00 <nil>
}
