package peak_test

import (
	"math/big"
	"sort"
)

// The oracle keeps every sample and sorts. It uses the standard library alone.

// oracleSample is the level of an interval, counted from the period's start.
type oracleSample struct {
	interval int
	level    int64
}

// oracleLine is all samples of a line whose days have so many intervals each.
type oracleLine struct {
	days    []int
	marked  []bool
	above   int64
	samples []oracleSample
}

// oracleRule is a rule of either kind, with what has no bearing left 0.
type oracleRule struct {
	daily    bool
	rank     int   // of a day
	num, den int64 // of a percentile
	index    string
	fold     string
	top      int
	fill     bool
	valid    bool
	step     int64 // to which results are cut; 0 does not
}

// levels returns the largest level of each interval that has one.
func (l oracleLine) levels() map[int]int64 {
	m := map[int]int64{}
	for _, s := range l.samples {
		if v, had := m[s.interval]; !had || v < s.level {
			m[s.interval] = s.level
		}
	}
	return m
}

// day returns the points of a day in descending order, and whether it counts.
func (l oracleLine) day(day int, r oracleRule) (points []int64, counts bool) {
	first := 0
	for _, n := range l.days[:day] {
		first += n
	}
	valid, exists := false, l.marked[day]
	levels := l.levels()
	for i := first; i < first+l.days[day]; i++ {
		v, had := levels[i]
		if had || r.fill {
			points = append(points, v)
		}
		valid = valid || had && v > l.above
		exists = exists || had
	}
	sort.Slice(points, func(i, j int) bool { return points[i] > points[j] })
	return points, exists && (valid || !r.valid)
}

// oraclePick returns the percentile of points in descending order.
func oraclePick(points []int64, r oracleRule) *big.Rat {
	n := int64(len(points))
	share := big.NewRat(r.num, r.den)
	if r.index == "interpolated" {
		// Ascending, from 0: place (n-1)·p, linear between neighbours.
		place := new(big.Rat).Mul(big.NewRat(n-1, 1), share)
		below := new(big.Int).Quo(place.Num(), place.Denom()).Int64()
		part := new(big.Rat).Sub(place, big.NewRat(below, 1))
		low := big.NewRat(points[n-1-below], 1)
		if below == n-1 {
			return low
		}
		step := new(big.Rat).Sub(big.NewRat(points[n-2-below], 1), low)
		return low.Add(low, step.Mul(step, part))
	}
	x := new(big.Rat).Mul(big.NewRat(n, 1), new(big.Rat).Sub(big.NewRat(1, 1), share))
	dropped := new(big.Int).Quo(x.Num(), x.Denom()).Int64()
	rest := new(big.Rat).Sub(x, big.NewRat(dropped, 1))
	if r.index == "ceil" && rest.Sign() > 0 || r.index == "round" && rest.Cmp(big.NewRat(1, 2)) >= 0 {
		dropped++
	}
	return big.NewRat(points[min(dropped, n-1)], 1)
}

func oracleCut(v *big.Rat, step int64) *big.Rat {
	if step == 0 {
		return v
	}
	n := new(big.Rat).Quo(v, big.NewRat(step, 1))
	whole := new(big.Int).Quo(n.Num(), n.Denom())
	return new(big.Rat).SetInt(whole.Mul(whole, big.NewInt(step)))
}

// compute returns the level of a rule as text, or "" where no sample counts.
func (l oracleLine) compute(r oracleRule) string {
	var all []int64
	var daily []*big.Rat
	for i := range l.days {
		points, counts := l.day(i, r)
		if !counts || len(points) == 0 {
			continue
		}
		all = append(all, points...)
		v := big.NewRat(points[min(max(r.rank, 1), len(points))-1], 1)
		if r.daily && r.rank == 0 {
			v = oraclePick(points, r)
		}
		daily = append(daily, oracleCut(v, r.step))
	}
	if len(all) == 0 {
		return ""
	}
	if !r.daily {
		sort.Slice(all, func(i, j int) bool { return all[i] > all[j] })
		return oracleCut(oraclePick(all, r), r.step).RatString()
	}
	sort.Slice(daily, func(i, j int) bool { return daily[i].Cmp(daily[j]) > 0 })
	if r.fold == "highest" {
		if r.top > len(daily) {
			return "0"
		}
		return daily[r.top-1].RatString()
	}
	if r.top > 0 && r.top < len(daily) {
		daily = daily[:r.top]
	}
	sum := new(big.Rat)
	for _, v := range daily {
		sum.Add(sum, v)
	}
	if r.fold == "mean" {
		sum.Quo(sum, big.NewRat(int64(len(daily)), 1))
	}
	return oracleCut(sum, r.step).RatString()
}
