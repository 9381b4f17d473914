package workload

import (
	"fmt"
	"strings"
)

// CardPrices is the most prices that a rate card has.
const CardPrices = 10_000

// CardBytes is the longest text of one.
const CardBytes = 1 << 20

// CardJSON returns a card of 10,000 prices as JSON: of a meter, each for an SKU
// of its own.
func CardJSON() []byte {
	var b strings.Builder
	b.WriteString(`{"card":"list","version":"1","currency":"CNY","rounding":{"mode":"half-even","places":2,"level":"line"},"prices":[`)
	for i := range CardPrices {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"%d","service":"network","match":{"meter":"ai.requests","sku":"%d"},"unit":"1","per_unit":%d}`, i, i, i%10)
	}
	b.WriteString("]}")
	return []byte(b.String())
}

// YAMLPrices is about as many as the limit of keys and values in YAML leaves room
// for.
const YAMLPrices = 4_900

// CardYAML returns a card of that many prices as YAML.
func CardYAML() []byte {
	var b strings.Builder
	b.WriteString("card: list\nversion: \"1\"\ncurrency: CNY\nrounding: {mode: half-even, places: 2, level: line}\nprices:\n")
	for i := range YAMLPrices {
		fmt.Fprintf(&b, "  - {id: p%d, service: network, match: {meter: ai.requests, sku: s%d}, unit: \"1\", per_unit: %d.%02d}\n", i, i, i%90, i%100)
	}
	return []byte(b.String())
}
