package ratecard_test

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/metering"
)

func read(t *testing.T, file string) []byte {
	t.Helper()
	src, err := os.ReadFile(file)
	require.NoError(t, err)
	return src
}

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func TestParseYAML_GPUCloud(t *testing.T) {
	src := read(t, "testdata/good/gpu-cloud.yaml")
	got, err := ratecard.ParseYAML(src)
	require.NoError(t, err)
	first, second := dec("100"), dec("1000.5")
	h100 := accounting.Match{
		Meter: metering.AcceleratorTime, SKU: "H100-SXM", Region: "cn-north-1", Labels: metering.MustLabels("tier", "spot"),
	}
	july := time.Date(2026, 6, 30, 16, 0, 0, 0, time.UTC)
	want := &accounting.Card{
		ID: "cn-gpu", Version: "2026.10", Title: "GPU cloud, list prices", Currency: money.CNY,
		Rounding: accounting.Rounding{Mode: money.HalfEven, Places: 2, Level: accounting.LineLevel},
		Prices: []accounting.Price{
			{
				ID: "h100", Title: "H100 SXM", Service: accounting.AcceleratedCompute, Match: h100, Unit: metering.MustUnit("{card}.h"),
				From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Until: july, Model: accounting.PerUnit{Price: dec("18.9")},
			},
			{
				ID: "h100", Service: accounting.AcceleratedCompute, Match: h100, Unit: metering.MustUnit("{card}.h"),
				From: july, Model: accounting.PerUnit{Price: dec("19.5")},
			},
			{
				ID: "tokens", Service: accounting.ModelInference, Match: accounting.Match{Meter: metering.InputTokens},
				Unit: metering.MustUnit("10*6{token}"),
				Model: accounting.Graduated{OnZero: accounting.ZeroWaived, Tiers: []accounting.Tier{
					{UpTo: &first, Price: dec("0.8"), Flat: dec("2")}, {UpTo: &second, Price: dec("0.6"), Flat: dec("5")}, {Price: dec("0.4")},
				}},
			},
			{
				ID: "rebate", Service: accounting.Network, Match: accounting.Match{Meter: metering.Egress},
				Unit: metering.MustUnit("GBy"), Model: accounting.PerUnit{Price: dec("-0.000000000000000001")},
			},
			{
				ID: "endpoint", Service: accounting.ModelInference, Match: accounting.Match{Meter: metering.Requests},
				Unit: metering.MustUnit("1"), Model: accounting.Flat{Amount: dec("10"), When: accounting.FlatIfUsed},
			},
			{
				ID: "support", Service: accounting.Support, Model: accounting.Flat{Amount: dec("3000"), When: accounting.FlatAlways},
			},
		},
	}
	require.Empty(t, difference(want, got))
	require.Equal(t, time.UTC, got.Prices[0].Until.Location())
	require.NoError(t, ratecard.Validate(want))

	for name, src := range map[string][]byte{
		"line ends of DOS":     bytes.ReplaceAll(src, []byte("\n"), []byte("\r\n")),
		"line ends of old Mac": bytes.ReplaceAll(src, []byte("\n"), []byte("\r")),
		"byte order mark":      append([]byte("\ufeff"), src...),
		"marks of a document":  []byte("--- # a card\n" + string(src) + "...\n"),
		"JSON":                 jsonOf(t, want, nil),
	} {
		got, err := ratecard.ParseYAML(src)
		require.NoError(t, err, name)
		require.Empty(t, difference(want, got), name)
	}
}

func TestParseYAML_TextsAsWritten(t *testing.T) {
	card, err := ratecard.ParseYAML(read(t, "testdata/good/no-country.yaml"))
	require.NoError(t, err)
	require.Equal(t, "1e3@2026.10", card.Name())
	require.Equal(t, "- 0x1f: yes", card.Title)
	price := card.Prices[0]
	require.Equal(t, "012", price.ID)
	require.Equal(t, accounting.Match{
		Meter: metering.DeviceEnergy, SKU: "1_000", Region: "no",
		Labels: metering.MustLabels("on", "off", "<<", "*a", "1.50", "0x10", "a b", "~x"),
	}, price.Match)
}

// Every digit that is written is kept, and the digits after the point are
// kept as many, so that people read a price as it was written.
func TestParseYAML_KeepsDigits(t *testing.T) {
	for _, s := range []string{
		"0.12345678901234567", "0.123456789012345678", "-0.123456789012345678", "18.90", "0.10", "1", "0", "-0", "0.000000000000000000",
		"9007199254740993", "9007199254740993.1", "123456789012345678.123456789012345678", "170000000000000000000",
		"0.1000000000000000055", // below: 19 digits after the point
	} {
		for _, form := range []string{s, `"` + s + `"`, "'" + s + "'"} {
			card, err := ratecard.ParseYAML([]byte(strings.Replace(base, "per_unit: 1", "per_unit: "+form, 1)))
			if s == "0.1000000000000000055" {
				require.ErrorContains(t, err, "18 of them after the point")
				continue
			}
			require.NoError(t, err)
			price := card.Prices[0].Model.(accounting.PerUnit).Price
			require.True(t, price.Equal(dec(s)), "%s is %s", s, price)
			_, fraction, _ := strings.Cut(s, ".")
			require.EqualValues(t, -len(fraction), price.Exponent())
		}
	}
}

