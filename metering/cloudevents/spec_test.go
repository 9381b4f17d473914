package cloudevents_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/cloudevents"
)

// pages counts pages that a service of another producer printed: the number is
// in the data.
func pages(t testing.TB, value cloudevents.Field) *cloudevents.Mapping {
	unit, err := metering.Each("page")
	require.NoError(t, err)
	m, err := cloudevents.NewMapping(cloudevents.Rule{
		Type: "org.print.done", Account: cloudevents.Fixed("acme"),
		Amounts: []cloudevents.Amount{{Meter: meterIn(unit), Unit: unit, Value: value}},
	})
	require.NoError(t, err)
	return m
}

// TestSpecification holds the package to the clauses and the features of the
// examples of CloudEvents 1.0.2 (spec.md, json-format.md): what each allows is
// read and what it forbids is refused. The events are our own.
func TestSpecification(t *testing.T) {
	inData, counted := pages(t, cloudevents.Data("/pages")), pages(t, cloudevents.Fixed("1"))
	const start = `{"specversion":"1.0","type":"org.print.done","source":"/press","id":"P-1","time":"2019-07-06T08:09:10Z",`
	for _, tt := range []struct {
		clause, text string
		m            *cloudevents.Mapping
		want         string // grains; "" for none
		is           error
		attribute    string
	}{
		// json-format.md
		{"JSON 2.2: null is absence", start + `"subject":null,"traceparent":null,"datacontenttype":null,"data":{"pages":3}}`, inData, "3", nil, ""},
		{"JSON 2.2: null is absence, also of what is required", strings.Replace(start, `"P-1"`, "null", 1) + `"data":{"pages":3}}`, inData, "", cloudevents.ErrMissing, "id"},
		{"JSON 2.2: Boolean", start + `"colour":true,"data":{"pages":3}}`, inData, "3", nil, ""},
		{"JSON 2.2: Integer, the least", start + `"tray":-2147483648,"data":{"pages":3}}`, inData, "3", nil, ""},
		{"JSON 2.2: Integer, one too many", start + `"tray":2147483648,"data":{"pages":3}}`, inData, "", cloudevents.ErrValue, "tray"},
		{"JSON 2.2: Integer, the integer component alone", start + `"tray":5.0,"data":{"pages":3}}`, inData, "", cloudevents.ErrValue, "tray"},
		{"JSON 2.2: no other JSON type", start + `"tray":{"n":5},"data":{"pages":3}}`, inData, "", cloudevents.ErrValue, "tray"},
		{"JSON 3: members may be in any order", `{"data":{"pages":3},"id":"P-1","source":"/press","type":"org.print.done","time":"2019-07-06T08:09:10Z","specversion":"1.0"}`, inData, "3", nil, ""},
		{"JSON 3.1.1: data and data_base64 exclude each other", start + `"data":{"pages":3},"data_base64":"eyJwYWdlcyI6M30="}`, inData, "", cloudevents.ErrDataTwice, "data_base64"},
		{"JSON 3.1.1: and so do a null and data_base64", start + `"data":null,"data_base64":"eyJwYWdlcyI6M30="}`, inData, "", cloudevents.ErrDataTwice, "data_base64"},
		{"JSON 3.1.1: */json declares JSON", start + `"datacontenttype":"text/json;charset=utf-8","data":{"pages":3}}`, inData, "3", nil, ""},
		{"JSON 3.1.1: */*+json declares JSON", start + `"datacontenttype":"application/vnd.press+json","data":{"pages":3}}`, inData, "3", nil, ""},
		{"JSON 3.1.1: application/x-json does not", start + `"datacontenttype":"application/x-json","data":{"pages":3}}`, inData, "", cloudevents.ErrContentType, "datacontenttype"},
		{"JSON 3.1.2: data_base64 interpreted as its type", start + `"datacontenttype":"application/json","data_base64":"eyJwYWdlcyI6M30="}`, inData, "3", nil, ""},
		{"JSON 3.1.2: a string is no document", start + `"data":"{\"pages\":3}"}`, inData, "", cloudevents.ErrValue, "data"},
		{"JSON 3.2: binary data, with extensions", start + `"orgpressname":"left","orgpresstray":5,"datacontenttype":"application/vnd.press.raster","data_base64":"AAEC/w=="}`, counted, "1", nil, ""},
		{"JSON 3.2: the same, where the data is asked for", start + `"orgpressname":"left","orgpresstray":5,"datacontenttype":"application/vnd.press.raster","data_base64":"AAEC/w=="}`, inData, "", cloudevents.ErrContentType, "datacontenttype"},
		{"JSON 3.2: XML as a string, an unset extension", start + `"orgpressname":"left","orgpressnone":null,"datacontenttype":"application/xml","data":"<pages n=\"3\"/>"}`, counted, "1", nil, ""},
		{"JSON 3.2: an object, a null subject", start + `"subject":null,"orgpresstray":5,"datacontenttype":"application/json","data":{"pages":12,"paper":"a4","duplex":true}}`, inData, "12", nil, ""},
		{"JSON 3.2: a string, no datacontenttype", start + `"subject":null,"orgpresstray":5,"data":"it's done"}`, counted, "1", nil, ""},
		{"JSON 3.1.1: a null payload", start + `"data":null}`, counted, "1", nil, ""},

		// spec.md
		{"Naming Conventions: lower-case letters and digits", start + `"trayNumber":5,"data":{"pages":3}}`, inData, "", cloudevents.ErrName, "trayNumber"},
		{"Naming Conventions: more than 20 characters are allowed", start + `"aname0of1more2than3twenty4characters":"x","data":{"pages":3}}`, inData, "3", nil, ""},
		{"Type System, String: no control characters", start + `"subject":"a\u0085b","data":{"pages":3}}`, inData, "", cloudevents.ErrText, "subject"},
		{"Type System, String: no noncharacters", start + `"subject":"a\ufdd0b","data":{"pages":3}}`, inData, "", cloudevents.ErrText, "subject"},
		{"Type System, String: no surrogate alone", start + `"subject":"\uDEAD","data":{"pages":3}}`, inData, "", cloudevents.ErrText, "subject"},
		{"Type System, String: surrogates in pairs", start + `"subject":"\uD800\uDEAD","data":{"pages":3}}`, inData, "3", nil, ""},
		{"id: not empty", strings.Replace(start, `"P-1"`, `""`, 1) + `"data":{"pages":3}}`, inData, "", cloudevents.ErrMissing, "id"},
		{"id: a String", strings.Replace(start, `"P-1"`, `7`, 1) + `"data":{"pages":3}}`, inData, "", cloudevents.ErrValue, "id"},
		{"source: a URI with an authority", strings.Replace(start, "/press", "https://press.example/eu", 1) + `"data":{"pages":3}}`, inData, "3", nil, ""},
		{"source: a mail address", strings.Replace(start, "/press", "mailto:press@example.com", 1) + `"data":{"pages":3}}`, inData, "3", nil, ""},
		{"source: a URN", strings.Replace(start, "/press", "urn:uuid:0b5f4a52-1f0e-4c66-9a64-2f2f1d1c7a11", 1) + `"data":{"pages":3}}`, inData, "3", nil, ""},
		{"source: a number", strings.Replace(start, "/press", "1-202-555-0143", 1) + `"data":{"pages":3}}`, inData, "3", nil, ""},
		{"source: no URI-reference", strings.Replace(start, "/press", "left press", 1) + `"data":{"pages":3}}`, inData, "", cloudevents.ErrSource, "source"},
		{"specversion: required", strings.Replace(start, `"specversion":"1.0",`, "", 1) + `"data":{"pages":3}}`, inData, "", cloudevents.ErrMissing, "specversion"},
		{"specversion: 1.0 also for 1.0.2", strings.Replace(start, `"1.0"`, `"1.0.2"`, 1) + `"data":{"pages":3}}`, inData, "", cloudevents.ErrSpecVersion, "specversion"},
		{"type: required", strings.Replace(start, `"type":"org.print.done",`, "", 1) + `"data":{"pages":3}}`, inData, "", cloudevents.ErrMissing, "type"},
		{"datacontenttype: RFC 2046", start + `"datacontenttype":"json","data":{"pages":3}}`, inData, "", cloudevents.ErrContentType, "datacontenttype"},
		{"dataschema: a URI", start + `"dataschema":"https://press.example/v1.json","data":{"pages":3}}`, inData, "3", nil, ""},
		{"dataschema: no reference", start + `"dataschema":"/v1.json","data":{"pages":3}}`, inData, "", cloudevents.ErrValue, "dataschema"},
		{"subject: not empty", start + `"subject":"","data":{"pages":3}}`, inData, "", cloudevents.ErrMissing, "subject"},
		{"time: RFC 3339", strings.Replace(start, "10Z", "10", 1) + `"data":{"pages":3}}`, inData, "", cloudevents.ErrTime, "time"},
		{"time: any offset", strings.Replace(start, "10Z", "10.250+05:45", 1) + `"data":{"pages":3}}`, inData, "3", nil, ""},
		{"time: optional there, and not here", strings.Replace(start, `"time":"2019-07-06T08:09:10Z",`, "", 1) + `"data":{"pages":3}}`, inData, "", cloudevents.ErrMissing, "time"},
		{"Size Limits: 64 KiB", start + `"data":{"pages":3,"text":"` + strings.Repeat("x", 64<<10) + `"}}`, inData, "3", nil, ""},
	} {
		t.Run(tt.clause, func(t *testing.T) {
			e, err := cloudevents.Unmarshal([]byte(tt.text), cloudevents.WithMapping(tt.m))
			if tt.is != nil {
				require.ErrorIs(t, err, tt.is)
				require.Equal(t, metering.Event{}, e)
				fault, ok := errors.AsType[*cloudevents.AttributeError](err)
				require.True(t, ok)
				require.Equal(t, tt.attribute, fault.Attribute)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, e.Items[0].Quantity.Grains().String())
			require.Equal(t, metering.Amount, e.Kind)
		})
	}
}

