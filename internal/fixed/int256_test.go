package fixed_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/fixed"
)

const (
	max256 = "57896044618658097711785492504343953926634992332820282019728792003956564819967"
	min256 = "-57896044618658097711785492504343953926634992332820282019728792003956564819968"
)

func TestInt256Bounds(t *testing.T) {
	high := fixed.Words256([4]uint64{^uint64(0), ^uint64(0), ^uint64(0), 1<<63 - 1})
	low := fixed.Words256([4]uint64{3: 1 << 63})
	unit := fixed.Wide(fixed.FromInt64(1))
	require.Equal(t, max256, high.String())
	require.Equal(t, min256, low.String())

	_, ok := high.Add(unit)
	require.False(t, ok)
	_, ok = low.Sub(unit)
	require.False(t, ok)
	_, ok = low.Neg()
	require.False(t, ok)
	_, ok = low.MulInt128(fixed.FromInt64(-1))
	require.False(t, ok)
	_, _, ok = low.DivWide(fixed.FromInt64(-1), fixed.HalfEven)
	require.False(t, ok)
	got, ok := low.MulInt128(fixed.FromInt64(1))
	require.True(t, ok)
	require.Equal(t, low, got)
}

func TestMulWideBounds(t *testing.T) {
	// The largest product there is: 2²⁵⁴ leaves room for a sum of two.
	square := fixed.Min().MulWide(fixed.Min())
	require.Equal(t, fixed.Words256([4]uint64{3: 1 << 62}), square)
	q, exact, ok := square.Div(fixed.Min(), fixed.HalfEven)
	require.True(t, ok && exact)
	require.Equal(t, fixed.Min(), q)
	_, ok = square.Add(square)
	require.False(t, ok, "2²⁵⁵ is one too many")
	_, ok = square.Int128()
	require.False(t, ok)
}
