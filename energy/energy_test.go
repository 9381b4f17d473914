package energy_test

import (
	"encoding/json"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

func TestPower_String(t *testing.T) {
	tests := map[energy.Power]string{
		0:                                       "0 W",
		1:                                       "1 µW",
		-2500:                                   "-2.5 mW",
		350 * energy.Watt:                       "350 W",
		350*energy.Watt + 1:                     "350.000001 W",
		1500 * energy.Watt:                      "1.5 kW",
		energy.MaxPower:                         "1000000 MW",
		math.MinInt64:                           "-9223372.036854775808 MW",
		999*energy.Milliwatt + energy.Microwatt: "999.001 mW",
	}
	for p, want := range tests {
		if got := p.String(); got != want {
			t.Errorf("%d: %q, want %q", int64(p), got, want)
		}
	}
}

func TestPower_Over(t *testing.T) {
	tests := []struct {
		p    energy.Power
		d    time.Duration
		want energy.Energy
	}{
		{60 * energy.Watt, 15 * time.Minute, energy.Joules(54000)},
		{1, time.Second / 2, energy.Microjoules(0)},   // a tie, to even
		{3, time.Second / 2, energy.Microjoules(2)},   // a tie, to even
		{1, time.Second/2 + 1, energy.Microjoules(1)}, // above
		{-3, time.Second / 2, energy.Microjoules(-2)}, // negative
		{60 * energy.Watt, 0, energy.Energy{}},        // no time
		{energy.Kilowatt, time.Hour, energy.KilowattHours(1)},
	}
	for _, tt := range tests {
		if got := tt.p.Over(tt.d); got != tt.want {
			t.Errorf("%v over %v: %v, want %v", tt.p, tt.d, got, tt.want)
		}
	}
	if q := (2 * energy.Watt).Quantity(); q != metering.MustQuantity("2 W") {
		t.Errorf("2 W is the quantity %v", q)
	}
}

func TestEnergy_Text(t *testing.T) {
	e := energy.MustParse("12.5 kW.h")
	if e.String() != "45000000000000 uJ" || e.KWh(3).String() != "12.5" || e.Sign() != 1 {
		t.Errorf("12.5 kWh is %v, %v", e, e.KWh(3))
	}
	b, err := json.Marshal(e)
	var back energy.Energy
	if err != nil || json.Unmarshal(b, &back) != nil || back != e {
		t.Errorf("%s reads back as %v, %v", b, back, err)
	}
	// Half to even, and places out of range are moved into it.
	if got := energy.KilowattHours(1).KWh(99).String(); got != "1" {
		t.Errorf("1 kWh at 99 places is %s", got)
	}
	if got := energy.Microjoules(1_800_000_000_000).KWh(-1).String(); got != "0" {
		t.Errorf("half a kWh is %s whole", got)
	}
	for _, s := range []string{"1", "1 kg", "1 W", "x J", "1e3 J", "0.0000001 J"} {
		if _, err := energy.Parse(s); err == nil {
			t.Errorf("%q is taken for an energy", s)
		}
	}
}

func TestEnergy_Arithmetic(t *testing.T) {
	most := energy.MicrojoulesWide(fixed.Max())
	if _, err := most.Add(energy.Microjoules(1)); !errors.Is(err, metering.ErrOverflow) {
		t.Errorf("max + 1: %v", err)
	}
	if _, err := energy.MicrojoulesWide(fixed.Min()).Sub(energy.Microjoules(1)); !errors.Is(err, metering.ErrOverflow) {
		t.Errorf("min - 1: %v", err)
	}
	d, err := energy.Joules(3).Sub(energy.Joules(5))
	if err != nil || d != energy.Joules(-2) || d.Sign() != -1 || d.IsZero() || d.Cmp(energy.Energy{}) != -1 {
		t.Errorf("3 J - 5 J = %v, %v", d, err)
	}
	if got := energy.KilowattHours(math.MaxInt64).KWh(0).String(); got != "9223372036854775807" {
		t.Errorf("the most kWh of 64 bits is %s", got)
	}
}

func TestEnergy_Quantity(t *testing.T) {
	e, err := energy.FromQuantity(metering.MustQuantity("2 J"))
	if err != nil || e != energy.Joules(2) || e.Quantity() != metering.MustQuantity("2000000 uJ") {
		t.Errorf("2 J is %v, %v", e, err)
	}
	if e, err := energy.FromQuantity(metering.Quantity{}); err != nil || !e.IsZero() {
		t.Errorf("the zero Quantity is %v, %v", e, err)
	}
	if _, err := energy.FromQuantity(metering.MustQuantity("2 W")); !errors.As(err, new(*metering.DimensionError)) {
		t.Errorf("2 W as energy: %v", err)
	}
}

func TestCounterSpec_WrapTime(t *testing.T) {
	tests := []struct {
		spec energy.CounterSpec
		want time.Duration
	}{
		{energy.CounterSpec{}, 0},
		{energy.CounterSpec{Range: energy.Joules(1)}, 0},
		{energy.CounterSpec{Range: energy.Joules(3), MaxPower: 2 * energy.Watt}, 1500 * time.Millisecond},
		{energy.CounterSpec{Range: energy.MicrojoulesWide(fixed.Max()), MaxPower: 1}, math.MaxInt64},
	}
	for _, tt := range tests {
		if got := tt.spec.WrapTime(); got != tt.want {
			t.Errorf("%+v: %v, want %v", tt.spec, got, tt.want)
		}
	}
}

func TestNames(t *testing.T) {
	if got := (energy.RangeUnknown | energy.AfterGap).String(); got != "range-unknown|after-gap" {
		t.Errorf("flags %q", got)
	}
	if energy.GapExclude.String() != "exclude" || energy.GapFill.String() != "fill" || energy.GapPolicy(9).String() != "invalid" {
		t.Error("names of gap policies")
	}
	if energy.Wrap.String() != "wrap" || energy.DeltaKind(0).String() != "invalid" || energy.DeltaKind(99).String() != "invalid" {
		t.Error("names of kinds")
	}
}
