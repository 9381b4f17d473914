package ratecard

import (
	"bytes"
	"fmt"
	"regexp"
	"unicode/utf8"
)

// Limits of a card and its text.
const (
	MaxBytes  = 1 << 20 // of text
	MaxDepth  = 16      // mappings and lists within each other
	MaxPrices = 10_000
	MaxTiers  = 10_000 // of all prices together
	MaxFaults = 100    // listed one by one
)

const (
	// maxNodes bounds the work of the YAML parser, which takes about 1 µs and
	// 0.3 kB for each of the nodes that weight foresees. A card with MaxTiers
	// tiers, each with all its keys, has 100,000 of them.
	maxNodes = 110_000
	// maxRun bounds the bytes between two nodes or line ends, so that a
	// megabyte of digits is refused before anything tries to make sense of it.
	// The longest value of a card, a label value of 1024 bytes, has at most
	// 6 kB when every byte of it is escaped.
	maxRun = 16 << 10
)

// checkSize refuses a text that is not worth looking at.
func checkSize(src []byte) (f Fault, ok bool) {
	if len(src) > MaxBytes {
		return Fault{Line: 1, Column: 1, Reason: fmt.Sprintf("%d bytes of text; want at most %d", len(src), MaxBytes)}, false
	}
	return Fault{}, true
}

// checkSource refuses a text that is not worth parsing. It looks at each byte
// once.
func checkSource(src []byte) (f Fault, ok bool) {
	line, start, nodes, run := 1, 0, 0, 0
	for i := 0; i < len(src); {
		c, size := rune(src[i]), 1
		if c >= utf8.RuneSelf {
			c, size = utf8.DecodeRune(src[i:])
		}
		run += size
		fault := func(format string, args ...any) (Fault, bool) {
			column := utf8.RuneCount(src[start:i]) + 1
			return Fault{Line: line, Column: column, Reason: fmt.Sprintf(format, args...)}, false
		}
		switch {
		case c == utf8.RuneError && size == 1:
			return fault("byte 0x%02x is not UTF-8", src[i])
		case c == '\n' || c == '\r' && (i+1 == len(src) || src[i+1] != '\n'):
			line, start, run = line+1, i+1, 0
		case c < ' ' && c != '\t' && c != '\r' || 0x7f <= c && c < 0xa0 || c == 0xfffe || c == 0xffff:
			return fault("control character %U", c)
		case c == '%' && i == start:
			return fault("directives are not read")
		case c == 0x2028 || c == 0x2029:
			// YAML 1.1 breaks lines here, YAML 1.2 and JSON do not.
			return fault(`line separator %U; write it as "\u%04x"`, c, c)
		}
		if n := weight(src, i); n > 0 {
			run = 0
			if nodes += n; nodes > maxNodes {
				return fault("more than about %d keys, values and comments", maxNodes)
			}
		}
		if run > maxRun {
			return fault("more than %d bytes in one value", maxRun)
		}
		i += size
	}
	return Fault{}, true
}

// braced is a key whose value begins with a name in braces and goes on, as units do:
// YAML takes {card} for a mapping, and does not understand what follows. A quote or
// a comment before it on the line may be what it stands in.
var braced = regexp.MustCompile(`^[^"'#]*?(?:^|[\s{,])([\w-]+):[ \t]+(\{[\w-]+\}[^\s,{}\[\]"'#]+(?:\{[\w-]+\})?)`)

// bareBrace finds the first value of a text that is no YAML which begins with a brace
// and has no quotes: the parser finds a fault in a line far above it.
func bareBrace(src []byte) (Fault, bool) {
	for i, line := range bytes.Split(src, []byte("\n")) {
		if at := braced.FindSubmatchIndex(line); at != nil {
			key, value := string(line[at[2]:at[3]]), string(line[at[4]:at[5]])
			return Fault{Line: i + 1, Column: utf8.RuneCount(line[:at[4]]) + 1,
				Reason: "a value that begins with { needs quotes: " + clip(key) + `: "` + clip(value) + `"`}, true
		}
	}
	return Fault{}, false
}

// weight returns how many nodes the byte at i may give rise to. It need not
// know what is quoted: there is no node without one of these characters, and
// a card has no need of many in its texts. A comment weighs four, as the
// parser spends more on it than on a value.
func weight(src []byte, i int) int {
	switch src[i] {
	case ',', '[', '{':
		return 1
	case '?':
		return 2
	case ':':
		if i == 0 || i+1 == len(src) || !alphanumeric(src[i-1]) || !alphanumeric(src[i+1]) {
			return 2 // a key and its value, not the colon of 00:00
		}
	case '-':
		if i+1 == len(src) || blank(src[i+1]) {
			return 1
		}
	case '#':
		if i == 0 || blank(src[i-1]) {
			return 4
		}
	}
	return 0
}

func alphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// escaped appends the escape of r that a YAML text in double quotes has.
func escaped(dst []byte, r rune) []byte {
	if r <= 0xffff {
		return fmt.Appendf(dst, `\u%04X`, r)
	}
	return fmt.Appendf(dst, `\U%08X`, r)
}
