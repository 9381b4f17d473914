package meteringtest_test

import (
	"bytes"
	"io/fs"
	"maps"
	"slices"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/segment"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

// over counts in how many of a thousand power losses something is so.
func over(t *testing.T, disk *meteringtest.Disk, survive int, is func(all map[string][]byte) bool) int {
	n := 0
	for seed := range uint64(1000) {
		if is(contents(t, disk.PowerLoss(meteringtest.Loss{Seed: seed, Survive: survive}))) {
			n++
		}
	}
	return n
}

// edit makes a durable file and leaves it open.
func edit(t *testing.T, disk *meteringtest.Disk, name string, data []byte) segment.File {
	write(t, disk, name, data)
	require.NoError(t, disk.SyncDir())
	f, err := disk.Edit(name)
	require.NoError(t, err)
	return f
}

func writeAt(t *testing.T, f segment.File, data []byte, off int64) {
	_, err := f.WriteAt(data, off)
	require.NoError(t, err)
}

func TestPowerLoss_Blocks(t *testing.T) {
	disk := meteringtest.NewDisk(meteringtest.BlockSize(512))
	oldData, newData := bytes.Repeat([]byte("o"), 1024), bytes.Repeat([]byte("n"), 1024)
	f := edit(t, disk, "a", oldData)
	writeAt(t, f, newData, 0)

	block := func(i int, of []byte) func(map[string][]byte) bool {
		return func(all map[string][]byte) bool {
			return bytes.Equal(all["a"][i*512:(i+1)*512], of[:512])
		}
	}
	for i := range 2 {
		require.Zero(t, over(t, disk, 0, block(i, newData)))
		require.Equal(t, 1000, over(t, disk, 100, block(i, newData)))
		require.InDelta(t, 250, over(t, disk, 25, block(i, newData)), 60)
		require.InDelta(t, 500, over(t, disk, 50, block(i, newData)), 60)
		require.InDelta(t, 750, over(t, disk, 75, block(i, newData)), 60)
		require.Equal(t, 1000, over(t, disk, 50, block(i, newData))+over(t, disk, 50, block(i, oldData)), "one or the other")
	}
	reordered := func(all map[string][]byte) bool { return block(1, newData)(all) && block(0, oldData)(all) }
	require.InDelta(t, 250, over(t, disk, 50, reordered), 60, "the second written, the first not")

	require.NoError(t, f.Sync())
	require.Equal(t, 1000, over(t, disk, 0, block(0, newData)))
}

func TestPowerLoss_StatesBetween(t *testing.T) {
	disk := meteringtest.NewDisk()
	f := edit(t, disk, "a", []byte("0"))
	writeAt(t, f, []byte("1"), 0)
	writeAt(t, f, []byte("2"), 0)
	for _, state := range []string{"0", "1", "2"} {
		n := over(t, disk, 50, func(all map[string][]byte) bool { return string(all["a"]) == state })
		require.Greater(t, n, 50, state)
	}
	for i := range 100 { // more states than are told apart
		writeAt(t, f, []byte{byte(i)}, 0)
	}
	states := map[string]bool{}
	over(t, disk, 50, func(all map[string][]byte) bool { return mark(states, all["a"]) })
	require.True(t, states["0"])
	require.True(t, states[string([]byte{99})])
	require.Greater(t, len(states), 20)
}

// Each state has all writes up to it, and none that its caller made of them.
func TestPowerLoss_StatesAreWhole(t *testing.T) {
	disk := meteringtest.NewDisk()
	f := edit(t, disk, "a", make([]byte, 100))
	var one [1]byte
	for i := range 100 {
		one[0] = byte(i + 1)
		writeAt(t, f, one[:], int64(i))
		one[0] = 0xee
	}
	counts := map[int]bool{}
	over(t, disk, 50, func(all map[string][]byte) bool {
		n := 0
		for n < 100 && all["a"][n] == byte(n+1) {
			n++
		}
		require.Equal(t, make([]byte, 100-n), all["a"][n:])
		counts[n] = true
		return true
	})
	require.Greater(t, len(counts), 20)
}

func mark(set map[string]bool, b []byte) bool { set[string(b)] = true; return true }

func TestPowerLoss_Length(t *testing.T) {
	disk := meteringtest.NewDisk(meteringtest.BlockSize(512))
	head := bytes.Repeat([]byte("h"), 512)
	f := edit(t, disk, "a", head)
	for i := range 4 {
		writeAt(t, f, bytes.Repeat([]byte("t"), 512), 512*int64(i+1))
	}
	lengths := map[int]int{}
	kinds := map[string]int{}
	over(t, disk, 50, func(all map[string][]byte) bool {
		a := all["a"]
		lengths[len(a)]++
		require.True(t, bytes.Equal(head, a[:512]), "what was durable")
		for at := 512; at < len(a); at += 512 {
			switch b := a[at : at+512]; {
			case bytes.Equal(b, bytes.Repeat([]byte("t"), 512)):
				kinds["new"]++
			case bytes.Equal(b, make([]byte, 512)):
				kinds["zeros"]++
			case bytes.Equal(b, bytes.Repeat([]byte{0xff}, 512)):
				kinds["ones"]++
			case bytes.Equal(b, head):
				kinds["another block"]++
			default:
				kinds["noise"]++
			}
		}
		return true
	})
	require.Len(t, lengths, 5, "the old length, and each that the file had: %v", lengths)
	require.Len(t, kinds, 5, "%v", kinds)

	require.NoError(t, f.Truncate(100))
	cut := 0
	for seed := range uint64(1000) {
		after := disk.PowerLoss(meteringtest.Loss{Seed: seed, Survive: 50})
		g, err := after.Edit("a")
		require.NoError(t, err)
		if size, _ := g.Size(); size == 100 {
			cut++
			require.NoError(t, g.Truncate(2000))
			require.Equal(t, append(head[:100:100], make([]byte, 1900)...), contents(t, after)["a"], "zeros behind the end")
		}
	}
	require.InDelta(t, 500, cut, 60)
}

func TestPowerLoss_CreateNeedsSyncDir(t *testing.T) {
	disk := meteringtest.NewDisk()
	write(t, disk, "a", []byte("synced"))
	there := func(all map[string][]byte) bool {
		_, ok := all["a"]
		require.True(t, !ok || string(all["a"]) == "synced")
		return ok
	}
	require.InDelta(t, 500, over(t, disk, 50, there), 60)
	require.NoError(t, disk.SyncDir())
	require.Equal(t, 1000, over(t, disk, 0, there))

	f, err := disk.Create("b")
	require.NoError(t, err)
	writeAt(t, f, []byte("not synced"), 0)
	require.NoError(t, disk.SyncDir())
	require.Equal(t, 1000, over(t, disk, 0, func(all map[string][]byte) bool {
		b, ok := all["b"]
		return ok && len(b) == 0
	}), "the name is durable, what is in the file is not")
}

func TestPowerLoss_FirstChangesOrAny(t *testing.T) {
	disk := meteringtest.NewDisk()
	const files = "abcdefghijklmnopqrst"
	for _, c := range files {
		write(t, disk, string(c), nil)
	}
	first := over(t, disk, 50, func(all map[string][]byte) bool {
		return len(all) == 0 || all[files[len(all)-1:len(all)]] != nil
	})
	require.Greater(t, first, 450)
	require.Less(t, first, 950)
	inOrder := over(t, disk, 50, func(all map[string][]byte) bool {
		for _, c := range files[:len(all)] {
			if all[string(c)] == nil {
				return false
			}
		}
		return true
	})
	require.InDelta(t, 500, inOrder, 60, "as a file system with a journal leaves them")
}

func TestPowerLoss_RenameIsOneStep(t *testing.T) {
	disk := meteringtest.NewDisk()
	_ = edit(t, disk, "a", []byte("new"))
	_ = edit(t, disk, "b", []byte("old"))
	require.NoError(t, disk.Rename("a", "b"))
	renamed := func(all map[string][]byte) bool {
		if len(all) == 1 {
			require.Equal(t, "new", string(all["b"]))
			return true
		}
		require.Equal(t, "new", string(all["a"]))
		require.Equal(t, "old", string(all["b"]))
		return false
	}
	require.InDelta(t, 500, over(t, disk, 50, renamed), 60, "without SyncDir it can be lost")

	write(t, disk, "a", []byte("third"))
	over(t, disk, 50, func(all map[string][]byte) bool {
		require.True(t, string(all["b"]) == "new" || string(all["a"]) == "new", "no name has it any more: %v", all)
		return true
	})
	require.NoError(t, disk.SyncDir())
	require.Equal(t, 1000, over(t, disk, 0, func(all map[string][]byte) bool { return string(all["b"]) == "new" }))
}

func TestPowerLoss_RemoveNeedsSyncDir(t *testing.T) {
	disk := meteringtest.NewDisk()
	_ = edit(t, disk, "a", []byte("a"))
	_ = edit(t, disk, "b", []byte("b"))
	require.NoError(t, disk.Remove("a"))
	require.NoError(t, disk.Remove("b"))
	onlyFirst := func(all map[string][]byte) bool { return all["a"] != nil && all["b"] == nil }
	require.Greater(t, over(t, disk, 50, onlyFirst), 50, "changes of different files need no order")
	require.NoError(t, disk.SyncDir())
	require.Equal(t, 1000, over(t, disk, 0, func(all map[string][]byte) bool { return len(all) == 0 }))
}

// The disk, its handles and its locks go on; those of the copies are their own.
func TestPowerLoss_LeavesTheDiskAlone(t *testing.T) {
	disk := meteringtest.NewDisk()
	f := edit(t, disk, "a", []byte("before"))
	lock, err := disk.Lock("lock")
	require.NoError(t, err)
	for name, crash := range map[string]func(*meteringtest.Disk) *meteringtest.Disk{
		"power": func(d *meteringtest.Disk) *meteringtest.Disk { return d.PowerLoss(meteringtest.Loss{Survive: 100}) },
		"kill":  (*meteringtest.Disk).Kill,
	} {
		after := crash(disk)
		free, err := after.Lock("lock")
		require.NoError(t, err, "%s: a crash releases locks", name)
		_, err = after.Lock("lock")
		require.ErrorIs(t, err, segment.ErrLocked)
		require.NoError(t, free.Close())
		require.ErrorIs(t, free.Close(), fs.ErrClosed)

		writeAt(t, f, []byte("AFTER!"), 0)
		require.NoError(t, f.Sync())
		require.Equal(t, "before", string(contents(t, after)["a"]), "%s: old handles lead to the old disk", name)
		write(t, after, "new", nil)
		require.NotContains(t, contents(t, after.PowerLoss(meteringtest.Loss{})), "new", "%s: a disk like any", name)
		g, err := after.Edit("a")
		require.NoError(t, err)
		writeAt(t, g, []byte("copied"), 0)
		require.NoError(t, g.Sync())
		require.NoError(t, after.Remove("a"))
		require.NoError(t, after.SyncDir())
		require.Equal(t, "AFTER!", string(contents(t, disk)["a"]), "%s: and new ones to the new", name)
		writeAt(t, f, []byte("before"), 0)
		require.NoError(t, f.Sync())
	}
	_, err = disk.Lock("lock")
	require.ErrorIs(t, err, segment.ErrLocked)
	require.NoError(t, lock.Close())
}

func TestKill_KeepsWhatWasWritten(t *testing.T) {
	disk := meteringtest.NewDisk()
	f, err := disk.Create("a")
	require.NoError(t, err)
	writeAt(t, f, []byte("written"), 0)
	killed := disk.Kill()
	require.Equal(t, "written", string(contents(t, killed)["a"]))
	require.Empty(t, contents(t, killed.PowerLoss(meteringtest.Loss{})), "which does not make it durable")

	g, err := killed.Edit("a")
	require.NoError(t, err)
	require.NoError(t, g.Sync())
	require.NoError(t, killed.SyncDir())
	require.Equal(t, "written", string(contents(t, killed.PowerLoss(meteringtest.Loss{}))["a"]), "a new process can")
	require.Empty(t, contents(t, disk.PowerLoss(meteringtest.Loss{})))
}

func TestKill_PartsWays(t *testing.T) {
	disk := meteringtest.NewDisk()
	f := edit(t, disk, "a", []byte("0"))
	for _, state := range []string{"1", "2", "3"} {
		writeAt(t, f, []byte(state), 0)
	}
	killed := disk.Kill()
	g, err := killed.Edit("a")
	require.NoError(t, err)
	writeAt(t, f, []byte("f"), 0)
	require.Equal(t, "3", string(contents(t, killed)["a"]))
	writeAt(t, g, []byte("g"), 0)
	require.Equal(t, "f", string(contents(t, disk)["a"]))
	writeAt(t, f, []byte("F"), 0)
	writeAt(t, g, []byte("G"), 0)
	states := map[string]bool{}
	over(t, disk, 50, func(all map[string][]byte) bool { return mark(states, all["a"]) })
	require.Equal(t, map[string]bool{"0": true, "1": true, "2": true, "3": true, "f": true, "F": true}, states)
	clear(states)
	over(t, killed, 50, func(all map[string][]byte) bool { return mark(states, all["a"]) })
	require.Equal(t, map[string]bool{"0": true, "1": true, "2": true, "3": true, "g": true, "G": true}, states)
}

func TestKill_PartsWays_Lengths(t *testing.T) {
	disk := meteringtest.NewDisk()
	f := edit(t, disk, "a", nil)
	for _, size := range []int64{1, 2, 3} {
		require.NoError(t, f.Truncate(size))
	}
	killed := disk.Kill()
	g, err := killed.Edit("a")
	require.NoError(t, err)
	require.NoError(t, f.Truncate(10))
	require.NoError(t, g.Truncate(20))
	require.NoError(t, f.Truncate(11))
	require.NoError(t, g.Truncate(21))
	for at, want := range map[*meteringtest.Disk][]int{disk: {0, 1, 2, 3, 10, 11}, killed: {0, 1, 2, 3, 20, 21}} {
		lengths := map[int]bool{}
		over(t, at, 50, func(all map[string][]byte) bool { lengths[len(all["a"])] = true; return true })
		require.ElementsMatch(t, want, slices.Collect(maps.Keys(lengths)))
	}
}

func TestDisk_OpenFilesOutliveTheirNames(t *testing.T) {
	disk := meteringtest.NewDisk()
	f := edit(t, disk, "a", []byte("removed"))
	g := edit(t, disk, "b", []byte("replaced"))
	_ = edit(t, disk, "c", []byte("replaces"))
	require.NoError(t, disk.Remove("a"))
	require.NoError(t, disk.Rename("c", "b"))
	p := make([]byte, 7)
	_, err := f.ReadAt(p, 0)
	require.NoError(t, err)
	require.Equal(t, "removed", string(p))
	_, err = g.ReadAt(p, 0)
	require.NoError(t, err)
	require.Equal(t, "replace", string(p))
}

func TestDisk_Bounds(t *testing.T) {
	disk := meteringtest.NewDisk(meteringtest.BlockSize(-1), meteringtest.BlockSize(1<<30))
	f, err := disk.Create("a")
	require.NoError(t, err)
	require.ErrorIs(t, f.Truncate(meteringtest.MaxFileBytes+1), syscall.EFBIG)
	_, err = f.WriteAt([]byte("xx"), meteringtest.MaxFileBytes-1)
	require.ErrorIs(t, err, syscall.EFBIG)
	_, err = f.WriteAt([]byte("xx"), 1<<63-1)
	require.ErrorIs(t, err, syscall.EFBIG)
	require.NoError(t, f.Truncate(meteringtest.MaxFileBytes), "nothing but a hole")
	require.NoError(t, f.Sync())
	require.NoError(t, f.Close())
	require.ErrorIs(t, f.Close(), fs.ErrClosed)
	r, err := disk.Open("a")
	require.NoError(t, err)
	_, err = r.WriteAt([]byte("x"), 0)
	require.ErrorIs(t, err, syscall.EBADF)
	_, err = disk.Create("A")
	require.ErrorIs(t, err, fs.ErrInvalid)
}

// Crashes while others write, for -race.
func TestDisk_ConcurrentSafe_Crashes(t *testing.T) {
	disk := meteringtest.NewDisk()
	f := edit(t, disk, "a", []byte("durable"))
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for n := range 50 {
				_, _ = f.WriteAt(bytes.Repeat([]byte{byte(i)}, 300), int64(100+n*200))
				if n%10 == 0 {
					_ = f.Sync()
				}
			}
		})
		all.Go(func() {
			for seed := range uint64(50) {
				for _, after := range []*meteringtest.Disk{
					disk.Kill(), disk.PowerLoss(meteringtest.Loss{Seed: seed, Survive: meteringtest.Random}),
				} {
					g, err := after.Edit("a")
					if err == nil {
						_, _ = g.WriteAt([]byte("DURABLE"), 0)
						_ = g.Sync()
					}
				}
			}
		})
	}
	all.Wait()
	require.Equal(t, "durable", string(contents(t, disk)["a"][:7]))
}
