package meteringtest

import (
	"math/rand/v2"
	"slices"
)

// A change of the directory: a file made (no from), removed (no to) or renamed.
type change struct {
	from, to string
	ino      *inode
}

func (c change) apply(names map[string]*inode) (lost *inode) {
	if c.from != "" && names[c.from] == c.ino {
		delete(names, c.from)
		lost = c.ino
	}
	if c.to != "" {
		lost = names[c.to]
		names[c.to] = c.ino
	}
	return lost
}

// change does what is not durable before SyncDir.
func (d *Disk) change(c change) {
	c.apply(d.names)
	d.changes = append(d.changes, c)
}

// SyncDir makes the names of files durable, and nothing of what is in them.
// Should a wrapper let it fail, the changes wait for the next one.
func (d *Disk) SyncDir() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.changes {
		if gone := c.apply(d.durable); gone != nil {
			d.free(gone.blocks)
		}
	}
	d.changes = nil
	return nil
}

// free remembers blocks that a later file may find on the disk.
func (d *Disk) free(blocks [][]byte) {
	const kept = 64
	for _, b := range blocks {
		if b != nil {
			d.freed = append(d.freed, b)
		}
	}
	if extra := len(d.freed) - kept; extra > 0 {
		d.freed = slices.Clone(d.freed[extra:])
	}
}

// survivors picks the changes that a power loss leaves: the first ones, as a
// file system with a journal does, or any that go together. A change does not
// survive without the changes of the same names before it: a file system that
// renames in one step cannot make a new a while the old one is still to be
// renamed.
func survivors(changes []change, r *rand.Rand, share int) []change {
	if r.IntN(2) == 0 {
		return changes[:pick(r, len(changes), share)]
	}
	var some []change
	lost := map[string]bool{}
	for _, c := range changes {
		if lost[c.from] || lost[c.to] || r.IntN(100) >= share {
			lost[c.from], lost[c.to] = true, true
			delete(lost, "")
			continue
		}
		some = append(some, c)
	}
	return some
}
