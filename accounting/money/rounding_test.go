package money_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
)

// vectors are figures that other billing systems publish; testdata/rounding.json names them.
type vectors struct {
	Source string `json:"source"`
	Round  []struct {
		Name   string             `json:"name"`
		Amount money.Money        `json:"amount"`
		Mode   money.RoundingMode `json:"mode"`
		Places int                `json:"places"`
		Want   string             `json:"want"`
	} `json:"round"`
	Invoices []struct {
		Name               string             `json:"name"`
		Mode               money.RoundingMode `json:"mode"`
		Places             int                `json:"places"`
		Lines              []money.Money      `json:"lines"`
		ByLine             string             `json:"by_line"`
		ByBill             string             `json:"by_bill"`
		ByLargestRemainder []money.Money      `json:"by_largest_remainder"`
	} `json:"invoices"`
	Ratios []struct {
		Name   string             `json:"name"`
		Amount money.Money        `json:"amount"`
		Num    int64              `json:"num"`
		Den    int64              `json:"den"`
		Mode   money.RoundingMode `json:"mode"`
		Places int                `json:"places"`
		Want   string             `json:"want"`
	} `json:"ratios"`
}

func readVectors(t *testing.T) vectors {
	t.Helper()
	data, err := os.ReadFile("testdata/rounding.json")
	require.NoError(t, err)
	var v vectors
	require.NoError(t, json.Unmarshal(data, &v))
	return v
}

func TestVectors_Round(t *testing.T) {
	for _, v := range readVectors(t).Round {
		t.Run(v.Name, func(t *testing.T) {
			got, err := v.Amount.Round(money.Rounding{Mode: v.Mode, Places: v.Places})
			require.NoError(t, err)
			require.Equal(t, v.Want, got.String())
		})
	}
}

func TestVectors_Invoices(t *testing.T) {
	for _, v := range readVectors(t).Invoices {
		t.Run(v.Name, func(t *testing.T) {
			r := money.Rounding{Mode: v.Mode, Places: v.Places}
			var byLine money.Money
			weights := make([]fixed.Int128, len(v.Lines))
			for i, line := range v.Lines {
				byLine = must(byLine.Add(must(line.Round(r))))
				weights[i] = line.Scaled()
			}
			require.Equal(t, v.ByLine, byLine.String())

			total := must(must(money.Sum(v.Lines...)).Round(r))
			require.Equal(t, v.ByBill, total.String())
			require.Equal(t, v.ByLargestRemainder, must(total.SplitBy(v.Places, weights)))
		})
	}
}

func TestVectors_Ratios(t *testing.T) {
	for _, v := range readVectors(t).Ratios {
		t.Run(v.Name, func(t *testing.T) {
			num := v.Amount.Scaled().MulWide(fixed.FromInt64(v.Num))
			r := money.Rounding{Mode: v.Mode, Places: v.Places}
			got, _, err := r.Apply(num, fixed.FromInt64(v.Den), v.Amount.Currency())
			require.NoError(t, err)
			require.Equal(t, v.Want, got.String())
		})
	}
}

func TestRound_Modes(t *testing.T) {
	for _, tt := range []struct {
		name, amount string
		want         [7]string // in the order of modes
	}{
		{"tie above an even step", "CNY 0.125", [7]string{"0.12", "0.13", "0.12", "0.12", "0.13", "0.12", "0.13"}},
		{"tie above an odd step", "CNY 0.135", [7]string{"0.14", "0.14", "0.13", "0.13", "0.14", "0.13", "0.14"}},
		{"negative tie", "CNY -0.125", [7]string{"-0.12", "-0.13", "-0.12", "-0.12", "-0.13", "-0.13", "-0.12"}},
		{"just above a tie", "CNY 0.125000000000000001",
			[7]string{"0.13", "0.13", "0.13", "0.12", "0.13", "0.12", "0.13"}},
		{"just below a tie", "CNY 0.124999999999999999",
			[7]string{"0.12", "0.12", "0.12", "0.12", "0.13", "0.12", "0.13"}},
		{"on a step", "CNY -0.12", [7]string{"-0.12", "-0.12", "-0.12", "-0.12", "-0.12", "-0.12", "-0.12"}},
		{"smallest below zero", "CNY -0.000000000000000001",
			[7]string{"0.00", "0.00", "0.00", "0.00", "-0.01", "-0.01", "0.00"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for i, mode := range modes {
				got := must(money.MustParse(tt.amount).Round(money.Rounding{Mode: mode, Places: 2}))
				require.Equal(t, "CNY "+tt.want[i], got.String(), mode)
			}
		})
	}
}

