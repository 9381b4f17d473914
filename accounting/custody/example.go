package custody

import (
	"bytes"
	_ "embed"
)

//go:embed example.json
var example []byte

// Example returns the JSON of a policy to begin with: rules of China, the EU and
// Germany as they were read in November 2026, each with its source. It is no
// advice. It leaves out what a note says, and much that none does: have it read
// by somebody who knows the law that you are under.
func Example() []byte { return bytes.Clone(example) }
