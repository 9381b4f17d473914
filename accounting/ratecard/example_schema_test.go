package ratecard_test

import (
	"encoding/json"
	"fmt"

	"github.com/meterbook/meterbook/accounting/ratecard"
)

// The schema is for editors: what keys there are, and where.
func ExampleSchema() {
	var schema struct {
		Schema   string `json:"$schema"`
		Required []string
	}
	err := json.Unmarshal(ratecard.Schema(), &schema)
	fmt.Println(schema.Schema, schema.Required, err)
	// Output: https://json-schema.org/draft/2020-12/schema [card version currency rounding prices] <nil>
}

// A negotiated price that stands over nothing.
func ExampleLintOverlay() {
	overlay := ratecard.MustParseYAML([]byte(`
card: acme
version: "1"
currency: CNY
rounding: {mode: half-even, places: 2, level: line}
prices:
  - {id: requests, service: network, match: {meter: ai.requests}, unit: "10*3", per_unit: 0.10}
`))
	for _, f := range ratecard.LintOverlay(ratecard.MustParseYAML(volumeCard), overlay) {
		fmt.Println(f)
	}
	// Output: note: prices[0]: the list card has no price for this; its list amount will be the contracted one (no-list-price)
}
