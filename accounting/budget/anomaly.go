package budget

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// A DayCost is what one key cost on one day.
type DayCost struct {
	Day  time.Time // any instant of the day, in UTC; 1970 to 2199
	Key  metering.Key
	Cost money.Money
}

// A Detector finds days that cost unlike those before. A day is compared with
// the median of the days of its kind, working days or weekends, among those
// before it; how far it is off is measured in their median absolute deviation,
// times 1.4826, which is the standard deviation where they vary normally. Both
// are robust: a few odd days among them change little. The zero Detector has
// the defaults.
type Detector struct {
	// By cuts costs into the groups that are looked at; nil for one, "".
	By func(metering.Key) string
	// Days is how many days before are looked at, 14 to 366; 0 is 42. A kind of
	// day is judged once there are 6 of it among them: with fewer than 21 days
	// weekends never are.
	Days int
	// Threshold is how many deviations are too many; 0 is 6.
	Threshold float64
	// Least is the least part of the median that is an anomaly, and a quarter
	// of it the least deviation that is assumed, as a group that always costs
	// the same has none; 0 is 0.1.
	Least float64
}

// An Anomaly is a day that cost unlike those before, and why it is called so.
type Anomaly struct {
	Group     string
	Day       time.Time // its start in UTC
	Cost      money.Money
	Expected  money.Money // the median of the days like it; an estimate in minor units
	Deviation float64     // how many deviations it is off; below 0 when it cost less
	Threshold float64     // that it is over
	Method    string      // in words
	Keys      []Contribution
}

// A Contribution is how far one key was off its own median on the day: the keys
// that explain most come first, those that explain less than a hundredth are
// left out.
type Contribution struct {
	Key      metering.Key
	Cost     money.Money
	Expected money.Money
}

// method says what [Detector] does.
const method = "median and 1.4826 × median absolute deviation of the working days, or weekend days, before"

// fewest is how many days of a kind a median is taken from.
const fewest = 6

// Find returns the anomalies of all days, in order of group and day. A day
// without cost in a group that had cost before counts as 0, up to the last day
// there is. Costs come in any order; those of one day and key add up, and 0 of no
// currency is 0 of the group's. It returns [ErrOptions], [ErrPeriod] for a day
// before 1970 or after 2199, and the errors of adding money.
//
// On costs that vary normally by 10 % around a weekly pattern the defaults call
// fewer than 1 day in 1,000 an anomaly that is none (measured by
// TestDetector_FalsePositives), and find 95 in 100 days that cost twice as much (TestDetector_Injected).
func (d Detector) Find(costs []DayCost) ([]Anomaly, error) {
	d.Days, d.Threshold, d.Least = cmp.Or(d.Days, 42), cmp.Or(d.Threshold, 6), cmp.Or(d.Least, 0.1)
	if d.Days < 14 || d.Days > 366 || !(d.Threshold > 0) || !(d.Least > 0) || math.IsInf(d.Threshold+d.Least, 0) {
		return nil, refuse("detector", "options", ErrOptions, "use 14 to 366 days, and a threshold and a least part above 0")
	}
	groups, last, err := d.group(costs)
	if err != nil {
		return nil, err
	}
	var all []Anomaly
	for name, g := range groups {
		for day := g.total.first + fewest; day <= last; day++ {
			if a, odd := d.judge(g, day); odd {
				a.Group = name
				all = append(all, a)
			}
		}
	}
	slices.SortFunc(all, func(a, b Anomaly) int { return cmp.Or(cmp.Compare(a.Group, b.Group), a.Day.Compare(b.Day)) })
	return all, nil
}

// series is costs by day, counted from 1970.
type series struct {
	first int
	days  map[int]money.Money
}

func (s *series) add(day int, m money.Money) error {
	if s.days == nil {
		s.days, s.first = make(map[int]money.Money), day
	}
	sum, err := s.days[day].Add(m)
	if err != nil {
		return err
	}
	s.days[day], s.first = sum, min(s.first, day)
	return nil
}

// costGroup is the costs of a group, together and by key.
type costGroup struct {
	total    series
	keys     map[metering.Key]*series
	currency money.Currency
}

