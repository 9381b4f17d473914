// Package otelmeter shows the health of stages, usage and hardware to
// OpenTelemetry.
//
//	spans := otelmeter.Spans(otelmeter.WithTracerProvider(tracers))
//	rec, _, err := journal.OpenRecorder(dir, journal.WithWatch(50*time.Millisecond, spans))
//	stop, err := otelmeter.Observe(rec) // the global provider of meters
//	defer stop()
//
//	meters := slices.Collect(metering.DefaultCatalogue().All())
//	stopUsage, err := otelmeter.ObserveUsage(rec, meters, otelmeter.WithFields(metering.BySKU))
//
// # Health
//
// Every stage that has a Health method is observed the same way ([Observe]): each of
// its vitals becomes an observable instrument named "meterbook." and the vital's
// name, with the attribute "outcome" where the vital has one.
//
//	stage                              vitals
//	[metering.Aggregator]              events by outcome, refusals by reason and quota, late, series, anomalies
//	journal.Journal                    events by outcome, syncs and their seconds, pending, identities
//	journal.Recorder                   both, and what is durable and not counted
//	rating.Progress                    bills by outcome, charges, usage without a price, lag, seconds
//	attribution.Progress               windows by outcome, shares, residual, unallocated, overhead, lag
//	otelgenai.Processor                spans by outcome and reason, and what waits
//	promtext.Scraper                   scrapes by outcome, samples by outcome, series
//
// Nothing is measured until a reader collects, and nothing is allocated on the hot
// path: what there is to say is counted by the stage in any case.
//
// # Usage
//
// [ObserveUsage] shows quantities in their meters' units, for dashboards: with SKU
// and region as attributes, tenants only where [WithFields] asks for them, and a
// bound on sets of attributes ([WithSets]) that keeps the sum what it is.
//
// # Hardware
//
// [Hardware] shows hw.energy, hw.power and those of hosts, as the semantic
// conventions have them.
//
// # Operations
//
// Stages tell operations that were slow or failed to a [metering.Watch]: a journal by
// journal.WithWatch, others with [metering.Watch.Over]. [Spans] makes spans of them,
// after the fact and with their own times; [Durations] puts them in a histogram.
// Neither is there unless it is asked for.
//
// # Exactness
//
// What is shown here is for dashboards and alerts. It is never what is billed:
// telemetry may drop, cap and round (with the SDK's default limit, 5,000 tenants of
// 0.10 each end in 2,000 points, most of the amount in one of overflow); usage may
// not, and stays in the aggregator. Usage is rounded to nine places and then to a
// float. Energy is shown in whole joules and what is below one is carried: joules
// shown and [Component.Remainder] are what was added, to the microjoule.
//
// # Errors
//
// What makes instruments returns the errors of the provider's meter. While
// observing, a query of usage that fails is the callback's error, which the SDK
// hands to its error handler.
//
// # Limits
//
// Names of vitals that a stage begins to yield after Observe are not seen. A
// [Hardware] has 1,000 devices ([MaxDevices]). Names of meters become names of
// instruments, which are of ASCII letters, digits and "._-/".
//
// # Laws
//
// They are held with the SDK, in the module oteltest beside this package, so that
// no program has the SDK for a requirement: joules add up, usage with the rest adds
// up.
//
// # Design
//
// Only the OpenTelemetry API is imported; the application brings the SDK. The
// stages do not know OpenTelemetry: they yield plain values and tell plain
// operations, so that nothing else has telemetry in its imports.
//
// Names of the conventions are constants here, held to the conventions' package by
// a test: they are in development, and the package brings all of their names.
//
// Spans around operations were turned down for spans after them: what is fast makes
// none, and costs two looks at the clock. The children of a slow operation are not
// told apart.
//
// A synchronous counter for each event was turned down: 163 ns beside an addition
// of 5.
package otelmeter
