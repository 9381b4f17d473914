package ratecard_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/ratecard"
)

// base is a good card of one price. A case of the table replaces one piece of
// it, so that whatever is refused is refused for that.
const base = `card: c
version: "1"
currency: CNY
rounding: {mode: half-even, places: 2, level: line}
prices:
  - id: a
    service: model-inference
    match: {meter: ai.tokens.input}
    unit: "10*6{token}"
    per_unit: 1
`

func TestParseYAML_Base(t *testing.T) {
	_, err := ratecard.ParseYAML([]byte(base))
	require.NoError(t, err)
}

// Each case lists every fault that is expected, in full.
func TestParseYAML_Bad(t *testing.T) {
	const (
		wantNumber = "want a plain decimal number such as 18.90"
		wantDigits = "want at most 38 digits, 18 of them after the point"
		wantID     = "want 1 to 64 of a-z, 0-9, '-', '_', '.'"
		wantTime   = "want a time to the minute with its zone, such as 2026-01-01T00:00Z or 2026-01-01T00:00+08:00"
		wantModes  = "want one of half-even, half-up, half-down, down, up, floor, ceiling"
		wantPrice  = "want one of id, title, replaces, service, match, unit, from, until, per_unit, graduated, volume, package, stairstep, percentage, dynamic, spot, flat, on_zero, bounds, sized_by, when, group, during, meters, scope, gather, percentile, ratchet, prorate, convert, free, factor, power_factor, discount, maximum, minimum, prorate_minimum, commitment"
	)
	graduated := func(tiers string) string { return "graduated: " + tiers }
	for _, tt := range []struct {
		name, piece, with string
		want              []string
	}{
		// Numbers.
		{"exponent", "per_unit: 1", "per_unit: 1e3", []string{`line 10, column 15: prices[0].per_unit: "1e3": ` + wantNumber + ", without an exponent"}},
		{"exponent in quotes", "per_unit: 1", `per_unit: "1E-3"`, []string{`line 10, column 15: prices[0].per_unit: "1E-3": ` + wantNumber + ", without an exponent"}},
		{"huge exponent", "per_unit: 1", "per_unit: 1e999999999", []string{`line 10, column 15: prices[0].per_unit: "1e999999999": ` + wantNumber + ", without an exponent"}},
		{"huge exponent down", "per_unit: 1", "per_unit: 1e-2147483648", []string{`line 10, column 15: prices[0].per_unit: "1e-2147483648": ` + wantNumber + ", without an exponent"}},
		{"separator", "per_unit: 1", "per_unit: 1_000", []string{`line 10, column 15: prices[0].per_unit: "1_000": ` + wantNumber + ", without separators"}},
		{"comma", "per_unit: 1", "per_unit: 1,5", []string{`line 10, column 15: prices[0].per_unit: "1,5": ` + wantNumber + ", without separators"}},
		{"hexadecimal", "per_unit: 1", "per_unit: 0x10", []string{`line 10, column 15: prices[0].per_unit: "0x10": ` + wantNumber + ", in base ten"}},
		{"octal", "per_unit: 1", "per_unit: 0o17", []string{`line 10, column 15: prices[0].per_unit: "0o17": ` + wantNumber + ", in base ten"}},
		{"binary", "per_unit: 1", "per_unit: 0b1", []string{`line 10, column 15: prices[0].per_unit: "0b1": ` + wantNumber + ", in base ten"}},
		{"leading zero", "per_unit: 1", "per_unit: 012", []string{`line 10, column 15: prices[0].per_unit: "012": want no leading zeros`}},
		{"leading zeros of a fraction", "per_unit: 1", "per_unit: -00.5", []string{`line 10, column 15: prices[0].per_unit: "-00.5": want no leading zeros`}},
		{"plus", "per_unit: 1", "per_unit: +1", []string{`line 10, column 15: prices[0].per_unit: "+1": ` + wantNumber + ", without a plus sign"}},
		{"two signs", "per_unit: 1", "per_unit: --1", []string{`line 10, column 15: prices[0].per_unit: "--1": ` + wantNumber}},
		{"sign within", "per_unit: 1", "per_unit: 1.-5", []string{`line 10, column 15: prices[0].per_unit: "1.-5": ` + wantNumber}},
		{"no digits before the point", "per_unit: 1", "per_unit: .5", []string{`line 10, column 15: prices[0].per_unit: ".5": ` + wantNumber + ", with digits on both sides of the point"}},
		{"no digits after the point", "per_unit: 1", "per_unit: 5.", []string{`line 10, column 15: prices[0].per_unit: "5.": ` + wantNumber + ", with digits on both sides of the point"}},
		{"two points", "per_unit: 1", "per_unit: 1.2.3", []string{`line 10, column 15: prices[0].per_unit: "1.2.3": ` + wantNumber}},
		{"not a number", "per_unit: 1", "per_unit: .nan", []string{`line 10, column 15: prices[0].per_unit: ".nan": ` + wantNumber}},
		{"infinity", "per_unit: 1", "per_unit: -.inf", []string{`line 10, column 15: prices[0].per_unit: "-.inf": ` + wantNumber}},
		{"word", "per_unit: 1", "per_unit: true", []string{`line 10, column 15: prices[0].per_unit: "true": ` + wantNumber}},
		{"other digits", "per_unit: 1", "per_unit: １２", []string{`line 10, column 15: prices[0].per_unit: "１２": ` + wantNumber}},
		{"other minus", "per_unit: 1", "per_unit: −1", []string{`line 10, column 15: prices[0].per_unit: "−1": ` + wantNumber}},
		{"blanks in quotes", "per_unit: 1", `per_unit: " 1"`, []string{`line 10, column 15: prices[0].per_unit: " 1": ` + wantNumber}},
		{"empty", "per_unit: 1", `per_unit: ""`, []string{`line 10, column 15: prices[0].per_unit: ` + wantNumber}},
		{"nothing", "per_unit: 1", "per_unit:", []string{`line 10, column 14: prices[0].per_unit: want a number, got nothing`}},
		{"null", "per_unit: 1", "per_unit: null", []string{`line 10, column 15: prices[0].per_unit: "null": want a number, got nothing`}},
		{"a list", "per_unit: 1", "per_unit: [1]", []string{`line 10, column 15: prices[0].per_unit: want a number, got a list`}},
		{"a mapping", "per_unit: 1", "per_unit: {a: 1}", []string{`line 10, column 15: prices[0].per_unit: want a number, got a mapping`}},
		{"39 digits", "per_unit: 1", "per_unit: 123456789012345678901234567890123456789", []string{`line 10, column 15: prices[0].per_unit: "123456789012345678901234567890123456789": ` + wantDigits}},
		{"19 digits after the point", "per_unit: 1", "per_unit: 0.1234567890123456789", []string{`line 10, column 15: prices[0].per_unit: "0.1234567890123456789": ` + wantDigits}},
		{"more than money holds", "per_unit: 1", "per_unit: -200000000000000000000", []string{`line 10, column 15: prices[0].per_unit: "-200000000000000000000": more than an amount of money can hold, about 1.7e20`}},

		// Keys.
		{"unknown key", "per_unit: 1", "per_unit: 1\n    vendor: x", []string{`line 11, column 5: prices[0].vendor: unknown key; ` + wantPrice}},
		{"misspelt key", "    unit:", "    unti:", []string{`line 9, column 5: prices[0].unti: unknown key; did you mean unit?`}},
		{"misspelt model", "per_unit: 1", "per-unit: 1", []string{`line 10, column 5: prices[0].per-unit: unknown key; did you mean per_unit?`}},
		{"tiers as others have them", "per_unit: 1", "tiers: [{up_to: 1, price: 1}, {price: 1}]", []string{`line 10, column 5: prices[0].tiers: unknown key; did you mean graduated or volume?`}},
		{"misspelt list", "prices:", "price:", []string{`line 5, column 1: price: unknown key; did you mean prices?`}},
		{"key in another case", "currency: CNY", "Currency: CNY", []string{`line 3, column 1: Currency: unknown key; did you mean currency?`}},
		{"key that needs quotes", "per_unit: 1", "per_unit: 1\n    \"a\\nb\": 1", []string{`line 11, column 5: prices[0]["a\nb"]: unknown key; ` + wantPrice}},
		{"unknown key of a match", "{meter", "{vendor: x, meter", []string{`line 8, column 13: prices[0].match.vendor: unknown key; want one of meter, sku, region, labels`}},
		{"unknown key of a rounding", "level: line", "level: line, step: 5", []string{`line 4, column 53: rounding.step: unknown key; want one of mode, places, level, month`}},
		{"duplicate key", "per_unit: 1", "per_unit: 1\n    id: b", []string{`line 11, column 5: prices[0].id: key given twice, first on line 6`}},
		{"duplicate model", "per_unit: 1", "per_unit: 1\n    per_unit: 2", []string{`line 11, column 5: prices[0].per_unit: key given twice, first on line 10`}},
		{"duplicate label", "input}", "input, labels: {a: x, a: y}}", []string{`line 8, column 52: prices[0].match.labels.a: key given twice, first on line 8`}},
		{"two models", "per_unit: 1", "per_unit: 1\n    flat: 2", []string{`line 11, column 11: prices[0].flat: "2": want exactly one model, and there is per_unit already`}},
		{"no model", "    per_unit: 1\n", "", []string{`line 6, column 5: prices[0]: want exactly one of per_unit, graduated, volume, package, stairstep, percentage, dynamic, spot, flat`}},
		{"list as key", "per_unit: 1", "per_unit: 1\n    ? [x]\n    : y", []string{`line 11, column 7: prices[0]: a key is a plain text`}},

		// The card.
		{"id in capitals", "card: c", "card: CN", []string{`line 1, column 7: card: "CN": ` + wantID}},
		{"long id", "card: c", "card: " + strings.Repeat("c", 65), []string{`line 1, column 7: card: "` + strings.Repeat("c", 64) + `…": ` + wantID}},
		{"no id", "card: c\n", "", []string{`line 1, column 1: card: missing; ` + wantID}},
		{"no version", "version: \"1\"\n", "", []string{`line 1, column 1: version: missing; want a text of 1 to 32 bytes`}},
		{"empty version", `"1"`, `""`, []string{`line 2, column 10: version: want a text that is not empty`}},
		{"long version", `"1"`, strings.Repeat("1", 33), []string{`line 2, column 10: version: "` + strings.Repeat("1", 33) + `": 33 bytes; want at most 32`}},
		{"line break in a title", "currency:", "title: \"a\\nb\"\ncurrency:", []string{`line 3, column 8: title: "a\nb": want no control characters`}},
		{"no currency", "currency: CNY\n", "", []string{`line 1, column 1: currency: missing; unknown currency; want a code of ISO 4217, such as CNY`}},
		{"unknown currency", "CNY", "RMB", []string{`line 3, column 11: currency: "RMB": unknown currency; want a code of ISO 4217, such as CNY`}},
		{"currency in another case", "CNY", "cny", []string{`line 3, column 11: currency: "cny": unknown currency; want a code of ISO 4217, such as CNY`}},
		{"no rounding", "rounding: {mode: half-even, places: 2, level: line}\n", "", []string{`line 1, column 1: rounding: missing; such as {mode: half-even, places: 2, level: line}`}},
		{"rounding as a word", "{mode: half-even, places: 2, level: line}", "half-even", []string{`line 4, column 11: rounding: "half-even": want a mapping with keys of mode, places, level, month, got a scalar`}},
		{"no mode", "mode: half-even, ", "", []string{`line 4, column 11: rounding.mode: missing; ` + wantModes}},
		{"unknown mode", "half-even", "bankers", []string{`line 4, column 18: rounding.mode: "bankers": ` + wantModes}},
		{"no places", "places: 2, ", "", []string{`line 4, column 11: rounding.places: missing; want a whole number from 0 to 18`}},
		{"too many places", "places: 2", "places: 19", []string{`line 4, column 37: rounding.places: "19": want a whole number from 0 to 18`}},
		{"negative places", "places: 2", "places: -1", []string{`line 4, column 37: rounding.places: "-1": want a whole number from 0 to 18`}},
		{"fractional places", "places: 2", "places: 2.0", []string{`line 4, column 37: rounding.places: "2.0": want a whole number from 0 to 18`}},
		{"no level", ", level: line", "", []string{`line 4, column 11: rounding.level: missing; want one of line, bill`}},
		{"unknown level", "level: line", "level: invoice", []string{`line 4, column 47: rounding.level: "invoice": want one of line, bill`}},
		{"no prices", base[strings.Index(base, "prices:"):], "prices: []\n", []string{`line 5, column 9: prices: want at least one price`}},
		{"prices as a mapping", base[strings.Index(base, "  - id"):], "  id: a\n", []string{`line 6, column 3: prices: want a list of prices, got a mapping`}},
		{"price as a word", "  - id: a\n", "  - x\n  - id: a\n", []string{`line 6, column 5: prices[0]: "x": want a mapping with keys of ` + strings.TrimPrefix(wantPrice, "want one of ") + `, got a scalar`}},

		// A price.
		{"no price id", "id: a\n    service", "service", []string{`line 6, column 5: prices[0].id: missing; ` + wantID}},
		{"price id with a blank", "id: a", "id: a b", []string{`line 6, column 9: prices[0].id: "a b": ` + wantID}},
		{"no service", "    service: model-inference\n", "", []string{`line 6, column 5: prices[0].service: missing; want one of accelerated-compute, general-compute, block-storage, object-storage, file-storage, network, model-inference, energy, support`}},
		{"unknown service", "model-inference", "inference", []string{`line 7, column 14: prices[0].service: "inference": unknown service; want one of accelerated-compute, general-compute, block-storage, object-storage, file-storage, network, model-inference, energy, support`}},
		{"misspelt service", "model-inference", "model-inferense", []string{`line 7, column 14: prices[0].service: "model-inferense": unknown service; did you mean model-inference?`}},
		{"no match", "    match: {meter: ai.tokens.input}\n", "", []string{`line 6, column 5: prices[0].match.meter: missing; want the meter of the usage that the price is for`}},
		{"no meter", "meter: ai.tokens.input", "sku: x", []string{`line 8, column 12: prices[0].match.meter: missing; want the meter of the usage that the price is for`}},
		{"misspelt meter", "ai.tokens.input", "ai.token.input", []string{`line 8, column 20: prices[0].match.meter: "ai.token.input": unknown meter; did you mean ai.tokens.input?`}},
		{"meter of a GPU", "ai.tokens.input", "compute.gpu.time", []string{`line 8, column 20: prices[0].match.meter: "compute.gpu.time": unknown meter; did you mean compute.accelerator.time?`}},
		{"meter of an NPU", "ai.tokens.input", "compute.npu.tmie", []string{`line 8, column 20: prices[0].match.meter: "compute.npu.tmie": unknown meter; did you mean compute.accelerator.time?`}},
		{"empty sku", "input}", `input, sku: ""}`, []string{`line 8, column 42: prices[0].match.sku: want a text that is not empty`}},
		{"sku without a value", "input}", "input, sku: ~}", []string{`line 8, column 42: prices[0].match.sku: "~": want a text, got nothing`}},
		{"long sku", "input}", "input, sku: " + strings.Repeat("s", 257) + "}", []string{`line 8, column 42: prices[0].match.sku: "` + strings.Repeat("s", 64) + `…": 257 bytes; want at most 256`}},
		{"control character in a region", "input}", `input, region: "a\x07b"}`, []string{`line 8, column 45: prices[0].match.region: "a\ab": want no control characters`}},
		{"labels as a list", "input}", "input, labels: [a]}", []string{`line 8, column 45: prices[0].match.labels: want a mapping, got a list`}},
		{"label without a value", "input}", "input, labels: {tier: }}", []string{`line 8, column 52: prices[0].match.labels.tier: want a text, got nothing`}},
		{"label without a name", "input}", `input, labels: {"": x}}`, []string{`line 8, column 50: prices[0].match.labels[""]: "x": label name: want a value`}},
		{"no unit", "    unit: \"10*6{token}\"\n", "", []string{`line 6, column 5: prices[0].unit: missing; want one of {token}, 10*3{token}, 10*6{token}`}},
		{"unknown unit", `"10*6{token}"`, "million", []string{`line 9, column 11: prices[0].unit: "million": unknown unit; want one of {token}, 10*3{token}, 10*6{token}`}},
		{"misspelt unit", `"10*6{token}"`, `"10^6{token}"`, []string{`line 9, column 11: prices[0].unit: "10^6{token}": unknown unit; did you mean 10*6{token}?`}},
		{"unit as people write it", `"10*6{token}"`, "tokens", []string{`line 9, column 11: prices[0].unit: "tokens": unknown unit; did you mean {token}?`}},
		{"unit without quotes", `"10*6{token}"`, "{card}.h", []string{`line 9, column 11: a value that begins with { needs quotes: unit: "{card}.h"`}},
		{"unit without quotes in braces", "match:", "x: {a: 1, unit: {card}.h}\n    match:", []string{`line 8, column 21: a value that begins with { needs quotes: unit: "{card}.h"`}},
		{"unit without quotes before a comment", `"10*6{token}"`, "{card}.h # hours", []string{`line 9, column 11: a value that begins with { needs quotes: unit: "{card}.h"`}},
		{"such a unit in quotes, and another fault", "id: a", "title: 'unit: {card}.h'\n    id: [", []string{`line 7, column 1: not YAML: did not find expected ',' or ']'`}},
		{"name in braces without quotes", `"10*6{token}"`, "{token}", []string{`line 9, column 11: prices[0].unit: want a unit in quotes, "{token}", got a mapping`}},
		{"unit of another dimension", `"10*6{token}"`, "kW.h", []string{`line 9, column 11: prices[0].unit: "kW.h": measures energy, and meter ai.tokens.input measures token; want one of {token}, 10*3{token}, 10*6{token}`}},

		// Times.
		{"date only", "per_unit: 1", "per_unit: 1\n    from: 2026-01-01", []string{`line 11, column 11: prices[0].from: "2026-01-01": ` + wantTime}},
		{"no zone", "per_unit: 1", "per_unit: 1\n    from: 2026-01-01T00:00", []string{`line 11, column 11: prices[0].from: "2026-01-01T00:00": ` + wantTime}},
		{"blank for T", "per_unit: 1", "per_unit: 1\n    from: 2026-01-01 00:00Z", []string{`line 11, column 11: prices[0].from: "2026-01-01 00:00Z": ` + wantTime}},
		{"seconds", "per_unit: 1", "per_unit: 1\n    from: 2026-01-01T00:00:30Z", []string{`line 11, column 11: prices[0].from: "2026-01-01T00:00:30Z": ` + wantTime}},
		{"fraction of a second", "per_unit: 1", "per_unit: 1\n    from: 2026-01-01T00:00:00.5Z", []string{`line 11, column 11: prices[0].from: "2026-01-01T00:00:00.5Z": ` + wantTime}},
		{"no such day", "per_unit: 1", "per_unit: 1\n    until: 2026-02-29T00:00Z", []string{`line 11, column 12: prices[0].until: "2026-02-29T00:00Z": ` + wantTime}},
		{"hour of one digit", "per_unit: 1", "per_unit: 1\n    until: 2026-02-28T1:00Z", []string{`line 11, column 12: prices[0].until: "2026-02-28T1:00Z": ` + wantTime}},
		{"before 1970", "per_unit: 1", "per_unit: 1\n    from: 1969-12-31T23:59Z", []string{`line 11, column 11: prices[0].from: "1969-12-31T23:59Z": want a time from 1970-01-01T00:00Z to 2200-01-01T00:00Z`}},
		{"after 2200", "per_unit: 1", "per_unit: 1\n    until: 2200-01-01T00:01Z", []string{`line 11, column 12: prices[0].until: "2200-01-01T00:01Z": want a time from 1970-01-01T00:00Z to 2200-01-01T00:00Z`}},
		{"until at from", "per_unit: 1", "per_unit: 1\n    from: 2026-01-01T00:00Z\n    until: 2026-01-01T08:00+08:00", []string{`line 12, column 12: prices[0].until: "2026-01-01T00:00Z": want a time after from, 2026-01-01T00:00Z`}},

		// Tiers.
		{"no tiers", "per_unit: 1", graduated("[]"), []string{`line 10, column 16: prices[0].graduated: want at least one tier`}},
		{"tiers as a number", "per_unit: 1", graduated("1"), []string{`line 10, column 16: prices[0].graduated: "1": want a list of tiers, got a scalar`}},
		{"tier without a price", "per_unit: 1", graduated("[{up_to: 1}, {price: 1}]"), []string{`line 10, column 17: prices[0].graduated[0].price: missing; write 0 for a tier that is free`}},
		{"misspelt tier", "per_unit: 1", graduated("[{upto: 1, price: 1}, {price: 1}]"), []string{`line 10, column 18: prices[0].graduated[0].upto: unknown key; did you mean up_to?`}},
		{"negative tier", "per_unit: 1", graduated("[{price: -1}]"), []string{`line 10, column 25: prices[0].graduated[0].price: "-1": want 0 or more; only per_unit may be negative`}},
		{"negative flat of a tier", "per_unit: 1", graduated("[{up_to: 1, price: 1}, {price: 1, flat: -0.5}]"), []string{`line 10, column 56: prices[0].graduated[1].flat: "-0.5": want 0 or more; only per_unit may be negative`}},
		{"bound of zero", "per_unit: 1", graduated("[{up_to: 0, price: 1}, {price: 1}]"), []string{`line 10, column 25: prices[0].graduated[0].up_to: "0": want more than 0`}},
		{"negative bound", "per_unit: 1", graduated("[{up_to: -5, price: 1}, {price: 1}]"), []string{`line 10, column 25: prices[0].graduated[0].up_to: "-5": want more than 0`}},
		{"equal bounds", "per_unit: 1", graduated("[{up_to: 5, price: 1}, {up_to: 5.0, price: 1}, {price: 1}]"), []string{`line 10, column 47: prices[0].graduated[1].up_to: "5": want more than 5, the bound of the tier before`}},
		{"descending bounds", "per_unit: 1", graduated("[{up_to: 10, price: 1}, {up_to: 9, price: 1}, {price: 1}]"), []string{`line 10, column 48: prices[0].graduated[1].up_to: "9": want more than 10, the bound of the tier before`}},
		{"bound between two grains", "per_unit: 1", graduated("[{up_to: 0.0000001, price: 1}, {price: 1}]"), []string{`line 10, column 25: prices[0].graduated[0].up_to: "0.0000001": 0.0000001 10*6{token} is not whole in {token}, the smallest step that is counted`}},
		{"bound beyond counting", "per_unit: 1", graduated("[{up_to: 200000000000000000000000000000000, price: 1}, {price: 1}]"), []string{`line 10, column 25: prices[0].graduated[0].up_to: "200000000000000000000000000000000": 200000000000000000000000000000000 10*6{token} is more than can be counted`}},
		{"open tier within", "per_unit: 1", graduated("[{price: 1}, {price: 2}]"), []string{`line 10, column 17: prices[0].graduated[0].up_to: missing; only the last tier has no bound`}},
		{"last tier closed", "per_unit: 1", graduated("[{up_to: 10, price: 1}]"), []string{`line 10, column 25: prices[0].graduated[0].up_to: "10": the last tier has no bound; leave up_to out, or add a tier for what is above`}},
		{"on_zero missing", "per_unit: 1", graduated("[{price: 1, flat: 2}]"), []string{`line 6, column 5: prices[0].on_zero: missing; say whether a billing period without usage owes the 2 of the first tier: waive or charge`}},
		{"on_zero without need", "per_unit: 1", graduated("[{up_to: 1, price: 1}, {price: 1, flat: 2}]\n    on_zero: waive"), []string{`line 11, column 14: prices[0].on_zero: "waive": decides about a flat amount of the first tier, and there is none`}},
		{"on_zero unknown", "per_unit: 1", graduated("[{price: 1, flat: 2}]\n    on_zero: never"), []string{`line 11, column 14: prices[0].on_zero: "never": want one of waive, charge`}},
		{"on_zero of another model", "per_unit: 1", "per_unit: 1\n    on_zero: waive", []string{`line 11, column 14: prices[0].on_zero: "waive": goes with graduated, volume, stairstep, not with per_unit`}},

		// Flat prices.
		{"when missing", "per_unit: 1", "flat: 1", []string{`line 6, column 5: prices[0].when: missing; want always, if_used to owe it only in billing periods with usage, or once`}},
		{"once without a beginning", "    match: {meter: ai.tokens.input}\n    unit: \"10*6{token}\"\n    per_unit: 1", "    flat: 1\n    when: once", []string{`line 6, column 5: prices[0].from: missing; a price with when: once is due in the billing period in which it begins`}},
		{"when unknown", "per_unit: 1", "flat: 1\n    when: monthly", []string{`line 11, column 11: prices[0].when: "monthly": want one of always, if_used, once`}},
		{"when of another model", "per_unit: 1", "per_unit: 1\n    when: always", []string{`line 11, column 11: prices[0].when: "always": goes with flat, not with per_unit`}},
		{"negative flat", "per_unit: 1", "flat: -1\n    when: if_used", []string{`line 10, column 11: prices[0].flat: "-1": want 0 or more; only per_unit may be negative`}},
		{"always with match and unit", "per_unit: 1", "flat: 1\n    when: always", []string{
			`line 8, column 12: prices[0].match: goes with usage, and a flat price with when: always is due without`,
			`line 9, column 11: prices[0].unit: "10*6{token}": goes with usage, and a flat price with when: always is due without`,
		}},
		{"if_used with another unit", "\"10*6{token}\"\n    per_unit: 1", "GBy\n    flat: 1\n    when: if_used", []string{
			`line 9, column 11: prices[0].unit: "GBy": measures bytes, and meter ai.tokens.input measures token; want one of {token}, 10*3{token}, 10*6{token}`,
		}},
		{"if_used without a match", "    match: {meter: ai.tokens.input}\n    unit: \"10*6{token}\"\n    per_unit: 1", "    flat: 1\n    when: if_used", []string{
			`line 6, column 5: prices[0].match.meter: missing; want the meter of the usage that the price is for`,
		}},

		// What YAML has and a card has not.
		{"alias", "per_unit: 1", "per_unit: *x", []string{`line 10, column 15: "*x": aliases are not read; write the value out`}},
		{"anchor", "per_unit: 1", "per_unit: &x 1", []string{`line 10, column 15: prices[0].per_unit: "1": anchors are not read; write each value out`}},
		{"anchor and alias", "per_unit: 1", "per_unit: &x 1\n    title: *x", []string{
			`line 10, column 15: prices[0].per_unit: "1": anchors are not read; write each value out`,
			`line 11, column 12: prices[0].title: aliases are not read; write the value out`,
		}},
		{"anchored key", "per_unit: 1", "&x per_unit: 1", []string{
			`line 10, column 5: prices[0].per_unit: "per_unit": anchors are not read; write each value out`,
		}},
		{"months", "per_unit: 1", "per_unit: 1\n    during: {months: [july]}", []string{`line 11, column 23: prices[0].during.months[0]: "july": want one of jan, feb, mar, apr, may, jun, jul, aug, sep, oct, nov, dec`}},
		{"power factor of some prices of a bill", "level: line}", "level: bill}\npower_factor: {id: pf, service: energy, active: energy.device, reactive: energy.reactive, prices: [a], steps: [{percent: 2}]}", []string{
			`line 5, column 99: power_factor.prices: the card rounds the bill, so that no price has an amount by itself; leave the list out, or round lines`,
		}},
		{"power factor of nothing", "prices:", "power_factor: {}\nprices:", []string{
			`line 5, column 15: power_factor.id: missing; want 1 to 64 of a-z, 0-9, '-', '_', '.'`,
			`line 5, column 15: power_factor.service: missing; want one of accelerated-compute, general-compute, block-storage, object-storage, file-storage, network, model-inference, energy, support`,
			`line 5, column 15: power_factor.active: missing; want the meter of active energy`,
			`line 5, column 15: power_factor.reactive: missing; want the meter of reactive energy`,
			`line 5, column 15: power_factor.steps: want at least one step`,
		}},
		{"power factor", "prices:", "power_factor: {id: a, service: energy, active: energy.device, reactive: energy.demand, prices: [b, a, a], steps: [{ratio: 0.5, percent: 1}, {ratio: 0.4, percent: 2}]}\nprices:", []string{
			`line 5, column 20: power_factor.id: "a": a price has this id`,
			`line 5, column 73: power_factor.reactive: "energy.demand": measures power, and energy.device measures energy; want meters of one dimension`,
			`line 5, column 97: power_factor.prices[0]: "b": no price has this id`,
			`line 5, column 103: power_factor.prices[2]: "a": listed twice`,
			`line 5, column 149: power_factor.steps[1].ratio: "0.4": the last step has no ratio`,
		}},
		{"merge key", "per_unit: 1", "per_unit: 1\n    <<: {title: x}", []string{`line 11, column 5: prices[0]["<<"]: merge keys are not read; write the keys out`}},
		{"tag", "per_unit: 1", "per_unit: !!float 1", []string{`line 10, column 15: prices[0].per_unit: "1": tags are not read; leave "!!float" out`}},
		{"binary", `"1"`, "!!binary MQ==", []string{`line 2, column 10: version: "MQ==": tags are not read; leave "!!binary" out`}},
		{"tag of a list", "prices:", "prices: !list", []string{`line 5, column 9: prices: tags are not read; leave "!list" out`}},
		{"second document", "per_unit: 1", "per_unit: 1\n---\ncard: d", []string{`line 11, column 1: a second document; want one card`}},
		{"text after the end", "per_unit: 1", "per_unit: 1\n...\ncard: d", []string{`line 12, column 1: text after the end of the card`}},
		{"directive", "card: c", "%YAML 1.1\n---\ncard: c", []string{`line 1, column 1: directives are not read`}},
		{"syntax", "per_unit: 1", "per_unit: [1", []string{`line 10, column 1: not YAML: did not find expected ',' or ']'`}},
		{"tab as indentation", "    per_unit: 1", "\tper_unit: 1", []string{`line 10, column 1: not YAML: found character that cannot start any token`}},
		{"unknown escape", "per_unit: 1", `per_unit: "\q"`, []string{`line 10, column 1: not YAML: found unknown escape character`}},
		{"half a surrogate", "per_unit: 1", `title: "\ud83d"`, []string{`line 10, column 1: not YAML: found invalid Unicode character escape code`}},
		{"not UTF-8", "per_unit: 1", "per_unit: 1 # \xff", []string{`line 10, column 19: byte 0xff is not UTF-8`}},
		{"control character", "per_unit: 1", "per_unit: 1 # ä\x00", []string{`line 10, column 20: control character U+0000`}},
		{"delete", "per_unit: 1", "per_unit: 1\x7f", []string{`line 10, column 16: control character U+007F`}},
		{"next line", "per_unit: 1", "per_unit: 1\u0085", []string{`line 10, column 16: control character U+0085`}},
		{"line separator", "per_unit: 1", "per_unit: 1\u2028", []string{`line 10, column 16: line separator U+2028; write it as "\u2028"`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, 1, strings.Count(base, tt.piece), "pieces of the base")
			requireFaults(t, strings.Replace(base, tt.piece, tt.with, 1), tt.want)
		})
	}
}

