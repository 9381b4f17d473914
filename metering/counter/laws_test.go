package counter_test

import (
	"flag"
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/counter"
)

var (
	lawsN    = flag.Int("laws.n", 2000, "cases of each law")
	lawsSeed = flag.Uint64("laws.seed", 20261126, "seed of the cases; 0 takes one from the clock and logs it")
)

// law runs check on random cases, the same ones again for the same seed.
func law(t *testing.T, check func(t *testing.T, g *rand.Rand)) {
	t.Helper()
	seed := *lawsSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("%d cases, -laws.seed %d", *lawsN, seed)
	g := rand.New(rand.NewPCG(seed, 0))
	for i := 0; i < *lawsN && !t.Failed(); i++ {
		check(t, g)
	}
}

var one = metering.MustUnit("1")

// A pair is one description for the package and for the oracle.
type pair struct {
	options counter.Options
	spec    oracleSpec
}

var policies = []string{"wrap", "reset", "withhold"}

// pairOf describes a counter of grains; 0 is unknown.
func pairOf(modulus, rate *big.Int, policy counter.Ambiguity) pair {
	p := pair{counter.Options{Unit: one, Ambiguous: policy}, oracleSpec{policy: policies[policy], per: int64(time.Second)}}
	if modulus.Sign() > 0 {
		p.options.Modulus, p.spec.modulus = value(modulus), modulus
	}
	if rate.Sign() > 0 {
		p.options.MaxRate, p.spec.rate = counter.Rate{Count: value(rate), Per: time.Second}, rate
	}
	return p
}

func value(n *big.Int) counter.Value {
	v, err := counter.ParseValue(n.String())
	if err != nil {
		panic(err)
	}
	return v
}

func instant(ns int64) time.Time { return time.Unix(0, ns) }

// reading is an oracle's reading as the package has it.
func reading(r oracleReading) counter.Reading {
	out := counter.Reading{At: instant(r.at), Value: counter.Int(-1), Epoch: r.epoch}
	if !r.none {
		out.Value = value(r.value)
	}
	if r.start != 0 {
		out.Start = instant(r.start)
	}
	return out
}

// differs says in what an increase is not the oracle's, "" if in nothing.
func differs(inc counter.Increase, want oracleResult) string {
	switch got := inc.Quantity.Grains(); {
	case got.Sign() < 0 || inc.Withheld.Sign() < 0:
		return "negative"
	case got.Big().Cmp(want.counted) != 0:
		return fmt.Sprintf("counted %v, want %v", inc.Quantity, want.counted)
	case inc.Withheld.Grains().Big().Cmp(want.withheld) != 0:
		return fmt.Sprintf("withheld %v, want %v", inc.Withheld, want.withheld)
	case inc.Flags.String() != want.text():
		return fmt.Sprintf("flags %q, want %q", inc.Flags, want.text())
	case inc.None() != (want.from == want.to):
		return fmt.Sprintf("none %v, want %d to %d", inc.None(), want.from, want.to)
	case !inc.None() && (inc.Period.Start().UnixNano() != want.from || inc.Period.End().UnixNano() != want.to):
		return fmt.Sprintf("period %v, want %d to %d", inc.Period, want.from, want.to)
	case inc.None() && inc.Quantity != metering.Quantity{}:
		return "a quantity of no increase"
	}
	return ""
}

