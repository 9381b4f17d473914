package money_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
)

func TestSplit(t *testing.T) {
	for _, tt := range []struct {
		name    string
		amount  string
		places  int
		weights []int64
		want    string
	}{
		{"three ways, the cent goes first", "USD 100.00", 2, []int64{1, 1, 1}, "33.34 33.33 33.33"},
		{"a refund mirrors it", "USD -100.00", 2, []int64{1, 1, 1}, "-33.34 -33.33 -33.33"},
		{"the largest remainder wins over order", "USD 1.00", 2, []int64{1, 1, 4}, "0.17 0.17 0.66"},
		{"a weight of 0 gets nothing", "USD 0.02", 2, []int64{0, 1, 0, 2}, "0.00 0.01 0.00 0.01"},
		{"fewer steps than parts", "USD 0.02", 2, []int64{1, 1, 1}, "0.01 0.01 0.00"},
		{"one part", "JPY 602", 0, []int64{7}, "602"},
		{"finer than the minor unit", "CNY 0.01", 4, []int64{1, 2}, "0.0033 0.0067"},
		{"coarser than the minor unit", "CNY 10.00", 0, []int64{1, 1, 1}, "4.00 3.00 3.00"},
		{"nothing", "CNY 0.00", 2, []int64{1, 2}, "0.00 0.00"},
		{"weights that sum beyond 64 bits", "CNY 0.03", 2, []int64{1 << 62, 1 << 62, 1 << 62}, "0.01 0.01 0.01"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := money.MustParse(tt.amount)
			var got []string
			for _, part := range must(m.Split(tt.places, tt.weights...)) {
				code, number, _ := strings.Cut(part.String(), " ")
				require.Equal(t, string(m.Currency()), code)
				got = append(got, number)
			}
			require.Equal(t, tt.want, strings.Join(got, " "))
		})
	}
}

func TestSplit_Errors(t *testing.T) {
	m := money.MustParse("CNY 10.005")
	for _, tt := range []struct {
		name    string
		places  int
		weights []int64
		want    error
		text    string
	}{
		{"not whole", 2, []int64{1}, money.ErrInexact,
			"money: split CNY 10.005 at 2 places: amount has too many decimals; round it to these places first"},
		{"no weights", 3, nil, money.ErrNoWeight,
			"money: split over 0 weights: no positive weight; give at least one above 0"},
		{"all weights 0", 3, []int64{0, 0}, money.ErrNoWeight,
			"money: split over 2 weights: no positive weight; give at least one above 0"},
		{"negative weight", 3, []int64{1, -5}, money.ErrNegativeWeight,
			"money: split weight 1 is -5: negative weight; weights are 0 or more"},
		{"negative places", -1, []int64{1}, money.ErrRounding,
			"money: -1 decimal places: invalid rounding; use 0 to 18"},
		{"places past the scale", 19, []int64{1}, money.ErrRounding,
			"money: 19 decimal places: invalid rounding; use 0 to 18"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			parts, err := m.Split(tt.places, tt.weights...)
			require.Nil(t, parts)
			require.ErrorIs(t, err, tt.want)
			require.EqualError(t, err, tt.text)
		})
	}
}

func TestSplitBy(t *testing.T) {
	m := money.MustParse("CNY 1.00")
	weights := []fixed.Int128{fixed.FromInt64(1), fixed.FromInt64(2)}
	before := append([]fixed.Int128(nil), weights...)
	require.Equal(t, must(m.Split(2, 1, 2)), must(m.SplitBy(2, weights)))
	require.Equal(t, before, weights, "the weights are only read")

	_, err := m.SplitBy(2, []fixed.Int128{fixed.Max(), fixed.FromInt64(1)})
	require.ErrorIs(t, err, money.ErrOverflow)
	_, err = m.SplitBy(2, []fixed.Int128{fixed.Max(), fixed.Min()})
	require.ErrorIs(t, err, money.ErrNegativeWeight)
	_, err = m.SplitBy(2, nil)
	require.ErrorIs(t, err, money.ErrNoWeight)
}

func TestSplit_WholeRange(t *testing.T) {
	for _, v := range []fixed.Int128{fixed.Max(), fixed.Min()} {
		m := must(money.FromScaled(v, money.CNY))
		parts := must(m.SplitBy(money.Scale, []fixed.Int128{fixed.Max()}))
		require.Equal(t, []money.Money{m}, parts)
		require.Equal(t, m, must(money.Sum(must(m.Split(money.Scale, 3, 5, 7))...)))
	}
}
