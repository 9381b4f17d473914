package attribution_test

import (
	"fmt"
	"testing"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/attribution"
	"github.com/meterbook/meterbook/metering"
)

// fleet returns a window of n devices with three holders each.
func fleet(n int) attribution.Input {
	in := attribution.Input{Period: window}
	capacity, _ := metering.NewQuantity(900, metering.MustUnit("{card}.s"))
	third, _ := metering.NewQuantity(300, metering.MustUnit("{card}.s"))
	for i := range n {
		d := attribution.Device{ID: fmt.Sprintf("gpu-%05d", i), SKU: "H100", Region: "cn-north-1", Capacity: capacity,
			Energy: energy.Microjoules(360_000_000_000 + int64(i)*7919), Idle: (72 * energy.Watt).Over(window.Duration())}
		for h := range int64(3) {
			d.Holders = append(d.Holders, attribution.Holder{Account: accounts[2*h], Allocated: third, Used: 100 + h*int64(i)})
		}
		in.Devices = append(in.Devices, d)
	}
	total, _ := energy.Microjoules(430_000_000_000).Microjoules().MulInt64(int64(n))
	in.Facility.Energy, in.Facility.Period = energy.MicrojoulesWide(total), window
	return in
}

// BenchmarkAttribute_1000 works out a window of 1000 devices.
func BenchmarkAttribute_1000(b *testing.B) {
	in := fleet(1000)
	var a attribution.Attributor
	r := new(attribution.Result)
	b.ReportAllocs()
	for b.Loop() {
		if err := a.Attribute(r, in); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEvents_1000 makes the events of such a window.
func BenchmarkEvents_1000(b *testing.B) {
	r, err := attribution.Attribute(fleet(1000))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		for range r.Events("energy", provider) {
			n++
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/event")
}
