package ratecard_test

import (
	"flag"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/ratecard"
)

// What a text may cost. Memory is always asserted, time with -hostile.timed; it
// is in the package documentation, about 0.1 s at the worst.
const (
	hostileAlloc = 64 << 20
	hostileTime  = 100 * time.Millisecond
)

// A machine that does something else takes what time it likes, so this is for
// one that does not.
var timed = flag.Bool("hostile.timed", false, "fail where a hostile text takes more than 100 ms to read")

// refuse parses src and checks what that costs and how it ends.
func refuse(t *testing.T, src string) ratecard.Faults {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	card, err := ratecard.ParseYAML([]byte(src))
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	require.Error(t, err)
	require.Nil(t, card)
	requireOrderly(t, []byte(src), err)
	allocated := after.TotalAlloc - before.TotalAlloc
	require.Less(t, allocated, uint64(hostileAlloc))
	if took > hostileTime/2 {
		t.Logf("%v, %d MB", took.Round(time.Millisecond), allocated>>20)
	}
	if *timed && took > hostileTime {
		t.Errorf("it took %v; want at most %v", took, hostileTime)
	}
	return err.(ratecard.Faults)
}

// Texts of a megabyte, and of as much as is still given to the parser, that
// are one piece over and over.
func TestParseYAML_Hostile_Repeated(t *testing.T) {
	for _, piece := range []string{
		"[", "{", "{a: ", "{a,", "[1,", "[[],", "[{a: 1},", "{\"a\":", "[\"", "[#\n", "{a: [", "[]\n", "{}", "a: [b]\n",
		"- ", "- \n", "- 1\n", "- - - - -\n", "- |\n", "- #\n", "- [1,1,1,1,1,1]\n", "- {a: 1}\n", "- 'a b c d e f'\n",
		"? ", "?\n", ": ", ":\n", "a:\n", "a: 1\n", "a: b: ", "a: 'b'\n", "a: #\n", "? [a]\n: 1\n",
		"&a ", "*a ", "a: &a\n", "&a a: 1\n", "a: *a\n", "<<: *a\n", "!a ", "!!a ", "a: !!x 1\n", "!<!!str> ", "- &a [*a]\n",
		"1", "1e", "1.", "1_", "1:", "0x", "-1", "2001-", "a ", "\"", "'", "\\", "|\n", ">\n", "%a b\n", "---\n", "...\n",
		"#", "#\n", " #\n", "\n", "\r", " ", "\t", ",", "-", ".", "@", "`", "\ufeff", "显", "\u0301", "\"\\0\": 1\n", "\"\\ud83d\\ude00\",",
		"- id: a\n", "- {id: a}\n", "- per_unit: 1\n", "- per_unti: 1\n", "- {id: a, match: {meter: ai.requests}}\n", "- {graduated: [{up_to: 1}]}\n",
		"- {id: a, service: network, match: {meter: network.egress}, unit: GBy, per_unit: 1}\n",
	} {
		t.Run(fmt.Sprintf("%q", piece), func(t *testing.T) {
			head := ""
			if strings.HasPrefix(piece, "- ") {
				head = "prices:\n" // so that each is read as a price
			}
			src := head + strings.Repeat(piece, (ratecard.MaxBytes-len(head))/len(piece))
			f := refuse(t, src)[0]
			if !strings.HasPrefix(f.Reason, "more than about") {
				return
			}
			// The fault says where the nodes were too many: what is before it is
			// the most that the parser is given.
			lines := strings.SplitAfter(src, "\n")
			enough := len(strings.Join(lines[:f.Line-1], "")) + f.Column - 1
			f = refuse(t, head+strings.Repeat(piece, (enough-len(head))/len(piece)-1))[0]
			require.NotContains(t, f.Reason, "more than about")
		})
	}
}