// TestSpecification_Batch is JSON format, clauses 4.1 to 4.3: an array of
// events, one with binary data and one with JSON, and an empty one.
func TestSpecification_Batch(t *testing.T) {
	counted := cloudevents.WithMapping(pages(t, cloudevents.Fixed("1")))
	events, err := cloudevents.UnmarshalBatch([]byte(`[
  { "specversion" : "1.0", "type" : "org.print.done", "source" : "/press/4", "id" : "P-1", "time" : "2019-07-06T08:09:10Z",
    "orgpressname" : "left", "datacontenttype" : "application/vnd.press.raster", "data_base64" : "AAEC/w==" },
  { "specversion" : "1.0", "type" : "org.print.done", "source" : "/press/9", "id" : "P-1", "time" : "2019-07-06T08:09:15Z",
    "orgpressname" : "right", "datacontenttype" : "application/json", "data" : { "pages" : 12 } }
]`), counted)
	require.NoError(t, err)
	require.Len(t, events, 2)
	require.Equal(t, metering.Identity{Tenant: "acme", Source: "/press/4", ID: "P-1"}, events[0].Identity())
	require.Equal(t, metering.Identity{Tenant: "acme", Source: "/press/9", ID: "P-1"}, events[1].Identity())
	require.Equal(t, 5*time.Second, events[1].Time.Sub(events[0].Time))

	events, err = cloudevents.UnmarshalBatch([]byte(" []\n"), counted)
	require.NoError(t, err)
	require.Empty(t, events)
}

