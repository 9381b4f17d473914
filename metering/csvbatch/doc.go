// Package csvbatch reads CSV of usage into batches, exactly and at full speed.
//
//	meter, err := metering.DefaultCatalogue().Lookup(metering.InputTokens)
//	r, err := csvbatch.NewReader(file, csvbatch.Layout{
//		Meter: meter, Unit: metering.MustUnit("10*3{token}"),
//		Account: "tenant", SKU: "model", Region: "region", Time: "time", Amount: "kilotokens",
//	})
//	for batch, err := range r.Batches() {
//		if err == nil {
//			err = agg.RecordBatch(*batch)
//		}
//		…
//	}
//
// # Files
//
// A file is CSV as RFC 4180 has it, in UTF-8: commas, a header, quotes around
// what needs them and two of them for one. Lines end in CR LF or LF, the last
// one with or without; empty ones are passed over, and so is a byte order mark.
//
// A [Layout] says which columns are which. What a file has no column for, it
// may fix for all rows, labels for instance. Columns that it does not name hold
// anything that CSV can.
//
//   - A time is RFC 3339, as in 2026-03-01T05:17:42Z: any offset from UTC, at
//     most nine digits of a second, T and Z in capitals. There is no second 60.
//   - An amount is a plain decimal number of the layout's unit, written as
//     [metering.ParseQuantity] takes it: -12.5, without an exponent, a plus sign
//     or zeros in front, in at most 100 bytes.
//   - An account, resource, SKU or region is as package metering has it, byte by
//     byte: nothing is trimmed, and no case is folded.
//
// # Batches
//
// [Reader.Batches] yields rows in the order of the file, 65,536 at a time.
// Columns of text are coded: a value gets a number when it first appears, keeps
// it for the reader's lifetime, and is looked at only then. The slices of a
// batch are the reader's own and hold until the next batch; a program that
// keeps rows copies them. Strings stay.
//
// # Parts
//
// [Split] gives readers over parts of one file, each for a goroutine of its
// own, with codes of its own. It cuts at line breaks and does not look for
// quotes, which would take reading all of the file first. That a cut was right
// is found out for nothing: the part before it has to end there. A part that
// ends within quotes ends with [ErrSplit], and the file is to be read by one
// reader. Only columns that the layout does not name can have line breaks in a
// row that is right.
//
// # Exactness
//
// No float is used anywhere. Amounts become whole steps, of which a batch has
// 64 bits: what falls between two steps is metering.ErrInexact, and what leaves
// 64 bits is [ErrAmountRange]. Nothing is rounded or cut, and times are exact to
// the nanosecond.
//
// A step, which a batch says in [metering.Batch.Step], is one grain where 64
// bits of grains hold a million of the layout's unit: they are 9.2e18 tokens or
// 2.5 million hours. Of a unit with more grains it is a billionth, for 64 bits
// of grains are 127 seconds of a card or 2.3e-6 TiB·hours. Amounts of card·hours,
// core·hours, GiB·hours, days or MW·h so have at most 9 decimal places, zeros
// behind them aside, and are up to 9.2e9.
//
// # Errors
//
// A row that is not right is a *[RowError] with its line, its offset and, where
// it is one field's fault, the column and the value; it wraps one of the
// conditions of this package, metering.ErrSyntax, ErrInexact, ErrTimeRange, a
// *metering.FieldError or a *[DictionaryError]. It ends the reading: all rows
// before it have been yielded and none behind it, so that what was recorded is
// known. What the source fails with is wrapped, and is no RowError.
//
// Whatever is wrong with the layout, the options or the header, [NewReader]
// says before any row is read.
//
// # Limits
//
//   - A row has at most 1 MiB ([MaxRowBytes]) and 4096 columns.
//   - A column of text has at most 1,048,576 different values, or as many as
//     [WithMaxValues] says. They are in memory as long as the reader is.
//   - Times are from 1970-01-01 to before 2200-01-01 UTC, as in package metering.
//   - A file that was cut off within its last number reads as one with a shorter
//     number, as RFC 4180 lets the last line go without an end. Split refuses a
//     size that is within a row; a file from elsewhere comes with a size or a
//     checksum, and that is for the caller to hold it to.
//   - A batch waits until it is full: of a stream that trickles, ask for fewer
//     rows by [WithBatchRows].
//   - Rows have no identity. A file that is recorded twice counts twice.
//   - Negative amounts are read. Whether a meter takes them is the aggregator's
//     to say.
//   - Once the values are known nothing is allocated, for a row or a batch, but
//     for amounts that need more than 18 digits.
//   - A Reader is for one goroutine at a time.
//
// # Laws
//
// Each is a property or fuzz test; -laws.n sets how many cases a property
// test tries and -laws.seed repeats them.
//
//   - The rows are those that encoding/csv, package time and rational numbers
//     find in the file, up to the first that is refused, whatever pieces the file
//     comes in and whatever the size of batches:
//     TestLaw_Reader_IsWhatTheOracleSays, FuzzReader_SameAsEncodingCSV.
//   - The rows of the parts are the rows of the file, or a part says that it was
//     cut within quotes: TestLaw_Split_SameRows, FuzzSplit_SameRows.
//
// # Design
//
//   - There are two ways through a row. The quick one takes what nearly all rows
//     are, eight bytes at a time, and gives up at the first surprise without
//     saying why. The other takes any row, from its first byte, and says what is
//     wrong. Times and amounts are read by the same code in both.
//   - The quick way does not check text. To find a field's bytes in the
//     dictionary is to know that they are a valid value, which has no line break
//     and no quote in it, and so also that the field ends where it seems to.
//   - A dictionary keeps short values as two words beside their code: comparing
//     strings would fetch each from elsewhere. Its hash is seeded, and the codes
//     do not depend on it.
//   - Dates are kept and not computed anew: a file has few.
//   - encoding/csv was turned down. To split rows into strings takes it twice the
//     time that all of this takes.
//   - A Layout has a [metering.Meter], not its id, so that a unit of another
//     dimension is refused before a row is read, and has to say the unit. The
//     meter's own is no default, being what prices are for: a count of tokens
//     would be read as millions of them.
//   - A step depends on the unit alone and not on what a file has: all batches of
//     all parts have the same, and what is refused in one file is in any. Nine
//     places of a card·hour are 3.6 µs, and leave room for a million card·years.
//   - A Layout is a struct and not a list of arguments, for [NewReader] and Split
//     to share, and since two names of columns are too easily swapped.
//   - An error ends the reading. To skip bad rows would be to lose usage quietly.
//   - What is left open, such as numbers in exponent notation, Unix seconds or
//     semicolons, is refused: money depends on it.
//
// Measured on amd64 (Go 1.26.8, November 2026, on a shared machine of two
// cores): rows of 59 bytes, such as
// "tenant-0123,sku-7,region-3,2026-03-01T05:17:42Z,123.456789", take some 60 ns
// each, where encoding/csv takes 120 to split them.
package csvbatch
