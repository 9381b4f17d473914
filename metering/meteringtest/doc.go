// Package meteringtest cuts the power, fails the disk and checks file systems,
// for tests of what keeps usage on disk.
//
//	disk := meteringtest.NewDisk()
//	faults := meteringtest.NewFaults(disk)
//	faults.Hook(func(call meteringtest.Call) error { // before each call
//		after := disk.PowerLoss(meteringtest.Loss{Seed: seed, Survive: meteringtest.Random})
//		if got, err := read(after); err != nil || !hasAll(got, acknowledged) {
//			t.Errorf("seed %d, %v: acknowledged events are lost", seed, call)
//		}
//		return nil
//	})
//	run(faults)
//
// # Power
//
// A [Disk] is a directory in memory that knows what of it is durable: of a file,
// what was written before its last Sync; of the directory, what was changed
// before the last SyncDir. [Disk.PowerLoss] returns another disk, as this one
// may be found if the power fails now. The disk itself goes on, so one run can
// be cut at each of its calls, with many seeds.
//
//   - Each block has any state that it had since it was durable, whatever the
//     others have: lost, torn, written in another order. [BlockSize] says what a
//     block is.
//   - A file is as long as it was, or as it has been since. Where it grew over
//     blocks that were not written there are zeros or, at times, what the disk had
//     there before.
//   - Of the changes of the directory a first part survives, or any that go
//     together. A rename is one step. A file whose name did not survive is not
//     there, synced or not.
//
// [Disk.Kill] is a process that ends, and a disk that does not: everything that
// was written is there, and no lock is held.
//
// # Faults
//
// [Faults] wraps any directory and counts its calls. [Faults.FailAt] makes one
// of them fail, or all from it on; [EveryFault] lists with what. A scenario that
// is run once for each of its calls and each of the faults has met all of them.
// [Faults.Space] is a disk that becomes full, and [Faults.Hook] anything else.
//
// A Sync that fails loses what it should have written: the next one succeeds and
// writes nothing of it. The disk of that file finds out at the next power loss.
//
// # Mutants
//
// A suite that cuts the power has to fail where a sync is missing.
// [WithoutSync] leaves out one, by number ([Nth]), by line of code ([AtSite]) or
// as a function says, so that a test of the suite can ask for each whether
// something misses it.
//
// # Files of your own
//
// [TestFiles] holds an implementation of the contract, a directory of the
// operating system or a wrapper, against all of it but durability.
//
// # What this shows and what not
//
// It can show that what was acknowledged is found again after a kill or a power
// loss at any call, that no sync is missing, that every call may fail, that a
// full disk is told and got over, and that nothing trusts a Sync that succeeds
// after one that failed.
//
// It cannot show that a real file system or disk keeps to this model. Disks that
// acknowledge a flush and do not write, kernels with a bug, bits that flip and
// blocks that go astray are not in it; damage can be written to a copy of a disk.
// Nor does it show the calls of the operating system itself: those take a real
// directory, a kill -9, and a device that drops writes.
//
// The model is meant to be no kinder than file systems in use. In three things
// it is as kind as the contract lets a log expect: a block is written whole or
// not at all, a write changes no byte beside it, and a rename is one step.
//
// # Exactness
//
// The same seed and the same calls give the same bytes, on every machine.
// Durable bytes are never lost or changed.
//
// # Errors
//
// A disk fails as a directory does, with *fs.PathError around fs.ErrNotExist,
// ErrExist, ErrInvalid (a name that is not plain), ErrClosed, or EBADF, EINVAL
// and EFBIG of package syscall, and around the ErrLocked of the contract. A call
// that was made to fail is a *[FaultError] with the call, around what it was to
// fail with.
//
// # Limits
//
//   - A file is at most [MaxFileBytes] long, and is held in memory. A hole behind
//     all data takes none, one before data 24 bytes a block.
//   - Between two syncs 32 states of a block are told apart. Beyond it the oldest
//     become one.
//   - A Disk that is written to from many goroutines is deterministic as far as
//     the order of their calls is.
//   - Pages of a Sync that failed are all lost, and can be read until then. Real
//     kernels may have written some, and may forget others sooner.
//   - A SyncDir that fails loses nothing, and the next one makes it good.
//   - Reading at the time of a power loss sees what memory has; there is no
//     direct I/O.
//
// # Laws
//
// Each is a property or fuzz test against plain maps of bytes; -laws.n sets how
// many cases a property test tries and -laws.seed repeats them.
//
//   - Without a power loss a disk is a map of bytes; a kill changes nothing, and
//     losses that keep nothing or all leave what is durable or what is there:
//     FuzzDisk_SameAsModel.
//   - A power loss leaves each block, length and name as it was at some time since
//     it was durable: TestLaw_PowerLoss_LeavesWhatWas.
//   - What was synced, with its name, survives: TestLaw_Synced_Survives.
//   - Same seed, same bytes: TestLaw_PowerLoss_SameSeedSameBytes.
//   - Faults that are told nothing are the directory below: TestLaw_Faults_PassOn.
//
// # Design
//
//   - A power loss makes a new disk instead of changing this one: a run of n
//     calls is cut n times in one go, and not in n runs that share their
//     beginnings.
//   - Blocks that are durable are never changed, and all disks share them. What is
//     not durable is kept as the writes that led to it, so that states between
//     the first and the last can be found, as a kernel may write a page at any
//     time.
//   - Subsets of the directory's changes keep the order of each name. Without it a
//     name could be given away before its file has another, which no file system
//     does that renames in one step.
//   - Lost pages are the business of the disk and not of the wrapper, since it is
//     the disk that is asked after a power loss. Wrappers hand it on.
//   - What a block holds that was never written is zeros most of the time. It is
//     bytes of other files at times, since a log that reuses names finds records
//     there with checksums that are right.
//   - A lock makes a file, as with flock: a log has to bear its name in the list.
//   - FUSE and device mappers (LazyFS, dm-flakey) were turned down for this: they
//     need rights, are thousands of times slower, and do not repeat.
//   - The semantics of failed syncs are those measured by Rebello and others, "Can
//     Applications Recover from fsync Failures?", USENIX ATC 2020.
//
// Measured on amd64 (Go 1.26.8, November 2026, on a shared machine of two
// cores): a power loss with a log of 64 KiB, ten records of which are not
// durable, takes 3 µs and 4 KB; with reading all of it, writing and syncing again
// it takes 20 to 30 µs, so 100,000 of them some 3 s.
package meteringtest
