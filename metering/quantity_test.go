package metering_test

import (
	"encoding/json"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

func TestParseQuantity(t *testing.T) {
	const max128, min128 = "170141183460469231731687303715884105727", "-170141183460469231731687303715884105728"
	for _, tt := range []struct{ name, in, want string }{
		{"canonical", "12600000000000 ns", "12600000000000 ns"},
		{"a unit above the grain", "3.5 h", "12600000000000 ns"},
		{"a share", "0.25 {card}.h", "64864800000000000000 {share}.ns"},
		{"negative", "-1.5 GiBy", "-1610612736 By"},
		{"minus zero is zero", "-0 h", "0 ns"},
		{"zeros after the point carry nothing", "2.000 {token}", "2 {token}"},
		{"a fraction far below the grain, of zeros", "1." + strings.Repeat("0", 100) + " ns", "1 ns"},
		{"kilowatt hours", "0.000000001 kW.h", "3600 uJ"},
		{"things by name", "7 {image}", "7 1"},
		{"the zero Quantity", "0", "0"},
		{"the largest", max128 + " ns", max128 + " ns"},
		{"the smallest", min128 + " ns", min128 + " ns"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q, err := metering.ParseQuantity(tt.in)
			require.NoError(t, err)
			require.Equal(t, tt.want, q.String())
			back, err := metering.ParseQuantity(q.String())
			require.NoError(t, err)
			require.Equal(t, q, back)
		})
	}
}

// TestParseQuantity_UnitsAsWritten: what people write for a unit is refused with its code.
func TestParseQuantity_UnitsAsWritten(t *testing.T) {
	for code, want := range map[string]string{
		"kWh": "did you mean kW.h?", "GB": "did you mean GBy?", "GiB": "did you mean GiBy?", "tokens": "did you mean {token}?",
		"GPU-hours": "did you mean {card}.h?", "kgCO2e": "did you mean kg{CO2e}?", "mb": "did you mean MBy?",
		"furlong": "want a UCUM code such as kW.h, GiBy, {card}.h or {request}",
	} {
		_, err := metering.ParseQuantity("5 " + code)
		require.ErrorIs(t, err, metering.ErrUnknownUnit)
		require.EqualError(t, err, `metering: unknown unit: "`+code+`"; `+want)
	}
	_, err := metering.ParseUnit(strings.Repeat("h", 1<<20))
	require.ErrorIs(t, err, metering.ErrUnknownUnit)
	require.Less(t, len(err.Error()), 250)
}

func TestParseQuantity_Refused(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		want     error
	}{
		{"empty", "", metering.ErrSyntax},
		{"no unit", "5", metering.ErrSyntax},
		{"no number", " h", metering.ErrSyntax},
		{"a sign alone", "- h", metering.ErrSyntax},
		{"plus", "+5 h", metering.ErrSyntax},
		{"two spaces", "5  h", metering.ErrUnknownUnit},
		{"exponent", "1e3 h", metering.ErrSyntax},
		{"a point alone", ". h", metering.ErrSyntax},
		{"nothing before the point", ".5 h", metering.ErrSyntax},
		{"nothing after the point", "5. h", metering.ErrSyntax},
		{"two points", "1.2.3 h", metering.ErrSyntax},
		{"zeros in front", "007 ns", metering.ErrSyntax},
		{"zeros in front, above the grain", "007 h", metering.ErrSyntax},
		{"underscore", "1_000 h", metering.ErrSyntax},
		{"another script's digits", "５ h", metering.ErrSyntax},
		{"not a number", "NaN h", metering.ErrSyntax},
		{"infinity", "Inf h", metering.ErrSyntax},
		{"unknown unit", "5 kWh", metering.ErrUnknownUnit},
		{"no unit of the invalid dimension", "5 invalid", metering.ErrUnknownUnit},
		{"between two grains", "0.5 ns", metering.ErrInexact},
		{"between two grains, just", "1.0000000001 s", metering.ErrInexact},
		{"past the largest", "170141183460469231731687303715884105728 ns", metering.ErrOverflow},
		{"past the smallest", "-170141183460469231731687303715884105729 ns", metering.ErrOverflow},
		{"past the largest, above the grain", "170141183460469231731687303716 s", metering.ErrOverflow},
		{"a megabyte of digits", strings.Repeat("9", 1<<20) + " h", metering.ErrSyntax},
		{"a megabyte of unit", "1 " + strings.Repeat("h", 1<<20), metering.ErrSyntax},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q, err := metering.ParseQuantity(tt.in)
			require.ErrorIs(t, err, tt.want)
			require.Zero(t, q)
			require.Less(t, len(err.Error()), 300)
		})
	}
	require.Panics(t, func() { metering.MustQuantity("5") })
}

