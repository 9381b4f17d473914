package counter_test

import (
	"math/big"
	"slices"
	"strings"
)

// The oracle says what a counter makes of a reading, by going through the
// explanations that there are. It is slow, and shares no code with what it
// judges.

type oracleSpec struct {
	modulus   *big.Int // nil: unknown
	rate      *big.Int // in per; nil: unknown
	per       int64
	policy    string // "wrap", "reset" or "withhold"
	gap       int64  // 0: unknown
	tolerance int64
	fromStart bool
}

type oracleReading struct {
	at    int64
	none  bool // a sentinel
	value *big.Int
	start int64 // 0: untold
	epoch string
}

// oracleCounter is a value: a step returns the next one.
type oracleCounter struct {
	spec        oracleSpec
	last, doubt *oracleReading
	ended       string
	missed      bool
}

type oracleResult struct {
	from, to          int64 // equal: no increase
	counted, withheld *big.Int
	flags             []string
}

func (r oracleResult) has(flag string) bool { return slices.Contains(r.flags, flag) }

// text is the flags in the order of their bits, as the package prints them.
func (r oracleResult) text() string {
	order := []string{"first", "duplicate", "conflict", "out-of-order", "sentinel", "implausible", "missed",
		"wrapped", "reset", "restarted", "overlapped", "ambiguous", "rebased"}
	var out []string
	for _, name := range order {
		if r.has(name) {
			out = append(out, name)
		}
	}
	return strings.Join(out, "|")
}

func oracleNothing(flags ...string) oracleResult {
	return oracleResult{counted: new(big.Int), withheld: new(big.Int), flags: flags}
}

// possible reports whether n can be counted in a time.
func (s oracleSpec) possible(n *big.Int, ns int64) bool {
	if s.rate == nil {
		return true
	}
	used := new(big.Int).Mul(n, big.NewInt(s.per))
	most := new(big.Int).Mul(s.rate, big.NewInt(ns))
	return used.Cmp(most) <= 0
}

func (s oracleSpec) close(a, b int64) bool { return a-b <= s.tolerance && b-a <= s.tolerance }

// relation is "new", "same" or "" for what a and b tell of their lives.
func (s oracleSpec) relation(a, b *oracleReading) string {
	isNew, isSame := false, false
	if b.start != 0 && a.start != 0 {
		if s.close(a.start, b.start) {
			isSame = true
		} else {
			isNew = true
		}
	}
	if b.start != 0 && a.start == 0 && b.start > a.at {
		isNew = true
	}
	if a.epoch != "" && b.epoch != "" {
		if a.epoch == b.epoch {
			isSame = true
		} else {
			isNew = true
		}
	}
	if isNew {
		return "new"
	}
	if isSame {
		return "same"
	}
	return ""
}

// between explains how b follows a.
func (s oracleSpec) between(a, b *oracleReading) oracleResult {
	r := oracleResult{from: a.at, to: b.at, counted: new(big.Int), withheld: new(big.Int)}
	grown := new(big.Int).Sub(b.value, a.value)
	rel := s.relation(a, b)
	switch {
	case rel == "new":
		r.flags = append(r.flags, "restarted")
		switch {
		case b.start == 0:
			r.counted.Set(b.value)
		case b.start == b.at && b.start > a.at:
			r.flags = append(r.flags, "first")
			r.from = b.at
			return r
		case b.start > a.at:
			r.counted.Set(b.value)
			r.from = b.start
		default:
			r.flags = append(r.flags, "overlapped")
			r.counted.Set(b.value)
			if grown.Sign() >= 0 {
				r.counted.Set(grown)
				r.withheld.Set(a.value)
			}
		}
	case grown.Sign() >= 0:
		r.counted.Set(grown)
	default:
		around := new(big.Int)
		canWrap := false
		if s.modulus != nil {
			around.Add(grown, s.modulus)
			canWrap = s.possible(around, b.at-a.at)
		}
		canReset := !canWrap || rel != "same"
		if canWrap && canReset {
			r.flags = append(r.flags, "ambiguous")
		}
		if canWrap && (!canReset || s.policy != "reset") {
			r.flags = append(r.flags, "wrapped")
			r.counted.Set(around)
		} else {
			r.flags = append(r.flags, "reset")
			r.counted.Set(b.value)
		}
	}
	return s.limited(r)
}

// limited holds an explanation to the rate and the policy.
func (s oracleSpec) limited(r oracleResult) oracleResult {
	withhold := false
	if !s.possible(r.counted, r.to-r.from) {
		r.flags = append(r.flags, "implausible")
		withhold = true
	} else if s.modulus != nil && s.rate != nil && s.possible(new(big.Int).Add(r.counted, s.modulus), r.to-r.from) && !r.has("ambiguous") {
		r.flags = append(r.flags, "ambiguous")
	}
	if r.has("ambiguous") && s.policy == "withhold" {
		withhold = true
	}
	if withhold {
		r.withheld.Add(r.withheld, r.counted)
		r.counted = new(big.Int)
	}
	return r
}

