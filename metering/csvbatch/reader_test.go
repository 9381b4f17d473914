package csvbatch_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/csvbatch"
)

// small is a layout without a resource; its amounts are seconds.
var small = csvbatch.Layout{
	Meter: meterIn(metering.MustUnit("h")), Unit: metering.MustUnit("s"),
	Account: "tenant", SKU: "sku", Region: "region", Time: "time", Amount: "amount",
}

const (
	header = "tenant,sku,region,time,amount\n"
	good   = "acme,gpu,north,1970-01-01T00:00:01Z,1.5\n"
)

func TestReader_Refusals(t *testing.T) {
	long := strings.Repeat("x", 257)
	for _, tt := range []struct {
		name, row string
		is        error  // nil where as says it
		text      string // behind "csvbatch: line 3: "
	}{
		{"account missing", ",gpu,north,1970-01-01T00:00:01Z,1", nil, `account "" in column "tenant": want a value`},
		{"account of too many segments", "a/b/c/d/e/f/g/h/i,gpu,north,1970-01-01T00:00:01Z,1", nil, `account "a/b/c/d/e/f/g/h/i" in column "tenant": want at most 8 segments`},
		{"name too long", "acme," + long + ",north,1970-01-01T00:00:01Z,1", nil, `SKU "` + long[:64] + `…" in column "sku": want at most 256 bytes, got 257`},
		{"null", "acme,gpu\x00,north,1970-01-01T00:00:01Z,1", nil, `SKU "gpu\x00" in column "sku": want no control characters`},
		{"no UTF-8", "acme,gpu,\xff,1970-01-01T00:00:01Z,1", nil, "region \"\uFFFD\" in column \"region\": want valid UTF-8"},
		{"line break in a name", "acme,\"g\npu\",north,1970-01-01T00:00:01Z,1", nil, `SKU "g\npu" in column "sku": want no control characters`},

		{"time without a zone", "acme,gpu,north,1970-01-01T00:00:01,1", metering.ErrSyntax, `time "1970-01-01T00:00:01" in column "time": ` + wantTime},
		{"leap second", "acme,gpu,north,2016-12-31T23:59:60Z,1", metering.ErrSyntax, `time "2016-12-31T23:59:60Z" in column "time": ` + wantTime},
		{"tenth digit of a second", "acme,gpu,north,1970-01-01T00:00:01.0000000000Z,1", metering.ErrSyntax, `time "1970-01-01T00:00:01.0000000000Z" in column "time": ` + wantTime},
		{"time before 1970", "acme,gpu,north,1970-01-01T00:59:59+01:00,1", metering.ErrTimeRange, `time "1970-01-01T00:59:59+01:00" in column "time": metering: time outside 1970-01-01 to 2200-01-01 UTC`},
		{"time of 2200", "acme,gpu,north,2200-01-01T00:00:00Z,1", metering.ErrTimeRange, `time "2200-01-01T00:00:00Z" in column "time": metering: time outside 1970-01-01 to 2200-01-01 UTC`},

		{"amount missing", "acme,gpu,north,1970-01-01T00:00:01Z,", metering.ErrSyntax, `amount "" in column "amount": ` + wantAmount},
		{"exponent", "acme,gpu,north,1970-01-01T00:00:01Z,1e3", metering.ErrSyntax, `amount "1e3" in column "amount": ` + wantAmount},
		{"unit", "acme,gpu,north,1970-01-01T00:00:01Z,1 s", metering.ErrSyntax, `amount "1 s" in column "amount": ` + wantAmount},
		{"between two grains", "acme,gpu,north,1970-01-01T00:00:01Z,0.0000000015", metering.ErrInexact, `amount "0.0000000015" in column "amount": metering: value falls between two grains: 0.0000000015 s is not whole in ns`},
		{"65 bits", "acme,gpu,north,1970-01-01T00:00:01Z,9223372036.854775808", csvbatch.ErrAmountRange, `amount "9223372036.854775808" in column "amount": csvbatch: amount does not fit in 64 bits`},
		{"129 bits", "acme,gpu,north,1970-01-01T00:00:01Z," + strings.Repeat("9", 39), csvbatch.ErrAmountRange, `amount "` + strings.Repeat("9", 39) + `" in column "amount": csvbatch: amount does not fit in 64 bits`},

		{"a field less", "acme,gpu,north,1970-01-01T00:00:01Z", csvbatch.ErrFields, "csvbatch: want as many fields as the header has"},
		{"a field more", "acme,gpu,north,1970-01-01T00:00:01Z,1,", csvbatch.ErrFields, "csvbatch: want as many fields as the header has"},
		{"two rows in one line", "acme,gpu,north,1970-01-01T00:00:01Z,1,acme,gpu,north,1970-01-01T00:00:01Z,1", csvbatch.ErrFields, "csvbatch: want as many fields as the header has"},
		{"bare quote", `ac"me,gpu,north,1970-01-01T00:00:01Z,1`, csvbatch.ErrQuote, "csvbatch: quotes are not as RFC 4180 has them"},
		{"text behind a quote", `"acme"x,gpu,north,1970-01-01T00:00:01Z,1`, csvbatch.ErrQuote, "csvbatch: quotes are not as RFC 4180 has them"},
		{"time that opens a quote", `acme,gpu,north,"1970-01-01T00:00:01Z',1`, csvbatch.ErrQuote, "csvbatch: quotes are not as RFC 4180 has them"},
		{"amount that opens a quote", `acme,gpu,north,1970-01-01T00:00:01Z,"1'`, csvbatch.ErrQuote, "csvbatch: quotes are not as RFC 4180 has them"},
		{"space before a quote", `acme, "gpu",north,1970-01-01T00:00:01Z,1`, csvbatch.ErrQuote, "csvbatch: quotes are not as RFC 4180 has them"},
		{"quote never closed", `"acme,gpu,north,1970-01-01T00:00:01Z,1`, csvbatch.ErrQuote, "csvbatch: quotes are not as RFC 4180 has them"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			// Once by itself, and once where all other fields were seen before.
			for _, before := range []string{good, good + good} {
				file := header + before + tt.row + "\n" + good
				rows, err := read(strings.NewReader(file), small)
				require.Len(t, rows, strings.Count(before, "\n"), "all rows before it, none behind it")

				line := strings.Count(header+before, "\n") + 1
				var rowErr *csvbatch.RowError
				require.ErrorAs(t, err, &rowErr)
				require.EqualValues(t, line, rowErr.Line)
				require.EqualValues(t, len(header+before), rowErr.Offset)
				require.Equal(t, strings.Replace("csvbatch: line 3: ", "3", string('0'+rune(line)), 1)+tt.text, err.Error())
				if tt.is != nil {
					require.ErrorIs(t, err, tt.is)
				} else {
					var fieldErr *metering.FieldError
					require.ErrorAs(t, err, &fieldErr)
				}
			}
		})
	}
}

