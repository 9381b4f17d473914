package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"math"

	"github.com/meterbook/meterbook/internal/segment"
)

// Files of an index, days and snapshots, are blocks of 4 KiB. The first is the
// header, each other one holds up to 136 entries of one day. All of a block but
// its checksum is under the checksum, CRC-32C, and so are its number and the
// header's checksum: a block that is whole but of another place, or of a file
// that had the name before, is damage too. The file is as long as its header
// says. Numbers are big-endian.
//
//	header  crc, "mbidents", version, kind, owner, through, count, blocks, days × (day, through)
//	block   crc, count, day, entries × (fingerprint 16, digest 8, sequence 6)
const (
	blockBytes   = 4096
	blockHeader  = 16
	entryBytes   = 30
	blockEntries = (blockBytes - blockHeader) / entryBytes
	fileMagic    = "mbidents"
	fileVersion  = 1
	dayFile      = 1
	snapshotFile = 2
	maxSequence  = 1<<48 - 1
	readBytes    = 256 * blockBytes // at once, where a file is read through
)

// A damageError says what is wrong with a file of the index. The file's entries
// are in the log: the index has to be told them again.
type damageError struct {
	File   string
	Offset int64
	Reason string
}

func (e *damageError) Error() string {
	return fmt.Sprintf("journal: %s at %d: %s; derive it again from the log", e.File, e.Offset, e.Reason)
}

// A fileHeader is what the first block of a file says.
type fileHeader struct {
	kind    byte
	owner   [16]byte
	through uint64 // all entries up to this sequence are in the file
	count   uint64 // of entries
	blocks  uint64 // after the header
	days    []dayThrough
	seed    uint32 // the header's checksum
}

// A dayThrough says up to which sequence the file of a day is complete.
type dayThrough struct {
	day     int32
	through uint64
}

// castagnoli returns a table that the package crc32 makes once.
func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

func (h *fileHeader) marshal() []byte {
	b := make([]byte, 4, blockBytes)
	b = append(b, fileMagic...)
	b = binary.BigEndian.AppendUint16(b, fileVersion)
	b = append(b, h.kind)
	b = append(b, h.owner[:]...)
	b = binary.BigEndian.AppendUint64(b, h.through)
	b = binary.BigEndian.AppendUint64(b, h.count)
	b = binary.BigEndian.AppendUint64(b, h.blocks)
	b = append(b, byte(len(h.days)))
	for _, d := range h.days {
		b = binary.BigEndian.AppendUint32(b, uint32(d.day))
		b = binary.BigEndian.AppendUint64(b, d.through)
	}
	b = b[:blockBytes]
	h.seed = h.plain(b)
	binary.BigEndian.PutUint32(b, h.seed)
	return b
}

// unmarshal reads a header of a kind and owner, and says what is wrong with it.
func (h *fileHeader) unmarshal(b []byte, kind byte, owner [16]byte) (wrong string) {
	h.seed = binary.BigEndian.Uint32(b)
	switch {
	case h.plain(b) != h.seed:
		return "the header's checksum does not match"
	case string(b[4:12]) != fileMagic:
		return "this is no file of an index"
	case binary.BigEndian.Uint16(b[12:]) != fileVersion:
		return fmt.Sprintf("version %d, want %d", binary.BigEndian.Uint16(b[12:]), fileVersion)
	case b[14] != kind:
		return "another kind of file"
	case [16]byte(b[15:31]) != owner:
		return "of another journal or secret"
	}
	h.kind, h.owner = kind, owner
	h.through = binary.BigEndian.Uint64(b[31:])
	h.count = binary.BigEndian.Uint64(b[39:])
	h.blocks = binary.BigEndian.Uint64(b[47:])
	n := int(b[55])
	if n > daySlots || h.through > maxSequence || h.count > h.blocks*blockEntries || h.blocks > math.MaxInt64/blockBytes-1 {
		return "the header says what cannot be"
	}
	for d := b[56:]; n > 0; d, n = d[12:], n-1 {
		h.days = append(h.days, dayThrough{int32(binary.BigEndian.Uint32(d)), binary.BigEndian.Uint64(d[4:])})
	}
	return ""
}

