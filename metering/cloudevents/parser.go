package cloudevents

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// A parser reads JSON as RFC 8259 has it, and holds it to two rules more: a
// name is in an object once, and all text is Unicode. Package json lets the
// last of two names win and puts U+FFFD where text is broken, both silently.
type parser struct {
	text  []byte
	at    int
	deep  int    // objects and arrays that are open
	max   int    // how many may be
	place []step // where the parser is
	fault error  // the first rule that is broken; reading went on
}

// A step leads to a member by its name, or to an element by its index.
type step struct {
	name  string
	index int // -1 for a member
}

// parse reads one value with nothing but spaces around it, at most max levels
// deep. Errors name where in the event they are: root is the attribute that the
// text is the value of, "" for the event itself. They wrap [ErrSyntax],
// [ErrText] or [ErrDuplicate], or are a *[LimitError].
func parse(data []byte, max int, root string) (value, error) {
	p := parser{text: data, max: max}
	if root != "" {
		p.place = []step{{root, -1}}
	}
	v, err := p.value()
	if err != nil {
		return value{}, err
	}
	if p.space(); p.at < len(p.text) {
		return value{}, p.malformed("nothing behind the end")
	}
	if p.fault != nil {
		return value{}, p.fault
	}
	return v, nil
}

// where returns the place as an error names it.
func (p *parser) where() string {
	var b []byte
	for i, s := range p.place {
		if i > 0 {
			b = append(b, '/')
		}
		if s.index >= 0 {
			b = strconv.AppendInt(b, int64(s.index), 10)
		} else {
			b = append(b, clip(s.name)...)
		}
	}
	return clip(string(b))
}

// malformed is what to say of text that is no JSON.
func (p *parser) malformed(want string) error {
	return &AttributeError{Attribute: p.where(), Value: clip(string(p.text[p.at:min(len(p.text), p.at+65)])),
		Err: fmt.Errorf("%w: byte %d of it: want %s", ErrSyntax, p.at, want)}
}

// broken notes a rule that is broken by JSON that can be read on. It looks at
// the text only if it is the first.
func (p *parser) broken(text []byte, err error) {
	if p.fault == nil {
		p.fault = &AttributeError{p.where(), clip(string(text[:min(len(text), 65)])), err}
	}
}

func (p *parser) space() {
	for p.at < len(p.text) && isSpace(p.text[p.at]) {
		p.at++
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// next passes over spaces and then over c, and reports whether it was there.
func (p *parser) next(c byte) bool {
	p.space()
	if p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *parser) value() (value, error) {
	p.space()
	if p.at == len(p.text) {
		return value{}, p.malformed("a value")
	}
	switch c := p.text[p.at]; {
	case c == '{' || c == '[':
		if p.deep++; p.deep > p.max {
			return value{}, &AttributeError{Attribute: p.where(), Err: &LimitError{"levels of nesting", p.max}}
		}
		p.at++
		read := p.object
		if c == '[' {
			read = p.array
		}
		v, err := read()
		p.deep--
		return v, err
	case c == '"':
		s, err := p.string()
		return value{form: text, text: s}, err
	case c == '-' || '0' <= c && c <= '9':
		return p.number()
	}
	for _, w := range [...]struct {
		word string
		form form
	}{{"null", null}, {"true", boolean}, {"false", boolean}} {
		if bytes.HasPrefix(p.text[p.at:], []byte(w.word)) {
			p.at += len(w.word)
			return value{form: w.form, text: w.word}, nil
		}
	}
	return value{}, p.malformed("a value")
}

// object reads the members behind a '{'.
func (p *parser) object() (value, error) {
	v := value{form: object, members: &members{}}
	var seen names
	if p.next('}') {
		return v, nil
	}
	for {
		if p.space(); p.at == len(p.text) || p.text[p.at] != '"' {
			return v, p.malformed("a name in quotes")
		}
		name, err := p.string()
		if err != nil {
			return v, err
		}
		p.place = append(p.place, step{name, -1})
		if !p.next(':') {
			return v, p.malformed("a colon")
		}
		if !seen.add(name) {
			p.broken(nil, ErrDuplicate)
		}
		member, err := p.value()
		if err != nil {
			return v, err
		}
		p.place = p.place[:len(p.place)-1]
		v.names, v.values = append(v.names, name), append(v.values, member)
		if p.next('}') {
			return v, nil
		}
		if !p.next(',') {
			return v, p.malformed("a comma or the end of the object")
		}
	}
}

// array reads the elements behind a '['.
func (p *parser) array() (value, error) {
	v := value{form: array, members: &members{}}
	if p.next(']') {
		return v, nil
	}
	for {
		p.place = append(p.place, step{"", len(v.values)})
		element, err := p.value()
		if err != nil {
			return v, err
		}
		p.place = p.place[:len(p.place)-1]
		v.values = append(v.values, element)
		if p.next(']') {
			return v, nil
		}
		if !p.next(',') {
			return v, p.malformed("a comma or the end of the array")
		}
	}
}

func (p *parser) number() (value, error) {
	end := p.at + numberLen(p.text[p.at:])
	if end == p.at {
		return value{}, p.malformed("a number as JSON has it")
	}
	v := value{form: number, text: string(p.text[p.at:end])}
	p.at = end
	return v, nil
}

// string reads the string that begins with the quote at p.at.
func (p *parser) string() (string, error) {
	p.at++
	start := p.at
	var unescaped []byte // nil as long as the string is as it is written
	for from := start; p.at < len(p.text); {
		switch c := p.text[p.at]; {
		case c == '"':
			whole := p.text[from:p.at]
			if unescaped != nil {
				whole = append(unescaped, whole...)
			}
			p.at++
			if !utf8.Valid(whole) {
				p.broken(whole, ErrText)
			}
			return string(whole), nil
		case c < ' ':
			return "", p.malformed("control characters in strings escaped")
		case c == '\\':
			unescaped = append(unescaped, p.text[from:p.at]...)
			r, ok := p.escape()
			if !ok {
				return "", p.malformed("an escape of JSON")
			}
			if r < 0 {
				p.broken(unescaped, ErrText)
				r = utf8.RuneError
			}
			unescaped = utf8.AppendRune(unescaped, r)
			from = p.at
		default:
			p.at++
		}
	}
	return "", p.malformed("the end of a string")
}

// names is a set that costs little while it is small.
type names struct {
	few  []string
	many map[string]struct{}
}

// add reports whether the name was not there.
func (n *names) add(name string) bool {
	if n.many == nil {
		for _, have := range n.few {
			if have == name {
				return false
			}
		}
		if n.few = append(n.few, name); len(n.few) < 16 {
			return true
		}
		n.many = make(map[string]struct{}, 2*len(n.few))
		for _, have := range n.few {
			n.many[have] = struct{}{}
		}
		return true
	}
	if _, twice := n.many[name]; twice {
		return false
	}
	n.many[name] = struct{}{}
	return true
}
