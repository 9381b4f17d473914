// Package focusparquet writes FOCUS rows as Parquet.
//
//	w, err := focusparquet.NewWriter(file, focus.V1_4, focus.EnergyAndCarbon())
//	for row, err := range statement.Rows(slices.Values(bill.Charges)) {
//		err = w.Write(&row)
//	}
//	err = w.Close()
//
// # Columns
//
// A file has the columns of a [focus.Writer] of the same version and options, in the order of their names: numbers as
// DECIMAL(38,18) in 16 bytes, times as timestamps in milliseconds of UTC, text and JSON as strings, null where nothing
// is. The version is in the file's metadata under "focus.version".
//
// # Exactness
//
// A number is exact or refused: nothing is rounded, and no float is written.
//
// # Errors
//
// Rows are checked by a focus.Writer, and refused as it refuses them; nothing of such a row is written. A number with
// more than 18 digits behind the point or 20 before it is an [ErrDecimal]. After an error of the underlying writer no
// row can be written. [Writer.Close] is what makes a file of it: without it there is none that can be read.
//
// # Limits
//
// Rows come together in groups of 65,536, which are kept in memory until they are written. A Writer is for one
// goroutine. Custom columns of one's own ([focus.CustomColumns]) are refused: their cells have no names in a row.
//
// # Laws
//
//   - Writer_Reader: every cell reads back as it was, from the file alone.
//   - DuckDB_Sum, in the module below: an independent reader finds the same sums, to the last digit.
//
// # Design
//
// This is a module of its own, since it needs a Parquet library (github.com/parquet-go/parquet-go, in Go alone) that no
// other part does. Turned down: Arrow, which brings gRPC and FlatBuffers along. The test with DuckDB is in a module
// below it, since that is C++.
//
// Numbers share one scale. Turned down: a scale for each column, after which two amounts of one row do not add up
// without a cast; and DOUBLE, in which 0.1 is not.
package focusparquet