// plain is the checksum of the header itself.
func (h *fileHeader) plain(b []byte) uint32 { return crc32.Checksum(b[4:], castagnoli()) }

// checksum is of a block by its number, the first after the header being 1.
func (h *fileHeader) checksum(block []byte, number uint64) uint32 {
	var where [8]byte
	binary.BigEndian.PutUint64(where[:], number)
	sum := crc32.Update(h.seed, castagnoli(), where[:])
	return crc32.Update(sum, castagnoli(), block[4:])
}

// A blockReader reads the blocks of a file whose header it has checked.
type blockReader struct {
	name   string
	file   segment.File
	header fileHeader
}

// openBlocks opens a file and checks its header and length. A *damageError says
// that it is no such file; other errors are those of the file system.
func openBlocks(files segment.Files, name string, kind byte, owner [16]byte) (*blockReader, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, fmt.Errorf("journal: open %s: %w", name, err)
	}
	r := &blockReader{name: name, file: f}
	if err := r.readHeader(kind, owner); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return r, nil
}

func (r *blockReader) readHeader(kind byte, owner [16]byte) error {
	size, err := r.file.Size()
	if err != nil {
		return fmt.Errorf("journal: size of %s: %w", r.name, err)
	}
	if size < blockBytes {
		return r.damage(0, "shorter than its header")
	}
	b := make([]byte, blockBytes)
	if err := r.readAt(b, 0); err != nil {
		return err
	}
	if wrong := r.header.unmarshal(b, kind, owner); wrong != "" {
		return r.damage(0, wrong)
	}
	if want := int64(r.header.blocks+1) * blockBytes; size != want {
		return r.damage(uint64(size)/blockBytes, fmt.Sprintf("%d bytes long, want %d", size, want))
	}
	return nil
}

func (r *blockReader) damage(block uint64, reason string) error {
	return &damageError{r.name, int64(block) * blockBytes, reason}
}

// readAt fills b. A file that ends before is damage.
func (r *blockReader) readAt(b []byte, block uint64) error {
	n, err := r.file.ReadAt(b, int64(block)*blockBytes)
	switch {
	case n == len(b):
		return nil
	case err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return r.damage(block, "the file ends here")
	}
	return fmt.Errorf("journal: read %s at %d: %w", r.name, block*blockBytes, err)
}

// check returns the day of a block and its entries, undecoded.
func (r *blockReader) check(b []byte, number uint64) (day int32, entries []byte, err error) {
	if binary.BigEndian.Uint32(b) != r.header.checksum(b, number) {
		return 0, nil, r.damage(number, "the block's checksum does not match")
	}
	n := int(binary.BigEndian.Uint16(b[4:]))
	if n == 0 || n > blockEntries {
		return 0, nil, r.damage(number, fmt.Sprintf("%d entries in a block, want 1 to %d", n, blockEntries))
	}
	return int32(binary.BigEndian.Uint32(b[6:])), b[blockHeader : blockHeader+n*entryBytes], nil
}

// each calls do with blocks in order, from number from up to but not to, and
// stops where it returns an error.
func (r *blockReader) each(from, to uint64, do func(number uint64, day int32, entries []byte) error) error {
	buf := make([]byte, min(readBytes, (to-from)*blockBytes))
	for from < to {
		n := min(uint64(len(buf)/blockBytes), to-from)
		if err := r.readAt(buf[:n*blockBytes], from); err != nil {
			return err
		}
		for i := range n {
			day, entries, err := r.check(buf[i*blockBytes:][:blockBytes], from+i)
			if err != nil {
				return err
			}
			if err := do(from+i, day, entries); err != nil {
				return err
			}
		}
		from += n
	}
	return nil
}

func getEntry(b []byte) entry {
	_ = b[entryBytes-1]
	return entry{fingerprint{binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])}, binary.BigEndian.Uint64(b[16:]),
		uint64(binary.BigEndian.Uint16(b[24:]))<<32 | uint64(binary.BigEndian.Uint32(b[26:]))}
}

