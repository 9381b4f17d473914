// Package promtext turns what Prometheus exporters say into events.
//
//	gpus, err := promtext.New(promtext.DCGM(), "dcgm/node-7", promtext.Fixed("acme"))
//	for range ticker.C {
//		if err := gpus.Scrape(ctx, client, "http://node-7:9400/metrics"); err != nil {
//			continue // nothing is lost: the next scrape counts what grew meanwhile
//		}
//		state, err := gpus.MarshalBinary() // keep it, so that a crash loses and doubles nothing
//		res, err := recorder.Record(ctx, gpus.Pending()...)
//		log(errors.Join(err, res.Err())) // what was refused is not going to be taken
//		if err == nil {
//			gpus.Done()
//		}
//	}
//
// # Tables
//
// A [Table] says which series are usage. Shipped are
//
//	table         series                                            becomes
//	[DCGM]        DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION              energy of cards, from a counter
//	[AscendNPU]   npu_chip_info_power, npu_container_info           energy of chips, sampled; card time of containers
//	[HAMi]        hami_vgpu_core_allocated_ratio                    card time of containers, in percent of a card
//	[HAMiLegacy]  vGPUCoreAllocated                                 the same, of older schedulers
//	[Kepler]      kepler_pod_cpu_joules_total                       energy of pods, from counters
//	[Node]        node_network_*_bytes_total, node_cpu_seconds_total  traffic and processor time, from counters
//
// A rule is a counter, a capacity that is held, or a level that is sampled ([Kind]).
// Whose usage a series is says a function of its labels ([Accounts]).
//
// # Counters
//
// Counters are those of metering/counter: what one grew by since its last reading is
// counted, however many scrapes failed in between; a fall is a reset, after which it
// counts what is shown; a start that is told (node_boot_time_seconds) finds the
// resets that do not fall, and one that moves back is a clock that was put right; an
// increase above the highest rate is not believed until the next reading bears it
// out. NaN and sentinels are no readings.
//
// # Levels
//
// What a scrape shows of a capacity is held until the next sight of it, also across
// scrapes that failed, but for no longer than [WithGap]. A series that is not there
// any more ended when it was last seen: what was not seen is not counted. One that is
// nobody's any more ended when that was seen. Power is integrated so, too, and marked
// as estimated.
//
// # Scrapes
//
// A scrape is read to its end before anything is made of it: an answer that is cut
// off, stalls, is too large or is no exposition is refused whole, and changes
// nothing. A line by itself that is too long, of one series too many, of nobody or
// of another time is refused alone, and counted by reason ([Scraper.Health]).
//
// # Exactly once
//
// An event's identity is the source, the series and the instant. Events wait in the
// scraper ([Scraper.Pending]) until [Scraper.Done], and are in its state
// ([Scraper.MarshalBinary], [Restore]). Kept in the order above, a program may end at
// any point: either the state is the old one and the next scrape counts it all, or
// it is the new one and has the events, which count once however often they are
// recorded.
//
// # Exactness
//
// Increases and integrals are whole grains in 128 bits. The parser of the text
// format makes 64-bit floats of numbers; its shortest text is the decimal that an
// exporter printed from one, and that is what is counted. Above 2^53 digits may be
// lost, and events are marked as estimated. What is finer than a grain is cut off a
// counter's reading, once for each of its lives, and rounded half-even of a level;
// what an integral has below a grain is carried as long as the level goes on.
//
// # Errors
//
// [ErrSyntax], [ErrTooLarge], [ErrUnreachable], [ErrOrder], [ErrPending] and
// *[StatusError] are about a scrape, [ErrState] about a saved state; *[FieldError] is
// about options and rules. After each of them nothing was read.
//
// # Limits
//
//   - Bounds: 8 MiB of text, 10,000 series, 10 s ([WithBytes], [WithSeries],
//     [WithTimeout]), 64 labels of 256 bytes a series, 200,000 events that wait.
//   - Lines older than the gap or more than a minute in the future are refused: a
//     time stamp far ahead would make all that follows late.
//   - Between a counter's last reading and a reset, and before its first, nothing is
//     known. A series that was absent for [WithForget] begins anew.
//   - What a counter grew by is of the account that it has when it is read.
//   - Histograms and summaries are no usage.
//   - An exporter that writes files is to rename them into place: a file that ends
//     after a whole line looks whole.
//
// # Laws
//
//   - A server that restarts, stalls and returns garbage, and a program that crashes
//     at any point, lose and double nothing that the scrapes say:
//     TestLaw_Soak_IsWhatTheOracleSays.
//   - No text makes a scraper panic, and what it makes of one are events that count:
//     FuzzScraper_Read. A saved state is restored as it was, or refused:
//     FuzzRestore_Binary.
//
// # Design
//
// Package energy/sensor reads exporters for power and energy, by a line parser of its
// own that needs no module, and has zones, fallbacks and integration of its own
// between readings: what is attributed to tenants comes from there. This package
// bills what exporters count as it is, by metering/counter, of any dimension; it
// imports nothing of energy, and sensor nothing of this. The two share no text: this
// one takes the reference parser, prometheus/common/expfmt, and is a module of its
// own for it.
//
// Levels as lives of resources (metering.Level and Heartbeat) were turned down: they
// cost an event in memory for each scrape and series. Amounts of each interval are
// additive, placed exactly, and have the identity of a counter's increase; run rules
// of meters do not apply to them.
//
// A callback for events was turned down: a crash between it and the saved state
// would lose or double what it was given.
package promtext
