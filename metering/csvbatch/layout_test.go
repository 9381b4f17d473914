package csvbatch_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/csvbatch"
)

func TestReader_Headers(t *testing.T) {
	for _, tt := range []struct{ name, file, text string }{
		{"nothing", "", "csvbatch: line 1: csvbatch: the header does not fit the layout: there is none"},
		{"empty lines", "\n\r\n\n", "csvbatch: line 4: csvbatch: the header does not fit the layout: there is none"},
		{"a mark alone", "\ufeff", "csvbatch: line 1: csvbatch: the header does not fit the layout: there is none"},
		{"a column less", "\ntenant,sku,time,amount\n" + good, `csvbatch: line 2: csvbatch: the header does not fit the layout: no column "region" for the region`},
		{"other case", "Tenant,sku,region,time,amount\n" + good, `csvbatch: line 1: csvbatch: the header does not fit the layout: no column "tenant" for the account`},
		{"a column twice", "tenant,sku,region,time,amount,time\n", `csvbatch: line 1: csvbatch: the header does not fit the layout: two columns "time" for the time`},
		{"too many columns", header[:len(header)-1] + strings.Repeat(",x", 4092) + "\n", "csvbatch: line 1: csvbatch: the header does not fit the layout: want at most 4096 columns"},
		{"quotes", "tenant,sku,region,time,amount,\"\n", "csvbatch: line 1: csvbatch: quotes are not as RFC 4180 has them"},
		{"a huge line", strings.Repeat("x", 1<<21), "csvbatch: line 1: csvbatch: want at most 1 MiB in a row"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := csvbatch.NewReader(strings.NewReader(tt.file), small)
			require.EqualError(t, err, tt.text)
		})
	}
	for _, file := range []string{
		header, header[:len(header)-1], "\ufeff" + header, "\r\n\n" + header, "note,,," + header,
		"\"tenant\",\"sku\",\"region\",\"time\",\"amount\"\r\n", header[:len(header)-1] + strings.Repeat(",x", 4091) + "\n",
	} {
		rows, err := read(strings.NewReader(file), small)
		require.NoError(t, err)
		require.Empty(t, rows)
	}
}

func TestLayout_Refusals(t *testing.T) {
	change := func(f func(l *csvbatch.Layout)) csvbatch.Layout { l := small; f(&l); return l }
	for _, tt := range []struct {
		name   string
		layout csvbatch.Layout
		text   string
	}{
		{"no meter", change(func(l *csvbatch.Layout) { l.Meter = metering.Meter{} }), `metering: meter "": want a value`},
		{"no unit", change(func(l *csvbatch.Layout) { l.Unit = metering.Unit{} }), `metering: layout unit "": want what amounts are written in`},
		{"another dimension", change(func(l *csvbatch.Layout) { l.Unit = metering.MustUnit("{token}") }), `metering: meter "test.usage": dimension token where time is wanted`},
		{"no time", change(func(l *csvbatch.Layout) { l.Time = "" }), `metering: layout time "": want the name of a column`},
		{"no amount", change(func(l *csvbatch.Layout) { l.Amount = "" }), `metering: layout amount "": want the name of a column`},
		{"no account", change(func(l *csvbatch.Layout) { l.Account = "" }), `metering: layout account "": want the name of a column, or what is fixed`},
		{"one column for two", change(func(l *csvbatch.Layout) { l.Region = "sku" }), `metering: layout region "sku": want a column of its own`},
		{"both", change(func(l *csvbatch.Layout) { l.Fixed.SKU = "gpu" }), `metering: layout SKU "sku": want a column or what is fixed, not both`},
		{"bad account", change(func(l *csvbatch.Layout) { l.Account, l.Fixed.Account = "", "/" }), `metering: account "/": want no empty segment`},
		{"bad resource", change(func(l *csvbatch.Layout) { l.Fixed.Resource = "\x00" }), `metering: resource "\x00": want no control characters`},
		{"meter in the key", change(func(l *csvbatch.Layout) { l.Fixed.Meter = "test.usage" }), `metering: layout meter "test.usage": want the meter in Layout.Meter alone`},
		{"two faults", change(func(l *csvbatch.Layout) { l.Time, l.Amount = "", "" }), "metering: layout time \"\": want the name of a column\nmetering: layout amount \"\": want the name of a column"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := csvbatch.NewReader(strings.NewReader(header), tt.layout)
			require.EqualError(t, err, tt.text)
			_, err = csvbatch.Split(strings.NewReader(header), int64(len(header)), 2, tt.layout)
			require.EqualError(t, err, tt.text)
		})
	}
	for _, o := range []csvbatch.Option{
		csvbatch.WithBatchRows(0), csvbatch.WithBatchRows(1<<24 + 1), csvbatch.WithMaxValues(0), csvbatch.WithMaxValues(1<<28 + 1),
	} {
		_, err := csvbatch.NewReader(strings.NewReader(header), small, o)
		var fieldErr *metering.FieldError
		require.ErrorAs(t, err, &fieldErr)
	}
}
