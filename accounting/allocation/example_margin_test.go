package allocation_test

import (
	"fmt"
	"slices"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/allocation"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// What a card-hour of a pool costs: by what was sold of it, and by what there is.
func ExampleUnitCost() {
	cost := allocation.Exactly(money.MustParse("CNY 160000"))
	for _, output := range []string{"8000 {card}.h", "10000 {card}.h"} {
		perHour, err := allocation.UnitCost(cost, metering.MustQuantity(output), metering.MustUnit("{card}.h"))
		fmt.Println(perHour, err)
	}
	// Output:
	// CNY 20 <nil>
	// CNY 16 <nil>
}

// Charges and allocated costs meet by tenant and SKU.
func ExampleMargins() {
	charges := []accounting.Charge{
		{Account: "acme/vision", SKU: "H100-SXM", Effective: money.MustParse("CNY 1250")},
		{Account: "acme/search", SKU: "A100", Effective: money.MustParse("CNY 300")},
	}
	costs := []allocation.Cost{
		{Key: metering.Key{Account: "acme/vision", SKU: "H100-SXM"}, Amount: allocation.Exactly(money.MustParse("CNY 1000"))},
		{Key: metering.Key{Account: "acme/search", SKU: "A100"}, Amount: allocation.Exactly(money.MustParse("CNY 330"))},
	}
	margins, err := allocation.Margins(slices.Values(charges), slices.Values(costs),
		func(k metering.Key) string { return string(k.Account.Tenant()) + " " + k.SKU })
	for _, m := range margins {
		fmt.Println(m.Group, m.Margin, m.Ratio().FloatString(2))
	}
	fmt.Println(err)
	// Output:
	// acme A100 CNY -30 -0.10
	// acme H100-SXM CNY 250 0.20
	// <nil>
}
