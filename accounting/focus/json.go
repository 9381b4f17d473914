package focus

import (
	"encoding/json"
	"errors"
	"fmt"
)

// kind is what a JSON value is.
type kind uint8

const (
	kindNull kind = iota
	kindBool
	kindNumber
	kindText
	kindList
	kindObject
)

// A node is a JSON value. Text is that of a number as written, a string
// unescaped, or "true" or "false".
type node struct {
	kind  kind
	text  string
	keys  []string // of an object, in order
	items []node   // of a list or object
}

func (n *node) member(key string) (*node, bool) {
	for i, k := range n.keys {
		if k == key {
			return &n.items[i], true
		}
	}
	return nil, false
}

const (
	maxDepth  = 16
	maxObject = 1 << 20 // bytes
	maxKeys   = 1 << 10 // members of one object
)

var (
	errJSON      = errors.New("not JSON")
	errJSONLimit = errors.New("more than 1 MiB, 16 levels or 1024 members")
)

// parseJSON reads one JSON value (RFC 8259). Keys of an object have to differ.
func parseJSON(s string) (node, error) {
	if len(s) > maxObject {
		return node{}, errJSONLimit
	}
	p := jsonParser{s: s}
	n, err := p.value(0)
	if err != nil {
		return node{}, err
	}
	if p.space(); p.at != len(s) {
		return node{}, errJSON
	}
	return n, nil
}

type jsonParser struct {
	s  string
	at int
}

func (p *jsonParser) space() {
	for p.at < len(p.s) && (p.s[p.at] == ' ' || p.s[p.at] == '\t' || p.s[p.at] == '\n' || p.s[p.at] == '\r') {
		p.at++
	}
}

// take reads c, after spaces.
func (p *jsonParser) take(c byte) bool {
	p.space()
	if p.at < len(p.s) && p.s[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *jsonParser) value(depth int) (node, error) {
	if depth > maxDepth {
		return node{}, errJSONLimit
	}
	p.space()
	if p.at == len(p.s) {
		return node{}, errJSON
	}
	switch c := p.s[p.at]; {
	case c == '{':
		p.at++
		return p.object(depth)
	case c == '[':
		p.at++
		return p.list(depth)
	case c == '"':
		text, err := p.text()
		return node{kind: kindText, text: text}, err
	case c == '-' || c-'0' <= 9:
		return p.number()
	}
	for _, w := range [...]struct {
		word string
		kind kind
	}{{"true", kindBool}, {"false", kindBool}, {"null", kindNull}} {
		if len(p.s)-p.at >= len(w.word) && p.s[p.at:p.at+len(w.word)] == w.word {
			p.at += len(w.word)
			return node{kind: w.kind, text: w.word}, nil
		}
	}
	return node{}, errJSON
}

func (p *jsonParser) object(depth int) (node, error) {
	n := node{kind: kindObject}
	if p.take('}') {
		return n, nil
	}
	for {
		if p.space(); p.at == len(p.s) || p.s[p.at] != '"' {
			return node{}, errJSON
		}
		key, err := p.text()
		if err != nil {
			return node{}, err
		}
		if _, twice := n.member(key); twice {
			return node{}, fmt.Errorf("key %q twice", clip(key))
		}
		if !p.take(':') {
			return node{}, errJSON
		}
		v, err := p.value(depth + 1)
		if err != nil {
			return node{}, err
		}
		if len(n.keys) == maxKeys {
			return node{}, errJSONLimit
		}
		n.keys, n.items = append(n.keys, key), append(n.items, v)
		if p.take('}') {
			return n, nil
		}
		if !p.take(',') {
			return node{}, errJSON
		}
	}
}

func (p *jsonParser) list(depth int) (node, error) {
	n := node{kind: kindList}
	if p.take(']') {
		return n, nil
	}
	for {
		v, err := p.value(depth + 1)
		if err != nil {
			return node{}, err
		}
		n.items = append(n.items, v)
		if p.take(']') {
			return n, nil
		}
		if !p.take(',') {
			return node{}, errJSON
		}
	}
}

// text reads a string; p is at its first quote. Escapes are left to
// encoding/json.
func (p *jsonParser) text() (string, error) {
	start, escaped := p.at, false
	for i := p.at + 1; i < len(p.s); i++ {
		switch c := p.s[i]; {
		case c == '"':
			p.at = i + 1
			if !escaped {
				return p.s[start+1 : i], nil
			}
			var text string
			if json.Unmarshal([]byte(p.s[start:p.at]), &text) != nil {
				return "", errJSON
			}
			return text, nil
		case c == '\\':
			escaped = true
			i++
		case c < ' ':
			return "", errJSON
		}
	}
	return "", errJSON
}

func (p *jsonParser) number() (node, error) {
	start := p.at
	if p.s[p.at] == '-' {
		p.at++
	}
	whole := p.digits()
	if whole == 0 || whole > 1 && p.s[p.at-whole] == '0' {
		return node{}, errJSON
	}
	if p.at < len(p.s) && p.s[p.at] == '.' {
		p.at++
		if p.digits() == 0 {
			return node{}, errJSON
		}
	}
	if p.at < len(p.s) && (p.s[p.at] == 'e' || p.s[p.at] == 'E') {
		p.at++
		if p.at < len(p.s) && (p.s[p.at] == '+' || p.s[p.at] == '-') {
			p.at++
		}
		if p.digits() == 0 {
			return node{}, errJSON
		}
	}
	return node{kind: kindNumber, text: p.s[start:p.at]}, nil
}

func (p *jsonParser) digits() (n int) {
	for p.at < len(p.s) && p.s[p.at]-'0' <= 9 {
		p.at++
		n++
	}
	return n
}
