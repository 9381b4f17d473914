package cloudevents_test

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/cloudevents"
)

// requests maps events of an AI gateway.
func requests(t testing.TB) *cloudevents.Mapping {
	token := metering.MustUnit("{token}")
	lookup := func(id metering.MeterID) metering.Meter {
		m, err := metering.DefaultCatalogue().Lookup(id)
		require.NoError(t, err)
		return m
	}
	m, err := cloudevents.NewMapping(cloudevents.Rule{
		Type: "request", Resource: cloudevents.Data("/key~1id").Optional(), Region: cloudevents.Attribute("region").Optional(), Estimated: true,
		Labels: map[string]cloudevents.Field{"team": cloudevents.Data("/tags/0/team").Optional(), "producer": cloudevents.Fixed("gateway"), "tier": cloudevents.Attribute("tier").Optional()},
		Amounts: []cloudevents.Amount{
			{Meter: lookup(metering.InputTokens), Unit: token, Value: cloudevents.Data("/usage/in"), SKU: cloudevents.Data("/model")},
			{Meter: lookup(metering.CachedTokens), Unit: token, Value: cloudevents.Data("/usage/cached").Optional(), SKU: cloudevents.Data("/model")},
			{Meter: lookup(metering.Requests), Unit: metering.MustUnit("1"), Value: cloudevents.Fixed("1")},
		},
	})
	require.NoError(t, err)
	return m
}

func TestMapping(t *testing.T) {
	m := requests(t)
	text := strings.Replace(string(foreign(`{"usage":{"in":123,"cached":null},"model":"x","key/id":"k-1","tags":[{"team":"red"}],"more":[1.5,{}]}`)), `"id"`, `"region":"eu","tier":3,"id"`, 1)
	e, err := cloudevents.Unmarshal([]byte(text), cloudevents.WithMapping(m))
	require.NoError(t, err)
	require.Equal(t, metering.Event{
		Account: "customer-1", Source: "api", ID: "1", Time: time.Date(2026, 3, 1, 5, 17, 42, 0, time.UTC), Kind: metering.Amount,
		Resource: "k-1", Region: "eu", Labels: metering.MustLabels("team", "red", "producer", "gateway", "tier", "3"), Estimated: true,
		Items: []metering.Item{{Meter: metering.InputTokens, SKU: "x", Quantity: metering.MustQuantity("123 {token}")}, {Meter: metering.Requests, Quantity: metering.MustQuantity("1 1")}},
	}, e)

	// It is an event like any other: written and read, and counted once.
	b, err := cloudevents.Marshal(e)
	require.NoError(t, err)
	back, err := cloudevents.Unmarshal(b)
	require.NoError(t, err)
	require.Equal(t, canonical(e), back)
}

