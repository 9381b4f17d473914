package focusparquet

import (
	"errors"
	"fmt"
	"io"
	"math/big"

	"github.com/parquet-go/parquet-go"

	"github.com/meterbook/meterbook/accounting/focus"
)

// Conditions of rows and options that cannot be written.
var (
	// ErrDecimal: a number that DECIMAL(38,18) does not hold exactly.
	ErrDecimal = errors.New("focusparquet: number does not fit DECIMAL(38,18)")
	// ErrCustom: an option for custom columns of one's own.
	ErrCustom = errors.New("focusparquet: custom columns are not written")
)

const (
	decimalScale     = 18
	decimalPrecision = 38
	decimalBytes     = 16
	groupRows        = 1 << 16
)

// A Writer writes rows as a Parquet file. It is strict as a [focus.Writer] is.
type Writer struct {
	check   *focus.Writer
	columns []focus.Column // in the order of the schema
	out     *parquet.GenericWriter[any]
	row     parquet.Row
	bytes   []byte
	rows    int64
	err     error
}

// NewWriter returns a writer of version v. It fails with [focus.ErrVersion],
// [focus.ErrCustom] or [ErrCustom].
func NewWriter(w io.Writer, v focus.Version, options ...focus.Option) (*Writer, error) {
	check, err := focus.NewWriter(io.Discard, v, options...)
	if err != nil {
		return nil, err
	}
	byName := make(map[string]focus.Column)
	group := parquet.Group{}
	for _, c := range check.Columns() {
		if _, ok := new(focus.Row).Text(c.Name); !ok {
			return nil, fmt.Errorf("%w: %q", ErrCustom, c.Name)
		}
		byName[c.Name] = c
		group[c.Name] = node(c)
	}
	schema := parquet.NewSchema("CostAndUsage", group)
	out := &Writer{check: check, out: parquet.NewGenericWriter[any](w, schema, parquet.Compression(&parquet.Snappy),
		parquet.MaxRowsPerRowGroup(groupRows), parquet.KeyValueMetadata("focus.version", v.String()))}
	for _, path := range schema.Columns() {
		out.columns = append(out.columns, byName[path[0]])
	}
	return out, nil
}

func node(c focus.Column) parquet.Node {
	var n parquet.Node
	switch c.Type {
	case focus.Decimal:
		n = parquet.Decimal(decimalScale, decimalPrecision, parquet.FixedLenByteArrayType(decimalBytes))
	case focus.DateTime:
		n = parquet.Timestamp(parquet.Millisecond)
	default:
		n = parquet.String()
	}
	if c.Nullable {
		n = parquet.Optional(n)
	}
	return n
}

// Write writes a row, which it does not keep. It fails with a *[focus.RowError]
// or [ErrDecimal], after which other rows can be written, and with the error of
// the underlying writer, after which none can.
func (w *Writer) Write(row *focus.Row) error {
	if w.err != nil {
		return w.err
	}
	if err := w.check.Write(row); err != nil {
		return err
	}
	w.row, w.bytes = w.row[:0], w.bytes[:0]
	for i := range w.columns {
		v, err := w.value(row, &w.columns[i])
		if err != nil {
			return err
		}
		level := 0
		if w.columns[i].Nullable && !v.IsNull() {
			level = 1
		}
		w.row = append(w.row, v.Level(0, level, i))
	}
	if _, err := w.out.WriteRows([]parquet.Row{w.row}); err != nil {
		w.err = fmt.Errorf("focusparquet: write: %w", err)
		return w.err
	}
	w.rows++
	return nil
}

func (w *Writer) value(row *focus.Row, c *focus.Column) (parquet.Value, error) {
	switch c.Type {
	case focus.Decimal:
		n, _ := row.Number(c.Name)
		if n.IsNull() {
			return parquet.NullValue(), nil
		}
		return w.decimal(n, c.Name)
	case focus.DateTime:
		t, _ := row.Time(c.Name)
		return parquet.Int64Value(t.UnixMilli()), nil
	}
	text, _ := row.Text(c.Name)
	if text == "" {
		return parquet.NullValue(), nil
	}
	return parquet.ByteArrayValue([]byte(text)), nil
}

// decimal returns n as 16 bytes, most significant first, two's complement.
func (w *Writer) decimal(n focus.Number, column string) (parquet.Value, error) {
	d := n.Decimal().Shift(decimalScale)
	v := d.BigInt()
	if !d.IsInteger() || v.CmpAbs(limit) >= 0 {
		return parquet.Value{}, fmt.Errorf("%w: %s=%v", ErrDecimal, column, n)
	}
	if v.Sign() < 0 {
		v = new(big.Int).Add(v, modulus)
	}
	at := len(w.bytes)
	w.bytes = append(w.bytes, make([]byte, decimalBytes)...)
	v.FillBytes(w.bytes[at:])
	return parquet.FixedLenByteArrayValue(w.bytes[at : at+decimalBytes : at+decimalBytes]), nil
}

// limit is 10³⁸ and modulus 2¹²⁸. They are read, never written.
var (
	limit   = new(big.Int).Exp(big.NewInt(10), big.NewInt(decimalPrecision), nil)
	modulus = new(big.Int).Lsh(big.NewInt(1), 8*decimalBytes)
)

// Rows returns the number of rows written: those that passed the check and whose
// numbers fit.
func (w *Writer) Rows() int64 { return w.rows }

// Close writes what is left and the file's footer. It does not close the
// underlying writer.
func (w *Writer) Close() error {
	if w.err != nil {
		return w.err
	}
	if err := w.out.Close(); err != nil {
		w.err = fmt.Errorf("focusparquet: close: %w", err)
	}
	return w.err
}
