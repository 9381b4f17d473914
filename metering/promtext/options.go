package promtext

import (
	"fmt"
	"time"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/counter"
)

// Bounds, and defaults of the options.
const (
	DefaultBytes   = 8 << 20
	DefaultSeries  = 10_000
	DefaultTimeout = 10 * time.Second
	// DefaultGap is for how long a level is taken to go on without being seen.
	DefaultGap    = 5 * time.Minute
	DefaultForget = 24 * time.Hour

	// MaxLabels, MaxLabelBytes bound a series; one beyond is refused and the others
	// are not.
	MaxLabels     = 64
	MaxLabelBytes = 256
	// MaxPending bounds the events that wait for [Scraper.Done].
	MaxPending = 200_000

	maxName        = 128 // bytes of a metric's
	maxSeriesName  = 192 // bytes of what tells series apart, as counter.Target has them
	skew           = time.Minute
	startTolerance = 2 * time.Second
	second         = time.Second
)

type options struct {
	source    string
	catalogue *metering.Catalogue
	key       func(Sample, *metering.Key)
	now       func() time.Time
	bytes     int64
	series    int
	timeout   time.Duration
	gap       time.Duration
	forget    time.Duration
	placement counter.Placement
	width     time.Duration
}

// An Option changes how a [Scraper] scrapes.
type Option interface{ apply(options) options }

type optionFunc func(options) options

func (f optionFunc) apply(o options) options { return f(o) }

// WithCatalogue sets the meters that there are; metering.DefaultCatalogue by
// default.
func WithCatalogue(c *metering.Catalogue) Option {
	return optionFunc(func(o options) options { o.catalogue = c; return o })
}

// WithKey sets a function that may change the key of a series' usage: its SKU,
// region and labels, and its resource. The account and the meter stay.
func WithKey(change func(Sample, *metering.Key)) Option {
	return optionFunc(func(o options) options { o.key = change; return o })
}

// WithClock sets what tells when a scrape was; time.Now by default.
func WithClock(now func() time.Time) Option {
	return optionFunc(func(o options) options { o.now = now; return o })
}

// WithBytes sets the most bytes of an exposition, [DefaultBytes] by default. While it
// is read it takes 11 times as many in memory with the long lines of exporters, and up
// to 40 times with short ones. A longer one is [ErrTooLarge].
func WithBytes(most int64) Option {
	return optionFunc(func(o options) options { o.bytes = most; return o })
}

// WithSeries sets the most series that are kept, [DefaultSeries] by default. One
// more is refused, and counted; the others are not.
func WithSeries(most int) Option {
	return optionFunc(func(o options) options { o.series = most; return o })
}

// WithTimeout sets how long a scrape may take, body included, [DefaultTimeout] by
// default, besides what client and context say.
func WithTimeout(d time.Duration) Option {
	return optionFunc(func(o options) options { o.timeout = d; return o })
}

// WithGap sets for how long a level is taken to go on while it is not seen,
// [DefaultGap] by default: what lies between two sights further apart is not
// counted. Counters count over any gap. It also bounds how old a line may be, and
// is at most an hour.
func WithGap(d time.Duration) Option {
	return optionFunc(func(o options) options { o.gap = d; return o })
}

// WithForget sets after how long a series that is not there any more is forgotten,
// [DefaultForget] by default. If it comes again, it begins anew.
func WithForget(d time.Duration) Option {
	return optionFunc(func(o options) options { o.forget = d; return o })
}

// WithSpread places what a counter grew by over windows of a width by their time,
// marked as estimated where there are more than one, instead of all at the end.
// Levels are placed in windows of 15 minutes, or of this width, in any case.
func WithSpread(width time.Duration) Option {
	return optionFunc(func(o options) options { o.placement, o.width = counter.Spread, width; return o })
}

func newOptions(source string, opts []Option) (options, error) {
	o := options{source: source, catalogue: metering.DefaultCatalogue(), now: time.Now, bytes: DefaultBytes, series: DefaultSeries,
		timeout: DefaultTimeout, gap: DefaultGap, forget: DefaultForget, placement: counter.AtEnd, width: 15 * time.Minute}
	for _, one := range opts {
		if one != nil {
			o = one.apply(o)
		}
	}
	for _, bad := range []struct {
		field, value, want string
		is                 bool
	}{
		{"source", clip(source), "1 to 256 bytes that a name may have", source == "" || len(source) > 256 || !plain(source)},
		{"catalogue", "", "one", o.catalogue == nil},
		{"clock", "", "one", o.now == nil},
		{"bytes", fmt.Sprint(o.bytes), "1 to 1 GiB", o.bytes < 1 || o.bytes > 1<<30},
		{"series", fmt.Sprint(o.series), "1 to 10 million", o.series < 1 || o.series > 10_000_000},
		{"timeout", o.timeout.String(), "more than 0", o.timeout <= 0},
		{"gap", o.gap.String(), "more than 0, at most an hour", o.gap <= 0 || o.gap > time.Hour},
		{"forget", o.forget.String(), "at least the gap", o.forget < o.gap},
		{"width", o.width.String(), "a second or more", o.width < time.Second},
	} {
		if bad.is {
			return o, &FieldError{Field: bad.field, Value: bad.value, Want: bad.want}
		}
	}
	return o, nil
}
