package summary_test

import (
	"fmt"
	"time"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/summary"
)

// No more than two users are told apart; a third is refused, and nothing is merged.
func ExampleWithLimit() {
	users, err := summary.NewMembers(metering.DefaultCatalogue(), metering.Months(metering.Zone{}), summary.WithLimit(2))
	check(err)
	office := metering.Key{Account: "acme", Meter: metering.ActiveUsers, SKU: "office"}
	for _, user := range []string{"li", "wang", "li", "zhang"} {
		if err := users.Observe(office, time.Date(2026, time.October, 5, 9, 0, 0, 0, time.UTC), user); err != nil {
			fmt.Println(err)
		}
	}
	// Output: summary: 2 identities are kept, which is the limit; drop pieces that are settled or raise the limit
}
