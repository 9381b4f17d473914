package csvbatch_test

import (
	"bytes"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// A scale is a unit and the amounts of it that are whole steps of 64 bits:
// below whole, and with at most so many decimal places.
type scale struct {
	unit   string
	whole  int64
	places int
}

// scales are of units with many grains and with few, with a number of them that
// is no power of ten, and with so many that a step is a billionth: the two
// nearest to where that begins, and one with more than 64 bits hold.
var scales = []scale{
	{"s", 1 << 33, 9}, {"{token}", 1 << 62, 0}, {"10*3{token}", 1 << 53, 3}, {"{core}", 1 << 53, 3}, {"GiBy", 1 << 32, 0},
	{"W.h", 1 << 31, 8}, {"h", 1 << 21, 11}, {"{millicard}.s", 1 << 33, 9}, {"{card}.h", 1 << 33, 9}, {"TiBy.h", 1 << 33, 9},
}

// A generator makes random files.
type generator struct{ *rand.Rand }

func (g generator) pick(from []string) string { return from[g.IntN(len(from))] }

func (g generator) chance(p float64) bool { return g.Float64() < p }

// file returns a header and n rows with amounts in a scale, each field of which
// is odd, and often wrong, with the given chance.
func (g generator) file(n int, in scale, odd float64) []byte {
	var b bytes.Buffer
	if g.chance(0.2) {
		b.WriteString("\ufeff")
	}
	end, quoting := g.pick([]string{"\n", "\r\n"}), g.pick([]string{"never", "always", "some"})
	columns := []string{"tenant", "id", "sku", "region", "time", "amount", "note"}
	g.Shuffle(len(columns), func(i, j int) { columns[i], columns[j] = columns[j], columns[i] })
	line := func(values []string) {
		for i, v := range values {
			if i > 0 {
				b.WriteByte(',')
			}
			if quoting == "always" || quoting == "some" && g.chance(0.3) || strings.ContainsAny(v, ",\"\r\n") && !g.chance(odd) {
				v = `"` + strings.ReplaceAll(v, `"`, `""`) + `"`
			}
			if g.chance(odd / 4) {
				v = g.damaged(v)
			}
			b.WriteString(v)
		}
		if g.chance(odd) {
			b.WriteString(g.pick([]string{"\n", "\r\n", "\r", "\r\r\n", "\n\n", "\r\n\r\n", ",\n", ""}))
			return
		}
		b.WriteString(end)
	}
	line(columns)
	for range n {
		values := make([]string, len(columns))
		for i, c := range columns {
			values[i] = g.field(c, in, odd)
		}
		line(values)
	}
	if g.chance(0.2) {
		return bytes.TrimRight(b.Bytes(), "\r\n")
	}
	return b.Bytes()
}

// damaged returns v with one byte more, less or other.
func (g generator) damaged(v string) string {
	i := g.IntN(len(v) + 1)
	j := min(len(v), i+g.IntN(2))
	return v[:i] + g.pick([]string{"", "\"", ",", "\n", "\x00", "\xff", "0", ":", "-", " "}) + v[j:]
}

func (g generator) field(column string, in scale, odd float64) string {
	wrong := g.chance(odd)
	switch column {
	case "tenant":
		if wrong {
			return g.pick([]string{"", "/a", "a/", "a//b", "a/b/c/d/e/f/g/h", "a/b/c/d/e/f/g/h/i", strings.Repeat("é", 129)})
		}
		return g.pick([]string{"acme", "acme/vision", "umbra, inc", "a", "tenant-" + strconv.Itoa(g.IntN(1000)), "seventeen letters", strings.Repeat("é", 128), `the "x" company`})
	case "id", "sku", "region":
		if wrong {
			return g.pick([]string{"a\x00", "\x00", "\x7f", "\u0085", "\xc3", strings.Repeat("x", 257), "a\rb", "a\tb"})
		}
		return strings.Repeat(g.pick([]string{"x", "yz", "é", "𝄞"}), g.IntN(12))
	case "time":
		return g.time(wrong)
	case "amount":
		return g.amount(in, wrong)
	}
	return g.pick([]string{"", "note", "two\nlines", "a, b", `"`, "\r\n", "\xff\x00", strings.Repeat("long ", g.IntN(100))})
}

func (g generator) time(wrong bool) string {
	if wrong {
		return g.pick([]string{"", "2026-03-01", "2026-03-01 05:17:42Z", "2026-03-01t05:17:42Z", "2026-03-01T05:17:42", "2026-03-01T05:17:42z",
			"2026-03-01T05:17:60Z", "2026-03-01T05:60:00Z", "2026-03-01T24:00:00Z", "2026-02-29T00:00:00Z", "2028-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
			"2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "1969-12-31T23:59:59.999999999Z", "1970-01-01T00:59:59+01:00", "1969-12-31T23:00:00-01:00",
			"2199-12-31T23:59:59.999999999Z", "2200-01-01T00:00:00Z", "2199-12-31T23:00:00-01:00", "2200-01-01T00:30:00+00:31", "9999-12-31T23:59:59Z",
			"0000-01-01T00:00:00Z", "2026-03-01T05:17:42.Z", "2026-03-01T05:17:42,5Z", "2026-03-01T05:17:42.1234567890Z", "2026-03-01T05:17:42+24:00",
			"2026-03-01T05:17:42+01:60", "2026-03-01T05:17:42+0100", "2026-03-01T05:17:42ZZ", "2026-03-01T05:17:42-00:00", "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00T05:17:42Z",
			"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x0005:17:42Z", "+026-03-01T05:17:42Z", "2026-03-01T05;17:42Z", "2026-03-01T0/:17:42Z"})
	}
	zone := time.UTC
	if g.chance(0.3) {
		zone = time.FixedZone("", (g.IntN(48*60-1)-24*60+1)*60)
	}
	at := time.Unix(g.Int64N(7_258_118_400), 0)
	if g.chance(0.3) {
		at = at.Add(time.Duration(g.IntN(1e9)))
	}
	return at.In(zone).Format(g.pick([]string{time.RFC3339Nano, time.RFC3339Nano, "2006-01-02T15:04:05.000Z07:00", "2006-01-02T15:04:05.000000000Z07:00"}))
}

func (g generator) amount(in scale, wrong bool) string {
	if wrong && g.chance(0.3) { // often more steps than 64 bits hold
		return strconv.FormatInt(g.Int64()>>g.IntN(63), 10) + g.pick([]string{"", ".5", ".25", ".0001"})
	}
	if wrong {
		return g.pick([]string{"", "-", ".", "5.", ".5", "+5", "05", "00", "1e3", "0x1", "1_000", "1,5", "1 ", " 1", "NaN", "Inf", "--1", "1.2.3",
			"9223372036854775807", "-9223372036854775808", "9223372036854775808", "9223372036.854775807", "-9223372036.854775808", "9223372036.854775808", "9223372036.8547758070", "0.12345678900",
			"0.0000000001", "0.1234567891", "1000000000000000000", "18446744073709551616", "0.000000000000000000001", "-0", "0.0", "-0.000",
			strings.Repeat("9", 39), "1." + strings.Repeat("0", 98), "1." + strings.Repeat("0", 99), strings.Repeat("1", 400)})
	}
	v := strconv.FormatInt(g.Int64N(in.whole)>>g.IntN(63), 10)
	if g.chance(0.2) {
		v = "-" + v
	}
	places, zeros := g.IntN(in.places+1), 0
	if g.chance(0.2) {
		zeros = g.IntN(30) // behind what counts: any number of them
	}
	if places+zeros == 0 {
		return v
	}
	v += "."
	for range places {
		v += strconv.Itoa(g.IntN(10))
	}
	return v + strings.Repeat("0", zeros)
}
