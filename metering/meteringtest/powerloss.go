package meteringtest

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"slices"
)

// Random, as the share that survives, draws it anew for the directory and for
// each file, out of 0, 25, 50, 75 and 100 percent.
const Random = -1

// A Loss says what a power loss leaves. The same loss of the same disk leaves
// the same bytes, on every machine.
type Loss struct {
	Seed uint64
	// Survive is how much survives of what is not durable, block by block and
	// change by change: the chance of each in percent. 0 leaves what is durable
	// and nothing else, 100 all that memory has. Below 0 it is [Random], above
	// 100 it is 100.
	Survive int
}

// PowerLoss returns what the disk may be found to be if the power fails now.
// The disk itself goes on, with its files and locks: it can be asked again, with
// another loss or later.
//
// What is durable is there. Of the rest, each block of each file is in any of
// the states it had since the last Sync, whatever the others are in; the length
// is any that the file had; and of the changes of the directory the first ones
// are there, or any that go together. A block that is new to the file and did
// not survive, while the length did, is zeros or what the disk had there
// before: bytes of another file, ones, noise. After a Sync that failed, what it
// should have written does not survive: see [Faults].
//
// It costs what is not durable, and not the length of the files: a few
// microseconds for a log of some records. Blocks that are durable are shared.
func (d *Disk) PowerLoss(l Loss) *Disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := rand.New(rand.NewPCG(l.Seed, 0x6d65746572626f6f))

	names := maps.Clone(d.durable)
	for _, c := range survivors(d.changes, r, l.share(r)) {
		c.apply(names)
	}
	after := newDisk(d.blockBytes)
	after.made = d.made
	after.freed = slices.Clip(d.freed)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		after.durable[name] = d.survive(names[name], r, l.share(r))
	}
	after.names = maps.Clone(after.durable)
	return after
}

// Kill returns the disk as another process finds it after this one was killed:
// with everything that was written, durable or not, and without locks. What was
// not durable still is not. Like [Disk.PowerLoss] it leaves the disk itself as
// it is, and shares what is durable; so it also copies a disk.
func (d *Disk) Kill() *Disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	after := newDisk(d.blockBytes)
	after.made = d.made
	after.freed = slices.Clip(d.freed)
	copies := map[*inode]*inode{}
	twin := func(n *inode) *inode {
		if copies[n] == nil {
			copies[n] = n.clone()
		}
		return copies[n]
	}
	for name, n := range d.names {
		after.names[name] = twin(n)
	}
	for name, n := range d.durable {
		after.durable[name] = twin(n)
	}
	for _, c := range d.changes {
		after.changes = append(after.changes, change{from: c.from, to: c.to, ino: twin(c.ino)})
	}
	return after
}

func (l Loss) share(r *rand.Rand) int {
	if l.Survive < 0 {
		return 25 * r.IntN(5)
	}
	return min(l.Survive, 100)
}

// pick says how many of n steps, each of which needs the one before, were made:
// all or none of them for a share of 100 or 0, and any number between.
func pick(r *rand.Rand, n, share int) int {
	switch {
	case n == 0:
		return 0
	case r.IntN(100) < share:
		return n
	case r.IntN(100) < share:
		return r.IntN(n)
	}
	return 0
}

// survive is what a power loss leaves of a file.
func (d *Disk) survive(n *inode, r *rand.Rand, share int) *inode {
	n.lent = true
	after := &inode{id: n.id, blockBytes: n.blockBytes, blocks: n.blocks, lent: true}
	size := n.onDisk
	if k := pick(r, len(n.lengths), share); k > 0 {
		size = n.lengths[k-1]
	}
	for _, i := range slices.Sorted(maps.Keys(n.pages)) {
		pg := n.pages[i]
		start := int64(i) * int64(n.blockBytes)
		switch k := pick(r, len(pg.writes), share); {
		case start >= size:
		case k > 0:
			after.put(i, n.version(i, pg, k))
		case start >= n.onDisk:
			if old := d.stale(r); old != nil {
				after.put(i, old)
			}
		}
	}
	after.cut(size)
	return after
}

// stale is what a block holds that was given to a file and not written yet, nil
// for zeros, which most file systems see to.
func (d *Disk) stale(r *rand.Rand) []byte {
	switch r.IntN(8) {
	case 0:
		return bytes.Repeat([]byte{0xff}, d.blockBytes)
	case 1:
		noise := make([]byte, d.blockBytes)
		for i := range noise {
			noise[i] = byte(r.Uint32())
		}
		return noise
	case 2:
		if len(d.freed) > 0 {
			return d.freed[r.IntN(len(d.freed))]
		}
	case 3:
		names := slices.Sorted(maps.Keys(d.durable))
		if len(names) == 0 {
			return nil
		}
		if other := d.durable[names[r.IntN(len(names))]]; len(other.blocks) > 0 {
			return other.blocks[r.IntN(len(other.blocks))]
		}
	}
	return nil
}

// clone is the same file on another disk, in memory too.
func (n *inode) clone() *inode {
	n.lent = true
	c := *n
	c.lengths = slices.Clip(n.lengths)
	c.pages = make(map[int]*page, len(n.pages))
	for i, pg := range n.pages {
		c.pages[i] = &page{data: bytes.Clone(pg.data), writes: slices.Clip(pg.writes)}
	}
	return &c
}