// TestMarshal_Bytes pins what is written: it is stored, and compared.
func TestMarshal_Bytes(t *testing.T) {
	at := time.Date(2026, 3, 1, 13, 17, 42, 120_000_000, time.FixedZone("", 8*3600))
	for _, tt := range []struct {
		event metering.Event
		want  string
	}{
		{metering.Event{Account: "acme/vision", Source: "gateway", ID: "req-1", Time: at, Kind: metering.Amount, Resource: "gpu-7", Region: "cn-north-1",
			Labels: metering.MustLabels("team", `a "b"`, "env", "prod"),
			Items: []metering.Item{{Meter: metering.OutputTokens, Quantity: metering.MustQuantity("17 {token}")},
				{Meter: metering.InputTokens, SKU: "m-large", Quantity: metering.MustQuantity("1.5 10*3{token}")}}},
			`{"specversion":"1.0","id":"req-1","source":"gateway","type":"com.meterbook.usage.amount.v1","subject":"acme/vision","time":"2026-03-01T05:17:42.12Z","datacontenttype":"application/json",` +
				`"data":{"resource":"gpu-7","region":"cn-north-1","labels":{"env":"prod","team":"a \"b\""},"items":[{"meter":"ai.tokens.input","sku":"m-large","quantity":"1500 {token}"},{"meter":"ai.tokens.output","quantity":"17 {token}"}]}}`},
		{metering.Event{Account: "acme", Source: "node 7", ID: "é", Time: at, Kind: metering.Stop, Resource: "vm"},
			`{"specversion":"1.0","id":"é","source":"com.meterbook.source:node%207","type":"com.meterbook.usage.stop.v1","subject":"acme","time":"2026-03-01T05:17:42.12Z","datacontenttype":"application/json","data":{"resource":"vm"}}`},
		{metering.Event{Account: "acme", Source: "/desk", ID: "fix-1", Time: at, Kind: metering.Adjustment, Estimated: true, Adjusts: "req-1", Reason: "counted twice",
			Resource: "gpu-7", Items: []metering.Item{{Meter: metering.Egress, Quantity: metering.MustQuantity("-3 By")}}},
			`{"specversion":"1.0","id":"fix-1","source":"/desk","type":"com.meterbook.usage.adjustment.v1","subject":"acme","time":"2026-03-01T05:17:42.12Z","datacontenttype":"application/json",` +
				`"data":{"resource":"gpu-7","items":[{"meter":"network.egress","quantity":"-3 By"}],"estimated":true,"adjusts":"req-1","reason":"counted twice"}}`},
	} {
		got, err := cloudevents.Marshal(tt.event)
		require.NoError(t, err)
		require.Equal(t, tt.want, string(got))
	}
}

