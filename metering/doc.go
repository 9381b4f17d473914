// Package metering says what was used: units, quantities, meters, events and
// periods, and an aggregator that turns events into usage.
//
//	agg := metering.NewAggregator()
//	gpu, err := agg.Series(metering.Key{Account: "acme/vision", Meter: metering.AcceleratorTime, SKU: "H100-SXM5"})
//	run, err := gpu.Start(metering.WholeCards(8), t0) // eight cards
//	err = run.Stop(t1)                                // exact card time, split over the windows it crossed
//
//	month, err := metering.Month(metering.MustZone("Asia/Shanghai"), 2026, time.October)
//	for u, err := range agg.Usage(month, metering.Of("acme"), metering.Per(metering.Days(zone))) {
//		fmt.Println(u.Key, u.Period, u.Quantity)
//	}
//
// It knows neither money nor watts: prices are in package accounting, power
// is in package energy.
//
// # Units and grains
//
// A [Quantity] is a whole number of grains, the smallest step its [Dimension]
// counts: nanoseconds, bytes, byte·nanoseconds, µJ. A [Unit] is a number of
// grains with a UCUM code; hours, GiB and kWh are how quantities are read and
// written. One accelerator card is [SharesPerCard] shares, so that every MIG
// slice, vNPU template, time slice and thousandth of a card is whole, and card
// time is counted in share·nanoseconds. A share that is off this grid is
// refused where it starts, not rounded on the way.
//
// # Events and identity
//
// An [Event] is one fact. Its identity is the tenant, the source and the id:
// the same event counts once however often it comes, and another body under a
// known identity is [ErrConflict]. Time is when it happened and alone decides
// the window. What was counted wrongly is put right by an event of kind
// [Adjustment] that names the first one.
//
// # The life of a resource
//
// Start, resize, pause, resume, stop, heartbeat and level are events in the
// life of a resource. They may come in any order; usage is the integral of
// what the resource held, from its events in order of time. A life without a
// stop ends at its last event: time that nobody saw is not billed. Events that
// do not fit the life count nothing and are [Counts].Anomalies.
//
// # Series, holdings and leases
//
// A [Series] is the handle to one [Key]; adding to it needs no lookup and
// checks no identity. A [Holding] (a [Lease], where it is started and stopped)
// books the integral of a capacity into its series whenever it is observed.
// Between observations it costs nothing.
//
// # Windows, calendars and usage
//
// The aggregator keeps a sum for each key and window: a quarter hour, an hour
// or a day of UTC ([WindowSize]). [Aggregator.Usage] adds windows up over a
// period, or over each hour, day or month of a [Calendar] in a named [Zone].
// An edge that cuts a window is a *[WindowError], never a guess. Rows come in
// order of time and then of key, with the part of them that was estimated.
//
// # Exactness
//
// Counts are 128-bit integers and overflow is an error that changes nothing.
// There is no float and no division but [Quantity.In], a display that rounds
// half-even, and [Quantity.Split], whose parts add up. Zones come from a
// pinned release of the time zone database ([ZoneVersion]), so that a day is
// the same instants on every machine; it may last 23, 24 or 25 hours.
//
// # Laws
//
// Property tests, each against an oracle that shares no code with the
// package; -laws.n and -laws.seed give the number of cases and the seed.
//
//   - TestLaw_Holding_WindowsGiveTheIntervalBack, TestLaw_Period_…,
//     TestLaw_Calendar_PiecesGiveTheIntervalBack: splitting an interval, then
//     summing, gives it back, to the grain
//   - TestLaw_Calendar_EachInstantInOnePeriod: calendars tile
//   - TestLaw_Usage_AnyOrderDuplicatesShardsMerges: order, duplicates, sharding
//     and merging do not change a byte
//   - TestLaw_Usage_WindowsAndKeysSumToTotal
//   - TestLaw_Split_PartsSumToTheWhole
//   - TestLaw_Usage_SameBytesAtAnyGOMAXPROCS
//
// # Errors
//
// Conditions are the sentinels of this package, found with errors.Is;
// *[FieldError], *[DimensionError] and *[WindowError] carry what was given and
// what is wanted. They are returned for values that are not valid, for
// quantities on the wrong meter, and for what would overflow; not for usage
// of nothing, for a period without usage, or for a life that does not fit.
// What was refused is counted in [Counts]. No input makes the package panic;
// functions that begin with Must are for constants and tests.
//
// # Limits
//
// Times from 1970-01-01 to 2200-01-01 UTC. Names are at most 256 bytes of
// UTF-8 without control characters; accounts have at most 8 segments, label
// sets 32 labels, events 64 items.
//
// All is in memory and is lost with the process; a durable journal is not here
// yet. Each identity costs about 80 bytes, each series with one window about
// 350, each further window 24, and nothing bounds their number yet. Meters add
// up: maxima, percentiles and cumulative counters are not here yet, nor are
// late policies; an event is counted in its own window however late it is.
//
// # Design
//
//   - A Key is a plain comparable struct, and the interned handle is the
//     Series: a unique.Handle would cost a lookup where the Series costs none.
//   - A Key names its meter by id, not by pointer, so that keys are equal
//     across aggregators and processes.
//   - Events in the life of a resource are kept and sorted rather than worked
//     into a running state, which would make usage depend on their order of
//     arrival.
//   - A Holding books only up to what was observed. Booking ahead and taking
//     back was turned down: a crash would leave time on the bill that nobody
//     saw.
//   - The width of windows is one of three names, so that [NewAggregator]
//     cannot fail.
//   - Usage comes in order of time first, because that is the order in which
//     tiers fill.
//   - The edges of days are found by searching for a zone's shifts:
//     [time.Time.ZoneBounds] is wrong on the last day of leap years in zones
//     with rule-based summer time (Go 1.26.8).
package metering
