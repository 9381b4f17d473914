package tokens_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/tokens"
)

func TestStream(t *testing.T) {
	for _, tt := range []struct {
		name, shape string
		events      []string
		want        tokens.Response
		is          error
	}{
		{"usage in the last chunk", "openai-chat", []string{
			`{"id":"c1","model":"gpt","service_tier":"flex","choices":[{"delta":{"content":"{\"usage\":1}"}}],"usage":null}`,
			`{"id":"c1","model":"gpt","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":3,"total_tokens":12}}`, "[DONE]",
		}, tokens.Response{ID: "c1", Model: "gpt", Usage: tokens.Usage{Input: 9, Output: 3}, Labels: metering.MustLabels("service-tier", "flex")}, nil},
		{"usage not asked for", "openai-chat", []string{`{"id":"c1","choices":[]}`, "[DONE]"}, tokens.Response{}, tokens.ErrNoUsage},
		{"running totals", "openai-chat", []string{
			`{"id":"c1","usage":{"prompt_tokens":9,"completion_tokens":1,"total_tokens":10}}`,
			`{"id":"c1","usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}`,
		}, tokens.Response{ID: "c1", Usage: tokens.Usage{Input: 9, Output: 2}}, nil},
		{"running totals of a message", "anthropic", []string{
			`{"type":"message_start","message":{"id":"msg_1","model":"claude","usage":{"input_tokens":25,"cache_creation_input_tokens":8,"cache_creation":{"ephemeral_5m_input_tokens":8,"ephemeral_1h_input_tokens":0},"cache_read_input_tokens":100,"output_tokens":1}}}`,
			`{"type":"ping"}`,
			`{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"usage"}}`,
			`{"type":"message_delta","delta":{"stop_reason":null},"usage":{"output_tokens":7}}`,
			`{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":25,"cache_creation_input_tokens":8,"cache_read_input_tokens":100,"output_tokens":15}}`,
			`{"type":"message_stop"}`,
		}, tokens.Response{ID: "msg_1", Model: "claude", Usage: tokens.Usage{Input: 25, CacheWrite5m: 8, CacheRead: 100, Output: 15}}, nil},
		{"a cache written to after the parts were told", "anthropic", []string{
			`{"type":"message_start","message":{"id":"msg_1","usage":{"input_tokens":25,"cache_creation_input_tokens":8,"cache_creation":{"ephemeral_5m_input_tokens":8,"ephemeral_1h_input_tokens":0},"output_tokens":1}}}`,
			`{"type":"message_delta","usage":{"input_tokens":90,"cache_creation_input_tokens":20,"output_tokens":15,"server_tool_use":{"web_search_requests":1}}}`,
		}, tokens.Response{ID: "msg_1", Usage: tokens.Usage{Input: 90, CacheWrite5m: 8, CacheWriteOther: 12, Output: 15}}, nil},
		{"and told apart again", "anthropic", []string{
			`{"message":{"usage":{"input_tokens":25,"cache_creation_input_tokens":8,"cache_creation":{"ephemeral_5m_input_tokens":8,"ephemeral_1h_input_tokens":0},"output_tokens":1}}}`,
			`{"usage":{"cache_creation_input_tokens":20,"output_tokens":15}}`, `{"usage":{"cache_creation":{"ephemeral_5m_input_tokens":13,"ephemeral_1h_input_tokens":6},"output_tokens":16}}`,
		}, tokens.Response{}, tokens.ErrContradiction},
		{"a cache of less than its parts", "anthropic", []string{
			`{"message":{"usage":{"input_tokens":25,"cache_creation":{"ephemeral_5m_input_tokens":8,"ephemeral_1h_input_tokens":0},"output_tokens":1}}}`,
			`{"usage":{"cache_creation_input_tokens":7,"output_tokens":15}}`,
		}, tokens.Response{}, tokens.ErrContradiction},
		{"broken off", "anthropic", []string{`{"message":{"id":"msg_1","usage":{"input_tokens":25,"output_tokens":1}}}`}, tokens.Response{}, tokens.ErrUnfinished},
		{"events of a response", "openai-responses", []string{
			`{"type":"response.created","response":{"id":"r1","model":"gpt","usage":null}}`,
			`{"type":"response.completed","response":{"id":"r1","usage":{"input_tokens":5,"output_tokens":6,"total_tokens":11}}}`,
		}, tokens.Response{ID: "r1", Model: "gpt", Usage: tokens.Usage{Input: 5, Output: 6}}, nil},
		{"chunks with the counts so far", "gemini", []string{
			`{"responseId":"g","usageMetadata":{"promptTokenCount":5,"totalTokenCount":5}}`,
			`{"responseId":"g","modelVersion":"gemini","usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":6,"thoughtsTokenCount":7,"totalTokenCount":18}}`,
		}, tokens.Response{ID: "g", Model: "gemini", Usage: tokens.Usage{Input: 5, Output: 6, Reasoning: 7}}, nil},
		{"counts of two events that contradict each other", "openai-chat", []string{
			`{"usage":{"prompt_tokens":9,"completion_tokens":1,"total_tokens":10}}`, `{"usage":{"completion_tokens":2}}`,
		}, tokens.Response{}, tokens.ErrContradiction},
		{"nothing", "openai-chat", nil, tokens.Response{}, tokens.ErrNoUsage},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := parsers()[tt.shape].Stream()
			for _, event := range tt.events {
				require.NoError(t, s.Add([]byte(event)))
			}
			got, err := s.Response()
			require.ErrorIs(t, err, tt.is)
			require.Equal(t, tt.want, got)
		})
	}
}

