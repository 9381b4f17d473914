package metering_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/meterbook/meterbook/metering"
)

// atOnce runs n operations in as many goroutines and is over when all are.
func atOnce(b *testing.B, goroutines int, run func(goroutine, n int)) {
	b.ReportAllocs()
	b.ResetTimer()
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() { run(g, b.N/goroutines) })
	}
	wg.Wait()
}

func tokenSeries(b testing.TB, a *metering.Aggregator) *metering.Series {
	return series(b, a, metering.Key{Account: "acme/vision", Meter: metering.InputTokens, SKU: "m-large"})
}

// BenchmarkBound adds to one series, by one goroutine and by two, beside an
// atomic addition.
func BenchmarkBound(b *testing.B) {
	amount := metering.Grains(350, metering.Token)
	for _, goroutines := range []int{1, 2} {
		var word atomic.Int64
		b.Run(fmt.Sprintf("impl=atomic/g=%d", goroutines), func(b *testing.B) {
			atOnce(b, goroutines, func(_, n int) {
				for range n {
					word.Add(350)
				}
			})
		})
		b.Run(fmt.Sprintf("impl=Add/g=%d", goroutines), func(b *testing.B) {
			a := metering.NewAggregator()
			if err := a.Advance(eventTime); err != nil {
				b.Fatal(err)
			}
			s := tokenSeries(b, a)
			atOnce(b, goroutines, func(_, n int) {
				for range n {
					if err := s.Add(amount); err != nil {
						b.Error(err)
					}
				}
			})
		})
		b.Run(fmt.Sprintf("impl=AddAt/g=%d", goroutines), func(b *testing.B) {
			s := tokenSeries(b, metering.NewAggregator())
			atOnce(b, goroutines, func(_, n int) {
				for range n {
					if err := s.AddAt(eventTime, amount); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}

type keyed struct {
	key    uint32
	amount uint32
	at     time.Time
}

func zipfKeys(six bool) (keys []metering.Key, draws []keyed) {
	r := rand.New(rand.NewPCG(1, 2))
	for t := range 1000 {
		for s := range 32 {
			k := metering.Key{Account: metering.Account(fmt.Sprintf("tenant-%04d", t)), Meter: metering.InputTokens, SKU: fmt.Sprintf("sku-%02d", s)}
			if six {
				k.Resource, k.Region, k.Labels = fmt.Sprintf("res-%06d", t*7+s), "cn-north-1", metering.MustLabels("model", "m-large")
			}
			keys = append(keys, k)
		}
	}
	r.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	z := rand.NewZipf(r, 1.1, 1, uint64(len(keys)-1))
	for range 1 << 16 {
		at := eventTime.Add(time.Duration(r.IntN(900)) * time.Second)
		if r.IntN(100) < 3 {
			at = at.Add(-15 * time.Minute)
		}
		draws = append(draws, keyed{uint32(z.Uint64()), r.Uint32N(1000), at})
	}
	return keys, draws
}

// BenchmarkKeyed adds by key and event time, over zipf-distributed keys.
func BenchmarkKeyed(b *testing.B) {
	for _, six := range []bool{false, true} {
		keys, draws := zipfKeys(six)
		for _, goroutines := range []int{1, 2} {
			b.Run(fmt.Sprintf("six=%v/g=%d", six, goroutines), func(b *testing.B) {
				a := metering.NewAggregator()
				for _, d := range draws {
					if err := a.AddAt(&keys[d.key], d.at, metering.Grains(int64(d.amount), metering.Token)); err != nil {
						b.Fatal(err)
					}
				}
				atOnce(b, goroutines, func(g, n int) {
					j := g * 7919
					for range n {
						d := &draws[j&(1<<16-1)]
						j++
						if err := a.AddAt(&keys[d.key], d.at, metering.Grains(int64(d.amount), metering.Token)); err != nil {
							b.Error(err)
						}
					}
				})
				b.ReportMetric(float64(a.Counts().Shared), "shared")
			})
		}
	}
}
