package rating

type config struct{ reportUnpriced, unexplained bool }

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

// WithoutExplanations leaves the explanations of charges empty
// ([accounting.ErrUnexplained]); the default is to have them. What explains a
// line of a price with terms is the totals before and after it, which have to
// be allocated: without, [Stream] allocates nothing for a line, and such a line
// takes about half the time. Amounts are the same. Rate a bill again where one
// line has to be explained.
func WithoutExplanations() Option {
	return optionFunc(func(c config) config { c.unexplained = true; return c })
}
