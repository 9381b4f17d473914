package money_test

import (
	"errors"
	"math"
	"math/big"
	"runtime"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
)

func TestNew(t *testing.T) {
	for _, tt := range []struct {
		name   string
		amount decimal.Decimal
		want   string
		err    error
	}{
		{"plain", decimal.RequireFromString("1234.56"), "CNY 1234.56", nil},
		{"zero value", decimal.Decimal{}, "CNY 0.00", nil},
		{"zero with a huge exponent", decimal.New(0, math.MaxInt32), "CNY 0.00", nil},
		{"smallest", decimal.New(1, -18), "CNY 0.000000000000000001", nil},
		{"largest power of ten", decimal.New(1, 20), "CNY 100000000000000000000.00", nil},
		{"zeros beyond the scale", decimal.NewFromBigInt(oracleTen(1000), -1000), "CNY 1.00", nil},
		{"a digit beyond the scale", decimal.New(1, -19), "", money.ErrInexact},
		{"exponent below the bound", decimal.NewFromBigInt(oracleTen(1001), -1001), "", money.ErrInexact},
		{"lowest exponent", decimal.New(1, math.MinInt32), "", money.ErrInexact},
		{"highest exponent", decimal.New(1, math.MaxInt32), "", money.ErrOverflow},
		{"one past the exponent", decimal.New(1, 21), "", money.ErrOverflow},
		{"beyond 128 bits", decimal.New(2, 20), "", money.ErrOverflow},
		{"huge coefficient", decimal.NewFromBigInt(new(big.Int).Lsh(big.NewInt(1), 1<<20), -1000), "", money.ErrOverflow},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := money.New(tt.amount, money.CNY)
			if tt.err != nil {
				require.ErrorIs(t, err, tt.err)
				require.ErrorContains(t, err, "money: ")
				require.Less(t, len(err.Error()), 300)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, got.String())
		})
	}
}

// A decimal of a few bytes can stand for a number of gigabytes; it must be refused without writing that number down.
func TestNew_HugeExponentIsCheap(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, exponent := range []int32{math.MaxInt32, 2_000_000_000, math.MinInt32, -20_000_000} {
		_, err := money.New(decimal.New(-9, exponent), money.CNY)
		require.Error(t, err)
	}
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
}

func TestConstructors_UnknownCurrency(t *testing.T) {
	for _, c := range []money.Currency{"", "cny", "XYZ", money.Currency(strings.Repeat("A", 1000))} {
		_, errNew := money.New(decimal.New(1, 0), c)
		_, errMinor := money.FromMinor(1, c)
		_, errScaled := money.FromScaled(fixed.FromInt64(1), c)
		for _, err := range []error{errNew, errMinor, errScaled} {
			require.ErrorIs(t, err, money.ErrUnknownCurrency)
			require.Less(t, len(err.Error()), 200, "the value is clipped")
		}
	}
}

func TestFromMinor(t *testing.T) {
	for _, tt := range []struct {
		name     string
		units    int64
		currency money.Currency
		want     string
	}{
		{"fen", 12345, money.CNY, "CNY 123.45"},
		{"yen", 12345, money.JPY, "JPY 12345"},
		{"fils", -12345, money.KWD, "KWD -12.345"},
		{"no minor unit counts whole", 3, "XAU", "XAU 3"},
		{"largest", math.MaxInt64, money.JPY, "JPY 9223372036854775807"},
		{"smallest", math.MinInt64, money.CNY, "CNY -92233720368547758.08"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, must(money.FromMinor(tt.units, tt.currency)).String())
		})
	}
}

func TestZeroMoney(t *testing.T) {
	var zero money.Money
	cny := money.MustParse("CNY 12.50")
	require.True(t, zero.IsZero())
	require.Equal(t, 0, zero.Sign())
	require.Equal(t, money.Currency(""), zero.Currency())
	require.True(t, zero.Decimal().IsZero())
	require.Equal(t, cny, must(zero.Add(cny)))
	require.Equal(t, cny, must(cny.Add(zero)))
	require.Equal(t, cny, must(cny.Sub(zero)))
	require.Equal(t, money.MustParse("CNY -12.50"), must(zero.Sub(cny)))
	require.Equal(t, zero, must(zero.Add(zero)))
	require.Equal(t, zero, must(zero.Neg()))
	require.Equal(t, zero, must(money.Sum()))
	require.Equal(t, -1, must(zero.Cmp(cny)))
	require.Equal(t, []money.Money{zero, zero}, must(zero.Split(2, 1, 1)))
	require.NotEqual(t, zero, must(money.FromMinor(0, money.CNY)), "no currency is not CNY")
	require.Equal(t, must(money.FromMinor(0, money.CNY)), must(zero.Add(must(money.FromMinor(0, money.CNY)))))
}

