package energy_test

import (
	"encoding/binary"
	"flag"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/metering"
)

var (
	lawsN    = flag.Int("laws.n", 20_000, "cases of each law")
	lawsSeed = flag.Uint64("laws.seed", 20261126, "seed of the cases; 0 takes one from the clock and logs it")
)

// law runs check on random cases, the same ones again for the same seed.
func law(t *testing.T, check func(t *testing.T, g generator)) {
	t.Helper()
	n, seed := *lawsN, *lawsSeed
	if testing.Short() {
		n = min(n, 1000)
	}
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("%d cases, -laws.seed %d", n, seed)
	g := generator{rand.New(rand.NewPCG(seed, 0))}
	for range n {
		check(t, g)
		if t.Failed() {
			return
		}
	}
}

// fuzz runs check on cases drawn from the fuzzer's bytes.
func fuzz(f *testing.F, check func(t *testing.T, g generator)) {
	for seed := range uint64(16) {
		var b [512]byte
		r := rand.New(rand.NewPCG(seed, 1))
		for i := 0; i < len(b); i += 8 {
			binary.LittleEndian.PutUint64(b[i:], r.Uint64())
		}
		f.Add(b[:])
	}
	f.Fuzz(func(t *testing.T, data []byte) { check(t, generator{rand.New(&bytesSource{data: data})}) })
}

// bytesSource draws from data, then from a fixed sequence: a constant would
// hold up the rejection loops of rand.
type bytesSource struct {
	data []byte
	n    uint64
}

func (s *bytesSource) Uint64() uint64 {
	if len(s.data) >= 8 {
		v := binary.LittleEndian.Uint64(s.data)
		s.data = s.data[8:]
		return v
	}
	s.n += 0x9e3779b97f4a7c15
	return s.n ^ s.n>>29
}

// generator makes random cases, many of them at edges.
type generator struct{ *rand.Rand }

const maxNano = 7_258_118_400_000_000_000

// series is a random series, with the options that read it the same way.
type series struct {
	slow  slowSeries
	width time.Duration
}

// power returns 0, the limit, or a power of random length.
func (g generator) power() int64 {
	switch g.IntN(8) {
	case 0:
		return 0
	case 1:
		return int64(energy.MaxPower)
	case 2:
		return 1
	}
	return g.Int64N(int64(energy.MaxPower)+1) >> g.IntN(60)
}

// series returns up to 12 samples in order of time, spread over a few windows,
// with steps, samples on edges of windows, and gaps of up to years.
func (g generator) series() series {
	widths := []time.Duration{time.Second, 15 * time.Minute, time.Hour, 24 * time.Hour}
	s := series{width: widths[g.IntN(len(widths))]}
	width := int64(s.width)
	s.slow.maxGap = []int64{0, 1, width / 60, width / 4, width, 3 * width}[g.IntN(6)]
	s.slow.fill = s.slow.maxGap > 0 && g.IntN(2) == 0
	ns := g.Int64N(maxNano)
	if g.IntN(4) == 0 {
		ns = 0
	}
	for range g.IntN(13) {
		s.slow.samples = append(s.slow.samples, slowSample{ns, g.power()})
		next := ns
		switch g.IntN(8) {
		case 0: // a step, or the same sample again
			if g.IntN(3) == 0 {
				s.slow.samples = append(s.slow.samples, s.slow.samples[len(s.slow.samples)-1])
			}
		case 1:
			next = ns - ns%width + width
		case 2:
			next = ns + s.slow.maxGap + g.Int64N(3) - 1
		case 3:
			if s.slow.maxGap > 0 && !s.slow.fill {
				next = ns + g.Int64N(1<<60)
			}
		case 4:
			next = ns + 1 + g.Int64N(8*width)
		default:
			next = ns + 1 + g.Int64N(width)>>g.IntN(30)
		}
		if next >= ns && next < maxNano {
			ns = next
		}
	}
	return s
}

func (s series) options() []energy.Option {
	opts := []energy.Option{energy.WithMaxGap(time.Duration(s.slow.maxGap)), energy.WithWindow(s.width)}
	if s.slow.fill {
		opts = append(opts, energy.WithGapPolicy(energy.GapFill))
	}
	return opts
}

func (s series) samples() []energy.Sample {
	list := make([]energy.Sample, len(s.slow.samples))
	for i, v := range s.slow.samples {
		list[i] = energy.Sample{Time: time.Unix(0, v.ns), Power: energy.Power(v.uW)}
	}
	return list
}

func (s series) curve(t *testing.T) energy.Curve {
	c, err := energy.Integrate(s.samples(), s.options()...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// instant returns an instant near the series, often at one of its samples or
// at the edge of a window.
func (g generator) instant(s series) int64 {
	if len(s.slow.samples) == 0 {
		return g.Int64N(maxNano)
	}
	v := s.slow.samples[g.IntN(len(s.slow.samples))].ns
	switch g.IntN(4) {
	case 0:
	case 1:
		v -= v % int64(s.width)
	default:
		v += (g.Int64N(4*int64(s.width)) - 2*int64(s.width)) >> g.IntN(40)
	}
	return min(max(v, 0), maxNano)
}

func period(t *testing.T, start, end int64) metering.Period {
	p, err := metering.NewPeriod(time.Unix(0, start), time.Unix(0, end))
	if err != nil {
		t.Fatal(err)
	}
	return p
}
