package allocation_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/allocation"
	"github.com/meterbook/meterbook/metering"
)

// TestReport_Processors holds law 8 where a report is large enough to be worked
// out in several goroutines: whatever their number and the order of the samples,
// lines and cents are the same to the byte, and add up.
func TestReport_Processors(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	unit := metering.MustUnit("{core}.h")
	type sample struct{ workload, window, request int }
	var samples []sample
	g := rand.New(rand.NewPCG(1, 2))
	for i := range 5000 {
		samples = append(samples, sample{i % 2500, g.IntN(24), 1 + g.IntN(50)})
	}
	var before string
	for _, processors := range []int{1, 2, 7} {
		runtime.GOMAXPROCS(processors)
		g.Shuffle(len(samples), func(i, j int) { samples[i], samples[j] = samples[j], samples[i] })
		s := newSheet(t)
		for pool := range 5 {
			require.NoError(t, s.Supply(allocation.Supply{Pool: fmt.Sprint(pool), Resource: "cpu", Cost: usd("12345.67"),
				Capacity: must(metering.NewQuantity(30_001+int64(pool), unit))}))
		}
		var windows []metering.Period
		for p := range s.Windows() {
			windows = append(windows, p)
		}
		for _, m := range samples {
			key := metering.Key{Account: "acme", Resource: fmt.Sprintf("w%04d", m.workload)}
			require.NoError(t, s.Add(allocation.Sample{Key: key, Pool: fmt.Sprint(m.workload % 5), Resource: "cpu",
				Period: windows[m.window], Request: must(metering.NewQuantity(int64(m.request), unit))}))
		}
		r, err := s.Report(allocation.View{By: allocation.ByWorkload, Idle: allocation.Spread, Shared: []allocation.SharedCost{{Cost: usd("77")}}})
		require.NoError(t, err)
		checkConserved(t, r)
		after := fmt.Sprint(r, must(r.Settle(cents)))
		require.Contains(t, after, "/w2499")
		if before != "" {
			require.Equal(t, before, after, "%d processors", processors)
		}
		before = after
	}
}
