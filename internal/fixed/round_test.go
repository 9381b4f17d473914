package fixed_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/fixed"
)

func TestModes(t *testing.T) {
	// Quarters from −2.5 to 2.5: each mode at, below and above every tie.
	tenths := []int64{-25, -17, -15, -13, -5, -2, 0, 2, 5, 13, 15, 17, 25}
	for _, tt := range []struct {
		mode fixed.Mode
		name string
		want []int64
	}{
		{fixed.HalfEven, "half-even", []int64{-2, -2, -2, -1, 0, 0, 0, 0, 0, 1, 2, 2, 2}},
		{fixed.HalfUp, "half-up", []int64{-3, -2, -2, -1, -1, 0, 0, 0, 1, 1, 2, 2, 3}},
		{fixed.HalfDown, "half-down", []int64{-2, -2, -1, -1, 0, 0, 0, 0, 0, 1, 1, 2, 2}},
		{fixed.Down, "down", []int64{-2, -1, -1, -1, 0, 0, 0, 0, 0, 1, 1, 1, 2}},
		{fixed.Up, "up", []int64{-3, -2, -2, -2, -1, -1, 0, 1, 1, 2, 2, 2, 3}},
		{fixed.Floor, "floor", []int64{-3, -2, -2, -2, -1, -1, 0, 0, 0, 1, 1, 1, 2}},
		{fixed.Ceiling, "ceiling", []int64{-2, -1, -1, -1, 0, 0, 0, 1, 1, 2, 2, 2, 3}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for i, v := range tenths {
				q, exact, ok := fixed.FromInt64(v).Div(fixed.FromInt64(10), tt.mode)
				require.True(t, ok)
				require.Equal(t, v == 0, exact)
				require.Equal(t, fixed.FromInt64(tt.want[i]), q, "%d tenths", v)
			}
			require.Equal(t, tt.name, tt.mode.String())
			got, ok := fixed.ParseMode(tt.name)
			require.True(t, ok)
			require.Equal(t, tt.mode, got)
		})
	}
}

func TestModeInvalid(t *testing.T) {
	require.Equal(t, fixed.HalfEven, *new(fixed.Mode))
	m := fixed.Ceiling + 1
	require.False(t, m.Valid())
	require.Equal(t, "mode(7)", m.String())
	for _, name := range []string{"", "HALF-EVEN", "half even", "mode(7)"} {
		_, ok := fixed.ParseMode(name)
		require.False(t, ok, name)
	}
}
