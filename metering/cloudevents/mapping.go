package cloudevents

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/meterbook/meterbook/metering"
)

// A Rule says what events of one type of another producer mean: an event of
// kind amount. Its id, source and time are the event's own.
type Rule struct {
	// Type is the type of the events, byte by byte; none of this package's.
	Type string
	// Account is who used it: by default, as the zero Field, the subject.
	Account Field
	// Resource, Region and Labels, by name, are those of the event.
	Resource, Region Field
	Labels           map[string]Field
	// Amounts are the items, 1 to 64 of them.
	Amounts []Amount
	// Estimated marks the quantities as not measured.
	Estimated bool
}

// An Amount says where in an event an amount is.
type Amount struct {
	Meter metering.Meter
	// Unit is what the number counts, of the meter's dimension. The meter's own
	// is no default, being what prices are for.
	Unit metering.Unit
	// Value is a JSON number, or a string that is one.
	Value Field
	SKU   Field
}

// A Mapping says what events of other producers mean, by their type. It is
// immutable and safe for concurrent use. The zero Mapping knows no type.
type Mapping struct{ rules map[string]*Rule }

// NewMapping returns a mapping of the given rules, and keeps nothing of the
// slice. It fails with an error for each thing that is wrong, joined: a
// *[metering.FieldError] for a type given twice or of this package, a field that
// is none, a label's name or an amount that is not valid; and a
// *[metering.DimensionError] for a unit that does not fit the meter.
func NewMapping(rules ...Rule) (*Mapping, error) {
	m := &Mapping{rules: make(map[string]*Rule, len(rules))}
	var broken []error
	for _, r := range rules {
		r.Labels, r.Amounts = maps.Clone(r.Labels), slices.Clone(r.Amounts)
		if r.Account == (Field{}) {
			r.Account = Attribute("subject")
		}
		broken = append(broken, r.validate())
		if m.rules[r.Type] != nil {
			broken = append(broken, r.refuse("type", r.Type, "want one rule for a type"))
		}
		m.rules[r.Type] = &r
	}
	if err := errors.Join(broken...); err != nil {
		return nil, err
	}
	return m, nil
}

// rule returns the rule for a type, or nil.
func (m *Mapping) rule(name string) *Rule {
	if m == nil {
		return nil
	}
	return m.rules[name]
}

func (r *Rule) refuse(field, value, reason string) error {
	return &metering.FieldError{Field: fmt.Sprintf("rule %q %s", clip(r.Type), field), Value: clip(value), Reason: reason}
}

// validate returns every rule of this package that r breaks.
func (r *Rule) validate() error {
	var broken []error
	at := func(field string) string { return fmt.Sprintf("rule %q %s", clip(r.Type), field) }
	switch {
	case r.Type == "" || !isString(r.Type) || len(r.Type) > metering.MaxNameBytes:
		broken = append(broken, r.refuse("type", r.Type, "want 1 to 256 bytes that CloudEvents allows"))
	case strings.HasPrefix(r.Type, typePrefix):
		broken = append(broken, r.refuse("type", r.Type, "want a type of another producer"))
	}
	if r.Account.optional {
		broken = append(broken, r.refuse("account", r.Account.String(), "want a field that is not optional"))
	}
	broken = append(broken, r.Account.validate(at("account"), account), r.Resource.validate(at("resource"), resource), r.Region.validate(at("region"), region))
	pairs := make([]string, 0, 2*len(r.Labels))
	for _, name := range slices.Sorted(maps.Keys(r.Labels)) {
		pairs = append(pairs, name, "")
		broken = append(broken, r.Labels[name].validate(at("label "+clip(name)), label))
		if r.Labels[name] == (Field{}) {
			broken = append(broken, r.refuse("label", name, "want a field"))
		}
	}
	if _, err := metering.NewLabels(pairs...); err != nil {
		broken = append(broken, err)
	}
	if n := len(r.Amounts); n < 1 || n > metering.MaxItems {
		broken = append(broken, r.refuse("amounts", fmt.Sprint(n), fmt.Sprintf("want 1 to %d", metering.MaxItems)))
	}
	for i := range r.Amounts {
		broken = append(broken, r.Amounts[i].validate(at(fmt.Sprintf("amount %d", i))))
	}
	return errors.Join(broken...)
}

