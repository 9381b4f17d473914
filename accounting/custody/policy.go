package custody

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// A Policy is what may be done with records, as data. Read one with [Parse]. It
// is not changed by its methods, which are for many goroutines; to place or
// release a hold, make another one.
//
// The zero Policy lets nothing be deleted or exported.
type Policy struct {
	ID        string      `json:"id"`
	Version   string      `json:"version"`
	Regions   []Region    `json:"regions"`
	Homes     []Home      `json:"homes,omitempty"`
	Retention []Retention `json:"retention"`
	Holds     []Hold      `json:"holds,omitempty"`
	Transfers []Transfer  `json:"transfers,omitempty"`
}

// Limits of a policy that is parsed.
const (
	MaxPolicyBytes = 1 << 20
	maxDepth       = 16
)

// Parse reads a policy's JSON and validates it. Members that are not known or
// that come twice are refused: a slip of the pen must not lift a rule. It fails
// with [ErrPolicy].
func Parse(text []byte) (*Policy, error) {
	if len(text) > MaxPolicyBytes {
		return nil, fmt.Errorf("custody: policy of %d bytes, want at most 1 MiB: %w", len(text), ErrPolicy)
	}
	if err := once(json.NewDecoder(bytes.NewReader(text)), 0); err != nil {
		return nil, fmt.Errorf("custody: policy: %w: %w", ErrPolicy, err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var p Policy
	if err := d.Decode(&p); err != nil {
		return nil, fmt.Errorf("custody: policy: %w: %w", ErrPolicy, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("custody: policy: something behind it: %w", ErrPolicy)
	}
	return &p, p.Validate()
}

// once reads a value and refuses members that come twice in an object, in any
// case: the decoder would take the last.
func once(d *json.Decoder, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("more than %d levels", maxDepth)
	}
	token, err := d.Token()
	open, nested := token.(json.Delim)
	if err != nil || !nested {
		return err
	}
	seen := make(map[string]bool)
	for d.More() {
		if open == '{' {
			name, err := d.Token()
			if err != nil {
				return err
			}
			key := fold(name)
			if seen[key] {
				return fmt.Errorf("member %s comes twice", quote(key))
			}
			seen[key] = true
		}
		if err := once(d, depth+1); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

// fold is a member's name as the decoder compares it: without regard to case.
func fold(name json.Token) string {
	text, _ := name.(string)
	return string(bytes.ToLower(bytes.ToUpper([]byte(text))))
}

// Validate holds a policy together: ids are there and single, regions are known,
// times to keep and spans are whole. It fails with [ErrPolicy], and tells all
// that is wrong.
func (p *Policy) Validate() error {
	c := checker{ids: make(map[string]bool), regions: make(map[string]bool)}
	if p.ID == "" || p.Version == "" {
		c.wrong("policy %s: want an id and a version", quote(p.ID))
	}
	for _, r := range p.Regions {
		if r.ID == "" || r.In == "" || r.In == anywhere || c.regions[r.ID] {
			c.wrong("region %s in %s: want an id of its own and a jurisdiction", quote(r.ID), quote(string(r.In)))
		}
		c.regions[r.ID] = true
	}
	homes := make(map[string]bool)
	for _, h := range p.Homes {
		if err := h.Account.Validate(); err != nil || !c.regions[h.Region] || homes[string(h.Account)] {
			c.wrong("home of %s in %s: want an account, once, and a region of the policy", quote(string(h.Account)), quote(h.Region))
		}
		homes[string(h.Account)] = true
	}
	for _, r := range p.Retention {
		c.rule("retention", r.ID, r.Source)
		if err := r.Keep.validate(); err != nil {
			c.wrong("retention %s: %v", quote(r.ID), err)
		}
		if r.In == "" || len(r.Classes) == 0 || slices.Contains(r.Classes, "") {
			c.wrong("retention %s: want a jurisdiction and classes", quote(r.ID))
		}
	}
	for _, t := range p.Transfers {
		c.rule("transfer", t.ID, t.Source)
		if t.From == "" || t.From == anywhere || t.To == "" || len(t.Fields) == 0 || slices.Contains(t.Fields, "") || slices.Contains(t.Given, "") {
			c.wrong("transfer %s: want a place it goes from, one it goes to, and classes of fields", quote(t.ID))
		}
	}
	for _, h := range p.Holds {
		c.hold(h)
	}
	if len(c.errs) == 0 {
		return nil
	}
	return fmt.Errorf("custody: %w: %w", ErrPolicy, errors.Join(c.errs...))
}

// checker collects what is wrong.
type checker struct {
	ids, regions map[string]bool
	errs         []error
}

// maxFaults bounds how much is told.
const maxFaults = 16

func (c *checker) wrong(format string, args ...any) {
	if len(c.errs) < maxFaults {
		c.errs = append(c.errs, fmt.Errorf(format, args...))
	}
}

func (c *checker) id(kind, id string) {
	if id == "" || c.ids[kind+"/"+id] {
		c.wrong("%s %s: want an id of its own", kind, quote(id))
	}
	c.ids[kind+"/"+id] = true
}

func (c *checker) rule(kind, id string, s Source) {
	c.id(kind, id)
	if s.Law == "" || s.Version == "" {
		c.wrong("%s %s: want the law and the version that it is from", kind, quote(id))
	}
	if !s.From.IsZero() && !s.Until.IsZero() && !s.From.Before(s.Until) {
		c.wrong("%s %s: in force from %v until %v", kind, quote(id), s.From, s.Until)
	}
}

func (c *checker) hold(h Hold) {
	c.id("hold", h.ID)
	err := error(nil)
	if h.Account != "" {
		err = h.Account.Validate()
	}
	if err != nil || h.Reason == "" || h.Placed.IsZero() || !h.Released.IsZero() && h.Released.Before(h.Placed) ||
		!h.From.IsZero() && !h.Until.IsZero() && !h.From.Before(h.Until) {
		c.wrong("hold %s: want a reason, when it was placed, and spans that end after they begin", quote(h.ID))
	}
}
