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

// shapes are ways that levels go over a month: any, as days go, and the one
// that is dearest to rank, each level above all before.
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
}

// feeds are the orders in which samples of many lines come: all lines at each
// instant, line by line, and line by line in columns.
var feeds = []struct {
	name string
	feed func(t testing.TB, lines []*peak.Line, levels []int64)
}{
	{"by-instant", func(t testing.TB, lines []*peak.Line, levels []int64) {
		for i, v := range levels {
			for j, l := range lines {
				add(t, l, i, v+int64(j))
			}
		}
	}},
	{"by-line", func(t testing.TB, lines []*peak.Line, levels []int64) {
		for j, l := range lines {
			for i, v := range levels {
				add(t, l, i, v+int64(j))
			}
		}
	}},
	{"columns", func(t testing.TB, lines []*peak.Line, levels []int64) {
		for _, l := range lines {
			if err := l.AddLevels(monthStart, levels); err != nil {
				t.Fatal(err)
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

func newLines(p *peak.Plan, n int) []*peak.Line {
	lines := make([]*peak.Line, n)
	for i := range lines {
		lines[i] = p.NewLine()
	}
	return lines
}

func levelsOf(p *peak.Plan, level func(r *rand.Rand, i int) int64) []int64 {
	r := rand.New(rand.NewPCG(1, 2))
	levels := make([]int64, p.Intervals())
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

// BenchmarkMonth is a month of five-minute samples of 10,000 lines and seven
// levels for each, on one processor. MB is what the lines keep.
func BenchmarkMonth(b *testing.B) {
	const lines = 10_000
	for _, f := range feeds {
		for _, shape := range shapes {
			b.Run(f.name+"/"+shape.name, func(b *testing.B) {
				rules := monthRules()
				p := monthPlan(b, rules...)
				levels := levelsOf(p, shape.level)
				for range b.N {
					before := heap()
					began := time.Now()
					all := newLines(p, lines)
					f.feed(b, all, levels)
					fed := time.Since(began)
					for _, l := range all {
						for _, r := range rules {
							if _, err := l.Compute(r); err != nil {
								b.Fatal(err)
							}
						}
					}
					b.ReportMetric(float64(fed.Nanoseconds())/float64(lines*len(levels)), "ns/sample")
					b.ReportMetric(time.Since(began).Seconds(), "s")
					b.ReportMetric(float64(heap()-before)/1e6, "MB")
					runtime.KeepAlive(all)
				}
			})
		}
	}
}
