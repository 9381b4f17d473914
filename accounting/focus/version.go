package focus

import (
	"errors"
	"fmt"
	"slices"
)

// A Version is a version of the FinOps Open Cost and Usage Specification. The
// zero Version is none.
type Version uint8

// The versions that are written and validated.
const (
	V1_2 Version = iota + 1
	V1_3
	V1_4
)

// ErrVersion: a version that is none of those above.
var ErrVersion = errors.New("focus: unknown version")

var versionNames = [...]string{V1_2: "1.2", V1_3: "1.3", V1_4: "1.4"}

// ParseVersion reads "1.2", "1.3" or "1.4". Any other text is [ErrVersion].
func ParseVersion(s string) (Version, error) {
	if i := slices.Index(versionNames[1:], s); i >= 0 {
		return Version(i + 1), nil
	}
	return 0, fmt.Errorf("%w: %q, want 1.2, 1.3 or 1.4", ErrVersion, clip(s))
}

// Valid reports whether v is one of the versions above.
func (v Version) Valid() bool { return v >= V1_2 && v <= V1_4 }

// String returns "1.2", "1.3" or "1.4"; "invalid" for any other.
func (v Version) String() string {
	if !v.Valid() {
		return "invalid"
	}
	return versionNames[v]
}

func (v Version) check() error {
	if !v.Valid() {
		return fmt.Errorf("%w: %d, want V1_2, V1_3 or V1_4", ErrVersion, v)
	}
	return nil
}
