package tokens

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
)

// counts are the counts of a usage object, in order of the shape's fields, the
// total behind them.
type counts struct {
	n          [MaxFields + 1]int64
	given      uint64
	totalGiven bool
	// outgrown are the partitions of a stream that were said again without their
	// parts: those are of an earlier event, and may be less than all.
	outgrown uint64
}

func (c *counts) set(i int, n int64, fields int) {
	c.n[i] = n
	if i == fields {
		c.totalGiven = true
		return
	}
	c.given |= 1 << i
}

// A reading walks over JSON that is known to be valid: it needs no bounds, and
// goes no deeper than the shape does.
type reading struct {
	*Parser
	b      []byte
	i      int
	seen   [maxNodes / 64]uint64
	counts counts
	texts  [maxTexts]string
	found  bool // a usage object
	final  bool // and one that is not an opening
}

// start holds the text to its size and to being a JSON object, and goes to its
// first byte. It reports false for null.
func (r *reading) start(b []byte, max int) (bool, error) {
	if len(b) > max {
		return false, &FieldError{Shape: r.shape.Name, Field: "size", Given: fmt.Sprintf("%d bytes", len(b)), Want: fmt.Sprintf("at most %d", max), Err: ErrSize}
	}
	if !json.Valid(b) {
		return false, &FieldError{Shape: r.shape.Name, Field: "text", Given: quoted(b), Want: "a JSON object", Err: ErrSyntax}
	}
	r.b, r.i = b, 0
	r.space()
	switch b[r.i] {
	case '{':
		return true, nil
	case 'n':
		return false, nil
	}
	return false, &FieldError{Shape: r.shape.Name, Field: "text", Given: quoted(b), Want: "a JSON object", Err: ErrSyntax}
}

func quoted(b []byte) string { return fmt.Sprintf("%q", clip(b)) }

func (r *reading) refuse(path, want string, err error) error {
	from := r.i
	r.skip()
	return &FieldError{Shape: r.shape.Name, Field: path, Given: clip(r.b[from:r.i]), Want: want, Err: err}
}

// object reads the object that begins here.
func (r *reading) object(n *node) error {
	for r.i++; ; {
		if r.space(); r.b[r.i] == ',' {
			r.i++
			r.space()
		}
		if r.b[r.i] == '}' {
			r.i++
			return nil
		}
		name := r.name()
		r.space()
		r.i++ // the colon
		r.space()
		if err := r.member(n, n.members[string(name)], name); err != nil {
			return err
		}
	}
}

// member reads what the name stands for; child is nil where that is nothing.
func (r *reading) member(n, child *node, name []byte) error {
	switch {
	case child == nil && r.strict && n.closed:
		path := clip(name)
		if n.path != "" {
			path = n.path + "." + path
		}
		return r.refuse(path, "only members that the shape has", ErrUnknown)
	case child == nil || child.kind == ignoredNode:
		r.skip()
		return nil
	}
	return r.value(child)
}

// value reads the value of a member that the shape has, once. Null is absent.
func (r *reading) value(n *node) error {
	word, bit := n.id/64, uint64(1)<<(n.id%64)
	if r.seen[word]&bit != 0 {
		return r.refuse(n.path, "it once", ErrDuplicate)
	}
	r.seen[word] |= bit
	c := r.b[r.i]
	if c == 'n' {
		r.skip()
		return nil
	}
	switch n.kind {
	case countNode:
		return r.count(n)
	case textNode:
		return r.text(n)
	case listNode:
		return r.list(n)
	case refusedNode:
		return r.refuse(n.path, "none: the counts beside it leave its tokens out", ErrIncomplete)
	}
	if c != '{' {
		return r.refuse(n.path, "an object or null", ErrSyntax)
	}
	if n.kind == envelopeNode {
		r.found = true
		r.final = r.final || !n.envelope.Opening
		n = n.inside
		if r.seen[0]&1 != 0 { // the usage object is the first node
			return r.refuse("usage", "one usage object", ErrDuplicate)
		}
		r.seen[0] |= 1
	}
	return r.object(n)
}

