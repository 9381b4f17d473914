package facility_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/facility"
)

// Whatever gaps were bridged, a window is a measurement: that its estimated
// energy is rounded by itself does not make it more than its energy.
func TestOf_Bridged(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(1, 2))}
	above := 0
	for range 200 {
		var samples []energy.Sample
		at := year.Start()
		for range 20 {
			at = at.Add(time.Duration(1 + g.Int64N(int64(40*time.Minute))))
			samples = append(samples, energy.Sample{Time: at, Power: energy.Power(g.Int64N(int64(energy.Kilowatt)))})
		}
		c, err := energy.Integrate(samples, energy.WithMaxGap(10*time.Minute), energy.WithGapPolicy(energy.GapFill))
		require.NoError(t, err)
		for w := range c.Windows() {
			if w.Estimated.Cmp(w.Energy) > 0 {
				above++
			}
			m := facility.Of(w)
			_, err := facility.PUE(m, m, facility.Category3)
			require.NoError(t, err, "%+v", w)
		}
	}
	require.NotZero(t, above, "no window of the kind that this is about")
	wrong := facility.Of(energy.Window{Period: year, Energy: energy.Microjoules(5), Estimated: energy.Microjoules(8)})
	_, err := facility.PUE(wrong, wrong, facility.Category3)
	require.ErrorAs(t, err, new(*facility.FieldError), "more estimated than there is")
}
