// Package summary keeps what does not add up: the highest and the latest of a
// level, and how many different identities there were.
//
//	levels, err := summary.NewLevels(metering.DefaultCatalogue(), metering.Hours(zone))
//	line := metering.Key{Account: "acme", Meter: metering.Connections, SKU: "mysql-8"}
//	err = levels.Observe(line, at, "reading-17", metering.MustQuantity("420 {connection}"))
//
//	for row := range levels.Rows() {
//		fmt.Println(row.Period, row.Key, row.Max, row.Latest)
//	}
//
// # Pieces of time
//
// A summary is kept by key and by piece of a [metering.Calendar]: clock hours,
// days or months of a zone. What belongs to a piece cannot be put together from
// smaller ones for every summary (a user who came on two days is one user of the
// month), so the calendar is chosen when it is made.
//
// # Levels
//
// [Levels] takes readings of meters whose form is levels, and keeps for each piece
// the highest value, when it was first reached, and the latest value. A reading
// is told by its instant and its id. The latest is the last by instant, then by
// id, then by value: of two values for one reading the higher stands, whichever
// came first. Percentiles of a level are of the package that samples it.
//
// # Identities
//
// [Members] takes meters whose form is identities, and counts the different ones.
// It keeps each one, so the count is exact; that is why it has a limit.
//
// # Merging
//
// Summaries of two machines merge: merge(a, b) is what one machine would have
// that had seen both, in any order, and however often the same was told.
//
// # Exactness
//
// Values are quantities of whole grains, and are compared as such. Nothing is
// estimated, sampled or rounded.
//
// # Errors
//
// A key that is not valid, and a member of no or of more than 256 bytes, is a
// *[metering.FieldError]; a meter that the catalogue has not is
// [metering.ErrUnknown], one of another form a *[FormError], a quantity of
// another dimension a *[metering.DimensionError], a level below zero
// [metering.ErrNegative], a time out of range [metering.ErrTimeRange]. What does
// not fit the limit is a *[LimitError], and is counted in Refused. Whatever
// returns an error has changed nothing else.
//
// # Limits
//
// [Levels] keeps up to [DefaultLimit] pairs of key and piece, and [Members] as
// many identities, unless [WithLimit] says otherwise: some 200 bytes each, besides
// strings. Both are in memory.
//
// # Laws
//
//   - Any order, duplicates and any deal over machines give the same rows, and
//     they are right: TestLaw_Levels_MergeIsTheUnion,
//     TestLaw_Members_MergeIsTheUnion.
//
// # Design
//
//   - A reading that is told twice with two values has the higher one. Refusing the
//     second would make what is kept depend on which came first, for a reading
//     that is no longer the latest is not remembered.
//   - Readings are not counted: the same one told twice would be two.
//   - Uniques are not sketched. A sketch is smaller and wrong by a percent, and
//     seats are billed one by one.
package summary
