package rating_test

import (
	"math/big"
	"sort"
)

// What staged prices cost, worked out from all the rows of a billing period at
// once, with rationals and plain loops. Like the other oracle this one imports
// the standard library only.

type stagedPrice struct {
	model  string
	tiers  []stagedTier
	at0    bool // the first flat amount is due without usage
	above  bool // a bound is in the tier above
	price  string
	size   string // of a package; parts are charged if started
	start  bool
	rate   string // percent of an event
	fixed  string
	events int
	units  string // free
	low    string // of an event; empty for none
	high   string
	series []stagedSpot
	stairs []stagedTier // upTo and flat

	window, by string // "", "hour", "day", "row"; "", "account", "resource"
	peak       bool
	percentile string // of the rows; empty for none
	floor      string // the least demand at the end
	during     *stagedTimes
	weight     string // what one GiB in counts for; empty for nothing
	power      []stagedPower
	prorate    string // "", "time", "days"
	times      string
	over       string
	mode       string // of the rounding of quantities; empty for none
	places     int
	restart    bool
	free       string
	factor     string
	percent    string
	off        string
	maximum    string
	minimum    string
	committed  string // an amount, or
	promised   string // units
	overage    string
	trueUp     bool
	idle       bool
}

type stagedTier struct{ upTo, price, flat, block string }

type stagedSpot struct {
	from  int64
	price string
}

type stagedPower struct{ ratio, percent string }

// stagedTimes are whole hours of some days.
type stagedTimes struct {
	east       int64 // seconds that the clock is ahead of UTC
	from, to   int64 // hours, to excluded
	weekdays   []int64
	days       string         // "", "workdays", "restdays"
	off, extra map[int64]bool // days since 1970 that are free, or worked
}

type stagedRow struct {
	units             *big.Rat
	reactive          bool
	start, end        int64 // Unix seconds
	account, resource string
	size, bid         string // labels
}

type stagedMonth struct{ start, end int64 } // in UTC, of whole days

// oracleStaged returns what all rows cost when the period is over.
func oracleStaged(p stagedPrice, month stagedMonth, rows []stagedRow) *big.Rat {
	groups := map[string][]stagedRow{}
	for i, r := range rows {
		k := ""
		switch p.window {
		case "hour":
			k = string(rune(r.start / 3600))
		case "day":
			k = string(rune(r.start / 86400))
		case "row":
			k = string(rune(i + 1))
		}
		switch p.by {
		case "account":
			k += "|" + r.account
		case "resource":
			k += "|" + r.resource
		}
		groups[k] = append(groups[k], r)
	}
	total := new(big.Rat)
	for _, group := range groups {
		total.Add(total, p.scope(month, group))
	}
	if p.by != "" || p.window == "row" {
		return total
	}
	alone := p.bound(new(big.Rat))
	switch {
	case p.window == "" && p.at0:
		alone = p.scope(month, []stagedRow{{units: new(big.Rat), start: month.start, end: month.start}})
	case p.floor != "":
		alone = p.scope(month, nil)
	}
	return total.Add(total, alone.Mul(alone, big.NewRat(p.unused(month, groups), 1)))
}

// unused counts the windows that owe something although nothing was used.
func (p stagedPrice) unused(month stagedMonth, groups map[string][]stagedRow) (n int64) {
	length := map[string]int64{"hour": 3600, "day": 86400}[p.window]
	switch {
	case p.window == "":
		return 1 - int64(len(groups))
	case !p.idle:
		return 0
	}
	for at := month.start; at < month.end; at += length {
		inside := true
		for hour := at; hour < at+length; hour += 3600 {
			inside = inside && p.during.has(hour)
		}
		if _, used := groups[string(rune(at/length))]; inside && !used {
			n++
		}
	}
	return n
}

// has says whether an hour is in the times; always for nil.
func (t *stagedTimes) has(at int64) bool {
	if t == nil {
		return true
	}
	at += t.east
	day, hour := at/86400, at%86400/3600
	weekday := (day + 4) % 7 // 1970 began with a Thursday
	if hour < t.from || hour >= t.to {
		return false
	}
	if len(t.weekdays) > 0 {
		found := false
		for _, w := range t.weekdays {
			found = found || w == weekday
		}
		if !found {
			return false
		}
	}
	worked := (weekday >= 1 && weekday <= 5 && !t.off[day]) || t.extra[day]
	return t.days == "" || worked == (t.days == "workdays")
}