// The characters that JSON writers escape, or leave, in their own way.
func TestParseYAML_JSON(t *testing.T) {
	for written, want := range map[string]string{
		`\ud83d\ude00`:       "😀",
		`\uD83D\uDE00!`:      "😀!",
		`\\ud83d\\ude00`:     `\ud83d\ude00`,
		`\\\ud83d\ude00\\`:   `\😀\`,
		`\u4ef7\u683C`:       "价格",
		`a\/b\"c\\d`:         `a/b"c\d`,
		"x\u2028y\u2029z":    "x\u2028y\u2029z",
		"\ufeff\u00a0\uffff": "\ufeff\u00a0\uffff",
		`\u2028\u2029`:       "\u2028\u2029",
	} {
		card, err := ratecard.ParseYAML([]byte(`
{
	"card": "c", "version":"1","currency":"CNY", "title": "` + written + `",
	"rounding" : { "mode" : "half-even" , "places" : 2 , "level" : "line" },
	"prices":	[ {"id":"a","service":"support","flat":1.50,"when":"always"} ]
}`))
		require.NoError(t, err, written)
		require.Equal(t, want, card.Title)
	}
	requireFaults(t, `{"card": "c", "version": "1", "currency": "CNY",
	"rounding": {"mode": "half-even", "places": 2.5, "level": "line", "level": "bill"},
	"prices": [{"id": "a", "service": "support", "flat": 1e2, "when": "always", "title": "\ud83d"}]}`,
		[]string{`line 3, column 87: half of a character that is written as two escapes; write both`})
	requireFaults(t, `{"card": "c", "version": "1", "currency": "CNY",
	"rounding": {"mode": "half-even", "places": 2.5, "level": "line", "level": "bill"},
	"prices": [{"id": "a", "service": "support", "flat": 1e2, "when": "always", "title": "\u0000"}]}`,
		[]string{
			`line 2, column 46: rounding.places: "2.5": want a whole number from 0 to 18`,
			`line 2, column 68: rounding.level: key given twice, first on line 2`,
			`line 3, column 55: prices[0].flat: "1e2": want a plain decimal number such as 18.90, without an exponent`,
			`line 3, column 87: prices[0].title: "\x00": want no control characters`,
		})
}

// The card of the package documentation is one.
func TestParseYAML_Doc(t *testing.T) {
	doc := string(read(t, "doc.go"))
	doc = doc[strings.Index(doc, "//\tcard: cn-gpu"):]
	doc = doc[:strings.Index(doc, "//\n")]
	card, err := ratecard.ParseYAML([]byte(strings.ReplaceAll(doc, "//\t", "")))
	require.NoError(t, err)
	require.Len(t, card.Prices, 3)
}

func TestMustParseYAML_Panics(t *testing.T) {
	require.PanicsWithError(t, "ratecard: line 1, column 1: empty; want a card", func() { ratecard.MustParseYAML(nil) })
}

// Options change what is accepted, for text and for literals.
func TestOptions(t *testing.T) {
	meters, err := metering.NewCatalogue(metering.Meter{
		ID: "seats", Unit: metering.MustUnit("{item}.h"), Form: metering.Capacity, Aggregation: metering.Sum, Layer: metering.Application,
	})
	require.NoError(t, err)
	seats := ratecard.WithCatalogue(meters)
	desks := ratecard.WithServices(accounting.Service{ID: "desks"})
	src := []byte(`{card: c, version: v, currency: CNY, rounding: {mode: up, places: 2, level: line},
 prices: [{id: a, service: desks, match: {meter: seats}, unit: "{item}.d", per_unit: 1}]}`)

	card, err := ratecard.ParseYAML(src, seats, desks)
	require.NoError(t, err)
	require.NoError(t, ratecard.Validate(card, seats, desks))
	require.ErrorContains(t, ratecard.Validate(card, seats), `prices[0].service: "desks": unknown service`)
	require.ErrorContains(t, ratecard.Validate(card, desks), `prices[0].match.meter: "seats": unknown meter`)
	require.ErrorContains(t, ratecard.Validate(card, seats, desks, ratecard.WithServices()), `prices[0].service: "desks": unknown service`)
	require.ErrorContains(t, ratecard.Validate(card, ratecard.WithCatalogue(nil), desks), `prices[0].match.meter: "seats": unknown meter`)

	text, err := ratecard.AppendYAML(nil, card)
	require.NoError(t, err)
	again, err := ratecard.ParseYAML(text, seats, desks)
	require.NoError(t, err)
	require.Empty(t, difference(card, again))
}

// The card that has every term reads, prints and reads again as the same.
func TestParseYAML_EveryTerm(t *testing.T) {
	src, err := os.ReadFile("testdata/good/every-term.yaml")
	require.NoError(t, err)
	card, err := ratecard.ParseYAML(src)
	require.NoError(t, err)
	for _, key := range []string{"group", "during", "meters", "replaces", "scope", "gather", "percentile", "ratchet", "prorate", "convert", "free", "factor", "power_factor",
		"discount", "maximum", "minimum", "prorate_minimum", "commitment"} {
		require.Contains(t, string(src), "    "+key+":", key)
	}
	text, err := ratecard.AppendYAML(nil, card)
	require.NoError(t, err)
	again, err := ratecard.ParseYAML(text)
	require.NoError(t, err)
	require.Empty(t, difference(card, again))
	require.Len(t, card.Prices, 15)
	hours := card.Prices[3].Terms
	require.Equal(t, []accounting.Hours{{From: 540, To: 720}, {From: 840, To: 1080}}, hours.During.Hours)
	require.Equal(t, accounting.Workdays, hours.During.Days)
	require.True(t, hours.Commitment.TrueUp && hours.Commitment.Idle)
	require.Equal(t, accounting.MonthRounding{On: true, Mode: money.Down, Places: 2}, card.Rounding.Month)
}
