package csvbatch

import (
	"bytes"
	"errors"
	"io"
)

// MaxRowBytes bounds a row with its line end, line breaks in quotes included.
const MaxRowBytes = 1 << 20

const (
	// firstBytes is how much is read at once: with what a batch is made of, it
	// is to stay in a cache of the second level.
	firstBytes = 64 << 10
	// slack is how far beyond the end of the input words may be looked at.
	slack = 64
)

// An input is the part of a file that is in memory: buf[pos:end]. Up to limit
// it is of whole lines. Beyond end are slack bytes of no meaning.
type input struct {
	src             io.Reader
	buf             []byte
	pos, limit, end int
	offset          int64 // of buf[0] in the file
	until           int64 // offset at which src is to end; -1 where it may end anywhere
	err             error // of src, once all it gave is in memory
}

// errEnd: the file is at its end. It is not io.EOF, so that an error of the
// source that wraps io.EOF, as a broken connection's may, is not taken for it.
var errEnd = errors.New("csvbatch: end of the file")

func newInput(src io.Reader) input {
	return input{src: src, buf: make([]byte, firstBytes+slack), until: -1}
}

// more reads on, once at least. It keeps buf[pos:end], but moves it to the
// front, and gives the last line of the file a line end if it has none. It
// fails with errEnd, with what src fails with, and with ErrRowBytes when there
// is no room for more of one row.
func (in *input) more() error {
	if in.err != nil {
		return in.err
	}
	if !in.makeRoom() {
		return ErrRowBytes
	}
	for range 100 { // as package bufio has it
		n, err := in.src.Read(in.buf[in.end : len(in.buf)-slack])
		if i := bytes.LastIndexByte(in.buf[in.end:in.end+n], '\n'); i >= 0 {
			in.limit = in.end + i + 1
		}
		in.end += n
		if err == io.EOF {
			return in.finish()
		}
		if in.err = err; n > 0 || err != nil {
			return nil //nolint:nilerr // what was read before it comes first, and it is kept
		}
	}
	in.err = io.ErrNoProgress
	return in.err
}

// line reads on until there is a whole line at pos. It fails as more does.
func (in *input) line() error {
	for in.pos >= in.limit {
		if err := in.more(); err != nil {
			return err
		}
	}
	return nil
}

// double reads on until twice as much is in memory from pos on, or all that a
// row may have. It fails as more does, with errEnd only if nothing came.
//
// A row of many lines is scanned again after each call: a source that gives a
// byte at a time must not make of that the square of its length.
func (in *input) double() error {
	have := in.end - in.pos
	for more := true; more; more = in.end-in.pos < min(2*have, MaxRowBytes) {
		if err := in.more(); errors.Is(err, errEnd) && in.end-in.pos > have {
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

// makeRoom moves what is kept to the front and, if that fills the buffer,
// doubles it. It reports whether there is room.
func (in *input) makeRoom() bool {
	if in.pos > 0 {
		copy(in.buf, in.buf[in.pos:in.end])
		in.offset += int64(in.pos)
		in.pos, in.limit, in.end = 0, max(in.limit-in.pos, 0), in.end-in.pos
	}
	switch {
	case in.end >= MaxRowBytes:
		return false
	case in.end == len(in.buf)-slack:
		buf := make([]byte, min(2*in.end, MaxRowBytes)+slack)
		copy(buf, in.buf[:in.end])
		in.buf = buf
	}
	return true
}

// finish completes the last line at the end of the file.
func (in *input) finish() error {
	if in.until >= 0 && in.offset+int64(in.end) != in.until {
		in.err = io.ErrUnexpectedEOF
		return nil
	}
	in.err = errEnd
	if in.end == in.limit {
		return nil
	}
	if in.end-in.limit >= MaxRowBytes {
		return ErrRowBytes
	}
	in.buf[in.end] = '\n'
	in.end++
	in.limit = in.end
	return nil
}
