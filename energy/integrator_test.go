package energy_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/metering"
)

var t0 = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func sample(seconds int, watts int64) energy.Sample {
	return energy.Sample{Time: t0.Add(time.Duration(seconds) * time.Second), Power: energy.Power(watts) * energy.Watt}
}

func integrator(t *testing.T, opts ...energy.Option) *energy.Integrator {
	t.Helper()
	in, err := energy.NewIntegrator(opts...)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func add(t *testing.T, in *energy.Integrator, samples ...energy.Sample) {
	t.Helper()
	for _, s := range samples {
		if err := in.Add(s); err != nil {
			t.Fatal(err)
		}
	}
}

// A sample that is refused changes nothing.
func TestIntegrator_Refused(t *testing.T) {
	tests := []struct {
		name   string
		sample energy.Sample
		check  func(error) bool
	}{
		{"negative power", sample(20, -1), asErr[*energy.PowerError]},
		{"power above the limit", energy.Sample{Time: sample(20, 0).Time, Power: energy.MaxPower + 1}, asErr[*energy.PowerError]},
		{"most negative power", energy.Sample{Time: sample(20, 0).Time, Power: math.MinInt64}, asErr[*energy.PowerError]},
		{"earlier", sample(9, 100), asErr[*energy.OrderError]},
		{"before 1970", energy.Sample{Time: time.Unix(-1, 0)}, isErr(metering.ErrTimeRange)},
		{"after 2199", energy.Sample{Time: time.Unix(7_258_118_400, 0)}, isErr(metering.ErrTimeRange)},
		{"zero time", energy.Sample{}, isErr(metering.ErrTimeRange)},
		{"far future", energy.Sample{Time: time.Unix(math.MaxInt64, 0)}, isErr(metering.ErrTimeRange)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := integrator(t)
			add(t, in, sample(0, 100), sample(10, 100))
			if err := in.Add(tt.sample); err == nil || !tt.check(err) {
				t.Errorf("error %v", err)
			}
			add(t, in, sample(20, 100))
			if got := in.Total(); got != energy.Joules(2000) {
				t.Errorf("total %v after the refusal, want 2000 J", got)
			}
			if _, err := energy.Integrate([]energy.Sample{tt.sample}); tt.name != "earlier" && (err == nil || !tt.check(err)) {
				t.Errorf("Integrate: error %v", err)
			}
		})
	}
}

func asErr[E error](err error) bool { var e E; return errors.As(err, &e) }

func isErr(want error) func(error) bool { return func(err error) bool { return errors.Is(err, want) } }

func TestIntegrator_Options(t *testing.T) {
	bad := map[string]energy.Option{
		"max gap":    energy.WithMaxGap(-1),
		"gap policy": energy.WithGapPolicy(energy.GapFill), // without a limit
		"window":     energy.WithWindow(7 * time.Minute),
		"backlog":    energy.WithBacklog(0),
	}
	for field, opt := range bad {
		_, err := energy.NewIntegrator(opt)
		var fe *energy.FieldError
		if !errors.As(err, &fe) || fe.Field != field {
			t.Errorf("%s: error %v", field, err)
		}
		if _, err := energy.Integrate(nil, opt); !errors.As(err, &fe) {
			t.Errorf("%s: Integrate: error %v", field, err)
		}
	}
	for _, w := range []time.Duration{0, -1, time.Second - 1, 24*time.Hour + 1, 48 * time.Hour} {
		if _, err := energy.NewIntegrator(energy.WithWindow(w)); err == nil {
			t.Errorf("window %v is taken", w)
		}
	}
	if _, err := energy.NewIntegrator(energy.WithMaxGap(time.Minute), energy.WithGapPolicy(9)); err == nil {
		t.Error("gap policy 9 is taken")
	}
}

