// Package metering counts what tenants use of computing, once and exactly.
//
//	agg := metering.NewAggregator()
//	gpu, err := agg.Series(metering.Key{Account: "acme/vision", Meter: metering.AcceleratorTime, SKU: "H100-SXM5"})
//	run, err := gpu.Start(metering.WholeCards(8), t0) // eight cards
//	err = run.Stop(t1)                                // exact card time, split over the windows it crossed
//
//	month, err := metering.Month(metering.MustZone("Asia/Shanghai"), 2026, time.October)
//	for usage, err := range agg.Usage(month, metering.Of("acme")) {
//		held, err := usage.Quantity.In(metering.MustUnit("{card}.h"), 2) // to show; what is kept is whole grains
//		fmt.Println(usage.Key, held, "card·h")                           // acme/vision compute.accelerator.time H100-SXM5 52.75 card·h
//	}
//
// # Units and grains
//
// A [Quantity] is a whole number of grains of a [Dimension]: nanoseconds,
// bytes, tokens, microjoules, bytes held for a nanosecond. A [Unit] is a
// multiple of the grain with a UCUM code, such as "kW.h". [Unit.Over] makes units
// of what is held for a term: a gibibyte-month is "GiBy.(30.d)", "GiBy.(730.h)" or
// that of a calendar month, as a [MonthBasis] says. Units are how quantities are
// read, priced and shown ([ParseQuantity], [QuantityOf], [Quantity.In]); what is
// kept and added is grains.
//
// A card is [SharesPerCard] = 72,072,000 shares, so that every slice that a
// provider cuts a card into is whole: [WholeCards], [MilliCards], [CardShare].
// A share off that grid is placed once, where the card is cut, by
// [Quantity.Split]: the parts sum to the card.
//
// # Meters and keys
//
// A [Meter] says what is measured, in which unit, and whether events report
// amounts or a capacity that is held over time. Meters are data:
// [DefaultCatalogue] has what clouds bill, [Catalogue.With] adds yours,
// [Catalogue.Replacing] gives those that are there another policy, and a
// catalogue is written and read as JSON and shown as Markdown. It also has
// meters that do not add up, such as a bandwidth that is billed by a percentile;
// an aggregator refuses those with [ErrNotAdditive].
//
// A [Key] names who used what, where: account, meter, resource, SKU, region,
// labels. The first segment of an [Account] is the tenant, the others its cost
// centres.
//
// # Events and identity
//
// An [Event] is one fact, with an identity of (tenant, source, id) that its
// source gives it. [Aggregator.Record] counts it once, however often and in
// whatever order it arrives; another body under a known identity is
// [ErrConflict], and the first one stands. What was counted wrongly is put
// right by another event, an [Adjustment], which names it and says why.
//
// # Series, holdings and leases
//
// A [Series] is the usage of one key, the handle for the hot path:
// [Series.Add] adds to the current window, which [Aggregator.Advance] sets, and
// [Series.AddAt] to the window of an event's time. Without a handle,
// [Aggregator.AddAt] finds the series by its key; a [Recorder] adds up for one
// goroutine first, and [Aggregator.RecordBatch] takes columns of rows. A
// [Holding] is a capacity held over time, and a [Lease] one that is started and
// stopped: it books what was held up to the instant that it is told of, and
// never beyond. The hot path has no identity and so no protection against
// adding twice.
//
// A tenant has a quota of series and lives. What needs one more is a
// *[QuotaError], and is summed up in [Aggregator.Refused]: nothing is merged
// into another series, and other tenants do not notice.
//
// # The life of a resource
//
// Events can tell a life instead: [Start], [Resize], [Pause], [Resume],
// [Stop], [Heartbeat] and [Level]. They are kept in order of time, and usage is
// the integral of what the resource held between them, whatever order they
// arrived in. A life that is not stopped is known up to its last event. An
// event that does not fit, such as a pause of what does not run, counts
// nothing and is an anomaly in [Counts] until an earlier event makes it fit.
//
// Events of one instant are taken as they fit, what ends before what begins: a
// stop and a start replace a resource, a start and a stop leave nothing
// behind, and of two levels the one with the later (source, id) stands. Start,
// Resize and Level list all that the resource holds; what they leave out is
// no longer held. A resource that is paused holds what its meters say
// ([PausePolicy]): cores and cards not, disks and addresses still. A resource is
// its tenant's, and may move between cost centres as it lives.
//
// How long the runs of a capacity count is its meter's [RunRule]: exactly, in
// whole steps, for a minimum, or each hour of the clock that is touched. What
// such a rule adds has its own place in time, and holdings have it as lives do.
//
// # Windows and calendars
//
// An aggregator keeps sums by windows of UTC, 15 minutes wide unless
// [WithWindow] says otherwise. Any [Period] whose edges are edges of windows
// can be asked for; another is a *[WindowError]. Periods are half-open.
//
// A [Calendar] cuts time into [Hours], [Days], [Months] or [AnchoredMonths] of
// a [Zone], which comes from a pinned release of the IANA database
// ([ZoneVersion]) and not from the machine. Days have 23, 24 or 25 hours as
// the clock has it, and are billed by their true length.
//
// # Sealing, lateness and eviction
//
// [Aggregator.Seal] closes windows while writers run: an addition is in the
// window before it is sealed or is told that it is late. Each meter has a
// [LatePolicy]: refuse with a *[LateError], count in the current window, or
// count in its own window as a late adjustment, which [Usage] shows apart.
// Usage older than the dedup window is [ErrTooLate] by every policy, and usage
// beyond the windows that may be open is [ErrTooEarly], but for what lives tell, which
// open none. Without a call of Seal nothing is late.
//
// Lives and holdings tell what was held since they were last heard of, so their
// meters want a policy that takes what is late; those of [DefaultCatalogue] do.
// For any other, [Catalogue.Replacing] gives the meter a policy that adjusts.
//
// A series that holds nothing but sealed windows can be evicted
// ([Aggregator.Evict]); a handle to it stays good.
//
// # Snapshots
//
// A [Snapshot] is usage as a value: of one aggregator, or merged of many. It has
// a binary form with checksums in which equal usage is equal bytes, and where
// it came from in a section apart. Merging is commutative, associative and,
// by source and sequence, idempotent.
//
// [Aggregator.Archive] keeps sealed windows in snapshot files instead of in
// memory. Queries read the files they need one by one; what they keep grows
// with the groups asked for and the series that are open.
//
// # Keeping it elsewhere
//
// What is in memory goes with the process. metering/journal keeps events on disk;
// it, or another keeper, asks [Aggregator.Check] before it makes an event durable
// and has [Aggregator.Accept] count it afterwards. A [State] is all that was
// counted, to go on from instead of counting it again; [Aggregator.Drain] takes out
// what the hot path added, to be kept as events.
//
// # Usage and its quality
//
// [Aggregator.Usage] yields a [Usage] for each key, or group of keys
// ([GroupBy]), and piece of time. It carries the part of the quantity that was
// estimated rather than measured, hence a [Quality]: exact, mixed or estimated.
// Estimates are replaced by adjustments: less of what was estimated, more of
// what was measured.
//
// # Text
//
// Values print themselves and are read back: [Quantity], [Unit], [Period],
// [Zone], [Dimension], [Kind] and the other named constants as text, [Labels]
// as a JSON object, and so [Key], [Event], [Usage] and [Meter] in JSON. What
// cannot be read changes nothing.
//
// # Exactness
//
// Quantities are signed 128-bit integers; no float is used anywhere. Sums,
// differences and integrals over time are exact, and an addition that leaves
// 128 bits is [ErrOverflow]: nothing wraps or saturates. Two operations divide.
// [Quantity.Split] rounds each part towards zero and gives the grains left over
// to the largest remainders, ties to the earlier part. [Quantity.In] rounds
// half-even, once, for display. Reading a decimal never rounds: what falls
// between two grains is [ErrInexact].
//
// Splitting an interval over windows, windows over calendars, keys over
// tenants: each is a partition of grains, and sums to the whole. What is not a
// number cannot be said in these types.
//
// # Errors
//
// Conditions are sentinels for [errors.Is], all documented where they are
// declared; [FieldError], [DimensionError], [WindowError], [QuotaError],
// [LateError], [RowError] and [FlushError] carry facts for [errors.As]. Whatever
// returns an error has changed nothing, but for what [Counts] and
// [Aggregator.Refused] say: an event counts with all of its items or none, a
// span in all of its windows or none, a batch with all of its rows or none, a
// merge whole or not at all. Two are not so: [Recorder.Flush] counts what is not
// refused, and [Aggregator.Seal] has sealed what it could not write to a file.
//
// A duplicate event is no error, nor is an event that does not fit the life of
// its resource, nor a row of zero. Text from outside is bounded before it is
// looked at: what is too long is refused at a cost that does not grow with it. Errors name
// the labels of keys and events and do not say their values, which can be anybody's data
// ([Key.Redacted]).
//
// # Limits
//
//   - Times are from 1970-01-01 to before 2200-01-01 UTC, to the nanosecond.
//   - Quantities are ±1.7e38 grains, as are the sums of windows and of rows. A
//     capacity is at most 2.3e19 grains, so that no life alone overflows. Next
//     to ±1.7e38 grains in a window, which event is refused depends on order.
//   - Accounts have at most 256 bytes and 8 segments; other names 256 bytes;
//     labels 32 of 128 and 1024 bytes; an event 64 items. All are UTF-8 without
//     control characters, compared byte by byte.
//   - Open windows, identities of events and lives of resources are in memory.
//     What is durable is sealed windows, with [Aggregator.Archive]; after a restart
//     an event that is delivered again counts again. Measured on amd64: a series
//     with two open windows takes 117 bytes besides its strings, and 32 more for
//     the name of a resource, whose first and last bytes it copies; an identity
//     56 to 84 for the aggregator's lifetime; an event in the life of a resource
//     160 to 290 with its identity. Identities and lives are not evicted.
//   - A tenant has at most [DefaultSeriesQuota] series and lives, a batch fewer
//     combinations of values than 2^64. Copies of sums for lanes of processors
//     take at most 32 MiB.
//   - 4,096 windows may be open after the watermark, and usage 35 days before it
//     may be late, unless options say otherwise.
//   - Strings are kept as they are given; one cut from a large buffer keeps the
//     buffer alive.
//   - A query visits every key, and the lives of its tenants' resources from
//     their beginning; [Aggregator.Counts] visits all of them. Events wait
//     meanwhile, the hot path does not.
//   - Since 1980 every zone's offset is a multiple of 15 minutes, so days and
//     months are made of windows. Until 2022 a few clocks were shifted a minute
//     after the hour (Newfoundland until 2011): the clock hour of such a shift
//     is finer than any window, and asking for it is a *[WindowError].
//   - What a [RunRule] adds behind the end of a run lies in windows that are
//     later: a holding that is stopped books it at once, and needs them to be
//     among those that may be open. Steps of the clock are of UTC: in a zone
//     that is half an hour off, touched hours are not its own.
//   - Not here yet: coverage. Cumulative counters are in metering/counter, tokens of
//     AI requests in metering/tokens, what does not add up in metering/peak and
//     metering/summary.
//
// # What makes the hot path fast
//
// Where the time of an addition goes was found with profiles, with counts of
// instructions (they repeat, and times do not) and with comparisons in one run;
// benchmarks/ratios measures it against what a program would use instead.
//
//   - One word has a window's number and its sum, so that one compare-and-swap
//     both checks that the window is open and adds. [Series.Add] needs no window:
//     its word is summed up blindly, by an atomic addition, and taken away when
//     the current window changes. Whether others add to it too is looked at for
//     one addition in 512: to read the word before each one made it a tenth
//     slower. Sums above 37 bits, and amounts above, go to 128-bit books under a
//     lock.
//   - A series has a stripe for each lane once two processors are seen to share
//     it, as the lane in its words tells without another field. Before, two
//     goroutines on one series cost four times what one did; with stripes half.
//     A lane is told by where the goroutine's stack lies; pinning the goroutine
//     to its processor instead made an addition 6.6 ns, of 4.2, and is nothing
//     that Go promises.
//   - What an addition reads of a series is one cache line of 64 bytes: two
//     windows, the running sum, the account as two words. The rest lies apart.
//   - What the processor looks ahead is some 300 instructions, so an addition
//     among many series takes as long as memory does, over how many additions
//     are in sight. [Aggregator.AddAt] is therefore one function without a call for
//     keys of account, meter and SKU, of 9 to 16 bytes, 9 to 16 and up to 16, and
//     leaves all others to another: 220 instructions, which were 265. That was a
//     tenth of the time among 1,000 series, and a fifth among 100,000 and more.
//     Window, lane and room of a word are compared at once; the SKU is hashed by the
//     multiplication of the meter. Fields are compared as words. Lookups write
//     nothing and take no lock.
//   - Labels are one word, the same for equal sets ([unique.Handle]): to hash and
//     to compare them takes no look at them, a sixth of an addition by all six
//     fields.
//   - A series is 64 bytes, and what else it has 32: the allocator keeps objects
//     of one size on pages of their own. With 64 for both every other line of
//     them was one that no addition reads; among 100,000 series that was a
//     quarter of the time. What a lookup compares of a resource is in the line
//     behind the series: a fifth of an addition by six fields.
//   - Copying a key of 88 bytes by value took as long as hashing it, for stores
//     of 8 bytes that are read as 16 wait for memory: [Aggregator.AddAt] takes a
//     pointer.
//   - A batch becomes numbers a column at a time, and those an index into a dense
//     block of sums: no hash and no comparison for a row.
//
// Tried, and taken out again: a cell of its own for each window (a cache miss
// more, and no faster than a compare-and-swap in place), maphash (15 ns for
// three strings, 8 now), a sharded table (a load more on the way to a bucket),
// groups that had region and labels in them (in the end one for each series),
// hashing in a loop over the fields (534 instructions), a mutex in each series
// (twice the time of an atomic addition, and 8 bytes).
//
// Where it is behind what it is meant to be (ratios and their intervals are in
// README.md): an addition by six fields is 0.44 to 0.47 of an xsync.Map's load and
// atomic add, where 0.4 is the aim, and by three strings 0.35 to 0.39, which is
// within it. Tried against that: the rare fields hashed without a call (3 %, for a
// second copy of the lookup), strings of up to 32 bytes compared as words, the ends
// of the resource in the series' line and the account behind a pointer, all of no
// effect that shows. Among 100,000 series and a million an addition takes what one
// to a plain map does, or less: 0.94 and 0.92, and 0.78 and 0.95, in two whole runs,
// and from 0.61 to 1.27 in short ones, by how much of the last cache others leave.
// Two lines have to come from memory, and the second waits for the first. It was 1.2
// to 1.7. What did not help: an addition of a tenth fewer instructions that looks at
// no lane, an index of numbers of 32 bits, half as large, with series in blocks of
// 64, one load less in the index, segments with as many buckets as they need
// (growing took twice as long), pages of 2 MiB (a tenth among a million, and a map
// gains half of that), and additions without an atomic operation at all. A bare
// table that has the series themselves behind dense tags, so that one line comes
// from memory and not two, is quicker by a seventh among 100,000 and by a sixteenth
// among a million; but a series in a table moves when the table grows, and who holds
// it would have to be told. Two goroutines on one series take 0.3 to 0.38 of a
// contended atomic addition, by whether this machine moves a contended line in 5 ns
// or in 4, and 0.3 is the aim. An addition to a stripe is 3.0 ns by itself, and was
// 3.4; one to a series alone is 2.5, and was 2.7. Tried against that: no look at all
// whether two met, lanes of the process instead of the aggregator's, lanes dealt out
// beforehand, to draw additions by a multiplication of their sum; none shows, or it
// is slower.
//
// Turned down: finding series by the addresses of strings, which would be half
// the time for who passes the same strings again, and would keep every buffer
// alive that a string was ever cut from.
//
// # Laws
//
// Each is a property or fuzz test; -laws.n sets how many cases a property
// test tries and -laws.seed repeats them.
//
//   - Splitting an interval over windows or a calendar and summing gives it
//     back to the grain: TestLaw_Period_WindowsGiveTheIntervalBack,
//     TestLaw_Calendar_PiecesGiveTheIntervalBack,
//     TestLaw_Holding_WindowsGiveTheIntervalBack, FuzzPeriod_Windows_Sum. A level
//     adjusted is one that is set: TestLaw_Holding_AdjustIsSet. What was stopped
//     stays so: TestLaw_Holding_StoppedIsStopped.
//   - Runs count by their rule as the oracle says, in any order of events, sealed
//     or not, by lives as by holdings: TestLaw_RunRule_IsWhatTheOracleSays,
//     TestLaw_RunRule_SealedOrNot, TestLaw_Holding_RunsAreThoseOfLives. Whole steps
//     are the next multiple: TestLaw_Quantity_CeilIsTheNextMultiple.
//   - Each instant lies in exactly one period of a calendar, and periods tile:
//     TestLaw_Calendar_EachInstantInOnePeriod,
//     TestLaw_Calendar_EveryZoneEveryInstant, FuzzCalendar_Tiles. They begin
//     where the clock says: TestLaw_Calendar_IsWhatTheOracleSays.
//   - The same events give the same bytes, in any order, more than once, dealt
//     out and merged: TestLaw_Usage_AnyOrderDuplicatesShardsMerges,
//     TestLaw_Usage_All5040OrdersOfSevenEvents,
//     TestLaw_Usage_ShufflesOfTenThousand, TestLaw_Series_WindowsInAnyOrder.
//     The bytes are right: TestLaw_Usage_IsWhatTheOracleSays.
//   - Σ windows = Σ keys = total, and merge(a, b) = compute(a ∪ b):
//     TestLaw_Usage_WindowsAndKeysSumToTotal, TestLaw_Merge_IsTheUnion.
//   - What goes on from a state counts as if it had not stopped, what is accepted
//     as what is recorded, what is asked about many events is what recording them
//     says, and each grain is drained once: TestLaw_State_GoesOnAsBefore,
//     TestLaw_Accept_IsRecord, TestLaw_CheckAll_IsRecordOneByOne,
//     TestLaw_Drain_TakesEachGrainOnce.
//   - An addition is in its window before it is sealed or is late, whoever adds,
//     seals, evicts and reads at once: TestLaw_Hot_ExactWhileSealing,
//     TestLaw_Hot_TightLoops. A batch is its rows one by one:
//     TestLaw_RecordBatch_IsAddAtRowByRow. Machines merge to one:
//     TestLaw_Snapshot_MachinesMergeToOne, FuzzSnapshot_Binary. Files are as good
//     as memory: TestLaw_Archive_FilesAreMemory.
//   - The parts of a split sum to the whole, and a refund reverses a charge:
//     TestLaw_Split_PartsSumToTheWhole.
//   - The same bytes at any GOMAXPROCS and in any order of maps:
//     TestLaw_Usage_SameBytesAtAnyGOMAXPROCS.
//   - Arithmetic is that of the integers, or ErrOverflow:
//     TestLaw_Quantity_AddIsIntegerAddition,
//     TestLaw_Quantity_InRoundsOnceHalfEven. Text reads back as what it was:
//     FuzzQuantity_String_Parse, FuzzLabels_Canonical, FuzzUnit_Over_Parse. A
//     whole month is one: TestLaw_MonthBasis_WholeMonthIsOne. Identities do not run
//     together: FuzzEvent_Identity.
//
// # Design
//
//   - A Key is a plain comparable struct. Interning it in a unique.Handle was
//     turned down: the handle of the hot path is the Series, which holds the
//     windows too, and a key that is a struct can be written, read and compared
//     field by field.
//   - Labels are interned by package unique. Events bring the same few sets again
//     and again, and a set is parsed once where it comes in; what it costs there
//     is saved wherever keys are compared, hashed or sorted into maps.
//   - A Key has a MeterID and not a *Meter: an id is the same in every process
//     and catalogue, and a key can be written down.
//   - A capacity and the usage it comes to have different dimensions (cards,
//     card-time). One dimension for both would let a level be added as usage.
//   - The grains are fixed by the dimension, not by the meter: quantities of two
//     meters add without a scale, as they would not with one chosen per meter.
//   - Zones come from a pinned database. The machine's would make a month's
//     usage depend on the day its packages were updated.
//   - A day begins when its midnight is first shown or passed, by one rule for
//     every shift. Asking package time for midnight does not tile: it does not
//     say which of two it means, nor what a skipped one is.
//   - A holding books only what was observed. Counting on to the present would
//     bill a machine that died as if it ran; a lease that must not be lost tells
//     its life as events.
//   - Lives are kept as sorted timelines and walked at each query. Booking as
//     events arrive would be faster to read and wrong as soon as one is late.
//   - An identity is kept as a hash of 128 bits and the body as another, of
//     length-prefixed fields: a cache of recent identities counts twice what it
//     forgets, and joining fields by a separator makes two events one.
//   - Aggregators that both counted an event do not merge. Their sums have it in
//     them, and no longer tell which part it was.
//   - The width of windows is an enumeration, so that NewAggregator cannot fail
//     and every width divides the day.
//   - Usage comes in order of time and then key: what fills tiers as it goes
//     reads it in one pass, and resources of a key are neighbours.
//   - A row is yielded where anything was counted, also if it sums to zero: a
//     charge and its refund stay visible. Holding nothing is not counting.
//   - Sealing moves usage out of series into a sheet, ordered by window and key.
//     Keeping it with the series would be simpler, and would keep idle series
//     alive and every query as long as the history.
//   - A snapshot is cumulative and carries the usage of each of its sources.
//     Differences would be smaller; one that is lost or doubled would be wrong
//     for ever.
//   - The hot path is not counted. Prometheus, xsync and the rest do not either:
//     counting how often one counts costs as much as counting.
package metering