// TestLaw_Counter_EverySequence: all 97,655 sequences of one to seven readings
// over {0, 1, 2, max-1, max} give what the oracle says, for each kind of
// counter.
func TestLaw_Counter_EverySequence(t *testing.T) {
	power := func(n uint, less int64) *big.Int {
		return new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), n), big.NewInt(less))
	}
	none := new(big.Int)
	for _, c := range []struct {
		name         string
		max          *big.Int
		modulus      *big.Int
		rate         int64
		policy       counter.Ambiguity
		dcgm, ascend bool
	}{
		{name: "64 bits, no modulus", max: power(64, 1), modulus: none},
		{name: "64 bits, a fall is a wrap", max: power(64, 1), modulus: power(64, 0)},
		{name: "64 bits, a fall is a reset", max: power(64, 1), modulus: power(64, 0), policy: counter.TakeReset},
		{name: "32 bits, withheld", max: power(32, 1), modulus: power(32, 0), policy: counter.Withhold},
		{name: "32 bits, max is a sentinel", max: power(32, 1), modulus: power(32, 0), ascend: true},
		{name: "63 bits, max is a sentinel", max: power(63, 14), modulus: none, dcgm: true},
		{name: "the modulus is shown", max: big.NewInt(262143328850), modulus: big.NewInt(262143328850)},
		{name: "8, slower than a wrap", max: big.NewInt(7), modulus: big.NewInt(8), rate: 3},
		{name: "8, faster than a wrap", max: big.NewInt(7), modulus: big.NewInt(8), rate: 9},
		{name: "8, faster than a wrap, withheld", max: big.NewInt(7), modulus: big.NewInt(8), rate: 9, policy: counter.Withhold},
		{name: "slow, no modulus", max: power(63, 1), modulus: none, rate: 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := pairOf(c.modulus, big.NewInt(c.rate), c.policy)
			alphabet := []*big.Int{none, big.NewInt(1), big.NewInt(2), new(big.Int).Sub(c.max, big.NewInt(1)), c.max}
			sentinel := map[int]bool{}
			if c.ascend {
				p.options.Sentinels = counter.Ascend()
				sentinel[4] = true
			}
			if c.dcgm {
				p.options.Sentinels = counter.DCGM()
				sentinel[3], sentinel[4] = true, true // 2^63-15 and 2^63-14
			}
			everySequence(t, p, alphabet, sentinel)
		})
	}
}

// everySequence walks the tree of sequences.
func everySequence(t *testing.T, p pair, alphabet []*big.Int, sentinel map[int]bool) {
	root, err := counter.New(p.options)
	require.NoError(t, err)
	values := make([]counter.Value, len(alphabet))
	for i, n := range alphabet {
		values[i] = value(n)
	}
	sequences := 0
	var walk func(c *counter.Counter, judge oracleCounter, sofar []int) bool
	walk = func(c *counter.Counter, judge oracleCounter, sofar []int) bool {
		at := int64(len(sofar)+1) * int64(time.Second)
		for i := range values {
			next := c.Clone()
			inc, err := next.Observe(counter.Reading{At: instant(at), Value: values[i]})
			follows, want := judge.next(oracleReading{at: at, value: alphabet[i], none: sentinel[i]})
			path := append(sofar, i)
			sequences++
			if why := differs(inc, want); err != nil || why != "" {
				t.Errorf("after %v of %v: %s, %v", path, alphabet, why, err)
				return false
			}
			if len(path) < 7 && !walk(next, follows, path) {
				return false
			}
		}
		return true
	}
	if walk(root, oracleCounter{spec: p.spec}, make([]int, 0, 7)) {
		require.Equal(t, 97655, sequences)
	}
}

// TestLaw_Counter_IsWhatTheOracleSays: readings with start times, epochs,
// sentinels and failures, in any order, give what the oracle says. A counter
// that is saved and restored in between goes on as if it had not been.
func TestLaw_Counter_IsWhatTheOracleSays(t *testing.T) { law(t, sameAsOracle) }

// FuzzCounter_SameAsOracle is the same law on any seed.
func FuzzCounter_SameAsOracle(f *testing.F) {
	for i := range uint64(32) {
		f.Add(i, i*i)
	}
	f.Fuzz(func(t *testing.T, a, b uint64) { sameAsOracle(t, rand.New(rand.NewPCG(a, b))) })
}

func sameAsOracle(t *testing.T, g *rand.Rand) {
	p := randomPair(g)
	c, err := counter.New(p.options)
	require.NoError(t, err)
	judge := oracleCounter{spec: p.spec}
	at := int64(1000)
	var told []string
	for range 1 + g.IntN(14) {
		if g.IntN(12) == 0 {
			c.Miss()
			judge.missed = judge.last != nil
		}
		if g.IntN(4) == 0 {
			saved, err := c.MarshalBinary()
			require.NoError(t, err)
			c, err = counter.Restore(p.options, saved)
			require.NoError(t, err, "%v", told)
		}
		r := randomReading(g, p, &at, judge)
		told = append(told, fmt.Sprintf("{at %d none %v value %v start %d epoch %q}", r.at, r.none, r.value, r.start, r.epoch))
		inc, err := c.Observe(reading(r))
		require.NoError(t, err)
		var want oracleResult
		judge, want = judge.next(r)
		if why := differs(inc, want); why != "" {
			t.Fatalf("%+v\nafter %v: %s\ngot %+v", p, told, why, inc)
		}
	}
}

