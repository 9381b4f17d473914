package rating

type config struct{ reportUnpriced bool }

// An Option changes how [Rate] rates.
type Option interface{ apply(config) config }

type optionFunc func(config) config

func (f optionFunc) apply(c config) config { return f(c) }

// ReportUnpriced lists usage without a price in Bill.Unpriced instead of
// refusing it with an *[UnpricedError], the default. Refusing is the default
// because usage that is left out of a bill is revenue nobody misses.
func ReportUnpriced() Option {
	return optionFunc(func(c config) config { c.reportUnpriced = true; return c })
}
