package main

import (
	"reflect"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/examples/internal/digits"
	"github.com/meterbook/meterbook/metering"
)

// columns is how many columns a terminal takes for s: two for a character of East
// Asian width.
func columns(s string) (n int) {
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Han, r), r >= 0x3000 && r <= 0x303f, r >= 0xff01 && r <= 0xff60:
			n += 2
		default:
			n++
		}
	}
	return n
}

// Whatever is printed but names of files fits 80 columns, in both languages.
func TestTables_Width(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			w := wordsIn(lang)
			for _, mode := range [][]string{nil, {"-crash", "-kills", "1"}} {
				out, err := ran(t, append(mode, "-events", "1500", "-lang", lang, "-out", t.TempDir())...)
				require.NoError(t, err)
				for _, l := range strings.Split(out, "\n") {
					if !strings.HasPrefix(l, "  ") {
						require.LessOrEqual(t, columns(l), terminalWidth, l)
					}
				}
				require.NotContains(t, out, "%!")
				if mode == nil {
					for _, s := range []string{w.Became, w.Examples, w.ByMeter, w.ByTenant, "极光", w.outcome(conflict), w.outcome(late)} {
						require.Contains(t, out, s)
					}
				} else {
					require.Contains(t, out, w.Equal)
				}
			}
		})
	}
}

// Columns of figures are flush right, whatever is in the first column.
func TestTables_Align(t *testing.T) {
	p := &printer{w: chinese()}
	card := metering.MustQuantity("3 {card}.h")
	p.totals(&totals{
		Meters:  []usage{{"", metering.AcceleratorTime, card, metering.Quantity{}}},
		Tenants: []usage{{"极光实验室", metering.AcceleratorTime, card, card}, {"b", metering.AcceleratorTime, card, card}, {"a very long name of a tenant, cut", metering.AcceleratorTime, card, card}},
	})
	end := -1
	for _, l := range strings.Split(p.out.String(), "\n") {
		if i := strings.Index(l, "3.000"); i >= 0 && !strings.HasPrefix(l, "compute") {
			at := columns(l[:i])
			require.True(t, end < 0 || at == end, l)
			end = at
		}
	}
	require.Positive(t, end)
	require.Contains(t, p.out.String(), "…")
}

func TestTables_ManyTenants(t *testing.T) {
	p := &printer{w: english()}
	var all []usage
	for i := range printedTenants + 5 {
		for _, m := range []metering.MeterID{metering.InputTokens, metering.OutputTokens} {
			all = append(all, usage{Tenant: string(rune('a' + i)), Meter: m, Quantity: metering.MustQuantity("1 {token}")})
		}
	}
	p.totals(&totals{Meters: all[:1], Tenants: all})
	require.Contains(t, p.out.String(), "and 5 more tenants")
	require.Equal(t, 2*printedTenants+1, strings.Count(p.out.String(), "ai.tokens"))
}

// Both languages say everything.
func TestWords(t *testing.T) {
	for _, w := range []*words{english(), chinese()} {
		v := reflect.ValueOf(*w)
		for i := range v.NumField() {
			if f := v.Field(i); f.Kind() == reflect.String {
				require.NotEmpty(t, f.String(), v.Type().Field(i).Name)
			}
		}
		for _, o := range outcomes() {
			require.NotEmpty(t, w.outcome(o), o)
			require.NotEmpty(t, w.what(o), o)
		}
		for _, r := range []string{"clean", "killed", "edge", "biller"} {
			require.NotEmpty(t, w.run(r))
		}
	}
	e, c := reflect.ValueOf(*english()), reflect.ValueOf(*chinese())
	for i := range e.NumField() {
		if e.Field(i).Kind() == reflect.String {
			require.Equal(t, strings.Count(e.Field(i).String(), "%"), strings.Count(c.Field(i).String(), "%"), e.Type().Field(i).Name)
		}
	}
}

func TestFigures(t *testing.T) {
	require.Equal(t, "1,234,567", count(1234567))
	require.Equal(t, "−1,234.50", digits.Group("-1234.50"))
	require.Equal(t, "0.0%", percent(0, 10))
	require.Equal(t, "<0.1%", percent(1, 10_000))
	require.Equal(t, "33.3%", percent(1, 3))
	require.Equal(t, "0.0%", percent(0, 0))
	require.Equal(t, "1.5 MiB", mebibytes(3<<19))
	require.Equal(t, "a�b", clean("a\x1bb"))
}
