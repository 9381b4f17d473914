package seal_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/seal"
	"github.com/meterbook/meterbook/metering"
)

// refused is the error with which a sealer of acme's October takes a record, or nil.
func refused(t *testing.T, r seal.Record) *seal.RecordError {
	t.Helper()
	s := must(chain().Begin(october, secret))
	err := s.Add(r)
	if err == nil {
		return nil
	}
	require.ErrorIs(t, err, seal.ErrRecord)
	require.True(t, strings.HasPrefix(err.Error(), "seal: "), err.Error())
	require.Less(t, len(err.Error()), 400)
	var e *seal.RecordError
	require.ErrorAs(t, err, &e)
	require.Zero(t, must(s.Seal(signerOf("a"))).Len(), "what was refused is not there")
	return e
}

func charge(period metering.Period) accounting.Charge {
	return accounting.Charge{BillingAccount: "acme", Account: "acme/vision", Meter: metering.AcceleratorTime, Period: period,
		Quantity: metering.MustQuantity("90 {card}.s"), Billed: money.MustParse("CNY 1.00")}
}

// TestSealer_OtherTenants: what another tenant used or pays is not in this one's sums.
func TestSealer_OtherTenants(t *testing.T) {
	t.Parallel()
	e, u, c := event(0), usage(0), charge(october)
	e.Account, u.Key.Account, c.BillingAccount = "beta", "beta/vision", "acmes"
	for _, r := range []seal.Record{seal.FromEvent(e, ""), seal.FromUsage(u, ""), seal.FromCharge(c, "1", "")} {
		got := refused(t, r)
		require.NotNil(t, got, r.Kind)
		require.Equal(t, "account", got.Field)
		require.Equal(t, []metering.Account{r.Account, "acme"}, []metering.Account{got.Account, got.Tenant})
	}
	require.EqualError(t, refused(t, seal.FromUsage(u, "")), `seal: usage, record 0: account "beta/vision", want one of tenant "acme"; `+
		`seal other tenants in chains of their own, or set the record's Account where this is a pseudonym: unusable record`)

	c.BillingAccount = ""
	require.Nil(t, refused(t, seal.FromCharge(c, "1", "")), "who used pays where nobody else is named")
	pseudonym := seal.FromUsage(u, "")
	pseudonym.Account = "acme"
	require.Nil(t, refused(t, pseudonym))
}

// TestSealer_OtherTimes: nothing is of the time after the period, and usage before it
// only if it came late.
func TestSealer_OtherTimes(t *testing.T) {
	t.Parallel()
	start, end := october.Start(), october.End()
	period := func(from, until time.Time) metering.Period { return must(metering.NewPeriod(from, until)) }
	at := func(kind metering.Kind, at time.Time) seal.Record {
		e := event(0)
		e.Kind, e.Time = kind, at
		return seal.FromEvent(e, "")
	}
	used := func(from, until time.Time, late string) seal.Record {
		u := usage(0)
		u.Period, u.Late = period(from, until), metering.MustQuantity(late+" {card}.s")
		return seal.FromUsage(u, "")
	}
	charged := func(from, until time.Time) seal.Record { return seal.FromCharge(charge(period(from, until)), "1", "") }
	next := end.AddDate(0, 1, 0)
	for _, c := range []struct {
		name string
		give seal.Record
		want bool
	}{
		{"an amount at the start", at(metering.Amount, start), true},
		{"an amount that came late", at(metering.Amount, start.Add(-time.Hour)), true},
		{"a lease that began before", at(metering.Start, start.AddDate(0, -7, 0)), true},
		{"an amount in the last nanosecond", at(metering.Amount, end.Add(-1)), true},
		{"a lease that stops at the end", at(metering.Stop, end), true},
		{"an amount at the end", at(metering.Amount, end), false},
		{"a lease that starts at the end", at(metering.Start, end), false},
		{"a lease that stops after the end", at(metering.Stop, end.Add(1)), false},
		{"an amount in another year", at(metering.Amount, end.AddDate(1, 0, 0)), false},

		{"usage of the whole", used(start, end, "0"), true},
		{"usage of a year on", used(start.AddDate(1, 0, 0), end.AddDate(1, 0, 0), "0"), false},
		{"usage of the month before", used(start.AddDate(0, -1, 0), start, "0"), false},
		{"late usage of the month before", used(start.AddDate(0, -1, 0), start, "90"), true},
		{"usage across the start", used(start.Add(-time.Hour), start.Add(time.Hour), "0"), false},
		{"usage across the end", used(end.Add(-time.Hour), end.Add(time.Hour), "0"), false},
		{"late usage across the end", used(end.Add(-time.Hour), end.Add(time.Hour), "90"), false},

		{"a charge of the period", charged(start, end), true},
		{"a charge that corrects the month before", charged(start.AddDate(0, -1, 0), start), true},
		{"a charge by a month in New York", charged(start.Add(4*time.Hour), end.Add(4*time.Hour)), true},
		{"a charge of the month after", charged(end, next), false},
	} {
		got := refused(t, c.give)
		require.Equal(t, c.want, got == nil, c.name)
		if got != nil {
			require.Equal(t, "period", got.Field, c.name)
			require.Equal(t, []metering.Period{c.give.Period, october}, []metering.Period{got.Period, got.Sealed}, c.name)
		}
	}
	require.EqualError(t, refused(t, used(end, next, "0")), `seal: usage, record 0: 2026-11-01T00:00:00Z/2026-12-01T00:00:00Z is not of `+
		`2026-10-01T00:00:00Z/2026-11-01T00:00:00Z; ask for the usage and charges of the period that is sealed: unusable record`)
	require.ErrorContains(t, refused(t, at(metering.Stop, end.Add(time.Second))), "record 0: 2026-11-01T00:00:01Z is not of 2026-10-01")
	require.ErrorContains(t, refused(t, at(metering.Amount, end)), "record 0: 2026-11-01T00:00:00Z is not of 2026-10-01")
}

// TestSealer_QuantityWithoutMeter: quantities of several meters are no sum.
func TestSealer_QuantityWithoutMeter(t *testing.T) {
	t.Parallel()
	got := refused(t, seal.Record{Kind: seal.Line, ID: "INV-1/1", Quantity: metering.WholeCards(1)})
	require.Equal(t, "meter", got.Field)
	require.Nil(t, refused(t, seal.Record{Kind: seal.Line, ID: "INV-1/1", Amount: money.MustParse("CNY 1.00")}))
}

// TestSeal_MissingLine: a record that is billed on a line which is not there is not
// sealed; once the line is there, it is, wherever it stands.
func TestSeal_MissingLine(t *testing.T) {
	t.Parallel()
	s := must(chain().Begin(october, secret))
	require.NoError(t, s.Add(seal.FromEvent(event(1), "")))
	require.NoError(t, s.Add(seal.FromEvent(event(0), "INV-1/3")))
	require.NoError(t, s.Add(seal.FromUsage(usage(1), "no-such-line")))
	require.NoError(t, s.Add(seal.Record{Kind: seal.Charge, ID: "no-such-line"}), "and this is no line")
	for _, want := range []string{"INV-1/3", "no-such-line"} {
		_, err := s.Seal(signerOf("a"))
		var e *seal.RecordError
		require.ErrorAs(t, err, &e)
		require.Equal(t, []string{"line", want}, []string{e.Field, e.Line})
		require.ErrorContains(t, err, `billed on line "`+want+`", which is not sealed`)
		require.NoError(t, s.Add(seal.Record{Kind: seal.Line, ID: want}))
	}
	require.EqualValues(t, 6, must(s.Seal(signerOf("a"))).Len())
}
