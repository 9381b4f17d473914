package allocation_test

import (
	"fmt"
	"slices"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/allocation"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// A utility's bill is spread over the energy of tenants: what was used by night
// bears the price of the night, and all of it the highest demand of the month.
func ExampleApportion() {
	month := metering.MustPeriod("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")
	night, noon := metering.MustPeriod("2026-01-01T02:00:00Z", "2026-01-01T02:15:00Z"), metering.MustPeriod("2026-01-01T12:00:00Z", "2026-01-01T12:15:00Z")
	bill := []accounting.Charge{
		{PriceID: "valley", Period: night, Effective: money.MustParse("CNY 30.00")},
		{PriceID: "peak", Period: noon, Effective: money.MustParse("CNY 110.00")},
		{PriceID: "demand", Period: month, Effective: money.MustParse("CNY 42.00")},
	}
	used := func(account metering.Account, at metering.Period, quantity string) metering.Usage {
		return metering.Usage{Key: metering.Key{Account: account, Meter: metering.DeviceEnergy}, Period: at, Quantity: metering.MustQuantity(quantity)}
	}
	energy := []metering.Usage{used("acme", night, "60 kW.h"), used("beta", night, "30 kW.h"), used("acme", noon, "20 kW.h"), used("beta", noon, "80 kW.h")}

	costs, err := allocation.Apportion(slices.Values(bill), func(yield func(metering.Usage, error) bool) {
		for _, u := range energy {
			if !yield(u, nil) {
				return
			}
		}
	})
	if err != nil {
		panic(err)
	}
	settled, err := allocation.Settle(money.Rounding{Places: 2}, costs[0].Amount, costs[1].Amount)
	fmt.Println(costs[0].Key.Account, settled[0], costs[1].Key.Account, settled[1], err)
	// Output: acme CNY 59.68 beta CNY 122.32 <nil>
}
