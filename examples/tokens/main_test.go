package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/examples/internal/program"
)

func output(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	require.NoError(t, run(context.Background(), append([]string{"-out", ""}, args...), &out, &errs), errs.String())
	return out.String()
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	name = filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	return name
}

func TestRun_Sample(t *testing.T) {
	text := output(t)
	require.Regexp(t, `claude-sonnet +all +2 +0\.044430 +22\.2150`, text)
	require.Regexp(t, `total +0\.113804\s+billed +rounded +0\.11 `, text)
	require.Regexp(t, `o1 +all +1 +0\.042750 +42\.7500`, text)
	require.Contains(t, text, "Came again and counted once: 1.")
	require.Equal(t, text, output(t), "the same bytes again")
	require.Regexp(t, `缓存命中 +23,000 +0\.006900`, output(t, "-lang", "zh"))
}

// What a request costs that a vendor's rule is known for: 1,000 tokens of
// input, 2,000 and 1,000 written to a cache, 10,000 read, 500 of output.
func TestRun_JSON(t *testing.T) {
	line := `{"time":"2026-11-02T09:00:00Z","api":"anthropic","response":{"id":"m","model":"claude-sonnet","usage":{"input_tokens":1000,` +
		`"cache_creation_input_tokens":3000,"cache_creation":{"ephemeral_5m_input_tokens":2000,"ephemeral_1h_input_tokens":1000},"cache_read_input_tokens":10000,"output_tokens":500}}}`
	var s struct {
		Total  string
		Models []struct {
			Cost    string
			Classes []struct{ Meter, Tokens, Cost string }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(output(t, "-json", "-requests", write(t, "a.ndjson", line))), &s))
	require.Equal(t, "USD 0.03", s.Total)
	require.Equal(t, "27/1000", s.Models[0].Cost)
	require.Len(t, s.Models[0].Classes, 5)
}

// All tokens of a request are at the tier of its input: 40,000 tokens in and
// 1,000 out at the second tier, 2,000 and 300 at the first.
func TestRun_Tiers(t *testing.T) {
	csv := "time,input,output\n2026-11-03T08:00:00Z,40000,1000\n2026-11-03T08:05:00Z,2000,300\n"
	require.Regexp(t, `qwen-plus +all +2 +0\.025760`, output(t, "-requests", write(t, "a.csv", csv), "-model", "qwen-plus"))
}

func TestRun_Unpriced(t *testing.T) {
	csv := "time,input,output,model\n2026-11-03T08:00:00Z,10,1,unknown\n"
	require.Contains(t, output(t, "-requests", write(t, "a.csv", csv)), "no price: ai.tokens.input, model unknown, 10 {token}")
}

// The trace of a model's requests, where it is at hand.
func TestRun_Trace(t *testing.T) {
	const trace = "../../../shared/data/azure_llm2023_code.csv"
	if _, err := os.Stat(trace); err != nil {
		t.Skip("the trace is not here")
	}
	text := output(t, "-requests", trace, "-model", "qwen-plus")
	require.Regexp(t, `all +8,819 `, text)
	require.Contains(t, text, "18,059,974")
	require.Contains(t, text, "245,896")
}

func TestRun_Refuses(t *testing.T) {
	for name, c := range map[string]struct{ file, text, says string }{
		"not JSON":       {"a.ndjson", "{", "line 1"},
		"unknown API":    {"a.ndjson", `{"time":"2026-11-02T09:00:00Z","api":"x","response":{}}`, `api "x"`},
		"no usage":       {"a.ndjson", `{"time":"2026-11-02T09:00:00Z","api":"anthropic","response":{}}`, "line 1"},
		"no model":       {"a.csv", "time,input,output\n2026-11-02T09:00:00Z,1,1\n", "no model"},
		"missing column": {"a.csv", "time,input\n", `"output" is missing`},
		"bad count":      {"a.csv", "time,input,output,model\n2026-11-02T09:00:00Z,-1,1,o1\n", `line 2: input "-1"`},
		"bad time":       {"a.csv", "time,input,output,model\nnow,1,1,o1\n", `time "now"`},
		"empty":          {"a.ndjson", "\n", "no requests"},
	} {
		t.Run(name, func(t *testing.T) {
			require.ErrorContains(t, run(context.Background(), []string{"-out", "", "-requests", write(t, c.file, c.text)}, io.Discard, io.Discard), c.says)
		})
	}
	conflict := `{"time":"2026-11-02T09:00:00Z","api":"openai-chat","response":{"id":"a","model":"o1","usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}}
{"time":"2026-11-02T09:00:00Z","api":"openai-chat","response":{"id":"a","model":"o1","usage":{"prompt_tokens":2,"completion_tokens":1,"total_tokens":3}}}`
	require.ErrorContains(t, run(context.Background(), []string{"-out", "", "-requests", write(t, "c.ndjson", conflict)}, io.Discard, io.Discard), "line 2")
	require.ErrorIs(t, run(context.Background(), []string{"-out", "", "x"}, io.Discard, io.Discard), program.ErrUsage)
	require.ErrorIs(t, run(context.Background(), []string{"-out", "", "-h"}, io.Discard, io.Discard), flag.ErrHelp)
}
