package counter_test

import (
	"math/big"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/counter"
)

func TestParseValue(t *testing.T) {
	for text, want := range map[string]string{
		"0": "0", "-0": "0", "0.000": "0", "007": "7", "12.50": "12.5", "-1": "-1", "1e3": "1000", "1E+03": "1000", "1.5e+03": "1500", "1500e-3": "1.5",
		"18446744073709551615": "18446744073709551615", "9.223372036854775807e+18": "9223372036854775807",
		"170141183460469231731687303715884105727": "170141183460469231731687303715884105727", "0e9999": "0",
		"1e38": "1" + strings.Repeat("0", 38), "1e-38": "0." + strings.Repeat("0", 37) + "1",
	} {
		v, err := counter.ParseValue(text)
		require.NoError(t, err, text)
		require.Equal(t, want, v.String(), text)
	}
	for _, text := range []string{"", "-", ".", ".5", "5.", "+5", "1e", "1e+", "1e+-3", "1e1.5", "e5", "0x10", "1_0", " 1", "1 ", "NaN", "+Inf", "-Inf", "--1", "1e99999", strings.Repeat("1", 65)} {
		_, err := counter.ParseValue(text)
		require.ErrorIs(t, err, metering.ErrSyntax, text)
	}
	for _, text := range []string{"170141183460469231731687303715884105728", "1e39", "1e-39", "1e9999", "1e-9999", "2e38", strings.Repeat("9", 60)} {
		_, err := counter.ParseValue(text)
		require.ErrorIs(t, err, metering.ErrOverflow, text)
	}
}

// number is what this package takes for one.
var number = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,4})?$`)

// FuzzValue_String_Parse: what is read is the number that math/big reads, and
// reads back from its text as the same value.
func FuzzValue_String_Parse(f *testing.F) {
	for _, text := range []string{"0", "-1", "1.5e+03", "00.10", "1e-38", "170141183460469231731687303715884105727", "NaN", "1e9999"} {
		f.Add(text, "1")
	}
	f.Fuzz(func(t *testing.T, text, other string) {
		v, err := counter.ParseValue(text)
		if err != nil {
			require.True(t, len(text) > 64 || !number.MatchString(text) || strings.Contains(err.Error(), "overflow"), "%q: %v", text, err)
			return
		}
		require.True(t, number.MatchString(text), text)
		want, ok := new(big.Rat).SetString(text)
		require.True(t, ok)
		got, ok := new(big.Rat).SetString(v.String())
		require.True(t, ok)
		require.Zero(t, want.Cmp(got), "%q is %v", text, v)
		back, err := counter.ParseValue(v.String())
		require.NoError(t, err)
		require.Equal(t, v, back)
		if w, err := counter.ParseValue(other); err == nil {
			rat, _ := new(big.Rat).SetString(other)
			require.Equal(t, want.Cmp(rat), v.Cmp(w))
			require.Equal(t, want.Cmp(rat) == 0, v == w)
		}
	})
}