// next takes a reading that is not refused.
func (c oracleCounter) next(p oracleReading) (oracleCounter, oracleResult) {
	if c.last == nil {
		if p.none {
			return c, oracleNothing("sentinel")
		}
		c.last = &p
		r := oracleNothing()
		if c.spec.fromStart && p.start != 0 && p.start < p.at {
			r = c.spec.limited(oracleResult{from: p.start, to: p.at, counted: new(big.Int).Set(p.value), withheld: new(big.Int)})
			if r.has("implausible") {
				r.to = r.from
			}
		}
		r.flags = append(r.flags, "first")
		return c, r
	}
	newest := c.last
	if c.doubt != nil {
		newest = c.doubt
	}
	if p.none {
		switch {
		case p.at < newest.at:
			return c, oracleNothing("sentinel", "out-of-order")
		case p.at > newest.at:
			c.missed = true
		}
		return c, oracleNothing("sentinel")
	}
	switch {
	case p.at < newest.at:
		return c, oracleNothing("out-of-order")
	case p.at == newest.at:
		sameStart := p.start == 0 || p.start == newest.start || newest.start != 0 && c.spec.close(p.start, newest.start)
		if p.value.Cmp(newest.value) == 0 && sameStart && (p.epoch == "" || p.epoch == newest.epoch) {
			return c, oracleNothing("duplicate")
		}
		return c, oracleNothing("conflict")
	case p.start != 0 && c.last.start != 0 && p.start+c.spec.tolerance < c.last.start:
		return c, oracleNothing("out-of-order")
	case p.epoch != "" && p.epoch == c.ended:
		return c, oracleNothing("out-of-order")
	}
	return c.judged(p)
}

// judged takes a reading that is in order.
func (c oracleCounter) judged(p oracleReading) (oracleCounter, oracleResult) {
	r := c.spec.between(c.last, &p)
	if r.has("implausible") {
		grew := c.doubt != nil && p.value.Cmp(c.doubt.value) > 0 && c.spec.relation(c.doubt, &p) != "new"
		if grew {
			if again := c.spec.between(c.doubt, &p); !again.has("implausible") {
				again.flags = append(again.flags, "rebased")
				return c.moved(*c.doubt).finished(p, again)
			}
		}
		inherited := c.known(p)
		c.doubt = &inherited
		r.to = r.from
		return c, r
	}
	return c.finished(p, r)
}

func (c oracleCounter) finished(p oracleReading, r oracleResult) (oracleCounter, oracleResult) {
	if c.missed || c.spec.gap > 0 && p.at-c.last.at > c.spec.gap {
		r.flags = append(r.flags, "missed")
	}
	c = c.moved(p)
	c.missed = false
	return c, r
}

// moved goes on from p.
func (c oracleCounter) moved(p oracleReading) oracleCounter {
	p = c.known(p)
	if c.last.epoch != "" && p.epoch != "" && c.last.epoch != p.epoch {
		c.ended = c.last.epoch
	}
	c.last, c.doubt = &p, nil
	return c
}

// known is p with what the reading before told of their one life.
func (c oracleCounter) known(p oracleReading) oracleReading {
	if c.spec.relation(c.last, &p) == "new" {
		return p
	}
	if p.epoch == "" {
		p.epoch = c.last.epoch
	}
	if c.last.start != 0 {
		p.start = c.last.start
	}
	return p
}

// oracleSplit divides n over weights: shares rounded down, then one more to
// those with the largest rest, the earlier first.
func oracleSplit(n *big.Int, weights []int64) []*big.Int {
	sum := new(big.Int)
	for _, w := range weights {
		sum.Add(sum, big.NewInt(w))
	}
	left := new(big.Int).Set(n)
	parts, rests := make([]*big.Int, len(weights)), make([]*big.Int, len(weights))
	for i, w := range weights {
		parts[i], rests[i] = new(big.Int).QuoRem(new(big.Int).Mul(n, big.NewInt(w)), sum, new(big.Int))
		left.Sub(left, parts[i])
	}
	for ; left.Sign() > 0; left.Sub(left, big.NewInt(1)) {
		best := 0
		for i := range rests {
			if rests[i].Cmp(rests[best]) > 0 {
				best = i
			}
		}
		parts[best].Add(parts[best], big.NewInt(1))
		rests[best] = big.NewInt(-1)
	}
	return parts
}
