package fixed_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/fixed"
)

func TestDivideRefuses(t *testing.T) {
	unit := fixed.FromInt64(1)
	for _, tt := range []struct {
		name string
		a, d fixed.Int128
		mode fixed.Mode
	}{
		{"by zero", unit, fixed.Int128{}, fixed.HalfEven},
		{"zero by zero", fixed.Int128{}, fixed.Int128{}, fixed.HalfEven},
		{"min by −1", fixed.Min(), fixed.FromInt64(-1), fixed.Down},
		{"unknown mode", fixed.FromInt64(6), fixed.FromInt64(3), fixed.Ceiling + 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, ok := tt.a.Div(tt.d, tt.mode)
			require.False(t, ok, "Div")
			_, _, ok = fixed.MulDiv(tt.a, unit, tt.d, tt.mode)
			require.False(t, ok, "MulDiv")
			_, _, ok = fixed.Wide(tt.a).Div(tt.d, tt.mode)
			require.False(t, ok, "Int256.Div")
			if tt.d.IsZero() || !tt.mode.Valid() {
				_, _, ok = fixed.Wide(tt.a).DivWide(tt.d, tt.mode)
				require.False(t, ok, "Int256.DivWide")
			}
			if tt.mode.Valid() {
				_, _, ok = tt.a.QuoRem(tt.d)
				require.False(t, ok, "QuoRem")
			}
		})
	}
}

func TestDivideEdges(t *testing.T) {
	if testing.Short() {
		t.Skip("half a million divisions")
	}
	for _, a := range edges() {
		for _, b := range edges() {
			for m := fixed.HalfEven; m.Valid(); m++ {
				q, exact, ok := a.Div(b, m)
				checkDivision(t, q, exact, ok, a.Big(), b.Big(), m)
			}
		}
	}
}

func TestRoundingCarriesOut(t *testing.T) {
	// Rounding may be what makes a quotient too large, at both limits.
	two := fixed.FromInt64(2)
	over := fixed.Wide(fixed.Max())
	over, _ = over.Add(over)
	over, _ = over.Add(fixed.Wide(fixed.FromInt64(1))) // 2·Max + 1
	q, _, ok := over.Div(two, fixed.Down)
	require.True(t, ok)
	require.Equal(t, fixed.Max(), q)
	_, _, ok = over.Div(two, fixed.Up)
	require.False(t, ok)

	// The magnitude 2¹²⁸ − 1 and a half: up wraps to 0, which has any sign.
	wrap := fixed.Words256([4]uint64{^uint64(0), ^uint64(0), 1, 0})
	_, _, ok = wrap.Div(two, fixed.Up)
	require.False(t, ok)
}

func FuzzMulDiv_Big(f *testing.F) {
	f.Add(int64(0), uint64(7), int64(-1), ^uint64(0), int64(0), uint64(2), uint8(0))
	f.Add(int64(1)<<62, uint64(1), int64(1)<<61, uint64(3), int64(1)<<62, uint64(5), uint8(1))
	f.Add(int64(-1)<<63, uint64(0), int64(-1)<<63, uint64(0), int64(-1)<<63, uint64(0), uint8(5))
	f.Fuzz(func(t *testing.T, aHi int64, aLo uint64, bHi int64, bLo uint64, cHi int64, cLo uint64, mode uint8) {
		a := fixed.Int128{Hi: aHi, Lo: aLo}
		b := fixed.Int128{Hi: bHi, Lo: bLo}
		c := fixed.Int128{Hi: cHi, Lo: cLo}
		m := fixed.Mode(mode % uint8(fixed.Ceiling+1))
		product := new(big.Int).Mul(a.Big(), b.Big())

		q, exact, ok := fixed.MulDiv(a, b, c, m)
		checkDivision(t, q, exact, ok, product, c.Big(), m)
		wide, wideExact, wideOK := a.MulWide(b).Div(c, m)
		require.Equal(t, ok, wideOK)
		if ok {
			require.Equal(t, q, wide)
			require.Equal(t, exact, wideExact)
		}
	})
}
