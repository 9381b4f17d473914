package attribution_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/attribution"
	"github.com/meterbook/meterbook/energy/facility"
	"github.com/meterbook/meterbook/internal/fixed"
)

func ExampleProgress() {
	progress := attribution.NewProgress(func() time.Time { return window.End().Add(90 * time.Second) })
	r, err := attribution.Attribute(attribution.Input{
		Period:   window,
		Devices:  []attribution.Device{gpu()},
		Facility: facility.Measured{Energy: energy.MustParse("0.13 kW.h"), Period: window},
		Category: facility.Category3,
	})
	progress.Took(r, err)
	for v := range progress.Health() {
		fmt.Println(v.Name, v.Outcome, v.Value/max(1, v.Per), v.Unit)
	}
	// Output:
	// attribution.windows attributed 1 {window}
	// attribution.windows revised 0 {window}
	// attribution.windows refused 0 {window}
	// attribution.shares  3 {share}
	// attribution.residual  0 J
	// attribution.unallocated  18000 J
	// attribution.overhead  108000 J
	// attribution.lag  90 s
}

// A result that somebody changed shows by its residual, however large.
func TestProgress(t *testing.T) {
	in := attribution.Input{Period: window, Devices: []attribution.Device{gpu()}}
	r, err := attribution.Attribute(in)
	require.NoError(t, err)
	progress := attribution.NewProgress(nil)
	vital := func(name string) int64 {
		for v := range progress.Health() {
			if v.Name+v.Outcome == name {
				return v.Value
			}
		}
		t.Fatalf("no vital %s", name)
		return 0
	}
	require.Zero(t, vital("attribution.lag"))
	progress.Took(r, nil)
	require.Zero(t, vital("attribution.residual"))
	require.Positive(t, vital("attribution.lag"))

	it := r.Shares[0].IT
	r.Shares[0].IT, err = it.Add(energy.Microjoules(1))
	require.NoError(t, err)
	progress.Took(r, nil)
	require.Equal(t, int64(1), vital("attribution.residual"))
	r.Shares[0].IT, r.Facility = it, energy.MicrojoulesWide(fixed.Max())
	progress.Took(r, nil)
	require.Equal(t, int64(math.MaxInt64), vital("attribution.residual"))

	in.Devices[0].Holders[0].Used = -1
	progress.Took(attribution.Attribute(in))
	progress.Took(nil, nil)
	require.Equal(t, int64(2), vital("attribution.windowsrefused"))
	require.Equal(t, int64(3), vital("attribution.windowsattributed"))
}
