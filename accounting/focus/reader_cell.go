package focus

import (
	"strings"
	"time"

	"github.com/meterbook/meterbook/accounting/money"
)

// read reads the text of a cell into the row, and notes what it had to change.
func (r *Record) read(s *source, from string) {
	text := strings.TrimSpace(from)
	field := s.field(&r.Row)
	_, number := field.(*Number)
	if isNull(text) || nullWord(text, number) && s.c != colHostProviderName { // where it may say that there is no host
		r.note(RepairNull, s.name, from, "")
		return
	}
	switch field := field.(type) {
	case *Number:
		n, exact, ok := looseNumber(text)
		*field = n
		r.result(RepairNumber, s.name, from, n.String(), exact && text == from, ok)
	case *time.Time:
		t, exact, ok := looseTime(text)
		*field = t
		r.result(RepairDate, s.name, from, textOf(field), exact && text == from, ok)
	case *Object:
		o, err := ParseObject(text)
		*field = o
		r.result(RepairSpace, s.name, from, text, text == from, err == nil)
	default:
		r.readText(s, field, from, text)
	}
}

func (r *Record) readText(s *source, field any, from, text string) {
	kind := RepairSpace
	if s.isName() {
		text = from // spaces may be the name's
	}
	words := allowed(s.c)
	if rest, ok := strings.CutPrefix(text, "'"); ok && words == nil && guarded(rest) {
		kind, text = RepairApostrophe, rest
	} else if words != nil && !contains(words, text) {
		for _, w := range words {
			if strings.EqualFold(strings.ReplaceAll(w, "-", ""), strings.NewReplacer("-", "", " ", "", "_", "").Replace(text)) || strings.EqualFold(w, text) {
				kind, text = RepairWord, w
				break
			}
		}
	}
	setText(field, text)
	if text != from {
		r.note(kind, s.name, from, text)
	}
}

// isName: a column whose text is as people wrote it.
func (s *source) isName() bool {
	return allowed(s.c) == nil && columnTable[s.c].format == 0
}

func (r *Record) result(kind RepairKind, column, from, to string, same, ok bool) {
	switch {
	case !ok:
		r.note(RepairUnread, column, from, "")
	case !same:
		r.note(kind, column, from, to)
	}
}

func (r *Record) note(kind RepairKind, column, from, to string) {
	r.Repairs = append(r.Repairs, Repair{kind, r.Line, column, from, to})
}

// nullWord reports whether a word says that there is nothing. "na" and the like
// may be names, and are no numbers.
func nullWord(s string, number bool) bool {
	switch {
	case len(s) > 14:
		return false
	case s == "" || s == "-" || s == `\N`:
		return true
	}
	for _, w := range [...]string{"null", "none", "n/a", "<null>", "(null)", "not applicable"} {
		if strings.EqualFold(s, w) {
			return true
		}
	}
	return number && (strings.EqualFold(s, "na") || strings.EqualFold(s, "nan") || strings.EqualFold(s, "nil"))
}

// looseNumber reads a number with a plus, an exponent with a plus, commas in
// groups of three, a currency sign, or parentheses for below 0. It is exact
// where nothing of that was needed.
func looseNumber(s string) (n Number, exact, ok bool) {
	if n, err := readNumber(s); err == nil {
		return n, n.String() == s, true
	}
	negative := false
	if inner, found := strings.CutPrefix(s, "("); found && strings.HasSuffix(inner, ")") {
		s, negative = strings.TrimSuffix(inner, ")"), true
	}
	if rest, found := strings.CutPrefix(s, "-"); found && !negative {
		s, negative = rest, true
	} else {
		s = strings.TrimPrefix(s, "+")
	}
	for _, sign := range [...]string{"$", "€", "£", "¥", "￥"} {
		s = strings.TrimPrefix(s, sign)
	}
	s = strings.Replace(strings.Replace(s, "E+", "E", 1), "e+", "e", 1)
	if s, ok = ungroup(s); !ok || s == "" || s[0] == '-' {
		return Number{}, false, false
	}
	n, err := readNumber(s)
	if err != nil {
		return Number{}, false, false
	}
	if negative {
		n = n.Neg()
	}
	return n, false, true
}

// ungroup takes out commas between groups of three digits; ok is false where
// they stand elsewhere, as they may then be decimal commas.
func ungroup(s string) (string, bool) {
	whole, rest, _ := strings.Cut(s, ".")
	groups := strings.Split(whole, ",")
	for i, g := range groups[1:] {
		if len(g) != 3 || !allDigits(g) || i == 0 && (len(groups[0]) == 0 || len(groups[0]) > 3) {
			return s, false
		}
	}
	if strings.Contains(rest, ",") {
		return s, false
	}
	return strings.ReplaceAll(s, ",", ""), true
}

// timeForms are forms of times that exports have, besides FOCUS's own. Forms in
// which day and month could be taken for one another are left out.
var timeForms = [...]string{
	"2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02", time.RFC3339, "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 UTC",
	"2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07", "2006-01-02 15:04:05Z0700", "2006-01-02 15:04:05Z07",
	"2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 Z07:00", "2006-01-02 15:04:05 +0000 UTC", "2006-01-02T15:04Z07:00", "2006-01-02T15:04",
	"2006-01-02 15:04", "2006/01/02 15:04:05", "2006/01/02", "20060102", "20060102T150405Z",
}

// looseTime reads a time; without a zone it is UTC. Fractions of a second are
// only taken where they are 0. The first second of year 1, which some programs
// write for no time, cannot be told from null in a row and is not read.
func looseTime(s string) (t time.Time, exact, ok bool) {
	if i := readInstant([]byte(s)); i.set {
		t := time.Unix(i.unix, 0).UTC()
		return t, true, !t.IsZero()
	}
	if len(s) > 40 {
		return time.Time{}, false, false
	}
	for _, form := range timeForms {
		if t, err := time.Parse(form, s); err == nil && t.Nanosecond() == 0 && t.Year() > 0 && !t.IsZero() {
			return t.UTC(), false, true
		}
	}
	return time.Time{}, false, false
}

// setText and textOf see a field that is a kind of string, or a time.
func setText(field any, s string) {
	switch f := field.(type) {
	case *string:
		*f = s
	case *ChargeCategory:
		*f = ChargeCategory(s)
	case *ChargeClass:
		*f = ChargeClass(s)
	case *ChargeFrequency:
		*f = ChargeFrequency(s)
	case *PricingCategory:
		*f = PricingCategory(s)
	case *CommitmentCategory:
		*f = CommitmentCategory(s)
	case *CommitmentStatus:
		*f = CommitmentStatus(s)
	case *money.Currency:
		*f = money.Currency(s)
	}
}

func textOf(field any) string {
	switch f := field.(type) {
	case *string:
		return *f
	case *ChargeCategory:
		return string(*f)
	case *ChargeClass:
		return string(*f)
	case *ChargeFrequency:
		return string(*f)
	case *PricingCategory:
		return string(*f)
	case *CommitmentCategory:
		return string(*f)
	case *CommitmentStatus:
		return string(*f)
	case *money.Currency:
		return string(*f)
	case *time.Time:
		if f.IsZero() {
			return ""
		}
		return f.UTC().Format("2006-01-02T15:04:05Z")
	}
	return ""
}
