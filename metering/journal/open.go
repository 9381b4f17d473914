package journal

import (
	"errors"
	"fmt"
	"io"

	"github.com/meterbook/meterbook/internal/segment"
)

// A Recovery says what Open found and did.
type Recovery struct {
	ID      ID
	Created bool   // there was no journal
	Clean   bool   // it had been closed, or is new
	Events  uint64 // sequence of the last event
	// Torn is an end of the log that was not written whole, and was set aside;
	// nothing acknowledged was in it.
	Torn *Torn
	// Again is how many bytes at the end of the log were written and synced once
	// more, as they may not have been on the disk.
	Again int64
	// Indexed is how many events were read to complete the index of identities.
	Indexed uint64
	// Rebuilt says which files of that index were of no use, and why.
	Rebuilt []error
}

// A Torn is an end of the log that was not written whole: its fields are File,
// Offset, Length in bytes, Reason, and Kept, the file that it was copied to.
type Torn = segment.Torn

// Open opens the journal in a directory, which it makes if there is none: files
// of mode 0600 in one of mode 0700. It takes its lock, cuts off and sets aside
// what a crash left half written, and completes the index of identities.
//
// It fails, and changes nothing, with [ErrLocked] at once where the journal is
// open already, with a *[CorruptError] where bytes that were durable are damaged
// (the log is never shortened), with [ErrVersion] and [ErrUnsafe]; with [ErrNoSpace]
// it can be called again.
//
// After a clean close it costs the reading of the identities of recent days;
// after a crash also that of the events since the last snapshot.
func Open(dir string, opts ...Option) (*Journal, Recovery, error) {
	d, err := segment.OpenDirectory(dir)
	if err != nil {
		return nil, Recovery{}, outward(err)
	}
	j, r, err := OpenFiles(d, opts...)
	if err != nil {
		return nil, Recovery{}, errors.Join(fmt.Errorf("%w (in %s)", err, dir), d.Close())
	}
	j.dir = d
	return j, r, nil
}

// Directory opens a directory of the operating system as files of a journal, as
// [Open] does, for who wraps them.
func Directory(dir string) (interface {
	Files
	io.Closer
}, error) {
	d, err := segment.OpenDirectory(dir)
	if err != nil {
		return nil, outward(err)
	}
	return d, nil
}

// OpenFiles is [Open] on files that are given. It does not close them.
func OpenFiles(files Files, opts ...Option) (*Journal, Recovery, error) {
	j := &Journal{files: files, opts: newOptions(opts), positions: make(map[ID]uint64)}
	if err := j.opts.check(); err != nil {
		return nil, Recovery{}, outward(err)
	}
	if err := lostLog(files); err != nil {
		return nil, Recovery{}, outward(err)
	}
	// Where the log is known to have been longer, or to begin earlier, it is not
	// touched.
	known, err := readNote(files)
	if err != nil {
		return nil, Recovery{}, outward(err)
	}
	j.opts.log.Known = segment.Known{ID: known.journal, First: known.first, Durable: known.record}
	j.opts.log.Sync = j.sync
	j.opts.log.Gather = j.stageGathered
	log, found, err := segment.Open(files, j.opts.log)
	if err != nil {
		return nil, Recovery{}, outward(err)
	}
	j.log = log
	r := Recovery{ID: found.ID, Created: found.Created, Clean: found.Clean, Torn: found.Torn}
	if !r.Clean {
		r.Again = found.Again
	}
	if err := j.open(known, &r); err != nil {
		err = errors.Join(err, j.log.Close())
		if j.index != nil {
			err = errors.Join(err, j.index.close())
		}
		return nil, Recovery{}, outward(err)
	}
	j.keeper.start(j)
	return j, r, nil
}

// open completes what is in memory.
func (j *Journal) open(known note, r *Recovery) error {
	key, err := j.loadSecret()
	if err != nil {
		return err
	}
	j.secret = newSecret(key)
	j.scribes.subjects.secret = &j.secret
	from, err := j.use(known)
	if err != nil {
		return err
	}
	// The window may have moved on since the place was noted. That is looked for
	// first, for the index is opened with it.
	if err := j.readOn(from, nil); err != nil {
		return err
	}
	j.said = j.oldest
	j.oldest = max(j.oldest, j.due(), 0)
	j.index, err = openIdentities(j.files, j.secret.owner(j.log.ID()), j.oldest)
	if err != nil {
		return err
	}
	r.Rebuilt = j.index.damage
	if j.event == 0 && j.log.First() > 1 {
		j.event = j.index.last // all events of the log were dropped
	}
	j.next = j.event + 1
	if err := j.tell(from, r); err != nil {
		return err
	}
	r.Events = j.event
	return nil
}

// readOn reads the log from behind a place to its end, and notes where that is
// and what else it finds. Events are passed on, if somebody wants them.
func (j *Journal) readOn(from place, events func(*unblocker) error) error {
	j.place = from
	var u unblocker
	for rec, err := range j.log.Records(from.record + 1) {
		if err != nil {
			return err
		}
		kind, err := u.borrow(rec.Payload)
		switch {
		case err != nil:
		case kind == controlRecord:
			err = j.readControl(&u.text)
		case u.first != j.event+1 && j.event > 0:
			err = fmt.Errorf("%w: event %d after %d", errBlock, u.first, j.event)
		default:
			if u.from != nil {
				j.positions[u.from.journal] = max(j.positions[u.from.journal], u.from.event)
			}
			j.event = u.end()
			if events != nil {
				err = events(&u)
			}
		}
		if err != nil {
			return fmt.Errorf("journal: record %d: %w", rec.Seq, err)
		}
		j.record = rec.Seq
	}
	return nil
}

// tell tells the index what the log holds beyond its files.
func (j *Journal) tell(from place, r *Recovery) error {
	t := teller{journal: j, next: j.index.next(), scribe: j.scribes.get(1)}
	if t.next <= j.event {
		if t.next <= from.event {
			from = place{record: j.log.First() - 1}
		}
		if err := j.readOn(from, t.tell); err != nil {
			return err
		}
		r.Indexed = t.told
	}
	if j.index.last > j.event {
		return fmt.Errorf("%w: the log ends with event %d, and %d was durable", ErrCorrupt, j.event, j.index.last)
	}
	return j.index.restored(j.event)
}

// A teller tells the index of events from one on.
type teller struct {
	journal *Journal
	scribe  *scribe
	next    uint64
	told    uint64
}

func (t *teller) tell(u *unblocker) error {
	if u.end() < t.next {
		return nil
	}
	for {
		e, seq, err := u.next()
		if e == nil || err != nil {
			return err
		}
		if seq < t.next {
			continue
		}
		c, err := t.scribe.check(e)
		if err != nil {
			return fmt.Errorf("%w: event %d: %w", errBlock, seq, err)
		}
		found, err := t.journal.index.restore(c, seq)
		switch {
		case err != nil:
			return err
		case found.verdict == duplicate || found.verdict == conflict:
			return fmt.Errorf("%w: event %d has the identity of event %d", errBlock, seq, found.seq)
		}
		if t.told++; t.told%(1<<16) == 0 {
			if err := t.journal.makeRoom(seq); err != nil {
				return err
			}
		}
	}
}
