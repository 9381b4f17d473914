package accelerator

import "fmt"

// A Problem says what is wrong with a cell of a listing.
type Problem uint8

// The problems.
const (
	_             Problem = iota
	Shifted               // the row has another number of cells than the header
	Unreadable            // the cell is neither a number nor empty
	NotPositive           // the number is 0 or below
	SwappedTDP            // the row has the power of another row, and that one has its
	WrongTDP              // the power is not the catalogue's
	SparseAsDense         // the rate is the one with 2:4 sparsity
	OtherFormat           // the rate is that of another format
	Differs               // the figure is not the catalogue's
	Inconsistent          // the row's own figures contradict one another
)

var problemNames = []string{Shifted: "shifted row", Unreadable: "unreadable", NotPositive: "not positive", SwappedTDP: "swapped TDP", WrongTDP: "wrong TDP",
	SparseAsDense: "sparse as dense", OtherFormat: "other format", Differs: "differs", Inconsistent: "inconsistent"}

// String returns the problem's name, such as "sparse as dense".
func (p Problem) String() string { return nameOf(problemNames, p) }

// MarshalText returns the name.
func (p Problem) MarshalText() ([]byte, error) { return textOf("problem", problemNames, p) }

// UnmarshalText reads a name. It fails with a *[FieldError].
func (p *Problem) UnmarshalText(text []byte) error { return readName(p, "problem", problemNames, text) }

// A Finding is one thing that is wrong with a listing, or that the catalogue
// has otherwise. How far the catalogue's own figure can be relied on is its
// Confidence; 0 where the finding needs no catalogue.
type Finding struct {
	Line       int        `json:"line"`
	Name       string     `json:"name"`
	Field      Field      `json:"field"`
	Problem    Problem    `json:"problem"`
	Value      string     `json:"value"` // of the cell, clipped to 64 bytes
	Want       string     `json:"want"`  // what the catalogue, or the row itself, says
	Model      ModelID    `json:"model,omitempty"`
	Confidence Confidence `json:"confidence,omitzero"`
}

// String returns the finding as a line of text.
func (f Finding) String() string {
	s := fmt.Sprintf("line %d %q: %s %q: %v: %s", f.Line, f.Name, f.Field, f.Value, f.Problem, f.Want)
	if f.Model != "" {
		s += fmt.Sprintf(" (%s, confidence %v)", f.Model, f.Confidence)
	}
	return s
}

// A Report is what came of checking a listing.
type Report struct {
	Rows     int       `json:"rows"`
	Matched  int       `json:"matched"`  // rows that name a model of the catalogue
	Unknown  []string  `json:"unknown"`  // names of the others, which were checked only against themselves
	Findings []Finding `json:"findings"` // in order of rows and fields
}
