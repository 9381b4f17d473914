package invoice

import (
	"fmt"
	"strconv"
	"strings"
)

// A Numbering says how documents are numbered: a pattern for each kind, such as
// "INV-{year}-{seq:6}". In a pattern {seq} stands for 1, 2, 3, … and {seq:6}
// for the same with at least six digits; {year} and {month} for those of the
// date of issue, in four and two digits; and {issuer} for the issuer's id. A
// series begins anew where what stands before or behind {seq} is new: each
// year, with {year}. Everything else stands for itself.
type Numbering struct {
	Invoice    string `json:"invoice"`
	CreditNote string `json:"credit_note"`
	DebitNote  string `json:"debit_note"`
}

// DefaultNumbering numbers by year: INV-2026-000001, CN-2026-000001 and
// DN-2026-000001.
func DefaultNumbering() Numbering {
	return Numbering{"INV-{year}-{seq:6}", "CN-{year}-{seq:6}", "DN-{year}-{seq:6}"}
}

// maxPatternBytes bounds a pattern, maxSeqDigits the zeros in front of a number.
const (
	maxPatternBytes = 128
	maxSeqDigits    = 18
)

// Validate returns [ErrNumbering] for a pattern without one {seq}, with a place
// that is unknown or with characters that are not printed, and for two patterns
// that could make one number. Kinds with the same pattern share a series.
func (n Numbering) Validate() error {
	all := []string{n.Invoice, n.CreditNote, n.DebitNote}
	for i, p := range all {
		if err := checkPattern(p); err != nil {
			return fmt.Errorf("%w: pattern %s: %w", ErrNumbering, quote(p), err)
		}
		for _, o := range all[:i] {
			if meet(p, o) {
				return fmt.Errorf("%w: patterns %s and %s could make one number; set {seq} apart by a letter or a sign", ErrNumbering, quote(p), quote(o))
			}
		}
	}
	return nil
}

// meet reports whether two series could make one number: whether what one has
// before and behind the running number, beyond what the other has, are digits.
func meet(p, o string) bool {
	const issuer, day = "{issuer}", "2026-11-30"
	a, z, _ := series(p, issuer, day)
	b, y, _ := series(o, issuer, day)
	if a == b && z == y {
		return false
	}
	if len(a) < len(b) {
		a, b = b, a
	}
	if len(z) < len(y) {
		z, y = y, z
	}
	before, starts := strings.CutPrefix(a, b)
	behind, ends := strings.CutSuffix(z, y)
	return starts && ends && strings.Trim(before+behind, "0123456789") == ""
}

func (n Numbering) of(k Kind) string {
	switch k {
	case CreditNote:
		return n.CreditNote
	case DebitNote:
		return n.DebitNote
	}
	return n.Invoice
}

func checkPattern(p string) error {
	if len(p) > maxPatternBytes {
		return fmt.Errorf("want at most %d bytes", maxPatternBytes)
	}
	for _, r := range p {
		if r <= ' ' || r > '~' {
			return fmt.Errorf("character %q: want printable ASCII without spaces", r)
		}
	}
	seqs := 0
	for rest := p; ; {
		_, place, found := strings.Cut(rest, "{")
		if !found {
			break
		}
		if place, rest, found = strings.Cut(place, "}"); !found {
			return fmt.Errorf("want '}' after '{'")
		}
		switch _, isSeq := seqWidth(place); {
		case isSeq:
			seqs++
		case place != "year" && place != "month" && place != "issuer":
			return fmt.Errorf("place {%s}: want {seq}, {seq:6}, {year}, {month} or {issuer}", place)
		}
	}
	if seqs != 1 {
		return fmt.Errorf("want {seq} once")
	}
	return nil
}

// seqWidth returns the least digits of a place for the running number.
func seqWidth(place string) (width int, ok bool) {
	if place == "seq" {
		return 1, true
	}
	digits, found := strings.CutPrefix(place, "seq:")
	width, err := strconv.Atoi(digits)
	return width, found && err == nil && width >= 1 && width <= maxSeqDigits && digits[0] != '0' && digits[0] != '+'
}

// series returns what a pattern is on a date, without its running number: what
// stands before and behind it, and its least digits. Patterns are valid.
func series(pattern string, issuer string, d Date) (before, behind string, width int) {
	var b strings.Builder
	for rest := pattern; ; {
		text, place, found := strings.Cut(rest, "{")
		b.WriteString(text)
		if !found {
			break
		}
		place, rest, _ = strings.Cut(place, "}")
		switch place {
		case "year":
			b.WriteString(string(d[:4]))
		case "month":
			b.WriteString(string(d[5:7]))
		case "issuer":
			b.WriteString(issuer)
		default:
			width, _ = seqWidth(place)
			before = b.String()
			b.Reset()
		}
	}
	return before, b.String(), width
}

// number returns the number of a document in a series.
func number(before, behind string, width int, seq uint64) string {
	return fmt.Sprintf("%s%0*d%s", before, width, seq, behind)
}
