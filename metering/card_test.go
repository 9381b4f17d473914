package metering_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
)

// TestCardShare_PartsOfACard: n n-ths are a card, for every n that providers
// cut one into.
func TestCardShare_PartsOfACard(t *testing.T) {
	for _, n := range []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 20, 24, 30, 32, 48, 64, 1000} {
		var sum metering.Quantity
		for range n {
			part, err := metering.CardShare(1, n)
			require.NoError(t, err, n)
			sum, err = sum.Add(part)
			require.NoError(t, err)
		}
		require.Equal(t, metering.WholeCards(1), sum)
	}
	three, err := metering.CardShare(3, 7)
	require.NoError(t, err)
	require.Equal(t, "30888000 {share}", three.String())
	milli, err := metering.MilliCards(250)
	require.NoError(t, err)
	quarter, err := metering.CardShare(1, 4)
	require.NoError(t, err)
	require.Equal(t, quarter, milli)
}

func TestCardShare_Refused(t *testing.T) {
	_, err := metering.CardShare(1, 17)
	require.ErrorIs(t, err, metering.ErrInexact)
	_, err = metering.CardShare(math.MaxInt64, math.MaxInt64-1)
	require.ErrorIs(t, err, metering.ErrInexact)
	var field *metering.FieldError
	for _, share := range [][2]int64{{-1, 7}, {1, 0}, {1, -7}} {
		_, err = metering.CardShare(share[0], share[1])
		require.ErrorAs(t, err, &field)
	}
	_, err = metering.MilliCards(-1)
	require.ErrorAs(t, err, &field)
	_, err = metering.MilliCards(math.MaxInt64)
	require.NoError(t, err)

	parts, err := metering.WholeCards(1).Split(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
	require.NoError(t, err)
	require.Equal(t, "4239530 {share}", parts[0].String(), "seventeen parts, the grains left over to the first")
	require.Equal(t, "4239529 {share}", parts[16].String())
}
