package metering_test

import (
	"math/big"
	"sort"
	"strings"
	"time"
)

// The oracle says what the package should answer, in the slow and obvious way.
// It imports the standard library and nothing else, and uses no name of
// another file; other files convert to its plain structs.

type oracleEvent struct {
	account, source, id string
	at                  int64 // Unix nanoseconds
	kind                string
	resource, region    string
	labels              string // any text that is equal for equal sets, in their order
	estimated           bool
	items               []oracleItem
}

type oracleItem struct {
	meter, sku string
	n          *big.Int
}

type oracleRow struct {
	from, to                                      int64
	account, meter, sku, region, labels, resource string
	used, estimated                               *big.Int
}

// oracleFact is usage of one key: n at one instant, or n for every nanosecond
// of a stretch of time.
type oracleFact struct {
	row       oracleRow // its key
	from, to  int64
	held      bool
	n         *big.Int
	estimated bool
}

// oracleUsage returns the rows of each piece of time, in order of time and key.
func oracleUsage(events []oracleEvent, pieces [][2]int64, acrossResources bool, rules map[string]oracleRule) []oracleRow {
	facts := oracleFacts(oracleOnce(events), rules)
	var rows []oracleRow
	for _, piece := range pieces {
		var found []oracleRow
		for _, f := range facts {
			used := new(big.Int)
			if f.held {
				from, to := max(f.from, piece[0]), min(f.to, piece[1])
				if from >= to || f.n.Sign() == 0 {
					continue
				}
				used.Mul(f.n, big.NewInt(to-from))
			} else {
				if f.from < piece[0] || f.from >= piece[1] {
					continue
				}
				used.Set(f.n)
			}
			row := f.row
			row.from, row.to, row.used, row.estimated = piece[0], piece[1], used, new(big.Int)
			if f.estimated {
				row.estimated.Set(used)
			}
			if acrossResources {
				row.resource = ""
			}
			found = oracleAdd(found, row)
		}
		sort.Slice(found, func(i, j int) bool { return oracleLess(found[i], found[j]) })
		rows = append(rows, found...)
	}
	return rows
}

func oracleAdd(rows []oracleRow, row oracleRow) []oracleRow {
	for i := range rows {
		if !oracleLess(rows[i], row) && !oracleLess(row, rows[i]) {
			rows[i].used.Add(rows[i].used, row.used)
			rows[i].estimated.Add(rows[i].estimated, row.estimated)
			return rows
		}
	}
	return append(rows, row)
}

func oracleLess(a, b oracleRow) bool {
	for _, pair := range [][2]string{{a.account, b.account}, {a.meter, b.meter}, {a.sku, b.sku},
		{a.region, b.region}, {a.labels, b.labels}, {a.resource, b.resource}} {
		if pair[0] != pair[1] {
			return pair[0] < pair[1]
		}
	}
	return false
}

func oracleTenant(account string) string {
	tenant, _, _ := strings.Cut(account, "/")
	return tenant
}

// oracleOnce drops events whose identity came before.
func oracleOnce(events []oracleEvent) []oracleEvent {
	type identity struct{ tenant, source, id string }
	seen := map[identity]bool{}
	var once []oracleEvent
	for _, e := range events {
		id := identity{oracleTenant(e.account), e.source, e.id}
		if !seen[id] {
			seen[id] = true
			once = append(once, e)
		}
	}
	return once
}

func oracleFacts(events []oracleEvent, rules map[string]oracleRule) []oracleFact {
	type resource struct{ tenant, name string }
	lives := map[resource][]oracleEvent{}
	var facts []oracleFact
	for _, e := range events {
		if e.kind != "amount" && e.kind != "adjustment" {
			r := resource{oracleTenant(e.account), e.resource}
			lives[r] = append(lives[r], e)
			continue
		}
		for _, it := range e.items {
			facts = append(facts, oracleFact{row: oracleKey(e, it), from: e.at, n: it.n, estimated: e.estimated})
		}
	}
	for _, life := range lives {
		exact, open := oracleLife(life)
		facts = append(facts, exact...)
		for meter, rule := range rules {
			var of []oracleFact
			for _, f := range exact {
				if f.row.meter == meter {
					of = append(of, f)
				}
			}
			facts = append(facts, oracleRuns(of, rule, open[meter])...)
		}
	}
	return facts
}

func oracleKey(e oracleEvent, it oracleItem) oracleRow {
	return oracleRow{account: e.account, meter: it.meter, sku: it.sku, region: e.region, labels: e.labels, resource: e.resource}
}

// oracleOrder lists, by state, what can happen, in the order in which things
// of one instant do.
var oracleOrder = map[string]string{
	"absent":  "start level",
	"running": "heartbeat stop pause resize level",
	"paused":  "heartbeat stop resume resize level",
}

