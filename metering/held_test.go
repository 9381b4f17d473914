package metering_test

import (
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
)

const aDay = 24 * time.Hour

func TestUnit_Over(t *testing.T) {
	for _, tt := range []struct {
		unit        string
		term        time.Duration
		code, label string
	}{
		{"GiBy", 30 * aDay, "GiBy.(30.d)", "GiB·30 d"},
		{"GBy", 730 * time.Hour, "GBy.(730.h)", "GB·730 h"},
		{"GiBy", 744 * time.Hour, "GiBy.(31.d)", "GiB·31 d"},
		{"GiBy", 90 * time.Minute, "GiBy.(90.min)", "GiB·90 min"},
		{"GiBy", 61 * time.Second, "GiBy.(61.s)", "GiB·61 s"},
		{"{card}", 30 * aDay, "{card}.(30.d)", "card·30 d"},
		{"{core}", 30 * aDay, "{core}.(30.d)", "core·30 d"},
		{"{seat}", 30 * aDay, "{seat}.(30.d)", "seat·30 d"},
		{"1", 30 * aDay, "{item}.(30.d)", "item·30 d"},
		{"10*3", 30 * aDay, "10*3.(30.d)", "10^3·30 d"},
		{"{seat}", aDay, "{seat}.(1.d)", "seat·1 d"},
		{"GiBy", 3660 * aDay, "GiBy.(3660.d)", "GiB·3660 d"},
		// There is a shorter code.
		{"GiBy", aDay, "GiBy.d", "GiB·d"},
		{"GBy", time.Hour, "GBy.h", "GB·h"},
		{"1", time.Second, "{item}.s", "item·s"},
	} {
		held := metering.MustUnit(tt.unit)
		u, err := held.Over(tt.term)
		require.NoError(t, err)
		require.Equal(t, tt.code, u.Code())
		require.Equal(t, tt.label, u.Label())
		want := new(big.Int).Mul(held.Grains().Big(), big.NewInt(int64(tt.term)))
		require.Equal(t, want.String(), u.Grains().String(), tt.code)
		back, err := metering.ParseUnit(tt.code)
		require.NoError(t, err)
		require.Equal(t, u, back)
	}
}

func TestUnit_Over_Refused(t *testing.T) {
	for _, unit := range []string{"{token}", "h", "GiBy.h", "Mbit/s", "kW.h", "W", "g{CO2e}"} {
		_, err := metering.MustUnit(unit).Over(30 * aDay)
		require.ErrorContains(t, err, `metering: unit "`+unit+`": want one of data, cores, cards or things`)
	}
	for _, term := range []time.Duration{-time.Hour, 0, time.Millisecond, time.Hour + time.Nanosecond, 3660*aDay + time.Second, 1<<63 - 1} {
		_, err := metering.MustUnit("GiBy").Over(term)
		require.ErrorContains(t, err, "want whole seconds, from one to ten years", term)
	}
	_, err := metering.Unit{}.Over(time.Hour)
	require.ErrorContains(t, err, "want one of data, cores, cards or things")
	for _, code := range []string{
		"GiBy.(30.d", "GiBy.(30d)", "GiBy.(.d)", "GiBy.(0.d)", "GiBy.(030.d)", "GiBy.(-1.d)", "GiBy.(1.5.d)", "GiBy.(30.mo)", "GiBy.(30.)", ".(30.d)",
		"GiBy.h.(30.d)", "GiBy.(30.d).(30.d)", "{token}.(30.d)", "GiBy.(3661.d)", "GiBy.(99999999999.s)", "{}.(30.d)", "GiBy.(30.d)x", "GiBy.(3 0.d)",
	} {
		_, err := metering.ParseUnit(code)
		require.ErrorIs(t, err, metering.ErrUnknownUnit, code)
	}
	// Another way to write a length is the same unit.
	for code, same := range map[string]string{"GiBy.(720.h)": "GiBy.(30.d)", "GiBy.(24.h)": "GiBy.d", "GBy.(60.min)": "GBy.h", "{item}.(3600.s)": "{item}.h"} {
		require.Equal(t, metering.MustUnit(same), metering.MustUnit(code))
	}
}

