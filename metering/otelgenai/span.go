package otelgenai

import (
	"errors"
	"fmt"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/tokens"
)

// Names of the semantic conventions for generative AI, which are in development
// and in no package for Go; see
// https://github.com/open-telemetry/semantic-conventions-genai.
const (
	usagePrefix      = "gen_ai.usage."
	operationName    = "gen_ai.operation.name"
	responseID       = "gen_ai.response.id"
	responseModel    = "gen_ai.response.model"
	requestModel     = "gen_ai.request.model"
	providerName     = "gen_ai.provider.name"
	system           = "gen_ai.system" // deprecated: the provider's name
	serviceTier      = "openai.response.service_tier"
	serviceTierOld   = "gen_ai.openai.response.service_tier" // deprecated
	outputTokens     = "gen_ai.usage.output_tokens"
	completionTokens = "gen_ai.usage.completion_tokens" // deprecated
	embeddings       = "embeddings"
)

// Labels of events.
const (
	ProviderLabel    = "provider"
	ServiceTierLabel = "service-tier"
)

// Conditions, found with [errors.Is]. Others are those of metering/tokens and of
// the sink.
var (
	// ErrNoAccount: the span does not say whose tokens they are.
	ErrNoAccount = errors.New("otelgenai: no account")
	// ErrType: an attribute that is to be a whole number or a text is none.
	ErrType = errors.New("otelgenai: attribute of another type")
	// ErrPanic: a function that was handed in, or the sink, panicked.
	ErrPanic = errors.New("otelgenai: panic")
)

// Accounts says whose tokens a span reports, by its attributes or its resource's.
// An error, or an account that is not valid, refuses the span. It is called from
// the processor's own goroutine, and from that of a Shutdown that cannot wait.
type Accounts func(span sdktrace.ReadOnlySpan) (metering.Account, error)

// ByAttribute takes the account from the span's attribute of that name, or from its
// resource's where the span has none. Without either it is [ErrNoAccount].
func ByAttribute(name string) Accounts {
	return func(span sdktrace.ReadOnlySpan) (metering.Account, error) {
		for _, kv := range span.Attributes() {
			if string(kv.Key) == name {
				return account(kv)
			}
		}
		if v, ok := span.Resource().Set().Value(attribute.Key(name)); ok {
			return account(attribute.KeyValue{Key: attribute.Key(name), Value: v})
		}
		return "", fmt.Errorf("%w: the span has no attribute %q, nor has its resource", ErrNoAccount, name)
	}
}

func account(kv attribute.KeyValue) (metering.Account, error) {
	if kv.Value.Type() != attribute.STRING {
		return "", fmt.Errorf("%w: %s is %v, want a text", ErrType, kv.Key, kv.Value.Type())
	}
	return metering.Account(kv.Value.AsString()), nil
}

// verdict says what a span is to a meter.
type verdict uint8

const (
	foreign verdict = iota // has no usage
	nested                 // repeats the usage of spans below it
	request                // a model's answer
)

// look tells spans apart, at the cost of a walk over their attributes.
func look(span sdktrace.ReadOnlySpan) verdict {
	v, repeats := foreign, false
	for _, kv := range span.Attributes() {
		switch {
		case strings.HasPrefix(string(kv.Key), usagePrefix):
			v = request
		case kv.Key == operationName && kv.Value.Type() == attribute.STRING:
			switch kv.Value.AsString() {
			case "invoke_agent", "create_agent", "execute_tool", "invoke_workflow":
				repeats = true
			}
		}
	}
	if v == request && repeats {
		return nested
	}
	return v
}

// read returns the event of a span.
func (c *config) read(span sdktrace.ReadOnlySpan) (metering.Event, error) {
	counts := make(map[string]int64, 8)
	texts := make(map[attribute.Key]string, 8)
	for _, kv := range span.Attributes() {
		switch {
		case strings.HasPrefix(string(kv.Key), usagePrefix):
			n, err := c.count(kv)
			if err != nil {
				return metering.Event{}, err
			}
			counts[string(kv.Key)] = n
		case kv.Value.Type() == attribute.STRING:
			texts[kv.Key] = kv.Value.AsString()
		}
	}
	if _, told := counts[completionTokens]; !told && texts[operationName] == embeddings {
		if _, told := counts[outputTokens]; !told {
			counts[outputTokens] = 0
		}
	}
	usage, err := c.parser.Counts(counts)
	if err != nil {
		return metering.Event{}, err
	}
	r := tokens.Request{Source: c.source, ID: texts[responseID], At: span.EndTime(), Model: first(texts, responseModel, requestModel),
		Estimated: span.DroppedAttributes() > 0}
	if r.ID == "" {
		r.ID = "span " + span.SpanContext().TraceID().String() + " " + span.SpanContext().SpanID().String()
	}
	if r.Account, err = c.accounts(span); err != nil {
		return metering.Event{}, err
	}
	if r.Account == "" {
		return metering.Event{}, ErrNoAccount
	}
	var pairs []string
	if provider := first(texts, providerName, system); provider != "" {
		pairs = append(pairs, ProviderLabel, provider)
	}
	if tier := first(texts, serviceTier, serviceTierOld); tier != "" {
		pairs = append(pairs, ServiceTierLabel, tier)
	}
	if r.Labels, err = metering.NewLabels(pairs...); err != nil {
		return metering.Event{}, err
	}
	if c.request != nil {
		c.request(span, &r)
	}
	return usage.Event(r)
}

// count returns the count of an attribute of the usage. One that the parser does
// not know need not be a number, such as the cost that some instrumentations add:
// as any other count that it does not know, it is passed over, or refused by its
// name where the parser is strict.
func (c *config) count(kv attribute.KeyValue) (int64, error) {
	switch {
	case kv.Value.Type() == attribute.INT64:
		return kv.Value.AsInt64(), nil
	case c.known[string(kv.Key)]:
		return 0, fmt.Errorf("%w: %s is %v, want a whole number", ErrType, kv.Key, kv.Value.Type())
	}
	return 0, nil
}

func first(texts map[attribute.Key]string, names ...attribute.Key) string {
	for _, n := range names {
		if t := texts[n]; t != "" {
			return t
		}
	}
	return ""
}
