package ratecard

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// A Fault is one thing that is wrong with a card: where it stands, what
// stands there, and what is wanted instead.
type Fault struct {
	// Line and Column are where the value starts in the text, from 1; both
	// are 0 for a card written as a Go literal. For a key that is missing they
	// are those of the mapping it is missing from. Where the text is not YAML
	// only the line is known, and Column is 1.
	Line, Column int
	// Path leads to the value, such as prices[2].graduated[1].up_to; a key
	// that is not a plain word stands in quotes, labels["a b"]. It is empty
	// for a fault of the text as a whole.
	Path string
	// Value is what was refused, clipped to 64 bytes; empty for a list, a
	// mapping, a key (Path ends with it), and what is missing.
	Value string
	// Reason says what is wrong and what is accepted.
	Reason string
}

// Error returns the fault on one line.
func (f Fault) Error() string {
	var b strings.Builder
	b.WriteString("ratecard: ")
	if f.Line > 0 {
		fmt.Fprintf(&b, "line %d, column %d: ", f.Line, f.Column)
	}
	if f.Path != "" {
		b.WriteString(f.Path + ": ")
	}
	if f.Value != "" {
		fmt.Fprintf(&b, "%q: ", f.Value)
	}
	b.WriteString(f.Reason)
	return b.String()
}

// Faults is everything that is wrong with a card, by line and column; for a
// Go literal, in the order it was found. It is the error of [ParseYAML],
// [Validate] and [AppendYAML], found with [errors.As]. After the first
// [MaxFaults], one more Fault without a path says how many are not listed.
type Faults []Fault

// Error lists all faults, one a line.
func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// collector gathers faults. A value that could not be read is reported once,
// by the reader: the rules are then checked on a card that lacks the value,
// and what they say of it, or of what would be inside it, is not reported.
type collector struct {
	faults  Faults
	more    int
	unread  map[*yaml.Node]bool // values that could not be read
	excused map[absent]bool     // keys that are reported as missing, or were misspelt
}

// absent is a key that a mapping does not have.
type absent struct {
	mapping *yaml.Node
	key     string
}

func newCollector() *collector {
	return &collector{unread: make(map[*yaml.Node]bool), excused: make(map[absent]bool)}
}

// add reports a fault at p, unless p is known to be unread or missing.
func (c *collector) add(p *place, value, format string, args ...any) {
	if c.known(p) {
		return
	}
	if c.full() {
		c.more++
		return
	}
	line, column := p.position()
	c.faults = append(c.faults, Fault{
		Line: line, Column: column, Path: p.path(), Value: clip(value), Reason: fmt.Sprintf(format, args...),
	})
}

// refuse is add for a value that could not be read.
func (c *collector) refuse(p *place, format string, args ...any) {
	c.add(p, p.text(), format, args...)
	c.unread[p.node] = true
}

// refuseKey is refuse for a key of a mapping. The path names it already, so
// it is not given as a value.
func (c *collector) refuseKey(p *place, format string, args ...any) {
	c.add(p, "", format, args...)
	c.unread[p.node] = true
}

// missing is add for a key that p, a mapping, does not have.
func (c *collector) missing(p *place, key, format string, args ...any) {
	c.add(p.field(key), "", "missing; "+format, args...)
	c.excused[absent{p.node, key}] = true
}

// full reports whether faults are only counted from here on, so that there is
// no point in working out what they say.
func (c *collector) full() bool { return len(c.faults) == MaxFaults }

func (c *collector) known(p *place) bool {
	for ; p != nil; p = p.parent {
		if p.node != nil {
			return c.unread[p.node]
		}
		if p.parent != nil && p.parent.node != nil && c.excused[absent{p.parent.node, p.key}] {
			return true
		}
	}
	return false
}

// err returns the faults in order, or nil if there are none.
func (c *collector) err() error {
	if len(c.faults) == 0 {
		return nil
	}
	slices.SortStableFunc(c.faults, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	if c.more > 0 {
		c.faults = append(c.faults, Fault{Reason: fmt.Sprintf("%d more faults are not listed", c.more)})
	}
	return c.faults
}

// clip bounds what a fault repeats of a hostile value.
func clip(s string) string {
	const limit = 64
	s = strings.ToValidUTF8(s[:min(len(s), 4*limit)], "\uFFFD")
	if len(s) <= limit {
		return s
	}
	cut := limit
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
