package energy_test

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/metering"
)

var sampleDrivers = map[string]driver{
	"trapezoid_gap_filled_J":   gapFilled,
	"duplicate_timestamp":      total,
	"out_of_order":             total,
	"window_clip_J":            clipped,
	"additivity_J":             additive,
	"kWh_conv":                 toKWh,
	"demand_15min_avg_kW":      demand,
	"counter_delta_uJ":         counterDelta,
	"wrap_time_s":              wrapTime,
	"read_failure":             readFailure,
	"left_rectangle_J":         held,
	"mirror_die_dedup_W":       mirrors,
	"domain_hierarchy_W":       hierarchy,
	"llm_energy_identity_W":    tokenPower,
	"llm_energy_per_request_J": requestEnergy,
}

// seconds is an instant so many seconds after a quarter hour.
func seconds(s *big.Rat) time.Time {
	ns := roundRat(new(big.Rat).Mul(s, big.NewRat(1_000_000_000, 1)))
	return t0.Add(time.Duration(ns.Int64()))
}

// samplesOf reads pairs of seconds and watts.
func (in inputs) samplesOf(name string, unit energy.Power) (list []energy.Sample) {
	in.t.Helper()
	for _, pair := range in.list(name) {
		p, ok := pair.([]any)
		require.True(in.t, ok && len(p) == 2, name)
		w := new(big.Rat).Mul(toRat(in.t, name, p[1]), big.NewRat(int64(unit/energy.Watt), 1))
		list = append(list, energy.Sample{Time: seconds(toRat(in.t, name, p[0])), Power: power(w)})
	}
	return list
}

func (in inputs) options() (opts []energy.Option) {
	if in.has("max_gap_s") && in.get("max_gap_s") != nil {
		opts = append(opts, energy.WithMaxGap(seconds(in.number("max_gap_s")).Sub(t0)))
	}
	if in.has("policy") && (in.text("policy") == "interpolate" || in.text("policy") == "fill") {
		opts = append(opts, energy.WithGapPolicy(energy.GapFill))
	}
	return opts
}

func curve(in inputs) (energy.Curve, error) {
	return energy.Integrate(in.samplesOf("samples_tW", energy.Watt), in.options()...)
}

// total sorts the samples, or where the inputs say so refuses those that are
// not in order.
func total(in inputs) outcome {
	if in.has("policy") && in.text("policy") == "reject" {
		series, err := energy.NewIntegrator(in.options()...)
		for _, s := range in.samplesOf("samples_tW", energy.Watt) {
			if err == nil {
				err = series.Add(s)
			}
		}
		if err != nil {
			return refused(err)
		}
		return one(joules(series.Total()))
	}
	c, err := curve(in)
	if err != nil {
		return refused(err)
	}
	return one(joules(c.Total()))
}

func gapFilled(in inputs) outcome {
	c, err := curve(in)
	if err != nil {
		return refused(err)
	}
	samples := in.samplesOf("samples_tW", energy.Watt)
	first, last := samples[0].Time, samples[0].Time
	for _, s := range samples {
		if s.Time.Before(first) {
			first = s.Time
		}
		if s.Time.After(last) {
			last = s.Time
		}
	}
	p, err := metering.NewPeriod(first, last)
	if err != nil {
		return refused(err)
	}
	w := c.Over(p)
	return outcome{figures: map[string]any{"energy_J": joules(w.Energy), "estimated_J": joules(w.Estimated), "": joules(w.Energy), "coverage": w.Coverage(18).Rat()}}
}

var everything = metering.MustPeriod("1970-01-01T00:00:00Z", "2199-01-01T00:00:00Z")

func clipped(in inputs) outcome {
	c, err := curve(in)
	if err != nil {
		return refused(err)
	}
	edges := in.numbers("window")
	p, err := metering.NewPeriod(seconds(edges[0]), seconds(edges[1]))
	if err != nil {
		return refused(err)
	}
	return one(joules(c.Over(p).Energy))
}

func additive(in inputs) outcome {
	c, err := curve(in)
	if err != nil {
		return refused(err)
	}
	cut := seconds(in.number("cut"))
	left, _ := metering.NewPeriod(everything.Start(), cut)
	right, _ := metering.NewPeriod(cut, everything.End())
	return outcome{figures: map[string]any{"left": joules(c.Over(left).Energy), "right": joules(c.Over(right).Energy), "total": joules(c.Over(everything).Energy)}}
}

func toKWh(in inputs) outcome {
	e, err := energyOf(in.text("J"), "J")
	if err != nil {
		return refused(err)
	}
	return one(kilowattHours(e))
}

// demand is the mean power of a quarter hour.
func demand(in inputs) outcome {
	c, err := energy.Integrate(in.samplesOf("samples", energy.Kilowatt))
	if err != nil {
		return refused(err)
	}
	best := new(big.Rat)
	for w := range c.Windows() {
		kw := big.NewRat(int64(w.MeanPower()), int64(energy.Kilowatt))
		if kw.Cmp(best) > 0 {
			best = kw
		}
	}
	return one(best)
}

func (in inputs) counterSpec() energy.CounterSpec {
	spec := energy.CounterSpec{Range: microjoules(in.numberOr("max_range", "0"))}
	if in.has("max_plausible_W") && in.get("max_plausible_W") != nil {
		spec.MaxPower = power(in.number("max_plausible_W"))
	}
	return spec
}

