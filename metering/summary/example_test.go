package summary_test

import (
	"fmt"
	"time"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/summary"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func ExampleLevels() {
	levels, err := summary.NewLevels(metering.DefaultCatalogue(), metering.Hours(metering.MustZone("Asia/Shanghai")))
	check(err)
	line := metering.Key{Account: "acme", Meter: metering.Connections, SKU: "mysql-8"}
	nine := time.Date(2026, time.October, 5, 9, 0, 0, 0, time.UTC)
	for minute, open := range []int64{310, 420, 380} {
		check(levels.Observe(line, nine.Add(time.Duration(minute)*time.Minute), "", metering.Grains(open, metering.Count)))
	}
	for row := range levels.Rows() {
		fmt.Println(row.Key, row.Max, row.MaxAt.Format(time.TimeOnly), row.Latest)
	}
	// Output: acme platform.connections mysql-8 420 1 09:01:00 380 1
}

func ExampleMembers() {
	users, err := summary.NewMembers(metering.DefaultCatalogue(), metering.Months(metering.MustZone("Asia/Shanghai")))
	check(err)
	office := metering.Key{Account: "acme", Meter: metering.ActiveUsers, SKU: "office"}
	for day, user := range []string{"li", "wang", "li"} {
		check(users.Observe(office, time.Date(2026, time.October, 5+day, 9, 0, 0, 0, time.UTC), user))
	}
	for row := range users.Rows() {
		fmt.Println(row.Period, row.Key, row.Unique)
	}
	// Output: 2026-09-30T16:00:00Z/2026-10-31T16:00:00Z acme application.users office 2 1
}

func ExampleMembers_Merge() {
	office := metering.Key{Account: "acme", Meter: metering.ActiveUsers, SKU: "office"}
	at := time.Date(2026, time.October, 5, 9, 0, 0, 0, time.UTC)
	var machines [2]*summary.Members
	for i, users := range [][]string{{"li", "wang"}, {"li", "zhao"}} {
		var err error
		machines[i], err = summary.NewMembers(nil, metering.Days(metering.Zone{}))
		check(err)
		for _, user := range users {
			check(machines[i].Observe(office, at, user))
		}
	}
	check(machines[0].Merge(machines[1]))
	for row := range machines[0].Rows() {
		fmt.Println(row.Unique)
	}
	// Output: 3 1
}
