package attribution_test

import (
	"math/big"
	"slices"
	"testing"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/attribution"
	"github.com/meterbook/meterbook/energy/facility"
	"github.com/meterbook/meterbook/metering"
)

func TestLaw_Attribution_Conserved(t *testing.T) { law(t, attributionConserved) }
func FuzzAttribution_Conserved(f *testing.F)     { fuzz(f, attributionConserved) }
func TestLaw_Attribution_Ordered(t *testing.T)   { law(t, attributionOrdered) }
func FuzzAttribution_Ordered(f *testing.F)       { fuzz(f, attributionOrdered) }
func TestLaw_Adjustments_Conserved(t *testing.T) { law(t, adjustmentsConserved) }
func FuzzAdjustments_Conserved(f *testing.F)     { fuzz(f, adjustmentsConserved) }
func TestLaw_Rules_Conserved(t *testing.T)       { law(t, rulesConserved) }
func FuzzRules_Conserved(f *testing.F)           { fuzz(f, rulesConserved) }
func TestLaw_Shapley_Oracle(t *testing.T)        { law(t, shapleyOracle) }
func FuzzShapley_Oracle(f *testing.F)            { fuzz(f, shapleyOracle) }

// Σ tenants + unallocated + facility overhead = metered energy, to the
// microjoule, in the shares, the books and the events, and every share is the
// oracle's.
func attributionConserved(t *testing.T, g generator) {
	in := g.input()
	r := attribute(t, in)
	devices, site := slow(in)
	want := slowAttribute(devices, site)
	if len(r.Shares) != len(want) {
		t.Fatalf("%+v: %d shares, want %d: %+v", in, len(r.Shares), len(want), r.Shares)
	}
	metered, total := new(big.Int), new(big.Int)
	for _, d := range devices {
		metered.Add(metered, d.energy)
	}
	total.Set(metered)
	if site != nil {
		total.Set(site)
	}
	for i, s := range r.Shares {
		w := want[i]
		if s.Device != w.device || string(s.Account) != w.account || s.IT.Microjoules().Big().Cmp(w.it) != 0 ||
			s.Idle.Microjoules().Big().Cmp(w.idle) != 0 || s.Overhead.Microjoules().Big().Cmp(w.overhead) != 0 {
			t.Fatalf("%+v: share %+v, want %+v", in, s, w)
		}
	}
	b, err := r.Reconcile()
	if err != nil {
		t.Fatal(err)
	}
	sum := new(big.Int)
	for _, e := range []energy.Energy{b.Tenants, b.Unallocated} {
		sum.Add(sum, e.Microjoules().Big())
	}
	if sum.Cmp(metered) != 0 || r.Metered.Microjoules().Big().Cmp(metered) != 0 {
		t.Fatalf("%+v: books %+v, devices metered %v", in, b, metered)
	}
	for _, e := range []energy.Energy{b.TenantOverhead, b.UnallocatedOverhead} {
		sum.Add(sum, e.Microjoules().Big())
	}
	if sum.Cmp(total) != 0 || r.Facility.Microjoules().Big().Cmp(total) != 0 {
		t.Fatalf("%+v: books %+v, site metered %v", in, b, total)
	}
	recorded := new(big.Int)
	for e := range r.Events("energy", provider) {
		for _, it := range e.Items {
			recorded.Add(recorded, it.Quantity.Grains().Big())
		}
	}
	if recorded.Cmp(total) != 0 {
		t.Fatalf("%+v: events of %v uJ, metered %v", in, recorded, total)
	}
}

// The result does not depend on the order of devices and holders, nor on what
// an attributor worked out before.
func attributionOrdered(t *testing.T, g generator) {
	in := g.input()
	want := attribute(t, in)
	in.Devices = slices.Clone(in.Devices)
	g.Shuffle(len(in.Devices), func(i, j int) { in.Devices[i], in.Devices[j] = in.Devices[j], in.Devices[i] })
	for i := range in.Devices {
		h := slices.Clone(in.Devices[i].Holders)
		g.Shuffle(len(h), func(i, j int) { h[i], h[j] = h[j], h[i] })
		in.Devices[i].Holders = h
	}
	var a attribution.Attributor
	got := new(attribution.Result)
	for range 1 + g.IntN(3) {
		before := g.input()
		if g.IntN(2) == 0 && len(in.Devices) > 0 {
			before.Devices, before.Facility = slices.Clone(in.Devices), facility.Measured{}
			before.Devices[0].Idle = energy.Energy{} // like it, but for one
		}
		if err := a.Attribute(got, before); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Attribute(got, in); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.Shares, want.Shares) || got.PUE != want.PUE || got.Facility != want.Facility {
		t.Fatalf("%+v: %+v in another order, %+v before", in, got, want)
	}
}

