package ledger

import (
	"context"
	"iter"
)

// A Store keeps the records of a book, so that a database can stand behind it:
// a table of number and bytes, the number its primary key, is enough. Package
// ledgertest has the tests that a store has to pass. A book calls one method at
// a time; two books, here or elsewhere, may call the same store at once, and
// one of them is to get [ErrSequence].
type Store interface {
	// Append keeps records under the numbers first, first+1, … and returns once
	// they are as durable as the store makes them. Another record under one of
	// these numbers, or a number that leaves a gap, is ErrSequence, and nothing
	// is kept.
	//
	// An error that wraps ErrNotKept promises that nothing of the call is or
	// will be kept. After any other one the first of the records may be kept,
	// but never one without those before it. The records are the caller's again
	// when it returns.
	Append(ctx context.Context, first uint64, records [][]byte) error
	// Records yields what was kept, from number 1 on without a gap, each as it
	// was given. What is yielded may be used until the next step. An error is
	// the last thing it yields.
	Records(ctx context.Context) iter.Seq2[[]byte, error]
}
