package meteringtest_test

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/segment"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

var (
	lawsN    = flag.Int("laws.n", 300, "cases of each law")
	lawsSeed = flag.Uint64("laws.seed", 20261126, "seed of the laws; 0 draws one")
)

// seeds gives a seed to each case and names it where the case fails.
func seeds(t *testing.T, law func(t *testing.T, seed uint64)) {
	first := *lawsSeed
	if first == 0 {
		first = uint64(time.Now().UnixNano())
	}
	seed := first
	defer func() {
		if t.Failed() {
			t.Logf("repeat with -laws.seed=%d -laws.n=1", seed)
		}
	}()
	for range *lawsN {
		law(t, seed)
		seed++
	}
}

var names = []string{"a", "b", "c", "d"}

// pair is a disk and its oracle with the same files open.
type pair struct {
	t      *testing.T
	disk   segment.Files
	oracle *oracleDir
	open   [4]segment.File
	same   [4]*oracleFile
	fill   byte
}

func newPair(t *testing.T, disk segment.Files) *pair {
	return &pair{t: t, disk: disk, oracle: newOracle()}
}

// step does one thing to both, said by four bytes.
func (p *pair) step(op [4]byte) {
	name, other, slot := names[op[1]%4], names[op[2]%4], op[3]%4
	size := int(op[2])*13 + int(op[3]) // to some seven blocks of 512
	switch op[0] % 10 {
	case 0, 1:
		f, err := p.disk.Create(name)
		o := p.oracle.create(name)
		if o == nil {
			require.ErrorIs(p.t, err, fs.ErrExist)
			return
		}
		require.NoError(p.t, err)
		p.open[slot], p.same[slot] = f, o
	case 2:
		f, err := p.disk.Edit(name)
		o := p.oracle.now()[name]
		if o == nil {
			require.ErrorIs(p.t, err, fs.ErrNotExist)
			return
		}
		require.NoError(p.t, err)
		p.open[slot], p.same[slot] = f, o
	case 3:
		err := p.disk.Rename(name, other)
		if !p.oracle.rename(name, other) {
			require.ErrorIs(p.t, err, fs.ErrNotExist)
			return
		}
		require.NoError(p.t, err)
	case 4:
		err := p.disk.Remove(name)
		if !p.oracle.remove(name) {
			require.ErrorIs(p.t, err, fs.ErrNotExist)
			return
		}
		require.NoError(p.t, err)
	case 5:
		require.NoError(p.t, p.disk.SyncDir())
		p.oracle.syncDir()
	default:
		p.stepFile(op[0]%10, op[1]%4, size, int(op[3]))
	}
}

// stepFile does one thing to an open file of both.
func (p *pair) stepFile(what, slot byte, size, length int) {
	f, o := p.open[slot], p.same[slot]
	if f == nil {
		return
	}
	switch what {
	case 6, 7:
		data := make([]byte, length*5)
		for i := range data {
			p.fill++
			data[i] = p.fill | 1
		}
		n, err := f.WriteAt(data, int64(size))
		require.NoError(p.t, err)
		require.Equal(p.t, len(data), n)
		o.write(data, size)
	case 8:
		require.NoError(p.t, f.Truncate(int64(size)))
		o.truncate(size)
	case 9:
		require.NoError(p.t, f.Sync())
		o.sync()
	}
	p.sameFile(f, o)
}

func (p *pair) sameFile(f segment.File, o *oracleFile) {
	want := o.now()
	size, err := f.Size()
	require.NoError(p.t, err)
	require.EqualValues(p.t, len(want), size)
	got := make([]byte, len(want)+1)
	n, err := f.ReadAt(got, 0)
	require.Equal(p.t, io.EOF, err)
	require.True(p.t, bytes.Equal(want, got[:n]), "a file is not what was written to it")
}

func contents(t *testing.T, files segment.Files) map[string][]byte {
	all, err := meteringtest.Contents(files)
	require.NoError(t, err)
	return all
}

// same compares what is in two directories and shows little of it.
func same(t *testing.T, want, got map[string][]byte, what ...any) {
	require.ElementsMatch(t, slices.Collect(maps.Keys(want)), slices.Collect(maps.Keys(got)), what...)
	for name, data := range want {
		require.Len(t, got[name], len(data), what...)
		require.True(t, bytes.Equal(data, got[name]), what...)
	}
}

// steps does random things to a disk and its oracle.
func steps(t *testing.T, r *rand.Rand, disk segment.Files) *pair {
	p := newPair(t, disk)
	for range 1 + r.IntN(60) {
		var op [4]byte
		for i := range op {
			op[i] = byte(r.Uint32())
		}
		p.step(op)
	}
	return p
}

