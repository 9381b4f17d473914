package journal

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/meterbook/meterbook/internal/segment"
)

// A snapshot is what memory has beyond the files of days, so that opening does
// not take reading the log.
type snapshot struct {
	files  segment.Files
	header fileHeader
	views  []view
	after  []uint64 // by view: up to which sequence the day's file has them
}

// capture takes note of the entries with sequences up to durable, which are all
// durable in the log. No move or drop goes on until the snapshot is written.
func (ix *identities) capture(durable uint64) (*snapshot, error) {
	switch {
	case !ix.told:
		return nil, errUntold
	case len(ix.work) > 0:
		return nil, errBusy
	case durable > ix.last:
		return nil, fmt.Errorf("%w: a snapshot up to %d of what is known up to %d", errOrder, durable, ix.last)
	}
	s := &snapshot{files: ix.files, header: fileHeader{kind: snapshotFile, owner: ix.owner, through: durable}}
	for day := ix.oldest; day < ix.oldest+maxDays; day++ {
		var after uint64
		if file := ix.days[daySlot(day)]; file != nil {
			after = file.through
			s.header.days = append(s.header.days, dayThrough{day, after})
		}
		v := ix.table.arena.view(day, durable)
		n := v.count - v.after(after)
		if n == 0 {
			continue
		}
		s.views, s.after = append(s.views, v), append(s.after, after)
		s.header.count += uint64(n)
		s.header.blocks += blocksOf(n)
	}
	return s, nil
}

// write makes the snapshot durable and lets it replace the one before. It can
// go on beside the use of the index.
func (s *snapshot) write() error {
	w, err := createBlocks(s.files, snapshotName, s.header)
	if err != nil {
		return err
	}
	for n := range s.views {
		v := &s.views[n]
		for i := v.after(s.after[n]); i < v.count; i++ {
			if err := w.add(v.day, v.at(i)); err != nil {
				return w.abandon(err)
			}
		}
	}
	return w.commit()
}

// openIdentities opens the index of a journal: its files of days from oldest on
// and its snapshot. What is missing or damaged is to be told again: next says
// from where, and damage why. An error is one of the file system, or of a
// journal whose days are not to be numbered.
func openIdentities(files segment.Files, owner [16]byte, oldest int32) (*identities, error) {
	if oldest < 0 || oldest > lastDay {
		return nil, fmt.Errorf("journal: first day %d, want 0 to %d", oldest, lastDay)
	}
	ix := &identities{files: files, owner: owner, table: newTable(), oldest: oldest}
	err := ix.openDays()
	if err == nil {
		err = ix.load()
	}
	if err != nil {
		return nil, errors.Join(err, ix.close())
	}
	return ix, nil
}

// openDays opens the files of the window's days and fills the sieve.
func (ix *identities) openDays() error {
	names, err := ix.files.List()
	if err != nil {
		return fmt.Errorf("journal: list: %w", err)
	}
	var present []int32
	total := 0
	for _, name := range names {
		day, ok := dayOfFile(name)
		if !ok || !ix.inWindow(day) {
			continue
		}
		r, err := openBlocks(ix.files, name, dayFile, ix.owner)
		if err == nil {
			present = append(present, day)
			total += int(r.header.count) // no more than the file has room for
			err = r.file.Close()
		}
		if err = ix.note(err); err != nil {
			return err
		}
	}
	ix.sieve.reserve(total)
	ix.filed = len(present) > 0
	for _, day := range present {
		slot := daySlot(day)
		file, err := openSorted(ix.files, day, ix.owner, func(id fingerprint) bool {
			s := &ix.sieve.shards[id.hi>>56]
			if s.used >= s.limit() {
				return false
			}
			s.add(id, slot)
			return true
		})
		if err = ix.note(err); err != nil {
			return err
		}
		if file == nil { // its fingerprints only cost a look at a day without a file
			continue
		}
		ix.days[slot], ix.through[slot] = file, file.through
		ix.last = max(ix.last, file.through)
	}
	return nil
}

// note keeps damage for later, and returns other errors.
func (ix *identities) note(err error) error {
	var damage *damageError
	if errors.As(err, &damage) {
		ix.damage = append(ix.damage, err)
		return nil
	}
	return err
}

// load reads the snapshot. With one, a day is complete up to it, unless the
// day's file is not there that the snapshot counted on.
func (ix *identities) load() error {
	r, err := openBlocks(ix.files, snapshotName, snapshotFile, ix.owner)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return ix.note(err)
	}
	through := ix.through
	for day := ix.oldest; day < ix.oldest+maxDays; day++ {
		slot := daySlot(day)
		through[slot] = max(through[slot], r.header.through)
	}
	for _, d := range r.header.days {
		if ix.inWindow(d.day) && ix.through[daySlot(d.day)] < d.through {
			through[daySlot(d.day)] = ix.through[daySlot(d.day)]
			ix.damage = append(ix.damage, &damageError{fileOfDay(d.day), 0,
				fmt.Sprintf("complete to %d, where the snapshot counts on %d", ix.through[daySlot(d.day)], d.through)})
		}
	}
	err = errors.Join(ix.loadEntries(r, &through), r.file.Close())
	if err != nil {
		ix.table = newTable()
		return ix.note(err)
	}
	ix.through, ix.base, ix.last = through, r.header.through, max(ix.last, r.header.through)
	return nil
}

// loadEntries enters what a snapshot has of days that it is complete for.
func (ix *identities) loadEntries(r *blockReader, through *[daySlots]uint64) error {
	h := &r.header
	if h.count > maxRefs/2 {
		return r.damage(0, "more entries than memory can have")
	}
	ix.table.reserve(int(h.count))
	var count uint64
	var batch [blockEntries]entry
	err := r.each(1, h.blocks+1, func(number uint64, day int32, entries []byte) error {
		n := len(entries) / entryBytes
		count += uint64(n)
		slot := daySlot(day)
		if !ix.inWindow(day) || through[slot] < h.through {
			return nil
		}
		t, touched := ix.table, ix.touched
		var lines [blockEntries]*bucket
		for i := range n {
			e := &batch[i]
			*e = getEntry(entries[i*entryBytes:])
			s := t.shard(e.id)
			lines[i] = s.bucket(s.home(tagOf(e.id)))
		}
		for i := range n {
			touched ^= uint64(lines[i][bucketSlots-1])
		}
		ix.touched = touched
		grown := t.grown
		var last uint64
		if e := ix.table.arena.last(slot); e != nil {
			last = e.seq
		}
		for i := range n {
			e := &batch[i]
			if e.seq <= last || e.seq > h.through {
				return r.damage(number, "sequences do not rise to that of the snapshot")
			}
			last = e.seq
			if e.seq <= ix.through[slot] { // the day was moved since
				continue
			}
			if t.grown == grown && t.enter(lines[i], day, e.id, e.body, e.seq) {
				continue
			}
			known, at := t.find(e.id)
			if known != nil {
				return r.damage(number, "an identity twice")
			}
			t.insert(at, day, *e)
		}
		return nil
	})
	if err == nil && count != h.count {
		err = r.damage(0, fmt.Sprintf("%d entries, the header says %d", count, h.count))
	}
	return err
}

// lost returns the days that need more of the log than what follows the
// snapshot, because their files are not what the snapshot counts on.
func (ix *identities) lost() (days []int32) {
	for day := ix.oldest; day < ix.oldest+maxDays; day++ {
		if !ix.told && ix.through[daySlot(day)] < ix.base {
			days = append(days, day)
		}
	}
	return days
}
