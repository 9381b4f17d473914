package csvbatch

import (
	"errors"
	"fmt"

	"github.com/meterbook/meterbook/metering"
)

type config struct{ rows, values int }

// An Option changes how [NewReader] and [Split] read.
type Option interface{ apply(config) config }

type optionFunc func(config) config

func (f optionFunc) apply(c config) config { return f(c) }

const (
	maxBatchRows = 1 << 24
	maxValues    = 1 << 28
)

// WithBatchRows sets how many rows a batch has, the last one and one before an
// error excepted: 1 to 16,777,216, and 65,536 by default. A row takes 16 bytes
// and 4 for each column of text.
func WithBatchRows(n int) Option {
	return optionFunc(func(c config) config { c.rows = n; return c })
}

// WithMaxValues sets how many different values a column of text may have, what
// is beyond being refused with a *[DictionaryError]: 1 to 268,435,456, and
// 1,048,576 by default. A value takes 60 to 130 bytes besides its own for the
// lifetime of the reader.
func WithMaxValues(n int) Option {
	return optionFunc(func(c config) config { c.values = n; return c })
}

func newConfig(opts []Option) (config, error) {
	c := config{rows: 1 << 16, values: 1 << 20}
	for _, o := range opts {
		c = o.apply(c)
	}
	return c, errors.Join(within("batch rows", c.rows, maxBatchRows), within("values", c.values, maxValues))
}

func within(name string, n, max int) error {
	if n < 1 || n > max {
		return &metering.FieldError{Field: name, Value: fmt.Sprint(n), Reason: fmt.Sprintf("want 1 to %d", max)}
	}
	return nil
}
