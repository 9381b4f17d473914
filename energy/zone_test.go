package energy_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/meterbook/meterbook/energy"
)

func TestPlace(t *testing.T) {
	const (
		in   = energy.Counted
		part = energy.Contained
		dup  = energy.Mirrored
	)
	tests := []struct {
		name  string
		zones []energy.Zone
		want  []energy.Placement
	}{
		{"nothing", nil, []energy.Placement{}},
		{"psys holds all", []energy.Zone{{Kind: energy.Package}, {Kind: energy.DRAM}, {Kind: energy.Platform}, {Kind: energy.Core}}, []energy.Placement{part, part, in, part}},
		{"memory beside packages", []energy.Zone{{Kind: energy.Package}, {Kind: energy.Core}, {Kind: energy.Uncore}, {Kind: energy.DRAM}}, []energy.Placement{in, part, part, in}},
		{"a socket with cores alone", []energy.Zone{{Kind: energy.Package}, {Kind: energy.Core, Socket: 1}, {Kind: energy.Uncore, Socket: 1}}, []energy.Placement{in, in, in}},
		{"sockets add up", []energy.Zone{{Kind: energy.Package}, {Kind: energy.Package, Socket: 1}}, []energy.Placement{in, in}},
		{"dies with their own registers", []energy.Zone{{Kind: energy.Package}, {Kind: energy.Package}}, []energy.Placement{in, in}},
		{"dies that mirror one", []energy.Zone{{Kind: energy.Package, Counter: "a"}, {Kind: energy.Package, Counter: "a"}}, []energy.Placement{in, dup}},
		{"two names of psys", []energy.Zone{{Kind: energy.Platform, Counter: "p"}, {Kind: energy.Platform, Counter: "p"}}, []energy.Placement{in, dup}},
	}
	for _, tt := range tests {
		got, err := energy.Place(tt.zones)
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, %v, want %v", tt.name, got, err, tt.want)
		}
	}
	if _, err := energy.Place([]energy.Zone{{Name: "mmio"}}); !errors.As(err, new(*energy.FieldError)) {
		t.Errorf("a zone of no kind: %v", err)
	}
	if energy.Platform.String() != "psys" || energy.ZoneKind(9).String() != "invalid" || energy.Mirrored.String() != "mirrored" || energy.Placement(9).String() != "invalid" {
		t.Error("names")
	}
}

func TestHold(t *testing.T) {
	held := energy.Hold([]energy.Sample{sample(20, 300), sample(0, 100), sample(20, 50)})
	want := []energy.Sample{sample(0, 100), sample(20, 100), sample(20, 300), sample(20, 50)}
	if !slices.Equal(held, want) {
		t.Errorf("%v, want %v", held, want)
	}
	if len(energy.Hold(nil)) != 0 {
		t.Error("samples out of nothing")
	}
}

func TestEnergy_Mean(t *testing.T) {
	tests := []struct {
		e    energy.Energy
		d    time.Duration
		want energy.Power
	}{
		{energy.Joules(900), 15 * time.Minute, energy.Watt},
		{energy.Joules(1), 0, 0},
		{energy.Microjoules(1), 2 * time.Second, 0}, // a tie, to even
		{energy.Microjoules(3), 2 * time.Second, 2}, // a tie, to even
		{energy.KilowattHours(1 << 62), 1, 1<<63 - 1},
		{energy.KilowattHours(-1 << 62), 1, -1 << 63},
	}
	for _, tt := range tests {
		if got := tt.e.Mean(tt.d); got != tt.want {
			t.Errorf("%v over %v: %v, want %v", tt.e, tt.d, got, tt.want)
		}
	}
}
