package cloudevents_test

import (
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/cloudevents"
)

const plain = `{"specversion":"1.0","id":"1","source":"s","type":"com.meterbook.usage.stop.v1","subject":"acme","time":"2026-03-01T05:17:42Z","data":{"resource":"vm"}}`

// with returns the plain event with one thing put in place of another.
func with(old, new string) string { return strings.Replace(plain, old, new, 1) }

// TestUnmarshal_Faults: what is wrong is told by attribute, value and fix, in
// words that stay short, and no event comes of it.
func TestUnmarshal_Faults(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	for _, tt := range []struct {
		name, text string
		is         error
		message    string
	}{
		{"nothing", "", cloudevents.ErrSyntax, "cloudevents: want JSON as RFC 8259 has it: byte 0 of it: want a value"},
		{"a byte order mark", "\ufeff" + plain, cloudevents.ErrSyntax, "cloudevents: want JSON as RFC 8259 has it: byte 0 of it: want a value"},
		{"an array", "[" + plain + "]", cloudevents.ErrValue, "cloudevents: want another form of value: want an event, a JSON object"},
		{"more behind it", plain + plain, cloudevents.ErrSyntax, "cloudevents: want JSON as RFC 8259 has it: byte 152 of it: want nothing behind the end"},
		{"cut off", plain[:100], cloudevents.ErrSyntax, "cloudevents: want JSON as RFC 8259 has it: byte 100 of it: want the end of a string"},
		{"a name twice", with(`"source"`, `"\u0069d":"2","source"`), cloudevents.ErrDuplicate, `cloudevents: id "": want each name once in an object`},
		{"a name twice in data", with(`"vm"`, `"vm","resource":"vm"`), cloudevents.ErrDuplicate, `cloudevents: data/resource "": want each name once in an object`},
		{"no UTF-8", with(`"1"`, "\"a\xff\""), cloudevents.ErrText, "cloudevents: id \"a\uFFFD\": want characters of Unicode in UTF-8, in attributes without controls and noncharacters"},
		{"half a pair", with(`"vm"`, `"\udc00\ud800"`), cloudevents.ErrText, "cloudevents: data/resource \"\": want characters of Unicode in UTF-8, in attributes without controls and noncharacters"},
		{"a raw control character", with(`"vm"`, "\"a\nb\""), cloudevents.ErrSyntax, "cloudevents: data/resource \"\\nb\\\"}}\": want JSON as RFC 8259 has it: byte 148 of it: want control characters in strings escaped"},
		{"no id, an old version, a number", with(`"specversion":"1.0","id":"1","source":"s"`, `"specversion":"0.3","source":7`), cloudevents.ErrMissing,
			`cloudevents: specversion "0.3": want specversion "1.0"; source "7": want another form of value: want a string; id "": want a value`},
		{"unknown type", with("stop.v1", "stop.v2"), nil, `cloudevents: type "com.meterbook.usage.stop.v2": want a type of this package, or a rule for it in the mapping`},
		{"no zone", with("42Z", "42"), cloudevents.ErrTime, `cloudevents: time "2026-03-01T05:17:42": want RFC 3339 with an offset, such as 2026-03-01T05:17:42Z, and no second 60`},
		{"picoseconds", with("42Z", "42.000000000001Z"), metering.ErrInexact, `cloudevents: time "2026-03-01T05:17:42.000000000001Z": metering: value falls between two grains: want at most nine digits of a second`},
		{"long ago", with("2026", "1926"), metering.ErrTimeRange, ""},
		{"a long id", with(`"1"`, `"`+long+`"`), nil, `cloudevents: id "` + strings.Repeat("x", 64) + `…": want at most 256 bytes, got 100000`},
		{"a long attribute", with(`"id"`, `"`+long+`":{},"id"`), cloudevents.ErrValue, `cloudevents: ` + strings.Repeat("x", 64) + `… "{…}": want another form of value: want a string, true, false or a whole number of 32 bits`},
		{"ten megabytes", with(`"1"`, `"`+strings.Repeat(long, 100)+`"`), nil, "cloudevents: want at most 262144 bytes in an event"},
		{"deep", with(`"vm"`, strings.Repeat("[", 50_000)), nil, `cloudevents: data/resource/0/0/0/0/0/0/0/0/0/0/0/0/0/0 "": want at most 16 levels of nesting`},
		{"deep, in base64", with(`"data":{"resource":"vm"}`, `"data_base64":"W1tbW1tbW1tbW1tbW1tbW10="`), nil, `cloudevents: data_base64/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0 "": want at most 15 levels of nesting`},
		{"base64 without padding", with(`"data":{"resource":"vm"}`, `"data_base64":"e30"`), cloudevents.ErrValue, `cloudevents: data_base64 "e30": want another form of value: want base64 of RFC 4648, clause 4, with its padding`},
		{"no data", with(`"data":{"resource":"vm"}`, `"data":null`), cloudevents.ErrMissing, `cloudevents: data "": want a value`},
		{"an unknown member", with(`"vm"`, `"vm","price":7`), cloudevents.ErrUnknown, `cloudevents: data/price "7": want no member that the type does not have`},
		{"items on a stop", with(`"vm"`, `"vm","items":[{"meter":"m","quantity":"1 s"}]`), nil, `cloudevents: data/items "1": want none on a stop`},
		{"a fraction of a token", with(`"vm"`, `"vm","items":[{"meter":"m","quantity":"1.5 {token}"}]`), metering.ErrInexact, ""},
		{"an item without quantity", with(`"vm"`, `"vm","items":[{"meter":"m","quantity":7}]`), cloudevents.ErrValue, `cloudevents: data/items/0/quantity "7": want another form of value: want a string`},
		{"a label's name twice", with(`"vm"`, `"vm","labels":{"a":"1","\u0061":"1"}`), cloudevents.ErrDuplicate, ""},
		{"many items", with(`"vm"`, `"vm","items":[`+strings.Repeat("0,", 64)+`0]`), nil, `cloudevents: data/items "65": want at most 64 items in an event`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e, err := cloudevents.Unmarshal([]byte(tt.text))
			require.Error(t, err)
			require.Equal(t, metering.Event{}, e)
			require.Less(t, len(err.Error()), 600)
			if tt.is != nil {
				require.ErrorIs(t, err, tt.is)
			}
			if tt.message != "" {
				require.EqualError(t, err, tt.message)
			}
		})
	}
}

