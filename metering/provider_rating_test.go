package metering_test

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/peak"
	"github.com/meterbook/meterbook/metering/summary"
)

// What billing engines test of their own aggregations: levels over time, and the
// highest level of a piece of time. What a quantity then costs is of rating.

type ratingVector struct {
	ID, Source, Model string
	Params            map[string]any
	Usage             any
	Expected          string `json:"expected_amount"`
}

// ratingDrivers are by the first word of a model, which says how usage becomes a
// quantity; what follows says how that is priced.
var ratingDrivers = map[string]func(t *testing.T, v ratingVector){
	"weighted_sum":          measureWeighted,
	"prorated_sum":          measureWeighted,
	"time_weighted_average": measureWeighted,
	"bucketed_max":          measureBuckets,
	"bucketed":              measureBuckets,
	"capacity":              measureHighest,
}

func (v ratingVector) driver() func(*testing.T, ratingVector) {
	first, _, _ := strings.Cut(v.Model, " ")
	return ratingDrivers[first]
}

func TestRatingQuantities(t *testing.T) {
	for _, v := range readVectors[ratingVector](t, "testdata/rating.json") {
		require.NotNil(t, v.driver(), v.ID)
		t.Run(v.ID, func(t *testing.T) { v.driver()(t, v) })
	}
}

func TestRatingQuantities_Shared(t *testing.T) {
	known := readVectors[ratingVector](t, "testdata/rating.json")
	found := 0
	for _, v := range readVectors[ratingVector](t, "../../shared/vectors/rating.json") {
		if v.driver() == nil {
			require.False(t, slices.ContainsFunc(known, func(k ratingVector) bool { return k.ID == v.ID }), v.ID)
			continue
		}
		found++
		t.Run(v.ID, func(t *testing.T) { v.driver()(t, v) })
	}
	require.GreaterOrEqual(t, found, len(known))
}

func (v ratingVector) params(t *testing.T) inputs { return inputs{t, v.Params, v.Source} }

// A levelChange is one of a level, which may go down.
type levelChange struct {
	at    time.Time
	delta metering.Quantity
}

// during returns the vector's period: two times, a month, or a number of days.
func (v ratingVector) during(t *testing.T) metering.Period {
	in := v.params(t)
	if edges, ok := v.Params["period"].([]any); ok {
		require.Len(t, edges, 2)
		return period(instant(t, edges[0]), instant(t, edges[1]))
	}
	start := time.Date(2026, time.October, 1, 0, 0, 0, 0, time.UTC)
	if in.has("period") {
		var err error
		start, err = time.Parse("2006-01", in.text("period"))
		require.NoError(t, err)
		if !in.has("period_days") {
			return period(start, start.AddDate(0, 1, 0))
		}
	}
	return period(start, start.AddDate(0, 0, int(in.whole("period_days"))))
}

// changes reads changes of a level in order of time, in cores, which can be cut
// to thousandths. They are told in three ways.
func (v ratingVector) changes(t *testing.T, during metering.Period) (initial metering.Quantity, changes []levelChange) {
	in := v.params(t)
	initial = amount(t, 0, "{core}")
	for _, name := range []string{"initial", "carried"} {
		if in.has(name) {
			initial = amount(t, in.get(name), "{core}")
		}
	}
	if in.has("events") { // each is active to the end
		for _, x := range in.list("events") {
			e := x.(map[string]any)
			changes = append(changes, levelChange{during.End().Add(-in.lasts(e["active_days"], "d")), amount(t, e["qty"], "{core}")})
		}
		return initial, changes
	}
	at, level := during.Start(), initial
	for _, x := range v.Usage.([]any) {
		pair := x.([]any)
		if days, isLength := strings.CutSuffix(fmt.Sprint(pair[0]), " days"); isLength { // a level, and how long
			number, _, _ := strings.Cut(fmt.Sprint(pair[1]), " ")
			next := amount(t, number, "{core}")
			delta, err := next.Sub(level)
			require.NoError(t, err)
			changes = append(changes, levelChange{at, delta})
			at, level = at.Add(in.lasts(days, "d")), next
			continue
		}
		changes = append(changes, levelChange{instant(t, pair[0]), amount(t, pair[1], "{core}")})
	}
	slices.SortStableFunc(changes, func(a, b levelChange) int { return a.at.Compare(b.at) })
	return initial, changes
}

