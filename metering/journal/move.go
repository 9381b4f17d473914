package journal

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/meterbook/meterbook/internal/segment"
)

// A move takes the entries of a day from memory to its file.
type move struct {
	files   segment.Files
	owner   [16]byte
	day     int32
	through uint64
	view    view
	old     *sorted // nil where the day had no file
	result  *sorted
}

// begin prepares the move of a day's entries with sequences up to durable, which
// are all durable in the log. There is one move at a time, and no drop during
// one.
func (ix *identities) begin(day int32, durable uint64) (*move, error) {
	if len(ix.work) > 0 {
		return nil, errBusy
	}
	slot := daySlot(day)
	m := &move{files: ix.files, owner: ix.owner, day: day, through: durable, old: ix.days[slot]}
	known := ix.last
	if !ix.told {
		known = max(ix.at, ix.through[slot])
	}
	switch {
	case !ix.inWindow(day) || durable > known:
		return nil, fmt.Errorf("%w: %s up to %d", errOrder, dayText(day), durable)
	case m.old != nil && durable < m.old.through:
		return nil, fmt.Errorf("%w: %s is complete to %d, not %d", errOrder, m.old.name, m.old.through, durable)
	}
	m.view = ix.table.arena.view(day, durable)
	return m, nil
}

// write merges the day's file and its entries in memory into a new file, which
// replaces the old one once it is durable. It can go on beside the use of the
// index, which does not change by it. It takes 8 bytes an entry and sorts; after
// an error the day is as it was.
func (m *move) write() error {
	order := sortedOrder(&m.view, m.done())
	total := len(order)
	if m.old != nil {
		total += int(m.old.header.count)
	}
	w, err := createBlocks(m.files, fileOfDay(m.day), fileHeader{kind: dayFile, owner: m.owner, through: m.through,
		count: uint64(total), blocks: blocksOf(total), days: []dayThrough{{m.day, m.through}}})
	if err != nil {
		return err
	}
	first := make([]uint64, 0, w.header.blocks)
	if err := m.merge(order, func(e *entry) error {
		if w.count%blockEntries == 0 {
			first = append(first, e.id.hi)
		}
		return w.add(m.day, e)
	}); err != nil {
		return w.abandon(err)
	}
	if err := w.commit(); err != nil {
		return err
	}
	r, err := openBlocks(m.files, fileOfDay(m.day), dayFile, m.owner)
	if err != nil {
		return err
	}
	m.result = &sorted{blockReader: r, day: m.day, through: m.through, first: first, buf: make([]byte, blockBytes)}
	return nil
}

// done is up to which sequence the old file has the day's entries.
func (m *move) done() uint64 {
	if m.old == nil {
		return 0
	}
	return m.old.through
}

// merge calls put with the entries of the old file and those of memory, in order.
func (m *move) merge(order []uint64, put func(*entry) error) error {
	c := cursor{file: m.old, next: 1, at: 1}
	old, more, err := c.entry()
	for i := 0; err == nil && (more || i < len(order)); {
		var e *entry
		if i < len(order) {
			e = m.view.at(int(uint32(order[i])))
		}
		switch {
		case e == nil || more && old.id.less(e.id):
			before := old
			if old, more, err = c.entry(); err == nil {
				err = put(&before)
			}
		case more && old.id == e.id:
			return fmt.Errorf("journal: %s has an entry that memory has as of sequence %d", m.old.name, e.seq)
		default:
			err = put(e)
			i++
		}
	}
	return err
}

// A chore is work on one part of memory after the other, in steps that are
// short enough to be done between batches.
type chore struct {
	slot    int
	unsieve bool    // take the day out of the sieve
	file    *sorted // put its entries after a sequence into the sieve
	after   uint64  // that sequence
	gone    []bool  // by number: chunks that entries are forgotten with
	release int     // how many those are
	lead    int     // the next part
}

