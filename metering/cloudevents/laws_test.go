package cloudevents_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/cloudevents"
)

// canonical returns an event as it comes back: in UTC, with its items in order.
func canonical(e metering.Event) metering.Event {
	e.Time = e.Time.UTC()
	e.Items = slices.SortedFunc(slices.Values(e.Items), func(a, b metering.Item) int {
		for _, c := range []int{strings.Compare(string(a.Meter), string(b.Meter)), strings.Compare(a.SKU, b.SKU), a.Quantity.Grains().Big().Cmp(b.Quantity.Grains().Big())} {
			if c != 0 {
				return c
			}
		}
		return int(a.Quantity.Dimension()) - int(b.Quantity.Dimension())
	})
	return e
}

// TestLaw_Event_Marshal_Unmarshal: an event comes back as it went, and its
// text as it was.
func TestLaw_Event_Marshal_Unmarshal(t *testing.T) {
	law(t, func(t *testing.T, g generator) { roundTrip(t, g.event()) })
}

// FuzzEvent_Marshal_Unmarshal is the same law on any texts.
func FuzzEvent_Marshal_Unmarshal(f *testing.F) {
	f.Add("acme/vision", "node 7", "req-1", "gpu-1", "team", "a", "H100", "because", int64(1), uint64(7), byte(1))
	f.Add("acme", "com.meterbook.source:x", "\ufffe", "", "", "", "", "", int64(-1), uint64(0), byte(9))
	f.Fuzz(func(t *testing.T, account, source, id, resource, name, value, sku, reason string, nanos int64, n uint64, kind byte) {
		e := metering.Event{
			Account: metering.Account(account), Source: source, ID: id, Resource: resource, Region: value,
			Time: time.Unix(0, nanos), Kind: metering.Kind(kind), Reason: reason, Adjusts: name, Estimated: n%2 == 1,
			Items: []metering.Item{{Meter: "m", SKU: sku, Quantity: metering.Grains(int64(n), metering.Token)}, {Meter: "a", Quantity: metering.Grains(1, metering.Time)}},
		}
		switch e.Kind {
		case metering.Pause, metering.Resume, metering.Stop, metering.Heartbeat:
			e.Items, e.Estimated = nil, false
		}
		if e.Kind != metering.Adjustment {
			e.Reason, e.Adjusts = "", ""
		}
		labels, err := metering.NewLabels(name, value)
		if err == nil {
			e.Labels = labels
		}
		roundTrip(t, e)
	})
}

func roundTrip(t *testing.T, e metering.Event) {
	t.Helper()
	text, err := cloudevents.Marshal(e)
	if err != nil {
		fault, ok := errors.AsType[*cloudevents.AttributeError](err)
		require.True(t, ok, "%v", err)
		require.True(t, e.Validate() != nil || errors.Is(fault, cloudevents.ErrText), "%v", err)
		return
	}
	back, err := cloudevents.Unmarshal(text)
	require.NoError(t, err, "%s", text)
	require.Equal(t, canonical(e), canonical(back), "%s", text)
	require.Equal(t, back, canonical(back))
	again, err := cloudevents.Marshal(back)
	require.NoError(t, err)
	require.Equal(t, string(text), string(again))
}

// TestLaw_Event_EqualBytes: one body is one text, and two bodies are two.
func TestLaw_Event_EqualBytes(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		e := g.event()
		one, err := cloudevents.Marshal(e)
		require.NoError(t, err)
		same := e
		same.Items = slices.Clone(e.Items)
		g.Shuffle(len(same.Items), func(i, j int) { same.Items[i], same.Items[j] = same.Items[j], same.Items[i] })
		same.Time = e.Time.In(time.FixedZone("", g.IntN(24*3600)))
		two, err := cloudevents.Append([]byte("x"), same)
		require.NoError(t, err)
		require.Equal(t, "x"+string(one), string(two))

		other := g.event()
		two, err = cloudevents.Marshal(other)
		require.NoError(t, err)
		require.Equal(t, reflect.DeepEqual(canonical(e), canonical(other)), bytes.Equal(one, two))
	})
}