func (a *Amount) validate(at string) error {
	broken := []error{a.Value.validate(at+" value", amount), a.SKU.validate(at+" SKU", sku)}
	if a.Value == (Field{}) {
		broken = append(broken, &metering.FieldError{Field: at + " value", Reason: "want a field"})
	}
	if err := a.Meter.Validate(); err != nil {
		return errors.Join(append(broken, fmt.Errorf("%s meter, which is one of a catalogue and not an id alone: %w", at, err))...)
	}
	if a.Meter.Aggregation != metering.Sum {
		broken = append(broken, &metering.FieldError{Field: at + " meter", Value: clip(string(a.Meter.ID)), Reason: "want a meter that adds up, for an aggregator to take"})
	}
	if a.Unit.IsZero() {
		broken = append(broken, &metering.FieldError{Field: at + " unit", Reason: "want what the value counts"})
	} else if got, want := a.Unit.Dimension(), a.Meter.Unit.Dimension(); got != want {
		broken = append(broken, &metering.DimensionError{Got: got, Want: want, Meter: a.Meter.ID})
	}
	if a.Value.from == inRule && !a.Unit.IsZero() {
		if _, _, err := a.Value.quantity(&envelope{}, value{}, a.Unit); err != nil {
			broken = append(broken, &metering.FieldError{Field: at + " value", Value: clip(a.Value.name), Reason: "want a number of the unit"})
		}
	}
	return errors.Join(broken...)
}

// A slot is what a field is read for.
type slot uint8

const (
	account slot = iota
	resource
	region
	sku
	label
	amount
)

// check holds a text to the rules of package metering.
func (as slot) check(s string) error {
	key := metering.Key{Account: "a", Meter: "m"}
	switch as {
	case account:
		key.Account = metering.Account(s)
	case resource:
		key.Resource = s
	case region:
		key.Region = s
	case sku:
		key.SKU = s
	case label:
		_, err := metering.NewLabels("l", s)
		return err
	}
	return key.Validate()
}

// needsData reports whether any field is in the data.
func (r *Rule) needsData() bool {
	in := func(f Field) bool { return f.from == inData }
	return in(r.Account) || in(r.Resource) || in(r.Region) ||
		slices.ContainsFunc(slices.Collect(maps.Values(r.Labels)), in) ||
		slices.ContainsFunc(r.Amounts, func(a Amount) bool { return in(a.Value) || in(a.SKU) })
}

// read reads what a rule says of an event into e.
func (r *Rule) read(e *metering.Event, env *envelope, depth int, bad *faults) {
	var data value
	if r.needsData() {
		var ok bool
		if data, ok = env.decode(depth, bad); !ok {
			return
		}
	}
	// Each text is held to the rules of package metering where it was found, so
	// that an error can say where.
	read := func(f Field, as slot) string {
		s := f.text(env, data, bad)
		if s != "" {
			if err := as.check(s); err != nil {
				bad.refuse(f.where(env), s, err)
			}
		}
		return s
	}
	e.Kind, e.Estimated = metering.Amount, r.Estimated
	e.Account = metering.Account(read(r.Account, account))
	e.Resource, e.Region = read(r.Resource, resource), read(r.Region, region)
	e.Labels = r.labels(env, data, bad)
	for _, a := range r.Amounts {
		q, none, err := a.Value.quantity(env, data, a.Unit)
		if err != nil {
			bad.add(err)
		}
		if !none {
			e.Items = append(e.Items, metering.Item{Meter: a.Meter.ID, SKU: read(a.SKU, sku), Quantity: q})
		}
	}
}

func (r *Rule) labels(env *envelope, data value, bad *faults) metering.Labels {
	pairs := make([]string, 0, 2*len(r.Labels))
	for _, name := range slices.Sorted(maps.Keys(r.Labels)) {
		f := r.Labels[name]
		var own faults
		s := f.text(env, data, &own)
		if len(own) == 0 && s != "" {
			if err := label.check(s); err != nil {
				own.refuse(f.where(env), s, err)
			}
		}
		if len(own) > 0 {
			bad.unsaid(own)
			continue
		}
		if s == "" {
			continue
		}
		pairs = append(pairs, name, s)
	}
	set, _ := metering.NewLabels(pairs...) // each is valid, and their number is
	return set
}
