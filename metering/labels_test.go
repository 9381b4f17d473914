package metering_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
)

func TestNewLabels_Canonical(t *testing.T) {
	a := metering.MustLabels("zone", "b", "gpu", "H100", "empty", "")
	require.Equal(t, a, metering.MustLabels("gpu", "H100", "empty", "", "zone", "b"))
	require.Equal(t, map[string]string{"zone": "b", "gpu": "H100", "empty": ""}, maps.Collect(a.All()))
	require.Equal(t, 3, a.Len())
	require.Equal(t, `{empty="", gpu="H100", zone="b"}`, a.String())
	require.Zero(t, metering.MustLabels())
	require.Zero(t, metering.Labels{}.Len())
	require.Equal(t, "{}", metering.Labels{}.String())

	for name := range a.All() { // an iteration can be left
		require.Equal(t, "empty", name)
		break
	}
	v, ok := a.Get("gpu")
	require.True(t, ok)
	require.Equal(t, "H100", v)
	_, ok = a.Get("gp")
	require.False(t, ok)
}

func TestLabels_Contains(t *testing.T) {
	ab := metering.MustLabels("a", "1", "b", "2")
	require.True(t, ab.Contains(metering.Labels{}))
	require.True(t, ab.Contains(metering.MustLabels("b", "2")))
	require.True(t, ab.Contains(ab))
	require.False(t, ab.Contains(metering.MustLabels("b", "3")))
	require.False(t, ab.Contains(metering.MustLabels("c", "")))
	require.False(t, metering.Labels{}.Contains(ab))
}

func TestNewLabels_Refused(t *testing.T) {
	var many []string
	for i := range metering.MaxLabels + 1 {
		many = append(many, fmt.Sprint("n", i), "v")
	}
	_, err := metering.NewLabels(many[2:]...)
	require.NoError(t, err, "as many as there may be")
	long := strings.Repeat("x", metering.MaxLabelNameBytes)
	longValue := strings.Repeat("x", metering.MaxLabelValueBytes)
	_, err = metering.NewLabels(long, longValue)
	require.NoError(t, err)

	for _, tt := range []struct {
		name, field string
		pairs       []string
	}{
		{"odd", "labels", []string{"a"}},
		{"too many", "labels", many},
		{"no name", "label name", []string{"", "v"}},
		{"twice", "label", []string{"a", "1", "b", "2", "a", "1"}},
		{"long name", "label name", []string{long + "x", ""}},
		{"long value", "label value", []string{"a", longValue + "x"}},
		{"what separates names and values", "label value", []string{"a", "b\x1f"}},
		{"what separates labels", "label name", []string{"a\x1e", "b"}},
		{"not UTF-8", "label value", []string{"a", "\xff"}},
		{"NUL", "label name", []string{"a\x00", "b"}},
		{"C1", "label value", []string{"a", "\u009b31m"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, err := metering.NewLabels(tt.pairs...)
			var field *metering.FieldError
			require.ErrorAs(t, err, &field)
			require.Equal(t, tt.field, field.Field)
			require.Zero(t, l)
			require.Panics(t, func() { metering.MustLabels(tt.pairs...) })
		})
	}
}

