package focus

import (
	"strings"

	"github.com/meterbook/meterbook/metering"
)

// UnitName returns a unit as FOCUS's Unit Format writes it: "Card-Hours" for
// "{card}.h", "GiB-Hours" for "GiBy.h", "1000 Tokens" for "10*3{token}",
// "Requests" for "{request}". A unit without such a name goes by its label,
// with a capital.
func UnitName(u metering.Unit) string {
	code := u.Code()
	if name, ok := unitNames[code]; ok {
		return name
	}
	if what, ok := strings.CutPrefix(code, "{"); ok && strings.HasSuffix(what, "}") {
		return plural(capital(strings.TrimSuffix(what, "}")))
	}
	if what, time, ok := cutLast(code, "."); ok && unitTimes[time] != "" {
		what = strings.Trim(what, "{}")
		if size, ok := unitNames[what]; ok {
			what = size
		}
		return capital(what) + "-" + unitTimes[time]
	}
	return capital(u.Label())
}

func cutLast(s, sep string) (before, after string, ok bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// plural returns a noun in English for several: Queries, Batches, Tokens.
func plural(s string) string {
	for _, end := range [...]string{"s", "x", "z", "ch", "sh"} {
		if strings.HasSuffix(s, end) {
			return s + "es"
		}
	}
	if stem, ok := strings.CutSuffix(s, "y"); ok && stem != "" && !strings.ContainsRune("aeiou", rune(stem[len(stem)-1])) {
		return stem + "ies"
	}
	return s + "s"
}

func capital(s string) string {
	if s != "" && s[0] >= 'a' && s[0] <= 'z' {
		return string(s[0]-'a'+'A') + s[1:]
	}
	return s
}

var unitTimes = map[string]string{"ns": "Nanoseconds", "s": "Seconds", "min": "Minutes", "h": "Hours", "d": "Days"}

var unitNames = map[string]string{
	"1": "Units", "10*3": "1000 Units", "10*4": "10000 Units", "10*6": "1000000 Units",
	"{token}": "Tokens", "10*3{token}": "1000 Tokens", "10*6{token}": "1000000 Tokens",
	"ns": "Nanoseconds", "ms": "Milliseconds", "s": "Seconds", "min": "Minutes", "h": "Hours", "d": "Days",
	"By": "B", "kBy": "KB", "MBy": "MB", "GBy": "GB", "TBy": "TB", "KiBy": "KiB", "MiBy": "MiB", "GiBy": "GiB", "TiBy": "TiB",
	"bit/s": "b/Second", "kbit/s": "Kb/Second", "Mbit/s": "Mb/Second", "Gbit/s": "Gb/Second",
	"uJ": "Microjoules", "mJ": "Millijoules", "J": "Joules", "kJ": "Kilojoules",
	"W.h": "Watt-Hours", "kW.h": "Kilowatt-Hours", "MW.h": "Megawatt-Hours",
	"uW": "Microwatts", "mW": "Milliwatts", "W": "Watts", "kW": "Kilowatts", "MW": "Megawatts",
	"ng{CO2e}": "Nanograms CO2e", "g{CO2e}": "Grams CO2e", "kg{CO2e}": "Kilograms CO2e", "t{CO2e}": "Tonnes CO2e",
}
