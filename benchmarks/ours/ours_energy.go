package ours

import (
	"fmt"
	"math/big"
	"time"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/attribution"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// What entrants of energy are called.
const (
	NameAttribution = "attribution" // a day's samples, integrated and attributed
	NameCounter     = "counter"     // a reading with its time
	NameAdvance     = "advance"     // a reading that simply goes on
)

// DaySamples returns the samples of a day by device.
func DaySamples() [][]energy.Sample {
	all := make([][]energy.Sample, workload.DayDevices)
	for i := range all {
		all[i] = make([]energy.Sample, workload.DaySamples+1)
		for k := range all[i] {
			all[i][k] = energy.Sample{Time: workload.Hour.Add(time.Duration(k) * workload.DayStep), Power: energy.Power(workload.DayWatts(i, k)) * energy.Watt}
		}
	}
	return all
}

// Attribution returns the entrant that integrates a day's samples and
// attributes every quarter hour to all tenants of every device. An operation is
// a sample.
func Attribution(samples func() [][]energy.Sample) contest.Entrant {
	return contest.Entrant{Name: NameAttribution, Open: func() (*contest.Run, error) {
		in := fleet()
		all := samples()
		if err := attributeDay(all, in, true); err != nil {
			return nil, err
		}
		return &contest.Run{PerTurn: workload.DayDevices * workload.DaySamples, Loops: []contest.Loop{func(n int) error {
			for range n {
				if err := attributeDay(all, in, false); err != nil {
					return err
				}
			}
			return nil
		}}}, nil
	}}
}

func fleet() attribution.Input {
	var in attribution.Input
	for i := range workload.DayDevices {
		d := attribution.Device{ID: fmt.Sprintf("gpu-%04d", i), SKU: "sku-1", Capacity: cards(7 * workload.DayTenants)}
		for h := range workload.DayTenants {
			d.Holders = append(d.Holders, attribution.Holder{Account: metering.Account(fmt.Sprintf("tenant-%02d", h)),
				Allocated: cards(int64(1 + (i+h)%7)), Used: int64(1 + i*h%997)})
		}
		in.Devices = append(in.Devices, d)
	}
	return in
}

// quarters is how many windows a day has.
const quarters = 96

// attributeDay integrates the samples of one device after the other, as they
// are read from where they are kept, then works out all quarter hours, and holds
// the books of each against its meters where it is asked to.
func attributeDay(samples [][]energy.Sample, in attribution.Input, check bool) error {
	used := make([][quarters]energy.Window, len(samples))
	for i := range samples {
		if err := integrate(samples[i], &used[i]); err != nil {
			return err
		}
	}
	idle := (72 * energy.Watt).Over(15 * time.Minute)
	var a attribution.Attributor
	r := new(attribution.Result)
	for q := range quarters {
		for i := range used {
			w := &used[i][q]
			in.Period, in.Devices[i].Energy, in.Devices[i].Idle = w.Period, w.Energy, idle
		}
		if err := a.Attribute(r, in); err != nil {
			return err
		}
		if check {
			if _, err := r.Reconcile(); err != nil {
				return err
			}
		}
	}
	return nil
}

func integrate(samples []energy.Sample, windows *[quarters]energy.Window) error {
	d, err := energy.NewIntegrator(energy.WithMaxGap(time.Minute))
	if err != nil {
		return err
	}
	for i := range samples {
		if err := d.Add(samples[i]); err != nil {
			return err
		}
	}
	q := 0
	for w := range d.Drain() {
		windows[q] = w
		q++
	}
	if q != quarters {
		return fmt.Errorf("integrate: %d windows, want %d", q, quarters)
	}
	return nil
}

// counterStep is a millisecond in which a counter goes on by 300 mJ.
const (
	counterStep = time.Millisecond
	counterUJ   = 300_000
)

// Counters returns the entrants that step a counter of energy.
func Counters() []contest.Entrant {
	open := func(step func(*energy.Counter, time.Time) contest.Loop) func() (*contest.Run, error) {
		return func() (*contest.Run, error) {
			c, err := openCounter()
			if err != nil {
				return nil, err
			}
			return &contest.Run{Loops: []contest.Loop{step(c, workload.Hour)}}, nil
		}
	}
	return []contest.Entrant{{Name: NameCounter, Open: open(reads)}, {Name: NameAdvance, Open: open(advances)}}
}

// reads steps counters by readings that are there, with their times: to make a
// time costs as much as to take its reading, and is not the counter's work. Each
// block of readings is another counter's.
func reads(_ *energy.Counter, at time.Time) contest.Loop {
	const block = 256
	type reading struct {
		at    time.Time
		value energy.Energy
	}
	var readings [block]reading
	for i := range readings {
		readings[i] = reading{at.Add(time.Duration(i+1) * counterStep), energy.Microjoules(int64(i+1) * counterUJ)}
	}
	var c *energy.Counter
	next, sum, want := block, int64(0), int64(0)
	return func(n int) error {
		for range n {
			if next == block {
				var err error
				if c, err = openCounter(); err != nil {
					return err
				}
				next = 0
			}
			r := &readings[next]
			d, err := c.Read(r.at, r.value)
			if err != nil {
				return err
			}
			e, _ := d.Energy().Microjoules().Int64()
			sum += e
			next++
		}
		want += int64(n) * counterUJ
		return counted64(sum, want)
	}
}

// openCounter returns a counter that was read once.
func openCounter() (*energy.Counter, error) {
	c, err := energy.NewCounter(energy.CounterSpec{Range: energy.Microjoules(1 << 62), MaxPower: energy.Kilowatt})
	if err != nil {
		return nil, err
	}
	_, err = c.Read(workload.Hour, energy.Energy{})
	return c, err
}

func advances(c *energy.Counter, at time.Time) contest.Loop {
	ns, value, sum := at.UnixNano(), uint64(0), uint64(0)
	return func(n int) error {
		for range n {
			ns, value = ns+int64(counterStep), value+counterUJ
			e, ok := c.Advance(ns, value)
			if !ok {
				return fmt.Errorf("counter: %d at %d is no simple step", value, ns)
			}
			sum += e
		}
		return counted64(int64(sum), int64(value))
	}
}

// counted64 fails a loop that has not counted all there was.
func counted64(got, want int64) error {
	if got != want {
		return fmt.Errorf("counter: counted %s uJ, want %s", big.NewInt(got), big.NewInt(want))
	}
	return nil
}

// cards is a quarter hour of so many of 140 parts of a card.
func cards(parts int64) metering.Quantity {
	n, _ := fixed.FromInt64(metering.SharesPerCard / 140).MulInt64(parts * int64(15*time.Minute))
	return metering.GrainsWide(n, metering.CardTime)
}