func TestLabels_JSON(t *testing.T) {
	for _, l := range []metering.Labels{{}, metering.MustLabels("b", `"quoted" \ <tag>`, "a", "标签\u2028")} {
		text, err := json.Marshal(l)
		require.NoError(t, err)
		back := metering.MustLabels("old", "value")
		require.NoError(t, json.Unmarshal(text, &back))
		require.Equal(t, l, back)
	}
	text, err := json.Marshal(metering.MustLabels("b", "2", "a", "1"))
	require.NoError(t, err)
	require.Equal(t, `{"a":"1","b":"2"}`, string(text))

	var l metering.Labels
	require.NoError(t, json.Unmarshal([]byte(`{"b":"2","a":"1"}`), &l))
	require.Equal(t, metering.MustLabels("a", "1", "b", "2"), l)
	require.NoError(t, json.Unmarshal([]byte("null"), &l))
	require.Equal(t, metering.MustLabels("a", "1", "b", "2"), l, "null changes nothing")

	var field *metering.FieldError
	for _, text := range []string{`{"a":"1","a":"1"}`, `{"":"1"}`, `{"a":"\u0000"}`, "{\"a\":\"\xff\"}",
		`{"a":"` + strings.Repeat("x", 1<<20) + `"}`, `{` + strings.Repeat(`"a":"1",`, 40) + `"b":"2"}`} {
		require.ErrorAs(t, l.UnmarshalJSON([]byte(text)), &field, "%.40q", text)
	}
	for _, text := range []string{"", "[]", `"a"`, `{"a":1}`, `{"a":null}`, `{"a":{}}`, `{"a":"1"`, `{"a":"1"} {}`, `{"a" "1"}`, "{"} {
		require.ErrorIs(t, l.UnmarshalJSON([]byte(text)), metering.ErrSyntax, text)
	}
	require.Equal(t, metering.MustLabels("a", "1", "b", "2"), l, "what is not read changes nothing")

	// The largest set there is can be read back, however its bytes are escaped.
	var pairs []string
	for i := range metering.MaxLabels {
		pairs = append(pairs, fmt.Sprintf("%0*d", metering.MaxLabelNameBytes, i), strings.Repeat("<", metering.MaxLabelValueBytes))
	}
	largest := metering.MustLabels(pairs...)
	text, err = json.Marshal(largest)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &l))
	require.Equal(t, largest, l)
}

// FuzzLabels_Canonical: two sets are equal exactly when they have the same
// pairs, whatever their order, and read back from JSON they are the same.
func FuzzLabels_Canonical(f *testing.F) {
	f.Add("a", "1", "b", "2")
	f.Add("a", "1b", "a1", "b")
	f.Add("", "x", "x", "")
	f.Add("a\x1f", "b", "c", "\x1ed")
	f.Add("é", "\ufffd", "e\u0301", "\u2028<>&")
	f.Fuzz(func(t *testing.T, n1, v1, n2, v2 string) {
		l, err := metering.NewLabels(n1, v1, n2, v2)
		other, err2 := metering.NewLabels(n2, v2, n1, v1)
		require.Equal(t, err == nil, err2 == nil, "the order does not matter")
		if err != nil {
			require.Zero(t, l)
			return
		}
		require.Equal(t, l, other)
		require.Zero(t, l.Compare(other))
		require.Equal(t, map[string]string{n1: v1, n2: v2}, maps.Collect(l.All()))
		require.Equal(t, 2, l.Len())

		text, err := json.Marshal(l)
		require.NoError(t, err)
		var back metering.Labels
		require.NoError(t, json.Unmarshal(text, &back))
		require.Equal(t, l, back)

		// A set of other pairs is another set, and is ordered.
		for _, pairs := range [][]string{{n1, v1}, {n2, v2}, {n1, v2, n2, v1}, {n1, v1 + n2 + v2}, {n1 + v1, n2 + v2}} {
			m, err := metering.NewLabels(pairs...)
			if err != nil {
				continue
			}
			same := maps.Equal(maps.Collect(m.All()), maps.Collect(l.All()))
			require.Equal(t, same, l == m)
			require.Equal(t, same, l.Compare(m) == 0)
			require.Equal(t, -l.Compare(m), m.Compare(l))
		}
		names := []string{}
		for n := range l.All() {
			names = append(names, n)
		}
		require.True(t, slices.IsSorted(names))
	})
}

// What a label's value is stays out of errors, whatever is wrong with it: an error names
// the label.
func TestLabels_ErrorsKeepValuesToThemselves(t *testing.T) {
	const secret = "lijun@example.com"
	_, err := metering.NewLabels("env", "prod", "owner", secret+"\n")
	require.EqualError(t, err, `metering: label value "owner=…": want no control characters`)
	for _, text := range []string{
		`{"owner":"` + secret + `\n"}`, `{"owner":{"mail":"` + secret + `"}}`, `["` + secret + `"]`, `"` + secret + `"`,
		`{"owner":"` + secret + `"} "` + secret + `"`, `{"owner":"` + strings.Repeat(secret, 1<<16) + `"}`,
	} {
		var l metering.Labels
		err := l.UnmarshalJSON([]byte(text))
		require.Error(t, err)
		require.NotContains(t, err.Error(), "lijun", text)
	}
}
