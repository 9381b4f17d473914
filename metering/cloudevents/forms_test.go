package cloudevents_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/cloudevents"
)

// TestUnmarshal_Sources: what RFC 3986 has as a URI-reference (clause 4.1, and
// 3.2.2 for addresses), and how Marshal spells what it has not.
func TestUnmarshal_Sources(t *testing.T) {
	for source, want := range map[string]string{
		"a": "a", "..": "..", "?q": "?q", "#f": "#f", "//": "//", "http:": "http:", "a/b:c": "a/b:c", "//h:80/x": "//h:80/x", "//u:p@h": "//u:p@h",
		"//[::1]:80": "//[::1]:80", "//[1:2:3:4:5:6:1.2.3.4]": "//[1:2:3:4:5:6:1.2.3.4]", "//[v1.x:y]/z": "//[v1.x:y]/z", "x?a/b?c#d/e?f": "x?a/b?c#d/e?f", "%E7%A0%94": "%E7%A0%94", "%e7": "%e7",
		"com.meterbook.source:node%207": "node 7", "com.meterbook.source:%E7%A0%94": "研", "com.meterbook.source:com.meterbook.source%3Aa": "com.meterbook.source:a",
		"Com.meterbook.source:a": "Com.meterbook.source:a",

		"a b": "", "研": "", "%zz": "", "%4": "", "a:b:c d": "", "1a:b": "", ":a": "", "a[b]": "", "//[::1": "", "//[::1]x": "", "//[fe80::1%25eth0]": "", "//[fe80::1%eth0]": "", "//[1.2.3.4]": "",
		"//[1::2::3]": "", "//[v1.%41]": "", "//[vg.x]": "", "//[v1.]": "", "//[]": "", "//h:8x": "", "//a@b@c": "", "//[::1]:x": "", "a#b#c": "", "a|b": "", `a\b`: "", "a^b": "",
		"com.meterbook.source:": "", "com.meterbook.source:a": "", "com.meterbook.source:node%20a%3a": "", "com.meterbook.source:%6Eode%207": "", "com.meterbook.source:%FF": "", "com.meterbook.source:a/%20": "",
	} {
		e, err := cloudevents.Unmarshal([]byte(with(`"source":"s"`, `"source":"`+escaped(source)+`"`)))
		require.Equal(t, want, e.Source, source)
		require.Equal(t, want != "", err == nil, source)
		if want != "" {
			b, err := cloudevents.Marshal(e)
			require.NoError(t, err)
			require.Contains(t, string(b), `"source":"`+source+`"`)
		}
	}
}

