package metering_test

import (
	"math/big"
	"sort"
)

// What runs count by a rule, the slow way: over the exact facts of one life and
// meter, instant by instant of what lies between its runs. All of it in
// nanoseconds.
type oracleRule struct {
	minimum, step int64
	clock         bool
}

// oracleStretch is a time in which something of the meter was held.
type oracleStretch struct {
	from, to int64
	holds    []oracleFact
}

// oracleRuns returns what counts besides the exact facts, which are those of one
// meter in one life; open tells that the last run has not ended.
func oracleRuns(facts []oracleFact, rule oracleRule, open bool) []oracleFact {
	runs := oracleJoin(facts)
	var extra []oracleFact
	more := func(holds []oracleFact, from, to int64) {
		for _, f := range holds {
			if f.from, f.to = from, to; from < to {
				extra = append(extra, f)
			}
		}
	}
	for i, r := range runs {
		first, last := r[0], r[len(r)-1]
		ended := i < len(runs)-1 || !open
		switch {
		case rule.clock:
			before, after := int64(0), int64(1)<<62
			if i > 0 {
				gone := runs[i-1][len(runs[i-1])-1]
				before = oracleCeil(gone.to, rule.step)
			}
			if i < len(runs)-1 {
				after = runs[i+1][0].from
			}
			more(first.holds, max(before, first.from/rule.step*rule.step), first.from)
			if ended {
				more(last.holds, last.to, min(after, oracleCeil(last.to, rule.step)))
			}
		case ended:
			length := max(rule.minimum, last.to-first.from)
			if rule.step > 0 {
				length = oracleCeil(length, rule.step)
			}
			more(last.holds, last.to, first.from+length)
		}
	}
	return extra
}

func oracleCeil(n, step int64) int64 { return (n + step - 1) / step * step }

// oracleJoin returns the runs, each as its stretches in order.
func oracleJoin(facts []oracleFact) (runs [][]oracleStretch) {
	by := map[[2]int64][]oracleFact{}
	for _, f := range facts {
		if f.n.Cmp(new(big.Int)) != 0 && f.from < f.to {
			by[[2]int64{f.from, f.to}] = append(by[[2]int64{f.from, f.to}], f)
		}
	}
	var all []oracleStretch
	for times, holds := range by {
		all = append(all, oracleStretch{times[0], times[1], holds})
	}
	sort.Slice(all, func(i, j int) bool { return all[i].from < all[j].from })
	for i, s := range all {
		if i == 0 || all[i-1].to != s.from {
			runs = append(runs, nil)
		}
		runs[len(runs)-1] = append(runs[len(runs)-1], s)
	}
	return runs
}
