package tokens_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/tokens"
)

// check stands for what a program does with an error.
func check(err error) {
	if err != nil {
		panic(err)
	}
}

var received = time.Date(2026, 10, 5, 9, 0, 0, 0, time.UTC)

func Example() {
	body := []byte(`{"id":"msg_01","model":"m-large","content":[],"usage":{
		"input_tokens":1000,"cache_read_input_tokens":10000,"cache_creation_input_tokens":3000,
		"cache_creation":{"ephemeral_5m_input_tokens":2000,"ephemeral_1h_input_tokens":1000},"output_tokens":500}}`)
	response, err := tokens.Anthropic().ParseResponse(body)
	check(err)
	event, err := response.Usage.Event(tokens.Request{
		Account: "acme/chat", Source: "gateway", ID: response.ID, At: received,
		Model: response.Model, Labels: response.Labels,
	})
	check(err)
	agg := metering.NewAggregator()
	check(agg.Record(event))
	check(agg.Record(event)) // sent again: counts once
	for usage, err := range agg.Usage(metering.MustPeriod("2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z")) {
		check(err)
		fmt.Println(usage.Key.Meter, usage.Key.SKU, usage.Quantity)
	}
	fmt.Println(response.Usage.TotalInput(), "of input")
	// Output:
	// ai.requests m-large 1 1
	// ai.tokens.cache-write-1h m-large 1000 {token}
	// ai.tokens.cache-write-5m m-large 2000 {token}
	// ai.tokens.cached m-large 10000 {token}
	// ai.tokens.input m-large 1000 {token}
	// ai.tokens.output m-large 500 {token}
	// 14000 {token} of input
}

func ExampleParseOpenAIChat() {
	fmt.Println(tokens.ParseOpenAIChat([]byte(`{"prompt_tokens":1000,"completion_tokens":500,"total_tokens":1500,
		"prompt_tokens_details":{"cached_tokens":300},"completion_tokens_details":{"reasoning_tokens":128}}`)))
	// Output: input 700, cache-read 300, output 372, reasoning 128 <nil>
}

// Counts that contradict each other are refused, with what was given and what
// was expected.
func ExampleSumError() {
	usage, err := tokens.ParseOpenAIChat([]byte(`{"prompt_tokens":1000,"completion_tokens":500,"prompt_tokens_details":{"cached_tokens":1300}}`))
	fmt.Println(usage, errors.Is(err, tokens.ErrContradiction))
	fmt.Println(err)
	if sum, ok := errors.AsType[*tokens.SumError](err); ok {
		fmt.Println(sum.Field, sum.Given, sum.Sum)
	}
	// Output:
	// no tokens true
	// tokens: openai-chat: prompt_tokens is 1000; want at least 1300, the sum of prompt_tokens_details.cached_tokens 1300
	// prompt_tokens 1000 1300 {token}
}

func ExampleParseOpenAIResponses() {
	fmt.Println(tokens.ParseOpenAIResponses([]byte(`{"input_tokens":328,"input_tokens_details":{"cached_tokens":128},"output_tokens":52,"total_tokens":380}`)))
	// Output: input 200, cache-read 128, output 52 <nil>
}

func ExampleParseAnthropic() {
	fmt.Println(tokens.ParseAnthropic([]byte(`{"input_tokens":25,"cache_read_input_tokens":900,"cache_creation_input_tokens":0,"output_tokens":40}`)))
	// Output: input 25, cache-read 900, output 40 <nil>
}

func ExampleParseDeepSeek() {
	fmt.Println(tokens.ParseDeepSeek([]byte(`{"prompt_tokens":1000,"prompt_cache_hit_tokens":640,"prompt_cache_miss_tokens":360,"completion_tokens":500,"total_tokens":1500}`)))
	// Output: input 360, cache-read 640, output 500 <nil>
}

