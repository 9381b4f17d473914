package journal

import (
	"errors"
	"fmt"
	"slices"

	"github.com/meterbook/meterbook/internal/segment"
)

// A claim is what an event says of itself: the index is asked whether it is new.
type claim struct {
	id   fingerprint
	body uint64 // digest
	day  int32  // of the event's time, UTC
}

// A verdict is what the index says of a claim.
type verdict uint8

const (
	fresh     verdict = iota // never seen: it is now, under the sequence of the finding
	duplicate                // the same event was seen, under the sequence of the finding
	conflict                 // another event of this identity was seen, under that sequence
	outside                  // its day is not one of the window; nothing else is said of it
)

// A finding answers a claim.
type finding struct {
	verdict verdict
	seq     uint64
}

var (
	// errUntold means that the index was not yet told what the log holds.
	errUntold = errors.New("journal: the index of identities is not complete: tell it the log from where it says")
	// errBusy means that there are steps left of what was begun before.
	errBusy = errors.New("journal: the index of identities has steps left to do")
	// errFull means that there are 2^32 entries in memory: days have to be moved to files.
	errFull = errors.New("journal: the index of identities in memory is full: move days to files")
	// errOrder means that a sequence is not one that can follow.
	errOrder = errors.New("journal: sequence out of order")
)

// identities is the index. Sequences begin at 1 and have 48 bits. It is not for
// use by several goroutines at once; what can be done beside it says so.
type identities struct {
	files  segment.Files
	owner  [16]byte
	table  *table
	sieve  sieve
	filed  bool              // there was a file of a day; until then the sieve is not asked
	days   [daySlots]*sorted // files by slot, nil where a day has none
	oldest int32             // the first day of the window
	// through says up to which sequence each day is complete while the index
	// is being told; told ends that.
	through [daySlots]uint64
	told    bool
	base    uint64 // the snapshot's sequence
	last    uint64 // the greatest sequence that was told or given
	at      uint64 // the last sequence that restore was called with
	work    []chore
	damage  []error // why files were not used
	touched uint64  // keeps the compiler from leaving out reads ahead
}

// inWindow reports whether events of a day are counted.
func (ix *identities) inWindow(day int32) bool {
	return day >= ix.oldest && int64(day) < int64(ix.oldest)+maxDays
}

// aheadEntries is how many claims are read ahead for: about as many reads of
// memory as a core has under way at once. From 32 to 400 there is little between
// them.
const aheadEntries = 32

// add answers claims in order, each as if those before it had been answered
// before: a fresh one is entered under the next sequence, from next on. It
// returns how many are fresh. out is as long as claims. On an error nothing is
// entered: a *damageError names a file that cannot be relied on, which discard
// takes out; others are errUntold, errFull, errOrder and those of reading.
//
// A claim costs a read of memory or two, at once for many, and a read of a file
// for those that are, or in 1 of 700 cases look like, events of a day in a file.
func (ix *identities) add(claims []claim, next uint64, out []finding) (int, error) {
	switch {
	case !ix.told:
		return 0, errUntold
	case next != ix.last+1:
		return 0, fmt.Errorf("%w: %d after %d", errOrder, next, ix.last)
	case next > maxSequence-uint64(len(claims)):
		return 0, fmt.Errorf("%w: more than 48 bits", errOrder)
	}
	seq := next
	for from := 0; from < len(claims); from += aheadEntries {
		to := min(from+aheadEntries, len(claims))
		var err error
		if seq, err = ix.some(claims[from:to], seq, out[from:to]); err != nil {
			ix.table.cut(next)
			return 0, err
		}
	}
	ix.last = seq - 1
	return int(seq - next), nil
}

// some answers up to aheadEntries claims, and returns the next sequence. What most
// are, new and of a line with room, is entered right away.
func (ix *identities) some(claims []claim, seq uint64, out []finding) (uint64, error) {
	if len(claims) == 1 {
		return ix.alone(&claims[0], seq, &out[0])
	}
	t := ix.table
	var lines [aheadEntries]*bucket
	touched := ix.touched
	// One loop for the places of lines and one for lines: the shorter a loop is, the
	// more of its reads are under way at once.
	for i := range claims {
		id := claims[i].id
		s := t.shard(id)
		lines[i] = s.bucket(s.home(tagOf(id)))
	}
	for i := range claims {
		touched ^= uint64(lines[i][bucketSlots-1])
	}
	if ix.filed {
		for i := range claims {
			touched ^= ix.sieve.touch(claims[i].id)
		}
	}
	ix.touched = touched
	grown := t.grown
	for i := range claims {
		c := &claims[i]
		if t.grown == grown && !ix.filed && ix.inWindow(c.day) && t.enter(lines[i], c.day, c.id, c.body, seq) {
			out[i] = finding{fresh, seq}
			seq++
			continue
		}
		var err error
		if seq, err = ix.alone(c, seq, &out[i]); err != nil {
			return 0, err
		}
	}
	return seq, nil
}

// alone answers a claim that nothing was read ahead for, and returns the next sequence.
func (ix *identities) alone(c *claim, seq uint64, out *finding) (uint64, error) {
	f, err := ix.one(c, seq)
	if err != nil {
		return 0, err
	}
	if *out = f; f.verdict == fresh {
		seq++
	}
	return seq, nil
}

// inFiles returns a bit for the slot of each day whose file may have a fingerprint.
func (ix *identities) inFiles(id fingerprint) uint64 {
	if !ix.filed {
		return 0
	}
	return ix.sieve.days(id)
}

