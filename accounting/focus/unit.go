package focus

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// goodUnit reports whether a unit is written as the specification's Unit
// Format asks: one unit, "<unit>-<times>", "<units>/<time>", "<n> <units>" or
// "<units>/<n> <times>", in its spelling of sizes and times.
func goodUnit(u string) bool {
	if n, rest, ok := strings.Cut(u, " "); ok && rest != "" && allDigits(n) {
		u = rest
	}
	if a, b, ok := strings.Cut(u, "/"); ok {
		if n, times, ok := strings.Cut(b, " "); ok && allDigits(n) {
			return singleUnit(a) && timeUnit(times) == manyTimes
		}
		return singleUnit(a) && timeUnit(b) == oneTime
	}
	if i := strings.LastIndexByte(u, '-'); i >= 0 {
		if t := timeUnit(u[i+1:]); t != noTime {
			return t == manyTimes && singleUnit(u[:i])
		}
	}
	return singleUnit(u)
}

func singleUnit(u string) bool {
	if sizeUnit(u) {
		return true
	}
	if s, ok := strings.CutSuffix(u, "s"); ok && sizeUnit(s) {
		return false
	}
	if t := timeUnit(u); t != noTime {
		return t == manyTimes
	}
	r, _ := utf8.DecodeRuneInString(u)
	return unicode.IsUpper(r)
}

// sizeUnit reports whether u is b or B with a prefix: GB, Kib, TiB.
func sizeUnit(u string) bool {
	if u == "" || u[len(u)-1] != 'b' && u[len(u)-1] != 'B' {
		return false
	}
	prefix := strings.TrimSuffix(u[:len(u)-1], "i")
	if prefix == "" {
		return len(u) == 1
	}
	return len(prefix) == 1 && strings.Contains("KMGTPE", prefix)
}

// How a unit of time is written.
const (
	noTime       = iota
	oneTime      // Hour
	manyTimes    // Hours
	wronglyTimed // hours
)

func timeUnit(u string) int {
	for _, t := range [...]string{"Year", "Month", "Day", "Hour", "Minute", "Second"} {
		if !strings.EqualFold(u, t) && !strings.EqualFold(strings.TrimSuffix(strings.TrimSuffix(u, "s"), "S"), t) {
			continue
		}
		switch u {
		case t:
			return oneTime
		case t + "s":
			return manyTimes
		}
		return wronglyTimed
	}
	return noTime
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i]-'0' > 9 {
			return false
		}
	}
	return s != ""
}
