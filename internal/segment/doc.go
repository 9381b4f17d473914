// Package segment is an append-only log over a small file-system contract.
//
//	dir, err := segment.OpenDirectory("/var/lib/meter/journal")
//	log, found, err := segment.Open(dir, segment.Options{})
//	for rec, err := range log.Records(0) {          // what was there, oldest first
//		…
//	}
//	ticket, err := log.Stage(func(b *segment.Batch) error {
//		_, err := b.Append(payload)                 // b.Next() is its sequence
//		return err
//	})
//	err = ticket.Wait(ctx)                          // nil: it is on disk
//
// # Two steps
//
// [Log.Stage] gives records their sequences, 1 and up without a gap, and encodes
// them into the group being filled; it does not touch the disk. [Ticket.Wait]
// returns once the group is acknowledged. In between, a caller can enter the
// records into an index under a lock of its own and let go of it, so that many
// writers share one Sync: while one group is written and synced, the next fills
// up. Stage calls its function under the log's lock, so a caller's lock comes
// before it.
//
// [Log.Hold] is for who stages batches one after the other that are to be waited for
// together: they are written as [Log.Advance] is called, and synced once.
//
// A group that fails takes along what was staged behind it, as that is chained
// to it. Its sequences are used again: a caller that keeps an index drops what
// it has from [Batch.First] on, the next time it stages. To answer for a record
// that is not durable yet, a duplicate for instance, stage nothing and wait for
// the ticket.
//
// A [Journal] is a log for whoever has one step: each call waits until the disk has what
// it gave, together with whoever else waits.
//
// # Modes
//
// With the zero Interval, acknowledged means durable. With an Interval of d it
// means handed to the operating system; a Sync begins within d. [Log.Sync] does
// not wait for it. What [Log.Durable], [Log.Records], [Reader] and [Log.WaitPast]
// show is durable in both modes.
//
// # Format
//
// A log is a directory of segments named by their numbers: 000000000001.seg and
// so on, without a gap. Beside them are the file lock, and copies of torn ends as
// 000000000001.seg.quarantine, -2 and so on; segment.tmp and quarantine.tmp are
// files in the making. Numbers are little-endian; checksums are CRC-32C
// (Castagnoli), as RFC 3720, section 12.1 has it. Version 1 of a segment is a
// header and frames until its end. A header has 64 bytes:
//
//	 0   8  magic: 89 4d 42 53 0d 0a 1a 0a
//	 8   2  format version that wrote it: 1
//	10   2  format version needed to read it: 1
//	12   4  features needed to read it: 0
//	16  16  journal id
//	32   8  segment number, from 1
//	40   8  sequence of the first record
//	48   4  chain value at the end of the segment before, 0 for none
//	52   8  zero
//	60   4  checksum of the bytes 0 to 59; the chain begins with it
//
// A record is a frame of 16 bytes and its payload of up to 16 MiB:
//
//	 0   4  chain value: checksum of the bytes from 4 on, continued from the frame before
//	 4   4  length of the payload
//	 8   8  sequence: one more than the record before
//	16   …  payload
//
// A mark is a frame of 80 bytes. It says what was durable before it was written,
// and can be checked without anything before it:
//
//	 0   4  chain value, as of a record
//	 4   4  80000040 (hexadecimal): a mark, 64 bytes behind the frame
//	 8   8  sequence of the last record before
//	16   8  magic: 8d 4d 42 4d 0d 0a 1a 0a
//	24  16  journal id
//	40   8  segment number
//	48   8  its own offset
//	56   8  offset before which everything is durable
//	64   4  kind: 1 before a group, 2 behind the last group for now, 3 end of a closed log, 4 end of a segment
//	68   4  chain value of the frame before
//	72   4  zero
//	76   4  checksum of the bytes 4 to 75
//
// Every group begins with a mark, unless there is one right before it. When a
// group was synced and nothing else waits, a mark of kind 2 is left behind it
// without a Sync of its own: it costs one small write to memory, and makes the
// end of a killed process's log as provable as that of a closed one. Close syncs
// a mark of kind 3, and every segment but the last ends in one of kind 4.
//
// A segment is made under a temporary name and renamed once it is durable. It is
// grown ahead of what is written, partly by zeros that are written, and cut back when it
// is finished or closed, so zeros at the end of the last segment are no frames.
//
// # Recovery
//
// [Open] reads the last segment whole, and of each other one the header and the
// mark at its end, which the next header has to continue; the frames between are
// checked when they are read, or by [Verify]. It first looks, and only then
// changes anything:
//
//   - Damage that a mark behind it proves to have been durable, damage in a
//     segment that another one follows, and a hole in the numbers are a
//     [*CorruptError]. Nothing is changed. [Salvage] reads what is left.
//   - Other bytes behind the last frame that checks were not durable: a torn end.
//     They are copied to a file of their own, which is never removed, that file is
//     made durable, and then they are cut off, before anything is appended.
//     [Recovery.Torn] says so.
//   - Frames that check but that no mark proves were perhaps read from memory
//     only: after a Sync that failed, a system may have taken for clean what is
//     not on disk, and a second Sync would do nothing. Such an end is written
//     again in place, byte for byte, and synced, before Open returns.
//   - A last segment without frames is made again, because its name may not be
//     durable. One that is shorter than a header, or all zeros, was never finished.
//
// # Crashes
//
// A kill, or a loss of power, can leave the records of a group that was not
// acknowledged: all of them, the first of them, or none. It cannot lose an
// acknowledged one, put one out of order, or leave a record in part. Nothing can
// tell such a group from one whose answer did not arrive, so a caller needs an
// identity in its records that finds duplicates.
//
// Damage to the bytes of the last mark itself looks like a torn end: no record is
// lost by it, and Recovery says that something was cut. Removing the last
// segments whole, or cutting the last one, goes back to what the log once was;
// so does removing the first ones, which is what [Log.Drop] does. To notice it
// takes a sequence that is kept elsewhere. Checksums find accidents, not forgery.
//
// # Exactness
//
// A record is read with the bytes and the sequence it was written with, or not
// at all. A batch is kept whole or refused whole; records of one batch can be cut
// only by a crash before it was acknowledged.
//
// # Errors
//
// A Sync that failed, of a file or the directory, and a failed write that could
// not be taken back are [ErrPoisoned]: that call and all later ones fail until
// the log is opened again, and the Sync is not tried again. Other failures to
// write, [ErrNoSpace] among them, fail the group, put the file back where it was,
// durably, and leave the log usable. [ErrClosed], [ErrFull], [ErrTooLarge],
// [ErrDropped], [ErrLocked], [ErrVersion], [ErrForeign], [ErrOption],
// [ErrUnsafe] and [ErrName] are what they say.
//
// # Limits
//
// A record has up to Options.MaxRecord bytes, 1 MiB by default and 16 MiB at
// most; a segment is at most 1 GiB and one group long. Reading holds a buffer of
// 256 KiB or one record, Salvage a segment. Lengths that are read are held
// against what is left of the file before anything is allocated.
//
// It takes that a write of some bytes leaves other bytes as they are, that Sync
// reports what did not get to the disk once, and that a rename is done whole or
// not at all. It does not take that sectors are written whole or in order.
// Locks of files do not hold on all network file systems: keep a log on a local
// one. On Windows the names of files are made durable by the file system's own
// journal; where there is no lock of files, Open refuses.
//
// # Laws
//
// -segment.full tries every bit and 64 KiB where a part is tried otherwise,
// -segment.n sets the cases of those that are random, -segment.seed repeats them.
//
//   - TestLaw_Truncate_Prefix: a log cut at any byte is its exact prefix, and
//     goes on from there.
//   - TestLaw_Flip_Detected: no flipped bit goes unnoticed or shortens a log
//     without an error.
//   - TestLaw_Rearranged_Detected, TestLaw_SegmentsRearranged_Detected: nor does a
//     frame or a segment that was moved, doubled, left out or put in from another
//     journal.
//   - TestLaw_GarbageTail_CutAndKept: whatever is behind a log is cut and kept.
//   - TestLaw_Salvage_AllButTheDamaged: a flipped bit costs at most three records,
//     and an unchanged log none.
//   - TestLaw_Fault_NothingAckedIsLost: any one call, or all from it on, fail in
//     each way, and then the power does.
//   - TestLaw_Crash_NothingAckedIsLost: the power fails at any call, three times.
//   - TestLaw_Drop_Crash: nor does a crash while segments are dropped leave a hole.
//   - TestLaw_Kill_NothingAckedIsLost: a process is killed at any time.
//   - TestLaw_Blank_OnlyAhead: zeros are written where nothing was, before anything is.
//   - TestLog_FullAtARotation: what is acknowledged after a disk was full is read again.
//   - TestLaw_Interval_Crash: what each mode promises, and no more is relied on.
//   - TestRig_NoticesAMissingSync: the tests' disk loses what is not synced.
//   - TestGolden_Version1: files of version 1 are read for ever.
//   - FuzzOpen_HostileSegment: any bytes are refused or read, in bounded memory.
//
// # Design
//
// Records are chained by their checksums, because a checksum of each alone finds
// flipped bits but not a record that is missing, doubled or in another's place.
// The chain is computed as records are staged, in the writers' own goroutines;
// that is why the start of a group is laid out when its first record is staged.
//
// Marks are what lets damage be told from a torn end. Two other ways were turned
// down: to sync a length elsewhere costs a second Sync for each group, and to cut
// at the first frame that does not check loses acknowledged records to one bit.
//
// Segments are grown by fallocate; where the file system cannot, the length alone is
// set. On ext4 and Linux 6.18 (2026-11), groups of 200 bytes sync at 10,700 a second
// then and 6,900 without, and groups of 1.16 MB at 1.5 GB/s and 1.4. Of ext4 and XFS a
// block that was reserved is converted by its first write, which each Sync has to note
// in the file system's journal. Small groups have a MiB of zeros written ahead of them:
// a group of 22 kB then takes 0.17 ms instead of 0.22 on the mean, and 0.21 instead of
// 0.68 beside a processor that is busy, where that journal's thread has to wait for its
// turn. One Sync in so many takes a millisecond. Large groups are not written twice:
// those of 0.4 MB took 0.58 ms with it and 0.53 without.
//
// The end that no mark proves is written again in place rather than to a new
// segment: the bytes are the same, so a crash in between leaves one or the other
// of two equal things, and no record is in two files.
//
// A batch of 10,000 records of 100 bytes takes 1.35 ms there, of which 0.33 are
// encoding and checksums, 0.23 the write and 0.72 the Sync; the same bytes by
// WriteAt and fdatasync take 1.0 to 1.2. Whoever stages the next batch before
// waiting for the last has the first part for nothing if a processor is free. A
// group is therefore handed over by who staged it: when the writer fetched it, a
// second batch was often quicker, joined it, and the disk stood idle meanwhile.
//
// Who waits without an end writes, if nobody does: where processors sleep, waking a
// goroutine takes as long as a Sync, and one that is woken for each group is never there
// in time. One record at a time took 137 µs with it and 113 without; four goroutines did
// not differ. A context that can end leaves it to a goroutine of the log, so
// that its owner can go while the disk is stuck; so does who has no more than a channel
// to be closed ([Ticket.Then]). What is called while somebody writes can be a program's
// own, files or a clock: if it panics there, the log is poisoned before the panic goes on.
package segment
