package main

import (
	"math/big"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/energy/facility"
	"github.com/meterbook/meterbook/metering"
)

// Both languages say everything, with the same figures in it.
func TestWords(t *testing.T) {
	verb := regexp.MustCompile(`%(\[\d\])?([sd])`)
	verbs := func(s string) (out []string) {
		for _, m := range verb.FindAllStringSubmatch(s, -1) {
			out = append(out, m[2])
		}
		slices.Sort(out)
		return out
	}
	en, zh := reflect.ValueOf(english), reflect.ValueOf(chinese)
	for i := range en.NumField() {
		name := en.Type().Field(i).Name
		require.NotEmpty(t, en.Field(i).String(), name)
		if name != "Gap" {
			require.NotEmpty(t, zh.Field(i).String(), name)
		}
		require.Equal(t, verbs(en.Field(i).String()), verbs(zh.Field(i).String()), name)
	}
}

func TestWords_Named(t *testing.T) {
	han := regexp.MustCompile(`\p{Han}`)
	for _, s := range accounting.Services() {
		require.Equal(t, s.Name, english.service(s.ID))
		require.Regexp(t, han, chinese.service(s.ID))
	}
	require.Equal(t, "steam", chinese.service("steam"))
	for x := facility.ExactlyOne; x <= facility.PartialCoverage; x++ {
		require.NotEqual(t, x.String(), english.warning(x))
		require.Regexp(t, han, chinese.warning(x))
	}
	for m := money.HalfEven; m <= money.Ceiling; m++ {
		require.Equal(t, m.String(), english.mode(m))
		require.Regexp(t, han, chinese.mode(m))
	}
}

func TestPeriod(t *testing.T) {
	shanghai := metering.MustZone("Asia/Shanghai")
	for _, c := range []struct{ from, until, en, zh string }{
		{"2026-09-30T16:00:00Z", "2026-10-31T16:00:00Z", "1–31 October 2026", "2026年10月1日至31日"},
		{"2026-09-30T16:00:00Z", "2026-10-01T16:00:00Z", "1 October 2026", "2026年10月1日"},
		{"2022-12-31T16:00:00Z", "2023-05-30T16:00:00Z", "1 January – 30 May 2023", "2023年1月1日至5月30日"},
		{"2022-12-30T16:00:00Z", "2023-01-01T16:00:00Z", "31 December 2022 – 1 January 2023", "2022年12月31日至2023年1月1日"},
		{"2022-12-30T16:00:00Z", "2022-12-30T16:00:00Z", "none", "无"},
	} {
		p := metering.MustPeriod(c.from, c.until)
		require.Equal(t, c.en, english.period(p, shanghai))
		require.Equal(t, c.zh, chinese.period(p, shanghai))
	}
}

func TestPercent(t *testing.T) {
	for _, c := range []struct {
		num, den int64
		want     string
	}{{0, 1, "0.0%"}, {1, 1, "100.0%"}, {613, 1000, "61.3%"}, {1, 100000, "<0.1%"}, {1, 2000, "0.1%"}, {-1, 8, "−12.5%"}, {123456, 10, "1,234,560.0%"}} {
		require.Equal(t, c.want, percent(big.NewRat(c.num, c.den)))
	}
	require.Equal(t, "–", percent(nil))
	require.Equal(t, "+12.5%", signedPercent(big.NewRat(1, 8)))
	require.Nil(t, ratio(big.NewInt(1), new(big.Int)))
}

func TestAmount(t *testing.T) {
	require.Equal(t, "1,234,567.80", amount(money.MustParse("CNY 1234567.8")))
	require.Equal(t, "1,234", amount(money.MustParse("JPY 1234")))
	require.Equal(t, "0.00125", amount(money.MustParse("CNY 0.00125")))
	require.Equal(t, "0", amount(money.Money{}))
	require.Equal(t, "−5.00", signed(money.MustParse("CNY -5")))
	require.Equal(t, "+5.00", signed(money.MustParse("CNY 5")))
	require.Equal(t, "CNY 5.00", withCurrency(money.MustParse("CNY 5")))
}

func TestTenths(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 5: "0.5", 120: "12", 123: "12.3", -7: "-0.7"} {
		require.Equal(t, want, tenths(n))
	}
}
