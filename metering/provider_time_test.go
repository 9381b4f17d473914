package metering_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
)

// Drivers of what is held over time.

const (
	providerHour = time.Hour
	providerDay  = 24 * time.Hour
)

// A piece is a capacity that is held for some time.
type piece struct {
	held  metering.Quantity
	lasts time.Duration
}

// holding meters pieces that follow on each other by a meter with a rule for
// runs, told as the life of a resource and kept as a holding. The two agree. It
// returns a time within which all of it counts.
func holding(t *testing.T, id metering.MeterID, rule metering.RunRule, start time.Time, pieces ...piece) (*metering.Aggregator, metering.Period) {
	t.Helper()
	meter := meterOf(id)
	meter.Runs = rule
	c, err := metering.NewCatalogue(meter)
	require.NoError(t, err)
	lives, holdings := metering.NewAggregator(metering.WithCatalogue(c)), metering.NewAggregator(metering.WithCatalogue(c))
	series, err := holdings.Series(metering.Key{Account: "acme", Meter: id, Resource: "r-1"})
	require.NoError(t, err)

	at := start
	var h metering.Holding
	for i, p := range pieces {
		e := metering.Event{Account: "acme", Source: "control", ID: fmt.Sprint(i), Time: at, Kind: metering.Resize, Resource: "r-1",
			Items: []metering.Item{{Meter: id, Quantity: p.held}}}
		if i == 0 {
			e.Kind = metering.Start
			h, err = series.Hold(p.held, at)
		} else {
			err = h.Set(p.held, at)
		}
		require.NoError(t, err)
		record(t, lives, e)
		at = at.Add(p.lasts)
	}
	require.NoError(t, h.Stop(at))
	record(t, lives, metering.Event{Account: "acme", Source: "control", ID: "end", Time: at, Kind: metering.Stop, Resource: "r-1"})
	all := period(start.Add(-providerDay).Truncate(providerDay), at.Add(rule.Minimum+2*providerDay).Truncate(providerDay))
	require.Equal(t, text(t, holdings.Usage(all, metering.PerWindow())), text(t, lives.Usage(all, metering.PerWindow())))
	return lives, all
}

// longTime is a time in which all vectors lie.
var longTime = metering.MustPeriod("2010-01-01T00:00:00Z", "2040-01-01T00:00:00Z")

// heldFor is what the pieces come to, as a number of a unit.
func heldFor(t *testing.T, id metering.MeterID, rule metering.RunRule, unit metering.Unit, start time.Time, pieces ...piece) *big.Rat {
	t.Helper()
	a, all := holding(t, id, rule, start, pieces...)
	rows := mustCollect(t, a.Usage(all))
	if len(rows) == 0 {
		return new(big.Rat)
	}
	require.Len(t, rows, 1)
	require.Equal(t, metering.Exact, rows[0].Quality())
	return exactly(rows[0].Quantity, unit)
}

// anyStart begins what says only how long it lasts, at an odd instant.
var anyStart = time.Date(2026, time.October, 5, 9, 17, 23, 456, time.UTC)

func oneOf(lasts time.Duration) piece { return piece{metering.Grains(1, metering.Count), lasts} }

func (in inputs) lasts(x any, unit string) time.Duration {
	in.t.Helper()
	q := amount(in.t, x, unit)
	n, ok := q.Grains().Int64()
	require.True(in.t, ok)
	return time.Duration(n)
}

// A segment is what was used within a clock hour.
type segment struct {
	period  string
	seconds *big.Rat
}

func measureSeconds(in inputs) providerFigures {
	used := in.used()
	seconds := heldFor(in.t, metering.InstanceTime, metering.RunRule{}, metering.MustUnit("{item}.s"), used.Start(), oneOf(used.Duration()))
	return providerFigures{"seconds": seconds}
}

// measureSecondsByHour settles by hours of the clock in the zone of the times.
func measureSecondsByHour(in inputs) providerFigures {
	used := in.used()
	_, offset := instant(in.t, in.get("start")).Zone()
	require.Zero(in.t, offset%3600, "a zone that is not whole hours from UTC wants its name")
	zone := metering.Zone{}
	if offset != 0 { // these names are signed the other way round
		zone = metering.MustZone(fmt.Sprintf("Etc/GMT%+d", -offset/3600))
	}
	a, all := holding(in.t, metering.InstanceTime, metering.RunRule{}, used.Start(), oneOf(used.Duration()))
	var segments []any
	for _, row := range mustCollect(in.t, a.Usage(all, metering.Per(metering.Hours(zone)))) {
		from, to := row.Period.Start().In(zone.Location()), row.Period.End().In(zone.Location())
		segments = append(segments, segment{from.Format("15:04") + "-" + to.Format("15:04"), exactly(row.Quantity, metering.MustUnit("{item}.s"))})
	}
	return providerFigures{"segments": segments}
}

