package fixed_test

import (
	"math/big"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/fixed"
)

func TestParseInt(t *testing.T) {
	for _, tt := range []struct {
		text string
		want fixed.Int128
		err  error
	}{
		{"0", fixed.Int128{}, nil},
		{"-1", fixed.FromInt64(-1), nil},
		{"10000000000000000000", fixed.FromUint64(1e19), nil},
		{"170141183460469231731687303715884105727", fixed.Max(), nil},
		{"-170141183460469231731687303715884105728", fixed.Min(), nil},
		{"170141183460469231731687303715884105728", fixed.Int128{}, fixed.ErrOverflow},
		{"-170141183460469231731687303715884105729", fixed.Int128{}, fixed.ErrOverflow},
		{"340282366920938463463374607431768211456", fixed.Int128{}, fixed.ErrOverflow}, // 2¹²⁸
		{strings.Repeat("9", 39), fixed.Int128{}, fixed.ErrOverflow},
		{strings.Repeat("9", 40), fixed.Int128{}, fixed.ErrOverflow},
		{strings.Repeat("9", 41), fixed.Int128{}, fixed.ErrTooLong},
		{"", fixed.Int128{}, fixed.ErrSyntax},
		{"-", fixed.Int128{}, fixed.ErrSyntax},
		{"-0", fixed.Int128{}, fixed.ErrSyntax},
		{"00", fixed.Int128{}, fixed.ErrSyntax},
		{"01", fixed.Int128{}, fixed.ErrSyntax},
		{"+1", fixed.Int128{}, fixed.ErrSyntax},
		{"--1", fixed.Int128{}, fixed.ErrSyntax},
		{"1_000", fixed.Int128{}, fixed.ErrSyntax},
		{" 1", fixed.Int128{}, fixed.ErrSyntax},
		{"1.0", fixed.Int128{}, fixed.ErrSyntax},
		{"1e3", fixed.Int128{}, fixed.ErrSyntax},
		{"٣", fixed.Int128{}, fixed.ErrSyntax},
	} {
		t.Run(tt.text, func(t *testing.T) {
			got, err := fixed.ParseInt(tt.text)
			require.Equal(t, tt.err, err)
			require.Equal(t, tt.want, got)
		})
	}
}

func TestParseDecimal(t *testing.T) {
	for _, tt := range []struct {
		text  string
		scale int
		want  string
		err   error
	}{
		{"-12.5", 2, "-1250", nil},
		{"0.000001", 6, "1", nil},
		{"1.50", 1, "15", nil},
		{"-0.00", 2, "0", nil},
		{"0", 38, "0", nil},
		{"1", 38, "1" + strings.Repeat("0", 38), nil},
		{"1." + strings.Repeat("0", 76), 0, "1", nil},
		{"0." + strings.Repeat("0", 37) + "1", 38, "1", nil},
		{strings.Repeat("9", 38), 0, strings.Repeat("9", 38), nil},
		{strings.Repeat("9", 19) + "." + strings.Repeat("9", 19), 19, strings.Repeat("9", 38), nil},

		{"2", 38, "", fixed.ErrOverflow},
		{"-1.8", 38, "", fixed.ErrOverflow},
		{strings.Repeat("9", 38), 1, "", fixed.ErrOverflow},
		{"1", -1, "", fixed.ErrOverflow},
		{"1", 39, "", fixed.ErrOverflow},

		{"0.01", 1, "", fixed.ErrInexact},
		{"1.5", 0, "", fixed.ErrInexact},
		{"0." + strings.Repeat("0", 38) + "1", 38, "", fixed.ErrInexact},

		{"1" + strings.Repeat("0", 38), 0, "", fixed.ErrTooLong},
		{strings.Repeat("9", 20) + "." + strings.Repeat("9", 19), 19, "", fixed.ErrTooLong},
		{"1." + strings.Repeat("0", 77), 0, "", fixed.ErrTooLong},

		{"", 2, "", fixed.ErrSyntax},
		{"-", 2, "", fixed.ErrSyntax},
		{".", 2, "", fixed.ErrSyntax},
		{".5", 2, "", fixed.ErrSyntax},
		{"5.", 2, "", fixed.ErrSyntax},
		{"00.5", 2, "", fixed.ErrSyntax},
		{"01", 2, "", fixed.ErrSyntax},
		{"+1", 2, "", fixed.ErrSyntax},
		{"1e2", 2, "", fixed.ErrSyntax},
		{"1_0", 2, "", fixed.ErrSyntax},
		{"1,5", 2, "", fixed.ErrSyntax},
		{"1.2.3", 2, "", fixed.ErrSyntax},
		{"1.-2", 2, "", fixed.ErrSyntax},
		{" 1", 2, "", fixed.ErrSyntax},
		{"NaN", 2, "", fixed.ErrSyntax},
	} {
		t.Run(tt.text, func(t *testing.T) {
			got, err := fixed.ParseDecimal(tt.text, tt.scale)
			require.Equal(t, tt.err, err)
			if err == nil {
				require.Equal(t, tt.want, got.String())
			}
		})
	}
}

