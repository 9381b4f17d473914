package report

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"math/big"
)

// A Page is what the file shows, from the top. The zero value of any field leaves
// that part out, but for Lang, which is "en" or "zh".
type Page struct {
	Lang     string
	Title    string
	Meta     string // what the figures are of
	Links    []Link // to other pages like this one
	Headline Fact
	Facts    []Fact
	Sections []Section
	Foot     string
}

// A Link goes to another page; Current says that it is this one.
type Link struct {
	Text, Address string
	Current       bool
}

// A Fact is a figure with its name. Note is in small print.
type Fact struct{ Name, Value, Unit, Note string }

// A Section is a heading with a chart, a table or both. ID is a word for addresses,
// unique in the page.
type Section struct {
	ID, Title, Note string
	Chart           *Chart
	Table           *Table
}

// A Value is a figure as it is shown, and the number behind it. Without a number it
// is in no drawing, and sorts as text.
type Value struct {
	Text   string
	Number *big.Rat
	// Address makes the text a link.
	Address string
}

// Text is a value that is no number.
func Text(s string) Value { return Value{Text: s} }

// A Table is rows under a head. Rows and Foot have as many values as Head.
type Table struct {
	Head []Column
	Rows [][]Value
	Foot []Value // a sum, say; it is not sorted
}

// A Column of a table is flush right if it holds numbers.
type Column struct {
	Name    string
	Numbers bool
}

//go:embed page.html.tmpl
var pageTemplate string

//go:embed page.css
var style string

//go:embed page.js
var script string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"style":  func() template.CSS { return template.CSS(style) },
	"script": func() template.JS { return template.JS(script) },
	"key":    key,
	"first":  func(i int) bool { return i == 0 },
	"row":    cells,
}).Parse(pageTemplate))

// Policy returns the value of a Content-Security-Policy header for the page.
func Policy() string {
	sum := sha256.Sum256([]byte(script))
	return "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; script-src 'sha256-" +
		base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// HTML returns the page. The same page is the same bytes.
func (p Page) HTML() ([]byte, error) {
	v := view{Page: p, Words: wordsIn(p.Lang)}
	for _, s := range p.Sections {
		one := section{Section: s}
		if s.Chart != nil {
			one.Plot = s.Chart.plot(v.Words)
		}
		v.Shown = append(v.Shown, one)
	}
	var out bytes.Buffer
	err := page.Execute(&out, v)
	return out.Bytes(), err
}

// view is a page as the template reads it.
type view struct {
	Page
	Words words
	Shown []section
}

type section struct {
	Section
	Plot *plot
}

// A cell is a value in its column.
type cell struct {
	Value
	First, Numbers bool
}

// cells puts the values of a row under their heads; what has none is left out.
func cells(head []Column, values []Value) (out []cell) {
	for i := range min(len(head), len(values)) {
		out = append(out, cell{values[i], i == 0, head[i].Numbers})
	}
	return out
}

// key is what a value sorts by, where it is not its text.
func key(v Value) string {
	if v.Number == nil {
		return ""
	}
	return v.Number.FloatString(9)
}

// words are what the page says by itself.
type words struct{ Total, Figures, Sort, Part, Hint string }

func wordsIn(lang string) words {
	if lang == "zh" {
		return words{Total: "合计", Figures: "图中数据", Sort: "点击排序", Part: "项目", Hint: "左右方向键在各列间移动"}
	}
	return words{Total: "Total", Figures: "Figures of the chart", Sort: "Sort", Part: "Part", Hint: "Left and right arrows go from column to column"}
}