// adopt takes over the file that a move has written. The entries are then
// answered for by the file or by memory, until step has nothing left to do.
func (ix *identities) adopt(m *move) error {
	if len(ix.work) > 0 || m.result == nil {
		return errBusy
	}
	slot := daySlot(m.day)
	ix.days[slot], ix.filed = m.result, true
	ix.through[slot] = max(ix.through[slot], m.through)
	ix.work = append(ix.work, chore{slot: slot, file: m.result, after: m.done()}, ix.forget(slot, false))
	if m.old != nil {
		return m.old.file.Close()
	}
	return nil
}

// forget is the chore of taking from memory what a day's file has, but for an
// unfinished chunk, or all of the day.
func (ix *identities) forget(slot int, all bool) chore {
	a := &ix.table.arena
	c := chore{slot: slot, gone: make([]bool, len(a.chunks)), release: len(a.days[slot].chunks)}
	if !all {
		c.release = a.upTo(slot, ix.days[slot].through) / chunkEntries
	}
	for _, number := range a.days[slot].chunks[:c.release] {
		c.gone[number] = true
	}
	return c
}

// step does a part of what adopt or drop left to do, and reports whether that
// was the last. After an error it can be tried again.
func (ix *identities) step() (done bool, err error) {
	if len(ix.work) == 0 {
		return true, nil
	}
	c := &ix.work[0]
	switch {
	case c.file != nil:
		err = ix.sift(c)
	case c.unsieve:
		ix.sieve.shards[c.lead].drop(c.slot)
	case c.release > 0:
		ix.table.sweep(c.lead, func(s slot) bool {
			chunk := int(s.ref() >> chunkShift)
			return chunk >= len(c.gone) || !c.gone[chunk]
		})
	}
	if err != nil {
		return false, err
	}
	if c.lead++; c.lead == shardCount {
		ix.table.arena.release(c.slot, c.release)
		ix.work = ix.work[1:]
	}
	return len(ix.work) == 0, nil
}

// sift puts the entries of a file with one leading byte into the sieve, or all
// files' where they need more room than there is.
func (ix *identities) sift(c *chore) error {
	s := &ix.sieve.shards[c.lead]
	var ids []fingerprint
	if err := c.file.between(byte(c.lead), func(e entry) {
		if e.seq > c.after {
			ids = append(ids, e.id)
		}
	}); err != nil {
		return err
	}
	if s.used+len(ids) <= s.limit() {
		for _, id := range ids {
			s.add(id, c.slot)
		}
		return nil
	}
	grown := sized(s.used + len(ids))
	for slot, file := range ix.days {
		if file == nil {
			continue
		}
		var err error
		readErr := file.between(byte(c.lead), func(e entry) {
			if grown.used < len(grown.lines)*lanes {
				grown.add(e.id, slot)
			} else if err == nil {
				err = file.damage(0, "more entries than it had")
			}
		})
		if err = errors.Join(readErr, err); err != nil {
			return err
		}
	}
	*s = grown
	return nil
}

// drop forgets the days before one, which becomes the first of the window, and
// removes their files. What is left of them in memory goes with step.
func (ix *identities) drop(before int32) error {
	if !ix.told {
		return errUntold
	}
	if len(ix.work) > 0 {
		return errBusy
	}
	if before > lastDay {
		return fmt.Errorf("%w: day %d", errOrder, before)
	}
	for day := ix.oldest; day < before && day < ix.oldest+maxDays; day++ {
		slot := daySlot(day)
		if file := ix.days[slot]; file != nil {
			ix.days[slot] = nil
			ix.work = append(ix.work, chore{slot: slot, unsieve: true})
			if err := file.file.Close(); err != nil {
				ix.damage = append(ix.damage, err) // of a file that goes anyway
			}
		}
		ix.work = append(ix.work, ix.forget(slot, true))
	}
	ix.oldest = max(ix.oldest, before)
	names, err := ix.files.List()
	if err != nil {
		return fmt.Errorf("journal: list: %w", err)
	}
	for _, name := range names {
		if day, ok := dayOfFile(name); ok && day < ix.oldest {
			if err := ix.files.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("journal: remove %s: %w", name, err)
			}
		}
	}
	if err := ix.files.SyncDir(); err != nil {
		return fmt.Errorf("journal: drop days before %s: %w", dayText(before), err)
	}
	return nil
}
