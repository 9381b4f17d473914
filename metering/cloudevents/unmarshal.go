package cloudevents

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/meterbook/meterbook/metering"
)

// Unmarshal reads one event: one that [Marshal] wrote, or of a type that
// [WithMapping] has a rule for. Its time is in UTC, and its strings keep nothing
// of data alive.
//
// It fails with an *[AttributeError], or with several behind one error, of
// which at most 16 are told; with a *[LimitError] before it looks at data that
// is too long; and with a *[metering.FieldError] for an option out of range. No
// event comes with an error. Attributes that CloudEvents allows and an event
// has no field for, extensions and dataschema, are checked and then passed
// over.
//
// The cost is in proportion to the bytes of data, for any data.
func Unmarshal(data []byte, opts ...Option) (metering.Event, error) {
	c, err := newConfig(opts)
	if err != nil {
		return metering.Event{}, err
	}
	if len(data) > c.bytes {
		return metering.Event{}, &LimitError{"bytes in an event", c.bytes}
	}
	v, err := parse(data, c.depth, "")
	if err != nil {
		return metering.Event{}, err
	}
	return c.event(v)
}

// UnmarshalBatch reads a JSON array of events, whole or not at all: where one
// is refused, none comes back, and the error has an *[EventError] for each that
// was, in order. An empty array is no events and no error.
func UnmarshalBatch(data []byte, opts ...Option) ([]metering.Event, error) {
	d, err := NewDecoder(bytes.NewReader(data), opts...)
	if err != nil {
		return nil, err
	}
	if first := bytes.TrimLeft(data, " \t\r\n"); len(first) == 0 || first[0] != '[' {
		return nil, &EventError{Err: &AttributeError{Value: clip(string(first[:min(len(first), 65)])), Err: errArray}}
	}
	events := []metering.Event{}
	var bad []error
	for e, err := range d.Events() {
		if err != nil {
			bad = append(bad, err)
		} else if bad == nil {
			events = append(events, e)
		}
	}
	if bad != nil {
		return nil, errors.Join(bad...)
	}
	return events, nil
}

// event reads one event.
func (c *config) event(v value) (metering.Event, error) {
	if v.form != object {
		return metering.Event{}, &AttributeError{Value: clip(v.written()), Err: errEvent}
	}
	var bad faults
	env := readEnvelope(v, &bad)
	e := metering.Event{Source: env.source, ID: env.id, Time: env.time}
	if v := v.get("time"); v.none() {
		bad.refuse("time", "", ErrMissing)
	}
	if kind, ours := kindOf(env.kind); ours {
		e.Kind = kind
		readOurs(&e, &env, c.depth, &bad)
	} else if rule := c.mapping.rule(env.kind); rule != nil {
		rule.read(&e, &env, c.depth, &bad)
	} else if env.kind != "" {
		bad.refuse("type", env.kind, &TypeError{clip(env.kind)})
	}
	if bad == nil {
		if err := validate(&e); err != nil {
			bad.add(err)
		}
	}
	if bad != nil {
		return metering.Event{}, bad.err()
	}
	return e, nil
}

// readOurs reads the subject and the data of an event of this package.
func readOurs(e *metering.Event, env *envelope, depth int, bad *faults) {
	e.Account = metering.Account(env.subject)
	if env.subject == "" {
		if v := env.whole.get("subject"); v.none() {
			bad.refuse("subject", "", ErrMissing)
		}
	}
	data, ok := env.decode(depth, bad)
	if !ok {
		return
	}
	if data.form == absent {
		bad.refuse("data", "", ErrMissing)
		return
	}
	r := reader{env.dataName, bad}
	for i, name := range data.names {
		v, at := data.values[i], "/"+name
		switch name {
		case "resource":
			e.Resource = r.string(at, v)
		case "region":
			e.Region = r.string(at, v)
		case "adjusts":
			e.Adjusts = r.string(at, v)
		case "reason":
			e.Reason = r.string(at, v)
		case "labels":
			e.Labels = r.labels(at, v)
		case "items":
			e.Items = r.items(at, v)
		case "estimated":
			if v.form != boolean && !v.none() {
				bad.refuse(r.root+at, v.written(), errBoolean)
			}
			e.Estimated = v.text == "true"
		default:
			bad.refuse(r.root+at, v.written(), ErrUnknown)
		}
	}
}

// A reader reads values of the data and tells what is wrong with them. A null
// is read as absence.
type reader struct {
	root string
	bad  *faults
}

func (r reader) string(at string, v value) string {
	switch {
	case v.form == text:
		return v.text
	case !v.none():
		r.bad.refuse(r.root+at, v.written(), errString)
	}
	return ""
}

func (r reader) labels(at string, v value) metering.Labels {
	if v.none() {
		return metering.Labels{}
	}
	if v.form != object {
		r.bad.refuse(r.root+at, hidden, errStrings)
		return metering.Labels{}
	}
	pairs := make([]string, 0, 2*len(v.names))
	for i, name := range v.names {
		if v.values[i].form != text {
			r.bad.refuse(r.root+at+"/"+clip(name), hidden, errString)
		}
		pairs = append(pairs, name, v.values[i].text)
	}
	set, err := metering.NewLabels(pairs...)
	if field, ok := errors.AsType[*metering.FieldError](err); ok {
		r.bad.refuse(r.root+at, field.Value, err)
	}
	return set
}

func (r reader) items(at string, v value) []metering.Item {
	switch {
	case v.none():
		return nil
	case v.form != array:
		r.bad.refuse(r.root+at, v.written(), errArray)
		return nil
	case len(v.values) > metering.MaxItems:
		r.bad.refuse(r.root+at, fmt.Sprint(len(v.values)), errMany)
		return nil
	case len(v.values) == 0:
		return nil
	}
	items := make([]metering.Item, len(v.values))
	for i, v := range v.values {
		items[i] = r.item(fmt.Sprintf("%s/%d", at, i), v)
	}
	return items
}

func (r reader) item(at string, v value) (it metering.Item) {
	if v.form != object {
		r.bad.refuse(r.root+at, v.written(), errObject)
		return it
	}
	for i, name := range v.names {
		v, at := v.values[i], at+"/"+clip(name)
		switch name {
		case "meter":
			it.Meter = metering.MeterID(r.string(at, v))
		case "sku":
			it.SKU = r.string(at, v)
		case "quantity":
			if s := r.string(at, v); s != "" {
				q, err := metering.ParseQuantity(s)
				if err != nil {
					r.bad.refuse(r.root+at, s, err)
				}
				it.Quantity = q
			}
		default:
			r.bad.refuse(r.root+at, v.written(), ErrUnknown)
		}
	}
	for _, name := range [...]string{"meter", "quantity"} {
		if v := v.get(name); v.none() || v.text == "" && v.form == text {
			r.bad.refuse(r.root+at+"/"+name, "", ErrMissing)
		}
	}
	return it
}
