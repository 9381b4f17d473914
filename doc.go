// Package meterbook measures what tenants of a cloud use of heterogeneous
// computing power (CPU, GPU, NPU, TPU, DCU time, storage, network, AI
// tokens), works out the energy behind it, and turns both into money. It is a
// library: nothing else has to run.
//
//	Every unit of usage is counted once, priced exactly, and can be explained
//	and proved afterwards.
//
// This package holds only the map and the [Version]. A tour in fifteen lines:
//
//	agg := metering.NewAggregator()
//	gpu, err := agg.Series(metering.Key{Account: "acme/vision", Meter: metering.AcceleratorTime, SKU: "H100-SXM5"})
//	run, err := gpu.Start(metering.WholeCards(8), t0) // eight cards
//	err = run.Stop(t1)                                // exact card time, split over the windows it crossed
//
//	card, err := ratecard.ParseYAML(src)
//	month, err := metering.Month(metering.Zone{}, 2026, time.October)
//	contract := accounting.Contract{Account: "acme", Card: card}
//	bill, _, err := rating.Rate(contract, month, agg.Usage(month, metering.Of("acme")), rating.State{})
//	fmt.Println(bill.Total())
//	fmt.Println(bill.Charges[0].Explain())
//
// # The packages
//
// Data runs one way: sources make events, events become usage, usage becomes
// charges, charges become invoices. Metering knows neither money nor watts;
// energy and accounting both import metering and never each other. Energy
// comes out as events under the tenants' own accounts and rides the same
// rail as card hours.
//
//	metering             nouns of usage: units, quantities, meters, events, periods; the aggregator
//	metering/accelerator accelerator models, shares of a card, standard compute
//	metering/cloudevents events as CloudEvents 1.0 JSON, in and out
//	metering/counter     readings of cumulative counters to increases and events
//	metering/tokens      tokens of AI requests, read from what the common APIs say
//	metering/peak        peaks and percentiles of bandwidth, as it is billed
//	metering/summary     what does not add up: highest, latest, unique
//	metering/csvbatch    CSV of usage into batches
//	metering/otelmeter   health, usage, hardware and slow operations for OpenTelemetry
//	metering/otelgenai   tokens of AI requests from their spans; a module of its own
//	metering/promtext    what Prometheus exporters say, as events; a module of its own
//	metering/journal     a durable log of events, each counted once, and a recorder before it
//	metering/meteringtest disks that lose power and file systems that fail, for tests
//	energy               cumulative energy from power samples and counters
//	energy/sensor        what machines say of their power and energy, as readings
//	energy/model         the power of devices without meters, estimated
//	energy/facility      PUE and its family as ISO/IEC 30134 has them, with their refusals
//	energy/carbon        the greenhouse gas behind energy, by place and by market
//	energy/attribution   device energy to the tenants who held the device, to the microjoule
//	accounting           nouns of cost: card, price, contract, charge, explanation
//	accounting/money     money, currencies, rounding, splitting
//	accounting/ratecard  rate cards as text: parse, validate, print
//	accounting/rating    usage and a contract to a bill; the past compared and corrected
//	accounting/allocation what things really cost, spread to the last minor unit
//	accounting/credit    prepaid grants, and holds that are committed or released; in memory and on disk
//	accounting/budget    limits, forecasts and odd days
//	accounting/ledger    a double-entry book that knows only accounts and money
//	accounting/posting   documents into transactions of the ledger
//	accounting/seal      closed periods that can be proved, offline
//	accounting/focus     rows that FinOps tools read, written, checked and read
//	accounting/invoice   charges as numbered documents with taxes, corrected by notes and never edited
//	accounting/custody   how long records are kept, and where they may go
//	examples             programs to run and read; a module of its own
//	benchmarks           comparisons with other libraries; a module of its own
//
// A test holds the imports to this direction, with the reason for every row.
//
// # Exactness
//
// Quantities, energy and money are integers of 128 bits in a fixed grain;
// intermediates have 256. A decimal is what people read and write. There is
// no float in any of them. Every division names its rounding, and what cannot
// be divided evenly is placed by one rule: the largest remainder, ties to the
// earlier part. Where several amounts are rounded in a row, the running total
// is rounded, so that nothing drifts.
//
// # Laws
//
// Each is a property test named after the law, with an oracle that shares no
// code with what it judges.
//
//  1. Splitting an interval over windows, then summing, gives it back.
//  2. Aggregation does not depend on order, duplicates, sharding or merging.
//  3. The windows add up to the total, and so do the keys.
//  4. Rating in parts comes to the same as rating at once.
//  5. The parts of a split add up to the whole.
//  6. Debits equal credits, in each currency, always.
//  7. Tenants, unallocated and overhead add up to the metered energy.
//  8. Same inputs, same bytes, on any machine.
//  9. An explanation, computed again, gives the amount it explains.
//
// # Requirements
//
// Each one has a reason to be in the go.mod of everybody who embeds the
// library; a test pins the list.
//
//   - github.com/shopspring/decimal: the decimal type that Go programs with
//     money already use; at the edge only.
//   - go.yaml.in/yaml/v3: rate cards are YAML. It keeps every digit of a
//     number, and testify needs it anyway.
//   - go.opentelemetry.io/otel, otel/metric and otel/trace: the API of
//     metering/otelmeter. The SDK is the application's.
//   - golang.org/x/mod: the Merkle log and the signed notes of accounting/seal, as
//     the Go checksum database has them; it needs the standard library only.
//   - github.com/stretchr/testify: tests only.
//
// The time zone database is embedded at a pinned release, so that a month is
// the same instants on every machine.
//
// # Concurrency
//
// Quantities, periods, money, energy and all other values are safe to copy and to
// read by many goroutines. A type that keeps something says of itself who may use
// it at once; what says nothing is a value.
//
// # Limits
//
// An aggregator is in memory; what must survive a crash is recorded through
// metering/journal. Tax rates, exchange rates and the intensities of grids are
// data that the application gives. No invoice is a fapiao.
package meterbook

// Version is the version of the library, in the form of semantic versioning.
const Version = "0.1.0-dev"
