package counter_test

import (
	"fmt"
	"time"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/counter"
)

// Counters of many devices go on where they were, in another process.
func ExampleRestoreSet() {
	options := counter.Options{Unit: metering.MustUnit("J"), Sentinels: counter.Ascend()}
	set, err := counter.NewSet(options, 100)
	check(err)
	at := time.Date(2026, time.March, 1, 10, 0, 0, 0, time.UTC)
	_, err = set.Observe("npu-0", counter.Reading{At: at, Value: counter.Uint(1000)})
	check(err)
	saved, err := set.MarshalBinary()
	check(err)

	set, err = counter.RestoreSet(options, 100, saved)
	check(err)
	for _, shown := range []uint64{1500, 4294967295, 1700} { // the chip had nothing to say once
		at = at.Add(time.Minute)
		inc, err := set.Observe("npu-0", counter.Reading{At: at, Value: counter.Uint(shown)})
		fmt.Println(inc.Quantity, inc.Flags, err)
	}
	// Output:
	// 500000000 uJ  <nil>
	// 0 sentinel <nil>
	// 200000000 uJ missed <nil>
}
