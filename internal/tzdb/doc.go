// Package tzdb holds one pinned release of the IANA time zone database.
//
//	shanghai, err := tzdb.Load("Asia/Shanghai")
//
// # Why pinned
//
// A billing day is a run of instants, and where it starts is a fact of the
// time zone database. [time.LoadLocation] reads whatever the machine has, or
// what the ZONEINFO variable names, so two machines can disagree on a bill.
// This package reads only the copy compiled into it: the same name gives the
// same instants everywhere, and [Version] names the release to keep beside a
// result.
//
// # Errors
//
// A name that is not in the database, "Local" and the empty string included,
// is an error that wraps [ErrUnknownZone]. Names are looked up in a closed
// list, letter case included; none is ever used as a file name.
//
// # Limits
//
// The database is about 400 kB of the program. A zone is read on first use and
// kept, so memory is bounded by the 598 names of the release.
//
// # Update
//
// A new release moves instants, so it is a change that users must be told of
// under "Numbers may change":
//
//  1. Take lib/time/zoneinfo.zip from a Go release, and the release name from
//     CODE in lib/time/update.bash beside it.
//  2. Put both into this package, with the checksum that the test asks for.
//  3. Run the tests: they check that every zone loads and that every offset is
//     still a multiple of 15 minutes, which the windows of metering rely on.
//
// FuzzLoad_String: any name is a zone or an error.
//
// # Source and licence
//
// The archive is an unmodified copy of lib/time/zoneinfo.zip of Go 1.26, built
// from https://www.iana.org/time-zones. IANA asserts that the database is in
// the public domain.
package tzdb