// measureWeighted: a level over a period is what it comes to in units of one for
// all of the period.
func measureWeighted(t *testing.T, v ratingVector) {
	in, during := v.params(t), v.during(t)
	initial, changes := v.changes(t, during)

	a := metering.NewAggregator()
	series, err := a.Series(metering.Key{Account: "acme", Meter: metering.CPUTime})
	require.NoError(t, err)
	h, err := series.Hold(initial, during.Start())
	require.NoError(t, err)
	level, last := initial, during.Start()
	var pieces []piece
	for _, c := range changes {
		require.NoError(t, h.Adjust(c.delta, c.at))
		pieces = append(pieces, piece{level, c.at.Sub(last)})
		level, err = level.Add(c.delta)
		require.NoError(t, err)
		last = c.at
	}
	require.NoError(t, h.Observe(during.End()))
	pieces = append(pieces, piece{level, during.End().Sub(last)})

	rows := mustCollect(t, a.Usage(during))
	require.Len(t, rows, 1)
	whole, err := metering.MustUnit("{core}").Over(during.Duration())
	require.NoError(t, err)
	quantity := exactly(rows[0].Quantity, whole)
	require.Zero(t, quantity.Cmp(heldFor(t, metering.CPUTime, metering.RunRule{}, whole, during.Start(), pieces...)), "told as levels")

	if in.has("exact") {
		require.Zero(t, quantity.Cmp(in.number("exact")), "%v", quantity)
	}
	due := quantity
	if in.has("unit_amount") {
		due = times(due, in.number("unit_amount"))
	}
	if in.has("rounding") {
		how := inputs{t, in.get("rounding").(map[string]any), v.Source}
		due = how.rounded(due, "dp", "mode")
	}
	require.True(t, agree(v.Expected, due), "%v, want %s", due, v.Expected)
}

// measureBuckets: each bucket counts with its highest level, by hours and by
// days, and in any order of readings. The price is that of each bucket by itself.
func measureBuckets(t *testing.T, v ratingVector) {
	want := v.Usage.([]any)
	month := metering.MustPeriod("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z")
	for _, calendar := range []metering.Calendar{metering.Hours(metering.Zone{}), metering.Days(metering.Zone{})} {
		levels, err := summary.NewLevels(nil, calendar)
		require.NoError(t, err)
		rule := peak.Daily{Rank: 1, Fold: peak.Total}
		plan, err := peak.NewPlan(peak.Sampling{Period: month, Days: calendar, Dimension: metering.Count, Direction: peak.InOnly}, rule)
		require.NoError(t, err)
		line, buckets := plan.NewLine(), slices.Collect(calendar.Over(month))
		for i, x := range slices.Backward(want) {
			highest := amount(t, x, "1")
			lower, err := highest.Split(1, 1)
			require.NoError(t, err)
			for reading, q := range []metering.Quantity{lower[0], highest, lower[1]} {
				at := buckets[i].Start().Add(time.Duration(reading) * 20 * time.Minute)
				require.NoError(t, levels.Observe(metering.Key{Account: "acme", Meter: metering.Connections}, at, "", q))
				require.NoError(t, line.Add(peak.Sample{At: at, In: q}))
			}
		}
		var got []any
		sum, price := new(big.Rat), new(big.Rat)
		for row := range levels.Rows() {
			n := exactly(row.Max, metering.MustUnit("1"))
			got = append(got, n)
			sum.Add(sum, n)
			price.Add(price, v.tiered(t, n))
		}
		require.True(t, agree(want, got), "%v, want %v", got, want)
		require.True(t, agree(v.Expected, price), "%v, want %v", price, v.Expected)
		total, err := line.Compute(rule)
		require.NoError(t, err)
		require.Zero(t, sum.Cmp(exactRatio(total.Level.Grains())), "the sum of the highest")
	}
}

// tiered prices a quantity by the vector's tiers, of which the first is the one
// that ends lowest: all of it by the last that it reaches, or each part by its own.
func (v ratingVector) tiered(t *testing.T, quantity *big.Rat) *big.Rat {
	price, below := new(big.Rat), new(big.Rat)
	for _, x := range v.params(t).list("tiers") {
		tier := x.(map[string]any)
		require.Nil(t, tier["flat_amount"])
		end, last := quantity, true
		if tier["up_to"] != nil && number(t, tier["up_to"]).Cmp(quantity) < 0 {
			end, last = number(t, tier["up_to"]), false
		}
		part := plus(end, new(big.Rat).Neg(below))
		if strings.HasSuffix(v.Model, "volume") {
			part = quantity
			price.SetInt64(0)
		}
		price.Add(price, times(part, number(t, tier["unit_amount"])))
		if below = end; last {
			return price
		}
	}
	require.Fail(t, "no tier reaches "+quantity.String())
	return nil
}

// measureHighest: of each unit the highest level of the period. The price is that
// of the first tier that no unit exceeds.
func measureHighest(t *testing.T, v ratingVector) {
	levels, err := summary.NewLevels(nil, metering.Months(metering.Zone{}))
	require.NoError(t, err)
	for said := range strings.SplitSeq(v.Usage.(string), ", ") {
		unit, n, _ := strings.Cut(said, " ")
		key := metering.Key{Account: "acme", Meter: metering.Connections, SKU: unit}
		require.NoError(t, levels.Observe(key, anyStart, "", amount(t, n, "1")))
		require.NoError(t, levels.Observe(key, anyStart.Add(time.Hour), "", metering.Grains(0, metering.Count)))
	}
	for _, x := range v.params(t).list("tiers") {
		tier, fits := x.(map[string]any), true
		for row := range levels.Rows() {
			bound := tier[row.Key.SKU]
			fits = fits && (bound == "inf" || number(t, bound).Cmp(exactly(row.Max, metering.MustUnit("1"))) >= 0)
		}
		if fits {
			require.True(t, agree(v.Expected, number(t, tier["price"])), "%v, want %s", tier["price"], v.Expected)
			return
		}
	}
	require.Fail(t, "no tier fits")
}