// TestMapping_Faults: what a rule asks for and an event has not, or has in
// another form, is told by its place.
func TestMapping_Faults(t *testing.T) {
	m := requests(t)
	for _, tt := range []struct {
		data string
		is   error
		want string
	}{
		{`{"usage":{"in":"0123"},"model":"x"}`, cloudevents.ErrValue, `data/usage/in "0123"`},
		{`{"usage":{"in":"+1"},"model":"x"}`, cloudevents.ErrValue, `data/usage/in "+1"`},
		{`{"usage":{"in":" 1"},"model":"x"}`, cloudevents.ErrValue, `data/usage/in " 1"`},
		{`{"usage":{"in":""},"model":"x"}`, cloudevents.ErrValue, `data/usage/in ""`},
		{`{"usage":{"in":"NaN"},"model":"x"}`, cloudevents.ErrValue, `data/usage/in "NaN"`},
		{`{"usage":{"in":true},"model":"x"}`, cloudevents.ErrValue, `data/usage/in "true"`},
		{`{"usage":{"in":[1]},"model":"x"}`, cloudevents.ErrValue, `data/usage/in "[…]"`},
		{`{"usage":{"in":1.5},"model":"x"}`, metering.ErrInexact, `data/usage/in "1.5"`},
		{`{"usage":{"in":0.1e0},"model":"x"}`, metering.ErrInexact, `data/usage/in "0.1e0"`},
		{`{"usage":{"in":1e-999999999},"model":"x"}`, metering.ErrInexact, `data/usage/in "1e-999999999"`},
		{`{"usage":{"in":1e99999999999999999999},"model":"x"}`, metering.ErrOverflow, `data/usage/in "1e99999999999999999999"`},
		{`{"usage":{"in":1` + strings.Repeat("0", 300) + `},"model":"x"}`, cloudevents.ErrValue, `data/usage/in "1000`},
		{`{"usage":{},"model":"x"}`, cloudevents.ErrMissing, `data/usage/in ""`},
		{`{"usage":[],"model":"x"}`, cloudevents.ErrMissing, `data/usage/in ""`},
		{`{"usage":{"in":null},"model":"x"}`, cloudevents.ErrMissing, `data/usage/in ""`},
		{`{"usage":{"in":1}}`, cloudevents.ErrMissing, `data/model ""`},
		{`{"usage":{"in":1},"model":""}`, cloudevents.ErrMissing, `data/model ""`},
		{`{"usage":{"in":1},"model":7}`, cloudevents.ErrValue, `data/model "7"`},
		{`{"usage":{"in":1},"model":"a\nb"}`, nil, `data/model "a\nb": want no control characters`},
		{`{"usage":{"in":1},"model":"x","tags":[{"team":"\u0001"}]}`, nil, `data/tags/0/team "…": want no control characters`},
		{`{"usage":{"in":1,"in":2},"model":"x"}`, cloudevents.ErrDuplicate, `data/usage/in ""`},
		{`null`, cloudevents.ErrMissing, `data/usage/in ""`},
	} {
		_, err := cloudevents.Unmarshal(foreign(tt.data), cloudevents.WithMapping(m))
		require.Error(t, err, tt.data)
		if tt.is != nil {
			require.ErrorIs(t, err, tt.is, tt.data)
		}
		require.Contains(t, err.Error(), "cloudevents: "+tt.want, tt.data)
	}

	_, err := cloudevents.Unmarshal([]byte(strings.Replace(string(foreign(`{}`)), `"request"`, `"response"`, 1)), cloudevents.WithMapping(m))
	unknown, ok := errors.AsType[*cloudevents.TypeError](err)
	require.True(t, ok)
	require.Equal(t, "response", unknown.Type)

	_, err = cloudevents.Unmarshal([]byte(strings.Replace(string(foreign(`{"usage":{"in":1},"model":"x"}`)), `"customer-1"`, `"a//b"`, 1)), cloudevents.WithMapping(m))
	require.EqualError(t, err, `cloudevents: subject "a//b": want no empty segment`)
	_, err = cloudevents.Unmarshal([]byte(strings.Replace(string(foreign(`{"usage":{"in":1},"model":"x"}`)), `"customer-1"`, `null`, 1)), cloudevents.WithMapping(m))
	require.EqualError(t, err, `cloudevents: subject "": want a value`)
}

// TestNewMapping_Refuses: all that is wrong with rules is told before any event
// is read.
func TestNewMapping_Refuses(t *testing.T) {
	token := metering.MustUnit("{token}")
	good := cloudevents.Amount{Meter: meterIn(token), Unit: token, Value: cloudevents.Data("/n")}
	rule := func(change func(*cloudevents.Rule)) cloudevents.Rule {
		r := cloudevents.Rule{Type: "request", Amounts: []cloudevents.Amount{good}}
		change(&r)
		return r
	}
	for want, r := range map[string]cloudevents.Rule{
		`rule "" type "": want 1 to 256 bytes that CloudEvents allows`:                                    rule(func(r *cloudevents.Rule) { r.Type = "" }),
		`rule "com.meterbook.usage.x" type "com.meterbook.usage.x": want a type of another producer`:      rule(func(r *cloudevents.Rule) { r.Type = "com.meterbook.usage.x" }),
		`rule "request" amounts "0": want 1 to 64`:                                                        rule(func(r *cloudevents.Rule) { r.Amounts = nil }),
		`rule "request" account "data/a": want a field that is not optional`:                              rule(func(r *cloudevents.Rule) { r.Account = cloudevents.Data("/a").Optional() }),
		`rule "request" account "a//b": want no empty segment`:                                            rule(func(r *cloudevents.Rule) { r.Account = cloudevents.Fixed("a//b") }),
		`rule "request" resource "a": want a JSON Pointer of at most 256 bytes, such as /usage/tokens`:    rule(func(r *cloudevents.Rule) { r.Resource = cloudevents.Data("a") }),
		`rule "request" resource "/a~2": want a JSON Pointer of at most 256 bytes, such as /usage/tokens`: rule(func(r *cloudevents.Rule) { r.Resource = cloudevents.Data("/a~2") }),
		`rule "request" resource "": want a JSON Pointer of at most 256 bytes, such as /usage/tokens`:     rule(func(r *cloudevents.Rule) { r.Resource = cloudevents.Data("") }),
		`rule "request" region "Region": want the name of an attribute: a-z and 0-9`:                      rule(func(r *cloudevents.Rule) { r.Region = cloudevents.Attribute("Region") }),
		`rule "request" region "data": want the name of an attribute: a-z and 0-9`:                        rule(func(r *cloudevents.Rule) { r.Region = cloudevents.Attribute("data") }),
		`rule "request" region "": want a text; the zero Field is none`:                                   rule(func(r *cloudevents.Rule) { r.Region = cloudevents.Fixed("") }),
		`rule "request" label "team": want a field`:                                                       rule(func(r *cloudevents.Rule) { r.Labels = map[string]cloudevents.Field{"team": {}} }),
		`label name "": want a value`:                                                                     rule(func(r *cloudevents.Rule) { r.Labels = map[string]cloudevents.Field{"": cloudevents.Data("/a")} }),
		`rule "request" amount 0 value "": want a field`:                                                  rule(func(r *cloudevents.Rule) { r.Amounts = []cloudevents.Amount{{Meter: meterIn(token), Unit: token}} }),
		`rule "request" amount 0 value "x": want a number of the unit`: rule(func(r *cloudevents.Rule) {
			r.Amounts = []cloudevents.Amount{{meterIn(token), token, cloudevents.Fixed("x"), cloudevents.Field{}}}
		}),
		`rule "request" amount 0 unit "": want what the value counts`: rule(func(r *cloudevents.Rule) {
			r.Amounts = []cloudevents.Amount{{Meter: meterIn(token), Value: good.Value}}
		}),
		`meter "test.usage": dimension time where token is wanted`: rule(func(r *cloudevents.Rule) {
			r.Amounts = []cloudevents.Amount{{Meter: meterIn(token), Unit: metering.MustUnit("s"), Value: good.Value}}
		}),
	} {
		_, err := cloudevents.NewMapping(r)
		require.EqualError(t, err, "metering: "+want)
	}
	_, err := cloudevents.NewMapping(rule(func(*cloudevents.Rule) {}), rule(func(*cloudevents.Rule) {}))
	require.EqualError(t, err, `metering: rule "request" type "request": want one rule for a type`)

	empty, err := cloudevents.NewMapping()
	require.NoError(t, err)
	for _, m := range []*cloudevents.Mapping{empty, {}, nil} {
		_, err = cloudevents.Unmarshal(foreign(`{}`), cloudevents.WithMapping(m))
		require.ErrorContains(t, err, `type "request": want a type of this package, or a rule for it in the mapping`)
	}
}

