package metering

import "time"

// A WindowSize is the width of the windows in which an aggregator keeps
// usage, aligned to UTC. A period can be asked for when its edges are edges
// of windows. A value that is none of the sizes counts as QuarterHour.
type WindowSize uint8

// The window sizes. Since 1980 every time zone's offset is a multiple of a
// quarter hour, and so is the edge of every tariff that providers publish.
const (
	QuarterHour WindowSize = iota // the default
	FullHour
	FullDay
)

// Duration returns the width.
func (w WindowSize) Duration() time.Duration {
	switch w {
	case FullHour:
		return time.Hour
	case FullDay:
		return 24 * time.Hour
	default:
		return 15 * time.Minute
	}
}

// Defaults of the options.
const (
	DefaultSeriesQuota = 1 << 20
	DefaultLateWindow  = 35 * 24 * time.Hour
	DefaultOpenWindows = 4096
)

type config struct {
	catalogue   *Catalogue
	window      WindowSize
	quota       int
	lateWindow  time.Duration
	openWindows int
}

// An Option changes how [NewAggregator] builds an aggregator.
type Option interface{ apply(config) config }

type optionFunc func(config) config

func (f optionFunc) apply(c config) config { return f(c) }

// WithCatalogue sets the meters that can be recorded; [DefaultCatalogue] by
// default, and for nil.
func WithCatalogue(c *Catalogue) Option {
	return optionFunc(func(cfg config) config { cfg.catalogue = c; return cfg })
}

// WithWindow sets the width of windows; [QuarterHour] by default. Wider
// windows cost less memory and refuse finer questions.
func WithWindow(w WindowSize) Option {
	return optionFunc(func(cfg config) config { cfg.window = w; return cfg })
}

// WithSeriesQuota sets how many series, and lives of resources, one tenant may
// have at a time; [DefaultSeriesQuota] by default, and for less than 1. What
// would need another one is a *[QuotaError]: nothing is merged into another
// series.
func WithSeriesQuota(n int) Option {
	return optionFunc(func(cfg config) config { cfg.quota = n; return cfg })
}

// WithLateWindow sets how far before the first window that is not sealed usage
// may still be counted as late, in whole windows, rounded up;
// [DefaultLateWindow] by default, and for less than 0; with 0, none. Beyond it,
// usage is [ErrTooLate]. Whoever keeps identities of events, as the aggregator does for
// its own lifetime, has to keep them for as long.
func WithLateWindow(d time.Duration) Option {
	return optionFunc(func(cfg config) config { cfg.lateWindow = d; return cfg })
}

// WithOpenWindows sets how many windows may be open once windows have been
// sealed, counted from the first that is not; [DefaultOpenWindows] by default,
// and for less than 1. Usage beyond them is [ErrTooEarly]. Lives of resources open
// no windows: an event that tells one may be of any later time.
func WithOpenWindows(n int) Option {
	return optionFunc(func(cfg config) config { cfg.openWindows = n; return cfg })
}

func newConfig(opts []Option) config {
	cfg := config{lateWindow: -1}
	for _, o := range opts {
		if o != nil {
			cfg = o.apply(cfg)
		}
	}
	if cfg.catalogue == nil {
		cfg.catalogue = DefaultCatalogue()
	}
	if cfg.quota < 1 {
		cfg.quota = DefaultSeriesQuota
	}
	if cfg.lateWindow < 0 {
		cfg.lateWindow = DefaultLateWindow
	}
	if cfg.openWindows < 1 {
		cfg.openWindows = DefaultOpenWindows
	}
	return cfg
}
