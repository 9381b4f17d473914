package accelerator

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/meterbook/meterbook/internal/fixed"
)

// How far a figure of a listing may be from the catalogue's, in thousandths.
// Rates are printed with two or three digits, and at clocks that differ a
// little; a factor of two stands out at any of these.
const (
	rateTolerance   = 20
	factorTolerance = 10
)

// Check compares the rows of a listing with the catalogue and with one another,
// and reports what is wrong. It finds rows whose cells slipped into other
// columns, powers of two variants that were swapped, rates with sparsity given
// as dense, rates of another format, efficiencies that are not rate / power,
// and figures that differ otherwise: power at all, memory, bandwidth and rates
// by more than 2 %. A rate with sparsity is told by the catalogue's own, or by
// being twice the dense one, within 1 %.
//
// Of a shifted row nothing else is reported, for its cells are not under their
// headings. A figure that the catalogue does not know is not compared. The time
// taken grows with the rows, and with the square of those of one family.
func (c *Catalogue) Check(rows []Row) Report {
	r := Report{Rows: len(rows)}
	checks := make([]check, 0, len(rows))
	for _, row := range rows {
		k := check{row: row, m: c.match(row)}
		if k.m == nil {
			r.Unknown = append(r.Unknown, clip(row.Name))
		} else {
			r.Matched++
		}
		if row.Columns != row.Want {
			k.find(fieldColumns, Shifted, fmt.Sprintf("%d cells", row.Columns), fmt.Sprintf("%d cells, as in the header; %s", row.Want, k.misplaced()))
		} else {
			k.figures()
			k.efficiency(FieldFP32PerWatt, FieldFP32)
			k.efficiency(FieldFP16PerWatt, FieldFP16)
		}
		checks = append(checks, k)
	}
	swaps(checks)
	for _, k := range checks {
		r.Findings = append(r.Findings, k.found...)
	}
	return r
}

// match returns the model that the row names, or nil.
func (c *Catalogue) match(row Row) *Model {
	if m, err := c.model(row.Name); err == nil {
		return m
	}
	if row.Vendor != "" && len(row.Vendor) <= maxNameBytes {
		if m, err := c.model(row.Vendor + " " + row.Name); err == nil {
			return m
		}
	}
	return nil
}

// check is the checking of one row.
type check struct {
	row   Row
	m     *Model // nil where the catalogue has none
	found []Finding
}

func (k *check) find(f Field, p Problem, value, want string) {
	one := Finding{Line: k.row.Line, Name: clip(k.row.Name), Field: f, Problem: p, Value: clip(value), Want: want}
	if k.m != nil {
		one.Model, one.Confidence = k.m.ID, k.m.Confidence
	}
	k.found = append(k.found, one)
}

// misplaced says where a shifted row shows it, for people.
func (k *check) misplaced() string {
	for _, f := range numbers {
		text, ok := k.row.Cells[f]
		if ok && readCell(text).bad {
			return fmt.Sprintf("%s has %q", f, clip(text))
		}
	}
	return "cells are under other headings"
}

func (k *check) figures() {
	for _, f := range numbers {
		text, ok := k.row.Cells[f]
		c := readCell(text)
		switch {
		case !ok, !c.known && !c.bad:
		case c.bad:
			k.find(f, Unreadable, text, "a plain decimal number, or nothing")
		case c.n.Sign() <= 0:
			k.find(f, NotPositive, text, "more than 0, or nothing")
		case k.m != nil:
			k.compare(f, c)
		}
	}
}

func (k *check) compare(f Field, c cell) {
	switch f {
	case FieldTDP:
		if n, ok := k.m.TDP.Value(); ok && !c.near(n, 6, 0) {
			k.find(f, WrongTDP, c.text, decimalText(n, 6)+" W")
		}
	case FieldMemory:
		if n, ok := k.m.Memory.Value(); ok && !c.near(n>>30, 0, rateTolerance) {
			k.find(f, Differs, c.text, fmt.Sprintf("%d GB", n>>30))
		}
	case FieldBandwidth:
		if n, ok := k.m.Bandwidth.Value(); ok && !c.near(n, 9, rateTolerance) {
			k.find(f, Differs, c.text, decimalText(n, 9)+" GB/s")
		}
	default:
		if format, ok := rates[f]; ok {
			k.rate(f, format, c)
		}
	}
}