func measureClockHours(in inputs) providerFigures {
	used := in.used()
	rule := metering.RunRule{Step: time.Hour, Clock: true}
	hours := heldFor(in.t, metering.InstanceTime, rule, metering.MustUnit("{item}.h"), used.Start(), oneOf(used.Duration()))
	got := providerFigures{"billed_hours": hours}
	if in.has("price_per_hour") {
		got["fee"] = times(hours, in.number("price_per_hour"))
	}
	return got
}

// pieces reads pairs of a capacity and how long it is held.
func (in inputs) pieces(name, unit, lasts string) []piece {
	in.t.Helper()
	var pieces []piece
	for _, x := range in.list(name) {
		pair, ok := x.([]any)
		require.True(in.t, ok && len(pair) == 2, "%s: want pairs", name)
		pieces = append(pieces, piece{amount(in.t, pair[0], unit), in.lasts(pair[1], lasts)})
	}
	return pieces
}

// measureResourceHours: a boot without a card meters the processor alone, and the
// disk is held all the time.
func measureResourceHours(in inputs) providerFigures {
	lasts := map[string]string{"seconds": "s", "minutes": "min", "hours": "h", "days": "d"}[in.text("unit")]
	got := providerFigures{}
	for _, r := range []struct {
		input, figure, unit, hours string
		meter                      metering.MeterID
	}{
		{"gpu", "gpu_card_hours", "{card}", "{card}.h", metering.AcceleratorTime},
		{"cpu", "cpu_core_hours", "{core}", "{core}.h", metering.CPUTime},
		{"disk_gb", "disk_gb_hours", "GBy", "GBy.h", metering.BlockStorage},
		{"memory_gb", "memory_gb_hours", "GBy", "GBy.h", metering.MemoryTime},
	} {
		if !in.has(r.input) {
			continue
		}
		n := heldFor(in.t, r.meter, metering.RunRule{}, metering.MustUnit(r.hours), anyStart, in.pieces(r.input, r.unit, lasts)...)
		got[r.figure], got[r.figure+"_exact"] = n, n
		if in.has("dp") {
			got[r.figure] = in.rounded(n, "dp", "rounding")
		}
	}
	return got
}

// measureComputeUnits: a compute unit is a processor core and the memory that
// goes with it, and half of one is sold.
func measureComputeUnits(in inputs) providerFigures {
	units, hour := in.pieces("cu_by_minute", "{core}", "min"), metering.MustUnit("{core}.h")
	var all time.Duration
	for _, p := range units {
		all += p.lasts
	}
	compute := heldFor(in.t, metering.CPUTime, metering.RunRule{}, hour, anyStart, units...)
	management := heldFor(in.t, metering.CPUTime, metering.RunRule{}, hour, anyStart, piece{amount(in.t, in.get("mgmt_cu"), "{core}"), all})
	price := in.number("price")
	return providerFigures{
		"cu_hours": compute, "management_cu_hours": management,
		"compute": times(compute, price), "management": times(management, price), "total": times(plus(compute, management), price),
	}
}

// measureCapacityTime: gigabytes held for seconds, priced by the hour.
func measureCapacityTime(in inputs) providerFigures {
	seconds, err := metering.MustUnit("GBy").Over(time.Second)
	require.NoError(in.t, err)
	p := piece{amount(in.t, in.get("capacity_gb"), "GBy"), in.lasts(in.get("seconds"), "s")}
	n := heldFor(in.t, metering.BlockStorage, metering.RunRule{}, seconds, anyStart, p)
	require.Equal(in.t, "GB*hour", in.text("unit"))
	hours := heldFor(in.t, metering.BlockStorage, metering.RunRule{}, metering.MustUnit("GBy.h"), anyStart, p)
	fee := times(hours, in.number("unit_price"))
	return providerFigures{"gb_seconds": n, "unbilled": in.rounded(fee, "precision_fee_dp", "rounding")}
}

// measureConverted: metered in seconds, billed by the hour, to the cent.
func measureConverted(in inputs) providerFigures {
	hours := heldFor(in.t, metering.InstanceTime, metering.RunRule{}, metering.MustUnit("{item}.h"), anyStart, oneOf(in.lasts(in.get("value_seconds"), "s")))
	return providerFigures{"hours": hours, "fee": rounded(in.t, times(hours, in.number("price_per_hour")), 2, "down")}
}

