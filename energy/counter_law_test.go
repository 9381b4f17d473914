package energy_test

import (
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/internal/fixed"
)

func TestLaw_Counter_Oracle(t *testing.T) { law(t, counterOracle) }
func FuzzCounter_Oracle(f *testing.F)     { fuzz(f, counterOracle) }
func TestLaw_Counter_Device(t *testing.T) { law(t, counterDevice) }
func FuzzCounter_Device(f *testing.F)     { fuzz(f, counterDevice) }

// spec returns a random description of a counter.
func (g generator) spec() energy.CounterSpec {
	s := energy.CounterSpec{MaxPower: energy.Power(g.power()), Ambiguous: energy.AmbiguityPolicy(g.IntN(2))}
	switch g.IntN(4) {
	case 0:
	case 1:
		s.Range = energy.Microjoules(262143328850)
	default:
		s.Range = energy.Microjoules(1 + g.Int64N(1<<62)>>g.IntN(60))
	}
	if g.IntN(3) == 0 {
		s.MaxPower = 0
	}
	return s
}

// value returns a random reading, hardly ever beyond what the spec allows.
func (g generator) value(s energy.CounterSpec, last energy.Energy) energy.Energy {
	switch g.IntN(10) {
	case 0:
		return energy.Microjoules(-1 - g.Int64N(10))
	case 1:
		return last
	case 2:
		return s.Range
	case 3:
		return energy.MicrojoulesWide(fixed.Int128{Hi: g.Int64N(1 << 62), Lo: g.Uint64()})
	}
	most := int64(1 << 62)
	if n, ok := s.Range.Microjoules().Int64(); ok && n > 0 {
		most = n
	}
	return energy.Microjoules(g.Int64N(most) >> g.IntN(40))
}

// Any sequence of readings, right or wrong, gives the deltas of the oracle:
// never negative, and together never more than MaxPower allows. A reading
// that is refused changes nothing.
func counterOracle(t *testing.T, g generator) {
	spec := g.spec()
	c, err := energy.NewCounter(spec)
	if err != nil {
		t.Fatal(err)
	}
	var sum, last *big.Int
	var at, begin int64
	missed := false
	modulus := spec.Range.Microjoules().Big()
	value := energy.Energy{}
	for range 1 + g.IntN(12) {
		value = g.value(spec, value)
		next := max(0, min(at+g.Int64N(1<<45)>>g.IntN(50)-g.Int64N(2), maxNano-1))
		if g.IntN(8) == 0 {
			d, err := c.Miss(time.Unix(0, next))
			if (err == nil) != (last == nil || next >= at) || !d.Energy().IsZero() {
				t.Fatalf("%+v: Miss at %d after %d: %+v, %v", spec, next, at, d, err)
			}
			missed = missed || err == nil
			continue
		}
		d, err := c.Read(time.Unix(0, next), value)
		cur := value.Microjoules().Big()
		refused := cur.Sign() < 0 || modulus.Sign() > 0 && cur.Cmp(modulus) > 0 ||
			last != nil && (next < at || next == at && cur.Cmp(last) != 0)
		if (err != nil) != refused {
			t.Fatalf("%+v: %v at %d after %v at %d: error %v, want refused %v", spec, value, next, last, at, err, refused)
		}
		if refused {
			continue
		}
		want, withheld, kind, flags := new(big.Int), new(big.Int), "first", []string(nil)
		switch {
		case last == nil:
			sum, begin = new(big.Int), next
		case next == at:
			kind = "duplicate"
		default:
			want, withheld, kind, flags = slowDelta(last, cur, modulus, int64(spec.MaxPower), next-at, spec.Ambiguous == energy.Withhold)
		}
		if missed && kind != "duplicate" {
			flags = append(flags, "after-gap")
			missed = false
		}
		if d.Energy().Microjoules().Big().Cmp(want) != 0 || d.Withheld().Microjoules().Big().Cmp(withheld) != 0 ||
			d.Kind().String() != kind || d.Flags().String() != strings.Join(flags, "|") {
			t.Fatalf("%+v: %v at %d after %v at %d: %+v, want %v, %v withheld, %s %v", spec, value, next, last, at, d, want, withheld, kind, flags)
		}
		last, at = cur, next
		sum.Add(sum, d.Energy().Microjoules().Big())
		if d.Energy().Sign() < 0 || d.Withheld().Sign() < 0 {
			t.Fatalf("%+v: negative delta %+v", spec, d)
		}
	}
	if spec.MaxPower > 0 && sum != nil {
		most := new(big.Int).Mul(big.NewInt(int64(spec.MaxPower)), big.NewInt(at-begin))
		if new(big.Int).Mul(sum, big.NewInt(1_000_000_000)).Cmp(most) > 0 {
			t.Errorf("%+v: counted %v uJ in %d ns", spec, sum, at-begin)
		}
	}
}

