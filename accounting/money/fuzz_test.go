package money_test

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
)

func FuzzMoney_String_Parse(f *testing.F) {
	for _, s := range []string{
		"CNY 1234.56", "JPY -602", "KWD 0.001", "USD 00.1", "USD 1e3", "USD +1", "USD 1.", "USD .5", "EUR 1,000.00",
		"0", "", "CNY", "CNY ", "cny 1", "CNY  1", "CNY 1 ", "XYZ 1", "CNY -0.00", "CNY 0.0000000000000000001",
		"CNY 170141183460469231731.687303715884105727", "CNY -170141183460469231731.687303715884105728",
		"CNY 170141183460469231731.687303715884105728", "CNY 1.00000000000000000000000000000000000000000000000000000",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := money.Parse(s)
		if s == "0" {
			require.NoError(t, err)
			require.Equal(t, money.Money{}, m)
			return
		}
		code, want, ok := oracleParse(s)
		require.Equal(t, ok && money.Currency(code).Valid(), err == nil, "%q: %v", s, err)
		if err != nil {
			require.Equal(t, money.Money{}, m)
			require.LessOrEqual(t, len(err.Error()), 600, "an error repeats little of its input")
			return
		}
		require.Equal(t, money.Currency(code), m.Currency())
		require.Zero(t, want.Cmp(rat(m)))
		require.Equal(t, m, must(money.Parse(m.String())))
	})
}

func FuzzSplit_Sum(f *testing.F) {
	f.Add(int64(0), uint64(100_000_000_000_000_000), uint8(18), []byte{1, 1, 1})
	f.Add(int64(-1), uint64(0), uint8(2), []byte{0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3})
	f.Add(int64(1<<62), uint64(1), uint8(0), []byte{})
	f.Fuzz(func(t *testing.T, hi int64, lo uint64, places uint8, data []byte) {
		m := must(money.FromScaled(fixed.Int128{Hi: hi, Lo: lo}, money.CNY))
		p := int(places % (money.Scale + 1))
		m = must(m.Round(money.Rounding{Mode: money.Down, Places: p}))
		weights, positive := readWeights(data)

		parts, err := m.Split(p, weights...)
		if !positive {
			require.ErrorIs(t, err, money.ErrNoWeight)
			return
		}
		require.NoError(t, err)
		require.Equal(t, m, must(money.Sum(parts...)))
		requireOracleSplit(t, m, p, weights, parts)
	})
}

// readWeights reads at most 200 weights of 8 bytes, the last one shorter, and reports whether one is above 0.
func readWeights(data []byte) (weights []int64, positive bool) {
	data = data[:min(len(data), 200*8)]
	for len(data) > 0 {
		var word [8]byte
		n := copy(word[:], data)
		data = data[n:]
		w := int64(binary.LittleEndian.Uint64(word[:]) >> 1)
		weights, positive = append(weights, w), positive || w > 0
	}
	return weights, positive
}

func FuzzRound_Oracle(f *testing.F) {
	f.Add(int64(0), uint64(125_000_000_000_000_000), uint8(0), uint8(2), uint64(1), int64(0))
	f.Add(int64(-1), ^uint64(0), uint8(5), uint8(18), uint64(3), int64(0))
	f.Add(int64(1<<62), uint64(7), uint8(1), uint8(0), uint64(1), int64(1<<62))
	f.Fuzz(func(t *testing.T, hi int64, lo uint64, mode, places uint8, denLo uint64, denHi int64) {
		r := money.Rounding{Mode: modes[int(mode)%len(modes)], Places: int(places % (money.Scale + 1))}
		v, den := fixed.Int128{Hi: hi, Lo: lo}, fixed.Int128{Hi: denHi, Lo: denLo}
		requireOracleRound(t, must(money.FromScaled(v, money.USD)), r)
		if !den.IsZero() {
			requireOracleApply(t, r, v.MulWide(den), fixed.FromInt64(2))
			requireOracleApply(t, r, v.MulWide(v), den)
		}
	})
}
