package accelerator

import (
	_ "embed"
	"sync"
)

//go:embed catalogue.json
var defaultData string

// Default returns the catalogue that comes with the package. It is read once,
// at the first call, in about a millisecond. Extend it by [Catalogue.With].
func Default() *Catalogue { return defaultCatalogue() }

var defaultCatalogue = sync.OnceValue(func() *Catalogue {
	c, err := ParseCatalogue([]byte(defaultData))
	if err != nil {
		panic(err) // catalogue.json is wrong; a test reads it
	}
	return c
})
