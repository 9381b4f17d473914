package cloudevents

import "strconv"

// A form is the type of a JSON value.
type form uint8

const (
	absent form = iota
	null
	boolean
	number
	text
	array
	object
)

// A value is one JSON value. It keeps nothing of the bytes it was read from.
type value struct {
	form form
	// text is what a string says, and how a number, true, false or null is
	// written.
	text     string
	*members // of an object or array; nil for others, which are most
}

// members are what an object or array has, in the order of the text.
type members struct {
	names  []string // of an object
	values []value
}

// get returns the member of that name; absent where there is none. Its cost
// grows with the number of members.
func (v *value) get(name string) value {
	if v.form != object {
		return value{}
	}
	for i, n := range v.names {
		if n == name {
			return v.values[i]
		}
	}
	return value{}
}

// element returns the element of an array that has the index, which is written
// as RFC 6901 has it: without zeros in front.
func (v *value) element(index string) value {
	i, err := strconv.ParseUint(index, 10, 31)
	if v.form != array || err != nil || i >= uint64(len(v.values)) || len(index) > 1 && index[0] == '0' {
		return value{}
	}
	return v.values[i]
}

// none reports whether there is no value, or null.
func (v *value) none() bool { return v.form <= null }

// written returns what an error can repeat of the value.
func (v *value) written() string {
	switch v.form {
	case array:
		return "[…]"
	case object:
		return "{…}"
	}
	return v.text
}