// TestUnmarshal_Bounded: no text of the size that is read takes long or much
// memory, and what is larger takes neither.
func TestUnmarshal_Bounded(t *testing.T) {
	const size = 256 << 10
	fill := func(before, one, after string) string {
		return before + strings.Repeat(one, (size-len(before)-len(after))/len(one)) + after
	}
	rule := cloudevents.Rule{Type: "request", Amounts: make([]cloudevents.Amount, 64)}
	for i := range rule.Amounts {
		rule.Amounts[i] = cloudevents.Amount{Meter: meterIn(metering.MustUnit("{token}")), Unit: metering.MustUnit("{token}"), Value: cloudevents.Data("/a/b/c"), SKU: cloudevents.Data("/a/b/d")}
	}
	m, err := cloudevents.NewMapping(rule)
	require.NoError(t, err)
	var members strings.Builder
	for i := 0; members.Len() < size-1000; i++ {
		members.WriteString(`"` + strings.Repeat("\x21", 1) + string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i/676%26)) + string(rune('a'+i/17576)) + `":0,`)
	}
	for name, text := range map[string]string{
		"numbers":     fill(`{"x":[0`, ",0", "]}"),
		"arrays":      fill(`{"x":[[]`, ",[]", "]}"),
		"objects":     fill(`{"x":[{}`, `,{"":0}`, "]}"),
		"one number":  string(foreign(fill(`{"a":{"b":{"c":`, "9", `}}}`)[:size-300] + "}}}")),
		"escapes":     fill(`{"x":"`, `\ud800`, `"}`),
		"quotes":      fill(`{"x":"`, `\"`, `"}`),
		"open arrays": fill(`{"x":`, "[", ""),
		"names":       `{` + members.String() + `"z":0}`,
		"same names":  fill("{", `"a":0,`, `"z":0}`),
		"members":     string(foreign(`{"a":{"b":{` + members.String()[:size/2] + `"z":0}}}`)),
		"exponent":    string(foreign(`{"a":{"b":{"c":1e999999999999,"d":"x"}}}`)),
		"small":       string(foreign(`{"a":{"b":{"c":1e-2147483648,"d":"x"}}}`)),
		"too long":    strings.Repeat("[", 20<<20),
	} {
		t.Run(name, func(t *testing.T) {
			data := []byte(text)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			begun := time.Now()
			_, err := cloudevents.Unmarshal(data, cloudevents.WithMapping(m))
			took := time.Since(begun)
			runtime.ReadMemStats(&after)
			require.Error(t, err)
			require.Less(t, took, time.Second) // a tenth on a machine that is not shared
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(64<<20))
		})
	}
}

// collect returns what a decoder yields.
func collect(t *testing.T, src io.Reader, opts ...cloudevents.Option) (ids []string, errs []error) {
	d, err := cloudevents.NewDecoder(src, opts...)
	require.NoError(t, err)
	for e, err := range d.Events() {
		if err != nil {
			ids, errs = append(ids, "-"), append(errs, err)
			continue
		}
		ids = append(ids, e.ID)
	}
	return ids, errs
}

