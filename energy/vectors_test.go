package energy_test

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/meterbook/meterbook/energy"
)

// vectors reads a file of worked examples, each with its source.
func vectors[T any](t *testing.T, file string) []T {
	t.Helper()
	b, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var list []T
	if err := json.Unmarshal(b, &list); err != nil || len(list) == 0 {
		t.Fatalf("%s: %d vectors, %v", file, len(list), err)
	}
	return list
}

func TestVectors_Integrals(t *testing.T) {
	type vector struct {
		ID        string
		Samples   [][2]int64 `json:"samples_s_W"`
		MaxGap    int64      `json:"max_gap_s"`
		Fill      bool
		To        *int   `json:"to_s"`
		Start     int    `json:"from_s"`
		Want      string `json:"want_J"`
		Estimated string `json:"want_estimated_J"`
		Observed  *int   `json:"want_observed_s"`
	}
	for _, v := range vectors[vector](t, "integrals.json") {
		t.Run(v.ID, func(t *testing.T) {
			var samples []energy.Sample
			last := 0
			for _, s := range v.Samples {
				samples = append(samples, sample(int(s[0]), s[1]))
				last = max(last, int(s[0]))
			}
			opts := []energy.Option{energy.WithMaxGap(time.Duration(v.MaxGap) * time.Second)}
			if v.Fill {
				opts = append(opts, energy.WithGapPolicy(energy.GapFill))
			}
			c, err := energy.Integrate(samples, opts...)
			if err != nil {
				t.Fatal(err)
			}
			if v.To != nil {
				last = *v.To
			}
			w := c.Over(period(t, sample(v.Start, 0).Time.UnixNano(), sample(last, 0).Time.UnixNano()))
			if want := energy.MustParse(v.Want + " J"); w.Energy != want {
				t.Errorf("%v, want %v", w.Energy, want)
			}
			if v.Estimated != "" && w.Estimated != energy.MustParse(v.Estimated+" J") {
				t.Errorf("%v estimated, want %s J", w.Estimated, v.Estimated)
			}
			if v.Observed != nil && w.Observed != time.Duration(*v.Observed)*time.Second {
				t.Errorf("%v observed, want %d s", w.Observed, *v.Observed)
			}
		})
	}
}

func TestVectors_Counters(t *testing.T) {
	type vector struct {
		ID       string
		Range    int64 `json:"range_uJ"`
		MaxPower int64 `json:"max_power_W"`
		Withhold bool
		Readings []*int64 `json:"readings_uJ"`
		Want     int64    `json:"want_uJ"`
		Withheld int64    `json:"want_withheld_uJ"`
		Kind     string   `json:"want_kind"`
		Flags    string   `json:"want_flags"`
	}
	for _, v := range vectors[vector](t, "counters.json") {
		t.Run(v.ID, func(t *testing.T) {
			spec := energy.CounterSpec{Range: energy.Microjoules(v.Range), MaxPower: energy.Power(v.MaxPower) * energy.Watt}
			if v.Withhold {
				spec.Ambiguous = energy.Withhold
			}
			c, err := energy.NewCounter(spec)
			if err != nil {
				t.Fatal(err)
			}
			var sum, withheld energy.Energy
			var last energy.Delta
			for i, r := range v.Readings {
				at := t0.Add(time.Duration(5*i) * time.Second)
				if r == nil {
					last, err = c.Miss(at)
				} else {
					last, err = c.Read(at, energy.Microjoules(*r))
				}
				if err != nil {
					t.Fatal(err)
				}
				sum, _ = sum.Add(last.Energy())
				withheld, _ = withheld.Add(last.Withheld())
			}
			if sum != energy.Microjoules(v.Want) || withheld != energy.Microjoules(v.Withheld) {
				t.Errorf("%v and %v withheld, want %d and %d uJ", sum, withheld, v.Want, v.Withheld)
			}
			if last.Kind().String() != v.Kind || last.Flags().String() != v.Flags {
				t.Errorf("%v %q, want %s %q", last.Kind(), last.Flags(), v.Kind, v.Flags)
			}
		})
	}
}

func TestVectors_WrapTime(t *testing.T) {
	type vector struct {
		ID       string
		Range    int64 `json:"range_uJ"`
		MaxPower int64 `json:"max_power_W"`
		Want     int64 `json:"want_ns"`
	}
	for _, v := range vectors[vector](t, "wraptimes.json") {
		spec := energy.CounterSpec{Range: energy.Microjoules(v.Range), MaxPower: energy.Power(v.MaxPower) * energy.Watt}
		if got := spec.WrapTime(); got != time.Duration(v.Want) {
			t.Errorf("%s: %v, want %d ns", v.ID, got, v.Want)
		}
	}
}

// int-10: 3,600,000 J are one kWh.
func TestVectors_KWh(t *testing.T) {
	if got := energy.Joules(3_600_000); got != energy.KilowattHours(1) || got.KWh(0).String() != "1" {
		t.Errorf("3600000 J are %v kWh", got.KWh(6))
	}
}
