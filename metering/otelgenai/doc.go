// Package otelgenai meters the tokens of AI requests from the spans that
// instrumentations make of them.
//
//	processor, err := otelgenai.New(recorder, otelgenai.ByAttribute("tenant.id"))
//	tracers := sdktrace.NewTracerProvider(
//		sdktrace.WithSampler(sdktrace.AlwaysRecord(sampler)), // else what is not sampled is not metered
//		sdktrace.WithSpanProcessor(processor))
//	defer tracers.Shutdown(ctx)
//
// # Spans
//
// A span that has token usage by the semantic conventions for generative AI
// (gen_ai.usage.input_tokens, output_tokens, cache_read.input_tokens,
// cache_creation.input_tokens, reasoning.output_tokens, and the deprecated
// prompt_tokens and completion_tokens) becomes one event of metering/tokens: a
// request, and an item for each class of tokens. The model is gen_ai.response.model,
// or gen_ai.request.model without one, and the time is the span's end. The provider
// (gen_ai.provider.name, or the deprecated gen_ai.system) is the label "provider"; a
// service tier that the response names is "service-tier". Other attributes that begin
// with gen_ai.usage are passed over, such as a cost that an instrumentation adds.
//
// Spans of agents, workflows and tools are passed over: the usage they repeat is
// that of the model's own spans below them.
//
// # Identity
//
// An event's id is the response's (gen_ai.response.id), so that a response which
// two instrumentations report, or a span that is delivered again, counts once. A
// span without one has its trace's and its own id. Where two spans of one response
// differ, be it in their end, the first stands and the other is a conflict.
//
// # Accounts
//
// Whose tokens they are says a function that is handed in, of the span and its
// resource ([Accounts]); [ByAttribute] is the common one. [WithRequest] fills in the
// rest: a region, labels, tiers.
//
// # Sinks
//
// Events go to a [Sink]: a journal's recorder as it is, or an aggregator
// ([Aggregator]). OnEnd puts the span into a queue and returns; a goroutine reads
// spans and records them in batches. A sink that fails is tried again with the same
// events, which their identities make safe, until it succeeds or the processor is
// shut down. Nothing in here blocks or ends a span, whatever sink and functions do:
// what they panic with is a refusal.
//
// # Exactness
//
// Counts are whole numbers of 64 bits and are never guessed: a span that contradicts
// itself, or leaves a count out, is refused and not taken for 0. Only an embedding
// has no output. Of a span whose attributes were dropped by a limit, the event is
// marked as estimated.
//
// # Errors
//
// What is refused is counted by reason in [Processor.Health], which
// metering/otelmeter shows, and told to [WithRefusals]. Spans that find the queue
// full are dropped, and counted. [Processor.Shutdown] returns a *[LossError] with
// the events that were not recorded.
//
// # Limits
//
//   - What is not recorded is not metered: a sampler drops spans before a processor
//     sees them. sdktrace.AlwaysRecord around it has the SDK hand over all spans
//     without exporting more.
//   - The queue is in memory. What is in it when the process ends without Shutdown is
//     lost, as any span is; a span waits whole, with its events. Who must not lose a request records it before it
//     answers, by metering/tokens, and reconciles by this.
//   - Counts are those the instrumentation wrote. By the conventions input includes
//     what was read from a cache; instrumentations that leave it out contradict
//     themselves where the cache had more, and are not noticed otherwise.
//   - Identities are a tenant's: a response that two spans put under two tenants
//     counts for both.
//
// # Laws
//
//   - Whatever the order, repetition and failures, what is counted is each response
//     once: TestLaw_Processor_EachResponseOnce.
//   - A span reads as the classes it was made of: TestLaw_Event_GivesTheClassesBack.
//
// # Design
//
// A processor and not an exporter: exporters see what is sampled, and in batches
// that the SDK drops under load without telling.
//
// Recording in OnEnd was turned down: it would have a request wait for a disk.
//
// The metric gen_ai.client.token.usage was turned down: it has no identity.
package otelgenai