// TestLaw_Source_URIReference: the attribute of any source is a URI-reference,
// the source itself where that is one, and comes back as the source.
func TestLaw_Source_URIReference(t *testing.T) {
	attribute := regexp.MustCompile(`"source":"([^"]*)"`)
	sources := map[string]string{}
	law(t, func(t *testing.T, g generator) {
		e := g.event()
		if e.Source = g.source(); e.Validate() != nil {
			return
		}
		text, err := cloudevents.Marshal(e)
		require.NoError(t, err)
		written := attribute.FindStringSubmatch(string(text))[1]
		require.True(t, oracleIsReference(written), written)
		if !strings.HasPrefix(written, "com.meterbook.source:") {
			require.Equal(t, e.Source, written)
		}
		require.Equal(t, !oracleIsReference(e.Source) || strings.HasPrefix(e.Source, "com.meterbook.source:"), e.Source != written)
		if before, seen := sources[written]; seen {
			require.Equal(t, before, e.Source)
		}
		sources[written] = e.Source
		back, err := cloudevents.Unmarshal(text)
		require.NoError(t, err)
		require.Equal(t, e.Identity(), back.Identity())
	})
}

// TestLaw_Unmarshal_IsWhatTheOracleSays: any text is the event that
// encoding/json and the rules of CloudEvents find in it, or is refused.
func TestLaw_Unmarshal_IsWhatTheOracleSays(t *testing.T) {
	taken := 0
	law(t, func(t *testing.T, g generator) {
		b, err := cloudevents.Marshal(g.event())
		require.NoError(t, err)
		switch g.IntN(4) {
		case 0:
			b = g.damaged(b)
		case 1:
			b = g.damaged([]byte(g.rewritten(string(b))))
		default:
			b = []byte(g.rewritten(string(b)))
		}
		if sameAsOracle(t, b) {
			taken++
		}
	})
	require.Greater(t, taken, *lawsN/10, "too few texts are events for the law to say much")
	require.Less(t, taken, *lawsN*9/10)
}

// FuzzUnmarshal_SameAsEncodingJSON is the same law on any bytes.
func FuzzUnmarshal_SameAsEncodingJSON(f *testing.F) {
	g := generator{rand.New(rand.NewPCG(1, 2))}
	for range 64 {
		b, err := cloudevents.Marshal(g.event())
		require.NoError(f, err)
		f.Add([]byte(g.rewritten(string(b))))
		f.Add(g.damaged(b))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < 1<<18 {
			sameAsOracle(t, b)
		}
	})
}

func sameAsOracle(t *testing.T, b []byte) bool {
	t.Helper()
	got, err := cloudevents.Unmarshal(b)
	o, ok := oracleRead(b)
	want := metering.Event{}
	if ok {
		want, ok = eventOf(o)
	}
	if ok != (err == nil) || ok && !reflect.DeepEqual(want, got) {
		t.Fatalf("%q:\ngot  %+v, %v\nwant %+v, fine: %v", b, got, err, want, ok)
	}
	if err != nil {
		require.Equal(t, metering.Event{}, got)
		require.True(t, strings.HasPrefix(err.Error(), "cloudevents: "), "%v", err)
		require.Less(t, len(err.Error()), 10_000)
	}
	return ok
}

// eventOf returns what the oracle found as an event, if package metering takes
// it.
func eventOf(o oracleEvent) (e metering.Event, ok bool) {
	nanos, err := strconv.ParseInt(o.nanos, 10, 64)
	if err != nil {
		return e, false
	}
	e = metering.Event{
		Account: metering.Account(o.subject), Source: o.source, ID: o.id, Time: time.Unix(0, nanos).UTC(),
		Resource: o.resource, Region: o.region, Estimated: o.estimated, Adjusts: o.adjusts, Reason: o.reason,
	}
	if err := e.Kind.UnmarshalText([]byte(o.kind)); err != nil {
		return e, false
	}
	var pairs []string
	for _, l := range o.labels {
		pairs = append(pairs, l[0], l[1])
	}
	if e.Labels, err = metering.NewLabels(pairs...); err != nil {
		return e, false
	}
	for _, it := range o.items {
		q, err := metering.ParseQuantity(it[2])
		if err != nil {
			return e, false
		}
		e.Items = append(e.Items, metering.Item{Meter: metering.MeterID(it[0]), SKU: it[1], Quantity: q})
	}
	return e, e.Validate() == nil
}

// A dribble gives what a stream has in pieces of random length, empty ones too.
type dribble struct {
	src io.Reader
	generator
}

func (d dribble) Read(p []byte) (int, error) {
	return d.src.Read(p[:d.IntN(min(len(p), 1+d.IntN(40))+1)])
}

