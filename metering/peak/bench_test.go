package peak_test

import (
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/peak"
)

// monthRules are the rules of a bill, and of all that can be compared with it.
func monthRules() []peak.Rule {
	return []peak.Rule{
		peak.P95(), peak.Percentile{Of: peak.Percent(95), Index: peak.CeilDrop},
		peak.Maximum(), peak.AverageDailyPeak(), peak.FourthPeak(), peak.Enhanced95(), peak.MonthlyTop5(),
	}
}

func monthPlan(t testing.TB, rules ...peak.Rule) *peak.Plan {
	p, err := peak.NewPlan(peak.Sampling{
		Period:    metering.MustPeriod("2026-02-28T16:00:00Z", "2026-03-31T16:00:00Z"),
		Days:      metering.Days(metering.MustZone("Asia/Shanghai")),
		Dimension: metering.BitRate,
	}, rules...)
	require.NoError(t, err)
	require.Equal(t, 8928, p.Intervals())
	return p
}

// shapes are ways that levels go over a month: any, as days go, the one that
// is dearest to rank, each level above all before, that with noise, which leaves
// no order to profit from, and the one that is cheapest.
var shapes = []struct {
	name  string
	level func(r *rand.Rand, i int) int64
}{
	{"random", func(r *rand.Rand, _ int) int64 { return r.Int64N(1e10) }},
	{"diurnal", func(r *rand.Rand, i int) int64 {
		hour := int64(i / 12 % 24)
		return 1e8*(1+hour*(24-hour)) + r.Int64N(1e8)
	}},
	{"rising", func(_ *rand.Rand, i int) int64 { return int64(i+1) * 1e6 }},
	{"climbing", func(r *rand.Rand, i int) int64 { return int64(i+1)*1e6 + r.Int64N(5e8) }},
	{"falling", func(_ *rand.Rand, i int) int64 { return int64(50_000-i) * 1e6 }},
}

// feeds are the orders in which samples of many lines come: rows of all lines
// at each instant, columns of one line after another, and samples one by one in
// either order. Line j has levels[i+j] at interval i: no two lines are alike,
// and no feed has more to prepare than another.
var feeds = []struct {
	name string
	feed func(t testing.TB, lines *peak.Lines, levels []int64)
}{
	{"rows", func(t testing.TB, lines *peak.Lines, levels []int64) {
		for i := range lines.Plan().Intervals() {
			at := monthStart.Add(time.Duration(i) * 5 * time.Minute)
			if err := lines.AddRow(at, levels[i:][:lines.Len()]); err != nil {
				t.Fatal(err)
			}
		}
	}},
	{"columns", func(t testing.TB, lines *peak.Lines, levels []int64) {
		for j := range lines.Len() {
			if err := lines.Line(j).AddLevels(monthStart, levels[j:][:lines.Plan().Intervals()]); err != nil {
				t.Fatal(err)
			}
		}
	}},
	{"samples-by-instant", func(t testing.TB, lines *peak.Lines, levels []int64) {
		for i := range lines.Plan().Intervals() {
			for j := range lines.Len() {
				add(t, lines.Line(j), i, levels[i+j])
			}
		}
	}},
	{"samples-by-line", func(t testing.TB, lines *peak.Lines, levels []int64) {
		for j := range lines.Len() {
			for i := range lines.Plan().Intervals() {
				add(t, lines.Line(j), i, levels[i+j])
			}
		}
	}},
}

var monthStart = time.Date(2026, 2, 28, 16, 0, 0, 0, time.UTC)

func add(t testing.TB, l *peak.Line, i int, v int64) {
	s := peak.Sample{
		At: monthStart.Add(time.Duration(i) * 5 * time.Minute),
		In: metering.Grains(v, metering.BitRate), Out: metering.Grains(v/2, metering.BitRate),
	}
	if err := l.Add(s); err != nil {
		t.Fatal(err)
	}
}

func newLines(t testing.TB, p *peak.Plan, n int) *peak.Lines {
	lines, err := p.NewLines(n)
	require.NoError(t, err)
	return lines
}

// levelsOf returns the levels of n intervals.
func levelsOf(n int, level func(r *rand.Rand, i int) int64) []int64 {
	r := rand.New(rand.NewPCG(1, 2))
	levels := make([]int64, n)
	for i := range levels {
		levels[i] = level(r, i)
	}
	return levels
}

// heap returns the bytes in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkMonth is a month of five-minute samples, 8,928 of them for each of
// 10,000 lines, and seven levels computed for each. Rows are taken in on as many
// processors as -cpu says, all else on one. s is the time of all, MB what the
// lines keep; the budget is 2 s and 100 MB, in rows and columns.
func BenchmarkMonth(b *testing.B) {
	const lines = 10_000
	rules := monthRules()
	p := monthPlan(b, rules...)
	for _, f := range feeds {
		for _, shape := range shapes {
			b.Run(f.name+"/"+shape.name, func(b *testing.B) {
				levels := levelsOf(p.Intervals()+lines, shape.level)
				for range b.N {
					before := heap()
					began := time.Now()
					all := newLines(b, p, lines)
					f.feed(b, all, levels)
					fed := time.Since(began)
					for j := range lines {
						for _, r := range rules {
							if _, err := all.Line(j).Compute(r); err != nil {
								b.Fatal(err)
							}
						}
					}
					b.ReportMetric(time.Since(began).Seconds(), "s")
					b.ReportMetric(float64(fed.Nanoseconds())/float64(lines*p.Intervals()), "ns/sample")
					b.ReportMetric(float64(heap()-before)/1e6, "MB")
					runtime.KeepAlive(all)
				}
			})
		}
	}
}