// TestDecoder_Faults: an event that is refused is told in its place and the
// others follow; text that is not JSON ends the stream.
func TestDecoder_Faults(t *testing.T) {
	bad, late := with(`"1"`, `""`), with(`"1"`, `"2"`)
	big := with(`"vm"`, `"`+strings.Repeat("x", 300_000)+`"`)
	for _, tt := range []struct {
		name, text string
		ids        string
		last       string // of the last error, what it says
	}{
		{"no events", " \n", "", ""},
		{"an empty batch", "[ ]", "", ""},
		{"one, and no line feed", plain, "1", ""},
		{"one on many lines", strings.ReplaceAll(plain, ",", ",\n"), "1", ""},
		{"lines", plain + "\n" + bad + "\r\n\n" + late + "\n", "1 - 2", `cloudevents: event 1 at byte 153: id "": want a value`},
		{"a batch", "[" + plain + "," + bad + "," + late + "]", "1 - 2", `cloudevents: event 1 at byte 154: id "": want a value`},
		{"a batch of what is no event", `[1,"x",null,[` + plain + `],` + plain + "]", "- - - - 1", "cloudevents: event 3 at byte 12: want another form of value: want an event, a JSON object"},
		{"too long, in its place", "[" + plain + "," + big + "," + late + "]", "1 - 2", "cloudevents: event 1 at byte 154: want at most 262144 bytes in an event"},
		{"too deep, in its place", plain + "\n" + with(`"vm"`, strings.Repeat("[", 1000)+strings.Repeat("]", 1000)) + "\n" + late, "1 - 2", `cloudevents: event 1 at byte 153: data/resource/0/0/0/0/0/0/0/0/0/0/0/0/0/0 "": want at most 16 levels of nesting`},
		{"two on a line", plain + plain + "\n" + late, "-", `cloudevents: event 0 at byte 0: want JSON as RFC 8259 has it: byte 152 of the stream: "{": want a line feed or the end behind an event`},
		{"more behind a batch", "[" + plain + "]x", "-", `cloudevents: event 0 at byte 1: want JSON as RFC 8259 has it: byte 154 of the stream: "x": want nothing behind a batch`},
		{"more behind an empty batch", "[]x", "-", ""},
		{"a comma at the end", "[" + plain + ",]", "1 -", ""},
		{"a comma at the beginning", "[," + plain + "]", "-", ""},
		{"no comma", "[" + plain + plain + "]", "-", ""},
		{"a colon", "[" + plain + ":" + plain + "]", "-", ""},
		{"no JSON between", plain + "\n{oops}\n" + late, "1 -", `cloudevents: event 1 at byte 153: want JSON as RFC 8259 has it: byte 1 of it: want a name in quotes`},
		{"a bracket of the other kind", plain + "\n{\"a\":]\n" + late, "1 -", ""},
		{"cut off", plain + "\n" + plain[:80], "1 -", "cloudevents: event 1 at byte 153: want JSON as RFC 8259 has it: the text ends too early: unexpected EOF"},
		{"cut off in a string", plain[:20] + `"\`, "-", ""},
		{"null bytes between lines", plain + "\n\x00\x00" + late + "\n", "1 -", "cloudevents: event 1 at byte 153: want JSON as RFC 8259 has it: byte 0 of it: want a value"},
		{"null bytes on a line", plain + "\x00\n" + late + "\n", "-", `cloudevents: event 0 at byte 0: want JSON as RFC 8259 has it: byte 152 of the stream: "\x00": want a line feed or the end behind an event`},
		{"null bytes alone", "\x00\x00\x00", "-", ""},
		{"null bytes in a batch", "[" + plain + "\x00," + late + "]", "-", ""},
		{"null bytes behind a batch", "[" + plain + "]\n\x00" + late, "-", ""},
		{"null bytes behind an empty batch", "[]\x00" + late, "-", ""},
		{"a batch cut off behind an event", "[" + plain, "-", ""},
		{"a batch cut off behind a comma", "[" + plain + ",", "1 -", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, src := range []io.Reader{strings.NewReader(tt.text), iotest.OneByteReader(strings.NewReader(tt.text)), iotest.DataErrReader(strings.NewReader(tt.text))} {
				ids, errs := collect(t, src)
				require.Equal(t, tt.ids, strings.Join(ids, " "))
				require.Equal(t, strings.Count(tt.ids, "-"), len(errs))
				for _, err := range errs {
					require.IsType(t, &cloudevents.EventError{}, err)
					require.Less(t, len(err.Error()), 600)
				}
				if tt.last != "" {
					require.EqualError(t, errs[len(errs)-1], tt.last)
				}
			}
		})
	}
}

// TestDecoder_Ends: the error that ends a stream is there again, an iteration
// can be left and taken up, and a batch has as many events as it may.
func TestDecoder_Ends(t *testing.T) {
	broken := errors.New("no carrier")
	d, err := cloudevents.NewDecoder(io.MultiReader(strings.NewReader(plain+"\n"+plain+"\n"), iotest.ErrReader(broken)))
	require.NoError(t, err)
	for range 2 {
		for e, err := range d.Events() {
			require.NoError(t, err)
			require.Equal(t, "1", e.ID)
			break
		}
	}
	for range 2 {
		for e, err := range d.Events() {
			require.ErrorIs(t, err, broken)
			require.EqualError(t, err, "cloudevents: reading event 2: no carrier")
			require.Equal(t, metering.Event{}, e)
		}
	}

	three := "[" + plain + "," + plain + "," + plain + "]"
	ids, errs := collect(t, strings.NewReader(three), cloudevents.WithMaxEvents(2))
	require.Equal(t, []string{"1", "1", "-"}, ids)
	limit, ok := errors.AsType[*cloudevents.LimitError](errs[0])
	require.True(t, ok)
	require.Equal(t, &cloudevents.LimitError{What: "events in a batch", Max: 2}, limit)
	_, err = cloudevents.UnmarshalBatch([]byte(three), cloudevents.WithMaxEvents(3))
	require.NoError(t, err)
	ids, _ = collect(t, strings.NewReader(strings.Repeat(plain+"\n", 3)), cloudevents.WithMaxEvents(2))
	require.Len(t, ids, 3)
}

// TestUnmarshalBatch_AllOrNone: all faults are told, and no event comes back.
func TestUnmarshalBatch_AllOrNone(t *testing.T) {
	bad := with(`"1"`, `""`)
	events, err := cloudevents.UnmarshalBatch([]byte("[" + bad + "," + plain + "," + bad + "]"))
	require.Nil(t, events)
	require.EqualError(t, err, "cloudevents: event 0 at byte 1: id \"\": want a value\ncloudevents: event 2 at byte 306: id \"\": want a value")
	_, err = cloudevents.UnmarshalBatch([]byte(plain))
	require.ErrorIs(t, err, cloudevents.ErrValue)
	_, err = cloudevents.UnmarshalBatch(nil)
	require.ErrorIs(t, err, cloudevents.ErrValue)
}

// TestOptions: what is out of range is refused, all of it at once.
func TestOptions(t *testing.T) {
	_, err := cloudevents.Unmarshal([]byte(plain), cloudevents.WithMaxDepth(0), cloudevents.WithMaxEvents(-1), cloudevents.WithMaxEventBytes(1<<25))
	require.EqualError(t, err, "metering: event bytes \"33554432\": want 1 to 16777216\nmetering: events \"-1\": want 1 to 16777216\nmetering: depth \"0\": want 1 to 64")
	_, err = cloudevents.NewDecoder(strings.NewReader(plain), cloudevents.WithMaxDepth(65))
	require.Error(t, err)
	_, err = cloudevents.UnmarshalBatch([]byte("[]"), cloudevents.WithMaxDepth(65))
	require.Error(t, err)
	_, err = cloudevents.Unmarshal([]byte(plain), cloudevents.WithMaxDepth(2), cloudevents.WithMaxEventBytes(len(plain)), cloudevents.WithMapping(nil))
	require.NoError(t, err)
}

// TestErrors_KeepLabelsToThemselves: what the value of a label is stays out of errors.
func TestErrors_KeepLabelsToThemselves(t *testing.T) {
	own := func(labels string) string {
		return `{"specversion":"1.0","id":"1","source":"api","type":"com.meterbook.usage.amount.v1","time":"2026-03-01T00:00:00Z","subject":"acme","data":{"labels":` + labels +
			`,"items":[{"meter":"ai.tokens.input","quantity":"1 {token}"}]}}`
	}
	for _, text := range []string{
		own(`{"phone":13912345678}`), own(`{"phone":"13912345678\u0007"}`), own(`"13912345678"`), own(`13912345678`), own(`{"phone":[13912345678]}`),
		string(foreign(`{"usage":{"in":1},"model":"x","tags":[{"team":13912345678}]}`)), string(foreign(`{"usage":{"in":1},"model":"x","tags":[{"team":"13912345678\u0007"}]}`)),
	} {
		_, err := cloudevents.Unmarshal([]byte(text), cloudevents.WithMapping(requests(t)))
		require.Error(t, err, text)
		require.Contains(t, err.Error(), "…", text)
		require.NotContains(t, err.Error(), "139", text)
	}
}
