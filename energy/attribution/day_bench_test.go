package attribution_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/attribution"
	"github.com/meterbook/meterbook/metering"
)

// A day of a fleet: devices that are sampled every 15 seconds, each held by all
// of its tenants.
const (
	dayDevices = 1000
	dayTenants = 20
	daySamples = 24 * 3600 / 15
)

// day returns the samples of every device, and the fleet without energy.
func day() ([][]energy.Sample, attribution.Input) {
	samples := make([][]energy.Sample, dayDevices)
	in := attribution.Input{}
	for i := range samples {
		samples[i] = make([]energy.Sample, daySamples+1)
		for k := range samples[i] {
			load := (i*7919 + k*104729) % 1000
			samples[i][k] = energy.Sample{Time: window.Start().Add(time.Duration(k) * 15 * time.Second), Power: energy.Power(80+load/3) * energy.Watt}
		}
		d := attribution.Device{ID: fmt.Sprintf("gpu-%04d", i), SKU: "H100", Capacity: metering.Grains(7*dayTenants, metering.Cards)}
		for h := range dayTenants {
			d.Holders = append(d.Holders, attribution.Holder{Account: metering.Account(fmt.Sprintf("tenant-%02d", h)), Allocated: metering.Grains(int64(1+(i+h)%7), metering.Cards), Used: int64(1 + (i*h)%997)})
		}
		in.Devices = append(in.Devices, d)
	}
	return samples, in
}

// BenchmarkAttribute_Day integrates 5.76 million samples and attributes each
// of the 96 quarter hours: 1.92 million shares.
func BenchmarkAttribute_Day(b *testing.B) {
	samples, in := day()
	idle := (72 * energy.Watt).Over(15 * time.Minute)
	b.ReportAllocs()
	for b.Loop() {
		if err := attributeDay(samples, in, idle); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(dayDevices*daySamples)*float64(b.N)/b.Elapsed().Seconds(), "samples/s")
}

func attributeDay(samples [][]energy.Sample, in attribution.Input, idle energy.Energy) error {
	used := make([][]energy.Window, len(samples))
	for i := range samples {
		d, err := energy.NewIntegrator(energy.WithMaxGap(time.Minute))
		if err != nil {
			return err
		}
		for k := range samples[i] {
			if err := d.Add(samples[i][k]); err != nil {
				return err
			}
		}
		used[i] = slices.AppendSeq(make([]energy.Window, 0, 96), d.Drain())
	}
	var a attribution.Attributor
	r := new(attribution.Result)
	for q := range used[0] {
		for i := range used {
			w := &used[i][q]
			in.Period, in.Devices[i].Energy, in.Devices[i].Idle = w.Period, w.Energy, idle
		}
		if err := a.Attribute(r, in); err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkSummation_Day is the baseline: the same samples, added up.
func BenchmarkSummation_Day(b *testing.B) {
	samples, _ := day()
	b.ReportAllocs()
	for b.Loop() {
		sum := int64(0)
		for i := range samples {
			for _, s := range samples[i][1:] {
				sum += int64(s.Power)
			}
		}
		if sum == 0 {
			b.Fatal("nothing")
		}
	}
	b.ReportMetric(float64(dayDevices*daySamples)*float64(b.N)/b.Elapsed().Seconds(), "samples/s")
}
