package attribution_test

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/attribution"
	"github.com/meterbook/meterbook/energy/facility"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

func shares(n int64) metering.Quantity { return metering.Grains(n, metering.CardTime) }

// card returns a device of 100 J, 60 of them idle, that acme and beta share.
func card() attribution.Device {
	return attribution.Device{
		ID: "gpu-0", SKU: "H100", Region: "cn-north-1",
		Energy: energy.Joules(100), Idle: energy.Joules(60), Capacity: shares(4),
		Holders: []attribution.Holder{
			{Account: "acme", Allocated: shares(2), Used: 10},
			{Account: "beta", Allocated: shares(1), Used: 30},
		},
	}
}

func site(joules int64) facility.Measured {
	return facility.Measured{Energy: energy.Joules(joules), Period: window}
}

func TestVectors(t *testing.T) {
	type vector struct {
		ID       string
		Idle     int64 `json:"idle_J"`
		Energy   int64 `json:"energy_J"`
		Capacity int64
		Holders  []struct {
			Account   metering.Account
			Allocated int64
			Used      int64
		}
		Want        map[metering.Account]int64 `json:"want_J"`
		WantIdle    map[metering.Account]int64 `json:"want_idle_J"`
		Unallocated int64                      `json:"want_unallocated_J"`
	}
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []vector
	if err := json.Unmarshal(b, &list); err != nil {
		t.Fatal(err)
	}
	for _, v := range list {
		t.Run(v.ID, func(t *testing.T) {
			d := attribution.Device{ID: "d", Energy: energy.Joules(v.Energy), Idle: energy.Joules(v.Idle), Capacity: shares(v.Capacity)}
			for _, h := range v.Holders {
				d.Holders = append(d.Holders, attribution.Holder{Account: h.Account, Allocated: shares(h.Allocated), Used: h.Used})
			}
			r := attribute(t, attribution.Input{Period: window, Devices: []attribution.Device{d}})
			var nobody energy.Energy
			for _, s := range r.Shares {
				if s.Unallocated() {
					nobody = s.IT
					continue
				}
				if s.IT != energy.Joules(v.Want[s.Account]) || s.Idle != energy.Joules(v.WantIdle[s.Account]) {
					t.Errorf("%s: %v, %v idle; want %d J, %d J", s.Account, s.IT, s.Idle, v.Want[s.Account], v.WantIdle[s.Account])
				}
			}
			if nobody != energy.Joules(v.Unallocated) {
				t.Errorf("nobody: %v, want %d J", nobody, v.Unallocated)
			}
			if _, err := r.Reconcile(); err != nil {
				t.Error(err)
			}
		})
	}
}

// What is refused changes nothing.
func TestAttribute_Refused(t *testing.T) {
	long := strings.Repeat("x", 300)
	tests := []struct {
		name  string
		spoil func(in *attribution.Input)
		check func(error) bool
		says  string
	}{
		{"no period", func(in *attribution.Input) { in.Period = metering.Period{} }, is[*attribution.FieldError], "period"},
		{"no id", func(in *attribution.Input) { in.Devices[0].ID = "" }, is[*attribution.FieldError], "device"},
		{"long id", func(in *attribution.Input) { in.Devices[0].ID = long }, is[*metering.FieldError], "resource"},
		{"bad SKU", func(in *attribution.Input) { in.Devices[0].SKU = "a\nb" }, is[*metering.FieldError], "SKU"},
		{"twice", func(in *attribution.Input) { in.Devices = append(in.Devices, card()) }, is[*attribution.FieldError], "gpu-0"},
		{"negative energy", func(in *attribution.Input) { in.Devices[0].Energy = energy.Joules(-1) }, is[*attribution.FieldError], "-1000000 uJ"},
		{"negative idle", func(in *attribution.Input) { in.Devices[0].Idle = energy.Joules(-1) }, is[*attribution.FieldError], "idle"},
		{"idle above energy", func(in *attribution.Input) { in.Devices[0].Idle = energy.Joules(101) }, is[*attribution.FieldError], "100000000 uJ"},
		{"negative capacity", func(in *attribution.Input) { in.Devices[0].Capacity = shares(-1) }, is[*attribution.FieldError], "capacity"},
		{"bad account", func(in *attribution.Input) { in.Devices[0].Holders[0].Account = "/" }, is[*metering.FieldError], "gpu-0"},
		{"negative allocation", func(in *attribution.Input) { in.Devices[0].Holders[0].Allocated = shares(-1) }, is[*attribution.FieldError], "allocation of acme"},
		{"negative use", func(in *attribution.Input) { in.Devices[0].Holders[1].Used = -1 }, is[*attribution.FieldError], "use of beta"},
		{"too much use", func(in *attribution.Input) { in.Devices[0].Holders[1].Used = math.MaxInt64 }, is[*attribution.FieldError], "use of beta"},
		{"allocation of another dimension", func(in *attribution.Input) { in.Devices[0].Holders[0].Allocated = metering.MustQuantity("1 s") }, is[*metering.DimensionError], "beta"},
		{"capacity of another dimension", func(in *attribution.Input) { in.Devices[0].Capacity = metering.MustQuantity("9 s") }, is[*metering.DimensionError], "capacity"},
		{"over-allocated", func(in *attribution.Input) { in.Devices[0].Capacity = shares(2) }, is[*attribution.OverAllocatedError], "gpu-0"},
		{"site over another period", func(in *attribution.Input) {
			in.Facility.Period = metering.MustPeriod("2026-03-01T00:00:00Z", "2026-03-01T01:00:00Z")
		}, is[*facility.PeriodMismatchError], "01:00"},
		{"negative site", func(in *attribution.Input) { in.Facility = site(-1) }, is[*facility.NegativeEnergyError], "total"},
		{"site below devices", func(in *attribution.Input) { in.Facility = site(99) }, is[*facility.BelowOneError], "100000000 uJ"},
		{"overflow", func(in *attribution.Input) {
			d := attribution.Device{ID: "x", Energy: energy.MicrojoulesWide(fixed.Max())}
			in.Devices = append(in.Devices, d)
		}, func(err error) bool { return errors.Is(err, metering.ErrOverflow) }, `"x"`},
	}
	var a attribution.Attributor
	r := attribute(t, attribution.Input{Period: window, Devices: []attribution.Device{card()}})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := attribution.Input{Period: window, Devices: []attribution.Device{card()}, Facility: site(150)}
			tt.spoil(&in)
			err := a.Attribute(r, in)
			if err == nil || !tt.check(err) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error %v, want one about %s", err, tt.says)
			}
			if len(err.Error()) > 400 {
				t.Errorf("the error repeats %d bytes", len(err.Error()))
			}
			if b, err := r.Reconcile(); err != nil || b.Tenants != energy.Joules(85) {
				t.Errorf("the result is now %+v, %v", b, err)
			}
		})
	}
}

