package focus

import "slices"

// A Severity says what a finding means.
type Severity uint8

// The severities.
const (
	Error   Severity = iota + 1 // a MUST is broken
	Warning                     // a SHOULD is broken, or a MUST that only a look outside the file can prove broken
	Info                        // worth a look
)

var severityNames = [...]string{Error: "error", Warning: "warning", Info: "info"}

// String returns "error", "warning" or "info"; "invalid" for any other.
func (s Severity) String() string {
	if s < Error || s > Info {
		return "invalid"
	}
	return severityNames[s]
}

// A Rule is one rule of the specification that a machine can check.
type Rule struct {
	ID       string
	Columns  []string // those it goes by; nil for one about any cell or the header
	Severity Severity
	// Since and Until are the first and the last version with the rule; Until
	// 0 is the newest.
	Since, Until Version
	// File says that the rule is about the whole file, not a row.
	File bool
}

// Rules returns every rule that a [Validator] checks, in order of id.
func Rules() []Rule {
	var out []Rule
	for i := range rowRules {
		r := &rowRules[i]
		out = append(out, Rule{r.id, names(r.columns), r.severity, max(r.since, V1_2), r.until, false})
	}
	for i := range keyRules {
		r := &keyRules[i]
		out = append(out, Rule{r.id, names(append(slices.Clone(r.key), r.of)), r.severity, V1_2, 0, true})
	}
	for _, r := range sumRules {
		out = append(out, Rule{r.id, names(r.columns), r.severity, max(r.since, V1_2), 0, true})
	}
	for _, r := range cellRules {
		out = append(out, Rule{r.id, nil, r.severity, V1_2, 0, false})
	}
	slices.SortFunc(out, func(a, b Rule) int { return compareText(a.ID, b.ID) })
	return out
}

func names(cols []col) []string {
	out := make([]string, len(cols))
	for i, c := range cols {
		out[i] = c.name()
	}
	return out
}

// A rowRule is one about the cells of a row: where when holds, then has to.
type rowRule struct {
	id           string
	severity     Severity
	since, until Version
	columns      []col
	when, then   condition
}

// apply reports whether the rule is of version v and has its columns.
func (r *rowRule) applies(v Version, present columnSet) bool {
	return r.since <= v && (r.until == 0 || v <= r.until) && present.covers(setOf(r.columns...))
}

func (r *rowRule) broken(s shape) bool { return r.when(s) && !r.then(s) }

// rowChecker finds the rules that shapes break. It remembers shapes, up to
// maxShapes; a file that has more costs time, not memory.
type rowChecker struct {
	rules  []*rowRule
	known  map[shape][]*rowRule
	last   shape
	broken []*rowRule
	any    bool
}

const maxShapes = 4096

func newRowChecker(v Version, present columnSet) *rowChecker {
	c := &rowChecker{known: make(map[shape][]*rowRule)}
	for i := range rowRules {
		if rowRules[i].applies(v, present) {
			c.rules = append(c.rules, &rowRules[i])
		}
	}
	return c
}

// check returns the rules that s breaks, in the order of the table. They are
// not to be changed.
func (c *rowChecker) check(s shape) []*rowRule {
	if c.any && s == c.last {
		return c.broken
	}
	broken, ok := c.known[s]
	if !ok {
		for _, r := range c.rules {
			if r.broken(s) {
				broken = append(broken, r)
			}
		}
		if len(c.known) >= maxShapes {
			clear(c.known)
		}
		c.known[s] = broken
	}
	c.last, c.broken, c.any = s, broken, true
	return broken
}
