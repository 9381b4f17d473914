package accelerator

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/meterbook/meterbook/internal/fixed"
)

// A Field is a column of a listing of accelerators that is checked.
type Field string

// The fields. Powers are in W, rates in TFLOPS, memory in GB, bandwidth in
// GB/s and efficiencies in GFLOPS per W, as listings have them. Rates are taken
// to be meant dense.
const (
	FieldName         Field = "name"
	FieldVendor       Field = "vendor"
	FieldTDP          Field = "tdp_w"
	FieldMemory       Field = "memory_gb"
	FieldBandwidth    Field = "bandwidth_gb_per_s"
	FieldFP64         Field = "fp64_tflops"
	FieldFP32         Field = "fp32_tflops"
	FieldTF32         Field = "tf32_tflops"
	FieldBF16         Field = "bf16_tflops"
	FieldFP16         Field = "fp16_tflops"
	FieldFP8          Field = "fp8_tflops"
	FieldINT8         Field = "int8_tops"
	FieldFP32PerWatt  Field = "fp32_gflops_per_w"
	FieldFP16PerWatt  Field = "fp16_gflops_per_w"
	fieldColumns      Field = "columns" // of a whole row
	maxListingRows          = 1 << 16
	maxListingColumns       = 1 << 10
)

// numbers are the fields with a number, in the order in which they are checked.
var numbers = []Field{FieldTDP, FieldMemory, FieldBandwidth, FieldFP64, FieldFP32, FieldTF32, FieldBF16, FieldFP16, FieldFP8, FieldINT8, FieldFP32PerWatt, FieldFP16PerWatt}

// rates are the fields with a rate.
var rates = map[Field]Format{FieldFP64: FP64, FieldFP32: FP32, FieldTF32: TF32, FieldBF16: BF16, FieldFP16: FP16, FieldFP8: FP8, FieldINT8: INT8}

// A Row is one accelerator of a listing from elsewhere, as text: what its
// cells say is checked, not believed.
type Row struct {
	Line   int // in the file, from 1; any number that tells rows apart
	Name   string
	Vendor string           // may be empty
	Cells  map[Field]string // "", "NaN", "unk", "n/a" and the like say nothing
	// Columns and Want are how many cells the row has, and how many the header;
	// both 0 where there is no such thing. A row of another number has a cell
	// missing, or one too many, and what follows it is in the wrong columns.
	Columns, Want int
}

// ReadListing reads rows from CSV with a header. columns says which of its
// columns are which fields; names are compared without the spaces around them,
// and other columns are passed over. FieldName is needed. Rows that do not have
// as many cells as the header are read as they stand, for [Catalogue.Check] to
// report. It fails with a *[FieldError] on a column that the header does not
// have, and on more than 65,536 rows or 1,024 columns; on quotes that do not
// close; and with what r fails with.
func ReadListing(r io.Reader, columns map[string]Field) ([]Row, error) {
	c := csv.NewReader(r)
	c.FieldsPerRecord, c.ReuseRecord = -1, true
	header, err := c.Read()
	if err != nil {
		return nil, fmt.Errorf("%w: header of a listing: %w", ErrData, err)
	}
	if len(header) > maxListingColumns {
		return nil, &FieldError{"listing columns", fmt.Sprint(len(header)), "want at most 1024"}
	}
	at, want, err := place(header, columns)
	if err != nil {
		return nil, err
	}
	var rows []Row
	for {
		record, err := c.Read()
		switch {
		case errors.Is(err, io.EOF):
			return rows, nil
		case err != nil:
			return nil, fmt.Errorf("%w: listing: %w", ErrData, err)
		case len(rows) == maxListingRows:
			return nil, &FieldError{"listing rows", "", "want at most 65536"}
		}
		row := Row{Cells: map[Field]string{}, Columns: len(record), Want: want}
		row.Line, _ = c.FieldPos(0)
		for field, i := range at {
			if i < len(record) {
				row.Cells[field] = strings.Clone(strings.TrimSpace(record[i]))
			}
		}
		row.Name, row.Vendor = row.Cells[FieldName], row.Cells[FieldVendor]
		rows = append(rows, row)
	}
}

// place returns where in the header each field is, and how many cells it has.
func place(header []string, columns map[string]Field) (map[Field]int, int, error) {
	at := map[Field]int{}
	for _, name := range slices.Sorted(maps.Keys(columns)) {
		field := columns[name]
		i := slices.IndexFunc(header, func(h string) bool { return strings.TrimSpace(strings.TrimPrefix(h, "\ufeff")) == name })
		if i < 0 {
			return nil, 0, &FieldError{"listing column", clip(name), "want it in the header"}
		}
		if field != FieldName && field != FieldVendor && !slices.Contains(numbers, field) {
			return nil, 0, &FieldError{"listing field", clip(string(field)), "want one of the fields of this package"}
		}
		at[field] = i
	}
	if _, ok := at[FieldName]; !ok {
		return nil, 0, &FieldError{"listing columns", "", "want one for FieldName"}
	}
	return at, len(header), nil
}

// nothing is what listings write where they have no figure.
var nothing = []string{"", "-", "nan", "unk", "unknown", "n/a", "na", "null", "none", "?"}

// A cell is a number of a listing as number/10^18, if it has one.
type cell struct {
	text  string
	n     fixed.Int128
	known bool
	bad   bool // neither a number nor nothing
}

const cellPlaces = 18

func readCell(text string) cell {
	if len(text) <= maxNameBytes && slices.Contains(nothing, strings.ToLower(text)) {
		return cell{text: text}
	}
	n, err := fixed.ParseDecimal(text, cellPlaces)
	return cell{text: clip(text), n: n, known: err == nil, bad: err != nil}
}

// near reports whether the cell is within so many thousandths of n/10^places.
func (c cell) near(n int64, places, thousandths int) bool {
	p, _ := fixed.Pow10(cellPlaces - places)
	want, ok := p.MulInt64(n)
	off, ok1 := c.n.Sub(want)
	if off.Sign() < 0 {
		off, ok1 = want.Sub(c.n)
	}
	off, ok2 := off.MulInt64(1000)
	limit, ok3 := want.MulInt64(int64(thousandths))
	return c.known && ok && ok1 && ok2 && ok3 && off.Cmp(limit) <= 0
}