// TestLaw_Decoder_EachEventInItsPlace: a batch, the same events on lines and
// each by itself are the same events and the same faults, in any pieces.
func TestLaw_Decoder_EachEventInItsPlace(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		if g.chance(60) { // a tenth of the cases would do
			return
		}
		var texts []string
		var want []string
		bad := false
		for range g.IntN(6) {
			b, err := cloudevents.Marshal(g.event())
			require.NoError(t, err)
			if g.chance(40) {
				b = []byte(g.rewritten(string(b)))
			}
			if b = bytes.TrimSpace(b); !json.Valid(b) {
				continue
			}
			e, err := cloudevents.Unmarshal(b)
			bad = bad || err != nil
			texts, want = append(texts, string(b)), append(want, said(len(want), e, err))
		}
		space := func() string { return pick(g, "", " ", "\r\n\t", "\n") }
		batch := space() + "[" + space() + strings.Join(texts, space()+","+space()) + space() + "]" + space()
		require.Equal(t, want, decoded(t, dribble{strings.NewReader(batch), g}), batch)
		require.Equal(t, want, decoded(t, dribble{strings.NewReader(space() + strings.Join(texts, pick(g, "\n", " \r\n", "\n\n  ")) + space()), g}))
		events, err := cloudevents.UnmarshalBatch([]byte(batch))
		require.Equal(t, bad, err != nil)
		if err == nil {
			require.Len(t, events, len(want))
			return
		}
		require.Nil(t, events)
		for _, w := range want {
			if _, fault, found := strings.Cut(w, ": fault "); found {
				require.Contains(t, err.Error(), fault)
			}
		}
	})
}

func said(i int, e metering.Event, err error) string {
	if err != nil {
		return fmt.Sprintf("%d: fault %s", i, strings.TrimPrefix(err.Error(), "cloudevents: "))
	}
	return fmt.Sprintf("%d: %+v", i, e)
}

func decoded(t *testing.T, src io.Reader) (all []string) {
	d, err := cloudevents.NewDecoder(src)
	require.NoError(t, err)
	for e, err := range d.Events() {
		i := len(all)
		if fault, ok := errors.AsType[*cloudevents.EventError](err); ok {
			require.Equal(t, i, fault.Index)
			require.Equal(t, metering.Event{}, e)
			err = fault.Err
		}
		all = append(all, said(i, e, err))
	}
	return all
}

// TestLaw_Mapping_NumbersAreExact: a number of JSON is the grains that rational
// arithmetic finds, or is refused.
func TestLaw_Mapping_NumbersAreExact(t *testing.T) {
	for _, code := range []string{"{token}", "10*3{token}", "s", "h", "{card}.h", "GiBy"} {
		unit := metering.MustUnit(code)
		m, err := cloudevents.NewMapping(cloudevents.Rule{Type: "request", Amounts: []cloudevents.Amount{{
			Meter: meterIn(unit), Unit: unit, Value: cloudevents.Data("/n")}}})
		require.NoError(t, err)
		t.Run(code, func(t *testing.T) {
			law(t, func(t *testing.T, g generator) {
				if g.chance(60) {
					return
				}
				n := g.number()
				written := pick(g, n, `"`+n+`"`)
				e, err := cloudevents.Unmarshal(foreign(`{"n":`+written+`}`), cloudevents.WithMapping(m))
				want, ok := oracleGrains(n, unit.Grains().Big())
				require.Equal(t, ok, err == nil, "%s: %v", written, err)
				if ok {
					require.Equal(t, want, e.Items[0].Quantity.Grains().String(), written)
					return
				}
				require.True(t, errors.Is(err, metering.ErrInexact) || errors.Is(err, metering.ErrOverflow), "%v", err)
			})
		})
	}
}

// number returns a number of JSON.
func (g generator) number() string {
	var b strings.Builder
	b.WriteString(pick(g, "", "-"))
	b.WriteString(pick(g, "0", strconv.Itoa(1+g.IntN(1e6)), strconv.FormatUint(g.Uint64()|1, 10), "170141183460469231731687303715884105727", "170141183460469231731687303715884105728"))
	if g.chance(50) {
		b.WriteByte('.')
		for range 1 + g.IntN(12) {
			b.WriteByte(byte('0' + g.IntN(10)*g.IntN(2)))
		}
	}
	if g.chance(40) {
		b.WriteString(pick(g, "e", "E") + pick(g, "", "+", "-") + pick(g, "0", "00", "1", "3", "9", "12", "38", "60", "007"))
	}
	return b.String()
}

func meterIn(u metering.Unit) metering.Meter {
	return metering.Meter{ID: "test.usage", Unit: u, Form: metering.Amounts, Aggregation: metering.Sum, Layer: metering.AI}
}

// foreign returns an event of another producer with the given data.
func foreign(data string) []byte {
	return []byte(`{"specversion":"1.0","id":"1","source":"api","type":"request","subject":"customer-1","time":"2026-03-01T05:17:42Z","data":` + data + `}`)
}