func putEntry(b []byte, e *entry) {
	_ = b[entryBytes-1]
	binary.BigEndian.PutUint64(b, e.id.hi)
	binary.BigEndian.PutUint64(b[8:], e.id.lo)
	binary.BigEndian.PutUint64(b[16:], e.body)
	binary.BigEndian.PutUint16(b[24:], uint16(e.seq>>32))
	binary.BigEndian.PutUint32(b[26:], uint32(e.seq))
}

// A blockWriter writes a file beside the one that has its name, which it
// replaces once it is whole and durable.
type blockWriter struct {
	files  segment.Files
	name   string
	file   segment.File
	header fileHeader
	buf    []byte // blocks not yet written, the last one unfinished
	next   uint64 // the number of the first of them
	open   int    // entries in the unfinished block, 0 if there is none
	day    int32  // of it
	count  uint64
}

// createBlocks begins a file, whose header says how much is going to be in it.
func createBlocks(files segment.Files, name string, header fileHeader) (*blockWriter, error) {
	w := &blockWriter{files: files, name: name, header: header, next: 1}
	temporary := name + newSuffix
	f, err := files.Create(temporary)
	if errors.Is(err, fs.ErrExist) { // what a crash has left
		if f, err = files.Edit(temporary); err == nil {
			err = f.Truncate(0)
		}
	}
	w.file = f
	if err == nil {
		_, err = f.WriteAt(w.header.marshal(), 0)
	}
	if err != nil {
		return nil, w.abandon(fmt.Errorf("journal: create %s: %w", temporary, err))
	}
	w.buf = make([]byte, 0, blockBytes*min(readBytes/blockBytes, max(header.blocks, 1)))
	return w, nil
}

// abandon closes the file; the next one of this name takes its place.
func (w *blockWriter) abandon(err error) error {
	if w.file != nil {
		err = errors.Join(err, w.file.Close())
	}
	return err
}

// add appends an entry of a day. Entries of a day follow each other.
func (w *blockWriter) add(day int32, e *entry) error {
	if w.open == blockEntries || w.open > 0 && w.day != day {
		w.finish()
	}
	if w.open == 0 {
		if len(w.buf) == cap(w.buf) {
			if err := w.flush(); err != nil {
				return err
			}
		}
		at := len(w.buf)
		w.buf = w.buf[:at+blockBytes]
		clear(w.buf[at:])
		w.day = day
	}
	putEntry(w.buf[len(w.buf)-blockBytes+blockHeader+w.open*entryBytes:], e)
	w.open++
	w.count++
	return nil
}

// finish completes the unfinished block.
func (w *blockWriter) finish() {
	if w.open == 0 {
		return
	}
	b := w.buf[len(w.buf)-blockBytes:]
	binary.BigEndian.PutUint16(b[4:], uint16(w.open))
	binary.BigEndian.PutUint32(b[6:], uint32(w.day))
	number := w.next + uint64(len(w.buf)/blockBytes) - 1
	binary.BigEndian.PutUint32(b, w.header.checksum(b, number))
	w.open = 0
}

func (w *blockWriter) flush() error {
	if _, err := w.file.WriteAt(w.buf, int64(w.next)*blockBytes); err != nil {
		return fmt.Errorf("journal: write %s: %w", w.name+newSuffix, err)
	}
	w.next += uint64(len(w.buf) / blockBytes)
	w.buf = w.buf[:0]
	return nil
}

// commit makes the file durable and gives it its name.
func (w *blockWriter) commit() error {
	w.finish()
	err := w.flush()
	if err == nil && (w.count != w.header.count || w.next-1 != w.header.blocks) {
		err = fmt.Errorf("journal: %s would have %d entries in %d blocks, its header says %d in %d",
			w.name, w.count, w.next-1, w.header.count, w.header.blocks)
	}
	if err == nil {
		err = w.file.Sync()
	}
	if err = w.abandon(err); err == nil {
		err = w.files.Rename(w.name+newSuffix, w.name)
	}
	if err == nil {
		err = w.files.SyncDir()
	}
	if err != nil {
		return fmt.Errorf("journal: finish %s: %w", w.name, err)
	}
	return nil
}

// blocksOf returns how many blocks so many entries of one day take.
func blocksOf(entries int) uint64 { return uint64(entries+blockEntries-1) / blockEntries }
