package tokens_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering/tokens"
)

// TestShape_JSON: the shapes of the package are data: written and read again
// they are the same, and read the same.
func TestShape_JSON(t *testing.T) {
	for name, p := range parsers() {
		text, err := json.Marshal(p.Shape())
		require.NoError(t, err)
		var back tokens.Shape
		require.NoError(t, json.Unmarshal(text, &back))
		require.Equal(t, p.Shape(), back, name)
		require.True(t, strings.HasPrefix(back.Reference, "https://"), name)
		_, err = tokens.NewParser(back)
		require.NoError(t, err)
	}
}

// TestShape_Copied: a parser has its own copy of the shape.
func TestShape_Copied(t *testing.T) {
	s := tokens.OpenAIChat().Shape()
	s.Fields[0].Class, s.Fields[1].Within[0], s.Usage[0].Path = tokens.Reasoning, "x", "y"
	require.NotEqual(t, s, tokens.OpenAIChat().Shape())
	u, err := tokens.ParseOpenAIChat([]byte(`{"prompt_tokens":1,"completion_tokens":2}`))
	require.NoError(t, err)
	require.Equal(t, tokens.Usage{Input: 1, Output: 2}, u)
}

// TestNewParser_Styles: the three ways in which APIs count, and OpenTelemetry's.
func TestNewParser_Styles(t *testing.T) {
	of := func(s tokens.Shape) *tokens.Parser {
		p, err := tokens.NewParser(s)
		require.NoError(t, err)
		return p
	}
	subset := of(tokens.Shape{Fields: []tokens.Field{
		{Path: "in", Class: tokens.Input, Required: true},
		{Path: "cached", Class: tokens.CacheRead, Within: []string{"in"}},
	}})
	disjoint := of(tokens.Shape{Fields: []tokens.Field{
		{Path: "in", Class: tokens.Input}, {Path: "cached", Class: tokens.CacheRead},
	}, Total: "sum"})
	partition := of(tokens.Shape{Fields: []tokens.Field{
		{Path: "in"},
		{Path: "cached", Class: tokens.CacheRead, Within: []string{"in"}},
		{Path: "new", Class: tokens.Input, Within: []string{"in"}},
	}})
	want := tokens.Usage{Input: 7, CacheRead: 3}
	for p, text := range map[*tokens.Parser]string{
		subset: `{"in":10,"cached":3}`, disjoint: `{"in":7,"cached":3,"sum":10}`, partition: `{"in":10,"cached":3,"new":7}`,
	} {
		u, err := p.Parse([]byte(text))
		require.NoError(t, err)
		require.Equal(t, want, u)
	}
	u, err := partition.Parse([]byte(`{"cached":3,"new":7}`))
	require.NoError(t, err)
	require.Equal(t, want, u)
	_, err = partition.Parse([]byte(`{"in":10,"cached":3}`)) // what is left is of no class
	require.ErrorIs(t, err, tokens.ErrContradiction)
	_, err = disjoint.Parse([]byte(`{"in":10,"cached":3,"sum":10}`))
	require.ErrorIs(t, err, tokens.ErrContradiction)
}

func TestParser_Counts(t *testing.T) {
	// Vector AN-01 as a span tells it: all 14,000 tokens of input in one count.
	attributes := map[string]int64{
		"gen_ai.usage.input_tokens": 14000, "gen_ai.usage.cache_read.input_tokens": 10000, "gen_ai.usage.cache_creation.input_tokens": 3000,
		"gen_ai.usage.output_tokens": 500, "gen_ai.usage.reasoning.output_tokens": 100, "server.port": 443,
	}
	u, err := tokens.ParseOpenTelemetry(attributes)
	require.NoError(t, err)
	require.Equal(t, tokens.Usage{Input: 1000, CacheRead: 10000, CacheWriteOther: 3000, Output: 400, Reasoning: 100}, u)

	_, err = tokens.OpenTelemetry().Strict().Counts(attributes)
	require.ErrorIs(t, err, tokens.ErrUnknown)
	require.EqualError(t, err, "tokens: opentelemetry: server.port is 443; want only members that the shape has")

	u, err = tokens.ParseOpenTelemetry(map[string]int64{"gen_ai.usage.prompt_tokens": 7, "gen_ai.usage.completion_tokens": 2, "gen_ai.usage.output_tokens": 2})
	require.NoError(t, err)
	require.Equal(t, tokens.Usage{Input: 7, Output: 2}, u)

	for _, tt := range []struct {
		counts map[string]int64
		is     error
	}{
		{nil, tokens.ErrMissing},
		{map[string]int64{"gen_ai.usage.input_tokens": -1, "gen_ai.usage.output_tokens": 0}, tokens.ErrCount},
		{map[string]int64{"gen_ai.usage.input_tokens": 1, "gen_ai.usage.output_tokens": 0, "gen_ai.usage.cache_read.input_tokens": 2}, tokens.ErrContradiction},
		{map[string]int64{"gen_ai.usage.input_tokens": 1, "gen_ai.usage.output_tokens": 0, "gen_ai.usage.prompt_tokens": 2}, tokens.ErrContradiction},
	} {
		_, err := tokens.ParseOpenTelemetry(tt.counts)
		require.ErrorIs(t, err, tt.is)
	}
	u, err = tokens.OpenAIChat().Counts(map[string]int64{"prompt_tokens": 3, "total_tokens": 3})
	require.NoError(t, err)
	require.Equal(t, tokens.Usage{Input: 3}, u)
}

