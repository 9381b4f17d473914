package meteringtest

import (
	"bytes"
	"slices"
)

// maxVersions is how many states of one block are told apart between two syncs.
// Beyond it the oldest of them become one, so that a block which is rewritten
// without end takes no more memory.
const maxVersions = 32

// An inode is a file without its name: what the disk has of it and, over that,
// what only memory has. It is guarded by the lock of its disk.
type inode struct {
	id         int // order of creation, the same in every copy
	blockBytes int

	// blocks is what is durable, nil where nothing but zeros is, and nothing
	// behind the last block that is there. Blocks are never changed, and so are
	// shared between disks. So is the slice while lent: it is copied before it
	// is changed. Bytes behind onDisk are zeros.
	blocks [][]byte
	lent   bool
	onDisk int64 // the durable length

	// pages is what memory has in place of blocks, by index.
	pages map[int]*page
	// lengths since the last sync, the current one last. Empty: onDisk.
	lengths []int64
}

// A page is a block in memory. Bytes behind the length of the file are zeros.
type page struct {
	data []byte
	// writes lead from the durable block to data, in order. There are none after
	// a sync that failed: the page is clean then, and not on the disk.
	writes []write
}

// A write changes bytes of a block. No data stands for zeros.
type write struct {
	off, len int
	data     []byte
}

func (w write) apply(block []byte) {
	if w.data == nil {
		clear(block[w.off : w.off+w.len])
		return
	}
	copy(block[w.off:], w.data)
}

func (n *inode) size() int64 {
	if len(n.lengths) == 0 {
		return n.onDisk
	}
	return n.lengths[len(n.lengths)-1]
}

func (n *inode) resize(size int64) {
	if size != n.size() {
		n.lengths = append(n.lengths, size)
	}
}

// durableBlock is a block as the disk has it, nil for zeros.
func (n *inode) durableBlock(i int) []byte {
	if i < len(n.blocks) {
		return n.blocks[i]
	}
	return nil
}

// copyBlock is a block as the disk has it, to be changed.
func (n *inode) copyBlock(i int) []byte {
	block := make([]byte, n.blockBytes)
	copy(block, n.durableBlock(i))
	return block
}

// read copies what is there of len(p) bytes from off, and says how many.
func (n *inode) read(p []byte, off int64) int {
	left := n.size() - off
	if left <= 0 {
		return 0
	}
	p = p[:min(int64(len(p)), left)]
	for done := 0; done < len(p); {
		i, at := int((off+int64(done))/int64(n.blockBytes)), int((off+int64(done))%int64(n.blockBytes))
		part := p[done:min(len(p), done+n.blockBytes-at)]
		block := n.durableBlock(i)
		if pg := n.pages[i]; pg != nil {
			block = pg.data
		}
		if block == nil {
			clear(part)
		} else {
			copy(part, block[at:])
		}
		done += len(part)
	}
	return len(p)
}

func (n *inode) write(p []byte, off int64) {
	if len(p) == 0 {
		return
	}
	p = bytes.Clone(p) // the pages keep it
	for done := 0; done < len(p); {
		i, at := int((off+int64(done))/int64(n.blockBytes)), int((off+int64(done))%int64(n.blockBytes))
		part := p[done:min(len(p), done+n.blockBytes-at)]
		n.touch(i, write{off: at, len: len(part), data: part})
		done += len(part)
	}
	n.resize(max(n.size(), off+int64(len(p))))
}

func (n *inode) truncate(size int64) {
	if size < n.size() {
		first, at := int(size/int64(n.blockBytes)), int(size%int64(n.blockBytes))
		last := len(n.blocks)
		for i := range n.pages {
			last = max(last, i+1)
		}
		for i := first; i < last; i++ {
			if n.pages[i] != nil || n.durableBlock(i) != nil {
				n.touch(i, write{off: at, len: n.blockBytes - at})
			}
			at = 0
		}
	}
	n.resize(size)
}

// touch writes to a block in memory.
func (n *inode) touch(i int, w write) {
	pg := n.pages[i]
	clean := pg != nil && len(pg.writes) == 0
	if pg == nil {
		pg = &page{data: n.copyBlock(i)}
		if n.pages == nil {
			n.pages = map[int]*page{}
		}
		n.pages[i] = pg
	}
	w.apply(pg.data)
	if clean {
		// A sync failed, and left the page unlike the disk. The kernel writes
		// pages whole, so this write takes along what that sync has lost.
		w = write{len: n.blockBytes, data: bytes.Clone(pg.data)}
	}
	if len(pg.writes) == maxVersions {
		pg.writes = slices.Replace(slices.Clone(pg.writes), 0, 2,
			write{len: n.blockBytes, data: n.version(i, pg, 2)})
	}
	pg.writes = append(pg.writes, w)
}

// version is a block after so many of its writes, in memory of its own.
func (n *inode) version(i int, pg *page, writes int) []byte {
	if writes == len(pg.writes) {
		return bytes.Clone(pg.data)
	}
	block := n.copyBlock(i)
	for _, w := range pg.writes[:writes] {
		w.apply(block)
	}
	return block
}

// sync makes pages and length durable, and returns the blocks that were cut off.
func (n *inode) sync() (freed [][]byte) {
	for i, pg := range n.pages {
		if len(pg.writes) == 0 {
			continue // clean, as far as the kernel knows
		}
		n.put(i, pg.data)
		delete(n.pages, i)
	}
	size := n.size()
	n.lengths = nil
	return n.cut(size)
}

// put sets a durable block, which is not changed from then on.
func (n *inode) put(i int, block []byte) {
	n.own()
	for len(n.blocks) <= i {
		n.blocks = append(n.blocks, nil)
	}
	n.blocks[i] = block
}

// own copies the slice of blocks if another disk has it too.
func (n *inode) own() {
	if n.lent {
		n.blocks, n.lent = slices.Clone(n.blocks), false
	}
}

// cut sets the durable length and gives up what is behind it.
func (n *inode) cut(size int64) (freed [][]byte) {
	n.onDisk = size
	whole := int((size + int64(n.blockBytes) - 1) / int64(n.blockBytes))
	if len(n.blocks) > whole {
		n.own()
		freed = slices.Clone(n.blocks[whole:])
		clear(n.blocks[whole:])
		n.blocks = n.blocks[:whole]
	}
	at := int(size % int64(n.blockBytes))
	if at == 0 || len(n.blocks) < whole || n.blocks[whole-1] == nil {
		return freed
	}
	last := n.blocks[whole-1]
	for _, c := range last[at:] {
		if c != 0 {
			n.own()
			n.blocks[whole-1] = append(make([]byte, 0, n.blockBytes), last[:at]...)[:n.blockBytes]
			break
		}
	}
	return freed
}

// losePages marks all pages clean, as Linux does when it could not write them
// and has told so once. They can be read until the process of forgetting, a
// power loss here, and no later sync writes them. The length stays to be
// written: it is another structure of a file system.
func (n *inode) losePages() {
	for _, pg := range n.pages {
		pg.writes = nil
	}
}