func TestParseYAML_BadAsAWhole(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"empty", "", "line 1, column 1: empty; want a card"},
		{"comment", "# a card\n", "line 1, column 1: empty; want a card"},
		{"list", "- a\n", "line 1, column 1: want a mapping with keys of card, version, title, currency, rounding, rounding_changes, power_factor, prices, got a list"},
		{"scalar", "card", `line 1, column 1: "card": want a mapping with keys of card, version, title, currency, rounding, rounding_changes, power_factor, prices, got a scalar`},
		{"null", "~", `line 1, column 1: "~": want a mapping with keys of card, version, title, currency, rounding, rounding_changes, power_factor, prices, got nothing`},
		{"too large", strings.Repeat(" ", 1<<20+1), "line 1, column 1: 1048577 bytes of text; want at most 1048576"},
	} {
		t.Run(tt.name, func(t *testing.T) { requireFaults(t, tt.src, []string{tt.want}) })
	}
}

// The cards of testdata/bad have several faults each. What is expected stands
// in the card, in comments that begin with "want: ".
func TestParseYAML_Files(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			src, err := os.ReadFile(file)
			require.NoError(t, err)
			var want []string
			for line := range strings.Lines(string(src)) {
				if fault, found := strings.CutPrefix(line, "# want: "); found {
					want = append(want, strings.TrimSuffix(fault, "\n"))
				}
			}
			requireFaults(t, string(src), want)
		})
	}
}

// requireFaults parses src and compares all faults with want.
func requireFaults(t *testing.T, src string, want []string) {
	t.Helper()
	card, err := ratecard.ParseYAML([]byte(src))
	require.Error(t, err)
	require.Nil(t, card)
	require.IsType(t, ratecard.Faults{}, err)
	require.Equal(t, "ratecard: "+strings.Join(want, "\nratecard: "), err.Error())
}