// oracleLife goes from instant to instant and holds in between what was held
// after the earlier of the two. It also returns the meters of which something is
// held at the end, and was until then.
func oracleLife(events []oracleEvent) ([]oracleFact, map[string]bool) {
	instants := map[int64]bool{}
	for _, e := range events {
		instants[e.at] = true
	}
	var times []int64
	for at := range instants {
		times = append(times, at)
	}
	sort.Slice(times, func(i, j int) bool { return times[i] < times[j] })

	var facts []oracleFact
	var holder oracleEvent
	state := "absent"
	for i, at := range times {
		if i > 0 && state != "absent" {
			for _, it := range holder.items {
				if state == "paused" && !strings.HasPrefix(it.meter, "storage.") {
					continue // disks stay
				}
				facts = append(facts, oracleFact{row: oracleKey(holder, it), from: times[i-1], to: at, held: true, n: it.n, estimated: holder.estimated})
			}
		}
		state, holder = oracleInstant(events, at, state, holder)
	}
	open := map[string]bool{}
	for _, it := range holder.items {
		stays := state == "running" || state == "paused" && strings.HasPrefix(it.meter, "storage.")
		for _, f := range facts {
			if stays && it.n.Sign() != 0 && f.row.meter == it.meter && f.n.Sign() != 0 && f.to == times[len(times)-1] && f.from < f.to {
				open[it.meter] = true
			}
		}
	}
	return facts, open
}

func oracleInstant(events []oracleEvent, at int64, state string, holder oracleEvent) (string, oracleEvent) {
	taken := map[int]bool{}
	for {
		best := -1
		for _, kind := range strings.Fields(oracleOrder[state]) {
			for i, e := range events {
				if e.at != at || e.kind != kind || taken[i] {
					continue
				}
				if best < 0 || e.source < events[best].source || e.source == events[best].source && e.id < events[best].id {
					best = i
				}
			}
			if best >= 0 {
				break
			}
		}
		if best < 0 {
			return state, holder
		}
		taken[best] = true
		switch e := events[best]; e.kind {
		case "start", "level":
			state, holder = "running", e
		case "resize":
			holder = e
		case "pause":
			state = "paused"
		case "resume":
			state = "running"
		case "stop":
			state = "absent"
		}
	}
}

// oracleFirstShows returns the first second at which a clock shows the reading
// (the Unix time of the same date and time in UTC) or a later one, by looking
// at the clock every 30 seconds, of which every shift is a multiple. No clock
// has ever been 16 hours ahead of UTC.
func oracleFirstShows(loc *time.Location, reading int64) int64 {
	for at := reading - 16*3600; ; at += 30 {
		if oracleReading(loc, at) >= reading {
			return at
		}
	}
}

func oracleReading(loc *time.Location, sec int64) int64 {
	_, off := time.Unix(sec, 0).In(loc).Zone()
	return sec + int64(off)
}

// oracleHour returns the clock hour around a second: back and forth to where
// the clock shows a full hour or is shifted.
func oracleHour(loc *time.Location, sec int64) (from, to int64) {
	edge := func(at int64) bool {
		reading := oracleReading(loc, at)
		return reading%3600 == 0 || reading-oracleReading(loc, at-30) != 30
	}
	from = sec - sec%30
	for !edge(from) {
		from -= 30
	}
	to = sec - sec%30 + 30
	for !edge(to) {
		to += 30
	}
	return from, to
}

// oracleDay returns the day around a second. It has begun once the clock has
// shown its midnight, though it may show the day before again.
func oracleDay(loc *time.Location, sec int64) (from, to int64) {
	const day = 24 * 3600
	reading := oracleReading(loc, sec)
	midnight := reading - (reading%day+day)%day
	from, to = oracleFirstShows(loc, midnight), oracleFirstShows(loc, midnight+day)
	if to <= sec {
		from, to = to, oracleFirstShows(loc, midnight+2*day)
	}
	return from, to
}

// oracleMonth returns the month around a second, by an anchor: the last that
// has begun, and the one after it.
func oracleMonth(loc *time.Location, sec int64, anchor int) (from, to int64) {
	y, m, _ := time.Unix(sec, 0).In(loc).Date()
	m++
	for to = oracleFirstShows(loc, oracleAnchor(y, m+1, anchor)); ; m-- {
		if from = oracleFirstShows(loc, oracleAnchor(y, m, anchor)); from <= sec {
			return from, to
		}
		to = from
	}
}

// oracleAnchor returns the reading at which the month of an anchored calendar
// begins: on the anchor, or on the last day of a shorter month.
func oracleAnchor(year int, month time.Month, anchor int) int64 {
	first := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
	day := anchor
	for first.AddDate(0, 0, day-1).Month() != first.Month() {
		day--
	}
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix()
}

// oracleSplit places total over weights: floors first, then one each to the
// largest remainders, the earlier of equals first.
func oracleSplit(total *big.Int, weights []int64) []*big.Int {
	sum := new(big.Int)
	for _, w := range weights {
		sum.Add(sum, big.NewInt(w))
	}
	magnitude, left := new(big.Int).Abs(total), new(big.Int).Abs(total)
	parts, rests := make([]*big.Int, len(weights)), make([]*big.Int, len(weights))
	for i, w := range weights {
		parts[i], rests[i] = new(big.Int).QuoRem(new(big.Int).Mul(magnitude, big.NewInt(w)), sum, new(big.Int))
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
		rests[best].SetInt64(-1)
	}
	for i := range parts {
		if total.Sign() < 0 {
			parts[i].Neg(parts[i])
		}
	}
	return parts
}

// oracleHalfEven returns num/den rounded to the nearest integer, ties to even.
func oracleHalfEven(num, den *big.Int) *big.Int {
	floor, rest := new(big.Int).DivMod(num, den, new(big.Int))
	switch twice := new(big.Int).Lsh(rest, 1); {
	case twice.Cmp(den) > 0, twice.Cmp(den) == 0 && floor.Bit(0) == 1:
		floor.Add(floor, big.NewInt(1))
	}
	return floor
}
