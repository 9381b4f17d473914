package tokens

import (
	"fmt"
	"strings"
)

// A node is what a shape knows of a member of a response.
type node struct {
	kind     nodeKind
	id       int // for what was seen
	path     string
	members  map[string]*node // of an object; elements of a list, by their key
	key      string           // the member that names an element of a list
	index    int              // of the count or text
	envelope *Envelope
	inside   *node // the usage object of an envelope
	closed   bool  // within the usage object: a strict parser knows every member
}

type nodeKind uint8

const (
	objectNode nodeKind = iota
	listNode
	countNode
	textNode
	envelopeNode
	ignoredNode
	refusedNode
)

// plant builds the trees of the usage object and of the response.
func (p *Parser) plant() error {
	p.usage = p.node(objectNode, "")
	p.usage.closed = true
	for i, f := range p.fields {
		if err := p.grow(p.usage, f.Path, countNode, i); err != nil {
			return err
		}
	}
	if p.shape.Total != "" {
		p.total = len(p.fields)
		if err := p.grow(p.usage, p.shape.Total, countNode, p.total); err != nil {
			return err
		}
	}
	for _, path := range p.shape.Refused {
		if err := p.grow(p.usage, path, refusedNode, 0); err != nil {
			return err
		}
	}
	for _, path := range p.shape.Ignored {
		if err := p.grow(p.usage, path, ignoredNode, 0); err != nil {
			return err
		}
	}
	return p.plantResponse()
}

func (p *Parser) plantResponse() error {
	p.root = p.node(objectNode, "")
	for i, e := range p.shape.Usage {
		if err := p.grow(p.root, e.Path, envelopeNode, i); err != nil {
			return err
		}
	}
	p.texts = []string{textID: "", textModel: ""}
	for text, paths := range [...][]string{textID: p.shape.ID, textModel: p.shape.Model} {
		for _, path := range paths {
			if err := p.grow(p.root, path, textNode, text); err != nil {
				return err
			}
		}
	}
	for _, l := range p.shape.Labels {
		text := textLabels
		for text < len(p.texts) && p.texts[text] != l.Name {
			text++
		}
		if text == len(p.texts) {
			p.texts = append(p.texts, l.Name)
		}
		if l.Name == "" || text >= maxTexts {
			return p.broken("label", clip(l.Name), "a name, and fewer than 15 of them")
		}
		if err := p.grow(p.root, l.Path, textNode, text); err != nil {
			return err
		}
	}
	return nil
}

func (p *Parser) node(kind nodeKind, path string) *node {
	p.nodes++
	return &node{kind: kind, id: p.nodes - 1, path: path}
}

// grow adds the member with that path below n.
func (p *Parser) grow(n *node, path string, kind nodeKind, index int) error {
	if path == "" || len(path) > maxNameBytes {
		return p.broken("path", clip(path), "1 to 256 bytes")
	}
	rest := path
	for rest != "" {
		var segment string
		segment, rest = cutSegment(rest)
		name, key, value, list, ok := parseSegment(segment)
		if !ok || rest == "." {
			return p.broken("path", clip(path), "names joined by '.', such as details[modality=AUDIO].count")
		}
		last := rest == ""
		if list {
			if n = p.child(n, name, listNode); n != nil && (n.key == "" || n.key == key) {
				n.key, name = key, value
			} else {
				n = nil
			}
		}
		if n != nil {
			want := objectNode
			if last {
				want = kind
			}
			n = p.child(n, name, want)
		}
		if n == nil || last && n.members != nil || n.closed && kind == envelopeNode {
			return p.broken("path", clip(path), "a member that no other path names or goes through")
		}
		if list && n.kind == objectNode {
			p.child(n, key, ignoredNode)
		}
		if n.kind == envelopeNode && !last {
			n = n.inside
		}
	}
	n.index = index
	if kind == envelopeNode {
		n.envelope, n.inside = &p.shape.Usage[index], p.usage
	}
	if p.nodes > maxNodes {
		return p.broken("path", clip(path), fmt.Sprintf("at most %d members, those on the way included", maxNodes))
	}
	return nil
}

// child returns the member of that name, made if it is not there; nil if it is
// of another kind.
func (p *Parser) child(n *node, name string, kind nodeKind) *node {
	if n.kind != objectNode && n.kind != listNode {
		return nil
	}
	if c := n.members[name]; c != nil {
		through := c.kind == kind && (kind == objectNode || kind == listNode || kind == ignoredNode)
		if through || c.kind == envelopeNode && kind == objectNode {
			return c
		}
		return nil
	}
	path := name
	switch {
	case n.kind == listNode:
		path = n.path + "[" + n.key + "=" + name + "]"
	case n.path != "":
		path = n.path + "." + name
	}
	c := p.node(kind, path)
	c.closed = n.closed
	if n.members == nil {
		n.members = map[string]*node{}
	}
	n.members[name] = c
	return c
}

// cutSegment cuts a path at the first dot that is not within brackets. What is
// left is "." when the path ends with one.
func cutSegment(path string) (segment, rest string) {
	depth := 0
	for i := 0; i < len(path); i++ {
		switch path[i] {
		case '[':
			depth++
		case ']':
			depth--
		case '.':
			if depth == 0 {
				if i+1 == len(path) {
					return path[:i], "."
				}
				return path[:i], path[i+1:]
			}
		}
	}
	return path, ""
}

// parseSegment reads name or name[key=value].
func parseSegment(s string) (name, key, value string, list, ok bool) {
	name, element, list := strings.Cut(s, "[")
	if !list {
		return name, "", "", false, name != "" && !strings.ContainsAny(name, "]")
	}
	key, value, ok = strings.Cut(strings.TrimSuffix(element, "]"), "=")
	ok = ok && strings.HasSuffix(element, "]") && name != "" && key != "" && value != "" && !strings.ContainsAny(key+value, "[]")
	return name, key, value, true, ok
}