// What waits is bounded, and nothing is lost when the bound is hit.
func TestIntegrator_Backlog(t *testing.T) {
	in := integrator(t, energy.WithBacklog(2), energy.WithWindow(time.Second))
	add(t, in, sample(0, 100), sample(1, 100), sample(2, 100))
	err := in.Add(sample(3, 100))
	if !errors.Is(err, energy.ErrBacklog) || !strings.Contains(err.Error(), "Drain") {
		t.Fatalf("error %v, want ErrBacklog and what to do", err)
	}
	var sum energy.Energy
	for w := range in.Drain() {
		sum, _ = sum.Add(w.Energy)
	}
	add(t, in, sample(3, 100))
	in.Close()
	for w := range in.Drain() {
		sum, _ = sum.Add(w.Energy)
	}
	if sum != energy.Joules(300) {
		t.Errorf("windows add up to %v, want 300 J", sum)
	}
	if err := in.Add(sample(4, 100)); !errors.Is(err, energy.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// A sample of the far future costs no time within an excluded gap, and one
// step of memory over a bridged one.
func TestIntegrator_FarFuture(t *testing.T) {
	late := energy.Sample{Time: time.Date(2199, 12, 31, 23, 59, 59, 999_999_999, time.UTC), Power: energy.MaxPower}
	in := integrator(t, energy.WithMaxGap(time.Minute))
	add(t, in, sample(0, 100), sample(60, 100), late)
	in.Close()
	if got := slices.Collect(in.Drain()); len(got) != 1 || got[0].Energy != energy.Joules(6000) {
		t.Errorf("windows %v, want the one that was seen", got)
	}
	in = integrator(t)
	add(t, in, energy.Sample{Time: time.Unix(0, 0), Power: energy.MaxPower}, late)
	if got := in.Total().KWh(0).String(); got != "2016144000000000" {
		t.Errorf("1 TW for 230 years is %s kWh", got)
	}
}

// A window that is not complete says so.
func TestIntegrator_Coverage(t *testing.T) {
	in := integrator(t, energy.WithMaxGap(time.Minute))
	add(t, in, sample(300, 100), sample(360, 100), sample(720, 100), sample(780, 100))
	in.Close()
	w := slices.Collect(in.Drain())
	if len(w) != 1 || w[0].Period != metering.MustPeriod("2026-03-01T00:00:00Z", "2026-03-01T00:15:00Z") {
		t.Fatalf("windows %v", w)
	}
	if w[0].Complete() || w[0].Observed != 2*time.Minute || w[0].Coverage(4).String() != "0.1333" || w[0].Energy != energy.Joules(12000) {
		t.Errorf("%+v, coverage %v", w[0], w[0].Coverage(4))
	}
	c, _ := energy.Integrate(nil)
	if empty := c.Over(w[0].Period); !empty.Energy.IsZero() || empty.Observed != 0 || !c.Total().IsZero() {
		t.Errorf("no samples give %v", empty)
	}
	if got := (energy.Window{}).Coverage(2); !got.IsZero() {
		t.Errorf("an empty period has coverage %v", got)
	}
	nearly := energy.Window{Period: w[0].Period, Observed: 15*time.Minute - 1}
	if nearly.Coverage(4).String() != "0.9999" {
		t.Errorf("coverage %v is rounded up", nearly.Coverage(4))
	}
}

func TestIntegrator_Add_Allocs(t *testing.T) {
	in := integrator(t, energy.WithWindow(24*time.Hour), energy.WithMaxGap(time.Minute))
	s := sample(0, 100)
	if n := testing.AllocsPerRun(1000, func() {
		s.Time = s.Time.Add(time.Second)
		s.Power += energy.Milliwatt
		if err := in.Add(s); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("Add allocates %v times", n)
	}
	// Windows that are drained as they close leave their room to the next.
	for range 1000 {
		s.Time = s.Time.Add(time.Minute)
		add(t, in, s)
		for range in.Drain() {
		}
	}
	if n := testing.AllocsPerRun(1000, func() {
		s.Time = s.Time.Add(time.Minute)
		_ = in.Add(s)
		for range in.Drain() {
		}
	}); n != 0 {
		t.Errorf("Add and Drain allocate %v times", n)
	}
}
