package money_test

import (
	"database/sql"
	"encoding"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
)

var (
	_ encoding.TextAppender    = money.Money{}
	_ encoding.TextMarshaler   = money.Money{}
	_ encoding.TextUnmarshaler = (*money.Money)(nil)
	_ json.Unmarshaler         = (*money.Money)(nil)
	_ sql.Scanner              = (*money.Money)(nil)
	_ fmt.Stringer             = money.Money{}
)

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		name, text, want string
	}{
		{"canonical", "CNY 1234.56", "CNY 1234.56"},
		{"fewer decimals", "CNY 1234.5", "CNY 1234.50"},
		{"no decimals", "CNY 1234", "CNY 1234.00"},
		{"more zeros", "CNY 1234.5600000000000000000000000", "CNY 1234.56"},
		{"more decimals", "CNY 0.000001", "CNY 0.000001"},
		{"negative", "JPY -602", "JPY -602"},
		{"negative zero", "CNY -0.00", "CNY 0.00"},
		{"three digits", "KWD 1.5", "KWD 1.500"},
		{"decimals of a yen", "JPY 602.50", "JPY 602.5"},
		{"zero money", "0", "0"},
		{"largest", "CNY 170141183460469231731.687303715884105727", "CNY 170141183460469231731.687303715884105727"},
		{"lowest", "CNY -170141183460469231731.687303715884105728",
			"CNY -170141183460469231731.687303715884105728"},
		{"39 digits and zeros", "CNY 100000000000000000000.0000000000000000000000", "CNY 100000000000000000000.00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, err := money.Parse(tt.text)
			require.NoError(t, err)
			require.Equal(t, tt.want, m.String())
		})
	}
}

func TestParse_Errors(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       error
	}{
		{"empty", "", money.ErrSyntax},
		{"no currency", "12.50", money.ErrSyntax},
		{"zero with decimals and no currency", "0.00", money.ErrSyntax},
		{"no amount", "CNY", money.ErrSyntax},
		{"empty amount", "CNY ", money.ErrSyntax},
		{"unknown currency", "ABC 1", money.ErrUnknownCurrency},
		{"withdrawn currency", "BGN 1", money.ErrUnknownCurrency},
		{"lower case", "cny 1", money.ErrUnknownCurrency},
		{"leading space", " CNY 1", money.ErrUnknownCurrency},
		{"trailing space", "CNY 1 ", money.ErrSyntax},
		{"two spaces", "CNY  1", money.ErrSyntax},
		{"no-break space", "CNY\u00a01", money.ErrSyntax},
		{"plus", "CNY +1", money.ErrSyntax},
		{"exponent", "CNY 1e3", money.ErrSyntax},
		{"grouping", "CNY 1,234.56", money.ErrSyntax},
		{"leading zero", "CNY 01", money.ErrSyntax},
		{"no whole part", "CNY .5", money.ErrSyntax},
		{"no fraction", "CNY 5.", money.ErrSyntax},
		{"not a number", "CNY NaN", money.ErrSyntax},
		{"full-width digits", "CNY １", money.ErrSyntax},
		{"amount first", "1 CNY", money.ErrUnknownCurrency},
		{"19 decimals", "CNY 0.0000000000000000001", money.ErrInexact},
		{"19 decimals of a long number", "CNY 12345678901234567890.1234567890123456789", money.ErrInexact},
		{"one past the largest", "CNY 170141183460469231731.687303715884105728", money.ErrOverflow},
		{"22 whole digits", "CNY 1000000000000000000000", money.ErrOverflow},
		{"60 whole digits", "CNY " + strings.Repeat("9", 60), money.ErrOverflow},
		{"83 bytes", "CNY 1." + strings.Repeat("0", 77), money.ErrSyntax},
		{"a megabyte", "CNY " + strings.Repeat("1", 1<<20), money.ErrSyntax},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, err := money.Parse(tt.text)
			require.ErrorIs(t, err, tt.want)
			require.ErrorContains(t, err, "money: ")
			require.Less(t, len(err.Error()), 300, "the value is clipped")
			require.Equal(t, money.Money{}, m)
			require.Panics(t, func() { money.MustParse(tt.text) })
		})
	}
}

