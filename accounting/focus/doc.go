// Package focus writes, checks and reads cost and usage as FOCUS rows, the form that FinOps tools share.
//
//	w, err := focus.NewWriter(file, focus.V1_4, focus.EnergyAndCarbon())
//	for row, err := range statement.Rows(slices.Values(bill.Charges)) {
//		err = w.Write(&row)
//	}
//	err = w.Flush()
//
//	for finding, err := range (focus.Validator{Version: focus.V1_4, WholeTerm: true}).Validate(file) {
//		fmt.Println(finding) // error ListCost.product line 7: ListCost="6.01"
//	}
//
// # Rows
//
// A [Row] has the columns of the dataset Cost and Usage of FOCUS 1.2, 1.3 and 1.4 under their own names, typed: words,
// times, exact numbers, JSON objects. A zero value is null. [Columns] says what the specification says of each. Energy
// and carbon are custom columns, x_EnergyKWh and x_CarbonGrams; [CustomColumns] adds others.
//
// # Writing
//
// A [Writer] writes CSV of one [Version] and is strict: what breaks a rule of severity [Error] is not written. It writes
// every column of its version, but for those which then need a value in every row and are asked for by an [Option].
//
// # Validating
//
// A [Validator] reads a file as a stream and reports each rule that is broken, by id, with line and column: rules about
// cells and headers, about rows, and about the whole file, such as that a commitment's purchases are what its used and
// unused rows come to. [Rules] lists them. Most are MUSTs of the specification; those that only a look outside the file
// could prove are warnings.
//
// # Charges
//
// A [Statement] turns charges into rows: a row for each tier that usage is in, purchases, credits, adjustments, taxes,
// and corrections of an earlier billing period, with their original charge period. [Statement.Commitment] writes what
// was bought ahead, what of it was used and what was not. [Split] splits a row over those who share a resource, and
// [Row.PriceIn] states prices in another currency, tokens or credits.
//
// A price with terms has real quantities and unit prices too. The list unit price is the card's, with its factor, its
// power factor and surcharges; a percentage discount makes the contracted one: 10 GB at 18.90 less 20 % has list cost 189
// and contracted cost 151.20, where the charge's own list amount is what the list card asks after its discount. What a
// negotiated price gives for nothing has the charge's list amount for its list cost; units that are free by the list card,
// too, are a row at a price of 0. All units at another tier than before, as in volume prices, are a row of what was
// priced anew and one, below zero, of what it takes the place of. Packages and blocks have a pricing unit such as "100 GB",
// or Packages and Blocks where their size is no whole number; units that a conversion made have Units. The consumed
// quantity is in each row where all rows together have it, and in the first one else.
//
// These collapse into one row, "1 Charges" at what was charged, after any discount: lines in which an amount off, a
// maximum, a minimum, a commitment or its overage has a part; stairs, which have no unit price; tiers' flat amounts
// under a factor or a discount; events of a percentage that a minimum or a maximum bounds, or that have a fixed amount
// under a discount; rows with prices of their own that are gathered by peak or percentile, or whose amount a power factor
// changes after the fact; and unit prices of more than 18 digits behind the point.
//
// # Reading
//
// A [Reader] takes real exports: headers in another case, a byte order mark, dates without a zone, words for null,
// grouped numbers. Each change is a [Repair]; what cannot be read is one too, and what no version knows is kept beside
// the row. Rows and repairs together have every cell of the file.
//
// # Exactness
//
// A [Number] is a decimal of up to 38 digits and keeps the zeros it was written with. Products and sums are exact, and
// compared exactly unless the caller names a tolerance. There is no float. Unit price times quantity is list and
// contracted cost to the last digit, as FOCUS asks; the rounding of a bill is in billed and effective cost, which add up
// to it. Two things are rounded, half-even at 12 digits behind the point: a quantity that is not finite in its unit, and
// a list price that is not on the list card as one unit price.
//
// # Errors
//
// Errors begin with "focus: ". A *[RowError] has every finding of a row that was refused; rows after it may be written.
// [ErrVersion], [ErrCustom], [ErrNumber], [ErrNumberRange] and [ErrObject] are about what was asked for; [ErrHeader],
// [ErrEncoding], [ErrRecordSize] and [ErrKeys] about files that cannot be read on. A file that breaks rules is no error
// but findings. [ErrService], [ErrCommitment] and [ErrSplit] are about charges that have no rows as they are.
//
// # Limits
//
// A file's row has at most 4 MiB and 16,384 fields; a JSON cell 1 MiB, 16 levels and 1024 members of an object. Memory of
// a validator grows with the keys of the rules about the whole file (services, prices, accounts, invoices, commitments by
// charge period, split charges), up to a limit. A number of more digits than fit is a warning, NumberLimit, and is in no
// sum. What the specification says about things outside a file, such as which charges are of a resource, no reader can
// check.
//
// Rows are written at a million a second and validated at 450,000 a second on one core of a busy 2-core machine
// (AMD EPYC, Go 1.26.8, 2026-11-26; 48 columns, 530 bytes a row); the benchmarks measure it again.
//
// # Laws
//
//   - Writer_Validator: a writer takes a row exactly where a validator has no error to report of it.
//   - Agreement_Mutations, Agreement_Random, Agreement_Sample: the validator finds the same rules on the same lines as
//     an independent checker in another language, on files with one fault, with random faults, and of a real provider.
//     Every rule is broken at least once.
//   - Formulas: no text is left for a spreadsheet to evaluate, and numbers stay numbers.
//   - Writer_Reader, FuzzNumber_String_Parse: what was written reads back the same.
//   - Reader_Sample, FuzzReader_Lossless: rows and repairs together have every cell of a file, whatever it is.
//   - FuzzValidator_Hostile: no file makes a validator panic, and findings do not depend on how its bytes arrive.
//   - Statement_Sum: the rows of a bill sum to it, break no rule of any version, and costs are price times quantity.
//   - Statement_StagedSum: so do those of prices with terms.
//   - Commitment_Sum: effective cost of used and unused rows is what was amortised.
//   - Split_Sum: ratios sum to 1, and amounts to those of the charge.
//
// # Design
//
// What rules look at is put into 128 bits for each row: which columns are null, which words they hold, and some facts
// such as that a product is not the cost. Rules are conditions on these, worked out once for each shape that a file has.
// Turned down: a rule engine that walks expressions for each row, which is ten times slower; and rules as code, which
// neither a list nor a table of versions can be made of.
//
// A row is a struct and not a map, so that a column's name and type are checked by the compiler. Turned down: a type for
// each version, since rows of one bill go into files of all three.
//
// Text that starts a formula is written behind an apostrophe, and text that starts with apostrophes and then a formula
// behind one more, so that a reader can take it off. Turned down: refusing such text, since a resource may be called
// "-web"; and quoting alone, which spreadsheets see through.
//
// A rule keeps the id that the reference checker has for it, so that two reports compare. ColumnHandling, Presence and
// the like are rules too, where other tools have settings.
package focus