func TestMonthBasis(t *testing.T) {
	held := metering.MustUnit("GiBy")
	for _, tt := range []struct {
		basis metering.MonthBasis
		zone  string
		month time.Month
		code  string
	}{
		{metering.ThirtyDays, "UTC", time.February, "GiBy.(30.d)"},
		{metering.MeanMonth, "UTC", time.February, "GiBy.(730.h)"},
		{metering.CalendarMonth, "Asia/Shanghai", time.February, "GiBy.(28.d)"},
		{metering.CalendarMonth, "Asia/Shanghai", time.October, "GiBy.(31.d)"},
		{metering.CalendarMonth, "Europe/Berlin", time.March, "GiBy.(743.h)"},
		{metering.CalendarMonth, "Europe/Berlin", time.October, "GiBy.(745.h)"},
	} {
		month, err := metering.Month(metering.MustZone(tt.zone), 2026, tt.month)
		require.NoError(t, err)
		u, err := tt.basis.Month(held, month)
		require.NoError(t, err)
		require.Equal(t, tt.code, u.Code())
	}
	for _, basis := range []metering.MonthBasis{0, 9} {
		_, err := basis.Month(held, metering.Period{})
		require.ErrorContains(t, err, "want thirty-days, mean or calendar")
	}
	_, err := metering.CalendarMonth.Month(held, metering.Period{})
	require.ErrorContains(t, err, "want a period of 27 to 32 days")
	_, err = metering.ThirtyDays.Month(metering.MustUnit("{token}"), metering.Period{})
	require.ErrorContains(t, err, "want one of data, cores, cards or things")
	requireNames(t, (*metering.MonthBasis).UnmarshalText, metering.CalendarMonth, true)
}

// TestLaw_MonthBasis_WholeMonthIsOne: one unit held for all of a month is one of
// the calendar month's unit, exactly, in every month and zone.
func TestLaw_MonthBasis_WholeMonthIsOne(t *testing.T) {
	law(t, func(t *testing.T, r random) {
		zone := metering.MustZone(pick(r, "UTC", "Asia/Shanghai", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"))
		month, err := metering.Month(zone, 1980+r.IntN(200), time.January+time.Month(r.IntN(12)))
		require.NoError(t, err)
		held := metering.MustUnit(pick(r, "GiBy", "GBy", "{card}", "{core}", "1", "{seat}"))
		u, err := metering.CalendarMonth.Month(held, month)
		require.NoError(t, err)
		grains := new(big.Int).Mul(held.Grains().Big(), big.NewInt(int64(month.Duration())))
		require.Equal(t, grains.String(), u.Grains().String())
		back, err := metering.ParseUnit(u.Code())
		require.NoError(t, err)
		require.Equal(t, u, back)
	})
}

// FuzzUnit_Over_Parse: what Over names, ParseUnit reads; what ParseUnit reads, it
// reads again as itself.
func FuzzUnit_Over_Parse(f *testing.F) {
	f.Add("GiBy", int64(30*aDay))
	f.Add("{seat}", int64(time.Hour))
	f.Add("GiBy.(30.d)", int64(1))
	f.Fuzz(func(t *testing.T, code string, term int64) {
		held, err := metering.ParseUnit(code)
		if err != nil {
			return
		}
		again, err := metering.ParseUnit(held.Code())
		require.NoError(t, err)
		require.Equal(t, held, again)
		u, err := held.Over(time.Duration(term))
		if err != nil {
			return
		}
		back, err := metering.ParseUnit(u.Code())
		require.NoError(t, err)
		require.Equal(t, u, back)
	})
}

func ExampleUnit_Over() {
	month, err := metering.MustUnit("GiBy").Over(30 * 24 * time.Hour)
	check(err)
	used := metering.MustQuantity("72000 GiBy.h")
	inMonths, err := used.In(month, 3)
	check(err)
	fmt.Println(inMonths, month.Label(), month)
	// Output: 100 GiB·30 d GiBy.(30.d)
}

func ExampleMonthBasis_Month() {
	october, err := metering.Month(metering.MustZone("Asia/Shanghai"), 2026, time.October)
	check(err)
	used := metering.MustQuantity("74400 GiBy.h")
	for _, basis := range []metering.MonthBasis{metering.ThirtyDays, metering.MeanMonth, metering.CalendarMonth} {
		month, err := basis.Month(metering.MustUnit("GiBy"), october)
		check(err)
		n, err := used.In(month, 3)
		fmt.Println(n, month.Label(), err)
	}
	// Output:
	// 103.333 GiB·30 d <nil>
	// 101.918 GiB·730 h <nil>
	// 100 GiB·31 d <nil>
}
