package metering_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// TestQuantity_Steps: files by blocks, objects by a least size.
func TestQuantity_Steps(t *testing.T) {
	for _, tt := range []struct{ size, step, ceil, least string }{
		{"3 KiBy", "4 KiBy", "4 KiBy", "4 KiBy"},
		{"4 KiBy", "4 KiBy", "4 KiBy", "4 KiBy"},
		{"4097 By", "4 KiBy", "8 KiBy", "4097 By"},
		{"0 By", "4 KiBy", "0 By", "4 KiBy"},
		{"-1 By", "4 KiBy", "0 By", "4 KiBy"},
		{"-4097 By", "4 KiBy", "-4 KiBy", "4 KiBy"},
	} {
		size, step := metering.MustQuantity(tt.size), metering.MustQuantity(tt.step)
		ceil, err := size.Ceil(step)
		require.NoError(t, err)
		require.Equal(t, metering.MustQuantity(tt.ceil), ceil, tt.size)
		least, err := size.AtLeast(step)
		require.NoError(t, err)
		require.Equal(t, metering.MustQuantity(tt.least), least, tt.size)
	}
	one, cards := metering.MustQuantity("1 By"), metering.WholeCards(1)
	var dimension *metering.DimensionError
	var field *metering.FieldError
	_, err := one.Ceil(cards)
	require.ErrorAs(t, err, &dimension)
	_, err = one.AtLeast(cards)
	require.ErrorAs(t, err, &dimension)
	for _, step := range []metering.Quantity{{}, metering.Grains(0, metering.Bytes), metering.Grains(-1, metering.Bytes)} {
		_, err = one.Ceil(step)
		require.ErrorAs(t, err, &field)
	}
	_, err = metering.GrainsWide(fixed.Max(), metering.Bytes).Ceil(metering.MustQuantity("4 KiBy"))
	require.ErrorIs(t, err, metering.ErrOverflow)
}

// TestLaw_Quantity_CeilIsTheNextMultiple, or ErrOverflow where 128 bits have
// none.
func TestLaw_Quantity_CeilIsTheNextMultiple(t *testing.T) {
	law(t, func(t *testing.T, r random) {
		n, step := r.int128(), r.int128()
		if step.Sign() <= 0 {
			step = fixed.FromInt64(1 + r.Int64N(1<<40))
		}
		want := new(big.Int)
		rest := want.Mod(n.Big(), step.Big())
		if rest.Sign() != 0 {
			rest.Sub(step.Big(), rest)
		}
		want = new(big.Int).Add(n.Big(), rest)
		got, err := metering.GrainsWide(n, metering.Bytes).Ceil(metering.GrainsWide(step, metering.Bytes))
		if v, fits := fixed.FromBig(want); fits {
			require.NoError(t, err)
			require.Equal(t, metering.GrainsWide(v, metering.Bytes), got)
		} else {
			require.ErrorIs(t, err, metering.ErrOverflow)
		}
	})
}
