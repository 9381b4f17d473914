package energy_test

import (
	"slices"
	"testing"
	"time"

	"github.com/meterbook/meterbook/energy"
)

// E[a,c] = E[a,b] + E[b,c], for energy, estimated energy, observed and bridged
// time.
func TestLaw_Integral_Additive(t *testing.T)   { law(t, integralAdditive) }
func FuzzIntegral_Additive(f *testing.F)       { fuzz(f, integralAdditive) }
func TestLaw_Integral_Oracle(t *testing.T)     { law(t, integralOracle) }
func FuzzIntegral_Oracle(f *testing.F)         { fuzz(f, integralOracle) }
func TestLaw_Integrate_Permuted(t *testing.T)  { law(t, integratePermuted) }
func FuzzIntegrate_Permuted(f *testing.F)      { fuzz(f, integratePermuted) }
func TestLaw_Integrator_Streams(t *testing.T)  { law(t, integratorStreams) }
func FuzzIntegrator_Streams(f *testing.F)      { fuzz(f, integratorStreams) }
func TestLaw_Energy_String_Parse(t *testing.T) { law(t, energyStringParse) }
func FuzzEnergy_String_Parse(f *testing.F)     { fuzz(f, energyStringParse) }

func integralAdditive(t *testing.T, g generator) {
	s := g.series()
	c := s.curve(t)
	cut := []int64{g.instant(s), g.instant(s), g.instant(s)}
	slices.Sort(cut)
	left, right := c.Over(period(t, cut[0], cut[1])), c.Over(period(t, cut[1], cut[2]))
	whole := c.Over(period(t, cut[0], cut[2]))
	e, _ := left.Energy.Add(right.Energy)
	est, _ := left.Estimated.Add(right.Estimated)
	if e != whole.Energy || est != whole.Estimated || left.Observed+right.Observed != whole.Observed || left.Bridged+right.Bridged != whole.Bridged {
		t.Errorf("%+v cut at %v: %v + %v is not %v", s, cut, left, right, whole)
	}
	if left.Energy.Sign() < 0 || left.Estimated.Sign() < 0 || left.Observed < 0 || left.Bridged < 0 || left.Observed+left.Bridged > left.Period.Duration() {
		t.Errorf("%+v: %v out of range", s, left)
	}
}

// Energy, estimated energy and observed time up to any instant are those of
// the oracle, rounded once.
func integralOracle(t *testing.T, g generator) {
	s := g.series()
	c := s.curve(t)
	at := g.instant(s)
	exact, exactEstimated, observed := s.slow.upTo(at)
	w := c.Over(period(t, 0, at))
	got, gotEstimated := w.Energy.Microjoules().Big(), w.Estimated.Microjoules().Big()
	if got.Cmp(slowRound(exact)) != 0 || gotEstimated.Cmp(slowRound(exactEstimated)) != 0 || int64(w.Observed) != observed {
		t.Errorf("%+v up to %d: %v, want %v, %v and %d ns", s, at, w, slowRound(exact), slowRound(exactEstimated), observed)
	}
	if e := c.At(time.Unix(0, at)); e != w.Energy {
		t.Errorf("At(%d) = %v, Over from 0 says %v", at, e, w.Energy)
	}
}

// The order of samples does not matter, but for the order among those of one
// instant.
func integratePermuted(t *testing.T, g generator) {
	s := g.series()
	mixed := s
	mixed.slow.samples = slices.Clone(s.slow.samples)
	g.Shuffle(len(mixed.slow.samples), func(i, j int) {
		mixed.slow.samples[i], mixed.slow.samples[j] = mixed.slow.samples[j], mixed.slow.samples[i]
	})
	// Give the samples of one instant their places back in the given order.
	next := map[int64]int{}
	for i, v := range mixed.slow.samples {
		k := next[v.ns]
		for s.slow.samples[k].ns != v.ns {
			k++
		}
		mixed.slow.samples[i], next[v.ns] = s.slow.samples[k], k+1
	}
	a, b := s.curve(t), mixed.curve(t)
	if !slices.Equal(slices.Collect(a.Windows()), slices.Collect(b.Windows())) || a.Total() != b.Total() {
		t.Errorf("%+v: another curve in the order %+v", s, mixed)
	}
	if !slices.Equal(s.slow.inOrder().samples, mixed.slow.inOrder().samples) {
		t.Fatal("the permutation changed the series")
	}
}

// An integrator hands out what the curve of the same samples says, however
// often it is drained, and its windows add up to its total.
func integratorStreams(t *testing.T, g generator) {
	s := g.series()
	in, err := energy.NewIntegrator(s.options()...)
	if err != nil {
		t.Fatal(err)
	}
	var got []energy.Window
	drain := func(most int) {
		for w := range in.Drain() {
			got = append(got, w)
			if most--; most == 0 {
				break
			}
		}
	}
	for _, v := range s.samples() {
		if err := in.Add(v); err != nil {
			t.Fatalf("%+v: %v", s, err)
		}
		if g.IntN(3) == 0 {
			drain(g.IntN(3))
		}
	}
	in.Close()
	drain(g.IntN(4))
	drain(0)
	drain(0)

	c := s.curve(t)
	want := slices.Collect(c.Windows())
	if !slices.Equal(got, want) {
		t.Errorf("%+v:\nstream %v\nbatch  %v", s, got, want)
	}
	var sum energy.Energy
	for i, w := range got {
		sum, _ = sum.Add(w.Energy)
		if over := c.Over(w.Period); over != w {
			t.Errorf("%+v: Over gives %v for window %v", s, over, w)
		}
		if i > 0 && got[i-1].Period.End().After(w.Period.Start()) {
			t.Errorf("%+v: windows %v and %v overlap", s, got[i-1].Period, w.Period)
		}
	}
	if sum != in.Total() || sum != c.Total() {
		t.Errorf("%+v: windows add up to %v, total %v, curve %v", s, sum, in.Total(), c.Total())
	}
}

// The canonical text of any energy reads back to it.
func energyStringParse(t *testing.T, g generator) {
	e := energy.Microjoules(int64(g.Uint64()) >> g.IntN(64))
	if g.IntN(2) == 0 {
		wide, _ := e.Microjoules().MulInt64(int64(g.Uint64()))
		e = energy.MicrojoulesWide(wide)
	}
	back, err := energy.Parse(e.String())
	if err != nil || back != e {
		t.Errorf("%v reads back as %v, %v", e, back, err)
	}
}