// look answers a claim without entering it.
func (ix *identities) look(c claim) (finding, error) {
	if !ix.inWindow(c.day) {
		return finding{verdict: outside}, nil
	}
	if known, _ := ix.table.find(c.id); known != nil {
		return judge(&c, known), nil
	}
	old, found, err := ix.search(c.id, ix.inFiles(c.id))
	if err != nil || !found {
		return finding{}, err
	}
	return judge(&c, &old), nil
}

// one answers one claim.
func (ix *identities) one(c *claim, seq uint64) (finding, error) {
	if !ix.inWindow(c.day) {
		return finding{verdict: outside}, nil
	}
	known, at := ix.table.find(c.id)
	if known != nil {
		return judge(c, known), nil
	}
	if slots := ix.inFiles(c.id); slots != 0 {
		old, found, err := ix.search(c.id, slots)
		if err != nil {
			return finding{}, err
		}
		if found {
			return judge(c, &old), nil
		}
	}
	if ix.table.arena.full() {
		return finding{}, errFull
	}
	ix.table.insert(at, c.day, entry{c.id, c.body, seq})
	return finding{fresh, seq}, nil
}

func judge(c *claim, known *entry) finding {
	if known.body == c.body {
		return finding{duplicate, known.seq}
	}
	return finding{conflict, known.seq}
}

// search looks for a fingerprint in the files of days.
func (ix *identities) search(id fingerprint, slots uint64) (entry, bool, error) {
	for slot, file := range ix.days {
		if slots>>slot&1 == 0 || file == nil {
			continue
		}
		if e, found, err := file.find(id); found || err != nil {
			return e, found, err
		}
	}
	return entry{}, false, nil
}

// inMemory returns how many entries memory has of a day. Where they are too many,
// also while the index is being told, the day is moved to its file.
func (ix *identities) inMemory(day int32) int { return ix.table.arena.days[daySlot(day)].count }

// cut removes what has a sequence of at least seq: records that did not become
// durable. They must not have been moved to a file.
func (ix *identities) cut(seq uint64) error {
	for _, file := range ix.days {
		if file != nil && seq <= file.through {
			return fmt.Errorf("%w: %d is in %s, which is complete to %d", errOrder, seq, file.name, file.through)
		}
	}
	if seq == 0 {
		return fmt.Errorf("%w: sequences begin at 1", errOrder)
	}
	ix.table.cut(seq)
	ix.last = min(ix.last, seq-1)
	return nil
}

// next returns the first sequence that the index has to be told, with restore.
// It is more than the last of the log where nothing is missing.
func (ix *identities) next() uint64 {
	lowest := uint64(maxSequence)
	for day := ix.oldest; day < ix.oldest+maxDays; day++ {
		lowest = min(lowest, ix.through[daySlot(day)])
	}
	return lowest + 1
}

// restore tells of a record of the log; sequences rise from next on. Days that
// are complete beyond it, and days before the window, are passed over, and that
// is outside. A verdict of duplicate or conflict says that the log has the
// identity twice.
func (ix *identities) restore(c claim, seq uint64) (finding, error) {
	slot := daySlot(c.day)
	switch {
	case ix.told || seq <= ix.at || seq > maxSequence:
		return finding{}, fmt.Errorf("%w: %d after %d", errOrder, seq, ix.at)
	case int64(c.day) >= int64(ix.oldest)+maxDays:
		return finding{}, fmt.Errorf("journal: record %d is of %s, after the window", seq, dayText(c.day))
	}
	ix.at = seq
	if c.day < ix.oldest || seq <= ix.through[slot] {
		return finding{verdict: outside}, nil
	}
	if e := ix.table.arena.last(slot); e != nil && e.seq >= seq {
		return finding{}, fmt.Errorf("%w: %d after %d", errOrder, seq, e.seq)
	}
	known, at := ix.table.find(c.id)
	if known != nil {
		return judge(&c, known), nil
	}
	if ix.table.arena.full() {
		return finding{}, errFull
	}
	ix.table.insert(at, c.day, entry{c.id, c.body, seq})
	ix.last = max(ix.last, seq)
	return finding{fresh, seq}, nil
}

// restored ends the telling: last is the last sequence of the log.
func (ix *identities) restored(last uint64) error {
	if ix.told || last < ix.last {
		return fmt.Errorf("%w: the log ends at %d, the index knows %d", errOrder, last, ix.last)
	}
	ix.told, ix.last = true, last
	return nil
}

// discard takes out the file of a day that turned out damaged, and what memory
// has of that day. The index then has to be told the log again, for that day
// alone. The file stays until the day is moved again.
func (ix *identities) discard(day int32) error {
	slot := daySlot(day)
	// Steps left for the day may need the very file; those of other days may
	// have met it, and can go on once it is out.
	ix.work = slices.DeleteFunc(ix.work, func(c chore) bool { return c.slot == slot })
	if ix.told {
		for i := range ix.through {
			ix.through[i] = ix.last
		}
	}
	ix.told, ix.at, ix.base, ix.through[slot] = false, 0, ix.last, 0
	var err error
	if file := ix.days[slot]; file != nil {
		err = file.file.Close()
		ix.days[slot] = nil
	}
	ix.work = append(ix.work, chore{slot: slot, unsieve: true}, ix.forget(slot, true))
	for len(ix.work) > 0 {
		if _, stepErr := ix.step(); stepErr != nil {
			return errors.Join(err, stepErr)
		}
	}
	return err
}

// close closes the files.
func (ix *identities) close() (err error) {
	for slot, file := range ix.days {
		if file != nil {
			err = errors.Join(err, file.file.Close())
			ix.days[slot] = nil
		}
	}
	ix.told = false
	return err
}
