package focus

import (
	"strings"
	"unicode/utf8"
)

// clip shortens a value for a message to at most 64 bytes, at a rune's edge.
func clip[T ~string | ~[]byte](s T) string {
	if len(s) <= 64 {
		return string(s)
	}
	cut := 61
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return string(s[:cut]) + "..."
}

func compareText(a, b string) int { return strings.Compare(a, b) }

// isNull reports whether the text of a cell stands for null.
func isNull[T ~string | ~[]byte](s T) bool {
	return len(s) == 0 || len(s) == 4 && (string(s) == "NULL" || string(s) == "null")
}

// A cell that begins with one of these is a formula to a spreadsheet, or may
// be: the signs, their full-width forms, and what spreadsheets skip before.
// Sources: OWASP, CSV Injection; CWE-1236.
func startsFormula(s string) bool {
	for i := 0; i < len(s); {
		switch c := s[i]; c {
		case '=', '+', '-', '@', '\t', '\r', '\n', 0:
			return true
		case ' ':
			i++
		case 0xC2: // U+00A0, no-break space
			if !strings.HasPrefix(s[i:], "\u00a0") {
				return false
			}
			i += 2
		case 0xEF: // U+FF1D ＝, U+FF0B ＋, U+FF0D －, U+FF20 ＠, and U+FEFF
			if rest, ok := strings.CutPrefix(s[i:], "\ufeff"); ok {
				i = len(s) - len(rest)
				continue
			}
			return hasAnyPrefix(s[i:], "＝", "＋", "－", "＠")
		case 0xE3: // U+3000, ideographic space
			if !strings.HasPrefix(s[i:], "\u3000") {
				return false
			}
			i += 3
		default:
			return false
		}
	}
	return false
}

func hasAnyPrefix(s string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// guarded reports whether text is written behind an apostrophe: where it
// starts a formula, and where it is such text behind apostrophes already, so
// that one apostrophe can be taken off again.
func guarded(s string) bool { return startsFormula(strings.TrimLeft(s, "'")) }

// appendCell appends text as a cell of a CSV file: behind an apostrophe where
// it would start a formula, and in quotes where it needs them.
func appendCell(b []byte, s string) []byte {
	if s == "" {
		return b
	}
	guard := false
	if plainStart[s[0]] == 0 {
		guard = guarded(s)
	}
	quote := false
	for i := range len(s) {
		quote = quote || special[s[i]]
	}
	if !quote {
		if guard {
			b = append(b, '\'')
		}
		return append(b, s...)
	}
	b = append(b, '"')
	if guard {
		b = append(b, '\'')
	}
	for {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			return append(append(b, s...), '"')
		}
		b = append(append(b, s[:i+1]...), '"')
		s = s[i+1:]
	}
}

// plainStart marks first bytes that start no formula, whatever follows; special
// marks bytes that put a cell in quotes: those of RFC 4180, and what other
// readers than ours may take for a separator.
var plainStart, special = func() (plain [256]byte, special [256]bool) {
	for c := range 256 {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '{', c == '[', c == '"', c == '/', c == '_', c == '$', c == '(':
			plain[c] = 1
		}
	}
	for _, c := range "\",\r\n;\t\x00" {
		special[c] = true
	}
	return plain, special
}()
