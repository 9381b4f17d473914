package attribution_test

import (
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/attribution"
	"github.com/meterbook/meterbook/energy/carbon"
	"github.com/meterbook/meterbook/energy/facility"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

func TestLaw_Chain_Conserved(t *testing.T) { law(t, chainConserved) }
func FuzzChain_Conserved(f *testing.F)     { fuzz(f, chainConserved) }

// From readings to events: devices whose counters wrap, reset, fail and jump,
// devices that are sampled with gaps, tenants that start and end within the
// window. What the events carry is what was counted and integrated, with the
// overhead what the site used, and their carbon what that emits; nothing is
// below 0.
func chainConserved(t *testing.T, g generator) {
	in := attribution.Input{Period: window, Rule: attribution.Rule(g.IntN(3))}
	counted := new(big.Int)
	for i := range 1 + g.IntN(3) {
		e := g.read(t)
		if i%2 == 1 {
			e = g.sampled(t)
		}
		if e.Sign() < 0 {
			t.Fatalf("device %d used %v", i, e)
		}
		counted.Add(counted, e.Microjoules().Big())
		in.Devices = append(in.Devices, g.held(fmt.Sprintf("gpu-%d", i), e))
	}
	over := g.number(1 << 40)
	site := new(big.Int).Add(counted, big.NewInt(over))
	if g.IntN(4) > 0 {
		in.Facility = facility.Measured{Energy: energy.MicrojoulesWide(fixedOf(site)), Period: window}
	} else {
		site = counted
	}
	r := attribute(t, in)
	if _, err := r.Reconcile(); err != nil {
		t.Fatal(err)
	}
	carried := new(big.Int)
	for e := range r.Events("energy", provider) {
		for _, it := range e.Items {
			if it.Quantity.Sign() < 0 {
				t.Fatalf("%+v: event %+v", in, e)
			}
			carried.Add(carried, it.Quantity.Grains().Big())
		}
	}
	if carried.Cmp(site) != 0 {
		t.Fatalf("%+v: events carry %v uJ, the meters %v", in, carried, site)
	}
	emitted := carbon.Nanograms(fixedOf(new(big.Int).Add(site, big.NewInt(g.number(1<<50)))))
	rate := carbon.Rate{Mass: emitted, Energy: r.Facility}
	said := new(big.Int)
	for e, err := range rate.Events(r.Events("energy", provider), energy.Energy{}) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Items[0].Quantity.Sign() < 0 {
			t.Fatalf("%+v: event %+v", in, e)
		}
		said.Add(said, e.Items[0].Quantity.Grains().Big())
	}
	if site.Sign() > 0 && said.Cmp(emitted.Nanograms().Big()) != 0 {
		t.Fatalf("%+v: events carry %v ng of %v", in, said, emitted)
	}
}

// read returns what a counter counted in the window, whatever it did.
func (g generator) read(t *testing.T) (sum energy.Energy) {
	modulus := 1 + g.number(1<<40)
	c, err := energy.NewCounter(energy.CounterSpec{Range: energy.Microjoules(modulus * int64(g.IntN(2))), MaxPower: energy.Power(g.number(1 << 30)), Ambiguous: energy.AmbiguityPolicy(g.IntN(2))})
	if err != nil {
		t.Fatal(err)
	}
	at := window.Start()
	value := g.Int64N(modulus)
	for range g.IntN(8) {
		at = at.Add(time.Duration(1 + g.Int64N(int64(2*time.Minute))))
		switch g.IntN(6) {
		case 0:
			value = 0 // reset
		case 1:
			if _, err := c.Miss(at); err != nil {
				t.Fatal(err)
			}
			continue
		case 2:
			value = g.Int64N(modulus) // anything
		default:
			value = (value + g.number(1<<30)) % modulus // on, and round
		}
		d, err := c.Read(at, energy.Microjoules(value))
		if err != nil {
			t.Fatal(err)
		}
		if d.Energy().Sign() < 0 || d.Withheld().Sign() < 0 {
			t.Fatalf("delta %+v", d)
		}
		sum, _ = sum.Add(d.Energy())
	}
	return sum
}

// sampled returns what a series of samples with gaps comes to in the window.
func (g generator) sampled(t *testing.T) energy.Energy {
	opts := []energy.Option{energy.WithMaxGap(time.Minute)}
	if g.IntN(2) == 0 {
		opts = append(opts, energy.WithGapPolicy(energy.GapFill))
	}
	var samples []energy.Sample
	at := window.Start().Add(-time.Minute)
	for range g.IntN(12) {
		at = at.Add(time.Duration(g.Int64N(int64(3 * time.Minute))))
		samples = append(samples, energy.Sample{Time: at, Power: energy.Power(g.number(1 << 40))})
	}
	c, err := energy.Integrate(samples, opts...)
	if err != nil {
		t.Fatal(err)
	}
	w := c.Over(window)
	if w.Estimated.Sign() < 0 || w.Observed < 0 || w.Observed > window.Duration() {
		t.Fatalf("window %+v", w)
	}
	return w.Energy
}

// held returns a device with tenants that hold an eighth of it from some
// instant to another, and use it in some of that time.
func (g generator) held(id string, e energy.Energy) attribution.Device {
	const eighths = 8
	d := attribution.Device{ID: id, Energy: e, Capacity: metering.Grains(eighths*int64(window.Duration()), metering.CardTime), Estimated: g.IntN(4) == 0}
	if idle := g.number(1 << 40); energy.Microjoules(idle).Cmp(e) < 0 {
		d.Idle = energy.Microjoules(idle)
	}
	for range g.IntN(eighths + 1) {
		start := g.Int64N(int64(window.Duration()))
		end := start + g.Int64N(int64(window.Duration())-start)
		d.Holders = append(d.Holders, attribution.Holder{Account: accounts[g.IntN(len(accounts))],
			Allocated: metering.Grains(end-start, metering.CardTime), Used: g.Int64N(end - start + 1)})
	}
	return d
}

func fixedOf(n *big.Int) fixed.Int128 {
	v, _ := fixed.FromBig(n)
	return v
}
