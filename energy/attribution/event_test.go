package attribution_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/attribution"
	"github.com/meterbook/meterbook/energy/facility"
	"github.com/meterbook/meterbook/metering"
)

func TestEvents(t *testing.T) {
	in := attribution.Input{Period: window, Devices: []attribution.Device{card()}, Facility: site(150)}
	in.Devices[0].Estimated = true
	got := slices.Collect(attribute(t, in).Events("energy/site-1", "cloud/idle"))
	want := []struct {
		account  metering.Account
		id       string
		it, over string
	}{
		{"acme", "attr1.0@2026-03-01T00:00:00Z/5:gpu-0/", "40 J", "20 J"},
		{"beta", "attr1.0@2026-03-01T00:00:00Z/5:gpu-0/", "45 J", "22.5 J"},
		{"cloud/idle", "attr1.0@2026-03-01T00:00:00Z/5:gpu-0~idle", "15 J", "7.5 J"},
	}
	if len(got) != len(want) {
		t.Fatalf("%d events: %+v", len(got), got)
	}
	for i, w := range want {
		e := got[i]
		items := []metering.Item{{Meter: metering.DeviceEnergy, SKU: "H100", Quantity: energy.MustParse(w.it).Quantity()},
			{Meter: metering.OverheadEnergy, SKU: "H100", Quantity: energy.MustParse(w.over).Quantity()}}
		if e.Account != w.account || e.ID != w.id || !slices.Equal(e.Items, items) || e.Validate() != nil {
			t.Errorf("event %+v, want %+v", e, w)
		}
		if e.Kind != metering.Amount || !e.Time.Equal(window.Start()) || e.Resource != "gpu-0" || e.Region != "cn-north-1" || !e.Estimated || e.Source != "energy/site-1" {
			t.Errorf("event %+v", e)
		}
	}
	// Appending to the items of one event must not reach the next one's.
	_ = append(got[0].Items, metering.Item{Meter: "other"})
	if got[1].Items[0].Meter != metering.DeviceEnergy {
		t.Error("events share their items")
	}
}

// One tenant's cost centres on one device, and the provider's own holdings,
// have identities of their own, and names cannot be made to collide.
func TestEvents_Identity(t *testing.T) {
	in := attribution.Input{Period: window, Devices: []attribution.Device{
		{ID: "a", Energy: energy.Joules(10), Capacity: shares(10)},
		{ID: "a/b", Energy: energy.Joules(10), Capacity: shares(10)},
		{ID: "a~b", Energy: energy.Joules(10), Capacity: shares(10)},
		{ID: strings.Repeat("d", 256), Energy: energy.Joules(10), Capacity: shares(10)},
		{ID: strings.Repeat("d", 255) + "e", Energy: energy.Joules(10), Capacity: shares(10)},
	}}
	for i := range in.Devices {
		for _, a := range []metering.Account{"t", "t/b", "t/b/c", "t/" + metering.Account(strings.Repeat("x", 250))} {
			in.Devices[i].Holders = append(in.Devices[i].Holders, attribution.Holder{Account: a, Allocated: shares(2)})
		}
	}
	seen := map[metering.Identity]bool{}
	for e := range attribute(t, in).Events("energy", "t/b") {
		if err := e.Validate(); err != nil {
			t.Error(err)
		}
		if seen[e.Identity()] {
			t.Errorf("twice: %+v", e.Identity())
		}
		seen[e.Identity()] = true
	}
	if len(seen) != 25 {
		t.Errorf("%d events, want 25", len(seen))
	}
}

