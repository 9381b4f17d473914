// Package cloudevents reads and writes metering events as CloudEvents 1.0 JSON.
//
//	tokens, err := metering.DefaultCatalogue().Lookup(metering.InputTokens)
//	mapping, err := cloudevents.NewMapping(cloudevents.Rule{Type: "request", Amounts: []cloudevents.Amount{{
//		Meter: tokens, Unit: metering.MustUnit("{token}"), Value: cloudevents.Data("/tokens"), SKU: cloudevents.Data("/model")}}})
//	events, err := cloudevents.NewDecoder(body, cloudevents.WithMapping(mapping))
//	for event, err := range events.Events() {
//		if err == nil {
//			err = agg.Record(event)
//		}
//		…
//	}
//
// # Attributes
//
// [Marshal] writes an event so that whoever knows CloudEvents can route and
// deduplicate it, and [Unmarshal] reads back exactly what it was:
//
//   - id and source are the event's ID and Source. CloudEvents takes an event to
//     be the same by both; package metering by these and the tenant.
//   - subject is the account, its first segment the tenant.
//   - type is the kind, by name and version: [TypeAmount] and the others.
//   - time is the event's, in UTC and to the nanosecond.
//   - data is an object of what is left: resource, region, labels, items (meter,
//     sku, quantity), estimated, adjusts and reason, without those that are empty.
//     A quantity is the text of [metering.Quantity]: "1500 {token}".
//
// A source has to be a URI-reference (RFC 3986, clause 4.1), which "gateway" and
// "/nodes/7" are and "node 7" is not. What is none is written with its bytes
// escaped behind a scheme of its own, com.meterbook.source:node%207, and read
// back as it was. No two sources are written as one, and none is read from two
// spellings.
//
// # Events of other producers
//
// A [Mapping] has a [Rule] for each type: which meters the event counts, in which
// units, and where in the data or the attributes ([Field]) the numbers and the
// texts are. Places in the data are JSON Pointers (RFC 6901). The account is the
// subject unless the rule says otherwise. A number is a JSON number or a string
// that is exactly one, in any notation that JSON has: 123, "0.25", 1.2e3.
//
// # Streams and batches
//
// A [Decoder] reads one event, a batch or events on lines, and keeps one of them
// in memory. What is wrong with an event is told in its place, and those behind
// it follow. [UnmarshalBatch] is all or none. An [Encoder] writes a batch.
//
// # Exactness
//
// No float is used anywhere. A decimal becomes grains by
// [metering.QuantityOf]: what falls between two grains is metering.ErrInexact,
// and what leaves 128 bits metering.ErrOverflow. Nothing is rounded or cut, nor
// is a time: what falls between two nanoseconds is metering.ErrInexact too.
//
// Events of one body, whatever the order of their items and the location of
// their time, are the same bytes. Reading what was written gives the event with
// its items in order and its time in UTC, which is the same body: it counts once.
//
// # Errors
//
// A fault is an *[AttributeError] with the attribute or the place in the data,
// the value and the fix. It wraps one of the conditions of this package
// ([ErrMissing], [ErrValue], [ErrTime], …), a *[TypeError] for a type that is not
// known, a *[LimitError], or what package metering refuses. All faults of an
// event are told together, up to 16, but those of JSON itself, which end the
// look at an event: [ErrSyntax], [ErrDuplicate], [ErrText] and depth. Nothing is
// returned of an event that has a fault.
//
// In a stream or a batch a fault is within an *[EventError] with the event's
// index and offset. Text that is not JSON ends the stream, for nobody knows
// where the next event begins. Of an event that is too long or too deep only
// the brackets and quotes are looked at, to find its end.
//
// # Limits
//
//   - An event has at most 262,144 bytes ([WithMaxEventBytes]) and 16 levels
//     ([WithMaxDepth]), a batch 10,000 events ([WithMaxEvents]). What is longer is
//     passed over and not kept; how many bytes a stream has in all is for the
//     caller to bound, by [io.LimitReader] or http.MaxBytesReader.
//   - A number has at most 200 bytes, a pointer 256. Other names are as long as
//     package metering lets them be.
//   - Attributes are the strings of CloudEvents: an account or id with one of the
//     66 noncharacters of Unicode, such as U+FFFE, cannot be written.
//   - A time is required, where CloudEvents lets it be absent: that of arrival
//     would be another one each time the event arrives.
//   - Extension attributes and dataschema are checked and passed over; an Event
//     has no place for them. Whatever data of this package's types has besides
//     what is listed above is refused.
//   - A rule makes events of kind amount. Texts are JSON strings or attributes.
//   - Only the structured mode is here, as bytes: [MediaType] and
//     [BatchMediaType] are for whoever speaks HTTP. Of datacontenttype's
//     parameters nothing is asked.
//   - Whether a meter is in a catalogue and takes a negative amount is the
//     aggregator's to say.
//   - A stream that was cut off between two events on lines reads as a shorter
//     one. A batch has an end.
//   - A [Mapping] is safe for concurrent use; a Decoder and an Encoder are for
//     one goroutine at a time.
//
// # Laws
//
// Each is a property or fuzz test; -laws.n sets how many cases a property
// test tries and -laws.seed repeats them.
//
//   - An event comes back as it went, and its text as it was:
//     TestLaw_Event_Marshal_Unmarshal, FuzzEvent_Marshal_Unmarshal.
//   - One body is one text, and two bodies are two: TestLaw_Event_EqualBytes.
//   - The attribute of any source is a URI-reference and the source's alone:
//     TestLaw_Source_URIReference.
//   - Any text is the event that encoding/json and the rules of CloudEvents find
//     in it, or is refused: TestLaw_Unmarshal_IsWhatTheOracleSays,
//     FuzzUnmarshal_SameAsEncodingJSON.
//   - A number is the grains that rational arithmetic finds:
//     TestLaw_Mapping_NumbersAreExact.
//   - A batch, lines and events one by one are the same events and the same
//     faults, in any pieces: TestLaw_Decoder_EachEventInItsPlace.
//
// # Design
//
//   - The SDK of CloudEvents (sdk-go) was turned down: more modules, for what is
//     an object of a dozen members, and how its data is read is still to be said.
//   - encoding/json was turned down for reading. Of a name given twice it takes
//     the last, in any case of letters, and for broken text it puts U+FFFD: two
//     readers of one event would then count two things. Its Number is exact and
//     would do.
//   - Package time was turned down for reading times, package net/url for
//     URIs: both read much that the standards do not have, such as hours of one
//     digit, an offset of 24 hours and "a b".
//   - A source that is no URI-reference could be refused; sources are names that
//     programs already have, and an event that can be counted and not be sent is
//     half of one. Escaping in place, node%207, would make it one with a source
//     that is called so. An extension attribute with the source as it is would
//     leave source and id, which is what everyone else deduplicates by, the same
//     for both.
//   - A quantity is text with its unit, and not a number: numbers pass through
//     floats on their way, and 64 bits of grains are two minutes of a card.
//   - The kind is the type and not a member of the data, since brokers route by
//     type. A version is part of it; a kind that the package does not know is
//     refused, for its events may have fields that would be lost.
//   - A text that is missing is a fault unless the rule says Optional, so that
//     usage never loses its SKU, and so its price, quietly.
//   - Fields are found by JSON Pointer. JSONPath, which OpenMeter has, selects
//     sets of values; an amount is one.
//   - Faults do not end a batch, as they do a file in package csvbatch: events
//     have an identity, so that the good ones can be recorded and all be sent
//     again.
package cloudevents
