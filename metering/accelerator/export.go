package accelerator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// maxDocument bounds a catalogue or table of JSON before it is looked at.
const maxDocument = 16 << 20

type document struct {
	Version   string     `json:"version"`
	Models    []Model    `json:"models"`
	Resources []Resource `json:"resources"`
}

// MarshalJSON returns the whole catalogue: its version, models in order of id
// and resources in order of name, with null for every figure that is not known.
// Equal catalogues give equal bytes, and [ParseCatalogue] reads them.
func (c *Catalogue) MarshalJSON() ([]byte, error) {
	d := document{c.version, c.models, c.resources}
	if d.Models == nil {
		d.Models = []Model{}
	}
	if d.Resources == nil {
		d.Resources = []Resource{}
	}
	return json.Marshal(d)
}

// ParseCatalogue reads what [Catalogue.MarshalJSON] writes, in at most 16 MiB.
// A field that it does not know is refused, so that a figure cannot get lost by
// a slip of its name. Errors wrap [ErrData].
func ParseCatalogue(text []byte) (*Catalogue, error) {
	var d document
	if err := decode("catalogue", text, &d); err != nil {
		return nil, err
	}
	return NewCatalogue(d.Version, d.Models, d.Resources)
}

func decode(what string, text []byte, into any) error {
	if len(text) > maxDocument {
		return &FieldError{what, "", fmt.Sprintf("want at most %d bytes, got %d", maxDocument, len(text))}
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrData, what, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return &FieldError{what, "", "want one document and nothing after it"}
	}
	return nil
}