func escaped(s string) string {
	out := ""
	for _, r := range s {
		if r == '\\' {
			out += `\`
		}
		out += string(r)
	}
	return out
}

// TestUnmarshal_Times: what RFC 3339 has (clause 5.6), and what package time
// alone has.
func TestUnmarshal_Times(t *testing.T) {
	second := time.Date(2026, 3, 1, 5, 17, 42, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"2026-03-01T05:17:42Z": second, "2026-03-01t05:17:42z": second, "2026-03-01T05:17:42+00:00": second, "2026-03-01T05:17:42-00:00": second,
		"2026-03-01T13:17:42+08:00": second, "2026-03-01T05:16:42-00:01": second, "2026-02-28T05:18:42-23:59": second,
		"2026-03-01T05:17:42.0000000000000Z": second, "2026-03-01T05:17:42.5Z": second.Add(500 * time.Millisecond), "2026-03-01T05:17:42.000000001Z": second.Add(1),
		"1970-01-01T00:00:00Z": time.Unix(0, 0), "2199-12-31T23:59:59.999999999Z": time.Unix(7_258_118_399, 999_999_999), "2028-02-29T00:00:00Z": time.Date(2028, 2, 29, 0, 0, 0, 0, time.UTC),

		"": {}, "2026-03-01": {}, "2026-03-01T05:17:42": {}, "2026-03-01 05:17:42Z": {}, "2026-03-01T5:17:42Z": {}, "2026-03-01T05:17:42,5Z": {}, "2026-03-01T05:17:42.Z": {}, "2026-03-01T05:17:42.5": {},
		"2026-03-01T05:17:42+24:00": {}, "2026-03-01T05:17:42+01:60": {}, "2026-03-01T05:17:42+0100": {}, "2026-03-01T05:17:42+1:00": {}, "2026-03-01T05:17:42ZZ": {}, "2026-03-01T05:17:42 Z": {},
		"2026-03-01T05:17:60Z": {}, "2026-03-01T05:60:00Z": {}, "2026-03-01T24:00:00Z": {}, "2026-02-29T00:00:00Z": {}, "2026-13-01T00:00:00Z": {}, "2026-00-01T00:00:00Z": {}, "2026-03-00T00:00:00Z": {},
		"1969-12-31T23:59:59.999999999Z": {}, "2200-01-01T00:00:00Z": {}, "1970-01-01T00:00:00+00:01": {}, "9999-12-31T23:59:59Z": {}, "12026-03-01T05:17:42Z": {}, "1772342262": {},
		"2026-03-01T05:17:42.00000000000000000000000000000000000000000000Z": {},
	} {
		e, err := cloudevents.Unmarshal([]byte(with("2026-03-01T05:17:42Z", text)))
		require.Equal(t, !want.IsZero(), err == nil, "%s: %v", text, err)
		require.True(t, want.Equal(e.Time), text)
	}
}

// TestUnmarshal_Base64: RFC 4648, clause 4, and nothing that decoders take
// besides.
func TestUnmarshal_Base64(t *testing.T) {
	for coded, ok := range map[string]bool{
		"eyJyZXNvdXJjZSI6InYifQ==": true, "eyJyZXNvdXJjZSI6InZtIn0=": true,
		"eyJyZXNvdXJjZSI6InYifR==":    false, // bits that are not used are not zero
		"eyJyZXNvdXJj\\nZSI6InYifQ==": false, "eyJyZXNvdXJjZSI6InYifQ": false, "": false, "e30=": false, "bnVsbA==": false,
	} {
		_, err := cloudevents.Unmarshal([]byte(with(`"data":{"resource":"vm"}`, `"data_base64":"`+coded+`"`)))
		require.Equal(t, ok, err == nil, "%s: %v", coded, err)
	}
	_, err := cloudevents.Unmarshal([]byte(with(`"data":{"resource":"vm"}`, `"data_base64":7`)))
	require.ErrorIs(t, err, cloudevents.ErrValue)
}

// TestMapping_Pointers is RFC 6901, clauses 3 and 4.
func TestMapping_Pointers(t *testing.T) {
	const data = `{"a":{"":1,"b/c":2,"~":3,"~1":4,"0":5},"l":[6,7,8,9,10,11,12,13,14,15,[16]],"":17}`
	for pointer, want := range map[string]string{
		"/a/": "1", "/a/b~1c": "2", "/a/~0": "3", "/a/~01": "4", "/a/0": "5", "/l/0": "6", "/l/9": "15", "/l/10/0": "16", "/": "17",
		"/a/b": "", "/l/11": "", "/l/00": "", "/l/01": "", "/l/-": "", "/l/-1": "", "/l/+1": "", "/l/99999999999": "", "/l/": "", "/a//x": "", "/x/y/z": "", "/a": "", "/l": "",
	} {
		e, err := cloudevents.Unmarshal(foreign(data), cloudevents.WithMapping(mappingOf(t, cloudevents.Data(pointer))))
		require.Equal(t, want != "", err == nil, "%s: %v", pointer, err)
		if want != "" {
			require.Equal(t, want+" {token}", e.Items[0].Quantity.String(), pointer)
		}
	}
	for _, bad := range []string{"", "a", "/~", "/~2", "/a~", "/\x00", "/\xff"} {
		_, err := cloudevents.NewMapping(cloudevents.Rule{Type: "request", Resource: cloudevents.Data(bad),
			Amounts: []cloudevents.Amount{{Meter: meterIn(metering.MustUnit("s")), Unit: metering.MustUnit("s"), Value: cloudevents.Fixed("0.5")}}})
		require.Error(t, err, "%q", bad)
	}
}

// mappingOf reads tokens from a field.
func mappingOf(t *testing.T, value cloudevents.Field) *cloudevents.Mapping {
	token := metering.MustUnit("{token}")
	m, err := cloudevents.NewMapping(cloudevents.Rule{Type: "request", Amounts: []cloudevents.Amount{{Meter: meterIn(token), Unit: token, Value: value}}})
	require.NoError(t, err)
	return m
}
