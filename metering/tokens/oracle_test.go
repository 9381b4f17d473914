package tokens_test

import (
	"bytes"
	"encoding/json"
	"math/big"
	"strings"
)

// The oracle reads usage in the slow and obvious way, with encoding/json,
// objects as lists of members, and big integers. It has one function for each
// shape, written from the API's documentation and not from the shape.

type oracleMember struct {
	name  string
	value any
}

type oracleObject []oracleMember

// oracleDecode returns a value, or nil for null.
func oracleDecode(d *json.Decoder) any {
	token, err := d.Token()
	if err != nil {
		return nil
	}
	switch token {
	case json.Delim('{'):
		o := oracleObject{}
		for d.More() {
			name, _ := d.Token()
			o = append(o, oracleMember{name.(string), oracleDecode(d)})
		}
		_, _ = d.Token()
		return o
	case json.Delim('['):
		list := []any{}
		for d.More() {
			list = append(list, oracleDecode(d))
		}
		_, _ = d.Token()
		return list
	}
	return token
}

// An oracleReader gets counts out of an object, and remembers that one could
// not be.
type oracleReader struct {
	object oracleObject
	bad    bool
}

// get returns the count of a path; nil where there is none.
func (r *oracleReader) get(path string) *big.Int {
	var at any = r.object
	for _, name := range strings.Split(path, ".") {
		o, ok := at.(oracleObject)
		if !ok {
			r.bad = true
			return nil
		}
		times := 0
		at = nil
		for _, m := range o {
			if m.name == name {
				times++
				at = m.value
			}
		}
		if times > 1 {
			r.bad = true
		}
		if at == nil {
			return nil
		}
	}
	number, ok := at.(json.Number)
	if !ok || strings.ContainsAny(number.String(), "-.eE") {
		r.bad = true
		return nil
	}
	n, _ := new(big.Int).SetString(number.String(), 10)
	if !n.IsInt64() {
		r.bad = true
	}
	return n
}

func oracleInt(n *big.Int) *big.Int {
	if n == nil {
		return new(big.Int)
	}
	return n
}

// oracleLess returns n − Σ parts.
func oracleLess(n *big.Int, parts ...*big.Int) *big.Int {
	n = new(big.Int).Set(n)
	for _, p := range parts {
		n.Sub(n, oracleInt(p))
	}
	return n
}