// measureMonths: what is left of a term, in months of thirty days.
func measureMonths(in inputs) providerFigures {
	month, err := metering.ThirtyDays.Month(metering.MustUnit("1"), metering.Period{})
	require.NoError(in.t, err)
	months := heldFor(in.t, metering.InstanceTime, metering.RunRule{}, month, anyStart, oneOf(in.lasts(in.get("remaining_days"), "d")))
	difference := plus(in.number("new_month"), new(big.Rat).Neg(in.number("old_month")))
	return providerFigures{"months": months, "fee": times(months, difference)}
}

// measureMonthUnit: a price by the month stays one, and a gigabyte-hour is an
// exact part of the month's unit.
func measureMonthUnit(in inputs) providerFigures {
	hours := int64(1)
	for factor := range strings.SplitSeq(in.text("divisor"), "*") {
		hours *= whole(in.t, factor)
	}
	month, err := metering.MustUnit("GBy").Over(time.Duration(hours) * providerHour)
	require.NoError(in.t, err)
	part := heldFor(in.t, metering.ObjectStorage, metering.RunRule{}, month, anyStart, piece{amount(in.t, 1, "GBy"), providerHour})
	price := times(in.number("price_gb_month"), part)
	return providerFigures{"price_gb_hour_exact": price, "exact": price}
}

// storage meters an object that counts with a least size and for a least time.
func (in inputs) storage(object, least string, lasts, atLeast time.Duration) (billed metering.Quantity, time *big.Rat) {
	in.t.Helper()
	kb := "kBy"
	if !in.has("tb_in_gb") || in.whole("tb_in_gb") == 1024 {
		kb = "KiBy"
	}
	billed, err := amount(in.t, in.get(object), kb).AtLeast(amount(in.t, in.get(least), kb))
	require.NoError(in.t, err)
	a, all := holding(in.t, metering.ObjectStorage, metering.RunRule{Minimum: atLeast}, anyStart, piece{billed, lasts})
	rows := mustCollect(in.t, a.Usage(all))
	require.Len(in.t, rows, 1)
	return billed, rat(rows[0].Quantity.Grains(), billed.Grains()) // nanoseconds
}

func (in inputs) kilobytes(q metering.Quantity) *big.Rat {
	if in.has("tb_in_gb") && in.whole("tb_in_gb") != 1024 {
		return exactly(q, metering.MustUnit("kBy"))
	}
	return exactly(q, metering.MustUnit("KiBy"))
}

func measureLeastStorage(in inputs) providerFigures {
	size, counted := in.storage("object_kb", "min_object_kb", in.lasts(in.get("stored_days"), "d"), in.lasts(in.get("min_days"), "d"))
	return providerFigures{"billed_kb": in.kilobytes(size), "billed_days": times(counted, ratio(1, int64(providerDay)))}
}

func measureEarlyDeletion(in inputs) providerFigures {
	stored := in.lasts(in.get("stored_hours"), "h")
	size, counted := in.storage("size_kb", "min_kb", stored, in.lasts(in.get("min_hours"), "h"))
	rest := times(plus(counted, ratio(-int64(stored), 1)), ratio(1, int64(providerHour)))
	return providerFigures{"billed_kb": in.kilobytes(size), "remainder_hours": rest}
}

func measureBlocks(in inputs) providerFigures {
	size, err := amount(in.t, in.get("file_kb"), "KiBy").Ceil(amount(in.t, in.get("align_kb"), "KiBy"))
	require.NoError(in.t, err)
	return providerFigures{"billed_kb": in.kilobytes(size)}
}

// measurePooledRequests: requests of several functions of an account are one
// number; what of it is free is no matter of measuring.
func measurePooledRequests(in inputs) providerFigures {
	a := metering.NewAggregator()
	for i, n := range in.list("requests") {
		record(in.t, a, metering.Event{Account: "acme", Source: "functions", ID: fmt.Sprint(i), Time: anyStart, Kind: metering.Amount, Resource: fmt.Sprint("f-", i),
			Items: []metering.Item{{Meter: metering.FunctionCalls, Quantity: amount(in.t, n, "1")}}})
	}
	rows := mustCollect(in.t, a.Usage(longTime, metering.AcrossResources()))
	require.Len(in.t, rows, 1)
	calls := exactly(rows[0].Quantity, metering.MustUnit("1"))
	charged := plus(calls, ratio(-in.whole("free"), 1))
	if charged.Sign() < 0 {
		charged = new(big.Rat)
	}
	return providerFigures{"requests": calls, "fee_usd": times(charged, in.number("price_per_million"), ratio(1, 1e6))}
}
