package summary

import (
	"fmt"
	"strings"
)

// DefaultLimit is how much a summary keeps unless [WithLimit] says otherwise.
const DefaultLimit = 1_000_000

// An Option changes how a summary is made.
type Option interface{ apply(config) config }

type config struct{ limit int }

type optionFunc func(config) config

func (f optionFunc) apply(c config) config { return f(c) }

// WithLimit sets how many pairs of key and piece [Levels] keeps, or identities
// [Members]. By default, and if n is below 1, it is [DefaultLimit].
func WithLimit(n int) Option {
	return optionFunc(func(c config) config { c.limit = n; return c })
}

func newConfig(opts []Option) config {
	var c config
	for _, o := range opts {
		c = o.apply(c)
	}
	if c.limit < 1 {
		c.limit = DefaultLimit
	}
	return c
}

// A LimitError reports that a summary keeps as much as it may.
type LimitError struct {
	Of    string // what there are too many of
	Limit int
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("summary: %d %s are kept, which is the limit; drop pieces that are settled or raise the limit", e.Limit, e.Of)
}

// clip bounds what an error repeats of a value from outside.
func clip(s string) string { return strings.ToValidUTF8(s[:min(len(s), 64)], "\uFFFD") }
