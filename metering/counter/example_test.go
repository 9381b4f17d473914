package counter_test

import (
	"fmt"
	"time"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/counter"
)

// check stands for what a program does with an error.
func check(err error) {
	if err != nil {
		panic(err)
	}
}

func Example() {
	gpu, err := counter.New(counter.Options{Unit: metering.MustUnit("mJ"), Sentinels: counter.DCGM(), MaxGap: 90 * time.Second})
	check(err)
	energy := counter.Target{Key: metering.Key{Account: "acme", Meter: metering.DeviceEnergy, Resource: "GPU-5f1c"}, Source: "dcgm", Name: "GPU-5f1c/energy"}

	agg := metering.NewAggregator()
	at := time.Date(2026, time.March, 1, 10, 0, 0, 0, time.UTC)
	for _, shown := range []uint64{1_000, 3_600_001_000, 9223372036854775794, 3_600_002_000, 500} {
		inc, err := gpu.Observe(counter.Reading{At: at, Value: counter.Uint(shown)})
		check(err)
		events, err := energy.Events(inc)
		check(err)
		for _, e := range events {
			check(agg.Record(e))
		}
		fmt.Printf("%s [%v] %v\n", at.Format(time.TimeOnly), inc.Flags, inc.Quantity)
		at = at.Add(time.Minute)
	}
	month, err := metering.Month(metering.Zone{}, 2026, time.March)
	check(err)
	for usage, err := range agg.Usage(month) {
		check(err)
		fmt.Println(usage.Key, usage.Quantity)
	}
	// Output:
	// 10:00:00 [first] 0
	// 10:01:00 [] 3600000000000 uJ
	// 10:02:00 [sentinel] 0
	// 10:03:00 [missed] 1000000 uJ
	// 10:04:00 [reset] 500000 uJ
	// acme energy.device GPU-5f1c 3600001500000 uJ
}

// The modulus says that a fall can be a wrap, the highest rate that this one
// is none: 4 GB in a second.
func ExampleCounter_Observe() {
	nic, err := counter.New(counter.Options{
		Unit: metering.MustUnit("By"), Modulus: counter.Uint(1 << 32),
		MaxRate: counter.Rate{Count: counter.Int(1_250_000_000), Per: time.Second}, // 10 Gbit/s
	})
	check(err)
	at := time.Date(2026, time.March, 1, 10, 0, 0, 0, time.UTC)
	for _, shown := range []uint64{4_294_967_000, 704, 1_000_000_704, 300} {
		inc, err := nic.Observe(counter.Reading{At: at, Value: counter.Uint(shown)})
		check(err)
		fmt.Printf("[%v] %v\n", inc.Flags, inc.Quantity)
		at = at.Add(time.Second)
	}
	// Output:
	// [first] 0
	// [wrapped|ambiguous] 1000 By
	// [] 1000000000 By
	// [reset] 300 By
}

// A source that tells when its counter began, as OTLP and OpenMetrics do,
// leaves nothing to guess.
func ExampleReading() {
	requests, err := counter.New(counter.Options{Unit: metering.MustUnit("1"), FromStart: true})
	check(err)
	noon := time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)
	for _, r := range []counter.Reading{
		{At: noon.Add(1 * time.Minute), Value: counter.Int(40), Start: noon},
		{At: noon.Add(2 * time.Minute), Value: counter.Int(100), Start: noon},
		{At: noon.Add(3 * time.Minute), Value: counter.Int(130), Start: noon.Add(150 * time.Second)},
	} {
		inc, err := requests.Observe(r)
		check(err)
		fmt.Printf("%v [%v] %v\n", inc.Period, inc.Flags, inc.Quantity)
	}
	// Output:
	// 2026-03-01T12:00:00Z/2026-03-01T12:01:00Z [first] 40 1
	// 2026-03-01T12:01:00Z/2026-03-01T12:02:00Z [] 60 1
	// 2026-03-01T12:02:30Z/2026-03-01T12:03:00Z [restarted] 130 1
}

func ExampleIncrease_Parts() {
	inc := counter.Increase{
		Period:   metering.MustPeriod("2026-03-01T09:59:00Z", "2026-03-01T10:17:00Z"),
		Quantity: metering.MustQuantity("1000 By"),
	}
	parts, err := inc.Parts(counter.Spread, 15*time.Minute)
	check(err)
	for _, p := range parts {
		fmt.Println(p.Period, p.Quantity, p.Estimated)
	}
	// Output:
	// 2026-03-01T09:59:00Z/2026-03-01T10:00:00Z 56 By true
	// 2026-03-01T10:00:00Z/2026-03-01T10:15:00Z 833 By true
	// 2026-03-01T10:15:00Z/2026-03-01T10:17:00Z 111 By true
}

func ExampleTarget_Events() {
	target := counter.Target{Key: metering.Key{Account: "acme/web", Meter: metering.Egress, Resource: "eth0"}, Source: "node-1", Name: "eth0/tx"}
	events, err := target.Events(counter.Increase{
		Period:   metering.MustPeriod("2026-03-01T09:45:00Z", "2026-03-01T10:00:00Z"),
		Quantity: metering.MustQuantity("1000 By"),
	})
	check(err)
	for _, e := range events {
		fmt.Println(e.ID, e.Time.Format(time.RFC3339Nano), e.Items[0].Quantity)
	}
	// Output: eth0/tx@2026-03-01T10:00:00Z 2026-03-01T09:59:59.999999999Z 1000 By
}

func ExampleRestore() {
	o := counter.Options{Unit: metering.MustUnit("By")}
	c, err := counter.New(o)
	check(err)
	at := time.Date(2026, time.March, 1, 10, 0, 0, 0, time.UTC)
	_, err = c.Observe(counter.Reading{At: at, Value: counter.Int(1000)})
	check(err)
	saved, err := c.MarshalBinary()
	check(err)

	c, err = counter.Restore(o, saved)
	check(err)
	inc, err := c.Observe(counter.Reading{At: at.Add(time.Hour), Value: counter.Int(1500)})
	check(err)
	fmt.Println(inc.Quantity)
	// Output: 500 By
}

func ExampleSet() {
	set, err := counter.NewSet(counter.Options{Unit: metering.MustUnit("By")}, 10_000)
	check(err)
	at := time.Date(2026, time.March, 1, 10, 0, 0, 0, time.UTC)
	for i, shown := range []int64{100, 150} {
		for _, device := range []string{"eth0", "eth1"} {
			inc, err := set.Observe(device+"/tx", counter.Reading{At: at.Add(time.Duration(i) * time.Minute), Value: counter.Int(shown)})
			check(err)
			fmt.Printf("%s [%v] %v\n", device, inc.Flags, inc.Quantity)
		}
	}
	// Output:
	// eth0 [first] 0
	// eth1 [first] 0
	// eth0 [] 50 By
	// eth1 [] 50 By
}

func ExampleParseValue() {
	v, err := counter.ParseValue("3.600001e+09")
	check(err)
	fmt.Println(v)
	_, err = counter.ParseValue("NaN")
	fmt.Println(err)
	// Output:
	// 3600001000
	// counter: value "NaN": metering: not well formed
}
