package focus

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/meterbook/meterbook/metering"
)

// An Object is a JSON object in a cell: tags, price details, or how a charge
// was split. The zero Object is null. Objects never change and are checked
// once, when made; so make one for many rows.
type Object struct{ d *objectData }

// objectData is what there is to know about an object's text.
type objectData struct {
	text string
	keys []string
	// notPairs says why it is not an object of plain values; "" where it is.
	notPairs string
	// badDetails are the keys that SkuPriceDetails does not have, or whose
	// values it has otherwise.
	badDetails []string

	method  bool // it is as AllocatedMethodDetails has to be
	applied bool // it is as ContractApplied has to be

	ratios      bool // its AllocatedRatios are numbers
	ratio       total
	beyondRange bool // one of them is not within 0 to 1
}

// ErrObject: text that is no JSON object, or has a key twice.
var ErrObject = errors.New("focus: not a JSON object with unique keys")

// A Property is one member of a flat object. Value is a string, a [Number], a
// bool, or nil.
type Property struct {
	Key   string
	Value any
}

// NewObject returns a flat object of the properties, in their order. It fails
// with [ErrObject] on a key that is there twice and on a value of another type.
func NewObject(properties ...Property) (Object, error) {
	var b strings.Builder
	b.WriteByte('{')
	for i, p := range properties {
		if i > 0 {
			b.WriteByte(',')
		}
		value := p.Value
		if n, ok := value.(Number); ok && !n.IsNull() {
			value = json.Number(n.String())
		} else if ok {
			value = nil
		}
		switch value.(type) {
		case string, bool, nil, json.Number:
		default:
			return Object{}, fmt.Errorf("%w: value of %q is a %T, want a string, Number, bool or nil", ErrObject, clip(p.Key), p.Value)
		}
		key, err1 := json.Marshal(p.Key)
		text, err2 := json.Marshal(value)
		if err := errors.Join(err1, err2); err != nil {
			return Object{}, fmt.Errorf("%w: %w", ErrObject, err)
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(text)
	}
	b.WriteByte('}')
	return ParseObject(b.String())
}

// Tags returns labels as an object of strings; null for no labels.
func Tags(labels metering.Labels) Object {
	var properties []Property
	for name, value := range labels.All() {
		properties = append(properties, Property{name, value})
	}
	if len(properties) == 0 {
		return Object{}
	}
	o, _ := NewObject(properties...) // names of labels differ
	return o
}

// ParseObject reads a JSON object, of any depth up to 16. It fails with
// [ErrObject]. The empty text is null.
func ParseObject(text string) (Object, error) {
	if text == "" {
		return Object{}, nil
	}
	n, err := parseJSON(text)
	if err == nil && n.kind != kindObject {
		err = errors.New("it is another value")
	}
	if err != nil {
		return Object{}, fmt.Errorf("%w: %q: %w", ErrObject, clip(text), err)
	}
	return Object{readObject(text)}, nil
}

// MustObject is [ParseObject] for constants; it panics on an error.
func MustObject(text string) Object {
	o, err := ParseObject(text)
	if err != nil {
		panic(err)
	}
	return o
}

// IsNull reports whether o is no object.
func (o Object) IsNull() bool { return o.d == nil }

// String returns the text; "" for null.
func (o Object) String() string {
	if o.d == nil {
		return ""
	}
	return o.d.text
}

// readObject finds out all about a text, which may be anything.
func readObject(text string) *objectData {
	d := &objectData{text: text}
	n, err := parseJSON(text)
	if err != nil {
		d.notPairs = err.Error()
		return d
	}
	if n.kind != kindObject {
		d.notPairs = "not an object"
	}
	d.keys = n.keys
	for i := range n.items {
		if k := n.items[i].kind; k == kindList || k == kindObject {
			d.notPairs = "nested value"
			if i < len(n.keys) {
				d.notPairs += " at " + clip(n.keys[i])
			}
			break
		}
	}
	if d.notPairs == "" {
		d.badDetails = badSkuDetails(&n)
	}
	d.readElements(&n)
	return d
}

// skuKeys are the keys that FOCUS 1.2 defines in SkuPriceDetails; true for
// those whose values are numbers.
var skuKeys = map[string]bool{
	"CoreCount": true, "DiskMaxIops": true, "DiskSpace": true, "DiskType": false, "GpuCount": true, "InstanceType": false,
	"InstanceSeries": false, "MemorySize": true, "NetworkMaxIops": true, "NetworkMaxThroughput": true, "OperatingSystem": false,
	"Redundancy": false, "StorageClass": false,
}

func badSkuDetails(n *node) (bad []string) {
	for i, key := range n.keys {
		if strings.HasPrefix(key, "x_") {
			continue
		}
		number, known := skuKeys[key]
		if k := n.items[i].kind; !known || number && k != kindNumber && k != kindNull {
			bad = append(bad, key)
		}
	}
	return bad
}

func sharesKey(a, b *objectData) bool {
	for _, k := range a.keys {
		for _, l := range b.keys {
			if k == l {
				return true
			}
		}
	}
	return false
}