// A device that uses what it does, behind a counter that wraps, resets and
// sometimes cannot be read: what is counted is all of it when there was no
// reset and no reading came too late, and never more unless a reset looks
// like a wrap.
func counterDevice(t *testing.T, g generator) {
	modulus := 1 + g.Int64N(1<<40)
	power := energy.Power(1 + g.Int64N(int64(energy.Kilowatt)))
	c, err := energy.NewCounter(energy.CounterSpec{Range: energy.Microjoules(modulus), MaxPower: power})
	if err != nil {
		t.Fatal(err)
	}
	wrapTime := int64(energy.CounterSpec{Range: energy.Microjoules(modulus), MaxPower: power}.WrapTime())
	wrapTime = min(wrapTime, maxNano/16) // a dozen readings stay in range
	resets := g.IntN(3) == 0
	var used, counted, register, at int64
	var lost, exact = int64(0), true
	for range 1 + g.IntN(12) {
		dt := g.Int64N(max(wrapTime/2, 1)) + 1
		if dt > wrapTime {
			return // this counter cannot be read fast enough
		}
		most, _ := power.Over(time.Duration(dt)).Microjoules().Int64()
		// Below the limit: Over rounds, and could round up.
		e := g.Int64N(max(most, 1))
		at, used = at+dt, used+e
		if resets && g.IntN(4) == 0 {
			before := g.Int64N(e + 1)
			if modulus-register <= most {
				exact = false // the step back may pass for a wrap
			}
			lost, register = lost+before, e-before
		} else {
			register = (register + e) % modulus
		}
		d, err := c.Read(time.Unix(0, at), energy.Microjoules(register))
		if err != nil {
			t.Fatal(err)
		}
		if d.Kind() == energy.First {
			used, lost = 0, 0
		}
		if d.Flags().Has(energy.AmbiguousWrap) || d.Flags().Has(energy.Implausible) && !resets {
			t.Fatalf("modulus %d, %v, %d ns: %+v", modulus, power, dt, d)
		}
		n, _ := d.Energy().Microjoules().Int64()
		counted += n
	}
	switch {
	case !resets && counted != used:
		t.Errorf("modulus %d, %v: counted %d uJ of %d", modulus, power, counted, used)
	case exact && counted > used:
		t.Errorf("modulus %d, %v: counted %d uJ, used %d, lost in resets %d", modulus, power, counted, used, lost)
	}
}

func TestCounter_Refused(t *testing.T) {
	t0 := time.Unix(1_800_000_000, 0)
	c, _ := energy.NewCounter(energy.CounterSpec{Range: energy.Joules(100)})
	for _, v := range []struct {
		at    time.Duration
		value energy.Energy
	}{{0, energy.Joules(10)}, {time.Second, energy.Joules(20)}} {
		if _, err := c.Read(t0.Add(v.at), v.value); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name  string
		at    time.Time
		value energy.Energy
		want  any
	}{
		{"negative", t0.Add(2 * time.Second), energy.Joules(-1), new(*energy.FieldError)},
		{"above the range", t0.Add(2 * time.Second), energy.Joules(101), new(*energy.FieldError)},
		{"earlier", t0, energy.Joules(30), new(*energy.OrderError)},
		{"other value at the same time", t0.Add(time.Second), energy.Joules(30), new(*energy.OrderError)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := c.Read(tt.at, tt.value); !errors.As(err, tt.want) {
				t.Errorf("error %v, want a %T", err, tt.want)
			}
		})
	}
	d, err := c.Read(t0.Add(3*time.Second), energy.Joules(25))
	if err != nil || d.Energy() != energy.Joules(5) {
		t.Errorf("after refusals: %+v, %v; want 5 J", d, err)
	}
	for _, spec := range []energy.CounterSpec{{Range: energy.Joules(-1)}, {MaxPower: -1}, {MaxPower: energy.MaxPower + 1}, {Ambiguous: 2}} {
		if _, err := energy.NewCounter(spec); !errors.As(err, new(*energy.FieldError)) {
			t.Errorf("%+v: error %v, want a FieldError", spec, err)
		}
	}
}

// Advance counts what Read counts, or nothing.
func TestCounter_Advance(t *testing.T) {
	spec := energy.CounterSpec{Range: energy.Joules(100), MaxPower: 10 * energy.Watt} // goes round in 10 s
	tests := []struct {
		name  string
		at    time.Duration
		value int64 // µJ, after 50 J at 0 s
		ok    bool
	}{
		{"on", time.Second, 60_000_000, true},
		{"unchanged", time.Second, 50_000_000, true},
		{"at the limit of power", time.Second, 60_000_000, true},
		{"above it", time.Second, 60_000_001, false},
		{"as late as can be", 10 * time.Second, 51_000_000, true},
		{"later", 10*time.Second + 1, 51_000_000, false},
		{"back", time.Second, 49_999_999, false},
		{"same instant", 0, 50_000_000, false},
		{"before", -1, 50_000_000, false},
		{"above the range", 9 * time.Second, 100_000_001, false},
	}
	for _, tt := range tests {
		c, _ := energy.NewCounter(spec)
		if _, ok := c.Advance(t0.UnixNano(), 1); ok {
			t.Fatal("a counter without readings advances")
		}
		if _, err := c.Read(t0, energy.Joules(50)); err != nil {
			t.Fatal(err)
		}
		used, ok := c.Advance(t0.Add(tt.at).UnixNano(), uint64(tt.value))
		if ok != tt.ok || ok && used != uint64(tt.value-50_000_000) {
			t.Errorf("%s: %d, %v", tt.name, used, ok)
		}
		last := t0
		if ok {
			last = t0.Add(tt.at)
		}
		if d, err := c.Read(t0.Add(20*time.Second), energy.Joules(99)); err != nil || !d.Period().Start().Equal(last) {
			t.Errorf("%s: then %+v, %v", tt.name, d, err)
		}
	}
	c, _ := energy.NewCounter(energy.CounterSpec{})
	c.Read(t0, energy.Energy{})
	c.Miss(t0.Add(time.Second))
	if _, ok := c.Advance(t0.Add(2*time.Second).UnixNano(), 1); ok {
		t.Error("a counter after a gap advances without a flag")
	}
}

func TestCounter_Allocations(t *testing.T) {
	c, _ := energy.NewCounter(energy.CounterSpec{Range: energy.Joules(1 << 40), MaxPower: energy.Kilowatt})
	at, value := t0, int64(0)
	if n := testing.AllocsPerRun(100, func() {
		at, value = at.Add(time.Second), value+1_000_000
		if _, err := c.Read(at, energy.Microjoules(value)); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations a reading", n)
	}
}
