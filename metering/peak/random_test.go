package peak_test

import (
	"flag"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/peak"
)

var (
	lawsN    = flag.Int("laws.n", 600, "cases of each law")
	lawsSeed = flag.Uint64("laws.seed", 20261126, "seed of the cases; 0 takes one from the clock and logs it")
)

// law runs check on random cases, the same ones again for the same seed.
func law(t *testing.T, check func(t *testing.T, g generator)) {
	t.Helper()
	seed := *lawsSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("%d cases, -laws.seed %d", *lawsN, seed)
	g := generator{rand.New(rand.NewPCG(seed, 0))}
	for i := 0; i < *lawsN && !t.Failed(); i++ {
		check(t, g)
	}
}

// A generator makes random samplings, rules and samples.
type generator struct{ *rand.Rand }

func (g generator) one(n int) bool { return g.IntN(n) == 0 }

// rule returns a rule, and the oracle's.
func (g generator) rule() (peak.Rule, oracleRule) {
	var o oracleRule
	var missing peak.Missing
	var days peak.DayRule
	if o.fill = g.one(2); o.fill {
		missing = peak.ZeroFill
	}
	if o.valid = g.one(2); o.valid {
		days = peak.ValidDays
	}
	var cut metering.Unit
	if g.one(3) {
		cut, o.step = metering.MustUnit("kbit/s"), 1000
	}
	index := peak.Index(g.IntN(4))
	o.index = []string{"floor", "ceil", "round", "interpolated"}[index]
	shares := [][2]int64{{95, 100}, {95, 100}, {1, 1}, {99, 100}, {1, 2}, {2, 3}, {1, 100}, {9999, 10000}}
	share := shares[g.IntN(len(shares))]
	o.num, o.den = share[0], share[1]
	of, err := peak.NewRatio(o.num, o.den)
	if err != nil {
		panic(err)
	}
	if g.one(2) {
		return peak.Percentile{Of: of, Index: index, Missing: missing, Days: days, Truncate: cut}, o
	}
	o.daily = true
	d := peak.Daily{Missing: missing, Days: days, Truncate: cut, Fold: peak.Fold(g.IntN(3)), Top: g.IntN(6)}
	o.fold = []string{"mean", "highest", "total"}[d.Fold]
	switch d.Fold {
	case peak.Total:
		d.Top = 0
	case peak.Highest:
		d.Top = max(d.Top, 1)
	case peak.Mean:
	}
	o.top = d.Top
	if index == peak.Interpolated || g.one(2) {
		d.Rank = 1 + g.IntN(60)
		o.rank = d.Rank
	} else {
		d.Percentile = peak.Percentile{Of: of, Index: index}
	}
	return d, o
}

// sampling returns a few days with 23, 24 and 25 hours among them.
func (g generator) sampling() peak.Sampling {
	start := time.Date(2026, []time.Month{time.March, time.July, time.October}[g.IntN(3)], 27, 12, 0, 0, 0, time.UTC)
	period, err := metering.NewPeriod(start, start.Add(time.Duration(1+g.IntN(8*24))*time.Hour))
	if err != nil {
		panic(err)
	}
	s := peak.Sampling{
		Period: period, Days: metering.Days(metering.MustZone("Europe/Berlin")), Dimension: metering.BitRate,
		Interval: []time.Duration{30 * time.Minute, time.Hour}[g.IntN(2)],
	}
	if g.one(2) {
		s.ValidAbove = metering.Grains(g.Int64N(2000), metering.BitRate)
	}
	return s
}

// line returns an oracle's line with random samples for a plan: few or many
// intervals, repeated in part, with levels that are often alike.
func (g generator) line(p *peak.Plan, s peak.Sampling) oracleLine {
	var l oracleLine
	for d := range p.Days() {
		l.days = append(l.days, int(d.Duration()/s.Interval))
		l.marked = append(l.marked, g.one(10))
	}
	l.above, _ = s.ValidAbove.Grains().Int64()
	top := []int64{1, 3, 1500, 5000, 1 << 62}[g.IntN(5)]
	quiet := g.one(2) // many days that may never become valid
	for range g.IntN(2 * p.Intervals()) {
		v := g.Int64N(top + 1)
		if quiet && !g.one(20) {
			v = min(v, g.Int64N(l.above+1))
		}
		l.samples = append(l.samples, oracleSample{g.IntN(p.Intervals()), v})
	}
	return l
}

// feedLine gives a line the samples of an oracle's.
func feedLine(t testing.TB, g generator, s peak.Sampling, l *peak.Line, samples []oracleSample) {
	for _, v := range samples {
		at := s.Period.Start().Add(time.Duration(v.interval)*s.Interval + time.Duration(g.Int64N(int64(s.Interval))))
		in, out := v.level, g.Int64N(v.level+1)
		if g.one(2) {
			in, out = out, in
		}
		require.NoError(t, l.Add(peak.Sample{At: at, In: metering.Grains(in, metering.BitRate), Out: metering.Grains(out, metering.BitRate)}))
	}
}

func markDays(p *peak.Plan, l *peak.Line, marked []bool) {
	for i, d := range slices.Collect(p.Days()) {
		if marked[i] {
			l.MarkExisting(d)
		}
	}
}
