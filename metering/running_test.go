package metering_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
)

func ExampleAggregator_Running() {
	agg := metering.NewAggregator()
	october := metering.MustPeriod("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z")
	check(agg.Record(metering.Event{Account: "acme/vision", Source: "scheduler", ID: "1", Kind: metering.Start, Resource: "lease-7", Time: october.Start(),
		Items: []metering.Item{{Meter: metering.AcceleratorTime, SKU: "H100", Quantity: metering.WholeCards(8)}}}))
	for r := range agg.Running(october.End()) {
		fmt.Println(r.Account, r.Resource, "was last heard of at", r.Heard.Format(time.DateOnly))
		check(agg.Record(metering.Event{Account: r.Account, Source: "closing", ID: "2026-10 " + r.Resource, Kind: metering.Heartbeat, Resource: r.Resource, Time: october.End()}))
	}
	fmt.Println(len(slices.Collect(agg.Running(october.End()))))
	for u, err := range agg.Usage(october) {
		check(err)
		hours, err := u.Quantity.In(metering.MustUnit("{card}.h"), 0)
		fmt.Println(hours, "card·h", err)
	}
	// Output:
	// acme/vision lease-7 was last heard of at 2026-10-01
	// 0
	// 5952 card·h <nil>
}

// Who runs, and since when nobody heard of it, is what a naive reading of the events says;
// and a heartbeat of each makes usage grow by just what was not known.
func TestAggregator_Running(t *testing.T) {
	start := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	r := rand.New(rand.NewPCG(11, 5))
	cards := func() []metering.Item {
		return []metering.Item{{Meter: metering.AcceleratorTime, SKU: "H100", Quantity: metering.WholeCards(int32(1 + r.IntN(8)))}}
	}
	for range 300 {
		agg := metering.NewAggregator()
		type state struct {
			on, paused bool
			heard      time.Time
		}
		want := map[string]*state{}
		id := 0
		for at := start; at.Before(start.Add(40 * time.Hour)); at = at.Add(time.Duration(1+r.IntN(120)) * time.Minute) {
			name := fmt.Sprint("lease-", r.IntN(5))
			s := want[name]
			if s == nil {
				s = new(state)
				want[name] = s
			}
			e := metering.Event{Account: "acme/vision", Source: "s", ID: fmt.Sprint(id), Resource: name, Time: at}
			id++
			switch k := r.IntN(6); {
			case !s.on:
				e.Kind, e.Items, s.on = metering.Start, cards(), true
			case k == 0:
				e.Kind, s.on, s.paused = metering.Stop, false, false
			case k == 1 && !s.paused:
				e.Kind, s.paused = metering.Pause, true
			case k == 1:
				e.Kind, s.paused = metering.Resume, false
			case k == 2:
				e.Kind, e.Items = metering.Resize, cards()
			default:
				e.Kind = metering.Heartbeat
			}
			s.heard = at
			require.NoError(t, agg.Record(e))
		}
		before := start.Add(time.Duration(30+r.IntN(20)) * time.Hour)
		var names []string
		for name, s := range want {
			if s.on && !s.paused && s.heard.Before(before) { // cards are not held while they are paused
				names = append(names, name)
			}
		}
		slices.Sort(names)
		var got []string
		for x := range agg.Running(before) {
			require.Equal(t, want[x.Resource].heard, x.Heard)
			require.Len(t, x.Holds, 1)
			got = append(got, x.Resource)
		}
		require.Equal(t, names, got)
	}
}
