package spelling

import "strings"

// maxUnitBytes is the longest text that a unit is looked for. No code is half as
// long, and texts come from outside.
const maxUnitBytes = 24

// Unit returns the code of a unit that s means, of those given, or "" if none is
// close. "kWh" is kW.h, "GB" is GBy and "tokens" is {token}: what people write
// differs from UCUM in dots, braces, the y of bytes, letter case and the names of
// hours and cards, and then in a typing error ([Nearest]). Letter case is looked
// at first, as MW and mW are two units. Of one or two letters a typing error is
// not looked for: any unit would be near. A text of more than 24 bytes has none.
func Unit(s string, codes []string) string {
	if len(s) > maxUnitBytes {
		return ""
	}
	for _, form := range [...]func(string) string{bare, spoken} {
		want := form(s)
		for _, code := range codes {
			if want != "" && form(code) == want {
				return code
			}
		}
	}
	if len(s) < 3 {
		return ""
	}
	return Nearest(s, codes)
}

// bare is a code without what UCUM adds to what people write.
func bare(s string) string { return bareReplacer.Replace(s) }

var bareReplacer = strings.NewReplacer("{CO2e}", "", "CO2eq", "", "CO2e", "", "CO2", "", "By", "B", "10^", "10*",
	"{", "", "}", "", ".", "", "·", "", "-", "", "_", "", " ", "")

// spoken is bare in small letters, with the names of units as their codes have them.
func spoken(s string) string { return spokenReplacer.Replace(strings.ToLower(bare(s))) }

// Plurals stand before what they are plurals of.
var spokenReplacer = strings.NewReplacer("hours", "h", "hour", "h", "hrs", "h", "hr", "h", "minutes", "min", "minute", "min", "mins", "min",
	"seconds", "s", "second", "s", "secs", "s", "sec", "s", "days", "d", "day", "d", "bytes", "b", "byte", "b", "bps", "bit/s",
	"joules", "j", "joule", "j", "watts", "w", "watt", "w", "vcpus", "core", "vcpu", "core", "cpus", "core", "cpu", "core", "cores", "core",
	"gpus", "card", "gpu", "card", "npus", "card", "npu", "card", "tpus", "card", "tpu", "card", "dcus", "card", "dcu", "card", "cards", "card",
	"tokens", "token", "items", "item", "shares", "share")