func ExampleParseBailian() {
	fmt.Println(tokens.ParseBailian([]byte(`{"prompt_tokens":2000,"completion_tokens":10,"total_tokens":2010,"prompt_tokens_details":{"cached_tokens":0,"cache_creation_input_tokens":1500}}`)))
	// Output: input 500, cache-write-5m 1500, output 10 <nil>
}

func ExampleParseGemini() {
	fmt.Println(tokens.ParseGemini([]byte(`{"promptTokenCount":100,"cachedContentTokenCount":40,"candidatesTokenCount":20,"thoughtsTokenCount":30,"totalTokenCount":150}`)))
	// Output: input 60, cache-read 40, output 20, reasoning 30 <nil>
}

func ExampleParseOpenTelemetry() {
	fmt.Println(tokens.ParseOpenTelemetry(map[string]int64{
		"gen_ai.usage.input_tokens": 14000, "gen_ai.usage.cache_read.input_tokens": 10000, "gen_ai.usage.output_tokens": 500,
	}))
	// Output: input 4000, cache-read 10000, output 500 <nil>
}

// An API that counts reasoning beside the completion, and not in it, is the
// shape of another with one change.
func ExampleNewParser() {
	shape := tokens.OpenAIChat().Shape()
	shape.Name = "reasoning-apart"
	for i, f := range shape.Fields {
		if f.Class == tokens.Reasoning {
			shape.Fields[i].Within = nil
		}
	}
	parser, err := tokens.NewParser(shape)
	check(err)
	fmt.Println(parser.Parse([]byte(`{"prompt_tokens":32,"completion_tokens":9,"total_tokens":135,"completion_tokens_details":{"reasoning_tokens":94}}`)))
	// Output: input 32, output 9, reasoning 94 <nil>
}

func ExampleParser_Strict() {
	usage := []byte(`{"input_tokens":10,"output_tokens":5,"dream_tokens":7}`)
	fmt.Println(tokens.Anthropic().Parse(usage))
	fmt.Println(tokens.Anthropic().Strict().Parse(usage))
	// Output:
	// input 10, output 5 <nil>
	// no tokens tokens: anthropic: dream_tokens is 7; want only members that the shape has
}

func ExampleParser_Stream() {
	stream := tokens.Anthropic().Stream()
	for _, event := range []string{
		`{"type":"message_start","message":{"id":"msg_01","model":"m-large","usage":{"input_tokens":25,"output_tokens":1}}}`,
		`{"type":"content_block_delta","delta":{"type":"text_delta","text":"Hello"}}`,
		`{"type":"message_delta","usage":{"output_tokens":7}}`,
		`{"type":"message_delta","usage":{"output_tokens":15}}`, // so far, not more
		`{"type":"message_stop"}`,
	} {
		check(stream.Add([]byte(event)))
	}
	response, err := stream.Response()
	check(err)
	fmt.Println(response.ID, response.Model, response.Usage)
	// Output: msg_01 m-large input 25, output 15
}

// A price list that goes by the length of a request's input has to know it for
// each request.
func ExampleUsage_Event_tiers() {
	usage := tokens.Usage{Input: 30000, CacheRead: 10000, Output: 1000}
	event, err := usage.Event(tokens.Request{
		Account: "acme", Source: "gateway", ID: "resp-1", At: received, Model: "m-large",
		Tiers: []int64{32768, 131072, 262144},
	})
	check(err)
	fmt.Println(event.Labels)
	// Output: {input-tokens-up-to="131072"}
}

func ExampleUsage_Fold() {
	usage := tokens.Usage{Input: 700, Output: 372, Reasoning: 128}
	fmt.Println(usage.Fold(tokens.Output, tokens.Reasoning, tokens.RejectedPrediction))
	// Output: input 700, output 500 <nil>
}

func ExampleUsage_Add() {
	fmt.Println(tokens.Usage{Input: 7, Output: 3}.Add(tokens.Usage{Input: 5, Reasoning: 1}))
	// Output: input 12, output 3, reasoning 1 <nil>
}
