// Package ledger is a double-entry book that knows only accounts and money.
//
//	journal, err := ledger.OpenJournal("/var/lib/meterbook/ledger")
//	book, err := ledger.Open(ctx, journal)
//	err = book.OpenAccounts(ctx, receivable, income)
//	postings, err := ledger.Move(income.Path, receivable.Path, bill)
//	posted, err := book.Post(ctx, ledger.Transaction{ID: ledger.IDOf("invoice", number), At: issued, Postings: postings})
//	err = book.CloseBefore(ctx, month.End())
//	owed, err := book.Balance(receivable.Path, money.CNY, month.End())
//
// # Accounts
//
// An [Account] is a path, a [Type] and a currency. It is opened before it is
// posted to. A balance is debits less credits, whatever the type: assets and
// expenses are normally above 0, liabilities, equity and income below.
//
// # Transactions
//
// A [Transaction] is postings that balance in each currency, or it is refused
// with the difference. Its [ID] is the hash of what caused it, so posting the
// same cause again changes nothing, and another body under a known ID is
// refused. Nothing is edited or removed: [Book.Reverse] enters the opposite,
// once, and a correction is a new entry.
//
// # Time
//
// A transaction counts at its time, and is entered when it is posted.
// [Book.Balance], [Book.Trial] and [Book.Statement] go by the first: what is
// posted late shows at its own time. [Book.CloseBefore] ends that: what a closed
// period holds stays as it is, byte for byte.
//
// # Stores
//
// A book is in memory. With a [Store] it is also kept: in a [Journal] of files,
// or in a database that passes the tests of package ledgertest. Opening replays
// all records, and holds each against the rules again.
//
// # Exactness
//
// Amounts are 128-bit integers of 10⁻¹⁸ currency units; sums of a transaction
// take 256 bits. Nothing is rounded. An account's debits and credits together
// fit in 128 bits, else the posting is refused, so that no balance at any time
// can overflow. Records are canonical: the same calls give the same bytes on
// every machine, and [Book.Digest] says so.
//
// # Errors
//
// Errors start with "ledger: ". Found with [errors.As]: [UnbalancedError] with
// the difference of each currency, [ConflictError], [ClosedError],
// [UnknownAccountError], and [FieldError] for a value that breaks a rule. Found
// with [errors.Is]: [ErrConflict], [ErrReversal], [ErrUnknown],
// [money.ErrOverflow]; and of stores [ErrNotKept], [ErrSequence], [ErrBroken] and
// [ErrReplay]. A call that fails has changed nothing in memory. No error is
// returned for what is in the book already, for an account that is below 0, or
// for a period that is closed already.
//
// # Limits
//
// A transaction has 2 to [MaxPostings] postings and a memo of up to
// [MaxMemoBytes] bytes; times are from 1970 until before 2200; a path has up to
// [MaxPathBytes] bytes. One call to a journal takes 16 MiB. A book holds 4·10⁹
// records; a transaction of two postings takes some 300 bytes of memory and 117
// bytes and a memo on disk. Calls that write wait for each other, and for the
// disk: post in batches. After a crash the first transactions of a batch may be
// there without the others; posting the batch again makes good the rest.
//
// A thousand tenants' transactions of two postings took 0.9 µs of processor time
// each in memory, 2.1 million postings a second (Go 1.26.8, 2 cores of an AMD
// EPYC, 2026-11-26; BenchmarkPost makes the figure again).
//
// # Laws
//
// -laws.n sets how many postings the histories have, -laws.seed repeats them,
// -laws.full crashes and fails at every call. With -laws.n 1000000 they held on
// 2026-11-26, in 130 s.
//
//   - TestLaw_Balanced: law 6. Debits are credits per currency at every time; what
//     is refused changes no byte; balances, statements and answers are those of a
//     second book of maps and big integers, over random histories.
//   - TestLaw_Closed_Unchanged: a closed period stays as it is.
//   - TestLaw_Reversal_Cancels: what is reversed is as if it had not been.
//   - TestLaw_Crash_SameBytes: the power fails at every call and the program runs
//     again three times: the book is the one without crashes, byte for byte.
//   - TestLaw_Fault_SameBytes: the same when calls fail.
//   - FuzzPost_Balanced: postings are taken exactly when they balance.
//
// # Design
//
// A posting has a sign and no side. Turned down: columns of debits and credits,
// where a sum needs two cases; a [Trial] has them, as people read it so.
//
// A transaction brings the hash of its causes and not the causes: the book would
// otherwise know what a document is. The memo is for people.
//
// The body is compared byte for byte with what is kept. Turned down: a second
// hash for it, since the bytes are at hand and cheaper to compare.
//
// A store keeps records in order, and knows nothing of them. Turned down: an
// interface of accounts, balances and queries, which each database would have to
// get right by itself, and whose transactions would have to be the book's.
//
// A period is closed by one time for the whole book, that never goes back. Turned
// down: periods that are closed one by one, between which open ones lie, and a
// way to open them again; both let a published figure change.
//
// Accounts are in records by number, 4 bytes for up to 256, and so a record makes
// sense only behind those before it; that is how it is read.
package ledger