// TestParser_ParseResponse_Labels: what prices depend on, beside the counts or
// among them.
func TestParser_ParseResponse_Labels(t *testing.T) {
	for _, tt := range []struct{ shape, body, name, value string }{
		{"openai-chat", `{"service_tier":"priority","usage":{"prompt_tokens":1,"completion_tokens":2}}`, "service-tier", "priority"},
		{"openai-responses", `{"response":{"service_tier":"flex","usage":{"input_tokens":1,"output_tokens":2}}}`, "service-tier", "flex"},
		{"anthropic", `{"usage":{"input_tokens":1,"output_tokens":2,"service_tier":"batch"}}`, "service-tier", "batch"},
		{"bailian", `{"usage":{"prompt_tokens":1,"completion_tokens":2,"prompt_tokens_details":{"cache_type":"ephemeral"}}}`, "cache-type", "ephemeral"},
		{"gemini", `{"usageMetadata":{"promptTokenCount":3,"trafficType":"ON_\u0044EMAND"}}`, "traffic-type", "ON_DEMAND"},
	} {
		r, err := parsers()[tt.shape].Strict().ParseResponse([]byte(tt.body))
		require.NoError(t, err)
		require.Equal(t, metering.MustLabels(tt.name, tt.value), r.Labels)
		require.Equal(t, metering.Grains(3, metering.Token), r.Usage.Total())
	}
}

// TestStream_Space: an event that was cut at "\n" of "\r\n", or behind the colon
// of "data: ", is the event.
func TestStream_Space(t *testing.T) {
	s := tokens.OpenAIChat().Stream()
	for _, event := range []string{" {\"id\":\"c1\",\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":1}}\r", "[DONE]\r", " [DONE]", "[DONE]\n"} {
		require.NoError(t, s.Add([]byte(event)), "%q", event)
	}
	r, err := s.Response()
	require.NoError(t, err)
	require.Equal(t, tokens.Usage{Input: 9, Output: 1}, r.Usage)
}

// TestStream_SoFar: what is known of a stream that was broken off.
func TestStream_SoFar(t *testing.T) {
	s := tokens.Anthropic().Stream()
	_, err := s.SoFar()
	require.ErrorIs(t, err, tokens.ErrNoUsage)
	require.NoError(t, s.Add([]byte(`{"message":{"id":"msg_1","usage":{"input_tokens":25,"output_tokens":1}}}`)))
	r, err := s.SoFar()
	require.NoError(t, err)
	require.Equal(t, tokens.Response{ID: "msg_1", Usage: tokens.Usage{Input: 25, Output: 1}}, r)
}

