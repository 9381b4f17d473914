package tzdb_test

import (
	"fmt"
	"time"

	"github.com/meterbook/meterbook/internal/tzdb"
)

func ExampleLoad() {
	newYork, err := tzdb.Load("America/New_York")
	if err != nil {
		fmt.Println(err)
		return
	}
	start := time.Date(2026, time.March, 8, 0, 0, 0, 0, newYork)
	end := time.Date(2026, time.March, 9, 0, 0, 0, 0, newYork)
	fmt.Println("8 March 2026 in New York has", end.Sub(start))

	_, err = tzdb.Load("Local")
	fmt.Println(err)
	// Output:
	// 8 March 2026 in New York has 23h0m0s
	// tzdb: unknown time zone "Local": want an IANA name of release 2025c, such as "Asia/Shanghai"
}
