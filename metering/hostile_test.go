package metering_test

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
)

// TestHostile_Megabyte: a megabyte in any place is refused in a millisecond
// and without being copied.
func TestHostile_Megabyte(t *testing.T) {
	const size = 1 << 20
	ascii, wide := strings.Repeat("x", size), strings.Repeat("é", size/2)
	bad := strings.Repeat("\xbf", size)
	a := metering.NewAggregator()
	event := func(set func(*metering.Event, string)) func(string) error {
		return func(s string) error {
			e := tokens()
			set(&e, s)
			return a.Record(e)
		}
	}
	manyLabels := make([]string, size/16)
	for name, refuse := range map[string]func(s string) error{
		"account":       func(s string) error { return metering.Account(s).Validate() },
		"label name":    func(s string) error { _, err := metering.NewLabels("a", "1", s, "v"); return err },
		"label value":   func(s string) error { _, err := metering.NewLabels("a", "1", "n", s); return err },
		"many labels":   func(string) error { _, err := metering.NewLabels(manyLabels...); return err },
		"key's account": func(s string) error { _, err := a.Series(metering.Key{Account: metering.Account(s)}); return err },
		"key's meter": func(s string) error {
			_, err := a.Series(metering.Key{Account: "a", Meter: metering.MeterID(s)})
			return err
		},
		"key's SKU":       func(s string) error { return metering.Key{Account: "a", Meter: "m", SKU: s}.Validate() },
		"event's account": event(func(e *metering.Event, s string) { e.Account = metering.Account(s) }),
		"event's id":      event(func(e *metering.Event, s string) { e.ID = s }),
		"event's source":  event(func(e *metering.Event, s string) { e.Source = s }),
		"event's region":  event(func(e *metering.Event, s string) { e.Region = s }),
		"event's reason":  event(func(e *metering.Event, s string) { e.Reason = s }),
		"event's meter":   event(func(e *metering.Event, s string) { e.Items[0].Meter = metering.MeterID(s) }),
		"event's SKU":     event(func(e *metering.Event, s string) { e.Items[0].SKU = s }),
		"unit":            func(s string) error { _, err := metering.ParseUnit(s); return err },
		"unit by name":    func(s string) error { _, err := metering.Each(s); return err },
		"quantity":        func(s string) error { _, err := metering.ParseQuantity(s); return err },
		"period":          func(s string) error { _, err := metering.ParsePeriod(s); return err },
		"zone":            func(s string) error { _, err := metering.LoadZone(s); return err },
	} {
		t.Run(name, func(t *testing.T) {
			for _, s := range []string{ascii, wide, bad, "/" + ascii, "1 " + ascii, "{" + ascii + "}"} {
				requireCheap(t, func() error { return refuse(s) })
			}
		})
	}
	for name, read := range map[string]func([]byte) error{
		"labels in JSON": func(b []byte) error { return new(metering.Labels).UnmarshalJSON(b) },
		"unit":           func(b []byte) error { return new(metering.Unit).UnmarshalText(b) },
		"quantity":       func(b []byte) error { return new(metering.Quantity).UnmarshalText(b) },
		"period":         func(b []byte) error { return new(metering.Period).UnmarshalText(b) },
		"zone":           func(b []byte) error { return new(metering.Zone).UnmarshalText(b) },
		"kind":           func(b []byte) error { return new(metering.Kind).UnmarshalText(b) },
		"dimension":      func(b []byte) error { return new(metering.Dimension).UnmarshalText(b) },
	} {
		t.Run(name+" as text", func(t *testing.T) {
			for _, b := range [][]byte{[]byte(ascii), []byte(wide), []byte(bad), []byte(`{"a":"` + ascii + `"}`)} {
				requireCheap(t, func() error { return read(b) })
			}
		})
	}
}

// requireCheap requires that a refusal takes less than a millisecond at its
// best of five, and allocates a few kilobytes at most.
func requireCheap(t *testing.T, refuse func() error) {
	t.Helper()
	best, least := time.Hour, uint64(1<<62)
	for range 5 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		err := refuse()
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		require.Error(t, err)
		require.Less(t, len(err.Error()), 500)
		best, least = min(best, took), min(least, after.TotalAlloc-before.TotalAlloc)
	}
	require.Less(t, best, time.Millisecond)
	require.Less(t, least, uint64(8<<10), "bytes allocated")
}

// TestHostile_Text: text that breaks programs is kept byte for byte or refused
// with the field's name, wherever it goes in.
func TestHostile_Text(t *testing.T) {
	naughty := []string{
		"", " ", "a b", "null", "undefined", "NaN", "=1+1", "+1", "-1", "@x", "'; DROP TABLE usage; --", `"quoted"`, `back\slash`, "a|b", "a=b", "a,b",
		"田中さん", "表ポあA鷗ŒéＢ逍Üßªąñ丂㐀𠀀", "👩🏽‍🚀", "ﷺ", "\u202etxet", "\u200b", "\ufeff", "Ω≈ç√∫˜µ≤≥÷", "1e309", "<script>alert(1)</script>",
		"%s%n", "${jndi:ldap://x}", "../../etc/passwd", "CON", "é", "e\u0301", "\u2028", "\ufffd", "\U0010ffff",
	}
	for _, s := range append(naughty, valuesOf(badText)...) {
		e := tokens()
		e.Resource, e.ID, e.Region = s, "id"+s, s
		e.Items[0].SKU = s
		l, lerr := metering.NewLabels("name", s)
		e.Labels = l
		a := metering.NewAggregator()
		err := a.Record(e)
		require.Equal(t, lerr == nil, err == nil, "%q", s)
		if err != nil {
			var field *metering.FieldError
			require.ErrorAs(t, err, &field, "%q", s)
			continue
		}
		found := false
		for _, u := range mustCollect(t, a.Usage(eventHour)) {
			if u.Key.SKU != s {
				continue
			}
			found = true
			got, ok := u.Key.Labels.Get("name")
			require.True(t, ok)
			require.Equal(t, []string{s, s, s}, []string{got, u.Key.Resource, u.Key.Region})
		}
		require.True(t, found, "%q", s)
	}
}
