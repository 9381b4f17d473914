package attribution_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/attribution"
	"github.com/meterbook/meterbook/metering"
)

func TestRules(t *testing.T) {
	d := card() // 60 J idle and 40 J dynamic: acme holds 2 of 4 and used 10, beta 1 and 30
	// Alone, acme would have taken 80 J and beta 90.
	d.Worth = func(s uint32) energy.Energy {
		return []energy.Energy{{}, energy.Joules(80), energy.Joules(90), energy.Joules(100)}[s]
	}
	tests := []struct {
		rule               attribution.Rule
		acme, beta, nobody int64
	}{
		{attribution.IdleByAllocation, 40, 45, 15},
		{attribution.ByUse, 25, 75, 0},
		{attribution.Equally, 50, 50, 0},
		{attribution.ByShapley, 45, 55, 0},
	}
	for _, tt := range tests {
		in := attribution.Input{Period: window, Devices: []attribution.Device{d}, Rule: tt.rule}
		got, err := attribution.Compare(in, tt.rule)
		if err != nil {
			t.Fatal(err)
		}
		want := map[metering.Account]int64{"acme": tt.acme, "beta": tt.beta, "": tt.nobody}
		for _, a := range got {
			if a.Energy[0] != energy.Joules(want[a.Account]) {
				t.Errorf("%v: %q has %v, want %d J", tt.rule, a.Account, a.Energy[0], want[a.Account])
			}
			delete(want, a.Account)
		}
		r := attribute(t, in)
		for e := range r.Events("energy", provider) {
			if !strings.HasPrefix(e.ID, tt.rule.Method()+".0@") {
				t.Errorf("%v: event %q", tt.rule, e.ID)
			}
		}
	}
	if attribution.Rule(9).String() != "invalid" || attribution.Rule(9).Method() != "invalid" || attribution.ByShapley.String() != "by Shapley value" {
		t.Error("names of rules")
	}
}

func TestRules_Refused(t *testing.T) {
	falling := card()
	falling.Worth = func(s uint32) energy.Energy { return energy.Joules(-int64(s)) }
	idle := card()
	idle.Worth = func(uint32) energy.Energy { return energy.Joules(1) }
	with := func(d attribution.Device, rule attribution.Rule) error {
		_, err := attribution.Attribute(attribution.Input{Period: window, Devices: []attribution.Device{d}, Rule: rule})
		return err
	}
	none := func(uint32) energy.Energy { return energy.Energy{} }
	tests := map[string]error{
		"a rule that there is not": with(card(), 9),
		"falling worth":            with(falling, attribution.ByShapley),
		"worth of nobody":          with(idle, attribution.ByShapley),
		"no accounts":              second(attribution.Shapley(0, none)),
		"too many accounts":        second(attribution.Shapley(13, none)),
		"negative slices":          second(attribution.SliceUse(-1, 1)),
		"too much activity":        second(attribution.SliceUse(7, math.MaxInt64)),
		"more busy than there is":  second(attribution.ResidualIdle(energy.Joules(1), 2, 1)),
		"busy of nothing":          second(attribution.ResidualIdle(energy.Joules(1), 0, 0)),
	}
	for name, err := range tests {
		if !errors.As(err, new(*attribution.FieldError)) || !strings.HasPrefix(err.Error(), "attribution: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	r := attribute(t, attribution.Input{Period: window, Devices: []attribution.Device{card()}})
	if _, err := attribution.Revise(r, attribution.Input{Period: window, Devices: []attribution.Device{card()}, Rule: attribution.ByUse}); !errors.As(err, new(*attribution.FieldError)) {
		t.Errorf("revised by another rule: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

// A process that ended within the window keeps what it used; those that go on
// do not take it over.
func TestAttribute_Ended(t *testing.T) {
	d := card()
	d.Holders = append(d.Holders, attribution.Holder{Account: "gone", Used: 40})
	r := attribute(t, attribution.Input{Period: window, Devices: []attribution.Device{d}})
	for _, s := range r.Shares {
		if s.Account == "gone" && s.IT != energy.Joules(20) || s.Account == "beta" && s.IT != energy.Joules(30) {
			t.Errorf("%+v", s)
		}
	}
}
