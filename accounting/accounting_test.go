package accounting_test

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

func TestContract_BillingPeriod(t *testing.T) {
	for _, row := range []struct {
		name, zone string
		anchor     int
		at         string
		want       metering.Period
	}{
		{"months by default", "UTC", 0, "2026-11-30T23:59:59Z", metering.MustPeriod("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")},
		{"in a zone", "Asia/Shanghai", 1, "2026-11-30T16:00:00Z", metering.MustPeriod("2026-11-30T16:00:00Z", "2026-12-31T16:00:00Z")},
		{"anchored, before the day", "UTC", 15, "2026-11-14T23:59:59Z", metering.MustPeriod("2026-10-15T00:00:00Z", "2026-11-15T00:00:00Z")},
		{"anchored, on the day", "UTC", 15, "2026-11-15T00:00:00Z", metering.MustPeriod("2026-11-15T00:00:00Z", "2026-12-15T00:00:00Z")},
		{"in a month without the day", "UTC", 31, "2027-02-28T12:00:00Z", metering.MustPeriod("2027-02-28T00:00:00Z", "2027-03-31T00:00:00Z")},
		{"over a change of the clocks", "Europe/Berlin", 1, "2026-10-25T12:00:00Z", metering.MustPeriod("2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z")},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := accounting.Contract{Account: "acme", Zone: metering.MustZone(row.zone), AnchorDay: row.anchor}
			got, err := c.BillingPeriod(must(time.Parse(time.RFC3339, row.at)))
			require.NoError(t, err)
			require.Equal(t, row.want, got)
		})
	}
	for _, day := range []int{-1, 32} {
		_, err := accounting.Contract{Account: "acme", AnchorDay: day}.BillingPeriod(time.Now())
		var field *metering.FieldError
		require.ErrorAs(t, err, &field)
		require.Equal(t, "anchor day", field.Field)
	}
	_, err := accounting.Contract{}.BillingPeriod(time.Time{})
	require.ErrorIs(t, err, metering.ErrTimeRange)
}

func TestContract_CustomerName(t *testing.T) {
	require.Equal(t, "acme", accounting.Contract{Account: "acme"}.CustomerName())
	require.Equal(t, "Acme Ltd", accounting.Contract{Account: "acme", Name: "Acme Ltd"}.CustomerName())
}

func TestMatch_Matches(t *testing.T) {
	key := metering.Key{Account: "acme", Meter: metering.Egress, SKU: "s", Region: "r", Labels: metering.MustLabels("t", "1", "u", "2"), Resource: "x"}
	for _, row := range []struct {
		name  string
		match accounting.Match
		want  bool
	}{
		{"zero", accounting.Match{}, false},
		{"meter", accounting.Match{Meter: metering.Egress}, true},
		{"another meter", accounting.Match{Meter: metering.Ingress}, false},
		{"everything", accounting.Match{Meter: metering.Egress, SKU: "s", Region: "r", Labels: key.Labels}, true},
		{"another SKU", accounting.Match{Meter: metering.Egress, SKU: "S"}, false},
		{"another region", accounting.Match{Meter: metering.Egress, Region: "r2"}, false},
		{"one of its labels", accounting.Match{Meter: metering.Egress, Labels: metering.MustLabels("u", "2")}, true},
		{"another value", accounting.Match{Meter: metering.Egress, Labels: metering.MustLabels("u", "3")}, false},
		{"another label", accounting.Match{Meter: metering.Egress, Labels: metering.MustLabels("v", "")}, false},
	} {
		t.Run(row.name, func(t *testing.T) { require.Equal(t, row.want, row.match.Matches(key)) })
	}
	require.False(t, accounting.Match{}.Matches(metering.Key{}), "the zero Match matches nothing")
}

func TestPrice_Covers(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, time.November, n, 0, 0, 0, 0, time.UTC) }
	period := must(metering.NewPeriod(day(10), day(20)))
	for _, row := range []struct {
		name        string
		from, until time.Time
		some, all   bool
	}{
		{"always", time.Time{}, time.Time{}, true, true},
		{"exactly", day(10), day(20), true, true},
		{"longer", day(9), day(21), true, true},
		{"from the start", day(10), time.Time{}, true, true},
		{"until the end", time.Time{}, day(20), true, true},
		{"from within", day(11), time.Time{}, true, false},
		{"until within", time.Time{}, day(19), true, false},
		{"within", day(11), day(12), true, false},
		{"from the end", day(20), time.Time{}, false, false},
		{"until the start", time.Time{}, day(10), false, false},
		{"from the last instant", day(20).Add(-1), time.Time{}, true, false},
		{"until the first instant", time.Time{}, day(10).Add(1), true, false},
		{"in another zone", day(10).In(time.FixedZone("x", 3600)), time.Time{}, true, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			some, all := accounting.Price{From: row.from, Until: row.until}.Covers(period)
			require.Equal(t, []bool{row.some, row.all}, []bool{some, all})
		})
	}
}

