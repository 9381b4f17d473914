// Package spelling says what somebody who wrote a word may have meant.
//
//	spelling.Nearest("per-unit", keys) // per_unit
//	spelling.Unit("kWh", codes)        // kW.h
//
// [Nearest] finds a typing error by the edits that put it right, and [Unit] first what
// people write for a unit whose code is another. Both return "" rather than a far guess,
// and one of the words that were given. It is one package so that parsing a quantity and
// reading a rate card advise alike.
//
// # Limits
//
// A word that is looked for has at most 64 bytes, a unit 24. It costs time for each word times its length
// and allocates: it is for errors. Functions are for many goroutines.
package spelling
