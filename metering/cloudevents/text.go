package cloudevents

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// escape reads the escape at p.at. It is not ok for what is no escape of RFC
// 8259, clause 7, and returns -1 for half of a surrogate pair.
func (p *parser) escape() (r rune, ok bool) {
	rest := p.text[p.at+1:]
	if len(rest) == 0 {
		return 0, false
	}
	p.at += 2
	switch c := rest[0]; c {
	case '"', '\\', '/':
		return rune(c), true
	case 'b':
		return '\b', true
	case 'f':
		return '\f', true
	case 'n':
		return '\n', true
	case 'r':
		return '\r', true
	case 't':
		return '\t', true
	case 'u':
		r, ok = unit16(rest)
	}
	if !ok {
		p.at -= 2
		return 0, false
	}
	p.at += 4
	if !utf16.IsSurrogate(r) {
		return r, true
	}
	if rest = rest[5:]; len(rest) > 0 && rest[0] == '\\' {
		if low, ok := unit16(rest[1:]); ok {
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				p.at += 6
				return pair, true
			}
		}
	}
	return -1, true
}

// unit16 reads 'u' and four hexadecimal digits.
func unit16(b []byte) (rune, bool) {
	if len(b) < 5 || b[0] != 'u' {
		return 0, false
	}
	n := rune(0)
	for _, c := range b[1:5] {
		d, ok := hexDigit(c)
		if !ok {
			return 0, false
		}
		n = n<<4 | rune(d)
	}
	return n, true
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// appendString appends s, which is UTF-8, as a JSON string. It escapes what
// has to be and nothing else, so that a string has one spelling.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < ' ':
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}

// isString reports whether s is a String of CloudEvents 1.0.2, "Type System":
// UTF-8 without the controls U+0000-001F and U+007F-009F and without the 66
// noncharacters of Unicode.
func isString(s string) bool {
	for i, r := range s {
		switch {
		case r < ' ', 0x7f <= r && r < 0xa0:
			return false
		case 0xfdd0 <= r && r <= 0xfdef, r&0xfffe == 0xfffe:
			return false
		case r == utf8.RuneError:
			if _, n := utf8.DecodeRuneInString(s[i:]); n == 1 {
				return false
			}
		}
	}
	return true
}

// isInteger reports whether s, a JSON number, is an Integer of CloudEvents
// 1.0.2, "Type System": 32 bits, with no fraction and no exponent.
func isInteger(s string) bool {
	_, err := strconv.ParseInt(s, 10, 32)
	return err == nil
}

// isName reports whether s can name an attribute (CloudEvents 1.0.2, "Naming
// Conventions").
func isName(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}