func TestParseYAML_Hostile_Values(t *testing.T) {
	with := func(value string) string { return strings.Replace(base, "per_unit: 1", "per_unit: "+value, 1) }
	digits := strings.Repeat("9", 1_000_000)
	for _, tt := range []struct{ name, src, want string }{
		{"a megabyte of digits", with(digits), "more than 16384 bytes in one value"},
		{"a megabyte of digits in quotes", with(`"` + digits + `"`), "more than 16384 bytes in one value"},
		{"a megabyte of digits after the point", with("0." + digits), "more than 16384 bytes in one value"},
		{"digits up to the limit", with(digits[:16_000]), "want at most 38 digits, 18 of them after the point"},
		{"digits after the point up to the limit", with("0." + digits[:16_000]), "want at most 38 digits, 18 of them after the point"},
		{"exponent", with("1e999999999"), "without an exponent"},
		{"exponent of 32 bits", with("1e2147483647"), "without an exponent"},
		{"negative exponent", with("1e-2147483648"), "without an exponent"},
		{"exponent of a thousand digits", with("1e" + digits[:1000]), "want a plain decimal number"},
		{"infinity", with(".inf"), "want a plain decimal number"},
		{"base 60", with("1:30:00"), "want a plain decimal number"},
		{"long title", strings.Replace(base, "currency:", "title: "+strings.Repeat("x", 16_000)+"\ncurrency:", 1), "16000 bytes; want at most 256"},
		{"long key", base + strings.Repeat("k", 1000) + ": 1\n", "unknown key"},
		{"nested to 17", with(strings.Repeat("[", 14) + "[1]" + strings.Repeat("]", 14)), "nested deeper than 16"},
		{"nested to 9,000", with(strings.Repeat("[", 9000) + strings.Repeat("]", 9000)), "nested deeper than 16"},
		{"nested to 50,000", with(strings.Repeat("[", 50_000) + strings.Repeat("]", 50_000)), "more than"},
		{"nested mappings", with(strings.Repeat("{a: ", 9000) + strings.Repeat("}", 9000)), "nested deeper than 16"},
		{"10,001 prices", "prices:\n" + strings.Repeat("  - {}\n", 10_001), "10001 prices; want at most 10000"},
		{"10,001 tiers", with("1\n    graduated:\n" + strings.Repeat("      - {price: 1}\n", 10_001)), "want exactly one model"},
		{"alias bomb", "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n" +
			"d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n", "anchors are not read"},
		{"alias of itself", "card: &a [*a]\n", "anchors are not read"},
		{"UTF-16", "\xff\xfec\x00a\x00r\x00d\x00", "byte 0xff is not UTF-8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Now()
			faults := refuse(t, tt.src)
			t.Log(time.Since(start).Round(10 * time.Microsecond))
			require.Contains(t, faults.Error(), tt.want)
		})
	}
}

// Nesting of 16 is within the limit: what is wrong then is something else.
func TestParseYAML_Hostile_Depth(t *testing.T) {
	faults := refuse(t, strings.Replace(base, "per_unit: 1", "per_unit: "+strings.Repeat("[", 12)+strings.Repeat("]", 12), 1))
	require.Len(t, faults, 1)
	require.Equal(t, "want a number, got a list", faults[0].Reason)
}

// Faults beyond those listed are counted, whatever they are.
func TestParseYAML_ManyFaults(t *testing.T) {
	var src strings.Builder
	src.WriteString(base)
	for i := range 250 {
		fmt.Fprintf(&src, "  - {id: p%d, service: network, match: {meter: network.egress, sku: s%d}, unit: GBy, per_unit: 1e3}\n", i, i)
	}
	faults := refuse(t, src.String())
	require.Len(t, faults, ratecard.MaxFaults+1)
	require.Equal(t, ratecard.Fault{Reason: "150 more faults are not listed"}, faults[ratecard.MaxFaults])
	for i, f := range faults[:ratecard.MaxFaults] {
		require.Equal(t, 11+i, f.Line)
	}
}

// A card of as many prices as there can be, as JSON, is read in what a hostile
// text may cost.
func TestParseYAML_ManyPrices(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"card":"big","version":"1","currency":"CNY","rounding":{"mode":"half-even","places":2,"level":"line"},"prices":[`)
	for i := range ratecard.MaxPrices {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"%d","service":"network","match":{"meter":"ai.requests","sku":"%d"},"unit":"1","per_unit":7}`, i, i)
	}
	b.WriteString("]}")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	card, err := ratecard.ParseYAML([]byte(b.String()))
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	require.NoError(t, err)
	require.Len(t, card.Prices, ratecard.MaxPrices)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(hostileAlloc))
	t.Logf("%v, %d MB", took.Round(time.Millisecond), (after.TotalAlloc-before.TotalAlloc)>>20)
}

// JSON that is valid and no card.
func TestParseYAML_Hostile_JSON(t *testing.T) {
	fill := func(piece string) string { return strings.Repeat(piece, (ratecard.MaxBytes-20)/len(piece)-1) }
	for name, src := range map[string]string{
		"lists":        `{"a":[` + fill("[],") + `[]]}`,
		"numbers":      `{"a":[` + fill("1,") + `1]}`,
		"keys":         `{` + fill(`"a":1,`) + `"a":1}`,
		"long string":  `{"a":"` + fill("x") + `"}`,
		"long number":  `{"a":` + fill("1") + `}`,
		"escapes":      `{"a":"` + fill(`\u0041`) + `"}`,
		"nested":       `{"a":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}`,
		"nested deep":  `{"a":` + strings.Repeat("[", 200_000) + strings.Repeat("]", 200_000) + `}`,
		"half a pair":  `{"a":"\ud83d"}`,
		"not UTF-8":    "{\"a\":\"\xff\"}",
		"price fields": `{"prices":[` + fill(`{"x":1},`) + `{}]}`,
	} {
		t.Run(name, func(t *testing.T) { refuse(t, src) })
	}
}