// TestStream_Refused: an event that is refused changes nothing.
func TestStream_Refused(t *testing.T) {
	s := tokens.OpenAIChat().Stream()
	require.NoError(t, s.Add([]byte(`{"id":"c1","usage":{"prompt_tokens":9,"completion_tokens":1}}`)))
	for _, tt := range []struct {
		event string
		is    error
	}{
		{`{"id":"c2","usage":{"prompt_tokens":1,"completion_tokens":1}}`, tokens.ErrContradiction},
		{`{"id":"c1","usage":{"prompt_tokens":1,"completion_tokens":-1}}`, tokens.ErrCount},
		{`{"id":"c1","usage":{"prompt_tokens":1},"usage":{}}`, tokens.ErrDuplicate},
		{`{"id":7,"usage":{"prompt_tokens":1}}`, tokens.ErrSyntax},
		{`{"id":"` + strings.Repeat("x", 1025) + `"}`, tokens.ErrSize},
		{`{"usage":[]}`, tokens.ErrSyntax},
		{`null`, tokens.ErrNoUsage},
		{`data: {}`, tokens.ErrSyntax},
		{`{"x":"` + strings.Repeat("x", tokens.MaxResponseBytes) + `"}`, tokens.ErrSize},
	} {
		require.ErrorIs(t, s.Add([]byte(tt.event)), tt.is, "%.80s", tt.event)
	}
	r, err := s.Response()
	require.NoError(t, err)
	require.Equal(t, tokens.Response{ID: "c1", Usage: tokens.Usage{Input: 9, Output: 1}}, r)

	_, err = tokens.Anthropic().ParseResponse([]byte(`{"usage":{"input_tokens":1,"output_tokens":1},"message":{"usage":{"input_tokens":1}}}`))
	require.ErrorIs(t, err, tokens.ErrDuplicate)
	_, err = tokens.OpenAIChat().ParseResponse([]byte(`{"id":"c1","usage":null}`))
	require.ErrorIs(t, err, tokens.ErrNoUsage)
	_, err = tokens.OpenAIChat().ParseResponse([]byte(`{"service_tier":"a\u0000b","usage":{"prompt_tokens":1,"completion_tokens":-1}}`))
	require.ErrorIs(t, err, tokens.ErrCount)
	_, err = tokens.OpenAIChat().ParseResponse([]byte(`{"service_tier":"a\u0000b","usage":{"prompt_tokens":1,"completion_tokens":1}}`))
	var field *metering.FieldError
	require.ErrorAs(t, err, &field)
}

// TestLaw_Stream_LastWordHolds: a stream of running totals, in events that leave
// members out, is the last totals read at once.
func TestLaw_Stream_LastWordHolds(t *testing.T) {
	law(t, func(t *testing.T, r *rand.Rand) {
		s := tokens.OpenAIChat().Stream()
		var in, cached, out, reasoning int
		for range 1 + r.IntN(4) {
			in, cached, out, reasoning = in+r.IntN(9), cached+r.IntN(9), out+r.IntN(9), reasoning+r.IntN(9)
			var members []string
			for _, m := range []string{
				fmt.Sprintf(`"prompt_tokens":%d`, in+cached), fmt.Sprintf(`"completion_tokens":%d`, out+reasoning),
				fmt.Sprintf(`"prompt_tokens_details":{"cached_tokens":%d}`, cached),
				fmt.Sprintf(`"completion_tokens_details":{"reasoning_tokens":%d}`, reasoning),
			} {
				if r.IntN(3) > 0 {
					members = append(members, m)
				}
			}
			require.NoError(t, s.Add([]byte(`{"id":"c","usage":{`+strings.Join(members, ",")+`}}`)))
		}
		last := fmt.Sprintf(`{"prompt_tokens":%d,"completion_tokens":%d,"prompt_tokens_details":{"cached_tokens":%d},"completion_tokens_details":{"reasoning_tokens":%d}}`,
			in+cached, out+reasoning, cached, reasoning)
		require.NoError(t, s.Add([]byte(`{"id":"c","usage":`+last+`}`)))
		got, err := s.Response()
		require.NoError(t, err)
		require.Equal(t, tokens.Usage{Input: int64(in), CacheRead: int64(cached), Output: int64(out), Reasoning: int64(reasoning)}, got.Usage)
	})
}
