// Package report makes a page of figures: one HTML file that needs no other, for
// a browser, a printer and a screen reader.
//
//	page := report.Page{
//		Lang: "en", Title: "A month", Meta: "2026-11 · UTC",
//		Sections: []report.Section{{
//			ID: "cost", Title: "Cost by day",
//			Chart: &report.Chart{Columns: days, Series: services},
//			Table: &report.Table{Head: head, Rows: rows, Foot: sum},
//		}},
//	}
//	html, err := page.HTML()
//
// # What a person can do with it
//
// A column of a chart shows its figures where the pointer or the keyboard is, by
// style sheet alone; arrows go from column to column. The same figures are in a
// table below the chart. A click on the head of a table sorts it, numbers as
// numbers; what is in the foot stays there. Colours follow the system, light or
// dark, and paper. Without script all of it can be read, and nothing sorts.
//
// # Exactness
//
// Texts are the caller's, and so is their rounding; this package computes no
// figure. [Value] has the number behind a text as a rational, for heights, which
// are rounded to a tenth of a unit of the drawing, and for the order of rows.
//
// # Security
//
// All text is escaped. [Policy] is a Content-Security-Policy under which the page
// works: no address but its own, and no script but the one in it.
package report
