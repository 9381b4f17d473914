// Package journal keeps events on disk, each counted once through any crash.
//
//	rec, found, err := journal.OpenRecorder("/var/lib/meterbook")
//	res, err := rec.Record(ctx, events...)    // durable, and each counted once
//	gpu, err := rec.Series(key)               // quick, and volatile until a checkpoint
//	err = gpu.AddAt(now, metering.MustQuantity("90 {card}.s"))
//	err = rec.Seal(ctx, now.Add(-time.Hour))  // what comes later is late
//	for usage, err := range rec.Usage(month, metering.Per(days)) {
//	}
//	err = rec.Close()
//
// # Two verbs
//
// [Recorder.Record] takes events: when it returns they are on the disk, and each
// is counted once, however often it is sent, whatever crashes in between. A
// program that gets an error sends the events again, and what was there already is
// a duplicate. [Recorder.Series] is the hot path: an addition costs nanoseconds in
// memory, and the next checkpoint makes what came together in each window of each
// series one event; a crash takes at most what was added since. See [WithCheckpoints].
//
// A [Journal] is the first verb without counting: for those who collect events
// here and count them elsewhere.
//
// # Durable
//
// [Sync], the default, makes Append return when its events are on the disk; many
// writers share one sync. [Interval] makes it return when the operating system has
// them: the end of the process takes nothing then, and a power failure what was
// acknowledged within the interval. There is no weaker mode. What a disk that lies
// about syncs takes, no program can keep.
//
// # Once
//
// An event is its identity (tenant, source, id) and its body. The same identity
// and body is a duplicate: acknowledged, and not counted. Another body under a
// known identity is [metering.ErrConflict]. Identities are kept for the days of a
// window ([WithWindow], 35 days); an event of a day before it is
// [metering.ErrTooLate], never counted on trust. The window follows the clock that
// [WithClock] gives, and never goes back: that it moves on is in the journal before
// identities are dropped.
//
// A conflict, or an event that is not valid, is a [Refusal] of that event; the
// others of its batch are taken. The recorder also refuses, beforehand, what its
// aggregator would: nothing is durable that is not counted, but for an overflow of
// 128 bits, which is an error and a count.
//
// # After a crash
//
// [Open] cuts what was half written off the log and sets it aside in a file that
// ends in ".quarantine"; nothing acknowledged is in it. Damage to what was durable
// is a *[CorruptError] with file and offset, and the log is never shortened by it.
// Then it completes the index of identities from the last [Journal.Snapshot] and
// the log after it, and a recorder its totals likewise. Seals, and moves of the
// current window, are in the journal in their place among events, so that what was
// late stays late. Leases go on, known up to their last event.
//
// When a sync fails, the journal is [ErrPoisoned] until it is opened again: what
// the disk has then is found out by reading it. When the disk is full, the call
// fails with [ErrNoSpace], leaves nothing behind, and works again once there is
// room.
//
// # Corrections and late events
//
// An event of kind Adjustment names the event that it corrects, and why; late
// events follow the late policy of their meter. Neither changes a byte of what is
// there.
//
// # Many nodes, one biller
//
// [Journal.Tail] yields events as they become durable, with their sequences.
// [Journal.Import] takes entries of another journal, each once: how far the other
// one was read ([Journal.Imported]) is durable in one piece with its events, so
// that both ends can stop at any time.
//
// # Retention and broken disks
//
// Nothing is removed but by [Journal.Drop], which refuses what was not exported
// ([Journal.Exported]), is of the window, is not sealed, or is in no snapshot of
// totals. [Verify] reads every byte and says what is wrong; [Salvage] yields what
// can still be read of a journal that Open refuses. Both change nothing.
//
// # Files
//
// A journal is a directory of mode 0700 with files of mode 0600, all behind
// [os.Root]; no name in it comes from an event. The log is files of [WithSegmentSize]
// ("000000000001.seg"), whose format is that of internal/segment: records with a
// length, a sequence and a checksum that is chained to the one before. A record is a
// block of events that have what they share written once, or a control: the window
// moved, windows were sealed. Besides it there are "secret" (the key of
// fingerprints), "place" and "totals" (snapshots), and the files of the index
// ("identities.snapshot", "identities-20783.day"). All but the log can be made anew
// from it, and are where they are damaged, as long as nothing was dropped.
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
// # Errors
//
// Errors begin with "journal:" and wrap the conditions above for [errors.Is];
// those about an event are of package metering. They name ids and sources, and
// never labels. Whatever returns an error has acknowledged nothing.
//
// # Limits
//
// [MaxBatch] events an Append. One process has a journal ([ErrLocked] for the
// second). Identities take 44 bytes each in memory, up to [WithIdentitiesInMemory];
// then days go to files, beside those who append. Totals and sealed windows of a
// recorder are in memory and written whole at each snapshot. An Append of the bare
// journal under a recorder is counted when that is opened again.
//
// # Laws
//
//   - TestLaw_Recorder_IsItsAggregator: whatever is recorded, added, sealed,
//     snapped, closed, killed and cut off, a recorder has counted what an aggregator
//     would have that never stopped, but for additions since the last checkpoint.
//   - TestLaw_Identities_CountOnce, TestLaw_Identities_OnDisk: through batches,
//     undone batches, moves, drops, crashes and damage, claims are answered as two
//     maps answer them.
//   - TestLaw_Identities_FaultsChangeNothing: whatever operation of the file system
//     fails.
//   - TestLaw_Files_EveryBitCounts, TestLaw_Files_DamageIsToldAgain,
//     TestLaw_Files_DamageInUse, FuzzIdentities_Open: damage is found, and never an
//     answer.
//   - TestLaw_Table_IsAMap, TestLaw_Sieve_MissesNothing: its parts.
//
// # Design
//
// The index is derived from the log, and nothing else has to be durable for an
// event to be counted once. Turned down: a store of keys and values, in which the
// identity, the event and the total are three writes that a crash can part.
//
// Events of one call are one block, which stands alone: what they share is written
// once, and a damaged block costs its own events. Turned down: a dictionary for a
// file, with which one damaged record makes the rest unreadable; and a checksum for
// each event, which finds nothing more and costs as much as the event.
//
// Looking up, encoding and staging are one step under one lock, so that sequences
// of events, of records and of the index never disagree; hashing is before it, and
// the disk after. What the log takes back after a failed write is cut out of the
// index before its sequences are given again, by whoever comes next.
//
// Additions are drained from an aggregator of their own. Turned down: differences
// between two snapshots of one aggregator, which has to keep both.
package journal