// After any number of revisions, what was recorded is what the last result
// says, by account, device, SKU and region, and for estimated energy too.
func adjustmentsConserved(t *testing.T, g generator) {
	agg := metering.NewAggregator()
	known := map[metering.Identity]bool{}
	record := func(e metering.Event) {
		if known[e.Identity()] {
			t.Fatalf("two events with the identity %+v", e.Identity())
		}
		known[e.Identity()] = true
		original := metering.Identity{Tenant: e.Account.Tenant(), Source: e.Source, ID: e.Adjusts}
		if e.Kind == metering.Adjustment && !known[original] {
			t.Fatalf("%+v adjusts an event that does not exist", e)
		}
		if err := agg.Record(e); err != nil {
			t.Fatalf("%+v: %v", e, err)
		}
	}
	in := g.input()
	r := attribute(t, in)
	for e := range r.Events("energy", provider) {
		record(e)
	}
	for range 1 + g.IntN(3) {
		in = g.late(in)
		next, err := attribution.Revise(r, in)
		if err != nil {
			t.Fatal(err)
		}
		events, err := attribution.Adjustments(r, next, "energy", provider, "late reading")
		if err != nil {
			t.Fatal(err)
		}
		for e := range events {
			record(e)
		}
		r = next
	}
	checkRecorded(t, agg, r)
	if b, err := r.Reconcile(); err != nil {
		t.Fatalf("%+v: %v", b, err)
	}
}

func checkRecorded(t *testing.T, agg *metering.Aggregator, r *attribution.Result) {
	type amounts struct{ all, estimated energy.Energy }
	want := map[metering.Key]amounts{}
	add := func(key metering.Key, e energy.Energy, estimated bool) {
		v := want[key]
		v.all, _ = v.all.Add(e)
		if estimated {
			v.estimated, _ = v.estimated.Add(e)
		}
		if want[key] = v; v.all.IsZero() {
			delete(want, key)
		}
	}
	for _, s := range r.Shares {
		key := metering.Key{Account: s.Account, Resource: s.Device, SKU: s.SKU, Region: s.Region}
		if s.Unallocated() {
			key.Account = provider
		}
		key.Meter = metering.DeviceEnergy
		add(key, s.IT, s.Estimated)
		key.Meter = metering.OverheadEnergy
		add(key, s.Overhead, s.Estimated)
	}
	for u, err := range agg.Usage(window) {
		if err != nil {
			t.Fatal(err)
		}
		all, _ := energy.FromQuantity(u.Quantity)
		estimated, _ := energy.FromQuantity(u.Estimated)
		if got := (amounts{all, estimated}); got != want[u.Key] {
			t.Fatalf("%v: recorded %v, attributed %v", u.Key, got, want[u.Key])
		}
		delete(want, u.Key)
	}
	if len(want) > 0 {
		t.Fatalf("never recorded: %v", want)
	}
}

// Under every rule the shares of a device are its energy, and the books close.
func rulesConserved(t *testing.T, g generator) {
	in := g.input()
	for i := range in.Devices {
		if g.IntN(3) > 0 {
			unit := g.number(1 << 40)
			in.Devices[i].Worth = func(s uint32) energy.Energy { return energy.Microjoules(int64(s) * unit) }
		}
	}
	for rule := attribution.IdleByAllocation; rule <= attribution.ByShapley; rule++ {
		in.Rule = rule
		r := attribute(t, in)
		if _, err := r.Reconcile(); err != nil {
			t.Fatalf("%v, %+v: %v", rule, in, err)
		}
		of := map[string]*big.Int{}
		for _, s := range r.Shares {
			if of[s.Device] == nil {
				of[s.Device] = new(big.Int)
			}
			of[s.Device].Add(of[s.Device], s.IT.Microjoules().Big())
			if s.IT.Sign() < 0 || s.Idle.Sign() < 0 || s.Idle.Cmp(s.IT) > 0 {
				t.Fatalf("%v, %+v: share %+v", rule, in, s)
			}
		}
		for _, d := range in.Devices {
			if sum := of[d.ID]; sum != nil && sum.Cmp(d.Energy.Microjoules().Big()) != 0 || sum == nil && !d.Energy.IsZero() {
				t.Fatalf("%v, %+v: device %s has %v", rule, in, d.ID, sum)
			}
		}
	}
}

// Shapley values are those of walking all orders, and add up.
func shapleyOracle(t *testing.T, g generator) {
	n := 1 + g.IntN(4)
	worth := make([]int64, 1<<n)
	for s := 1; s < len(worth); s++ {
		for i := range n {
			if s>>i&1 == 1 {
				worth[s] = max(worth[s], worth[s&^(1<<i)])
			}
		}
		worth[s] += g.number(1 << 40)
	}
	got, err := attribution.Shapley(n, func(s uint32) energy.Energy { return energy.Microjoules(worth[s]) })
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range slowShapley(n, func(s uint32) int64 { return worth[s] }) {
		if got[i].Microjoules().Big().Cmp(want) != 0 {
			t.Fatalf("worth %v: %v, want %v for account %d", worth, got, want, i)
		}
	}
}