func TestCurrencyMismatch(t *testing.T) {
	cny, usd := money.MustParse("CNY 1.00"), money.MustParse("USD 0.00")
	_, errAdd := cny.Add(usd)
	_, errSub := cny.Sub(usd)
	_, errCmp := cny.Cmp(usd)
	_, errSum := money.Sum(money.Money{}, cny, money.Money{}, usd)
	for _, err := range []error{errAdd, errSub, errCmp, errSum} {
		mismatch, ok := errors.AsType[money.CurrencyMismatchError](err)
		require.True(t, ok, "%v", err)
		require.Equal(t, money.CurrencyMismatchError{Got: money.USD, Want: money.CNY}, mismatch)
		require.EqualError(t, err,
			`money: got "USD", want "CNY": convert one of the amounts first, currencies never mix`)
	}
}

func TestOverflow(t *testing.T) {
	top := must(money.FromScaled(fixed.Max(), money.CNY))
	bottom := must(money.FromScaled(fixed.Min(), money.CNY))
	least := must(money.FromScaled(fixed.FromInt64(1), money.CNY))
	_, errAdd := top.Add(least)
	_, errSub := bottom.Sub(least)
	_, errNeg := bottom.Neg()
	_, errAbs := bottom.Abs()
	_, errSum := money.Sum(top, top, least)
	for _, err := range []error{errAdd, errSub, errNeg, errAbs, errSum} {
		require.ErrorIs(t, err, money.ErrOverflow)
		require.ErrorContains(t, err, "money: ")
	}
	require.Equal(t, top, must(money.Sum(top, least, must(least.Neg()))), "only the total has to fit")
	require.Equal(t, top, must(must(top.Neg()).Abs()))
	require.Equal(t, top, must(top.Abs()))
}

func TestMoney_IsAMapKey(t *testing.T) {
	seen := map[money.Money]int{}
	for _, text := range []string{"CNY 1", "CNY 1.0", "CNY 1.000000000000000000"} {
		seen[money.MustParse(text)]++
	}
	require.Equal(t, map[money.Money]int{money.MustParse("CNY 1.00"): 3}, seen)
}

func TestNoAllocations(t *testing.T) {
	a, b := money.MustParse("CNY 1234.56"), money.MustParse("CNY -0.000000000000000001")
	r := money.Rounding{Mode: money.HalfUp, Places: 2}
	num, den := a.Scaled().MulWide(fixed.FromInt64(17)), fixed.FromInt64(31)
	wideNum := fixed.Max().MulWide(fixed.FromInt64(1 << 40))
	buf := make([]byte, 0, 64)
	for _, tt := range []struct {
		name string
		run  func() error
	}{
		{"FromMinor", func() error { _, err := money.FromMinor(123456, money.CNY); return err }},
		{"Add", func() error { _, err := a.Add(b); return err }},
		{"Sub", func() error { _, err := a.Sub(b); return err }},
		{"Cmp", func() error { _, err := a.Cmp(b); return err }},
		{"Sum", func() error { _, err := money.Sum(a, b, a); return err }},
		{"Round", func() error { _, err := b.Round(r); return err }},
		{"Apply", func() error { _, _, err := r.Apply(num, den, money.CNY); return err }},
		{"Apply with a wide divisor", func() error {
			_, _, err := r.Apply(wideNum, fixed.Max(), money.CNY)
			return err
		}},
		{"AppendText", func() error { _, err := a.AppendText(buf[:0]); return err }},
		{"Parse", func() error { _, err := money.Parse("CNY 1234.56"); return err }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.NoError(t, tt.run())
			require.Zero(t, testing.AllocsPerRun(100, func() { _ = tt.run() }))
		})
	}
}
