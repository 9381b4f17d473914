package fixed_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/fixed"
)

func TestInt128Bounds(t *testing.T) {
	require.Equal(t, "170141183460469231731687303715884105727", fixed.Max().String())
	require.Equal(t, "-170141183460469231731687303715884105728", fixed.Min().String())
	require.Equal(t, "0", fixed.Int128{}.String())

	_, ok := fixed.Min().Neg()
	require.False(t, ok)
	_, ok = fixed.Max().Add(fixed.FromInt64(1))
	require.False(t, ok)
	_, ok = fixed.Min().Sub(fixed.FromInt64(1))
	require.False(t, ok)
	_, ok = fixed.Min().MulInt64(-1)
	require.False(t, ok)
	got, ok := fixed.Min().MulInt64(1)
	require.True(t, ok)
	require.Equal(t, fixed.Min(), got)
}

func TestInt128Edges(t *testing.T) {
	// Every pair of edges, where the random test picks some.
	for _, a := range edges() {
		for _, b := range edges() {
			x, y := a.Big(), b.Big()
			got, ok := a.Add(b)
			check128(t, got, ok, new(big.Int).Add(x, y), a, b)
			got, ok = a.Sub(b)
			check128(t, got, ok, new(big.Int).Sub(x, y), a, b)
			got, ok = a.Mul(b)
			check128(t, got, ok, new(big.Int).Mul(x, y), a, b)
			check(t, a.Cmp(b), x.Cmp(y), a, b)
		}
	}
}

func TestFromBig(t *testing.T) {
	_, ok := fixed.FromBig(nil)
	require.False(t, ok)
	_, ok = fixed.FromBig(new(big.Int).Lsh(one, 127))
	require.False(t, ok)
	_, ok = fixed.FromBig(new(big.Int).Lsh(one, 1000))
	require.False(t, ok)
}

func TestInt128Float64(t *testing.T) {
	for _, tt := range []struct {
		name string
		v    fixed.Int128
		want float64
	}{
		{"zero", fixed.Int128{}, 0},
		{"tie to even below", fixed.FromInt64(1<<53 + 1), 1 << 53},
		{"tie to even above", fixed.FromInt64(1<<53 + 3), 1<<53 + 4},
		{"tie in the upper word", fixed.Int128{Hi: 1<<53 + 1}, math.Ldexp(1<<53, 64)},
		{"tie broken by the last bit", fixed.Int128{Hi: 1<<53 + 1, Lo: 1}, math.Ldexp(1<<53+2, 64)},
		{"max rounds to 2¹²⁷", fixed.Max(), math.Ldexp(1, 127)},
		{"min", fixed.Min(), -math.Ldexp(1, 127)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, tt.v.Float64())
		})
	}
}

func FuzzInt128_String_Parse(f *testing.F) {
	for _, e := range edges() {
		f.Add(e.Hi, e.Lo)
	}
	f.Fuzz(func(t *testing.T, hi int64, lo uint64) {
		a := fixed.Int128{Hi: hi, Lo: lo}
		got, err := fixed.ParseInt(a.String())
		require.NoError(t, err)
		require.Equal(t, a, got)
	})
}
