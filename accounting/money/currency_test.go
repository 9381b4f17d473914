package money_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/money"
)

func TestCurrencyTable(t *testing.T) {
	rows := money.CurrencyRows()
	require.Len(t, rows, 178, "List One as published 2026-09-17")
	numerics := map[string]bool{}
	digits := map[int]int{}
	for i, r := range rows {
		if i > 0 {
			require.Less(t, rows[i-1].Code, r.Code, "sorted, each code once")
		}
		require.Regexp(t, regexp.MustCompile(`^[A-Z]{3}$`), string(r.Code))
		require.Regexp(t, regexp.MustCompile(`^[0-9]{3}$`), r.Numeric)
		require.NotEmpty(t, r.Name)
		require.False(t, numerics[r.Numeric], "numeric code %s twice", r.Numeric)
		numerics[r.Numeric] = true
		digits[r.Digits]++

		require.True(t, r.Code.Valid())
		require.Equal(t, max(r.Digits, 0), r.Code.Digits())
		require.Equal(t, r.Numeric, r.Code.Numeric())
		require.Equal(t, r.Name, r.Code.Name())
	}
	// How many codes have each minor unit in the list of 2026-09-17; -1 is "N.A.".
	require.Equal(t, map[int]int{-1: 13, 0: 17, 2: 139, 3: 7, 4: 2}, digits)
}

func TestCurrency(t *testing.T) {
	for _, tt := range []struct {
		name     string
		currency money.Currency
		valid    bool
		digits   int
		numeric  string
	}{
		{"yuan", money.CNY, true, 2, "156"},
		{"no minor digits", money.JPY, true, 0, "392"},
		{"three digits", money.KWD, true, 3, "414"},
		{"four digits", money.CLF, true, 4, "990"},
		{"leading zero in the numeric code", money.AUD, true, 2, "036"},
		{"first of the table", money.AED, true, 2, "784"},
		{"last of the table", "ZWG", true, 2, "924"},
		{"introduced 2025-03-31", "XCG", true, 2, "532"},
		{"introduced 2025-05-12", "XAD", true, 2, "396"},
		{"no minor unit", "XAU", true, 0, "959"},
		{"withdrawn 2026-01-01", "BGN", false, 0, ""},
		{"before the first", "AAA", false, 0, ""},
		{"after the last", "ZZZ", false, 0, ""},
		{"lower case", "cny", false, 0, ""},
		{"empty", "", false, 0, ""},
		{"too long", "CNYX", false, 0, ""},
		{"not letters", "\x00\xff1", false, 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.valid, tt.currency.Valid())
			require.Equal(t, tt.digits, tt.currency.Digits())
			require.Equal(t, tt.numeric, tt.currency.Numeric())
			require.Equal(t, tt.valid, tt.currency.Name() != "")
			got, err := money.ParseCurrency(string(tt.currency))
			if !tt.valid {
				require.ErrorIs(t, err, money.ErrUnknownCurrency)
				require.ErrorContains(t, err, "money: ")
				require.Equal(t, money.Currency(""), got)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.currency, got)
		})
	}
}
