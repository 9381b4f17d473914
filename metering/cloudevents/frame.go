package cloudevents

import (
	"bufio"
	"fmt"
	"io"
)

// A framer finds where values of JSON begin and end in a stream, by their
// brackets and quotes alone; what is between is for the parser. It keeps one
// value at a time and at most max bytes of it.
type framer struct {
	in     *bufio.Reader
	offset int64 // of the next byte
	max    int
	text   []byte
	long   bool // the value has more than max bytes, and text has the first of them
}

// A sourceError is what the source failed with.
type sourceError struct{ err error }

func (e *sourceError) Error() string { return e.err.Error() }

var errCutOff = fmt.Errorf("%w: the text ends too early: %w", ErrSyntax, io.ErrUnexpectedEOF)

// next returns the next byte, and io.EOF as it is.
func (f *framer) next() (byte, error) {
	c, err := f.in.ReadByte()
	switch err { // a reader that is at its end says this very error
	case nil:
		f.offset++
		return c, nil
	case io.EOF:
		return 0, io.EOF
	}
	return 0, &sourceError{err}
}

// must is next where the text may not end.
func (f *framer) must() (byte, error) {
	c, err := f.next()
	if err == io.EOF { // next gives it as it is
		err = errCutOff
	}
	return c, err
}

// back gives back the byte that was read last.
func (f *framer) back() {
	_ = f.in.UnreadByte() // a byte was read before
	f.offset--
}

// nothing is what skip returns where there is no byte: no byte is it, for a file
// that lost its power has null bytes in it, and events behind them.
const nothing rune = -1

// skip passes over spaces and returns the byte behind them, which it gives back.
// It returns nothing at the end of the text and, if lines count, behind a line feed.
func (f *framer) skip(lines bool) (rune, error) {
	for {
		c, err := f.next()
		switch {
		case err == io.EOF, err == nil && lines && c == '\n': // next gives it as it is
			return nothing, nil
		case err != nil:
			return nothing, err
		case !isSpace(c):
			f.back()
			return rune(c), nil
		}
	}
}

// value takes the value that begins at the next byte. It takes no byte where
// none can begin.
func (f *framer) value() error {
	f.text, f.long = f.text[:0], false
	c, err := f.must()
	switch {
	case err != nil:
		return err
	case c == '{' || c == '[':
		return f.brackets(c)
	case c == '"':
		f.keep(c)
		return f.quoted()
	}
	f.back()
	return f.word()
}

// brackets takes what is from an open bracket to where it is closed.
func (f *framer) brackets(c byte) (err error) {
	for deep := 0; ; {
		f.keep(c)
		switch c {
		case '{', '[':
			deep++
		case '}', ']':
			if deep--; deep == 0 {
				return nil
			}
		case '"':
			if err = f.quoted(); err != nil {
				return err
			}
		}
		if c, err = f.must(); err != nil {
			return err
		}
	}
}

// quoted takes what is behind a quote, up to the one that closes it.
func (f *framer) quoted() error {
	for escaped := false; ; {
		c, err := f.must()
		if err != nil {
			return err
		}
		f.keep(c)
		switch {
		case escaped:
			escaped = false
		case c == '\\':
			escaped = true
		case c == '"':
			return nil
		}
	}
}

// word takes a number, true, false, null or what is none of these.
func (f *framer) word() error {
	for {
		c, err := f.next()
		switch {
		case err == io.EOF: // next gives it as it is
			return nil
		case err != nil:
			return err
		case isSpace(c), c == ',', c == ':', c == '"', c == '{', c == '}', c == '[', c == ']':
			f.back()
			return nil
		}
		f.keep(c)
	}
}

func (f *framer) keep(c byte) {
	if len(f.text) == f.max {
		f.long = true
		return
	}
	f.text = append(f.text, c)
}
