package ratecard

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/meterbook/meterbook/internal/spelling"
)

// place is where a value of a card stands: its path and, if the card was read
// from text, its node.
type place struct {
	parent *place
	key    string
	listed bool // an element of a list: index counts, not key
	index  int
	node   *yaml.Node // nil if the text does not have the value, or there is no text
}

// field returns the place of the value of key in the mapping at p.
func (p *place) field(key string) *place {
	f := &place{parent: p, key: key}
	if p.node == nil || p.node.Kind != yaml.MappingNode {
		return f
	}
	for i := 0; i+1 < len(p.node.Content); i += 2 {
		if p.node.Content[i].Value == key {
			f.node = p.node.Content[i+1]
			break
		}
	}
	return f
}

// element returns the place of an element of the list at p.
func (p *place) element(i int) *place {
	e := &place{parent: p, listed: true, index: i}
	if p.node != nil && p.node.Kind == yaml.SequenceNode && i < len(p.node.Content) {
		e.node = p.node.Content[i]
	}
	return e
}

// path returns the path from the card to p; "" for the card itself.
func (p *place) path() string {
	if p.parent == nil {
		return ""
	}
	up := p.parent.path()
	switch {
	case p.listed:
		return up + "[" + strconv.Itoa(p.index) + "]"
	case !bare(p.key):
		return up + "[" + strconv.Quote(clip(p.key)) + "]"
	case up == "":
		return clip(p.key)
	}
	return up + "." + clip(p.key)
}

// position returns line and column of p, or of the nearest value around it
// that the text has.
func (p *place) position() (line, column int) {
	for ; p != nil; p = p.parent {
		if p.node != nil {
			return p.node.Line, p.node.Column
		}
	}
	return 0, 0
}

// text returns what the text has at p, if it is a scalar.
func (p *place) text() string {
	if p.node == nil || p.node.Kind != yaml.ScalarNode {
		return ""
	}
	return p.node.Value
}

// reader takes a card out of nodes.
type reader struct {
	config
	*collector
}

// sift refuses what YAML has beyond mappings, lists and scalars, and what is
// nested too deep to go on with.
func (r *reader) sift(p *place, depth int) {
	n := p.node
	switch {
	case n.Kind == yaml.AliasNode:
		r.refuse(p, "aliases are not read; write the value out")
	case n.Anchor != "":
		r.refuse(p, "anchors are not read; write each value out")
	case n.Style&yaml.TaggedStyle != 0:
		r.refuse(p, "tags are not read; leave %q out", clip(n.Tag))
	case len(n.Content) > 0 && depth > MaxDepth:
		r.refuse(p, "nested deeper than %d", MaxDepth)
		n.Content = nil
	}
	switch n.Kind {
	case yaml.SequenceNode:
		for i := range n.Content {
			r.sift(p.element(i), depth+1)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			at := &place{parent: p, key: key.Value, node: key}
			switch {
			case key.Kind == yaml.AliasNode:
				r.sift(at, depth)
			case key.Kind != yaml.ScalarNode:
				at = &place{parent: p.parent, key: p.key, listed: p.listed, index: p.index, node: key}
				r.refuseKey(at, "a key is a plain text")
			case key.Tag == "!!merge":
				r.refuseKey(at, "merge keys are not read; write the keys out")
			default:
				r.sift(at, depth)
			}
			if r.unread[key] {
				r.unread[n.Content[i+1]] = true
				continue
			}
			r.sift(&place{parent: p, key: key.Value, node: n.Content[i+1]}, depth+1)
		}
	}
}

// mapping calls read with each key of the mapping at p and the place of its
// value. It refuses keys that come twice and those that are not known; a nil
// list knows all.
func (r *reader) mapping(p *place, known wordList, read func(key string, at *place)) {
	if p.node.Kind != yaml.MappingNode {
		if known == nil {
			r.refuse(p, "want a mapping, got %s", kindOf(p.node))
		} else {
			r.refuse(p, "want a mapping with keys of %v, got %s", known, kindOf(p.node))
		}
		return
	}
	first := make(map[string]*yaml.Node, len(p.node.Content)/2)
	for i := 0; i+1 < len(p.node.Content); i += 2 {
		key := p.node.Content[i]
		at := &place{parent: p, key: key.Value, node: key}
		if r.unread[key] {
			continue
		}
		if known != nil && !slices.Contains(known, key.Value) {
			if r.full() {
				r.more++
			} else if means := meant[key.Value]; means != nil && slices.Contains(known, means[0]) {
				r.refuseKey(at, "unknown key; did you mean %s?", strings.Join(means, " or "))
				r.excused[absent{p.node, means[0]}] = true
			} else if near := spelling.Nearest(key.Value, known); near != "" {
				r.refuseKey(at, "unknown key; did you mean %s?", near)
				r.excused[absent{p.node, near}] = true
			} else {
				r.refuseKey(at, "unknown key; want one of %v", known)
			}
			continue
		}
		if before := first[key.Value]; before != nil {
			r.refuseKey(at, "key given twice, first on line %d", before.Line)
			continue
		}
		first[key.Value] = key
		read(key.Value, &place{parent: p, key: key.Value, node: p.node.Content[i+1]})
	}
}

// list calls read with the place of each element of the list at p, of which
// there may be most.
func (r *reader) list(p *place, of string, most int, read func(at *place)) {
	if p.node.Kind != yaml.SequenceNode {
		r.refuse(p, "want a list of %s, got %s", of, kindOf(p.node))
		return
	}
	if n := len(p.node.Content); n > most {
		r.refuse(p, "%d %s; want at most %d", n, of, most)
		return
	}
	for i := range p.node.Content {
		read(p.element(i))
	}
}

// scalar returns the characters of the scalar at p as they are written, and
// refuses anything else. Want says what is expected.
func (r *reader) scalar(p *place, want string) (s string, ok bool) {
	if r.unread[p.node] {
		return "", false
	}
	if p.node.Kind != yaml.ScalarNode || isNull(p.node) {
		r.refuse(p, "want %s, got %s", want, kindOf(p.node))
		return "", false
	}
	return p.node.Value, true
}

// text is scalar for names and titles. An empty one is refused, as leaving
// the key out says the same with less doubt.
func (r *reader) text(p *place) string {
	s, ok := r.scalar(p, "a text")
	if ok && s == "" {
		r.refuse(p, "want a text that is not empty")
	}
	return s
}

// choice is scalar for one of a few words.
func (r *reader) choice(p *place, words ...string) string {
	s, ok := r.scalar(p, "a word")
	if ok && !slices.Contains(words, s) {
		r.refuse(p, "want one of %v", wordList(words))
		return ""
	}
	return s
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Style == 0 && n.Tag == "!!null" }

func kindOf(n *yaml.Node) string {
	switch {
	case isNull(n):
		return "nothing"
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	}
	return "a scalar"
}