// TestNewParser_Refused: a shape that leaves open how to read usage.
func TestNewParser_Refused(t *testing.T) {
	in := tokens.Field{Path: "in", Class: tokens.Input}
	many := make([]tokens.Field, tokens.MaxFields+1)
	deep := make([]tokens.Field, tokens.MaxFields)
	for i := range deep {
		deep[i] = tokens.Field{Path: fmt.Sprintf("a%[1]d.b%[1]d.c%[1]d.d%[1]d.e", i), Class: tokens.Input}
		many[i] = tokens.Field{Path: fmt.Sprint("a", i), Class: tokens.Input}
	}
	for name, s := range map[string]tokens.Shape{
		"no fields":               {},
		"too many fields":         {Fields: many},
		"too many members":        {Fields: deep},
		"long name":               {Name: strings.Repeat("n", 257), Fields: []tokens.Field{in}},
		"no path":                 {Fields: []tokens.Field{{Class: tokens.Input}}},
		"long path":               {Fields: []tokens.Field{{Path: strings.Repeat("p", 257), Class: tokens.Input}}},
		"empty name":              {Fields: []tokens.Field{{Path: "a..b", Class: tokens.Input}}},
		"dot at the end":          {Fields: []tokens.Field{{Path: "a.", Class: tokens.Input}}},
		"element without a value": {Fields: []tokens.Field{{Path: "a[k=].n", Class: tokens.Input}}},
		"element without an end":  {Fields: []tokens.Field{{Path: "a[k=v", Class: tokens.Input}}},
		"element of an element":   {Fields: []tokens.Field{{Path: "a[k=v]]", Class: tokens.Input}}},
		"list by two members":     {Fields: []tokens.Field{{Path: "a[k=v].n", Class: tokens.Input}, {Path: "a[l=v].n", Class: tokens.Input}}},
		"path twice":              {Fields: []tokens.Field{in, in}},
		"path through a count":    {Fields: []tokens.Field{in, {Path: "in.x", Class: tokens.Input}}},
		"count where a path goes": {Fields: []tokens.Field{{Path: "in.x", Class: tokens.Input}, in}},
		"total that is a field":   {Fields: []tokens.Field{in}, Total: "in"},
		"unknown class":           {Fields: []tokens.Field{{Path: "in", Class: 99}}},
		"no class and no parts":   {Fields: []tokens.Field{{Path: "in"}}},
		"partition without parts": {Fields: []tokens.Field{{Path: "in", Class: tokens.Input, Partition: true}}},
		"within a later field":    {Fields: []tokens.Field{{Path: "x", Class: tokens.Input, Within: []string{"in"}}, in}},
		"within itself":           {Fields: []tokens.Field{{Path: "in", Class: tokens.Input, Within: []string{"in"}}}},
		"required part":           {Fields: []tokens.Field{in, {Path: "x", Class: tokens.Input, Within: []string{"in"}, Required: true}}},
		"overlap of a whole":      {Fields: []tokens.Field{{Path: "in", Class: tokens.Input, Overlaps: true}}},
		"same as nothing":         {Fields: []tokens.Field{in, {Path: "x", Same: "y"}}},
		"same with a class":       {Fields: []tokens.Field{in, {Path: "x", Same: "in", Class: tokens.Output}}},
		"same as the same":        {Fields: []tokens.Field{in, {Path: "x", Same: "in"}, {Path: "y", Same: "x"}}},
		"within the same":         {Fields: []tokens.Field{in, {Path: "x", Same: "in"}, {Path: "y", Class: tokens.Input, Within: []string{"x"}}}},
		"usage within usage":      {Fields: []tokens.Field{in}, Usage: []tokens.Envelope{{Path: "u"}, {Path: "u.v"}}},
		"usage twice":             {Fields: []tokens.Field{in}, Usage: []tokens.Envelope{{Path: "u"}, {Path: "u"}}},
		"id that is usage":        {Fields: []tokens.Field{in}, Usage: []tokens.Envelope{{Path: "u"}}, ID: []string{"u"}},
		"label without a name":    {Fields: []tokens.Field{in}, Labels: []tokens.Label{{Path: "x"}}},
		"ignored count":           {Fields: []tokens.Field{in}, Ignored: []string{"in"}},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := tokens.NewParser(s)
			require.ErrorIs(t, err, tokens.ErrShape)
			require.Nil(t, p)
		})
	}
	var zero tokens.Parser
	_, err := zero.Parse([]byte(`{}`))
	require.ErrorIs(t, err, tokens.ErrShape)
	_, err = zero.ParseResponse([]byte(`{}`))
	require.ErrorIs(t, err, tokens.ErrShape)
	_, err = zero.Counts(nil)
	require.ErrorIs(t, err, tokens.ErrShape)
	_, err = new(tokens.Stream).Response()
	require.ErrorIs(t, err, tokens.ErrNoUsage)
}