// scope returns what the rows of one scope cost.
func (p stagedPrice) scope(month stagedMonth, rows []stagedRow) *big.Rat {
	whole, used, peak := new(big.Rat), new(big.Rat), new(big.Rat)
	earned, reactive := new(big.Rat), new(big.Rat)
	var samples []*big.Rat
	for i, r := range rows {
		if r.reactive {
			reactive.Add(reactive, r.units)
			continue
		}
		taken := new(big.Rat).Mul(r.units, p.shareOf(month, r))
		if p.restart {
			taken = p.convert(taken)
		}
		earned.Add(earned, p.rowCost(rows[:i], month, r, taken, whole, used))
		whole.Add(whole, r.units)
		if whole.Cmp(peak) > 0 {
			peak.Set(whole)
		}
		samples = append(samples, taken)
		switch {
		case p.percentile != "":
			used.Set(oraclePercentile(samples, p.percentile))
		case !p.peak:
			used.Add(used, taken)
		case i == 0 || taken.Cmp(used) > 0:
			used.Set(taken)
		}
	}
	units := used
	if p.floor != "" && used.Cmp(oracleRat(p.floor)) < 0 {
		units = oracleRat(p.floor)
	}
	if !p.restart {
		units = p.convert(units)
	}
	if units.Sign() > 0 && p.free != "" {
		units = new(big.Rat).Sub(units, oracleRat(p.free))
		if units.Sign() < 0 {
			units = new(big.Rat)
		}
	}
	return p.bound(p.change(p.modelCost(units, whole, peak, earned), used, reactive))
}

func (p stagedPrice) shareOf(month stagedMonth, r stagedRow) *big.Rat {
	switch p.prorate {
	case "time":
		return big.NewRat(r.end-r.start, month.end-month.start)
	case "days":
		first, last := r.start/86400, (r.end-1)/86400
		if r.end == r.start {
			return new(big.Rat)
		}
		return big.NewRat(last-first+1, (month.end-month.start)/86400)
	}
	return big.NewRat(1, 1)
}

func (p stagedPrice) convert(units *big.Rat) *big.Rat {
	out := new(big.Rat).Set(units)
	if p.times != "" {
		out.Mul(out, oracleRat(p.times))
	}
	if p.over != "" {
		out.Quo(out, oracleRat(p.over))
	}
	if p.mode != "" {
		out = oracleRound(out, p.mode, p.places)
	}
	return out
}

func (p stagedPrice) change(a, used, reactive *big.Rat) *big.Rat {
	if p.factor != "" {
		a = new(big.Rat).Mul(a, oracleRat(p.factor))
	}
	for _, s := range p.power {
		if s.ratio == "" || new(big.Rat).Mul(oracleRat(s.ratio), used).Cmp(reactive) >= 0 {
			more := new(big.Rat).Add(big.NewRat(100, 1), oracleRat(s.percent))
			a = more.Mul(more, a).Quo(more, big.NewRat(100, 1))
			break
		}
	}
	if p.percent != "" {
		left := new(big.Rat).Sub(big.NewRat(100, 1), oracleRat(p.percent))
		a = left.Mul(left, a).Quo(left, big.NewRat(100, 1))
	}
	if p.off != "" && a.Sign() > 0 {
		if a = new(big.Rat).Sub(a, oracleRat(p.off)); a.Sign() < 0 {
			a = new(big.Rat)
		}
	}
	if p.maximum != "" && a.Cmp(oracleRat(p.maximum)) > 0 {
		a = oracleRat(p.maximum)
	}
	return a
}

// commitment returns the amount that a scope is committed to.
func (p stagedPrice) commitment() *big.Rat {
	if p.promised == "" {
		return oracleRat(p.committed)
	}
	units := oracleRat(p.promised)
	return p.change(p.modelCost(units, units, units, new(big.Rat)), units, new(big.Rat))
}

func (p stagedPrice) bound(a *big.Rat) *big.Rat {
	if p.committed != "" || p.promised != "" {
		c := p.commitment()
		if a.Cmp(c) > 0 {
			beyond := new(big.Rat).Sub(a, c)
			a = new(big.Rat).Add(c, beyond.Mul(beyond, oracleRat(p.overage)))
		} else if p.trueUp {
			a = c
		}
	}
	if p.minimum != "" && a.Cmp(oracleRat(p.minimum)) < 0 {
		a = oracleRat(p.minimum)
	}
	return new(big.Rat).Set(a)
}

// oraclePercentile returns the row that is left at the top of all when the
// highest (100 − p) percent, cut to a whole number, are gone.
func oraclePercentile(all []*big.Rat, p string) *big.Rat {
	rest := append([]*big.Rat(nil), all...)
	drop := new(big.Rat).Sub(big.NewRat(100, 1), oracleRat(p))
	drop.Mul(drop, big.NewRat(int64(len(all)), 100))
	n := new(big.Int).Quo(drop.Num(), drop.Denom()).Int64()
	sort.Slice(rest, func(i, j int) bool { return rest[i].Cmp(rest[j]) > 0 })
	return rest[n]
}