const (
	wantTime   = "metering: not well formed: want a time of RFC 3339, such as 2026-03-01T05:17:42Z, with at most 9 digits of a second"
	wantAmount = "metering: not well formed: want a plain decimal number, such as -12.5"
)

// TestReader_NeedsQuotes: that a value was there in quotes does not make it
// right without them, in the middle of a row or at its end.
func TestReader_NeedsQuotes(t *testing.T) {
	const first, last = "tenant,sku,region,time,amount\n", "sku,region,time,amount,tenant\n"
	for _, v := range []string{`a"b`, "a,b", strings.Repeat("long ", 9) + `"`, strings.Repeat("long ", 9) + ","} {
		quoted := `"` + strings.ReplaceAll(v, `"`, `""`) + `"`
		for header, row := range map[string]string{
			first: "?,gpu,north,1970-01-01T00:00:01Z,1\n",
			last:  "gpu,north,1970-01-01T00:00:01Z,1,?\n",
		} {
			right, wrong := strings.Replace(row, "?", quoted, 1), strings.Replace(row, "?", v, 1)
			rows, err := read(strings.NewReader(header+right+wrong), small)
			require.Error(t, err)
			require.Len(t, rows, 1)
			require.Equal(t, v, rows[0].account)
		}
	}
}

// TestReader_Ignored: a column that the layout does not name holds anything
// that CSV can, and nothing else.
func TestReader_Ignored(t *testing.T) {
	for _, tt := range []struct {
		field string
		is    error
	}{
		{"", nil}, {`""`, nil}, {"\xff\x00", nil}, {"a\rb", nil}, {`"a,b"`, nil}, {`"a""b"`, nil}, {"\"a\nb\"", nil}, {"\"\r\n\"", nil},
		{strings.Repeat("long ", 10_000), nil}, {`"` + strings.Repeat("long,\n", 10_000) + `"`, nil},
		{`a"b`, csvbatch.ErrQuote}, {`a"`, csvbatch.ErrQuote}, {`"a"b`, csvbatch.ErrQuote}, {`"a"b"`, csvbatch.ErrQuote}, {"\"a\"\r", csvbatch.ErrQuote},
		{"a,b", csvbatch.ErrFields}, {"a\nb", csvbatch.ErrFields},
	} {
		for _, file := range []string{
			"note," + header + "x," + good + "?," + good + "?," + good,
			header[:len(header)-1] + ",note\n" + good[:len(good)-1] + ",x\n" + good[:len(good)-1] + ",?\n" + good[:len(good)-1] + ",?\n",
		} {
			is := tt.is
			if tt.field == "\"a\"\r" && strings.HasPrefix(file, "tenant") {
				is = nil // it is a line end there
			}
			rows, err := read(strings.NewReader(strings.ReplaceAll(file, "?", tt.field)), small)
			require.ErrorIs(t, err, is, "%.20q", tt.field)
			if is == nil {
				require.Len(t, rows, 3)
			} else {
				require.Less(t, len(rows), 3)
			}
		}
	}
}

func TestReader_MaxValues(t *testing.T) {
	file := header + good + good + strings.Replace(good, "acme", "umbra", 1) + strings.Replace(good, "acme", "third", 1)
	rows, err := read(strings.NewReader(file), small, csvbatch.WithMaxValues(2))
	require.Len(t, rows, 3)
	require.EqualError(t, err, `csvbatch: line 5: account "third" in column "tenant": csvbatch: want at most 2 different values in a column`)
	var full *csvbatch.DictionaryError
	require.ErrorAs(t, err, &full)
	require.Equal(t, 2, full.Max)
}