func randomPair(g *rand.Rand) pair {
	modulus, rate := new(big.Int), new(big.Int)
	if g.IntN(3) > 0 {
		modulus.SetInt64(int64(5 + g.IntN(40)))
	}
	if g.IntN(2) > 0 {
		rate.SetInt64(int64(1 + g.IntN(30)))
	}
	p := pairOf(modulus, rate, counter.Ambiguity(g.IntN(3)))
	if rate.Sign() > 0 {
		p.spec.per = int64(1 + g.IntN(40))
		p.options.MaxRate.Per = time.Duration(p.spec.per)
	}
	p.options.Sentinels = []counter.SentinelRange{{Min: counter.Int(-5), Max: counter.Int(-1)}}
	p.spec.gap, p.spec.tolerance, p.spec.fromStart = int64(g.IntN(3)*15), int64(g.IntN(2)*2), g.IntN(2) == 0
	p.options.MaxGap, p.options.StartTolerance, p.options.FromStart = time.Duration(p.spec.gap), time.Duration(p.spec.tolerance), p.spec.fromStart
	return p
}

// randomReading goes on from what came before, mostly.
func randomReading(g *rand.Rand, p pair, at *int64, judge oracleCounter) oracleReading {
	*at += int64(g.IntN(20) - 2)
	r := oracleReading{at: *at, value: big.NewInt(int64(g.IntN(50)))}
	if judge.last != nil && g.IntN(2) == 0 {
		r.value = new(big.Int).Add(judge.last.value, big.NewInt(int64(g.IntN(8))))
		if judge.doubt != nil && g.IntN(2) == 0 {
			r.value = new(big.Int).Add(judge.doubt.value, big.NewInt(int64(g.IntN(8))))
		}
	}
	if p.spec.modulus != nil && r.value.Cmp(p.spec.modulus) > 0 {
		r.value = new(big.Int).Set(p.spec.modulus)
	}
	r.none = g.IntN(10) == 0
	if g.IntN(3) > 0 {
		r.start = max(1, r.at-int64(g.IntN(40)))
		if judge.last != nil && judge.last.start != 0 && g.IntN(3) > 0 {
			r.start = min(r.at, judge.last.start+int64(g.IntN(7)/2)-1)
		}
	}
	if g.IntN(3) == 0 {
		r.epoch = []string{"a", "b", "c"}[g.IntN(3)]
	}
	return r
}

// TestLaw_Counter_NothingIsInvented: a device counts up, wraps and starts
// again; what its readings are said to have used is at most what it did use,
// in all and in each increase, and all of it where nothing was lost.
func TestLaw_Counter_NothingIsInvented(t *testing.T) {
	law(t, func(t *testing.T, g *rand.Rand) {
		modulus := int64(50 + g.IntN(1000))
		wraps, resets, told := g.IntN(2) == 0, g.IntN(2) == 0, g.IntN(2) == 0
		most := modulus / 2 // between two readings: it never goes round twice
		o := counter.Options{Unit: one, Ambiguous: counter.TakeReset, FromStart: true,
			MaxRate: counter.Rate{Count: counter.Int(most), Per: time.Second}}
		if wraps {
			o.Modulus = counter.Int(modulus)
		}
		if wraps && !resets {
			o.Ambiguous = counter.TakeWrap
		}
		c, err := counter.New(o)
		require.NoError(t, err)

		shown, started := int64(0), int64(1)
		used, counted := int64(0), int64(0) // since the last reading that was counted, and of it
		total, sum, lost := int64(0), int64(0), false
		for i := int64(1); i < 40; i++ {
			at := i * int64(time.Second)
			if resets && g.IntN(6) == 0 {
				shown, started, lost = 0, at-int64(1+g.IntN(int(time.Second)-1)), true
			}
			// What is used after a reset has less time, and may not be faster.
			grow := g.Int64N(most + 1)
			if since := at - started; since < int64(time.Second) {
				grow = most * since / int64(time.Second)
			}
			used, total = used+grow, total+grow
			shown += grow
			if wraps {
				shown %= modulus
			}
			r := counter.Reading{At: instant(at), Value: counter.Int(shown)}
			if told {
				r.Start = instant(started)
			}
			if g.IntN(5) == 0 {
				if !wraps { // or it could go round
					c.Miss()
					continue
				}
			}
			inc, err := c.Observe(r)
			require.NoError(t, err)
			if inc.Flags == counter.First {
				lost = true // what it showed before is not counted
			}
			n, _ := inc.Quantity.Grains().Int64()
			counted, sum = n, sum+n
			require.LessOrEqual(t, counted, used, "increase %d of %+v: %+v", i, o, inc)
			used = 0
		}
		total -= used // not read yet
		require.LessOrEqual(t, sum, total)
		if !lost {
			require.Equal(t, total, sum, "%+v", o)
		}
	})
}

