// Package ratecard reads, checks and prints prices as data: a rate card
// ([accounting.Card]) as YAML or JSON.
//
//	card, err := ratecard.ParseYAML(src)
//	if err != nil {
//		return err // all that is wrong, one fault a line, each with its line and column
//	}
//	bill, state, err := rating.Rate(accounting.Contract{Account: "acme", Card: card}, month, usage, rating.State{})
//
// A card that is written as a Go literal is held to the same rules by
// [Validate], and any valid card is printed in canonical form by [AppendYAML].
//
// # The text of a card
//
//	card: cn-gpu                        # id: 1 to 64 of a-z, 0-9, '-', '_', '.'
//	version: "2026.10"                  # 1 to 32 bytes; charges refer to cn-gpu@2026.10
//	title: GPU cloud, list prices       # optional, at most 256 bytes
//	currency: CNY                       # ISO 4217
//	rounding: {mode: half-even, places: 2, level: line}
//	prices:
//	  - id: h100                        # as the card's id; one price of this id at any one time
//	    title: H100 SXM                 # optional
//	    replaces: h100-list             # optional, on a negotiated card; see Overlays
//	    service: accelerated-compute    # where a bill files it
//	    match: {meter: compute.accelerator.time, sku: H100-SXM, region: cn-north-1, labels: {tier: spot}}
//	    unit: "{card}.h"                # what one of the price is for
//	    from: 2026-01-01T00:00Z         # optional; the first minute the price is in force
//	    until: 2026-07-01T00:00+08:00   # optional; the first minute it no longer is
//	    per_unit: 18.90                 # the model: every unit alike; may be negative
//	  - id: tokens
//	    service: model-inference
//	    match: {meter: ai.tokens.input}
//	    unit: "10*6{token}"
//	    graduated:                      # the model: each unit at the price of its tier
//	      - {up_to: 100, price: 0.80}   # up to 100 units, the 100th included
//	      - {up_to: 1000.5, price: 0.60, flat: 5} # flat: due once when the tier is reached
//	      - {price: 0.40}               # the last tier, and only it, has no bound
//	  - id: support
//	    service: support
//	    flat: 3000                      # the model: one amount per billing period
//	    when: always                    # or if_used, and then with a match; or once, and then with from
//
// Everything but the keys marked optional has to be there, with these
// exceptions: of match only the meter is needed; a flat price needs no unit,
// and one that is always due may have neither match nor unit.
//
//	key              accepted
//	rounding.mode    half-even, half-up, half-down, down, up, floor, ceiling
//	rounding.places  0 to 18
//	rounding.level   line, bill
//	service          an id of accounting.Services, or of WithServices
//	match.meter      an id of metering.DefaultCatalogue, or of WithCatalogue
//	unit             a code of metering.ParseUnit that measures what the meter measures
//	from, until      RFC 3339 to the minute, with Z or an offset; seconds, if written, are 00
//	per_unit         any number
//	up_to            above 0 and above the tier before; whole in the steps that the meter counts
//	price, flat      0 or more
//	on_zero          waive, charge: whether a billing period without usage owes the first tier's
//	                 flat amount. Required when there is one, refused when there is none
//	when             always, if_used, once: in every billing period, in those with usage that matches, or in the one
//	                 in which the price begins
//
// JSON with the same keys is read too, by a reader of its own: a card of 10,000
// prices in a tenth of a second. It reads what JSON is; of two equal keys, of
// half a surrogate pair and of bytes that are no UTF-8 it says so.
//
// A scalar that stands for a text is taken as it is written, with or without
// quotes: region: no is the region "no", and version: 2026.10 keeps its zero.
// Only nothing at all (~, null, an empty value) is no text.
//
// # More models
//
// A price has exactly one model. Besides per_unit, graduated and flat there are:
//
//	volume:     [{up_to: 10, price: 5}, {price: 4}]       # all units at the price of the tier they reach
//	package:    {size: 10, price: 15, parts: charge}      # parts: charge or waive a package that is not full
//	stairstep:                                            # one amount for all that is used
//	  - {limits: [{meter: compute.instance.time, up_to: 100}], amount: 10}
//	  - {amount: 30}
//	percentage: {rate: 1.3, fixed: 2, free_events: 3, free_units: 250, minimum: 1.75, maximum: 12}
//	dynamic:    {label: bid, factor: 1}                   # the price is the number in a label of the usage
//	spot:       [{from: 2026-11-01T00:00Z, price: 0.10}, {from: 2026-11-01T01:00Z, price: 0.12}]
//
// Tiers may have a block, which is sold whole: price is then for a block. Beside
// tiers stand on_zero, bounds (inclusive, the default, or exclusive: a quantity
// equal to up_to is in the tier above), and for volume sized_by, a label whose
// number chooses the tier of each row, such as the length of a request's input.
//
// # Terms
//
// Around the model stand terms, in any order. They apply in one order, that of
// this list; testdata/good/every-term.yaml has each of them once.
//
//	key              what it does
//	group            usage has one price in each group: a surcharge beside a price
//	during           {zone, months: [jul], hours: ["09:00-12:00"], weekdays: [mon], days: workdays or restdays,
//	                 holidays: {name, off: [dates], work: [dates]}}: when the price is for usage
//	meters           [{meter, unit, factor}]: more meters, and what one of their units counts for
//	scope            {window: hour, day or row; by: [account, resource, sku, region]; label}: what has
//	                 running totals of its own
//	gather           sum; peak: the highest row; or percentile: the row that a percentage of all are at or below
//	percentile       with gather: percentile. Of n rows the highest n·(100 − p)/100, cut to a whole number, are dropped
//	ratchet          {percent, periods}: with a peak or percentile of the billing period, at least so much of the highest
//	                 demand of so many billing periods before ([accounting.Contract].Demands), at the end of it
//	prorate          time, days, days-inclusive, 30-days, 365-days-over-12: take a row, or a flat price,
//	                 for the share of the billing period that it covers
//	convert          {multiply, divide, mode, places, parts}: units of usage into units of billing;
//	                 with mode and places rounded, as a running total or, with parts: apart, row by row
//	free             units that cost nothing, in each scope
//	factor           times the amount
//	power_factor     {reactive: METER, steps: [{ratio, percent}]}: a change by reactive over active energy
//	discount         {percent, amount}: a percentage off, then an amount off; percent below 0 adds
//	maximum          at most this, in each scope
//	commitment       {amount or units, overage, true_up, idle}: what is beyond it costs overage times as
//	                 much; what is not used is true_up, charge or waive, and windows without usage idle, likewise. Units
//	                 are for models that cost something by units alone, and not for those that go by rows or by meters
//	minimum          at least this, charged at the end of the billing period
//	prorate_minimum  the minimum and commitment for the share of the billing period that the price is in force;
//	                 in a scope of hours, days or rows they are due in full
//
// A card may round the month's total once more, month: {mode, places} within
// rounding; what that cuts off is a charge of its own. A rounding that changes
// is rounding_changes: [{from, rounding}].
//
// A card may change its bill by the power factor of the billing period, as
// utilities do; the charge is one of its own:
//
//	power_factor: {id: power-factor, service: energy, active: energy.facility, reactive: energy.reactive,
//	  prices: [peak, flat, valley, demand],               # what it is a percentage of; all that is left out
//	  steps: [{ratio: 0.4843, percent: 0}, {percent: 5}]} # reactive over active, itself included
//
// Two tariffs of energy show that and the rest, with their sources: an industrial
// one with sharp, peak, flat and valley hours, demand or capacity, and the power
// factor (testdata/good/hubei-2026-01.yaml), and a western one with seasons and
// demands of their hours (testdata/good/pge-b19-2026-03.yaml).
//
// # Policies
//
// Where billing systems differ the card says which way it is:
//
//	zero-usage flat amounts         on_zero: charge or waive; when: always or if_used
//	a started package               parts: charge or waive
//	a quantity on a bound           bounds: inclusive or exclusive
//	rounding by line or by bill     rounding.level, and rounding.month
//	converted parts of a quantity   convert.parts: together (the default) or apart (OpenMeter)
//	the length of a month           prorate: time, days, 30-days, 365-days-over-12, days-inclusive (flexprice)
//	windows without usage           commitment.idle: charge or waive
//	which sample a percentile is    the nearest rank, of the rows there are; package peak of metering has the other
//	                                rules and makes one row of what they come to, for per_unit or gather: peak
//
// Ranges of whole numbers with gaps between them (0 to 10, 11 to 20: Lago) are
// tiers up to 10 and up to 20, which cost the same and have no gap for 10.5.
//
// # Overlays
//
// A contract has a list card and may have a negotiated one over it. A negotiated
// price takes the place of the list's for the usage that it matches, while it is
// in force; outside of that time the list price is charged. With replaces it
// does so for the usage of that one list price alone, whatever else it matches,
// and comes before one without that is as specific. A flat price takes the place of the list's flat
// price that it replaces, or else of the one with its id. A charge says which
// list price it stands for and what that asks. [LintOverlay] looks at both cards.
//
// # JSON
//
// [Schema] is a JSON Schema of the text, in JSON or YAML. Every card that is read
// fits it.
//
// # Which price is for what usage
//
// A price says by match which usage it is for; the most specific one wins
// ([accounting.Match]). Two prices with the same match while both are in force
// are a fault, as is an id that two prices have at one time. Prices of one id
// that are in force one after the other are one price that changed, and keep
// their unit. Flat prices do not compete for usage, so several may have one
// match. Labels can also make
// two different matches cover the same usage with neither more specific; that
// depends on the usage, and rating refuses it when it meets some.
//
// Prices with a schedule are told apart when usage comes: of one match, one with
// a schedule is more specific than one without, and two at one time are refused
// then.
//
// # Review
//
// [Lint] tells a reviewer what is wrong with a card or may be, each with a
// [Rule] for programs, a severity and a suggestion: tiers by volume at which the bill falls as use
// grows, tiers that a maximum makes unreachable, holes in time, labels that make
// prices compete, prices that round to nothing. [LintOverlay] holds a negotiated
// card to the list card it stands over: what it replaces has to be there, and
// their usage and times have to meet. [Curve] is what a price asks for growing
// use, exact at every bound and a grain beyond, for tables and charts.
//
// # Room for more
//
// Later models and terms are further keys, and change nothing of what stands
// here. A key left out means what leaving it out means today. As unknown keys
// are refused, a card that uses a later key is never billed by a reader that
// does not know it, so the text needs no number of a format version.
//
// # Exactness
//
// A number is read from its characters, never through a float: 18.90 is
// 1890·10⁻², and 0.123456789012345678 keeps every digit. What is accepted is
// [-]digits[.digits] without leading zeros, in quotes or not; exponents, plus
// signs, separators, other bases, NaN and infinities are refused. An amount
// has to fit [money.Money], and a bound is converted to the meter's grain when
// the card is checked, so that neither is found out when a bill is due.
//
// Laws, each with a property test: Parse(Print(card)) = card;
// Print(Parse(Print(card))) = Print(card); cards that are equal print the same
// bytes (FuzzCard_Print_Parse). To that end numbers are printed without trailing zeros (18.90 as
// 18.9) and times in UTC; comments are not kept.
//
// # Errors
//
// Each function fails with [Faults] and nothing else. A text that is not
// YAML, or is beyond a limit, has one fault; a text that is YAML has all its
// faults found in one go: a value that cannot be read is reported and the rest
// is checked without it. A fault names line, column, path, the value clipped to 64
// bytes, and what is wanted, with the nearest accepted word where one is near.
//
// Nothing is returned for a price that costs nothing, for a card that is no
// longer or not yet in force, or for usage that no price matches: that is for
// rating to find.
//
// # Limits
//
//	text                   1 MiB, UTF-8, no control characters
//	nesting                16
//	prices                 10,000, of which YAML has room for about 5,000 and JSON for all
//	tiers                  10,000 in all
//	keys, values, comments about 110,000, a comment counting for four; 200,000 in JSON
//	one value              16 KiB of text before the limits of its kind
//	a number               38 significant digits, 18 after the point
//	SKU, region            256 bytes
//	labels                 those of metering.Labels
//	faults listed          100; the rest are counted
//
// Of YAML, mappings, lists and scalars are read. Anchors, aliases, merge keys,
// tags, directives, a second document, and keys that come twice are refused,
// and so are the line separators that YAML 1.1 has and 1.2 has not (U+2028,
// U+2029), outside of escapes. Text beyond 1 MiB, nesting and counts are
// checked before the YAML parser sees them or can recurse on them: the costliest
// text found within the limits takes it about 0.1 s and 50 MB, a number of a
// megabyte is refused in a millisecond.
//
// The functions keep no state and may be called from many goroutines. A card
// must not be changed while it is being checked or printed.
//
// # Design
//
// The nouns (Card, Price, Match, Tier, the models) live in package accounting,
// not here, since rating needs them and needs no text: a program whose prices
// are Go literals depends on no YAML parser to rate.
//
// A model is a key (per_unit: 18.90) rather than a field beside others (type:
// per_unit, amount: 18.90). With a type, every field of every model is allowed
// on every price until someone checks, and a price has to be read twice to be
// understood; with a key there is nowhere to put a field that does not belong.
//
// The parser is go.yaml.in/yaml/v3, read as nodes. goccy/go-yaml was turned
// down: it reads 0.12345678901234567890123456789 through float64 before anyone
// sees its digits. Unmarshalling into structs was turned down as well, since it
// stops at the first fault or loses where the value stood, and has no word for
// "unknown key; did you mean per_unit?". yaml/v3 follows YAML 1.1 in places;
// those that could change a value are refused (see Limits) or do not matter, as
// scalars are taken by their characters and not by the type guessed for them.
//
// One set of rules checks cards from text and from Go: the text is read into a
// card, and the rules run over the card with the nodes at hand to tell where
// each value stood. A reader that checks as it reads was turned down because
// its rules would have to be written twice.
package ratecard
