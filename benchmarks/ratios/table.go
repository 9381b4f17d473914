package main

import (
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/meterbook/meterbook/benchmarks/contest"
)

// A table prints rows as they are measured, in columns that are wide enough for
// all that will come.
type table struct {
	w           io.Writer
	path, rival int // widths
}

const (
	oursWidth     = 10
	ratioWidth    = 7
	intervalWidth = 15
	budgetWidth   = 6
)

func newTable(w io.Writer, fields []field) table {
	t := table{w: w, path: len("path")}
	for _, f := range fields {
		for _, row := range f.Rows {
			t.path = max(t.path, len(row.Path))
			t.rival = max(t.rival, len(row.Rival)+1+oursWidth)
		}
	}
	return t
}

// line pads cells; numbers are at the right of theirs.
func (t table) line(path, ours, rival, ratio, interval, budget, verdict string) error {
	_, err := fmt.Fprintf(t.w, "%s  %s  %s  %s  %s  %s  %s\n",
		left(path, t.path), right(ours, oursWidth), left(rival, t.rival), right(ratio, ratioWidth),
		left(interval, intervalWidth), right(budget, budgetWidth), verdict)
	return err
}

func (t table) head() error {
	return t.line("path", "ours", "rival", "ratio", "interval", "budget", "verdict")
}

func (t table) rows(results []contest.Result) error {
	for _, r := range results {
		if err := t.row(r); err != nil {
			return err
		}
	}
	return nil
}

func (t table) row(r contest.Result) error {
	if r.Verdict == contest.NotMeasured {
		return t.line(r.Path, "", r.Rival, "", "", budget(r.Row), fmt.Sprintf("%s: %s", r.Verdict, r.Reason))
	}
	beside := left(r.Rival, t.rival-oursWidth) + right(span(r.RivalNs), oursWidth)
	return t.line(r.Path, span(r.OursNs), beside, fmt.Sprintf("%.3f", r.Ratio),
		fmt.Sprintf("%.3f – %.3f", r.Interval.Low, r.Interval.High), budget(r.Row), verdict(r))
}

func verdict(r contest.Result) string {
	s := string(r.Verdict)
	if r.CoreNs > 0 {
		s += fmt.Sprintf(", %s %s/s and core (%s – %s)", perSecond(r.CoreNs), r.Unit, perSecond(r.Took.High), perSecond(r.Took.Low))
	}
	if r.Calm < contest.CalmEnough {
		s += " (the machine was busy)"
	}
	return s
}

// perSecond is how many operations a second there are of ns each.
func perSecond(ns float64) string {
	n := 1e9 / ns
	if n >= 1e6 {
		return fmt.Sprintf("%.2f M", n/1e6)
	}
	return fmt.Sprintf("%.0f k", n/1e3)
}

// list prints the rows without their results.
func (t table) list(fields []field) error {
	for _, f := range fields {
		for _, row := range f.Rows {
			if _, err := fmt.Fprintf(t.w, "%s  %s  %s\n", left(row.Path, t.path), left(row.Rival, t.rival-oursWidth), right(budget(row), budgetWidth)); err != nil {
				return err
			}
		}
	}
	return nil
}

// budget is that of the ratio, or how many operations a second there have to be.
func budget(row contest.Row) string {
	switch {
	case row.Budget > 0:
		return fmt.Sprintf("%.2f", row.Budget)
	case row.MostNs > 0:
		return perSecond(row.MostNs)
	}
	return "–"
}

// span prints nanoseconds in a unit that people read.
func span(ns float64) string {
	switch {
	case ns < 10_000:
		return fmt.Sprintf("%.2f ns", ns)
	case ns < 1e9:
		return fmt.Sprintf("%.2f ms", ns/1e6)
	}
	return fmt.Sprintf("%.3f s", ns/1e9)
}

// left and right count letters and not bytes.

func left(s string, width int) string { return s + blanks(s, width) }

func right(s string, width int) string { return blanks(s, width) + s }

func blanks(s string, width int) string {
	return fmt.Sprintf("%*s", max(0, width-utf8.RuneCountInString(s)), "")
}
