package cloudevents

import "strings"

// escapedScheme is of the sources that are no URI-reference. A private scheme
// begins with a domain's name, turned round (RFC 7595, clause 3.8).
const escapedScheme = "com.meterbook.source:"

// appendSource appends the attribute of an event's source: itself where that is
// a URI-reference, and else the scheme and the source with all but unreserved
// characters escaped. A source that has the scheme is escaped too, so that two
// sources never are one.
func appendSource(b []byte, source string) []byte {
	if isReference(source) && !strings.HasPrefix(source, escapedScheme) {
		return append(b, source...)
	}
	const hex = "0123456789ABCDEF"
	b = append(b, escapedScheme...)
	for i := 0; i < len(source); i++ {
		if c := source[i]; isUnreserved(c) {
			b = append(b, c)
		} else {
			b = append(b, '%', hex[c>>4], hex[c&15])
		}
	}
	return b
}

// sourceOf returns the source of an attribute. It is not ok for what is no
// URI-reference, nor for what appendSource spells in another way: two spellings
// would be one identity here, and two for everyone else.
func sourceOf(attribute string) (source string, ok bool) {
	if !isReference(attribute) {
		return "", false
	}
	escaped, found := strings.CutPrefix(attribute, escapedScheme)
	if !found {
		return attribute, true
	}
	b := make([]byte, 0, len(escaped))
	for i := 0; i < len(escaped); i++ {
		if escaped[i] == '%' { // isReference has seen two digits behind it
			high, _ := hexDigit(escaped[i+1])
			low, _ := hexDigit(escaped[i+2])
			b = append(b, high<<4|low)
			i += 2
		} else {
			b = append(b, escaped[i])
		}
	}
	source = string(b)
	return source, source != "" && string(appendSource(nil, source)) == attribute
}
