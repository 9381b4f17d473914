package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// Files of a journal that are read whole: what they hold is behind a magic and
// before a checksum, and a new one replaces the old one in one step.
const (
	secretFile = "secret"
	placeFile  = "place"
	totalsFile = "totals"
	maxWhole   = 1 << 36
)

// writeWhole makes such a file durable.
func writeWhole(files Files, name, magic string, body []byte) error {
	data := append([]byte(magic), body...)
	data = binary.LittleEndian.AppendUint32(data, crc32.Checksum(data, castagnoli()))
	temporary := name + newSuffix
	err := func() (err error) {
		f, err := files.Create(temporary)
		if errors.Is(err, fs.ErrExist) { // what a crash has left
			if f, err = files.Edit(temporary); err == nil {
				err = f.Truncate(0)
			}
		}
		if f == nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		if err == nil {
			_, err = f.WriteAt(data, 0)
		}
		if err == nil {
			err = f.Sync()
		}
		return err
	}()
	if err == nil {
		err = files.Rename(temporary, name)
	}
	if err == nil {
		err = files.SyncDir()
	}
	if err != nil {
		return fmt.Errorf("journal: write %s: %w", name, err)
	}
	return nil
}

// readWhole returns what such a file holds; nil where there is none, or it is
// damaged: what it says can be had otherwise.
func readWhole(files Files, name, magic string) ([]byte, error) {
	f, err := files.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("journal: open %s: %w", name, err)
	}
	size, err := f.Size()
	var data []byte
	if err == nil && size <= maxWhole {
		data = make([]byte, size)
		_, err = f.ReadAt(data, 0)
		if errors.Is(err, io.EOF) {
			err = nil
		}
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("journal: read %s: %w", name, err)
	}
	n := len(data) - 4
	if n < len(magic) || string(data[:len(magic)]) != magic || binary.LittleEndian.Uint32(data[n:]) != crc32.Checksum(data[:n], castagnoli()) {
		return nil, nil
	}
	return data[len(magic):n], nil
}

const (
	secretMagic = "mbjsecr\x01"
	placeMagic  = "mbjplce\x01"
)

// lostLog refuses a directory with a secret and without a log: a secret is made
// for a log that is durable, so a new log would hide that the old one is gone.
func lostLog(files Files) error {
	body, err := readWhole(files, secretFile, secretMagic)
	if err != nil || body == nil {
		return err
	}
	names, err := files.List()
	if err != nil {
		return fmt.Errorf("journal: list: %w", err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, logSuffix) {
			return nil
		}
	}
	return fmt.Errorf("%w: the log is gone that the secret is for", ErrCorrupt)
}

const logSuffix = ".seg" // of files of the log

// loadSecret returns the journal's secret, which is made once. Where it was lost
// there is a new one: files of identities are then another's, and made anew. One
// of another journal says that the log is not the one that was here.
func (j *Journal) loadSecret() (key [16]byte, err error) {
	id := j.log.ID()
	body, err := readWhole(j.files, secretFile, secretMagic)
	switch {
	case err != nil:
		return key, err
	case len(body) == len(id)+len(key) && ID(body[:len(id)]) == id:
		return [16]byte(body[len(id):]), nil
	case len(body) == len(id)+len(key):
		return key, fmt.Errorf("%w: the log is of journal %s, its secret of %s", ErrCorrupt, id, ID(body[:len(id)]))
	}
	if _, err := io.ReadFull(j.opts.random, key[:]); err != nil {
		return key, fmt.Errorf("journal: secret: %w", err)
	}
	return key, writeWhole(j.files, secretFile, secretMagic, slices.Concat(id[:], key[:]))
}

// A note is what a journal writes down of itself at each snapshot.
type note struct {
	journal ID
	place          // up to which the log is durable, and the index known
	first   uint64 // the log's first record
	// What was known at the place.
	oldest    int32 // first day of the window
	exported  uint64
	positions map[ID]uint64 // how far other journals were imported
}

// readNote returns the note; the zero note where there is none, or none that is
// whole.
func readNote(files Files) (note, error) {
	body, err := readWhole(files, placeFile, placeMagic)
	if err != nil || body == nil {
		return note{}, err
	}
	r := blockText{rest: string(body)}
	n := note{positions: make(map[ID]uint64)}
	copy(n.journal[:], r.bytes(len(n.journal)))
	n.place, n.first = place{r.fixed(8), r.fixed(8)}, r.fixed(8)
	n.oldest, n.exported = int32(r.fixed(4)), r.fixed(8)
	for r.err == nil && r.rest != "" {
		var from ID
		copy(from[:], r.bytes(len(from)))
		n.positions[from] = r.fixed(8)
	}
	if r.err != nil {
		return note{}, nil //nolint:nilerr // a snapshot that cannot be read is none: the log says it all
	}
	return n, nil
}

// use takes up what a note says of this journal, and returns the place from which
// the log has to be read on.
func (j *Journal) use(n note) (place, error) {
	first := j.log.First()
	switch {
	case n.journal == j.log.ID() && n.record >= first-1:
		j.oldest, j.exported, j.positions = n.oldest, n.exported, n.positions
		return n.place, nil
	case first > 1:
		return place{}, fmt.Errorf("%w: the log begins with record %d, and nothing says that those before were dropped", ErrCorrupt, first)
	}
	return place{}, nil
}

// write makes the note durable.
func (n *note) write(files Files) error {
	b := slices.Clone(n.journal[:])
	for _, v := range [...]uint64{n.record, n.event, n.first} {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(n.oldest))
	b = binary.LittleEndian.AppendUint64(b, n.exported)
	for from, event := range n.positions {
		b = append(b, from[:]...)
		b = binary.LittleEndian.AppendUint64(b, event)
	}
	return writeWhole(files, placeFile, placeMagic, b)
}

// note returns what is known now. j.mu is held.
func (j *Journal) note() note {
	return note{j.log.ID(), j.place, j.log.First(), j.oldest, j.exported, maps.Clone(j.positions)}
}