func TestNames(t *testing.T) {
	require.Equal(t, []string{"line", "bill", "invalid", "invalid"},
		[]string{accounting.LineLevel.String(), accounting.BillLevel.String(), accounting.Level(0).String(), accounting.Level(3).String()})
	for _, l := range []accounting.Level{accounting.LineLevel, accounting.BillLevel} {
		got, ok := accounting.ParseLevel(l.String())
		require.True(t, ok)
		require.Equal(t, l, got)
	}
	for _, s := range []string{"", "Line", "invalid", "month"} {
		_, ok := accounting.ParseLevel(s)
		require.False(t, ok, s)
	}
	require.Equal(t, []string{"usage", "recurring", "invalid", "invalid"},
		[]string{accounting.FromUsage.String(), accounting.FromRecurring.String(), accounting.Origin(0).String(), accounting.Origin(99).String()})
	require.Equal(t, "gpu@2026-11", (&accounting.Card{ID: "gpu", Version: "2026-11"}).Name())
}

// The categories are values that column ServiceCategory of FOCUS 1.2 allows.
func TestServices(t *testing.T) {
	focus := []string{"AI and Machine Learning", "Compute", "Management and Governance", "Networking", "Other", "Storage"}
	seen := map[accounting.ServiceID]bool{}
	for _, s := range accounting.Services() {
		require.False(t, seen[s.ID], "%s twice", s.ID)
		seen[s.ID] = true
		require.NotEmpty(t, s.Name)
		require.Contains(t, focus, s.Category)
		got, ok := accounting.LookupService(s.ID)
		require.True(t, ok)
		require.Equal(t, s, got)
	}
	_, ok := accounting.LookupService("")
	require.False(t, ok)
	accounting.Services()[0].Name = "changed"
	require.NotEqual(t, "changed", accounting.Services()[0].Name, "the catalogue is the caller's own copy")
}

func TestTotal_Fails(t *testing.T) {
	yuan, dollar := accounting.Charge{Billed: money.MustParse("CNY 1")}, accounting.Charge{Billed: money.MustParse("USD 1")}
	most := accounting.Charge{Billed: money.MustParse("CNY 170141183460469231731.687303715884105727")}
	byAccount := func(c accounting.Charge) metering.Account { return c.Account }
	for _, charges := range [][]accounting.Charge{{yuan, dollar}, {most, yuan}} {
		_, err := accounting.Total(slices.Values(charges), accounting.Billed)
		require.Error(t, err)
		_, err2 := accounting.GroupBy(slices.Values(charges), byAccount)
		require.Error(t, err2)
		require.Contains(t, err2.Error(), "accounting: group")
	}
	_, err := accounting.Total(slices.Values([]accounting.Charge{yuan, dollar}), accounting.Billed)
	var mismatch money.CurrencyMismatchError
	require.ErrorAs(t, err, &mismatch)
	_, err = accounting.Total(slices.Values([]accounting.Charge{most, yuan}), accounting.Billed)
	require.ErrorIs(t, err, money.ErrOverflow)

	total, err := accounting.Total(slices.Values([]accounting.Charge(nil)), accounting.Billed)
	require.NoError(t, err)
	require.Equal(t, money.Money{}, total)
}

// Keys that are no key still give one order: each its own group, first and as
// they came.
func TestGroupBy_NaN(t *testing.T) {
	var charges []accounting.Charge
	for i := range 50 {
		charges = append(charges, accounting.Charge{PriceID: fmt.Sprint(i)})
	}
	key := func(c accounting.Charge) float64 {
		if n := must(strconv.Atoi(c.PriceID)); n%2 == 1 {
			return -float64(n)
		}
		return math.NaN()
	}
	groups, err := accounting.GroupBy(slices.Values(charges), key)
	require.NoError(t, err)
	require.Len(t, groups, len(charges))
	for i, g := range groups[:25] {
		require.Equal(t, fmt.Sprint(2*i), g.Charges[0].PriceID)
	}
}

// TestIssuedLine_ID: line 0 is no line, and has no name that something could be
// billed on.
func TestIssuedLine_ID(t *testing.T) {
	require.Equal(t, "INV/7/12", accounting.IssuedLine{Document: "INV/7", Line: 12}.ID())
	require.Empty(t, accounting.IssuedLine{}.ID())
	require.Empty(t, accounting.IssuedLine{Document: "INV-1"}.ID())
}
