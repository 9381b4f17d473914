// Package journal keeps events on disk, each counted once through any crash.
//
//	rec, found, err := journal.OpenRecorder("/var/lib/meterbook")
//	res, err := rec.Record(ctx, events...)    // durable, and each counted once
//	err = res.Err()                           // what of them was refused
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
// A conflict, or an event that is not valid, is a [Refusal] of that event; the others of
// its batch are taken, and the call has no error: look at [Result.Err]. The recorder
// also refuses, beforehand, what its aggregator would: nothing is durable that is not
// counted, but for an overflow of 128 bits, which is an error and a count, and stays one
// when it is opened again.
//
// # After a crash
//
// [Open] cuts what was half written off the log and sets it aside in a file that
// ends in ".quarantine"; nothing acknowledged is in it. Damage to what was durable
// that it meets is a *[CorruptError] with file and offset, and so is a log that is
// shorter than it is known to have been; neither is cut. It reads what it needs: all
// of the log is read by [Verify].
// Then it completes the index of identities from the last [Journal.Snapshot] and
// the log after it, and a recorder its totals likewise. Seals, and moves of the
// current window, are in the journal in their place among events, so that what was
// late stays late.
//
// When a sync fails, the journal is [ErrPoisoned] until it is opened again: what
// the disk has then is found out by reading it. When the disk is full, the call
// fails with [ErrNoSpace], leaves nothing behind, and works again once there is
// room.
//
// # Leases
//
// A lease that has to survive is told by events: Start, Heartbeat, Stop. It goes on
// after a crash, known up to its last event, and a run counts as one run. A lease
// that is held by a handle ([metering.Series.Start]) adds what it holds when it is
// observed, changed or stopped, and ends with the process: observe it as often as
// you would send heartbeats, and stop it before Close. Begun again after a crash it
// is another run, which a [metering.RunRule] rounds on its own.
//
// # Watching it
//
// [Recorder.Health] has the figures to watch, for metering/otelmeter. Nothing is to
// be in "failed", "recorder.uncounted" and "recorder.additions.refused"; what is in
// "refused", "untimely" and "conflict" was told to who sent it. [Recorder.Err] is
// the error of checkpoints that are made by themselves. How long syncs of the disk
// take is among the figures; [WithWatch] has operations told that were slow.
//
// # Corrections and late events
//
// An event of kind Adjustment names the event that it corrects, and why; late
// events follow the late policy of their meter. Neither changes a byte of what is
// there. Tokens and traffic of the default catalogue refuse what comes after its
// window was sealed: record it as an adjustment with the time of an open window, or
// give the meter a policy that adjusts ([metering.Catalogue.Replacing]).
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
// ([Journal.Exported]), is of the window, is not sealed, is in no snapshot of
// totals, or is to be kept for another reason ([WithRetention]). [Verify] reads every byte
// and says what is wrong; [Salvage] yields what can still be read of a journal that Open
// refuses. Both change nothing.
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
// # Errors
//
// Errors begin with "journal:" and wrap the conditions above for [errors.Is];
// those about an event are of package metering. They name ids and sources, and
// never labels. Whatever returns an error has acknowledged nothing.
//
// # Cost
//
// An Append of 10,000 events checks, digests and encodes each in one pass, in pieces on
// several processors; a piece is looked up and staged under the lock while others are
// prepared, and all share one sync. Of some 300 ns of a processor for an event 130 are
// that pass (35 of them both digests, 60 to find the event's subject), 60 to 100 the
// index and its memory, and the rest the log's copy, checksum and write (go test -bench
// 'Prepare|Append|Identities_Add', two shared cores of an AMD EPYC).
//
// Beside others in the same rounds (go run ./benchmarks/ratios -only journal), it takes a
// tenth of the time of pebble's synced batch of the same events, which looks nothing up,
// and 3.4 to 5.3 times that of writing and syncing the same bytes, where 1.25 is wanted;
// 512 writers of one event take 0.3 to 0.5 of pebble's time, where 0.77 is wanted, and 1.4
// to 1.9 times a bare group commit, where 1.11 is wanted, of bytes that nobody has to make.
// Opening a recorder takes 190 ns an event with a snapshot of the index, where 200 is
// wanted, and up to 230 while the machine is busy; without one 570.
//
// What helped most: one pass that encodes before it is known what is new; subjects that
// all share, each with its text beside it, and digests that begin where theirs end;
// entering what most identities are, new and of a line with room, without a search;
// finding a bucket without a read of its page; memory for the next batch while the disk is
// at this one; gathering events that come one by one, and zeros ahead of them; reading the
// log again without a copy of it; and that who waits writes, so that nobody is woken: a
// single append takes 113 µs instead of 137, four at a time what they did, and an event
// of a batch of 65,000 190 ns instead of 300, where no more than eight pieces are made of
// it too. What made no difference that could be told from noise, and is not there: huge
// pages, reading subjects ahead for 32 events, comparing short texts by words, a table of
// known subjects instead of a map, pieces of 1,500 to 5,000 events, and blocks of 512 KiB
// instead of 192; and for writers of one event to yield before a group is written, so that
// it is larger, and to wake one caller of each gathering who wakes the next, or all of
// them from another goroutine than the one that writes. A faster hash than SipHash-2-4 was
// not tried: it would give up what is promised of fingerprints, or the index files that
// are there.
//
// What is left of a batch is memory that no cache holds, five lines an event of its own
// and of its subject and three of the index: some 290 ns of a processor in all, where
// writing and syncing the bytes of an event takes 70 to 100, both digests alone 35, and
// one read of memory 20. A second processor takes a fifth off, not half: one that slept
// begins 0.1 ms later, and where machines share processors two that wake run as one for the
// first 1.5 ms (two bursts of so long took 2.0 times one, and of 3 ms 1.0). Of a single
// event it is that and the scheduler: while the disk is at 170 events one processor
// prepares about as many more, at 1.5 µs each, as the other one is kept by the system call
// that waits.
//
// How far that can go was tried by taking out what nothing can do without, on a machine of
// half the speed, where a batch took 4.3 to 4.9 times what its bytes did: without the index
// it took 3.3 to 3.7 times that, without both digests either 2.8 to 3.0, and without the
// comparison of subjects, too, 2.4 to 2.8. What is left then reads each event, and encodes
// it once.
//
// Of the index of identities, on two shared cores of an AMD EPYC, medians and the best in
// parentheses (go test -bench, and -run Identities_Scale, give them again): a claim of a
// batch of 10,000 takes 40 ns (34) beside a million others and 62 ns (58) beside ten
// million, where a Go map takes 220 (190) and 310 (270). Memory has 46 bytes an entry on
// the mean. A snapshot loads at 12 million entries a second. With 100 million identities in
// 35 files, 3 GB, measured before claims were this fast, a new one took 113 ns (77), a
// known one of a file 3.0 µs (2.4) with the file in the page cache, and opening, which
// verifies every block, 9 s.
//
// # Limits
//
// [MaxBatch] events an Append. One process has a journal ([ErrLocked] for the
// second). Identities take 46 bytes each in memory, up to [WithIdentitiesInMemory];
// then days go to files, beside those who append. Totals and sealed windows of a
// recorder are in memory and written whole at each snapshot. A window is at most
// [MaxWindow] days before today. Lives of resources are counted anew when a recorder
// is opened: a catalogue whose rules have changed changes what they come to in
// windows that are not sealed. The log says by which rules events are counted; one that
// was counted and would be late or early by changed ones is [ErrRules], until the
// recorder was opened by the old ones and closed.
//
// # Laws
//
//   - TestLaw_Recorder_IsItsAggregator: whatever is recorded, added, sealed,
//     snapped, closed, killed and cut off, a recorder has counted what an aggregator
//     would have that never stopped, but for additions since the last checkpoint.
//   - TestLaw_Journal_EachOnce: through batches, reopenings, kills, power failures and
//     days that go by, what was acknowledged is in the journal once, in order.
//   - TestLaw_Gather_EachOnce, TestLaw_Gather_CountsWhatIsThere: also where many append
//     one event each at the same time, give up, or meet a disk that fails.
//   - TestLaw_Import_Once, TestLaw_Import_Faults: and what was imported, whichever call
//     failed.
//   - TestLaw_Block_RoundTrip, FuzzUnblock: records give their events back, and any
//     other bytes an error. TestLaw_Claim_TellsEventsApart: events have one claim if and
//     only if they are the same; FuzzFingerprint_Both: both digests of an event that are
//     made at once are those of the whole inputs.
//   - TestFaults prints what all faults together have lost, doubled and not detected:
//     go test ./metering/journal -v -run Faults.
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
// Events of one call, or of calls that were gathered, are one block, which stands alone:
// what they share is written once, and a damaged block costs its own events. Turned down:
// a dictionary for a file, with which one damaged record makes the rest unreadable; and a
// checksum for each event, which finds nothing more and costs as much as the event.
//
// Looking up and staging are one step under one lock, so that sequences of events, of
// records and of the index never disagree; hashing and encoding are before it, and the
// disk after. What is encoded holds if all of it is new; otherwise it is encoded anew.
// What the log takes back after a failed write is cut out of the index before its
// sequences are given again, by whoever comes next.
//
// Those who append one event each while the disk is busy are gathered: their events are
// one block, for which the index is asked once, with reads of memory under way for all of
// them. It took a third off the time of 512 writers. Where that block is not staged,
// whatever the reason, each of them goes on alone. Turned down: to stage an event with
// others only when the lock is taken, which two processors hardly ever find.
//
// Additions are drained from an aggregator of their own. Turned down: differences
// between two snapshots of one aggregator, which has to keep both.
package journal
