package cloudevents

import (
	"net/netip"
	"strings"
)

// isReference reports whether s is a URI-reference of RFC 3986, clause 4.1, and
// not empty. Package url reads much that is none, such as "a b" and "%zz".
func isReference(s string) bool {
	rest, fragment, _ := strings.Cut(s, "#")
	rest, query, _ := strings.Cut(rest, "?")
	if s == "" || !isPart(fragment, ":@/?") || !isPart(query, ":@/?") {
		return false
	}
	path := rest
	first, _, _ := strings.Cut(rest, "/")
	if scheme, behind, found := strings.Cut(first, ":"); found {
		// A relative path may not have a colon in its first segment (clause 4.2).
		if !isScheme(scheme) {
			return false
		}
		path = behind + rest[len(first):]
	}
	if authority, found := strings.CutPrefix(path, "//"); found {
		authority, below, slash := strings.Cut(authority, "/")
		if path = below; slash {
			path = "/" + below
		}
		if !isAuthority(authority) {
			return false
		}
	}
	return isPart(path, ":@/")
}

// hasScheme tells a URI from a relative reference, of what is either.
func hasScheme(s string) bool {
	i := strings.IndexAny(s, ":/?#")
	return i > 0 && s[i] == ':'
}

// isScheme is clause 3.1.
func isScheme(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; !isLetter(c) && (i == 0 || !isDigit(c) && c != '+' && c != '-' && c != '.') {
			return false
		}
	}
	return s != ""
}

// isAuthority is clause 3.2: [userinfo "@"] host [":" port].
func isAuthority(s string) bool {
	host := s
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		if !isPart(s[:i], ":") {
			return false
		}
		host = s[i+1:]
	}
	port := ""
	if strings.HasPrefix(host, "[") {
		end := strings.IndexByte(host, ']')
		if end < 0 || !isLiteral(host[1:end]) {
			return false
		}
		if port = host[end+1:]; port == "" {
			return true
		}
		if port[0] != ':' {
			return false
		}
		port = port[1:]
	} else {
		host, port, _ = strings.Cut(host, ":")
		if !isPart(host, "") {
			return false
		}
	}
	for i := 0; i < len(port); i++ {
		if !isDigit(port[i]) {
			return false
		}
	}
	return true
}

// isLiteral is an address in brackets, of clause 3.2.2.
func isLiteral(s string) bool {
	if s != "" && (s[0] == 'v' || s[0] == 'V') {
		version, address, _ := strings.Cut(s[1:], ".")
		for i := 0; i < len(version); i++ {
			if _, ok := hexDigit(version[i]); !ok {
				return false
			}
		}
		return version != "" && address != "" && !strings.Contains(address, "%") && isPart(address, ":")
	}
	a, err := netip.ParseAddr(s)
	return err == nil && a.Is6() && a.Zone() == ""
}

// isPart reports whether s is of unreserved characters, escapes, sub-delims and
// those of more (clauses 2.1 to 2.3).
func isPart(s, more string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case isUnreserved(c), strings.IndexByte("!$&'()*+,;=", c) >= 0, strings.IndexByte(more, c) >= 0:
		case c == '%' && i+2 < len(s):
			_, high := hexDigit(s[i+1])
			_, low := hexDigit(s[i+2])
			if !high || !low {
				return false
			}
			i += 2
		default:
			return false
		}
	}
	return true
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isUnreserved(c byte) bool {
	return isLetter(c) || isDigit(c) || c == '-' || c == '.' || c == '_' || c == '~'
}