const wantCount = "a whole number from 0 to 9223372036854775807, in digits"

// count reads a number.
func (r *reading) count(n *node) error {
	from := r.i
	v := uint64(0)
	for ; r.b[r.i]-'0' <= 9; r.i++ {
		d := uint64(r.b[r.i] - '0')
		if v > (math.MaxInt64-d)/10 {
			r.i = from
			return r.refuse(n.path, wantCount, ErrCount)
		}
		v = v*10 + d
	}
	if end := r.b[r.i]; r.i == from || end == '.' || end == 'e' || end == 'E' {
		r.i = from
		return r.refuse(n.path, wantCount, ErrCount)
	}
	r.counts.set(n.index, int64(v), len(r.fields))
	return nil
}

// text reads a string.
func (r *reading) text(n *node) error {
	if r.b[r.i] != '"' {
		return r.refuse(n.path, "a string or null", ErrSyntax)
	}
	from := r.i
	s := r.name()
	if len(s) > maxTextBytes {
		r.i = from
		return r.refuse(n.path, "at most 1024 bytes", ErrSize)
	}
	r.texts[n.index] = string(s)
	return nil
}

// list reads an array whose elements the shape knows by a member.
func (r *reading) list(n *node) error {
	if r.b[r.i] != '[' {
		return r.refuse(n.path, "an array or null", ErrSyntax)
	}
	for r.i++; ; {
		if r.space(); r.b[r.i] == ',' {
			r.i++
			r.space()
		}
		switch r.b[r.i] {
		case ']':
			r.i++
			return nil
		case '{':
		default:
			return r.refuse(n.path, "objects in the array", ErrSyntax)
		}
		from := r.i
		name, err := r.elementName(n)
		if err != nil {
			return err
		}
		r.i = from
		child := n.members[string(name)]
		switch {
		case child == nil && r.strict:
			return r.refuse(n.path+"["+n.key+"="+clip(name)+"]", "only elements that the shape has", ErrUnknown)
		case child == nil || child.kind == ignoredNode:
			r.skip()
		default:
			if err := r.value(child); err != nil {
				return err
			}
		}
	}
}

// elementName returns the string that names the element which begins here, or
// nothing for one without a name.
func (r *reading) elementName(n *node) (found []byte, err error) {
	twice := false
	for r.i++; ; {
		if r.space(); r.b[r.i] == ',' {
			r.i++
			r.space()
		}
		if r.b[r.i] == '}' {
			return found, nil
		}
		name := r.name()
		r.space()
		r.i++
		r.space()
		switch {
		case string(name) != n.key:
			r.skip()
		case twice:
			return nil, r.refuse(n.path+"[]."+n.key, "it once", ErrDuplicate)
		case r.b[r.i] == '"':
			found, twice = r.name(), true
		case r.b[r.i] == 'n':
			r.skip()
			twice = true
		default:
			return nil, r.refuse(n.path+"[]."+n.key, "a string", ErrSyntax)
		}
	}
}

// name reads the string that begins here.
func (r *reading) name() []byte {
	from := r.i
	r.skip()
	raw := r.b[from:r.i]
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return nil // valid JSON always has a string here
	}
	return []byte(s)
}

func (r *reading) space() {
	for r.b[r.i] == ' ' || r.b[r.i] == '\t' || r.b[r.i] == '\n' || r.b[r.i] == '\r' {
		r.i++
	}
}

// skip goes behind the value that begins here.
func (r *reading) skip() {
	depth := 0
	for ; r.i < len(r.b); r.i++ {
		switch r.b[r.i] {
		case '"':
			for r.i++; r.b[r.i] != '"'; r.i++ {
				if r.b[r.i] == '\\' {
					r.i++
				}
			}
			if depth == 0 {
				r.i++
				return
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return // behind a number or word
			}
			if depth--; depth == 0 {
				r.i++
				return
			}
		case ',', ' ', '\t', '\n', '\r':
			if depth == 0 {
				return
			}
		}
	}
}
