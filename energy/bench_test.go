package energy_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/meterbook/meterbook/energy"
)

// BenchmarkIntegrator_Add adds a sample each second, so that one in 900
// closes a window, which is drained at once.
func BenchmarkIntegrator_Add(b *testing.B) {
	in, err := energy.NewIntegrator(energy.WithMaxGap(time.Minute))
	if err != nil {
		b.Fatal(err)
	}
	s := sample(0, 300)
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		s.Time = s.Time.Add(time.Second)
		s.Power ^= 1023 // another power each time
		if err := in.Add(s); err != nil {
			b.Fatal(err)
		}
		if n++; n%900 == 0 {
			for range in.Drain() {
			}
		}
	}
}

// BenchmarkIntegrator_Fleet is what a day of a large site costs: 1000
// integrators in turn, a sample each 5 seconds.
func BenchmarkIntegrator_Fleet(b *testing.B) {
	fleet := make([]*energy.Integrator, 1000)
	for i := range fleet {
		fleet[i], _ = energy.NewIntegrator(energy.WithMaxGap(time.Minute))
	}
	s := sample(0, 300)
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		if err := fleet[i].Add(s); err != nil {
			b.Fatal(err)
		}
		if i++; i == len(fleet) {
			i = 0
			s.Time = s.Time.Add(5 * time.Second)
			s.Power ^= 1023
			if s.Time.Unix()%900 == 0 {
				for _, in := range fleet {
					for range in.Drain() {
					}
				}
			}
		}
	}
}

// BenchmarkFloat_Add is the baseline: the same sum in floats, which drifts.
func BenchmarkFloat_Add(b *testing.B) {
	s := sample(0, 300)
	last, joules := s, 0.0
	b.ReportAllocs()
	for b.Loop() {
		s.Time = s.Time.Add(time.Second)
		s.Power ^= 1023
		joules += float64(last.Power+s.Power) / 2e6 * s.Time.Sub(last.Time).Seconds()
		last = s
	}
	if joules < 0 {
		b.Fatal(joules)
	}
}

// BenchmarkCounter_Read reads a counter that goes on. The readings are there
// before, since making their times costs nearly as much as taking them; each
// 256 of them are of another counter.
func BenchmarkCounter_Read(b *testing.B) {
	var readings [256]struct {
		t     time.Time
		value energy.Energy
	}
	for i := range readings {
		readings[i].t, readings[i].value = t0.Add(time.Duration(i)*time.Second), energy.Microjoules(int64(i)*300_000_000)
	}
	var c *energy.Counter
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		if i%len(readings) == 0 {
			c, _ = energy.NewCounter(energy.CounterSpec{Range: energy.Microjoules(1 << 62), MaxPower: 500 * energy.Watt})
		}
		r := &readings[i%len(readings)]
		if d, err := c.Read(r.t, r.value); err != nil || d.Flags() != 0 {
			b.Fatal(d, err)
		}
		i++
	}
}

// BenchmarkCounter_Advance is the step of a counter that simply goes on.
func BenchmarkCounter_Advance(b *testing.B) {
	c, err := energy.NewCounter(energy.CounterSpec{Range: energy.Microjoules(1 << 62), MaxPower: 500 * energy.Watt})
	if err != nil {
		b.Fatal(err)
	}
	ns, value := t0.UnixNano(), uint64(0)
	if _, err := c.Read(t0, energy.Energy{}); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		ns += 1_000_000
		value += 300_000
		if _, ok := c.Advance(ns, value); !ok {
			b.Fatal("not a simple step")
		}
	}
}

// BenchmarkAtomic_Add is what a counter step is held against: 4 of them.
func BenchmarkAtomic_Add(b *testing.B) {
	var n atomic.Int64
	for b.Loop() {
		n.Add(300_000)
	}
}
