// Package credit keeps prepaid credit: grants that burn in order, and holds that reserve, commit and release.
//
//	journal, err := credit.OpenJournal("/var/lib/gateway/credit")
//	wallet, err := journal.Wallet("acme", credit.Terms{Currency: money.CNY}, now)
//	err = wallet.Grant(credit.Grant{ID: "topup-1", Amount: money.MustParse("CNY 100"), Expires: june}, now)
//
//	quote, _, err := rating.RateEvent(contract, most, state)     // the event of the most that the request can use
//	err = wallet.Reserve("req-7", quote.Total(), now)            // the most that it can cost
//	// stream the answer; record its event under the same id
//	bill, state, err := rating.RateEvent(contract, event, state) // the tenant's running totals go on
//	err = wallet.Commit("req-7", bill.Total(), now)              // burn what it did cost, give the rest back
//
// # Grants
//
// A [Grant] burns by priority, then by the earliest expiry, then by age. [Wallet.Renew] ends one and begins the next,
// with what a [Rollover] lets over. What is owed for an overdraft is paid back from the next grant.
//
// # Holds
//
// A hold pins the grants it will burn, so that what was promised to a request can be burned even if its grant expires
// meanwhile. It ends by Commit, by Release, or after [Terms].HoldFor, when its amount goes back. Each call can be made
// again: the same call changes nothing, another one under the same id is refused. Ids are remembered for
// [Terms].Remember after they were settled; under a forgotten one a hold is a new hold. After a crash
// [Wallet.OpenHolds] says which requests were under way.
//
// What to hold is what rating.RateEvent says of the event of the most that a request can use; its example goes through
// a request. Where requests of one tenant run at once, a step of rounding or a dearer tier can bring what one did cost
// above its hold, which Commit refuses with [ErrOverHold]: commit all of the hold, and reserve and commit the difference
// under another id.
//
// # Journals
//
// Every change is an [Entry], given to the journal before it is made: an entry that is written and whose answer is lost
// has happened. [Replay] makes the wallet again. What expires has no entry, since it follows from time; so time is the
// caller's, and never goes back in a wallet. Entries are JSON, or whatever the journal makes of them.
//
// A [Journal] keeps the wallets of many accounts in a directory. Opened again it has them as they were:
//
//	for account, wallet := range journal.Wallets() {
//		holds, err := wallet.OpenHolds(now) // commit those whose event was recorded, release the others
//	}
//
// Any function that keeps entries durably will do in its place: see [NewWallet] and [Replay].
//
// # Exactness
//
// Amounts are [money.Money], exact to 18 decimals, and nothing is rounded. What is free, held, burned and lapsed of a
// grant sums to its amount. The sum of all commits is what was burned of grants and what is owed.
//
// # Errors
//
// Errors start with "credit: ", name the id, and wrap a condition or an error of money; an *[InsufficientError] has the
// amounts. What fails has changed nothing, but that time has passed. After an [ErrNotKept], as on a full disk, the call can
// be made again. After an [ErrJournal], or a journal that panicked, a wallet refuses all until it is replayed, since nobody
// knows whether the entry was written.
//
// # Limits
//
// All that a wallet is ever granted is below 4.2e19 units. Ids are 1 to 256 bytes of UTF-8, times 1970 to 2199. Memory
// grows with grants, and with the holds of HoldFor and Remember: 150 to 300 bytes each. Grants are never forgotten. A
// wallet is one lock: spread accounts over wallets. A journal that waits for a disk makes every call of a wallet wait for
// it, one after the other.
//
// Wallets of one [Journal] that wait at one time share a sync: where a wallet alone waited for one with each entry, 64
// that changed at once took a thirtieth of that time an entry, and 256 a hundredth (two cores that others shared, ext4,
// 2026-11-27). An entry takes some 160 bytes on disk, for good, and 7 µs when the journal is opened. A crash can leave the
// entry of a wallet that was under way; its call can be made again. To remove files of a journal is to go back to what it
// was.
//
// Holds that are reserved and committed allocate nothing once there is room. Both together take 6.9 to 7.2 times as long
// as a lock and unlock of a mutex (33 ns against 4.6 ns, in three runs of go run ./benchmarks/ratios -only credit, go1.26.8
// on two cores of an AMD EPYC, 2026-11-27), where the budget is 8. Of some 500 instructions (callgrind) the two searches
// and the new place take 140, what is checked and moved 130, hashes 40, and the rest is calls, arguments and times; the two
// locks alone take two of the seven.
//
// What was tried and stayed, in interleaved runs of both programs: holds in a ring by age, in which what is forgotten is
// passed by and has not to be taken out of lists and chains (44.6 to 39.1 ns); what is due looked at when the first open
// hold expires, and not at each step of time (to 36.9); an eighth of the ring made free at once, and the amount of a hold
// on one grant not kept twice (to 32.7). Before that: a hash of 16 bytes a multiplication for hash/maphash, no sum of
// what is free, errors that are made elsewhere and no defer, arguments that are checked before the lock, and the held part
// of grants as a difference instead of a count.
//
// # Laws
//
// Each is a property test over random calls; run more with -laws.n, and the same again with -laws.seed. The oracle is a
// wallet in plain maps and loops.
//
//   - Wallet_Oracle: every call answers as the oracle's; nothing is ever below 0 or beyond the overdraft; grants add up.
//   - Replay_Crash: a wallet that is made again from its journal at any step goes on as if nothing had happened.
//   - Journal_Fails: an entry that could not be written changes nothing, whether it is in the journal or not.
//   - NotKept_GoesOn: an entry of which a journal kept nothing changes nothing, and the same call can be made again.
//   - Journal_Reopen: wallets of a journal that is killed or loses power at any step answer as the oracle's.
//   - Journal_Crash: the power fails at every call of the file system: what was answered is there, at most one entry more,
//     and the program run again comes to the same entries, balances and open holds.
//   - Journal_Fault: the same when any one call fails in each way; what was not kept is not there.
//   - Journal_Truncated: a log cut at any byte has the wallets of its first entries, and goes on.
//   - Golden_JournalVersion1: journals of version 1 are read for ever.
//   - Linearizable_ConcurrentSafe: recorded histories of concurrent calls have an order that explains every answer.
//   - ReserveCommit_Allocs: the steady state allocates nothing.
//
// # Design
//
// Holds pin grants when they are made. Turned down: a sum of holds against a sum of grants, with the burn order applied
// at commit, as then a grant that expires between the two leaves a hold that nothing covers.
//
// Holds are forgotten in the order in which they were made. Turned down: Remember counted from when a hold was settled,
// which needs a second order, with lists that every call has to mend, to forget ids at most HoldFor earlier.
//
// A commit above its hold is refused. Turned down: taking the difference from what is free, as whether that succeeds
// would depend on what others hold, after the answer was streamed.
//
// One journal has the wallets of many accounts, and each entry says whose it is. Turned down: a directory for each wallet, of
// which each syncs by itself, where a disk that is shared makes one sync of many. Wallets are the journal's to make: one that
// was made twice for an account would give two entries one number. Entries of different accounts are in no order that
// matters, so that one that is not kept leaves no gap but its own.
//
// A wallet's lock is held until the disk has its entry. Turned down: letting go of it before, and answering later, as what
// other calls were told meanwhile would have to be taken back when the disk fails.
//
// Records are JSON, as entries are. Turned down: a binary form, of a third of the size and one more thing to read. A field
// that is not known is refused, and not passed over.
//
// Time is an argument and expiry is lazy. Turned down: a timer or a goroutine, which would make a replay differ from
// what it replays.
package credit
