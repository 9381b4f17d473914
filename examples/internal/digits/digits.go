// Package digits writes numbers for people.
package digits

import "strings"

const minus = "−"

// Group puts commas between the thousands of a plain decimal number, and the sign that
// is as wide as a digit before one below zero.
func Group(number string) string {
	sign := ""
	if rest, negative := strings.CutPrefix(number, "-"); negative {
		number, sign = rest, minus
	}
	whole, fraction, cut := strings.Cut(number, ".")
	var out strings.Builder
	for i, c := range []byte(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			out.WriteByte(',')
		}
		out.WriteByte(c)
	}
	if cut {
		out.WriteString("." + fraction)
	}
	if strings.Trim(out.String(), "0.,") == "" {
		return out.String() // no minus before a zero
	}
	return sign + out.String()
}