func TestMoney_JSON(t *testing.T) {
	type invoice struct {
		Total    money.Money            `json:"total"`
		Credit   *money.Money           `json:"credit"`
		Accounts map[money.Money]string `json:"accounts"`
	}
	in := invoice{
		Total:    money.MustParse("CNY 1234.56"),
		Accounts: map[money.Money]string{money.MustParse("JPY 602"): "a"},
	}
	data, err := json.Marshal(in)
	require.NoError(t, err)
	require.JSONEq(t, `{"total":"CNY 1234.56","credit":null,"accounts":{"JPY 602":"a"}}`, string(data))
	var out invoice
	require.NoError(t, json.Unmarshal(data, &out))
	require.Equal(t, in, out)

	for _, text := range []string{`null`, `12.5`, `{}`, `["CNY 1"]`, `true`, `""`, `"CNY 1e3"`, `"12.5"`} {
		m := money.MustParse("CNY 7.00")
		require.ErrorIs(t, json.Unmarshal([]byte(text), &m), money.ErrSyntax, text)
		require.Equal(t, money.MustParse("CNY 7.00"), m, "an error leaves the value as it was")
	}
	var m money.Money
	require.ErrorContains(t, json.Unmarshal([]byte(`null`), &m), `"null"`, "the error names what was there")
	require.ErrorIs(t, m.UnmarshalJSON(nil), money.ErrSyntax)
	require.ErrorIs(t, m.UnmarshalJSON([]byte(`"CNY 1`)), money.ErrSyntax)
	require.NoError(t, json.Unmarshal([]byte(`"CNY\u00201"`), &m))
	require.Equal(t, money.MustParse("CNY 1.00"), m)
}

func TestMoney_SQL(t *testing.T) {
	m := money.MustParse("CNY 1234.56")
	value, err := m.Value()
	require.NoError(t, err)
	require.Equal(t, "CNY 1234.56", value)

	for _, src := range []any{"CNY 1234.56", []byte("CNY 1234.56")} {
		var got money.Money
		require.NoError(t, got.Scan(src))
		require.Equal(t, m, got)
	}
	for _, src := range []any{nil, 12.5, int64(12), true, "12.5", []byte{}, strings.Repeat("x", 1<<20)} {
		got := m
		err := got.Scan(src)
		require.ErrorIs(t, err, money.ErrSyntax)
		require.ErrorContains(t, err, "money: ")
		require.Equal(t, m, got, "an error leaves the value as it was")
	}
	var optional sql.Null[money.Money]
	require.NoError(t, optional.Scan(nil))
	require.False(t, optional.Valid)
}

func TestMoney_Display(t *testing.T) {
	for _, tt := range []struct {
		name, amount, want string
	}{
		{"grouped", "CNY 1234.56", "1,234.56"},
		{"three digits", "CNY 123.4", "123.40"},
		{"negative group", "CNY -123456.7", "-123,456.70"},
		{"negative, no group", "CNY -123", "-123.00"},
		{"millions of yen", "JPY 1234567", "1,234,567"},
		{"rounded half-even", "CNY 0.125", "0.12"},
		{"rounded to zero has no sign", "CNY -0.004", "0.00"},
		{"three decimals", "KWD 1000.0005", "1,000.000"},
		{"largest", "CNY 170141183460469231731.687303715884105727", "170,141,183,460,469,231,731.69"},
		{"zero money", "0", "0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, money.MustParse(tt.amount).Display())
		})
	}
}

func TestMoney_Decimal(t *testing.T) {
	for _, tt := range []struct {
		amount   string
		exponent int32
	}{
		{"CNY 1234.50", -2}, {"JPY 602", 0}, {"KWD 0.000", -3}, {"CNY 0.000000000000000001", -18}, {"CNY -1.234", -3},
	} {
		d := money.MustParse(tt.amount).Decimal()
		require.Equal(t, tt.exponent, d.Exponent(), tt.amount)
		_, number, _ := strings.Cut(tt.amount, " ")
		require.Equal(t, number, d.StringFixed(-tt.exponent))
	}
	lowest := must(money.FromScaled(fixed.Min(), money.CNY))
	require.Equal(t, lowest, must(money.New(lowest.Decimal(), money.CNY)))
}
