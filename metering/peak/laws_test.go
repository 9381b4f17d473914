package peak_test

import (
	"encoding/binary"
	"errors"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/peak"
)

// computed returns a rule's level in grains as text, "" where nothing counts.
func computed(t testing.TB, l *peak.Line, r peak.Rule) string {
	res, err := l.Compute(r)
	if errors.Is(err, peak.ErrNoSamples) {
		return ""
	}
	require.NoError(t, err)
	return res.Level.Grains().String()
}

// TestLaw_Compute_IsWhatTheOracleSays: what is kept is enough. A line that
// keeps little gives the level that all samples, sorted, give, for any rule,
// any days, any repeated and differing samples.
func TestLaw_Compute_IsWhatTheOracleSays(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		s := g.sampling()
		var rules []peak.Rule
		var oracles []oracleRule
		for range 1 + g.IntN(3) {
			r, o := g.rule()
			rules, oracles = append(rules, r), append(oracles, o)
		}
		p, err := peak.NewPlan(s, rules...)
		require.NoError(t, err)
		want := g.line(p, s)
		l := p.NewLine()
		feedLine(t, g, s, l, want.samples)
		markDays(p, l, want.marked)
		for i, r := range rules {
			require.Equal(t, want.compute(oracles[i]), computed(t, l, r), "%v\n%+v\n%+v", s, r, want)
		}
		require.Equal(t, len(want.levels()), l.Samples())
		require.Equal(t, uint64(len(want.samples)-len(want.levels())), l.Repeated())
	})
}

// known is all that a line says.
func known(t testing.TB, l *peak.Line, rules []peak.Rule) []any {
	all := []any{l.Samples(), l.Repeated(), l.ValidDays(), l.ExistingDays(), slices.Collect(l.Days())}
	for _, r := range rules {
		res, err := l.Compute(r)
		if !errors.Is(err, peak.ErrNoSamples) {
			require.NoError(t, err)
		}
		all = append(all, res)
	}
	return all
}

// TestLaw_Merge_IsOneLine: samples that are shared out among lines in any way,
// and the lines merged in any order, make what one line makes that takes them
// all, in another order.
func TestLaw_Merge_IsOneLine(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		s := g.sampling()
		var rules []peak.Rule
		for range 1 + g.IntN(4) {
			r, _ := g.rule()
			rules = append(rules, r)
		}
		p, err := peak.NewPlan(s, rules...)
		require.NoError(t, err)
		of := g.line(p, s)
		one := p.NewLine()
		feedLine(t, g, s, one, of.samples)
		markDays(p, one, of.marked)

		g.Shuffle(len(of.samples), func(i, j int) { of.samples[i], of.samples[j] = of.samples[j], of.samples[i] })
		parts := make([]*peak.Line, 1+g.IntN(5))
		for i := range parts {
			q, err := peak.NewPlan(s, rules...) // as another process has it
			require.NoError(t, err)
			parts[i] = q.NewLine()
		}
		late := g.IntN(len(of.samples) + 1) // those that come between and after merges
		for _, v := range of.samples[late:] {
			feedLine(t, g, s, parts[g.IntN(len(parts))], []oracleSample{v})
		}
		markDays(p, parts[g.IntN(len(parts))], of.marked)
		for len(parts) > 1 {
			i := g.IntN(len(parts) - 1)
			from := known(t, parts[i+1], rules)
			require.NoError(t, parts[i].Merge(parts[i+1]))
			require.Equal(t, from, known(t, parts[i+1], rules), "what is merged is not changed")
			n := g.IntN(late + 1)
			feedLine(t, g, s, parts[i], of.samples[late-n:late])
			late -= n
			parts = slices.Delete(parts, i+1, i+2)
			g.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		}
		feedLine(t, g, s, parts[0], of.samples[:late])
		want := known(t, one, rules)
		require.Equal(t, want, known(t, parts[0], rules))
		require.NoError(t, parts[0].Merge(parts[0]))
		require.Equal(t, want, known(t, parts[0], rules))
	})
}

// TestLaw_AddLevels_SameAsAdd: columns are the same as samples one by one, also
// where intervals are given again.
func TestLaw_AddLevels_SameAsAdd(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		s := g.sampling()
		r, _ := g.rule()
		p, err := peak.NewPlan(s, r)
		require.NoError(t, err)
		one, columns := p.NewLine(), p.NewLine()
		for range 1 + g.IntN(4) {
			from := g.IntN(p.Intervals())
			levels := make([]int64, 1+g.IntN(p.Intervals()-from))
			for i := range levels {
				levels[i] = g.Int64N(3000)
				feedLine(t, g, s, one, []oracleSample{{from + i, levels[i]}})
			}
			require.NoError(t, columns.AddLevels(s.Period.Start().Add(time.Duration(from)*s.Interval), levels))
		}
		require.Equal(t, known(t, one, []peak.Rule{r}), known(t, columns, []peak.Rule{r}))
	})
}

