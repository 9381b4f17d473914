package cloudevents

import (
	"errors"
	"fmt"
	"strings"

	"github.com/meterbook/meterbook/metering"
)

// A Field says where in an event of another producer a text or a number is.
// Get one from [Data], [Attribute] or [Fixed]. The zero Field is nowhere: a
// text that is always empty. Fields are comparable with ==.
type Field struct {
	from     origin
	name     string
	optional bool
}

type origin uint8

const (
	nowhere origin = iota
	inData
	inAttribute
	inRule
)

// Data is the value at a JSON Pointer (RFC 6901) into the data, such as
// "/usage/prompt_tokens". A text has to be a JSON string there: 1 and 1.0 are
// one number and two texts.
func Data(pointer string) Field { return Field{from: inData, name: pointer} }

// Attribute is the attribute of that name, an extension for instance. A whole
// number is the text that CloudEvents writes it as, and so are true and false
// (1.0.2, "Type System").
func Attribute(name string) Field { return Field{from: inAttribute, name: name} }

// Fixed is the same in every event. Fixed("1") as an amount counts events.
func Fixed(text string) Field { return Field{from: inRule, name: text} }

// Optional returns the field as one that may be absent or null. The text is
// then empty, and of an amount there is no item. An event in which a field
// that is not optional is absent, null or an empty text is refused: without
// its SKU, usage would be priced as another.
func (f Field) Optional() Field { f.optional = true; return f }

// where names the field as an error does, given how its data came.
func (f Field) where(env *envelope) string {
	if f.from == inData {
		if env.dataName == "" {
			return "data" + f.name
		}
		return env.dataName + f.name
	}
	return f.name
}

// validate returns what is wrong with a field of a rule.
func (f Field) validate(what string, as slot) error {
	ok, want := true, ""
	switch f.from {
	case inData:
		ok, want = isPointer(f.name), "want a JSON Pointer of at most 256 bytes, such as /usage/tokens"
	case inAttribute:
		ok, want = isName(f.name) && f.name != "data", "want the name of an attribute: a-z and 0-9"
	case inRule:
		ok, want = f.name != "", "want a text; the zero Field is none"
	}
	if ok && f.from == inRule {
		if field, wrong := errors.AsType[*metering.FieldError](as.check(f.name)); wrong {
			ok, want = false, field.Reason
		}
	}
	if ok {
		return nil
	}
	return &metering.FieldError{Field: what, Value: clip(f.name), Reason: want}
}

// find returns the field's value; absent or null where there is none.
func (f Field) find(env *envelope, data value) value {
	switch f.from {
	case inRule:
		return value{form: text, text: f.name}
	case inAttribute:
		v := env.whole.get(f.name)
		if v.form == number || v.form == boolean {
			v.form = text
		}
		return v
	case inData:
		for rest := f.name; rest != "" && data.form != absent; {
			var name string
			name, rest, _ = cutToken(rest)
			if data.form == array {
				data = data.element(name)
			} else {
				data = data.get(name)
			}
		}
		return data
	}
	return value{}
}

// text returns what the field says in an event, and adds to bad why not.
func (f Field) text(env *envelope, data value, bad *faults) string {
	v := f.find(env, data)
	switch {
	case f.from == nowhere || v.none() && f.optional:
	case v.none() || v.form == text && v.text == "" && !f.optional:
		bad.refuse(f.where(env), "", ErrMissing)
	case v.form != text:
		bad.refuse(f.where(env), v.written(), errString)
	default:
		return v.text
	}
	return ""
}

// quantity returns the number of units that the field says, exactly; none where
// it is optional and absent. A string that is a number of JSON is one: it is how
// producers send decimals that their floats would not keep.
func (f Field) quantity(env *envelope, data value, u metering.Unit) (q metering.Quantity, none bool, err error) {
	v := f.find(env, data)
	switch {
	case v.none() && f.optional:
		return q, true, nil
	case v.none():
		return q, false, &AttributeError{clip(f.where(env)), "", ErrMissing}
	}
	refuse := func(err error) error { return &AttributeError{clip(f.where(env)), clip(v.written()), err} }
	if v.form != number && v.form != text {
		return q, false, refuse(errNumber)
	}
	d, ok := decimalOf(v.text)
	if !ok {
		return q, false, refuse(errNumber)
	}
	if q, err = metering.QuantityOf(d, u); err != nil {
		return q, false, refuse(err)
	}
	return q, false, nil
}

// isPointer reports whether s is a JSON Pointer to something within the data.
func isPointer(s string) bool {
	if s == "" || s[0] != '/' || len(s) > metering.MaxNameBytes || !isString(s) {
		return false
	}
	for rest := s; rest != ""; {
		var ok bool
		if _, rest, ok = cutToken(rest); !ok {
			return false
		}
	}
	return true
}

// cutToken returns the first reference token of a pointer, unescaped, and the
// rest. It is not ok where a '~' has neither 0 nor 1 behind it.
func cutToken(pointer string) (token, rest string, ok bool) {
	token = pointer[1:]
	if i := strings.IndexByte(token, '/'); i >= 0 {
		token, rest = token[:i], token[i:]
	}
	if !strings.Contains(token, "~") {
		return token, rest, true
	}
	plain := strings.NewReplacer("~0", "", "~1", "").Replace(token)
	ok = !strings.Contains(plain, "~")
	return strings.NewReplacer("~0", "~", "~1", "/").Replace(token), rest, ok
}

// String returns the field for people: data/usage/tokens, subject, "fixed".
func (f Field) String() string {
	switch f.from {
	case inData:
		return "data" + f.name
	case inAttribute:
		return f.name
	case inRule:
		return fmt.Sprintf("%q", f.name)
	}
	return "nowhere"
}