// TestLaw_Parts_SumToTheIncrease: parts tile the period, lie in windows, sum to
// the quantity and are those of the oracle.
func TestLaw_Parts_SumToTheIncrease(t *testing.T) {
	law(t, func(t *testing.T, g *rand.Rand) {
		start := g.Int64N(1 << 60)
		period, err := metering.NewPeriod(instant(start), instant(start+1+g.Int64N(1<<42)>>g.IntN(42)))
		require.NoError(t, err)
		inc := counter.Increase{Period: period, Quantity: metering.Grains(g.Int64N(1<<62)>>g.IntN(62), metering.Bytes)}
		width := 1 + period.Duration()/time.Duration(1+g.IntN(50)) + time.Duration(g.IntN(10))

		whole, err := inc.Parts(counter.AtEnd, width)
		require.NoError(t, err)
		require.Equal(t, []counter.Part{{Period: inc.Period, Quantity: inc.Quantity}}, whole)

		parts, err := inc.Parts(counter.Spread, width)
		require.NoError(t, err)
		var weights []int64
		at := period.Start()
		for _, part := range parts {
			require.Equal(t, at, part.Period.Start())
			first, last := part.Period.Start().UnixNano(), part.Period.End().UnixNano()-1
			require.Equal(t, first/int64(width), last/int64(width), "a part in two windows")
			require.Equal(t, len(parts) > 1, part.Estimated)
			weights = append(weights, last+1-first)
			at = part.Period.End()
		}
		require.Equal(t, period.End(), at)
		for i, want := range oracleSplit(inc.Quantity.Grains().Big(), weights) {
			require.Zero(t, want.Cmp(parts[i].Quantity.Grains().Big()), "part %d", i)
		}
	})
}

// TestLaw_Events_CountedOnce: readings that are read again, from the beginning
// or from a saved state, in one go or in many, give events that an aggregator
// has counted, and its usage is the sum of the increases.
func TestLaw_Events_CountedOnce(t *testing.T) {
	law(t, func(t *testing.T, g *rand.Rand) {
		o := counter.Options{Unit: metering.MustUnit("By")}
		target := counter.Target{Key: metering.Key{Account: "acme", Meter: metering.Egress, Resource: "eth0"}, Source: "node-1", Name: "eth0/tx",
			Placement: counter.Placement(g.IntN(2))}
		var readings []counter.Reading
		at, n := int64(1e18), uint64(0)
		for range 2 + g.IntN(5) {
			at += 1 + g.Int64N(int64(2*time.Hour))
			n += g.Uint64N(1 << 20)
			if g.IntN(6) == 0 {
				n = 0
			}
			readings = append(readings, counter.Reading{At: instant(at), Value: counter.Uint(n)})
		}
		agg := metering.NewAggregator()
		sum := metering.Quantity{}
		pass := func(c *counter.Counter, from int, counts bool) {
			for _, r := range readings[from:] {
				inc, err := c.Observe(r)
				require.NoError(t, err)
				events, err := target.Events(inc)
				require.NoError(t, err)
				for _, e := range events {
					require.NoError(t, agg.Record(e))
				}
				if counts {
					sum, err = sum.Add(inc.Quantity)
					require.NoError(t, err)
				}
			}
		}
		first, err := counter.New(o)
		require.NoError(t, err)
		pass(first, 0, true)
		again, err := counter.New(o)
		require.NoError(t, err)
		pass(again, g.IntN(len(readings)), false)

		used := metering.Quantity{}
		for usage, err := range agg.Usage(metering.MustPeriod("1970-01-01T00:00:00Z", "2199-01-01T00:00:00Z")) {
			require.NoError(t, err)
			used, err = used.Add(usage.Quantity)
			require.NoError(t, err)
		}
		require.Equal(t, sum.Grains(), used.Grains())
	})
}
