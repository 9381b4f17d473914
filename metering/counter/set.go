package counter

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/meterbook/meterbook/metering"
)

// A Set is counters of one kind by name: one metric of many devices. Names are
// 1 to 256 bytes of UTF-8 without control characters. Get one from [NewSet] or
// [RestoreSet]; it is for one goroutine at a time.
type Set struct {
	rules  *rules
	most   int
	byName map[string]*Counter
}

// NewSet returns an empty set of at most so many counters, 1 to 2^31-1, all
// with the same options. It fails as [New] does, and with a *[FieldError] on
// the bound.
func NewSet(o Options, most int) (*Set, error) {
	r, err := newRules(o)
	if err != nil {
		return nil, err
	}
	if most < 1 || most > math.MaxInt32 {
		return nil, &FieldError{"counters", fmt.Sprint(most), "a bound of 1 to 2147483647"}
	}
	return &Set{r, most, map[string]*Counter{}}, nil
}

// Observe is [Counter.Observe] of the counter of that name. A name's first
// reading makes its counter, unless it is refused or a sentinel. It fails with
// [ErrFull] where that would be one too many, with a *[FieldError] on the name,
// and as [Counter.Observe] does; then it has changed nothing.
func (s *Set) Observe(name string, in Reading) (Increase, error) {
	if c, ok := s.byName[name]; ok {
		return c.Observe(in)
	}
	if err := checkText("name", name, 1, metering.MaxNameBytes); err != nil {
		return Increase{}, err
	}
	c := &Counter{rules: s.rules}
	inc, err := c.Observe(in)
	switch {
	case err != nil || !c.begun:
		return inc, err
	case len(s.byName) >= s.most:
		return Increase{}, fmt.Errorf("%w: %d counters, no room for %q", ErrFull, s.most, clip(name))
	}
	s.byName[name] = c
	return inc, nil
}

// Miss is [Counter.Miss] of the counter of that name, if there is one.
func (s *Set) Miss(name string) {
	if c, ok := s.byName[name]; ok {
		c.Miss()
	}
}

// Forget drops a counter, and reports whether there was one. If it is read
// again, that is its first reading.
func (s *Set) Forget(name string) bool {
	_, ok := s.byName[name]
	delete(s.byName, name)
	return ok
}

// Len returns the number of counters.
func (s *Set) Len() int { return len(s.byName) }

// Names returns the names, sorted.
func (s *Set) Names() []string { return slices.Sorted(maps.Keys(s.byName)) }

// AppendBinary appends the state of all counters, in order of name: equal sets
// are equal bytes. It never fails.
func (s *Set) AppendBinary(b []byte) ([]byte, error) {
	start := len(b)
	b = s.rules.appendHead(b, magicSet)
	b = binary.AppendUvarint(b, uint64(len(s.byName)))
	for _, name := range s.Names() {
		b = appendText(b, name)
		b = s.byName[name].state.append(b)
	}
	return seal(b, start), nil
}

// MarshalBinary is AppendBinary to nothing.
func (s *Set) MarshalBinary() ([]byte, error) { return s.AppendBinary(nil) }

// RestoreSet returns a set of the counters that were saved. It fails as [NewSet]
// and [Restore] do, and with [ErrFull] when the state has more counters than
// there may be. Most is as for [NewSet], 1 to 2^31-1.
func RestoreSet(o Options, most int, saved []byte) (*Set, error) {
	s, err := NewSet(o, most)
	if err != nil {
		return nil, err
	}
	d, err := s.rules.open(saved, magicSet)
	if err != nil {
		return nil, err
	}
	n := d.count("number of counters", math.MaxInt32)
	if n > most {
		return nil, fmt.Errorf("%w: %d counters were saved, and %d have room", ErrFull, n, most)
	}
	for last := ""; n > 0 && d.bad == ""; n-- {
		name := d.text("name", metering.MaxNameBytes)
		c := &Counter{rules: s.rules, state: d.state(s.rules)}
		if name <= last || !c.begun {
			d.fail("names out of order, or a counter without readings")
		}
		s.byName[name] = c
		last = name
	}
	if err := d.finish(); err != nil {
		return nil, err
	}
	return s, nil
}