// Without a crash a disk is maps of bytes; a kill changes nothing of it, and a
// power loss leaves what was durable, at least, and what is there, at most.
func FuzzDisk_SameAsModel(f *testing.F) {
	f.Add([]byte{0, 0, 0, 0, 6, 0, 0, 9, 9, 0, 0, 0, 5, 0, 0, 0, 3, 0, 1, 0})
	f.Add([]byte{0, 0, 0, 0, 6, 0, 40, 90, 9, 0, 0, 0, 8, 0, 3, 0, 6, 0, 90, 90, 5, 0, 0, 0, 4, 0, 0, 0})
	f.Fuzz(func(t *testing.T, ops []byte) {
		disk := meteringtest.NewDisk(meteringtest.BlockSize(64))
		p := newPair(t, disk)
		for ; len(ops) >= 4; ops = ops[4:] {
			p.step([4]byte(ops))
		}
		same(t, p.oracle.contents(false), contents(t, disk))
		same(t, p.oracle.contents(false), contents(t, disk.Kill()))
		same(t, p.oracle.contents(true), contents(t, disk.PowerLoss(meteringtest.Loss{})))
		same(t, p.oracle.contents(true), contents(t, disk.Kill().PowerLoss(meteringtest.Loss{})))
		same(t, p.oracle.contents(false), contents(t, disk.PowerLoss(meteringtest.Loss{Survive: 100})))
	})
}

// A power loss leaves each block in a state that it had, each length one that
// the file had, and each name where it was.
func TestLaw_PowerLoss_LeavesWhatWas(t *testing.T) {
	staleBlocks := 0
	seeds(t, func(t *testing.T, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 1))
		size := []int{16, 512, 4096}[r.IntN(3)]
		disk := meteringtest.NewDisk(meteringtest.BlockSize(size))
		p := steps(t, r, disk)
		before := contents(t, disk)
		for _, survive := range []int{0, 25, 50, 75, 100, meteringtest.Random} {
			after := disk.PowerLoss(meteringtest.Loss{Seed: seed, Survive: survive})
			wrong, stale := p.oracle.canBe(contents(t, after), size)
			require.Empty(t, wrong, "seed %d, survive %d", seed, survive)
			staleBlocks += stale
			same(t, contents(t, after), contents(t, after.PowerLoss(meteringtest.Loss{Seed: seed})),
				"what a power loss has left is durable")
		}
		same(t, before, contents(t, disk), "the disk itself goes on")
	})
	if *lawsN >= 100 {
		require.NotZero(t, staleBlocks, "stale blocks")
	}
}

// What was synced, with its name, survives every power loss, whatever follows
// elsewhere.
func TestLaw_Synced_Survives(t *testing.T) {
	seeds(t, func(t *testing.T, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 2))
		disk := meteringtest.NewDisk()
		kept := []byte(fmt.Sprint("kept through ", seed))
		write(t, disk, "kept", kept)
		require.NoError(t, disk.SyncDir())
		steps(t, r, disk)
		for i := range uint64(10) {
			after := disk.PowerLoss(meteringtest.Loss{Seed: seed + i, Survive: meteringtest.Random})
			require.Equal(t, string(kept), string(contents(t, after)["kept"]), "seed %d", seed+i)
		}
	})
}

// Same seed, same bytes; and other seeds give others.
func TestLaw_PowerLoss_SameSeedSameBytes(t *testing.T) {
	differs := 0
	seeds(t, func(t *testing.T, seed uint64) {
		run := func() *meteringtest.Disk {
			disk := meteringtest.NewDisk()
			steps(t, rand.New(rand.NewPCG(seed, 3)), disk)
			return disk
		}
		a, b := run(), run()
		loss := meteringtest.Loss{Seed: seed, Survive: meteringtest.Random}
		first := contents(t, a.PowerLoss(loss))
		same(t, first, contents(t, a.PowerLoss(loss)), "seed %d: asked again", seed)
		same(t, first, contents(t, b.PowerLoss(loss)), "seed %d: run again", seed)
		same(t, first, contents(t, b.Kill().PowerLoss(loss)), "seed %d: a copy", seed)
		loss.Seed++
		if fmt.Sprint(first) != fmt.Sprint(contents(t, a.PowerLoss(loss))) {
			differs++
		}
	})
	require.Greater(t, differs*4, *lawsN, "runs of %d in which another seed gives other bytes", *lawsN)
}

// A wrapper that is told nothing is the disk below.
func TestLaw_Faults_PassOn(t *testing.T) {
	seeds(t, func(t *testing.T, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 4))
		disk := meteringtest.NewDisk()
		faults := meteringtest.NewFaults(disk)
		if seed%2 == 0 {
			faults.Space(1 << 20)
		}
		p := steps(t, r, faults)
		same(t, p.oracle.contents(false), contents(t, disk))
		same(t, p.oracle.contents(true), contents(t, disk.PowerLoss(meteringtest.Loss{})))
	})
}

// write makes a file that is synced, without its name.
func write(t *testing.T, files segment.Files, name string, data []byte) {
	f, err := files.Create(name)
	require.NoError(t, err)
	_, err = f.WriteAt(data, 0)
	require.NoError(t, err)
	require.NoError(t, f.Sync())
	require.NoError(t, f.Close())
}
