package ratecard_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/ratecard"
)

// A schemaChecker checks values against as much of JSON Schema as the card's
// schema uses; a keyword that it does not know is an error.
type schemaChecker struct{ defs map[string]any }

func newSchemaChecker(t testing.TB) (*schemaChecker, map[string]any) {
	t.Helper()
	var root map[string]any
	require.NoError(t, json.Unmarshal(ratecard.Schema(), &root))
	return &schemaChecker{root["$defs"].(map[string]any)}, root
}

func (c *schemaChecker) check(schema map[string]any, value any, path string) error {
	for keyword, want := range schema {
		if err := c.keyword(keyword, want, schema, value); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	object, _ := value.(map[string]any)
	properties, _ := schema["properties"].(map[string]any)
	for key, v := range object {
		sub, known := properties[key].(map[string]any)
		if !known {
			rest, open := schema["additionalProperties"].(map[string]any)
			if !open && schema["properties"] != nil {
				return fmt.Errorf("%s: unknown key %q", path, key)
			}
			sub = rest
		}
		if err := c.check(sub, v, path+"."+key); err != nil {
			return err
		}
	}
	list, _ := value.([]any)
	items, _ := schema["items"].(map[string]any)
	for i, v := range list {
		if err := c.check(items, v, fmt.Sprintf("%s[%d]", path, i)); err != nil {
			return err
		}
	}
	return nil
}

func (c *schemaChecker) keyword(keyword string, want any, schema map[string]any, value any) error {
	text, isText := value.(string)
	number, isNumber := value.(float64)
	list, isList := value.([]any)
	object, isObject := value.(map[string]any)
	_, isBool := value.(bool)
	fail := fmt.Errorf("%v is not %s %v", value, keyword, want)
	switch keyword {
	case "$ref":
		name := strings.TrimPrefix(want.(string), "#/$defs/")
		return c.check(c.defs[name].(map[string]any), value, name)
	case "type":
		ok := map[string]bool{"string": isText, "number": isNumber, "integer": isNumber && number == float64(int64(number)),
			"array": isList, "object": isObject, "boolean": isBool}[want.(string)]
		if !ok {
			return fail
		}
	case "enum":
		for _, w := range want.([]any) {
			if reflect.DeepEqual(w, value) {
				return nil
			}
		}
		return fail
	case "anyOf", "oneOf":
		fits := 0
		for _, s := range want.([]any) {
			if c.check(s.(map[string]any), value, "") == nil {
				fits++
			}
		}
		if fits == 0 || keyword == "oneOf" && fits > 1 {
			return fail
		}
	case "required":
		for _, key := range want.([]any) {
			if _, ok := object[key.(string)]; !ok {
				return fmt.Errorf("%v is missing", key)
			}
		}
	case "pattern":
		if isText && !regexp.MustCompile(want.(string)).MatchString(text) {
			return fail
		}
	case "minLength":
		if isText && len(text) < int(want.(float64)) {
			return fail
		}
	case "minimum":
		if isNumber && number < want.(float64) {
			return fail
		}
	case "minItems":
		if isList && len(list) < int(want.(float64)) {
			return fail
		}
	case "maxItems":
		if isList && len(list) > int(want.(float64)) {
			return fail
		}
	case "properties", "additionalProperties", "items", "description", "title", "$schema", "$id", "$defs":
	default:
		return fmt.Errorf("keyword %q is unknown to the test", keyword)
	}
	return nil
}

// fits checks the text of a card against the schema.
func fits(t testing.TB, c *schemaChecker, root map[string]any, text []byte) error {
	t.Helper()
	var value any
	require.NoError(t, json.Unmarshal(jsonOfText(t, text), &value))
	return c.check(root, value, "card")
}

// Every card that is read fits the schema.
func TestSchema_Cards(t *testing.T) {
	c, root := newSchemaChecker(t)
	files, err := filepath.Glob("testdata/good/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		src, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, fits(t, c, root, src), file)
	}
	seed := *lawsSeed
	g := generator{rand.New(rand.NewPCG(seed, 7))}
	for range 100 {
		text, err := ratecard.AppendYAML(nil, g.card())
		require.NoError(t, err)
		require.NoError(t, fits(t, c, root, text), "seed %d:\n%s", seed, text)
	}
}

// The keys of the schema are those that are read: one more is unknown to both,
// and each of the schema's is known to the parser.
func TestSchema_Keys(t *testing.T) {
	c, root := newSchemaChecker(t)
	card := root["properties"].(map[string]any)
	price := c.defs["price"].(map[string]any)["properties"].(map[string]any)
	_, err := ratecard.ParseYAML([]byte("{x: 1, prices: [{x: 1}]}"))
	message := err.Error()
	for _, keys := range []map[string]any{card, price} {
		for key := range keys {
			require.Regexp(t, `[ ,]`+key+`(,|\n|$)`, message)
		}
	}
	lists := regexp.MustCompile(`want one of ([a-z_, ]+)`).FindAllStringSubmatch(message, -1)
	for _, l := range lists[:1] {
		require.Len(t, strings.Split(l[1], ", "), len(card))
	}
	require.Contains(t, message, "prices[0].x")
}

// What the schema refuses, by the kind of mistake.
func TestSchema_Refuses(t *testing.T) {
	c, root := newSchemaChecker(t)
	src, err := os.ReadFile("testdata/good/gpu-cloud.yaml")
	require.NoError(t, err)
	for old, bad := range map[string]string{
		"currency: ":   "curency: ",
		"level: line":  "level: month",
		"- id: ":       "- vendor: x\n    id: ",
		"places: 2":    "places: two",
		"rounding: ":   "round: ",
		"half-even":    "bankers",
		"per_unit: ":   "per_unit: 0x",
		"\n    match:": "\n    flat: 3\n    match:",
	} {
		text := strings.Replace(string(src), old, bad, 1)
		require.NotEqual(t, string(src), text, old)
		require.Error(t, fits(t, c, root, []byte(text)), bad)
	}
}
