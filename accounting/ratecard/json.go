package ratecard

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// maxJSONNodes bounds the nodes of a card in JSON, of which one takes some 200
// bytes. A card with MaxPrices prices has 17 for each.
const maxJSONNodes = 200_000

// isJSON reports whether a text is JSON, and an object.
func isJSON(src []byte) bool {
	body := bytes.TrimLeft(src, " \t\r\n")
	return len(body) > 0 && body[0] == '{' && json.Valid(body)
}

// decodeJSON returns the root node of src, which is valid JSON. It reads each
// byte once and takes a tenth of the time of the YAML parser.
func decodeJSON(src []byte) (root *yaml.Node, fault Fault, ok bool) {
	s := &jsonScanner{src: src, line: 1}
	if !utf8.Valid(src) {
		for i := 0; i < len(src); {
			r, size := utf8.DecodeRune(src[i:])
			if r == utf8.RuneError && size == 1 {
				s.fault(fmt.Sprintf("byte 0x%02x is not UTF-8", src[i]))
				return nil, *s.failed, false
			}
			s.pass(i, size)
			i += size
		}
	}
	s.space()
	root = s.value(1)
	if s.failed != nil {
		return nil, *s.failed, false
	}
	return root, Fault{}, true
}

// jsonScanner walks valid JSON. A fault ends the walk.
type jsonScanner struct {
	src         []byte
	at          int
	line        int
	marked, col int // the column of a place on the line, from 0; a line can be the whole text
	nodes       int
	failed      *Fault
}

func (s *jsonScanner) fault(reason string) {
	if s.failed == nil {
		s.failed = &Fault{Line: s.line, Column: s.column(), Reason: reason}
	}
}

func (s *jsonScanner) column() int {
	s.col += utf8.RuneCount(s.src[s.marked:s.at])
	s.marked = s.at
	return s.col + 1
}

// pass moves to what follows the size bytes at i.
func (s *jsonScanner) pass(i, size int) {
	if s.src[i] == '\n' {
		s.line, s.marked, s.col = s.line+1, i+1, 0
	}
	s.at = i + size
}

func (s *jsonScanner) space() {
	for s.at < len(s.src) && blank(s.src[s.at]) {
		s.pass(s.at, 1)
	}
}

// node makes a node of what begins here.
func (s *jsonScanner) node(kind yaml.Kind) *yaml.Node {
	if s.nodes++; s.nodes > maxJSONNodes {
		s.fault(fmt.Sprintf("more than %d keys and values", maxJSONNodes))
	}
	return &yaml.Node{Kind: kind, Line: s.line, Column: s.column()}
}

// value reads the value here. Nesting beyond MaxDepth is left for sift, which
// refuses it with its path, but not followed for ever.
func (s *jsonScanner) value(depth int) *yaml.Node {
	if depth > 4*MaxDepth {
		s.fault(fmt.Sprintf("nested deeper than %d", MaxDepth))
	}
	switch c := s.src[s.at]; c {
	case '{':
		n := s.node(yaml.MappingNode)
		s.items('}', func() {
			n.Content = append(n.Content, s.scalar())
			s.space()
			s.pass(s.at, 1) // the colon
			s.space()
			n.Content = append(n.Content, s.value(depth+1))
		})
		return n
	case '[':
		n := s.node(yaml.SequenceNode)
		s.items(']', func() { n.Content = append(n.Content, s.value(depth+1)) })
		return n
	}
	return s.scalar()
}

// items reads what is between brackets.
func (s *jsonScanner) items(end byte, read func()) {
	s.pass(s.at, 1)
	for s.space(); s.failed == nil && s.src[s.at] != end; s.space() {
		if s.src[s.at] == ',' {
			s.pass(s.at, 1)
			continue
		}
		read()
	}
	s.pass(s.at, 1)
}

// scalar reads a string, a number or a word.
func (s *jsonScanner) scalar() *yaml.Node {
	n := s.node(yaml.ScalarNode)
	from := s.at
	if s.src[from] != '"' {
		for s.at < len(s.src) && !blank(s.src[s.at]) && s.src[s.at] != ',' && s.src[s.at] != ']' && s.src[s.at] != '}' {
			s.at++
		}
		n.Value, n.Tag = s.clip(from), "!!int"
		if n.Value == "null" {
			n.Tag = "!!null"
		}
		return n
	}
	escaped := false
	for s.at++; s.src[s.at] != '"'; s.at++ {
		if s.src[s.at] == '\\' {
			escaped = true
			s.at++
		}
	}
	s.at++
	n.Tag, n.Style = "!!str", yaml.DoubleQuotedStyle
	text := s.clip(from)
	if s.failed != nil {
		return n
	}
	if !escaped {
		n.Value = text[1 : len(text)-1]
	} else if err := json.Unmarshal([]byte(text), &n.Value); err != nil || halved(text) {
		s.failed = &Fault{Line: n.Line, Column: n.Column, Reason: "half of a character that is written as two escapes; write both"}
	}
	return n
}

// halved reports whether a string has one half of a surrogate pair, which
// package json reads as U+FFFD.
func halved(text string) bool {
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		if r := escape(text[i:]); utf16.IsSurrogate(r) {
			if utf16.DecodeRune(r, escape(text[min(i+6, len(text)):])) == utf8.RuneError {
				return true
			}
			i += 11
			continue
		}
		i++ // what follows is escaped, so it starts no escape
	}
	return false
}

// escape returns the value of \uXXXX at the start of s, or 0.
func escape(s string) rune {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0
	}
	n, err := strconv.ParseUint(s[2:6], 16, 16)
	if err != nil {
		return 0
	}
	return rune(n)
}

// clip returns what was read since from, unless it is too much for a value.
func (s *jsonScanner) clip(from int) string {
	if s.at-from > maxRun {
		s.fault(fmt.Sprintf("more than %d bytes in one value", maxRun))
		return "null"
	}
	return string(s.src[from:s.at])
}
