package focus

import (
	"fmt"
	"strings"
)

// A Finding is one rule broken in one place.
type Finding struct {
	Rule     string
	Severity Severity
	// Line is the line of the file on which the row ends, from 1, as editors
	// count; of a [Writer] it is the number of the row, from 1. It is 0 for a
	// sum over the file.
	Line int64
	// Column is the column in fault, or the first that the rule goes by.
	Column string
	Value  string // of that column, clipped to 64 bytes
	Detail string // what else there is to say
}

// String returns the finding in a line.
func (f Finding) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", f.Severity, f.Rule)
	if f.Line > 0 {
		fmt.Fprintf(&b, " line %d", f.Line)
	}
	if f.Column != "" {
		fmt.Fprintf(&b, ": %s=%q", f.Column, f.Value)
	}
	if f.Detail != "" {
		fmt.Fprintf(&b, ": %s", f.Detail)
	}
	return b.String()
}

// A RowError is a row that a [Writer] refused, with all that is wrong with it.
// Nothing of the row was written.
type RowError struct {
	Row      int64 // the number of the row, from 1
	Findings []Finding
}

func (e *RowError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "focus: row %d breaks", e.Row)
	for i, f := range e.Findings {
		if i == 4 {
			fmt.Fprintf(&b, ", and %d more", len(e.Findings)-i)
			break
		}
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, " %s (%s=%q", f.Rule, f.Column, f.Value)
		if f.Detail != "" {
			fmt.Fprintf(&b, ": %s", f.Detail)
		}
		b.WriteByte(')')
	}
	return b.String()
}
