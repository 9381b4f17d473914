package energy

import (
	"math"
	"strconv"
	"time"
)

// config holds what options set; newConfig fills in the defaults.
type config struct {
	maxGap  time.Duration
	policy  GapPolicy
	width   time.Duration
	backlog int
}

// An Option changes how [NewIntegrator] and [Integrate] read a series.
type Option interface{ apply(config) config }

type optionFunc func(config) config

func (f optionFunc) apply(c config) config { return f(c) }

// WithMaxGap sets how far apart two samples can be and still be joined by a
// line; exactly d still is. 0, the default, sets no limit. Longer stretches
// are gaps, left out unless [WithGapPolicy] says otherwise.
func WithMaxGap(d time.Duration) Option {
	return optionFunc(func(c config) config { c.maxGap = d; return c })
}

// WithGapPolicy says what becomes of gaps; [GapExclude] by default. Without a
// limit of [WithMaxGap] there are no gaps, and GapFill is refused.
func WithGapPolicy(p GapPolicy) Option {
	return optionFunc(func(c config) config { c.policy = p; return c })
}

// WithWindow sets the width of windows, 15 minutes by default: 1 s to 24 h,
// so that whole windows make up a UTC day.
func WithWindow(width time.Duration) Option {
	return optionFunc(func(c config) config { c.width = width; return c })
}

// WithBacklog sets how many steps across window edges can wait for
// [Integrator.Drain] before [ErrBacklog]; 4096 by default, which is six weeks
// of quarter hours, and at most 1<<20. Each takes 80 bytes while it
// waits.
func WithBacklog(n int) Option {
	return optionFunc(func(c config) config { c.backlog = n; return c })
}

// newConfig applies and validates options. It fails with a *[FieldError].
func newConfig(opts []Option) (config, error) {
	c := config{width: 15 * time.Minute, backlog: 4096}
	for _, o := range opts {
		c = o.apply(c)
	}
	const day = 24 * time.Hour
	switch {
	case c.maxGap < 0:
		return c, &FieldError{"max gap", c.maxGap.String(), "0 for no limit, or more"}
	case c.policy > GapFill:
		return c, &FieldError{"gap policy", strconv.Itoa(int(c.policy)), "GapExclude or GapFill"}
	case c.policy == GapFill && c.maxGap == 0:
		return c, &FieldError{"gap policy", c.policy.String(), "a limit, set with WithMaxGap, beyond which to fill"}
	case c.width < time.Second || c.width > day || day%c.width != 0:
		return c, &FieldError{"window", c.width.String(), "1s to 24h, a whole number of them in 24h"}
	case c.backlog < 1 || c.backlog > 1<<20:
		return c, &FieldError{"backlog", strconv.Itoa(c.backlog), "1 to 1048576"}
	}
	if c.maxGap == 0 {
		c.maxGap = math.MaxInt64
	}
	return c, nil
}

// kind says how the time between two samples dt apart is counted.
func (c *config) kind(dt int64) span {
	switch {
	case dt <= int64(c.maxGap):
		return measured
	case c.policy == GapFill:
		return bridged
	}
	return excluded
}

// floor returns the start of the window that t lies in.
func (c *config) floor(t int64) int64 { return t - t%int64(c.width) }
