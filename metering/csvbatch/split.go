package csvbatch

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// maxParts bounds the readers of one file.
const maxParts = 1024

// Split returns at most n readers over consecutive parts of one file of size
// bytes, of much the same length, for as many goroutines: 1 to 1024, fewer
// than asked for where the file has few rows. Each has buffers, dictionaries
// and codes of its own, which take 2 MiB unless the options say less. It fails as [NewReader] does, and with
// io.ErrUnexpectedEOF when size is not where the file's last row ends.
//
// Parts are cut at line breaks, without looking for quotes before them. If a
// cut is within quotes, the part before it ends with [ErrSplit], and what the
// parts behind it have yielded is not what the file says: only when all parts
// have ended without an error is what any of them yielded known to be right.
func Split(src io.ReaderAt, size int64, n int, layout Layout, opts ...Option) ([]*Reader, error) {
	p, err := newPlan(layout, opts)
	if err := errors.Join(err, within("parts", n, maxParts)); err != nil {
		return nil, err
	}
	head := &Reader{in: newInput(io.NewSectionReader(src, 0, size)), line: 1}
	head.in.until = size
	if err := head.readHeader(&p); err != nil {
		return nil, err
	}
	start := head.in.offset + int64(head.in.pos)
	cuts, err := cutLines(src, min(start, size), size, n)
	if err != nil {
		return nil, err
	}
	var parts []*Reader
	for i, from := range cuts[:len(cuts)-1] {
		to := cuts[i+1]
		r := &Reader{
			in: newInput(io.NewSectionReader(src, from, to-from)), line: 1,
			ahead: io.NewSectionReader(src, 0, from), goesOn: to < size, crlf: head.crlf,
		}
		r.in.offset, r.in.until = from, to
		r.prepare(&p)
		parts = append(parts, r)
	}
	return parts, nil
}

// cutLines returns where n parts of src from start to size begin, and size.
func cutLines(src io.ReaderAt, start, size int64, n int) ([]int64, error) {
	if err := wholeRows(src, size); err != nil {
		return nil, err
	}
	cuts := []int64{start}
	for k := range int64(n - 1) {
		at, err := nextLine(src, max(start+(size-start)/int64(n)*(k+1), cuts[len(cuts)-1]), size)
		if err != nil {
			return nil, err
		}
		if at < size {
			cuts = append(cuts, at)
		}
	}
	return append(cuts, size), nil
}

// wholeRows refuses a size at which a row of the file goes on.
func wholeRows(src io.ReaderAt, size int64) error {
	if size == 0 {
		return nil
	}
	var last [2]byte // and the one behind it
	n, err := src.ReadAt(last[:], size-1)
	switch {
	case n < len(last) && !errors.Is(err, io.EOF):
		return fmt.Errorf("csvbatch: reading the end: %w", err)
	case n == 0, n == 2 && last[0] != '\n':
		return fmt.Errorf("csvbatch: %d bytes are not the whole file: %w", size, io.ErrUnexpectedEOF)
	}
	return nil
}

// nextLine returns where the first line behind at begins; size if none does.
func nextLine(src io.ReaderAt, at, size int64) (int64, error) {
	buf := make([]byte, 4<<10)
	for at < size {
		n, err := src.ReadAt(buf[:min(int64(len(buf)), size-at)], at)
		if i := bytes.IndexByte(buf[:n], '\n'); i >= 0 {
			return at + int64(i) + 1, nil
		}
		at += int64(n)
		if err != nil && at < size {
			return 0, fmt.Errorf("csvbatch: looking for a line break to split at: %w", err)
		}
	}
	return size, nil
}

// lineNumber returns the number in the whole file of the line at the input's
// position; 0 when what lies before a part cannot be read to count its lines,
// which is done only where there is an error to report.
func (r *Reader) lineNumber() int64 {
	if r.ahead == nil {
		return r.line
	}
	line := r.line
	if _, err := r.ahead.Seek(0, io.SeekStart); err != nil {
		return 0
	}
	buf := make([]byte, 64<<10)
	for {
		n, err := r.ahead.Read(buf)
		line += int64(bytes.Count(buf[:n], []byte("\n")))
		if errors.Is(err, io.EOF) {
			return line
		} else if err != nil {
			return 0
		}
	}
}