func TestQuantityOf(t *testing.T) {
	hour := metering.MustUnit("h")
	dec := func(digits int64, exp int32) decimal.Decimal { return decimal.New(digits, exp) }
	long := decimal.NewFromBigInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(150), nil), -150)
	for _, tt := range []struct {
		name string
		v    decimal.Decimal
		want string
		err  error
	}{
		{"whole", dec(2, 0), "7200000000000 ns", nil},
		{"with an exponent", dec(2, 1), "72000000000000 ns", nil},
		{"a fraction that is whole", dec(1, -12), "", metering.ErrInexact},
		{"zero, whatever the exponent", dec(0, math.MaxInt32), "0 ns", nil},
		{"one, written at length", long, "3600000000000 ns", nil},
		{"too large", dec(1, 39), "", metering.ErrOverflow},
		{"far too large", dec(1, math.MaxInt32), "", metering.ErrOverflow},
		{"far too small", dec(1, math.MinInt32), "", metering.ErrInexact},
		{"too many digits", decimal.NewFromBigInt(new(big.Int).Lsh(big.NewInt(1), 1<<20), 0), "", metering.ErrSyntax},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q, err := metering.QuantityOf(tt.v, hour)
			if tt.err != nil {
				require.ErrorIs(t, err, tt.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, q.String())
		})
	}
	var zero metering.Unit
	_, err := metering.QuantityOf(dec(1, 0), zero)
	require.ErrorIs(t, err, metering.ErrUnknownUnit)
	_, err = metering.NewQuantity(1, zero)
	require.ErrorIs(t, err, metering.ErrUnknownUnit)
}

func TestNewQuantity(t *testing.T) {
	q, err := metering.NewQuantity(-3, metering.MustUnit("10*6{token}"))
	require.NoError(t, err)
	require.Equal(t, "-3000000 {token}", q.String())

	_, err = metering.NewQuantity(math.MaxInt64, metering.MustUnit("{card}.h"))
	require.ErrorIs(t, err, metering.ErrOverflow)
	q, err = metering.NewQuantity(math.MinInt64, metering.MustUnit("TBy"))
	require.NoError(t, err)
	require.Equal(t, "-9223372036854775808000000000000 By", q.String())
}

// TestQuantity_Dimensions: what can be combined with what.
func TestQuantity_Dimensions(t *testing.T) {
	hour, bytes, zero := metering.MustQuantity("1 h"), metering.MustQuantity("1 By"), metering.Quantity{}
	for _, op := range []func(a, b metering.Quantity) error{
		func(a, b metering.Quantity) error { _, err := a.Add(b); return err },
		func(a, b metering.Quantity) error { _, err := a.Sub(b); return err },
		func(a, b metering.Quantity) error { _, err := a.Cmp(b); return err },
	} {
		require.NoError(t, op(hour, hour))
		require.NoError(t, op(hour, zero))
		require.NoError(t, op(zero, hour))
		require.NoError(t, op(zero, zero))
		var dimension *metering.DimensionError
		require.ErrorAs(t, op(hour, bytes), &dimension)
		require.Equal(t, metering.DimensionError{Got: metering.Bytes, Want: metering.Time}, *dimension)
		require.EqualError(t, dimension, "metering: dimension bytes where time is wanted")
		require.ErrorAs(t, op(hour, metering.Grains(0, metering.Bytes)), &dimension, "a zero of another dimension is of another dimension")
		for _, invalid := range []metering.Quantity{metering.Grains(5, 0), metering.Grains(5, 200), metering.Grains(0, 200)} {
			for _, other := range []metering.Quantity{invalid, hour, zero} {
				require.ErrorAs(t, op(invalid, other), &dimension)
				require.ErrorAs(t, op(other, invalid), &dimension)
			}
		}
	}
	sum, err := zero.Add(hour)
	require.NoError(t, err)
	require.Equal(t, hour, sum)
	back, err := zero.Sub(hour)
	require.NoError(t, err)
	require.Equal(t, "-3600000000000 ns", back.String())

	require.Equal(t, zero, metering.Grains(0, 0))
	_, err = metering.Grains(5, 0).MarshalText()
	require.Error(t, err)
	require.Equal(t, "5 invalid", metering.Grains(5, 0).String())
}

func TestQuantity_Sign(t *testing.T) {
	for n := range int64(3) {
		q := metering.Grains(n-1, metering.Token)
		require.EqualValues(t, n-1, q.Sign())
		require.Equal(t, n == 1, q.IsZero())
	}
	require.True(t, metering.Quantity{}.IsZero())
}