// codesOf names the flags of a reading as the figures do.
func codesOf(f energy.Flags) (list []string) {
	for _, c := range []struct {
		flag energy.Flags
		code string
	}{{energy.RangeUnknown, "RANGE_UNKNOWN"}, {energy.PowerUnknown, "POWER_UNKNOWN"}, {energy.AmbiguousWrap, "AMBIGUOUS_WRAP"}, {energy.Implausible, "IMPLAUSIBLE"}, {energy.AfterGap, "AFTER_GAP"}} {
		if f.Has(c.flag) {
			list = append(list, c.code)
		}
	}
	return list
}

func counterDelta(in inputs) outcome {
	c, err := energy.NewCounter(in.counterSpec())
	if err != nil {
		return refused(err)
	}
	if _, err := c.Read(t0, microjoules(in.number("prev"))); err != nil {
		return refused(err)
	}
	d, err := c.Read(seconds(in.numberOr("dt_s", "5")), microjoules(in.number("cur")))
	if err != nil {
		return refused(err)
	}
	uj := new(big.Rat).SetInt(d.Energy().Microjoules().Big())
	return outcome{figures: map[string]any{"": uj, "class": d.Kind().String(), "delta": uj}, warnings: codesOf(d.Flags())}
}

func wrapTime(in inputs) outcome {
	spec := energy.CounterSpec{Range: microjoules(in.number("max_range")), MaxPower: power(in.number("W"))}
	return one(big.NewRat(int64(spec.WrapTime()), int64(time.Second)))
}

func readFailure(in inputs) outcome {
	c, err := energy.NewCounter(in.counterSpec())
	if err != nil {
		return refused(err)
	}
	var sum energy.Energy
	gap := false
	for i, r := range in.list("readings_uJ") {
		at := t0.Add(time.Duration(5*i) * time.Second)
		var d energy.Delta
		if r == nil {
			d, err = c.Miss(at)
		} else {
			d, err = c.Read(at, microjoules(toRat(in.t, "readings_uJ", r)))
		}
		if err != nil {
			return refused(err)
		}
		gap = gap || d.Flags().Has(energy.AfterGap)
		if sum, err = sum.Add(d.Energy()); err != nil {
			return refused(err)
		}
	}
	return outcome{figures: map[string]any{"delta_total_uJ": new(big.Rat).SetInt(sum.Microjoules().Big()), "gap": gap}}
}

// held reads the samples as those of a meter that holds its last value.
func held(in inputs) outcome {
	c, err := energy.Integrate(energy.Hold(in.samplesOf("samples_tW", energy.Watt)), in.options()...)
	if err != nil {
		return refused(err)
	}
	return one(joules(c.Total()))
}

// zones reads one zone from each input of a known name.
func (in inputs) zones(counter func(name string) string) (zones []energy.Zone, watts []*big.Rat) {
	names := slices.Sorted(maps.Keys(in.fields))
	for _, name := range names {
		z := energy.Zone{Name: name, Counter: counter(name)}
		head, rest, _ := strings.Cut(name, "-")
		for k := energy.Platform; k <= energy.DRAM; k++ {
			if head == k.String() {
				z.Kind = k
			}
		}
		if z.Kind == 0 {
			continue
		}
		fmt.Sscanf(rest, "%d", &z.Socket)
		zones, watts = append(zones, z), append(watts, in.number(name))
	}
	return zones, watts
}

func placed(zones []energy.Zone, watts []*big.Rat) (counted, all *big.Rat, err error) {
	places, err := energy.Place(zones)
	counted, all = new(big.Rat), new(big.Rat)
	for i, p := range places {
		all.Add(all, watts[i])
		if p == energy.Counted {
			counted.Add(counted, watts[i])
		}
	}
	return counted, all, err
}

// mirrors takes dies of one socket for one register where the inputs say so.
func mirrors(in inputs) outcome {
	same := in.has("same_counter") && in.text("same_counter") == "true"
	zones, watts := in.zones(func(name string) string {
		if socket, _, ok := strings.Cut(name, "-die-"); ok && same {
			return socket
		}
		return ""
	})
	sum, _, err := placed(zones, watts)
	if err != nil {
		return refused(err)
	}
	return one(sum)
}

func hierarchy(in inputs) outcome {
	sum, all, err := placed(in.zones(func(string) string { return "" }))
	if err != nil {
		return refused(err)
	}
	return outcome{figures: map[string]any{"correct": sum, "wrong_sum": all}}
}

// tokenPower is the mean power of a million devices that make 10^9 tokens
// each, as one device's microwatts are too coarse for the figure.
func tokenPower(in inputs) outcome {
	tokens, devices := big.NewRat(1_000_000_000, 1), big.NewRat(1_000_000, 1)
	uj := new(big.Rat).Mul(in.number("J_per_token"), new(big.Rat).Mul(tokens, devices))
	took := seconds(new(big.Rat).Quo(tokens, in.number("tok_s"))).Sub(t0)
	p := microjoules(uj.Mul(uj, big.NewRat(1_000_000, 1))).Mean(took)
	w := big.NewRat(int64(p), int64(energy.Watt))
	return one(w.Quo(w, devices))
}

func requestEnergy(in inputs) outcome {
	e := new(big.Rat).Mul(in.number("J_per_token"), in.number("avg_output_len"))
	return one(joules(microjoules(e.Mul(e, big.NewRat(1_000_000, 1)))))
}
