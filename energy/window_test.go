package energy_test

import (
	"slices"
	"testing"
	"time"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/metering"
)

// The demand of a window is over the time that its energy is of: not over
// what lies before the series, and over what was bridged at no power too.
func TestWindow_MeanPower(t *testing.T) {
	fill := []energy.Option{energy.WithMaxGap(time.Minute), energy.WithGapPolicy(energy.GapFill)}
	for _, tt := range []struct {
		name    string
		samples []energy.Sample
		opts    []energy.Option
		bridged time.Duration
		want    energy.Power
	}{
		{"from its start to its end", []energy.Sample{sample(0, 100), sample(900, 200)}, nil, 0, 150 * energy.Watt},
		{"the series begins inside", []energy.Sample{sample(600, 100), sample(660, 100)}, nil, 0, 100 * energy.Watt},
		{"the series begins inside, with a gap", []energy.Sample{sample(600, 100), sample(660, 100), sample(780, 100), sample(840, 100)}, fill, 2 * time.Minute, 100 * energy.Watt},
		{"bridged at no power", []energy.Sample{sample(0, 0), sample(300, 0), sample(300, 100), sample(360, 100)}, fill, 5 * time.Minute, 16_666_667 * energy.Microwatt},
		{"bridged throughout", []energy.Sample{sample(-450, 100), sample(1350, 100)}, fill, 15 * time.Minute, 100 * energy.Watt},
		{"a gap left out", []energy.Sample{sample(0, 100), sample(60, 100), sample(840, 300), sample(900, 300)}, fill[:1], 0, 200 * energy.Watt},
	} {
		c, err := energy.Integrate(tt.samples, tt.opts...)
		if err != nil {
			t.Fatal(err)
		}
		w := c.Over(period(t, sample(0, 0).Time.UnixNano(), sample(900, 0).Time.UnixNano()))
		if got := w.MeanPower(); got != tt.want || w.Bridged != tt.bridged {
			t.Errorf("%s: %v, %v bridged, want %v, %v", tt.name, got, w.Bridged, tt.want, tt.bridged)
		}
		in := integrator(t, tt.opts...)
		add(t, in, tt.samples...)
		in.Close()
		if !slices.Contains(slices.Collect(in.Drain()), w) {
			t.Errorf("%s: the integrator has no window %+v", tt.name, w)
		}
	}
	hour := metering.MustPeriod("2026-03-01T00:00:00Z", "2026-03-01T01:00:00Z")
	for _, w := range []energy.Window{
		{Period: hour, Energy: energy.KilowattHours(3), Estimated: energy.KilowattHours(1), Observed: 40 * time.Minute},
		{Period: hour, Energy: energy.KilowattHours(3), Estimated: energy.KilowattHours(3)},
	} {
		if got := w.MeanPower(); got != 3*energy.Kilowatt {
			t.Errorf("%+v that a caller made: %v, want 3 kW", w, got)
		}
	}
	if got := (energy.Window{Period: hour}).MeanPower(); got != 0 {
		t.Errorf("nothing seen makes %v", got)
	}
}
