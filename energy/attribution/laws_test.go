package attribution_test

import (
	"math/big"
	"slices"
	"testing"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/attribution"
	"github.com/meterbook/meterbook/metering"
)

func TestLaw_Attribution_Conserved(t *testing.T) { law(t, attributionConserved) }
func FuzzAttribution_Conserved(f *testing.F)     { fuzz(f, attributionConserved) }
func TestLaw_Attribution_Ordered(t *testing.T)   { law(t, attributionOrdered) }
func FuzzAttribution_Ordered(f *testing.F)       { fuzz(f, attributionOrdered) }
func TestLaw_Adjustments_Conserved(t *testing.T) { law(t, adjustmentsConserved) }
func FuzzAdjustments_Conserved(f *testing.F)     { fuzz(f, adjustmentsConserved) }

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
	if err := a.Attribute(got, g.input()); err != nil {
		t.Fatal(err)
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