func TestAdjustments(t *testing.T) {
	in := attribution.Input{Period: window, Devices: []attribution.Device{card()}}
	first := attribute(t, in)

	// Late: beta held nothing and acme all of it, and the site was read.
	in.Devices = []attribution.Device{card()}
	in.Devices[0].Holders = []attribution.Holder{{Account: "acme", Allocated: shares(4), Used: 1}}
	in.Facility = site(120)
	second, err := attribution.Revise(first, in)
	if err != nil {
		t.Fatal(err)
	}
	// Then beta is back.
	in.Devices = []attribution.Device{card()}
	third, err := attribution.Revise(second, in)
	if err != nil {
		t.Fatal(err)
	}
	const original, nobodys = "attr1.0@2026-03-01T00:00:00Z/5:gpu-0/", "attr1.0@2026-03-01T00:00:00Z/5:gpu-0~"
	tests := []struct {
		old, revised *attribution.Result
		want         []string // account, id, kind, what it adjusts, items in µJ
	}{
		{first, second, []string{
			"acme attr1.1@2026-03-01T00:00:00Z/5:gpu-0/ adjustment " + original + " 60000000 uJ 20000000 uJ",
			"beta attr1.1@2026-03-01T00:00:00Z/5:gpu-0/ adjustment " + original + " -45000000 uJ",
			"cloud attr1.1@2026-03-01T00:00:00Z/5:gpu-0~ adjustment " + nobodys + " -15000000 uJ",
		}},
		{second, third, []string{
			"acme attr1.2@2026-03-01T00:00:00Z/5:gpu-0/ adjustment " + original + " -60000000 uJ -12000000 uJ",
			"beta attr1.2@2026-03-01T00:00:00Z/5:gpu-0/ adjustment " + original + " 45000000 uJ 9000000 uJ",
			"cloud attr1.2@2026-03-01T00:00:00Z/5:gpu-0~ adjustment " + nobodys + " 15000000 uJ 3000000 uJ",
		}},
	}
	for _, tt := range tests {
		events, err := attribution.Adjustments(tt.old, tt.revised, "energy", "cloud", "late reading")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for e := range events {
			s := string(e.Account) + " " + e.ID + " " + e.Kind.String() + " " + e.Adjusts
			for _, it := range e.Items {
				s += " " + it.Quantity.String()
			}
			got = append(got, s)
			if err := e.Validate(); err != nil || e.Reason != "late reading" {
				t.Errorf("%+v: %v", e, err)
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
		}
	}
}

// What a difference cannot carry is taken back and said anew.
func TestAdjustments_Restated(t *testing.T) {
	in := attribution.Input{Period: window, Devices: []attribution.Device{card()}}
	in.Devices[0].Estimated = true
	in.Devices[0].Holders = []attribution.Holder{{Account: "acme", Allocated: shares(4)}}
	first := attribute(t, in)
	in.Devices = slices.Clone(in.Devices)
	in.Devices[0].Estimated = false
	in.Devices[0].SKU = "H200"
	second, err := attribution.Revise(first, in)
	if err != nil {
		t.Fatal(err)
	}
	events, err := attribution.Adjustments(first, second, "energy", "cloud", "measured at last")
	if err != nil {
		t.Fatal(err)
	}
	got := slices.Collect(events)
	if len(got) != 2 {
		t.Fatalf("%d events: %+v", len(got), got)
	}
	back, anew := got[0], got[1]
	if back.ID != "attr1-1@2026-03-01T00:00:00Z/5:gpu-0/" || !back.Estimated || back.Items[0].SKU != "H100" || back.Items[0].Quantity != energy.Joules(-100).Quantity() {
		t.Errorf("taken back: %+v", back)
	}
	if anew.ID != "attr1.1@2026-03-01T00:00:00Z/5:gpu-0/" || anew.Estimated || anew.Items[0].SKU != "H200" || anew.Items[0].Quantity != energy.Joules(100).Quantity() {
		t.Errorf("said anew: %+v", anew)
	}
}

func TestAdjustments_Refused(t *testing.T) {
	in := attribution.Input{Period: window, Devices: []attribution.Device{card()}}
	r := attribute(t, in)
	if _, err := attribution.Adjustments(r, attribute(t, in), "energy", "cloud", "why"); !errors.As(err, new(*attribution.RevisionError)) {
		t.Errorf("two first revisions: %v", err)
	}
	next, err := attribution.Revise(r, in)
	if err != nil || next.Revision != 1 {
		t.Fatalf("revision %d, %v", next.Revision, err)
	}
	events, err := attribution.Adjustments(r, next, "energy", "cloud", "nothing new")
	if err != nil || len(slices.Collect(events)) != 0 {
		t.Errorf("the same input again makes events, or %v", err)
	}
	for _, reason := range []string{"", strings.Repeat("x", 1025)} {
		if _, err := attribution.Adjustments(r, next, "energy", "cloud", reason); !errors.As(err, new(*attribution.FieldError)) {
			t.Errorf("a reason of %d bytes: %v", len(reason), err)
		}
	}
	in.Period = metering.MustPeriod("2026-03-01T00:15:00Z", "2026-03-01T00:30:00Z")
	if _, err := attribution.Revise(r, in); !errors.As(err, new(*facility.PeriodMismatchError)) {
		t.Errorf("another window: %v", err)
	}
	in.Period, in.Facility = window, site(1)
	if _, err := attribution.Revise(r, in); !errors.As(err, new(*facility.BelowOneError)) {
		t.Errorf("a bad input: %v", err)
	}
}