// oracleUsage returns the classes that are not zero, or false for usage that is
// to be refused.
func oracleUsage(shape string, text []byte) (map[string]string, bool) {
	if len(text) > 64<<10 || !json.Valid(text) {
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	object, ok := oracleDecode(d).(oracleObject)
	if !ok {
		return nil, false
	}
	r := &oracleReader{object: object}
	var classes map[string]*big.Int
	switch shape {
	case "openai-chat":
		classes = oracleOpenAIChat(r)
	case "anthropic":
		classes = oracleAnthropic(r)
	case "deepseek":
		classes = oracleDeepSeek(r)
	}
	if r.bad || classes == nil {
		return nil, false
	}
	out := map[string]string{}
	for name, n := range classes {
		if n.Sign() < 0 || !n.IsInt64() {
			return nil, false
		}
		if n.Sign() > 0 {
			out[name] = n.String()
		}
	}
	return out, true
}

// oracleWholes returns input and output as they have to be, given the total: a
// missing one is 0 if the total is the other.
func oracleWholes(in, out, total *big.Int, outParts bool, inParts bool) (*big.Int, *big.Int, bool) {
	sum := new(big.Int).Add(oracleInt(in), oracleInt(out))
	switch {
	case total == nil && (in == nil || out == nil):
		return nil, nil, false
	case in == nil && inParts, out == nil && outParts:
		return nil, nil, false
	case total != nil && total.Cmp(sum) != 0:
		return nil, nil, false
	}
	return oracleInt(in), oracleInt(out), true
}

func oracleOpenAIChat(r *oracleReader) map[string]*big.Int {
	const in, out = "prompt_tokens_details.", "completion_tokens_details."
	cached, audio, image := r.get(in+"cached_tokens"), r.get(in+"audio_tokens"), r.get(in+"image_tokens")
	reasoning, spoken := r.get(out+"reasoning_tokens"), r.get(out+"audio_tokens")
	accepted, rejected := r.get(out+"accepted_prediction_tokens"), r.get(out+"rejected_prediction_tokens")
	prompt, completion, ok := oracleWholes(r.get("prompt_tokens"), r.get("completion_tokens"), r.get("total_tokens"),
		reasoning != nil || spoken != nil || accepted != nil || rejected != nil, cached != nil || audio != nil || image != nil)
	if !ok || oracleLess(completion, reasoning, spoken, accepted, rejected).Sign() < 0 {
		return nil
	}
	c, a, i := oracleInt(cached), oracleInt(audio), oracleInt(image)
	text := oracleLess(prompt, a, i)
	rest := oracleLess(text, c)
	if text.Sign() < 0 || oracleLess(prompt, c).Sign() < 0 {
		return nil
	}
	if rest.Sign() < 0 { // some of what was cached is audio or images
		switch {
		case oracleLess(prompt, c).Sign() == 0:
			a, i = new(big.Int), new(big.Int)
		case i.Sign() == 0:
			a = new(big.Int).Add(a, rest)
		case a.Sign() == 0:
			i = new(big.Int).Add(i, rest)
		default:
			return nil
		}
		rest = new(big.Int)
	}
	return map[string]*big.Int{
		"input": rest, "cache-read": c, "audio-input": a, "image-input": i,
		"output": oracleLess(completion, reasoning, spoken, rejected), "reasoning": oracleInt(reasoning),
		"audio-output": oracleInt(spoken), "rejected-prediction": oracleInt(rejected),
	}
}

func oracleAnthropic(r *oracleReader) map[string]*big.Int {
	in, out := r.get("input_tokens"), r.get("output_tokens")
	written := r.get("cache_creation_input_tokens")
	five, hour := r.get("cache_creation.ephemeral_5m_input_tokens"), r.get("cache_creation.ephemeral_1h_input_tokens")
	read := r.get("cache_read_input_tokens")
	if r.bad || in == nil || out == nil {
		return nil
	}
	told := new(big.Int).Add(oracleInt(five), oracleInt(hour))
	if written == nil {
		written = told
		if !told.IsInt64() {
			return nil
		}
	}
	other := oracleLess(written, told)
	if five != nil && hour != nil && other.Sign() != 0 {
		return nil
	}
	return map[string]*big.Int{
		"input": in, "output": out, "cache-read": oracleInt(read),
		"cache-write-5m": oracleInt(five), "cache-write-1h": oracleInt(hour), "cache-write": other,
	}
}

func oracleDeepSeek(r *oracleReader) map[string]*big.Int {
	prompt, hit, miss := r.get("prompt_tokens"), r.get("prompt_cache_hit_tokens"), r.get("prompt_cache_miss_tokens")
	again, reasoning := r.get("prompt_tokens_details.cached_tokens"), r.get("completion_tokens_details.reasoning_tokens")
	completion, total := r.get("completion_tokens"), r.get("total_tokens")
	if r.bad || hit != nil && again != nil && hit.Cmp(again) != 0 {
		return nil
	}
	if hit == nil {
		hit = again
	}
	if prompt == nil && hit != nil && miss != nil {
		if prompt = new(big.Int).Add(hit, miss); !prompt.IsInt64() {
			return nil
		}
	}
	parts := hit != nil || miss != nil
	prompt, completion, ok := oracleWholes(prompt, completion, total, reasoning != nil, parts)
	if !ok || oracleLess(completion, reasoning).Sign() < 0 {
		return nil
	}
	rest := oracleLess(prompt, hit, miss)
	if rest.Sign() < 0 || hit != nil && miss != nil && rest.Sign() != 0 {
		return nil
	}
	return map[string]*big.Int{
		"input": new(big.Int).Add(rest, oracleInt(miss)), "cache-read": oracleInt(hit),
		"output": oracleLess(completion, reasoning), "reasoning": oracleInt(reasoning),
	}
}