// TestMarshal_Refuses: what no attribute can say, and what is no event.
func TestMarshal_Refuses(t *testing.T) {
	good := metering.Event{Account: "acme", Source: "s", ID: "1", Time: time.Unix(0, 0), Kind: metering.Stop, Resource: "vm"}
	for _, tt := range []struct {
		attribute string
		change    func(*metering.Event)
	}{
		{"id", func(e *metering.Event) { e.ID = "a\ufffe" }},
		{"subject", func(e *metering.Event) { e.Account = "a\U0010ffff" }},
		{"subject", func(e *metering.Event) { e.Account = "a//b" }},
		{"source", func(e *metering.Event) { e.Source = "" }},
		{"time", func(e *metering.Event) { e.Time = time.Unix(-1, 0) }},
		{"type", func(e *metering.Event) { e.Kind = 0 }},
		{"type", func(e *metering.Event) { e.Kind = 200 }},
		{"data/resource", func(e *metering.Event) { e.Resource = "" }},
		{"data/items", func(e *metering.Event) { e.Items = make([]metering.Item, 1) }},
	} {
		e := good
		tt.change(&e)
		b, err := cloudevents.Append([]byte("kept"), e)
		fault, ok := errors.AsType[*cloudevents.AttributeError](err)
		require.True(t, ok, "%v", err)
		require.Equal(t, tt.attribute, fault.Attribute)
		require.Equal(t, "kept", string(b))
	}
}

// TestEvent_NothingIsLost: the package knows every field and kind that there
// is. Where this fails, a new one needs a place in the data, and a new type.
func TestEvent_NothingIsLost(t *testing.T) {
	var fields []string
	for _, typ := range []reflect.Type{reflect.TypeFor[metering.Event](), reflect.TypeFor[metering.Item]()} {
		for i := range typ.NumField() {
			fields = append(fields, typ.Field(i).Name)
		}
	}
	require.Equal(t, []string{"Account", "Source", "ID", "Time", "Kind", "Resource", "Region", "Labels", "Items", "Estimated", "Adjusts", "Reason",
		"Meter", "SKU", "Quantity"}, fields)
	for k := metering.Kind(1); k.String() != "invalid"; k++ {
		e := metering.Event{Account: "a", Source: "s", ID: "1", Time: time.Unix(0, 0), Kind: k, Resource: "r"}
		if k == metering.Adjustment {
			e.Adjusts, e.Reason = "0", "r"
		}
		if e.Validate() != nil {
			e.Items = []metering.Item{{Meter: "m", Quantity: metering.Grains(1, metering.Count)}}
		}
		b, err := cloudevents.Marshal(e)
		require.NoError(t, err, k)
		require.Contains(t, string(b), `"type":"com.meterbook.usage.`+k.String()+`.v1"`)
	}
}

// TestAppend_Allocations: an event whose items are in order costs no
// allocation.
func TestAppend_Allocations(t *testing.T) {
	e := metering.Event{Account: "acme/vision", Source: "node 7", ID: "req-1", Time: time.Unix(1, 5), Kind: metering.Amount, Region: "north",
		Items: []metering.Item{{Meter: metering.InputTokens, SKU: "m", Quantity: metering.MustQuantity("1500 {token}")}}}
	b := make([]byte, 0, 1024)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		if _, err := cloudevents.Append(b, e); err != nil {
			panic(err)
		}
	}))
}
