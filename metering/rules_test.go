package metering_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
)

// Each option that decides what is counted changes the rules, and nothing else does.
func TestAggregator_Rules(t *testing.T) {
	rules := func(opts ...metering.Option) [32]byte {
		digest, err := metering.NewAggregator(opts...).Rules()
		require.NoError(t, err)
		return digest
	}
	var meters []metering.Meter
	for m := range metering.DefaultCatalogue().All() {
		if m.ID == metering.InputTokens {
			m.Late = metering.AdjustLate
		}
		meters = append(meters, m)
	}
	other, err := metering.NewCatalogue(meters...)
	require.NoError(t, err)
	seen := map[[32]byte]int{rules(): 0}
	for i, o := range []metering.Option{
		metering.WithCatalogue(other), metering.WithWindow(metering.FullHour), metering.WithLateWindow(time.Hour), metering.WithOpenWindows(7),
	} {
		digest := rules(o)
		require.NotContains(t, seen, digest, i)
		seen[digest] = i + 1
	}
	require.Equal(t, rules(), rules(metering.WithSeriesQuota(3), metering.WithCatalogue(metering.DefaultCatalogue())))
	a := metering.NewAggregator()
	require.NoError(t, a.Record(tokens()))
	digest, err := a.Rules()
	require.NoError(t, err)
	require.Equal(t, rules(), digest, "what was counted is no rule")
}