// rate compares a rate, and says what a wrong one is instead if it is that of
// something else: the sparse one of its format, then any of another.
func (k *check) rate(f Field, format Format, c cell) {
	dense, ok := k.m.Dense.In(format).Value()
	if !ok || c.near(dense, 6, rateTolerance) {
		return
	}
	if k.sparse(format, c) {
		k.find(f, SparseAsDense, c.text, tflops(dense)+" dense; this is the rate with 2:4 sparsity")
		return
	}
	for _, other := range Formats() {
		n, ok := k.m.Dense.In(other).Value()
		switch {
		case other == format || !ok:
		case c.near(n, 6, factorTolerance):
			k.find(f, OtherFormat, c.text, fmt.Sprintf("%s dense; this is the dense %v rate", tflops(dense), other))
			return
		case k.sparse(other, c):
			k.find(f, OtherFormat, c.text, fmt.Sprintf("%s dense; this is the %v rate with 2:4 sparsity", tflops(dense), other))
			return
		}
	}
	k.find(f, Differs, c.text, tflops(dense)+" dense")
}

// sparse reports whether the cell is the rate of a format with sparsity: the
// catalogue's, or twice the dense one. FP64 and FP32 have none.
func (k *check) sparse(f Format, c cell) bool {
	if f == FP64 || f == FP32 {
		return false
	}
	if n, ok := k.m.Sparse.In(f).Value(); ok && c.near(n, 6, factorTolerance) {
		return true
	}
	n, ok := k.m.Dense.In(f).Value()
	return ok && c.near(2*n, 6, factorTolerance)
}

// efficiency holds GFLOPS per W against rate and power of the same row.
func (k *check) efficiency(f, rate Field) {
	e, r, p := readCell(k.row.Cells[f]), readCell(k.row.Cells[rate]), readCell(k.row.Cells[FieldTDP])
	if !e.known || !r.known || !p.known || e.n.Sign() <= 0 || r.n.Sign() <= 0 || p.n.Sign() <= 0 {
		return
	}
	thousand, _ := fixed.Pow10(cellPlaces + 3)
	want, _, ok := fixed.MulDiv(r.n, thousand, p.n, fixed.HalfEven)
	billionths, _ := fixed.Pow10(cellPlaces - 9)
	want, _, ok1 := want.Div(billionths, fixed.HalfEven)
	n, ok2 := want.Int64() // a billionth is precise enough to tell 2 %
	if !ok || !ok1 || !ok2 || e.near(n, 9, rateTolerance) {
		return
	}
	text := decimalText(n, 9) + " GFLOPS/W, rate / power of the row"
	if e.near(n, 10, rateTolerance) || n < 1<<59 && e.near(10*n, 9, rateTolerance) {
		text += "; off by a factor of ten"
	}
	k.find(f, Inconsistent, e.text, text)
}

// swaps turns the wrong powers of two variants of a family into a swap where
// each has the other's.
func swaps(checks []check) {
	families := map[string][]*Finding{}
	models := map[*Finding]*Model{}
	for i := range checks {
		for j := range checks[i].found {
			if f := &checks[i].found[j]; f.Problem == WrongTDP {
				m := checks[i].m
				families[m.Vendor+"\x00"+m.Family] = append(families[m.Vendor+"\x00"+m.Family], f)
				models[f] = m
			}
		}
	}
	for _, wrong := range families {
		slices.SortStableFunc(wrong, func(a, b *Finding) int { return cmp.Compare(a.Line, b.Line) })
		for i, a := range wrong {
			for _, b := range wrong[i+1:] {
				if readCell(a.Value).near(models[b].TDP.n, 6, 0) && readCell(b.Value).near(models[a].TDP.n, 6, 0) && a.Problem == WrongTDP && b.Problem == WrongTDP {
					a.Problem, b.Problem = SwappedTDP, SwappedTDP
					a.Want += fmt.Sprintf("; swapped with %q in line %d", b.Name, b.Line)
					b.Want += fmt.Sprintf("; swapped with %q in line %d", a.Name, a.Line)
				}
			}
		}
	}
}
