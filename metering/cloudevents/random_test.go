package cloudevents_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

var (
	lawsN    = flag.Int("laws.n", 2000, "cases of each law")
	lawsSeed = flag.Uint64("laws.seed", 20261126, "seed of the cases; 0 takes one from the clock and logs it")
)

// law runs check on random cases, the same ones again for the same seed.
func law(t *testing.T, check func(t *testing.T, g generator)) {
	t.Helper()
	seed := *lawsSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("%d cases, -laws.seed %d", *lawsN, seed)
	g := generator{rand.New(rand.NewPCG(seed, 0))}
	for i := 0; i < *lawsN && !t.Failed(); i++ {
		check(t, g)
	}
}

// A generator makes random events and texts.
type generator struct{ *rand.Rand }

func pick[T any](g generator, from ...T) T { return from[g.IntN(len(from))] }

func (g generator) chance(percent int) bool { return g.IntN(100) < percent }

// name returns a text of 1 to 256 bytes: plain, odd or long.
func (g generator) name() string {
	switch g.IntN(6) {
	case 0:
		return pick(g, `"`, `\`, `a "b" \ c`, "é", "研究", "𝄞", "</script>", "\u2028", "\ufffd", "%41", "%zz", "a b", "null", "\u00a0", " ", "{}", "\u200b", "&amp;")
	case 1:
		return strings.Repeat(pick(g, "x", "é", "研", "𝄞", `\`, `"`), 1+g.IntN(64))
	}
	return "n-" + strconv.Itoa(g.IntN(1000))
}

// source returns a source, a URI-reference or not.
func (g generator) source() string {
	switch g.IntN(4) {
	case 0:
		return g.name()
	case 1:
		return g.uri()
	}
	return pick(g, "gateway", "/nodes/7", "https://meter.example/eu?x=1#y", "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66", "1-555-123-4567",
		"com.meterbook.source:a", "com.meterbook.source:a%20b", "com.meterbook.source:", "COM.meterbook.source:a", "10.0.0.1:80", "node 7", "//host:80/x", "node:7", "[::1]")
}

// uri returns parts of URIs put together, rightly or not.
func (g generator) uri() string {
	var b strings.Builder
	for range 1 + g.IntN(8) {
		b.WriteString(pick(g, "a", "b7", ":", "/", "//", "?", "#", "@", "%41", "%4", "%zz", "[", "]", "[::1]", "[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:1.2.3.4]", "[::ffff:1.2.3.256]", "[v1.x:y]", "[v.x]",
			"[1::2::3]", "[1:2:3:4:5:6:7::8]", "[1:2:3:4:5:6:7::]", "[fe80::1%25eth0]", ":80", "http:", "x+y.z-1:", "1x:", "..", ".", "~", "!$&'()*+,;=", " ", "<", "é", "\"", "\\", "^", "|", "{", "`", "\u00a0"))
	}
	return b.String()
}

func (g generator) labels() metering.Labels {
	var pairs []string
	for i := range g.IntN(4) {
		pairs = append(pairs, fmt.Sprint(pick(g, "team", "a\"b", "é"), i), pick(g, "", g.name()))
	}
	return metering.MustLabels(pairs...)
}

func (g generator) quantity() metering.Quantity {
	n := fixed.Int128{Hi: int64(g.Uint64()), Lo: g.Uint64()}
	switch g.IntN(4) {
	case 0:
		n = pick(g, fixed.Max(), fixed.Min(), fixed.Int128{}, fixed.FromInt64(-1))
	case 1, 2:
		n = fixed.FromInt64(g.Int64N(1 << 40))
	}
	return metering.GrainsWide(n, pick(g, metering.Count, metering.Token, metering.Time, metering.Bytes, metering.CardTime, metering.Carbon, metering.BitRate))
}

// event returns a valid event.
func (g generator) event() metering.Event {
	e := metering.Event{
		Account: pick(g, metering.Account("acme"), "acme/vision", "b/研究", "a b/\"c\"", "a/b/c/d/e/f/g/h"),
		Source:  g.source(), ID: g.name(), Resource: g.name(), Region: pick(g, "", "cn-north-1", g.name()), Labels: g.labels(),
		Time: time.Unix(g.Int64N(7_258_118_400), pick(g, 0, 1, 999_999_999, 500_000_000, g.Int64N(1e9))).In(pick(g, time.UTC, time.FixedZone("", 8*3600), time.FixedZone("", -5*3600-1800))),
		Kind: metering.Kind(1 + g.IntN(9)),
	}
	switch e.Kind {
	case metering.Pause, metering.Resume, metering.Stop, metering.Heartbeat:
		return e
	case metering.Adjustment:
		e.Adjusts, e.Reason = g.name(), g.name()
	case metering.Amount:
		e.Resource = pick(g, "", e.Resource)
	}
	e.Estimated = g.chance(30)
	for range pick(g, 1, 1, 1, 2, 2, 3, 3, 4, 5, 64) {
		e.Items = append(e.Items, metering.Item{Meter: pick(g, metering.InputTokens, metering.Egress, "x"), SKU: pick(g, "", "H100", g.name()), Quantity: g.quantity()})
	}
	return e
}

// damaged returns the text of an event with a part of it other than it was.
func (g generator) damaged(b []byte) []byte {
	i := g.IntN(len(b) + 1)
	j := min(len(b), i+g.IntN(3))
	part := pick(g, "", `"`, ",", "}", "]", "{", "[", ":", "\\", "\\u0041", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t", "\\x", "\\\"", "\\ud800", "\\ud834\\udd1e", "\\u0000", "\x00", "\xff", "\xed\xa0\x80", "\ufffe", "\u0085", "0", "-", "e", " ", "\n", "\t", "null", "true", "T", "z", "%20", "é")
	return append(append(append([]byte{}, b[:i]...), part...), b[j:]...)
}

// rewritten returns the text of an event with members put in, swapped or
// written in another way.
func (g generator) rewritten(text string) string {
	swap := func(old, new string) { text = strings.Replace(text, old, new, 1) }
	for range 1 + g.IntN(3) {
		switch g.IntN(9) {
		case 0:
			swap("{", "{"+pick(g, `"ext":5,`, `"ext":null,`, `"ext":true,`, `"ext":"x",`, `"ext":2147483648,`, `"ext":-2147483648,`, `"ext":1.0,`, `"ext":1e2,`, `"ext":-0,`, `"ext":{},`, `"ext":[],`, `"ext":"",`,
				`"Ext":"x",`, `"ext_a":1,`, `"":1,`, `"id":"x",`, `"\u0069d":"x",`, `"ext":"\u0007",`, `"dataschema":"urn:x",`, `"dataschema":"/x",`, `"dataschema":"",`, `"dataschema":null,`, `"data_base64":null,`, `"data_base64":"e30=",`, `"subject":null,`))
		case 1:
			swap(`"datacontenttype":"application/json",`, pick(g, "", `"datacontenttype":null,`, `"datacontenttype":"text/json; charset=utf-8",`, `"datacontenttype":"application/vnd.x+json",`,
				`"datacontenttype":"application/xml",`, `"datacontenttype":"json",`, `"datacontenttype":7,`, `"datacontenttype":"APPLICATION/JSON",`))
		case 2:
			swap(`"specversion":"1.0"`, `"specversion":`+pick(g, `"1.0"`, `"1.0.2"`, `"0.3"`, `1.0`, `""`, `null`, `"\u0031.0"`))
		case 3:
			swap(`,"time":"`, `,"time":"`+pick(g, "2026-03-01T05:17:42Z", "2026-03-01t05:17:42.5z", "2026-03-01T05:17:42", "2026-03-01T05:17:60Z", "2026-03-01T05:17:42.1234567890Z", "2026-03-01T05:17:42.1234567891Z",
				"2026-02-29T00:00:00Z", "2026-03-01T24:00:00Z", "2026-03-01T05:17:42+08:00", "2026-03-01T05:17:42-00:00", "2026-03-01T05:17:42+24:00", "1969-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "2026-03-01T5:17:42Z", "2026-03-01T05:17:42,5Z", "2026-03-01 05:17:42Z", "")+`","was":"`)
		case 4:
			swap(`"data":{`, `"data":{`+pick(g, `"unknown":1,`, `"labels":null,`, `"region":7,`, `"estimated":"true",`, `"estimated":false,`, `"reason":null,`, `"items":{},`, `"items":null,`, `"labels":{"a":1},`, `"labels":[],`, `"x":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]],`))
		case 5:
			swap(`"quantity":"`, `"quantity":"`+pick(g, "1.5 {card}.h", "0.5 {token}", "1e3 {token}", "1 furlong", "0", "", "7")+`","sku":"`)
		case 6:
			swap(`"sku"`, pick(g, `"\u0073ku"`, `"SKU"`, `"meter"`))
		case 7:
			text = pick(g, " ", "\n\t", "") + strings.ReplaceAll(text, `":"`, `" : "`) + pick(g, "", " \r\n", "x", "{}")
		case 8:
			swap(`,"source":"`, `,"source":"`+pick(g, "com.meterbook.source:%41", "com.meterbook.source:%20", "com.meterbook.source:%e9", "com.meterbook.source:a", "a b", "%zz", "//[::1]:80", "com.meterbook.source:a%2Fb", "com.meterbook.source:%FF")+`","was":"`)
		}
	}
	return text
}