func TestRound_Errors(t *testing.T) {
	top := must(money.FromScaled(fixed.Max(), money.CNY))
	for _, tt := range []struct {
		name     string
		amount   money.Money
		rounding money.Rounding
		want     error
	}{
		{"negative places", top, money.Rounding{Places: -1}, money.ErrRounding},
		{"places past the scale", top, money.Rounding{Places: 19}, money.ErrRounding},
		{"mode past the last", top, money.Rounding{Mode: 7}, money.ErrRounding},
		{"step above the largest amount", top, money.Rounding{Mode: money.Up}, money.ErrOverflow},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.amount.Round(tt.rounding)
			require.ErrorIs(t, err, tt.want)
			require.ErrorContains(t, err, "money: ")
			require.Equal(t, money.Money{}, got)
		})
	}
}

func TestRound_ZeroMoney(t *testing.T) {
	require.Equal(t, money.Money{}, must(money.Money{}.Round(money.Rounding{})))
}

// A rational just below a tie at scale 18 rounds to the tie, and the tie rounds up: two roundings are not one.
func TestApply_RoundsOnce(t *testing.T) {
	// 0.5 − 10⁻¹⁹ units: scale 18 would make it 0.5.
	num := fixed.Wide(fixed.FromInt64(5_000_000_000_000_000_000 - 1))
	got, exact, err := money.Rounding{Mode: money.HalfUp}.Apply(num, fixed.FromInt64(10), money.CNY)
	require.NoError(t, err)
	require.False(t, exact)
	require.Equal(t, "CNY 0.00", got.String())
}

// The same below a tie by a part that only a divisor beyond 128 bits can see.
func TestApply_RoundsOnce_WideDivisor(t *testing.T) {
	den := fixed.Max() // odd; den·10¹⁸ does not fit in 128 bits
	half, _ := fixed.Pow10(money.Scale)
	half, _, _ = half.Div(fixed.FromInt64(2), fixed.Down)
	tie := half.MulWide(den)
	for _, tt := range []struct {
		name  string
		delta int64
		want  string
		exact bool
	}{
		{"below the tie", -1, "JPY 0", false},
		{"at the tie", 0, "JPY 0", false},
		{"above the tie", 1, "JPY 1", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			num, _ := tie.Add(fixed.Wide(fixed.FromInt64(tt.delta)))
			got, exact, err := money.Rounding{}.Apply(num, den, money.JPY)
			require.NoError(t, err)
			require.Equal(t, tt.want, got.String())
			require.Equal(t, tt.exact, exact)
		})
	}
}

func TestApply_Errors(t *testing.T) {
	one := fixed.FromInt64(1)
	wide := fixed.Max().MulWide(fixed.Max())
	for _, tt := range []struct {
		name     string
		rounding money.Rounding
		num      fixed.Int256
		den      fixed.Int128
		currency money.Currency
		want     error
	}{
		{"places", money.Rounding{Places: 19}, fixed.Wide(one), one, money.CNY, money.ErrRounding},
		{"mode", money.Rounding{Mode: 200}, fixed.Wide(one), one, money.CNY, money.ErrRounding},
		{"no currency", money.Rounding{}, fixed.Wide(one), one, "", money.ErrUnknownCurrency},
		{"unknown currency", money.Rounding{}, fixed.Wide(one), one, "ABC", money.ErrUnknownCurrency},
		{"zero denominator", money.Rounding{}, wide, fixed.Int128{}, money.CNY, money.ErrZeroDenominator},
		{"quotient out of range", money.Rounding{Places: 2}, wide, one, money.CNY, money.ErrOverflow},
		{"wide quotient out of range", money.Rounding{}, wide, powerOfTwo(67), money.CNY, money.ErrOverflow},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, exact, err := tt.rounding.Apply(tt.num, tt.den, tt.currency)
			require.ErrorIs(t, err, tt.want)
			require.ErrorContains(t, err, "money: ")
			require.Less(t, len(err.Error()), 300)
			require.False(t, exact)
			require.Equal(t, money.Money{}, got)
		})
	}
}

// powerOfTwo returns 2ⁿ.
func powerOfTwo(n int) fixed.Int128 {
	v := fixed.FromInt64(1)
	for range n {
		v, _ = v.MulInt64(2)
	}
	return v
}

func TestRoundingMode_Text(t *testing.T) {
	for i, name := range []string{"half-even", "half-up", "half-down", "down", "up", "floor", "ceiling"} {
		mode, err := money.ParseRoundingMode(name)
		require.NoError(t, err)
		require.Equal(t, modes[i], mode)
		require.Equal(t, name, mode.String())
		text, err := mode.MarshalText()
		require.NoError(t, err)
		require.Equal(t, name, string(text))
	}
	_, err := money.RoundingMode(7).MarshalText()
	require.ErrorIs(t, err, money.ErrRounding)

	mode := money.Floor
	for _, text := range []string{"", "HALF-UP", "half_up", "bankers", " down"} {
		require.ErrorIs(t, mode.UnmarshalText([]byte(text)), money.ErrRounding, text)
	}
	require.Equal(t, money.Floor, mode, "an error leaves the value as it was")
	require.Equal(t, money.RoundingMode(0), money.HalfEven, "the zero value")
}