// TestLaw_AddRow_SameAsAdd: rows of lines, in any order, with gaps and
// repetitions, and with samples of single lines, merges and questions between
// them, leave each line as samples one by one leave it.
func TestLaw_AddRow_SameAsAdd(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		s := g.sampling()
		var rules []peak.Rule
		for range 1 + g.IntN(3) {
			r, _ := g.rule()
			rules = append(rules, r)
		}
		p, err := peak.NewPlan(s, rules...)
		require.NoError(t, err)
		lines := newLines(t, p, 1+g.IntN(5))
		want := make([]*peak.Line, lines.Len())
		for i := range want {
			want[i] = p.NewLine()
		}
		top, gaps, jumps, slot := int64(1)<<g.IntN(13), 1+g.IntN(20), 1+g.IntN(40), g.IntN(p.Intervals())
		row := make([]int64, lines.Len()) // one and the same: it is the caller's
		for range g.IntN(200) {
			for i := range row {
				row[i] = g.Int64N(top + 1)
				if g.one(gaps) {
					row[i] = peak.NoSample
					continue
				}
				feedLine(t, g, s, want[i], []oracleSample{{slot, row[i]}})
			}
			at := s.Period.Start().Add(time.Duration(slot)*s.Interval + time.Duration(g.Int64N(int64(s.Interval))))
			require.NoError(t, lines.AddRow(at, row))
			if slot++; slot == p.Intervals() || g.one(jumps) {
				slot = g.IntN(p.Intervals())
			}
			if i, j := g.IntN(len(want)), g.IntN(len(want)); g.one(30) {
				v := []oracleSample{{g.IntN(p.Intervals()), g.Int64N(top + 1)}}
				feedLine(t, g, s, want[i], v)
				feedLine(t, g, s, lines.Line(i), v)
				require.NoError(t, want[i].Merge(want[j]))
				require.NoError(t, lines.Line(i).Merge(lines.Line(j)))
			} else if g.one(30) {
				require.Equal(t, known(t, want[i], rules), known(t, lines.Line(i), rules))
			}
		}
		for i := range want {
			require.Equal(t, known(t, want[i], rules), known(t, lines.Line(i), rules))
		}
	})
}

// TestLaw_Ratio_IsBigRat: ratios compute as math/big's do.
func TestLaw_Ratio_IsBigRat(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		number := func() int64 { return g.Int64() >> g.IntN(63) }
		num, den, num2, den2 := number(), 1+number()/2, number(), 1+number()/2
		r, err := peak.NewRatio(num, den)
		require.NoError(t, err)
		s, err := peak.NewRatio(num2, den2)
		require.NoError(t, err)
		a, b := big.NewRat(num, den), big.NewRat(num2, den2)
		require.Equal(t, a.RatString(), r.String())
		require.Equal(t, a.Cmp(b), r.Cmp(s))
		require.Equal(t, a.Cmp(b) == 0, r == s)

		product := new(big.Rat).Mul(a, b)
		v, err := r.Times(s)
		if product.Denom().IsInt64() && product.Num().BitLen() < 128 {
			require.NoError(t, err)
			require.Equal(t, product.RatString(), v.String())
		} else {
			require.ErrorIs(t, err, peak.ErrOverflow)
		}

		places := g.IntN(19)
		d, err := r.Decimal(places, peak.HalfUp)
		require.NoError(t, err)
		require.Equal(t, a.FloatString(places), d.StringFixed(int32(places))) // also half away from zero
	})
}

// FuzzMerge_SameAsOne: two lines that share out samples of a day, merged, know
// what one line knows. Each sample is 4 bytes: interval, line and level.
func FuzzMerge_SameAsOne(f *testing.F) {
	f.Add([]byte{1, 0, 0, 9, 1, 1, 0, 8, 200, 1, 1, 0})
	f.Add([]byte{})
	day := metering.MustPeriod("2026-03-01T00:00:00Z", "2026-03-03T00:00:00Z")
	s := peak.Sampling{
		Period: day, Days: metering.Days(metering.Zone{}), Dimension: metering.BitRate,
		ValidAbove: metering.Grains(40, metering.BitRate), Interval: 15 * time.Minute,
	}
	rules := []peak.Rule{
		peak.P95(), peak.Percentile{Of: peak.Percent(90), Days: peak.ValidDays}, peak.Enhanced95(), peak.MonthlyTop5(),
	}
	p, err := peak.NewPlan(s, rules...)
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, data []byte) {
		g := generator{rand.New(rand.NewPCG(1, 1))}
		one, parts := p.NewLine(), [2]*peak.Line{p.NewLine(), p.NewLine()}
		for ; len(data) >= 4; data = data[4:] {
			v := []oracleSample{{int(data[0]) % p.Intervals(), int64(binary.BigEndian.Uint16(data[2:]))}}
			feedLine(t, g, s, one, v)
			feedLine(t, g, s, parts[data[1]&1], v)
		}
		require.NoError(t, parts[0].Merge(parts[1]))
		require.Equal(t, known(t, one, rules), known(t, parts[0], rules))
	})
}
