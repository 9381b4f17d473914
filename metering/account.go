package metering

import (
	"fmt"
	"strings"
)

// An Account is a path of names joined by '/', such as
// "acme/vision/training". The first segment is the tenant: identity, quota
// and invoice are the tenant's, deeper segments are its cost centres.
//
// A valid account is 1 to 256 bytes of UTF-8 in at most 8 segments, none of
// them empty, without control characters. Accounts are written as plain
// strings and checked where they enter ([Key.Validate], [Event.Validate]).
// They are compared byte by byte: two spellings of one letter, or of one
// letter in two cases, are two accounts.
type Account string

// Limits of an [Account].
const (
	MaxAccountBytes    = 256
	MaxAccountSegments = 8
)

// Tenant returns the first segment.
func (a Account) Tenant() Account {
	if i := strings.IndexByte(string(a), '/'); i >= 0 {
		return a[:i]
	}
	return a
}

// CostCentre returns the path below the tenant, "" for the tenant itself.
func (a Account) CostCentre() string {
	_, rest, _ := strings.Cut(string(a), "/")
	return rest
}

// Contains reports whether b is a or lies below it. "acme" contains
// "acme/vision", and not "acme2".
func (a Account) Contains(b Account) bool {
	return strings.HasPrefix(string(b), string(a)) && (len(a) == len(b) || b[len(a)] == '/')
}

// Validate returns a *[FieldError] when a breaks a rule above.
func (a Account) Validate() error {
	if err := checkText("account", string(a), 1, MaxAccountBytes); err != nil {
		return err
	}
	if strings.Count(string(a), "/") >= MaxAccountSegments {
		return &FieldError{"account", clip(string(a)), fmt.Sprintf("want at most %d segments", MaxAccountSegments)}
	}
	if a[0] == '/' || a[len(a)-1] == '/' || strings.Contains(string(a), "//") {
		return &FieldError{"account", clip(string(a)), "want no empty segment"}
	}
	return nil
}
