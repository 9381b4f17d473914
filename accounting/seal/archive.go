package seal

import (
	"bufio"
	"encoding/binary"
	"hash/crc32"
	"io"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// The bytes of a sealed period: magic, the note behind its length (4 bytes), the
// number of leaves (8), the leaves, each behind its length (2), and a checksum,
// CRC-32C, of all before it (4); numbers big-endian. The checksum finds accidents
// and is no proof of anything: that is the note's.
const archiveMagic = "meterbook sealed period 1\n"

// WriteTo writes the note and the leaves, for [Read].
func (s *Sealed) WriteTo(w io.Writer) (int64, error) {
	sum := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	counted := &counter{w: w}
	out := bufio.NewWriter(io.MultiWriter(counted, sum))
	var n [8]byte
	out.WriteString(archiveMagic)
	out.Write(binary.BigEndian.AppendUint32(n[:0], uint32(len(s.Note))))
	out.Write(s.Note)
	out.Write(binary.BigEndian.AppendUint64(n[:0], uint64(s.Len())))
	for i := range s.Len() {
		leaf := s.records.leaves.at(i)
		out.Write(binary.BigEndian.AppendUint16(n[:0], uint16(len(leaf))))
		out.Write(leaf)
	}
	if err := out.Flush(); err != nil {
		return counted.n, refuse(err, "writing a sealed period")
	}
	if _, err := counted.Write(binary.BigEndian.AppendUint32(n[:0], sum.Sum32())); err != nil {
		return counted.n, refuse(err, "writing a sealed period")
	}
	return counted.n, nil
}

// counter counts what is written.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}

// Read reads a sealed period and holds it against its seal: the signature, every
// leaf, their order and number, and the sums. It needs the public key alone. It
// fails with [ErrForged] or [ErrSyntax], or as the reader does; memory grows with
// what is read, whatever lengths it claims.
func Read(r io.Reader, verifiers ...note.Verifier) (*Sealed, error) {
	in := &reader{in: bufio.NewReaderSize(r, 64<<10), table: crc32.MakeTable(crc32.Castagnoli)}
	if magic := in.next(len(archiveMagic)); in.err == nil && string(magic) != archiveMagic {
		return nil, refuse(ErrSyntax, "sealed period begins with %s", quote(string(magic)))
	}
	length := in.number(4)
	if length > maxNoteBytes {
		return nil, refuse(ErrSyntax, "note of %d bytes, want at most 16 KiB", length)
	}
	signed := append([]byte(nil), in.next(int(length))...)
	if in.err != nil {
		return nil, in.failed()
	}
	seal, err := Open(signed, verifiers...)
	if err != nil {
		return nil, err
	}
	s := &Sealed{Seal: seal, Note: signed, records: newRecords()}
	if n := in.number(8); in.err == nil && n != uint64(seal.Records) {
		return nil, refuse(ErrForged, "%d records, and %d were sealed", n, seal.Records)
	}
	if err := s.records.read(in, seal.Records); err != nil {
		return nil, err
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	return s, nil
}

// read reads the leaves and the end of the file.
func (r *records) read(in *reader, n int64) error {
	var hash []byte
	for i := int64(0); i < n && in.err == nil; i++ {
		length := in.number(2)
		leaf := in.next(int(length))
		if in.err != nil {
			break
		}
		l, err := ParseLeaf(leaf)
		if err != nil {
			return err
		}
		var h tlog.Hash
		h, hash = hashOf(hash, leaf)
		if err := r.add(&l, leaf, h); err != nil {
			return err
		}
	}
	sum := in.sum
	if got := in.number(4); in.err == nil && got != uint64(sum) {
		return refuse(ErrSyntax, "checksum of a sealed period")
	}
	if in.err != nil {
		return in.failed()
	}
	if _, err := in.in.ReadByte(); err != io.EOF {
		return refuse(ErrSyntax, "bytes behind a sealed period")
	}
	return nil
}

// check holds what was read against the seal.
func (s *Sealed) check() error {
	root, err := s.records.tree.root()
	if err != nil {
		return err
	}
	if root != s.Seal.Root {
		return refuse(ErrForged, "records of %s, %s", quote(string(s.Seal.Tenant)), s.Seal.Period)
	}
	return s.Seal.CheckSums(s.Sums())
}

// reader reads pieces and checksums them. What is read holds until the next step.
type reader struct {
	in    *bufio.Reader
	table *crc32.Table
	sum   uint32
	buf   []byte
	err   error
}

// next returns the next n bytes, at most 64 KiB.
func (r *reader) next(n int) []byte {
	if r.err != nil {
		return nil
	}
	if cap(r.buf) < n {
		r.buf = make([]byte, n)
	}
	b := r.buf[:n]
	if _, r.err = io.ReadFull(r.in, b); r.err != nil {
		return nil
	}
	r.sum = crc32.Update(r.sum, r.table, b)
	return b
}

// number returns the next number of n bytes.
func (r *reader) number(n int) (v uint64) {
	for _, b := range r.next(n) {
		v = v<<8 | uint64(b)
	}
	return v
}

// failed says why reading ended early.
func (r *reader) failed() error {
	if r.err == io.EOF || r.err == io.ErrUnexpectedEOF {
		return refuse(ErrSyntax, "sealed period is cut off")
	}
	return refuse(r.err, "reading a sealed period")
}
