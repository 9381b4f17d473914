package journal

// The index of identities.
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
