package ratecard

import _ "embed"

//go:embed schema.json
var schema string

// Schema returns the JSON Schema (draft 2020-12) of a card, for editors and
// for programs that write cards. It says what keys there are, where they
// stand, and the form of their values. Every card that [ParseYAML] reads
// fits it; not every text that fits it is a card that is right.
func Schema() []byte { return []byte(schema) }