func (d Detector) group(costs []DayCost) (groups map[string]*costGroup, last int, err error) {
	groups, last = make(map[string]*costGroup), math.MinInt
	for _, c := range costs {
		name := ""
		if d.By != nil {
			name = d.By(c.Key)
		}
		g := groups[name]
		if g == nil {
			g = &costGroup{keys: make(map[metering.Key]*series)}
			groups[name] = g
		}
		if g.currency == "" { // of days that cost 0 of no currency
			g.currency = c.Cost.Currency()
		}
		if currency := c.Cost.Currency(); currency != "" && currency != g.currency {
			return nil, 0, refuse("group", name, money.CurrencyMismatchError{Got: currency, Want: g.currency}, "look at one currency")
		}
		if g.keys[c.Key] == nil {
			g.keys[c.Key] = new(series)
		}
		day := dayOf(c.Day)
		if day < 0 || day >= endDay {
			return nil, 0, refuse("group", name, ErrPeriod, "give each cost its day, from 1970 to 2199")
		}
		last = max(last, day)
		for _, s := range []*series{&g.total, g.keys[c.Key]} {
			if err := s.add(day, c.Cost); err != nil {
				return nil, 0, refuse("group", name, err, "look at less")
			}
		}
	}
	return groups, last, nil
}

// endDay is 2200-01-01. Every day from the first to the last is looked at, so
// that one of a cost without a day would be centuries of them.
const endDay = 84006

// dayOf returns the number of a day from 1970-01-01 UTC.
func dayOf(t time.Time) int {
	const day = 24 * 60 * 60
	n := t.Unix() / day
	if t.Unix()%day < 0 {
		n--
	}
	return int(n)
}

// weekend reports whether a day is a Saturday or a Sunday; day 0 was a Thursday.
func weekend(day int) bool { return ((day+4)%7+7)%7%6 == 0 }

// before returns the costs of the days like the given one, before it.
func (s series) before(day, days int) []float64 {
	var all []float64
	for b := max(day-days, s.first); b < day; b++ {
		if weekend(b) == weekend(day) {
			all = append(all, estimateOf(s.days[b]))
		}
	}
	return all
}

// judge compares one day of a group with those before.
func (d Detector) judge(g *costGroup, day int) (Anomaly, bool) {
	past := g.total.before(day, d.Days)
	if len(past) < fewest {
		return Anomaly{}, false
	}
	middle := median(past)
	off := make([]float64, len(past))
	for i, v := range past {
		off[i] = math.Abs(v - middle)
	}
	least := float64(d.Least * math.Abs(middle))
	deviation := max(float64(1.4826*median(off)), least/4)
	cost := g.total.days[day]
	excess := estimateOf(cost) - middle
	if math.Abs(excess) <= float64(d.Threshold*deviation) || math.Abs(excess) < least {
		return Anomaly{}, false
	}
	if deviation == 0 { // it cost nothing before
		deviation = math.SmallestNonzeroFloat64
	}
	return Anomaly{
		Day: time.Unix(int64(day)*86400, 0).UTC(), Cost: orZero(cost, g.currency), Expected: estimate(middle, g.currency),
		Deviation: min(max(excess/deviation, -math.MaxFloat64), math.MaxFloat64), Threshold: d.Threshold, Method: method,
		Keys: d.explain(g, day, excess),
	}, true
}

func orZero(m money.Money, c money.Currency) money.Money {
	if m == (money.Money{}) {
		return estimate(0, c)
	}
	return m
}

// estimate is a float in minor units of a currency.
func estimate(v float64, c money.Currency) money.Money {
	f := Forecast{Spent: zeroOf(c)}
	m, _ := f.plus(v) // a median of amounts is an amount
	return m
}

func zeroOf(c money.Currency) money.Money {
	m, _ := money.FromMinor(0, c) // no currency has no zero, and then none is needed
	return m
}

// explain returns the keys that are off in the direction of the excess.
func (d Detector) explain(g *costGroup, day int, excess float64) []Contribution {
	type part struct {
		Contribution
		off float64
	}
	var parts []part
	for k, s := range g.keys {
		expected := 0.0
		if past := (series{g.total.first, s.days}).before(day, d.Days); len(past) > 0 {
			expected = median(past)
		}
		off := estimateOf(s.days[day]) - expected
		if off/excess >= 0.01 {
			parts = append(parts, part{Contribution{k, orZero(s.days[day], g.currency), estimate(expected, g.currency)}, math.Abs(off)})
		}
	}
	slices.SortFunc(parts, func(a, b part) int { return cmp.Or(cmp.Compare(b.off, a.off), a.Key.Compare(b.Key)) })
	var keys []Contribution
	for _, p := range parts {
		keys = append(keys, p.Contribution)
	}
	return keys
}

// median of one value or more. It sorts them.
func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return float64((values[(n-1)/2] + values[n/2]) / 2)
}