func is[E error](err error) bool { var e E; return errors.As(err, &e) }

func TestAttribute_Site(t *testing.T) {
	in := attribution.Input{Period: window, Devices: []attribution.Device{card()}, Facility: site(150), Category: facility.Category3}
	r := attribute(t, in)
	b, err := r.Reconcile()
	want := attribution.Books{Tenants: energy.Joules(85), Unallocated: energy.Joules(15), TenantOverhead: energy.Microjoules(42_500_000), UnallocatedOverhead: energy.Microjoules(7_500_000)}
	if err != nil || b != want {
		t.Errorf("books %+v, %v; want %+v", b, err, want)
	}
	if r.PUE.Name() != "iPUE3" || r.PUE.Decimal(3).String() != "1.5" {
		t.Errorf("PUE %v", r.PUE)
	}
	// Devices that used nothing leave all of it to the provider.
	in.Devices[0].Energy, in.Devices[0].Idle = energy.Energy{}, energy.Energy{}
	r = attribute(t, in)
	if b, err := r.Reconcile(); err != nil || b.UnallocatedOverhead != energy.Joules(150) || !r.PUE.IsZero() {
		t.Errorf("books %+v, %v, PUE %v", b, err, r.PUE)
	}
	n := 0
	for e := range r.Events("energy", provider) {
		n++
		if e.Account != provider || e.Resource != "" || len(e.Items) != 1 || e.Items[0].Meter != metering.OverheadEnergy || e.Validate() != nil {
			t.Errorf("event %+v", e)
		}
	}
	if n != 1 {
		t.Errorf("%d events, want 1", n)
	}
	// Without a reading of the site there is no overhead and no PUE.
	in = attribution.Input{Period: window, Devices: []attribution.Device{card()}}
	r = attribute(t, in)
	if b, err := r.Reconcile(); err != nil || !b.TenantOverhead.IsZero() || !r.PUE.IsZero() || r.Facility != r.Metered {
		t.Errorf("books %+v, %v, PUE %v", b, err, r.PUE)
	}
}

func TestReconcile_Imbalance(t *testing.T) {
	in := attribution.Input{Period: window, Devices: []attribution.Device{card()}, Facility: site(150)}
	spoil := map[string]func(r *attribution.Result){
		"device energy":   func(r *attribution.Result) { r.Shares[0].IT = energy.Joules(1) },
		"facility energy": func(r *attribution.Result) { r.Shares[0].Overhead = energy.Joules(1) },
		"energy":          func(r *attribution.Result) { r.Shares[0].Overhead = energy.MicrojoulesWide(fixed.Max()) },
	}
	for field, f := range spoil {
		r := attribute(t, in)
		f(r)
		_, err := r.Reconcile()
		var imbalance *attribution.ImbalanceError
		if !errors.As(err, &imbalance) || imbalance.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// In the steady state a window costs no allocation for each device.
func TestAttribute_Allocs(t *testing.T) {
	in := fleet(100)
	var a attribution.Attributor
	r := new(attribution.Result)
	attribute := func() {
		if err := a.Attribute(r, in); err != nil {
			t.Fatal(err)
		}
	}
	attribute()                                           // the second window is the first whose splits are kept
	if n := testing.AllocsPerRun(100, attribute); n > 1 { // the remainders of the overhead's split
		t.Errorf("%v allocations a window", n)
	}
}