// TestMapping_Trace reads real requests to a language model, written as
// another producer would, and counts the tokens that the trace has, also after
// they went through a batch of ours.
func TestMapping_Trace(t *testing.T) {
	file, err := os.Open("../../../shared/data/azure_llm2023_code.csv")
	if err != nil {
		t.Skip("no trace here")
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	var lines strings.Builder
	in := 0
	for i, row := range rows[1:] {
		n, err := strconv.Atoi(row[1])
		require.NoError(t, err)
		in += n
		fmt.Fprintf(&lines, `{"specversion":"1.0","id":"%d","source":"trace","type":"request","subject":"code","time":"%sZ","data":{"usage":{"in":%s},"model":"m"}}`+"\n", i, strings.Replace(row[0], " ", "T", 1), row[1])
	}
	count := func(text string, opts ...cloudevents.Option) (n int, sum metering.Quantity, batch string) {
		var out strings.Builder
		enc := cloudevents.NewEncoder(&out)
		d, err := cloudevents.NewDecoder(strings.NewReader(text), opts...)
		require.NoError(t, err)
		for e, err := range d.Events() {
			require.NoError(t, err)
			require.NoError(t, enc.Encode(e))
			for _, it := range e.Items {
				if it.Meter == metering.InputTokens {
					sum, err = sum.Add(it.Quantity)
					require.NoError(t, err)
				}
			}
			n++
		}
		require.NoError(t, enc.Close())
		return n, sum, out.String()
	}
	n, sum, batch := count(lines.String(), cloudevents.WithMapping(requests(t)))
	require.Equal(t, len(rows)-1, n)
	require.Equal(t, strconv.Itoa(in)+" {token}", sum.String())
	again, same, bytes := count(batch)
	require.Equal(t, n, again)
	require.Equal(t, sum, same)
	require.Equal(t, batch, bytes)
}

func TestField_String(t *testing.T) {
	require.Equal(t, "data/usage/in", cloudevents.Data("/usage/in").String())
	require.Equal(t, "subject", cloudevents.Attribute("subject").String())
	require.Equal(t, `"x"`, cloudevents.Fixed("x").Optional().String())
	require.Equal(t, "nowhere", cloudevents.Field{}.String())
}

// TestNewMapping_NotAdditive: what an aggregator will not take is refused when
// the rule is made, and not event by event.
func TestNewMapping_NotAdditive(t *testing.T) {
	users, err := metering.DefaultCatalogue().Lookup(metering.ActiveUsers)
	require.NoError(t, err)
	_, err = cloudevents.NewMapping(cloudevents.Rule{Type: "login", Amounts: []cloudevents.Amount{{
		Meter: users, Unit: metering.MustUnit("{user}"), Value: cloudevents.Fixed("1"),
	}}})
	require.ErrorContains(t, err, `rule "login" amount 0 meter "application.users": want a meter that adds up`)
}
