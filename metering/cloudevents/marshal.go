package cloudevents

import (
	"cmp"
	"errors"
	"slices"

	"github.com/meterbook/meterbook/metering"
)

// Marshal returns an event in the JSON format, as one object without spaces
// and line breaks. Events with the same body, whatever the order of their items
// and the location of their time, are the same bytes; [Unmarshal] reads back
// the event, its items in order of meter, SKU and quantity and its time in UTC.
//
// It fails with an *[AttributeError] for an event that [metering.Event]'s
// Validate refuses or whose kind has no type here, and with one that wraps
// [ErrText] for an account or id with a noncharacter of Unicode, such as U+FFFE,
// which no attribute may have. It does not change the event.
func Marshal(e metering.Event) ([]byte, error) { return Append(nil, e) }

// Append appends what [Marshal] returns. It allocates nothing where b has room,
// a byte for each of the event's and some 400 more as a rule, and the items are
// in order. On an error it returns b as it was.
func Append(b []byte, e metering.Event) ([]byte, error) {
	if err := validate(&e); err != nil {
		return b, err
	}
	name, ok := typeOf(e.Kind)
	if !ok {
		return b, &AttributeError{"type", e.Kind.String(), &TypeError{e.Kind.String()}}
	}
	for _, a := range [...]struct{ name, text string }{{"id", e.ID}, {"subject", string(e.Account)}} {
		if !isString(a.text) {
			return b, &AttributeError{a.name, clip(a.text), ErrText}
		}
	}
	b = append(b, `{"specversion":"`+specVersion+`","id":`...)
	b = appendString(b, e.ID)
	b = append(b, `,"source":"`...)
	b = appendSource(b, e.Source) // a URI has nothing to be escaped in JSON
	b = append(b, `","type":"`...)
	b = append(b, name...)
	b = append(b, `","subject":`...)
	b = appendString(b, string(e.Account))
	b = append(b, `,"time":"`...)
	b = appendTime(b, e.Time)
	b = append(b, `","datacontenttype":"application/json","data":{`...)
	b = appendData(b, &e)
	return append(b, "}}"...), nil
}

// appendData appends the members of the data, those that are not empty.
func appendData(b []byte, e *metering.Event) []byte {
	begin := len(b)
	member := func(name string) {
		if len(b) > begin {
			b = append(b, ',')
		}
		b = appendString(b, name)
		b = append(b, ':')
	}
	for _, m := range [...]struct{ name, text string }{{"resource", e.Resource}, {"region", e.Region}} {
		if m.text != "" {
			member(m.name)
			b = appendString(b, m.text)
		}
	}
	if e.Labels != (metering.Labels{}) {
		member("labels")
		b = appendLabels(b, e.Labels)
	}
	if len(e.Items) > 0 {
		member("items")
		b = appendItems(b, e.Items)
	}
	if e.Estimated {
		member("estimated")
		b = append(b, "true"...)
	}
	for _, m := range [...]struct{ name, text string }{{"adjusts", e.Adjusts}, {"reason", e.Reason}} {
		if m.text != "" {
			member(m.name)
			b = appendString(b, m.text)
		}
	}
	return b
}

func appendLabels(b []byte, l metering.Labels) []byte {
	separator := byte('{')
	for name, value := range l.All() {
		b = append(b, separator)
		b = appendString(b, name)
		b = append(b, ':')
		b = appendString(b, value)
		separator = ','
	}
	return append(b, '}')
}

func appendItems(b []byte, items []metering.Item) []byte {
	if !slices.IsSortedFunc(items, compareItems) {
		items = slices.SortedFunc(slices.Values(items), compareItems)
	}
	separator := byte('[')
	for _, it := range items {
		b = append(b, separator)
		b = append(b, `{"meter":`...)
		b = appendString(b, string(it.Meter))
		if it.SKU != "" {
			b = append(b, `,"sku":`...)
			b = appendString(b, it.SKU)
		}
		b = append(b, `,"quantity":"`...)
		b, _ = it.Quantity.AppendText(b) // validate has seen its dimension
		b = append(b, `"}`...)
		separator = ','
	}
	return append(b, ']')
}

// compareItems orders items by all they have.
func compareItems(a, b metering.Item) int {
	return cmp.Or(cmp.Compare(a.Meter, b.Meter), cmp.Compare(a.SKU, b.SKU),
		a.Quantity.Grains().Cmp(b.Quantity.Grains()), cmp.Compare(a.Quantity.Dimension(), b.Quantity.Dimension()))
}

// validate holds an event to the rules of package metering, and names the
// attribute or the place in the data that breaks one.
func validate(e *metering.Event) error {
	err := e.Validate()
	field, ok := errors.AsType[*metering.FieldError](err)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, metering.ErrTimeRange):
		return &AttributeError{"time", string(appendTime(nil, e.Time)), err}
	case !ok:
		return &AttributeError{"", "", err}
	}
	at := field.Field
	switch at {
	case "source", "id":
	case "account":
		at = "subject"
	case "kind":
		at = "type"
	case "meter", "SKU", "quantity":
		at = "data/items"
	default:
		at = "data/" + at
	}
	return &AttributeError{at, clip(field.Value), err}
}
