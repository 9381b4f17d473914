// Package journal keeps events on disk and counts each once.
//
// # The index of identities
//
// An event is known by its tenant, source and id, whatever else it says. The
// index keeps of each identity a keyed fingerprint of 128 bits, a keyed digest
// of 64 bits of the event's body, and the sequence of the record that holds it.
// The same identity with the same digest is a duplicate, with another one a
// conflict, wherever in the window either event claims to lie: the index is
// asked by identity alone, and days only say where entries are kept and when
// they are forgotten.
//
// Entries of recent days, and late ones of older days, are in memory: 32 bytes
// in order of arrival, in chunks that never move, and a slot of 8 bytes in a
// table that grows a part at a time. Entries of older days are in one file a
// day, sorted, in blocks of 4 KiB with checksums. One sieve in memory says of
// all old days together which of them may hold an identity, so that an unknown
// one costs one line of memory however many days there are.
//
// All of it is derived from the log. A file that is missing, of another version
// or key, older than the snapshot says, or damaged is never taken for an empty
// one: the index says from which sequence it has to be told again, and until
// then answers nothing. A block that turns out damaged later is an error of the
// batch that met it.
//
// # Use of the index
//
// The index has no lock: one of the journal's covers it together with the order
// of the log. Around a commit:
//
//   - Make fingerprints and digests before the lock; they are most of the cost.
//   - Under it, add the batch with the sequence that the log gives next. Fresh
//     claims have consecutive sequences in order, and only they become records.
//     A conflict that is to refuse the batch as a whole is undone with cut.
//   - A duplicate is acknowledged once the log is durable up to its finding's
//     sequence: that of an event in flight waits for the same commit.
//   - Where records did not become durable, cut from the first of them on,
//     before anything else is added, together with the log. After a failed sync
//     the journal is closed to writers, and the next opening derives the rest.
//
// One goroutine does the upkeep, one thing after the other: begin, capture, drop,
// adopt and each step under the lock, write beside it. No move and no snapshot
// goes beyond what is durable. Drop follows the window, and adopt and drop are
// followed by steps until there is none left.
//
// To open, open the index, restore every record of the log from next on, and say
// restored with the log's last sequence. An index that knows more than the log
// refuses: the log has lost what was durable. While it is told a whole log, days
// that fill memory are moved as they are in use; a move then goes up to the
// record that was restored last. A *damageError from add, step or write of a
// move calls for discard of that day and for telling the log again.
//
// # Limits of the index
//
// A window is at most 62 days, a sequence 48 bits, memory 2^32 entries. What
// the window has dropped is not known any more: an identity of a dropped day
// that comes again under a day of the window is new.
//
// # Cost of the index
//
// Measured on two shared cores of an AMD EPYC, busy with other work (medians, the
// best in parentheses); go test -bench and -run Identities_Scale give them again.
// A claim of a batch of 10,000 takes 86 ns (74) beside a million others and 148 ns
// (122) beside ten, new or known, where a Go map takes 270 (220) and 520 (370) for
// a new one.
// Memory has 44.4 bytes an entry on the mean, 45.7 at most from 250,000 on,
// growth included. A snapshot loads at 9 to 10 million entries a second. With 100
// million identities in 35 files, 3 GB, the sieve has 26 bits and the index of
// blocks half a bit an identity; a new one takes 113 ns (77), a known one of a
// file 3.0 µs (2.4) with the file in the page cache, and opening, which verifies
// every block, 9 s.
//
// # Laws of the index
//
//   - TestLaw_Identities_CountOnce, TestLaw_Identities_OnDisk: through batches,
//     undone batches, moves, drops, crashes and damage, claims are answered as two
//     maps answer them.
//   - TestLaw_Identities_FaultsChangeNothing: whatever operation of the file system
//     fails.
//   - TestLaw_Files_EveryBitCounts, TestLaw_Files_DamageIsToldAgain,
//     TestLaw_Files_DamageInUse, FuzzIdentities_Open: damage is found, and never an
//     answer.
//   - TestLaw_Table_IsAMap, TestLaw_Sieve_MissesNothing: its parts.
package journal
