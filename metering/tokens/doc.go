// Package tokens turns what AI models say of the tokens of a request into one event.
//
//	response, err := tokens.Anthropic().ParseResponse(body)
//	event, err := response.Usage.Event(tokens.Request{
//		Account: "acme/chat", Source: "gateway", ID: response.ID, At: received,
//		Model: response.Model, Labels: response.Labels,
//	})
//	agg := metering.NewAggregator()
//	err = agg.Record(event) // once, however often it is sent
//
// # Classes
//
// [Usage] counts tokens by [Class]: input, what was read from a cache, what was
// written to one, by how long it is kept, output, reasoning, audio, images,
// video and rejected predictions. Each token is in one class, so that a price
// for each class prices each token once. What a card does not tell apart is
// counted together by [Usage.Fold].
//
// Every class has a meter of its own in [metering.DefaultCatalogue], which
// [Class.Meter] names.
//
// # Shapes
//
// APIs count in three styles, and a sum over their fields counts tokens twice:
//
//   - Subset: cached tokens are among the prompt's (OpenAI, Bailian, Gemini).
//   - Disjoint: cached tokens are beside the input (Anthropic).
//   - Partition: hits and misses make up the prompt (DeepSeek).
//
// A [Shape] says of each field which others count the same tokens. What a field
// alone counts is its count less what the fields within it alone count. That
// one rule reads all three styles, and counts that are within two others, as
// cached audio is both cached and audio. A new API is a value or a file of
// JSON, for [NewParser], and no code.
//
// # Responses and streams
//
// [Parser.Parse] reads a usage object, [Parser.ParseResponse] a whole response
// with its id, model and what else prices depend on, and [Parser.Stream] the
// events of a stream. Counts in a stream are running totals: the last word on a
// member holds, and nothing is added up. [Parser.Counts] reads the attributes
// of a span.
//
// # Events
//
// [Usage.Event] makes an event of kind metering.Amount with one request and an
// item for each class that is not zero; the model is the SKU. Its identity is
// the response's id, so that a report which arrives again counts once, and one
// with other counts, or another time, is metering.ErrConflict. Where a price list goes by the
// length of a request's input, [Request.Tiers] puts the tier in a label: sums
// over requests no longer tell.
//
// # Exactness
//
// Counts are whole numbers of 64 bits and totals of 128. No float is used
// anywhere, and nothing is rounded. The classes of usage that was read sum to
// the counts that are within no other.
//
// Where an API says neither how many of the cached tokens were audio, images or
// video, nor the counts themselves ([Field.Overlaps]), as few as possible are
// taken to be both, and those count as cached. It is the one assumption made;
// where it leaves open which modality it is, usage is refused.
//
// # Errors
//
// Counts that cannot all be true are a *[SumError], with the count that was
// given, its parts and their sum; it wraps [ErrContradiction]. Everything else
// is a *[FieldError] with what was given and what is wanted, and wraps one of
// the conditions of this package; metering.ErrOverflow excepted. Nothing is
// returned beside an error, so that nothing is recorded.
//
// A count is written in digits. Fractions, exponents, signs and strings are
// refused even where they say a whole number, and so is a member that is given
// twice, since readers of JSON differ in which one they take.
//
// Null is as good as absent. Members that the shape does not have are passed
// over, unless the parser is strict ([Parser.Strict]). A count that is required
// may be absent where the total shows it to be 0, as that of an embedding's
// output is. Parts of a partition that are all given have to sum to it; when one
// is not, what is left is of the whole's class. So it is in a stream where the
// whole was said again and the parts were not.
//
// # Limits
//
//   - A usage object has at most 64 KiB ([MaxUsageBytes]), a response or event
//     16 MiB ([MaxResponseBytes]), which are refused before they are looked at.
//   - A shape has 64 fields and 256 members. Arrays are read by a member that
//     names the element, and an element is there once.
//   - What is not counted in tokens is not read: web searches and other tools,
//     seconds of audio, the time for which a cache is kept.
//   - Batch factors, service tiers and times of day are prices. The event has
//     the time, and the labels what the response says of the rest.
//   - A stream that was broken off may have made more than it told; see
//     [Stream.SoFar] and [Request.Estimated].
//   - Counts in a stream may fall: gateways open with an estimate. A response
//     with the usage of several models is refused where the shape knows of it.
//   - A Parser is safe for concurrent use, a Stream is for one goroutine.
//   - The shapes are those of November 2026. A field that an API adds is passed
//     over until its shape has it; in a test of the adapter, be strict.
//
// # Laws
//
// Each is a property or fuzz test; -laws.n sets how many cases a property
// test tries and -laws.seed repeats them.
//
//   - Usage of which the classes are known, told as an API tells it, is read as
//     those classes: TestLaw_Parse_GivesTheClassesBack.
//   - Counts that agree are read as what they say, and those that do not are
//     refused: TestLaw_Parse_IsWhatTheOracleSays, FuzzParse_SameAsOracle.
//   - No text makes a parser panic, and a strict one reads the same or refuses:
//     FuzzParse_AllShapes.
//   - The last word of a stream is what it comes to:
//     TestLaw_Stream_LastWordHolds.
//   - Totals, sums and folds keep every token:
//     TestLaw_Usage_SumsAreOfTheClasses.
//   - The items of an event are the usage, and one request:
//     TestLaw_Event_ItemsAreTheUsage.
//
// # Design
//
//   - Usage is a struct of classes and not the counts as they came: whoever has
//     those has to know of each API which includes which, and will forget it in
//     one place.
//   - The way counts include each other is data, in one tree for all APIs. A
//     function for each was turned down: each is a place to subtract wrongly.
//   - An event has the total nowhere. To price the total or the parts, and never
//     both, is a rule that nobody can break when there is no total.
//   - Reasoning is a class of its own although most price it as output: some
//     lists do not, and counts that were added up cannot be taken apart.
//   - A cache write whose lifetime is not told is of a class of its own. To take
//     it for five minutes would be a guess, at a price of 1.25 instead of 2.
//   - encoding/json alone was turned down for reading: it takes the last of two
//     members of one name, matches names in any case, and needs a struct for each
//     API. It checks that the text is JSON; a walk over what is then known to be
//     valid needs no bounds, no allocation and no recursion beyond the shape.
//   - Unknown members are passed over by default, since APIs add some every
//     month and metering must not stop for it.
package tokens