func TestAppendDecimal(t *testing.T) {
	for _, tt := range []struct {
		name             string
		v                fixed.Int128
		scale, minPlaces int
		want             string
	}{
		{"integer", fixed.FromInt64(1250), 0, 0, "1250"},
		{"fraction", fixed.FromInt64(-1250), 2, 0, "-12.5"},
		{"places kept", fixed.FromInt64(-1250), 2, 2, "-12.50"},
		{"places added", fixed.FromInt64(5), 0, 3, "5.000"},
		{"places added after zeros dropped", fixed.FromInt64(500), 2, 4, "5.0000"},
		{"only fraction", fixed.FromInt64(1), 6, 2, "0.000001"},
		{"zeros before the fraction", fixed.FromInt64(-120), 4, 0, "-0.012"},
		{"digits as many as the scale", fixed.FromInt64(12), 2, 0, "0.12"},
		{"zeros before the point stay", fixed.FromInt64(1000), 1, 0, "100"},
		{"zero", fixed.Int128{}, 18, 0, "0"},
		{"zero with places", fixed.Int128{}, 18, 2, "0.00"},
		{"places below zero", fixed.FromInt64(15), 1, -1, "1.5"},
		{"min", fixed.Min(), 38, 0, "-1.70141183460469231731687303715884105728"},
		{"scale past 38", fixed.FromInt64(12), 40, 0, "0." + strings.Repeat("0", 38) + "12"},
		{"scale below zero", fixed.FromInt64(12), -3, 1, "12000.0"},
		{"zero with a scale below zero", fixed.Int128{}, -3, 0, "0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := fixed.AppendDecimal([]byte("CNY "), tt.v, tt.scale, tt.minPlaces)
			require.Equal(t, "CNY "+tt.want, string(got))
		})
	}
}

func TestPow10(t *testing.T) {
	for n := range 39 {
		got, ok := fixed.Pow10(n)
		require.True(t, ok)
		require.Equal(t, "1"+strings.Repeat("0", n), got.String())
	}
	_, ok := fixed.Pow10(-1)
	require.False(t, ok)
	_, ok = fixed.Pow10(39)
	require.False(t, ok)
}

// checkPlaces holds text to at least min places, and to no zero beyond them.
func checkPlaces(t *testing.T, text string, min int) {
	t.Helper()
	_, frac, point := strings.Cut(text, ".")
	check(t, point, len(frac) > 0, text, min)
	check(t, len(frac) >= min, true, text, min)
	check(t, len(frac) > min && strings.HasSuffix(frac, "0"), false, text, min)
}

func FuzzDecimal_Append_Parse(f *testing.F) {
	for _, e := range edges() {
		f.Add(e.Hi, e.Lo, uint8(18), uint8(2))
	}
	limit := new(big.Int).Exp(ten, big.NewInt(38), nil)
	f.Fuzz(func(t *testing.T, hi int64, lo uint64, scale, minPlaces uint8) {
		v, s, places := fixed.Int128{Hi: hi, Lo: lo}, int(scale%39), int(minPlaces%39)
		text := string(fixed.AppendDecimal(nil, v, s, places))
		checkPlaces(t, text, places)
		got, err := fixed.ParseDecimal(text, s)
		if err == fixed.ErrTooLong && v.Big().CmpAbs(limit) >= 0 {
			return
		}
		require.NoError(t, err, text)
		require.Equal(t, v, got, text)
	})
}

func FuzzDecimal_Parse_Rat(f *testing.F) {
	for _, text := range []string{"-12.5", "0.000001", "-0.00", "1e3", "00.1", "5.", "9999999999999999999.9999999999999999999"} {
		f.Add(text, uint8(6))
	}
	grammar := regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`)
	f.Fuzz(func(t *testing.T, text string, scale uint8) {
		s := int(scale % 39)
		got, err := fixed.ParseDecimal(text, s)
		if err == fixed.ErrTooLong {
			require.Greater(t, len(text), 38)
			return
		}
		require.Equal(t, grammar.MatchString(text), err != fixed.ErrSyntax, text)
		if err == fixed.ErrSyntax {
			return
		}
		want, whole := slowScaled(text, s)
		require.Equal(t, !whole, err == fixed.ErrInexact, text)
		if whole {
			check128(t, got, err == nil, want, text, s)
		}
	})
}
