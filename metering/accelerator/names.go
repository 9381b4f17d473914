package accelerator

import (
	"slices"
	"strings"
)

// Constants are written by name, so that stored text does not depend on their
// numbers.

func nameOf[T ~uint8](names []string, v T) string {
	if int(v) >= len(names) || names[v] == "" {
		return "invalid"
	}
	return names[v]
}

func textOf[T ~uint8](what string, names []string, v T) ([]byte, error) {
	if int(v) >= len(names) || names[v] == "" {
		return nil, &FieldError{what, "", "want one of " + list(names)}
	}
	return []byte(names[v]), nil
}

func readName[T ~uint8](v *T, what string, names []string, text []byte) error {
	if i := slices.Index(names, string(text)); i >= 0 && len(text) > 0 {
		*v = T(i)
		return nil
	}
	return &FieldError{what, clip(string(text)), "want one of " + list(names)}
}

func list(names []string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(names), func(s string) bool { return s == "" }), ", ")
}

// brands are words before a name that say who makes the part, or for whom, and
// not which one it is.
var brands = []string{"nvidia", "tesla", "geforce", "amd", "huawei", "google", "aws", "intel"}

// key returns a name as it is compared: lower case, letters, digits and '+'
// alone, without brands in front. "NVIDIA-H100-80GB-HBM3", "H100 80GB HBM3" and
// "h100_80gb_hbm3" are one key.
func key(name string) string {
	k := strings.Map(func(r rune) rune {
		switch {
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9', r == '+', r >= 0x80:
			return r
		}
		return -1
	}, name)
	for again := true; again; {
		again = false
		for _, b := range brands {
			if rest, ok := strings.CutPrefix(k, b); ok && rest != "" {
				k, again = rest, true
			}
		}
	}
	return k
}