func TestQuantity_In(t *testing.T) {
	for _, tt := range []struct {
		q, unit string
		places  int
		want    string
	}{
		{"3.5 h", "h", 2, "3.5"},
		{"1 ns", "h", 18, "0.000000000000277778"},
		{"90 min", "h", 0, "2"},  // 1.5: ties go to even
		{"150 min", "h", 0, "2"}, // 2.5
		{"-150 min", "h", 0, "-2"},
		{"151 min", "h", 0, "3"},
		{"170141183460469231731687303715884105727 By", "By", 18, "170141183460469231731687303715884105727"},
		{"-170141183460469231731687303715884105728 uJ", "kW.h", 2, "-47261439850130342147690917.7"},
		{"0", "kW.h", 3, "0"},
		{"1 By", "GiBy", 9, "0.000000001"},
	} {
		got, err := metering.MustQuantity(tt.q).In(metering.MustUnit(tt.unit), tt.places)
		require.NoError(t, err)
		require.Equal(t, tt.want, got.String(), "%s in %s", tt.q, tt.unit)
	}
	hour := metering.MustQuantity("1 h")
	var dimension *metering.DimensionError
	_, err := hour.In(metering.MustUnit("By"), 0)
	require.ErrorAs(t, err, &dimension)
	_, err = metering.Grains(0, metering.Bytes).In(metering.MustUnit("h"), 0)
	require.ErrorAs(t, err, &dimension)
	var field *metering.FieldError
	for _, places := range []int{-1, 19, math.MaxInt32, math.MinInt32} {
		_, err = hour.In(metering.MustUnit("h"), places)
		require.ErrorAs(t, err, &field)
	}
	_, err = metering.Quantity{}.In(metering.Unit{}, 0)
	require.ErrorIs(t, err, metering.ErrUnknownUnit)
}

// TestLaw_Quantity_InRoundsOnceHalfEven, against the oracle.
func TestLaw_Quantity_InRoundsOnceHalfEven(t *testing.T) {
	units := metering.Units()
	law(t, func(t *testing.T, r random) {
		u, places := pick(r, units...), r.IntN(19)
		q := metering.GrainsWide(r.int128(), u.Dimension())
		if r.chance(50) { // near a tie
			half, _, _ := u.Grains().Div(fixed.FromInt64(2), fixed.Down)
			n, _ := half.MulInt64(int64(r.IntN(9) - 4))
			q = metering.GrainsWide(n, u.Dimension())
		}
		got, err := q.In(u, places)
		require.NoError(t, err)
		scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
		want := oracleHalfEven(new(big.Int).Mul(q.Grains().Big(), scale), u.Grains().Big())
		require.True(t, decimal.NewFromBigInt(want, int32(-places)).Equal(got), "%v in %v: %v", q, u, got)
	})
}

func TestQuantity_Split_Refused(t *testing.T) {
	q := metering.MustQuantity("10 {token}")
	for _, weights := range [][]int64{{}, {0}, {0, 0}, {1, -1}, {-1}} {
		_, err := q.Split(weights...)
		require.ErrorIs(t, err, metering.ErrWeights, weights)
	}
}

// checkQuantityText requires that a quantity's text is read back as it is.
func checkQuantityText(t *testing.T, q metering.Quantity) {
	t.Helper()
	text, err := json.Marshal(q)
	require.NoError(t, err)
	require.Equal(t, `"`+q.String()+`"`, string(text))
	back := metering.MustQuantity("1 h")
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, q, back)
}

func TestQuantity_JSON(t *testing.T) {
	checkQuantityText(t, metering.Quantity{})
	for _, d := range allDimensions {
		for _, n := range []fixed.Int128{{}, fixed.FromInt64(-7), fixed.Max(), fixed.Min()} {
			checkQuantityText(t, metering.GrainsWide(n, d))
		}
	}
	q := metering.MustQuantity("1 h")
	require.ErrorIs(t, json.Unmarshal([]byte(`"1.5 ns"`), &q), metering.ErrInexact)
	require.Equal(t, metering.MustQuantity("1 h"), q, "what is not read changes nothing")
}

func FuzzQuantity_String_Parse(f *testing.F) {
	for _, seed := range []string{"0", "3.5 {card}.h", "-170141183460469231731687303715884105728 By", "0.1 ns", "1e9 h", "5 {x}", "-0.0 W", "00 h"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q, err := metering.ParseQuantity(s)
		if err != nil {
			require.Zero(t, q)
			return
		}
		back, err := metering.ParseQuantity(q.String())
		require.NoError(t, err)
		require.Equal(t, q, back)
		// The number, by math/big, is that many grains of the unit.
		if num, code, found := strings.Cut(s, " "); found {
			value, ok := new(big.Rat).SetString(num)
			require.True(t, ok)
			value.Mul(value, new(big.Rat).SetInt(metering.MustUnit(code).Grains().Big()))
			require.Equal(t, value.RatString(), q.Grains().String())
		}
	})
}
