package report_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/examples/internal/report"
)

func value(text string) report.Value {
	n, ok := new(big.Rat).SetString(text)
	if !ok {
		panic(text)
	}
	return report.Value{Text: text, Number: n}
}

func sample(lang string) report.Page {
	c := &report.Chart{Unit: "CNY", Series: []report.Series{{Name: "<b>compute</b>", Total: "60"}, {Name: "network", Total: "-4"}}}
	for i := range 30 {
		c.Columns = append(c.Columns, report.Heading{Short: fmt.Sprint(i + 1), Long: fmt.Sprintf("2026-11-%02d", i+1)})
		c.Series[0].Values = append(c.Series[0].Values, value(fmt.Sprint(i%4)))
		c.Series[1].Values = append(c.Series[1].Values, value(fmt.Sprint(-(i % 2))))
		c.Totals = append(c.Totals, fmt.Sprint(i%4-i%2))
	}
	return report.Page{
		Lang: lang, Title: "Report & test", Meta: "2026-11", Links: []report.Link{{Text: "中文", Address: "/?lang=zh"}, {Text: "javascript", Address: "javascript:alert(1)"}},
		Headline: report.Fact{Name: "Total", Value: "56", Unit: "CNY"}, Facts: []report.Fact{{Name: "Events", Value: "7"}},
		Sections: []report.Section{{
			ID: "cost", Title: "Cost", Chart: c,
			Table: &report.Table{Head: []report.Column{{Name: "Name"}, {Name: "Amount", Numbers: true}},
				Rows: [][]report.Value{{report.Text("<script>alert(1)</script>"), value("9")}, {report.Text("b"), value("10.5")}}, Foot: []report.Value{report.Text("Total"), value("19.5")}},
		}},
		Foot: "made up",
	}
}

func page(t *testing.T, p report.Page) string {
	t.Helper()
	html, err := p.HTML()
	require.NoError(t, err)
	return string(html)
}

// Nothing of a text becomes markup, and nothing comes from elsewhere.
func TestPage_IsAlone(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		html := page(t, sample(lang))
		require.Equal(t, 1, strings.Count(html, "<script>"))
		for _, bad := range []string{"<b>", "alert(1)</script>", `"javascript:`, "http:", "https:", "url(", "@import", "src="} {
			require.False(t, strings.Contains(html, bad), bad)
		}
		require.Equal(t, 1, strings.Count(html, "ZgotmplZ"), "one link was refused, and no place")
		require.Equal(t, html, page(t, sample(lang)), "the same page is the same bytes")
	}
}

// The policy allows the one script by what it is.
func TestPolicy_AllowsTheScript(t *testing.T) {
	_, rest, found := strings.Cut(page(t, sample("en")), "<script>")
	require.True(t, found)
	script, _, found := strings.Cut(rest, "</script>")
	require.True(t, found)
	sum := sha256.Sum256([]byte(script))
	require.Contains(t, report.Policy(), "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
}

// Elements are closed in order, ids are unique, and what refers to one finds it.
func TestPage_IsWellFormed(t *testing.T) {
	html, _, found := strings.Cut(page(t, sample("en")), "<script>")
	require.True(t, found)
	d := xml.NewDecoder(strings.NewReader(html + "</body></html>"))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var open []string
	ids := map[string]bool{}
	var refers []string
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		switch token := token.(type) {
		case xml.StartElement:
			open = append(open, token.Name.Local)
			for _, a := range token.Attr {
				switch a.Name.Local {
				case "id":
					require.False(t, ids[a.Value], a.Value)
					ids[a.Value] = true
				case "aria-labelledby":
					refers = append(refers, a.Value)
				}
			}
		case xml.EndElement:
			require.NotEmpty(t, open)
			require.Equal(t, open[len(open)-1], token.Name.Local)
			open = open[:len(open)-1]
		}
	}
	require.Empty(t, open)
	for _, id := range refers {
		require.True(t, ids[id], id)
	}
}

// Whoever cannot see the chart hears its figures, and finds them in a table.
func TestPage_SaysWhatTheChartShows(t *testing.T) {
	html := page(t, sample("en"))
	require.Equal(t, 30, strings.Count(html, `role="img" aria-label="2026-11-`))
	has := func(html, want string) { require.True(t, strings.Contains(html, want), want) }
	has(html, `aria-label="2026-11-04; Total 2; network -1; &lt;b&gt;compute&lt;/b&gt; 3"`)
	has(html, `<th class="text pin" scope="row">2026-11-04</th><td>3</td><td>-1</td><td class="strong">2</td>`)
	has(page(t, sample("zh")), `aria-label="2026-11-04; 合计 2;`)
	has(html, `data-key="10.500000000"`) // rows sort by the number
}

// The bars of a column stand on each other, within the drawing.
func TestChart_Stacks(t *testing.T) {
	c := &report.Chart{Columns: []report.Heading{{Short: "1", Long: "1"}}, Series: []report.Series{
		{Name: "a", Values: []report.Value{value("30")}}, {Name: "b", Values: []report.Value{value("20")}}, {Name: "c", Values: []report.Value{value("-10")}}}}
	html := page(t, report.Page{Lang: "en", Sections: []report.Section{{ID: "x", Chart: c}}})
	// From −10 to 50, so a unit is 260/60 of the drawing.
	for _, want := range []string{
		`y="86.7" width="56" height="130"`, `y="0" width="56" height="86.7"`, `y="216.7" width="56" height="43.3"`,
	} {
		require.Contains(t, html, want)
	}
	require.Contains(t, page(t, report.Page{Lang: "en", Sections: []report.Section{{ID: "x", Chart: &report.Chart{}}}}), "<svg", "an empty chart is drawn")
}
