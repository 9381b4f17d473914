package cloudevents

import (
	"encoding/base64"
	"strings"
	"time"
)

// An envelope is the attributes of one event, read and found to be what
// CloudEvents 1.0.2 allows, and the whole of it.
type envelope struct {
	whole               value
	id, source, kind    string // kind is the type
	subject             string // "" for none
	time                time.Time
	json                bool // what datacontenttype says of the data
	data                value
	dataName            string // "data" or "data_base64"
	hasData, dataBroken bool
}

// The attributes that have to be there, in the order in which faults are told.
var required = [...]string{"specversion", "id", "source", "type"}

// readEnvelope reads the attributes of an event and leaves its data for
// [envelope.decode].
func readEnvelope(v value, bad *faults) envelope {
	e := envelope{whole: v, json: true}
	for i, name := range v.names {
		e.attribute(name, v.values[i], bad)
	}
	for _, name := range required {
		if v := v.get(name); v.none() {
			bad.refuse(name, "", ErrMissing)
		}
	}
	data, encoded := v.get("data"), v.get("data_base64")
	switch {
	case data.form != absent && !encoded.none():
		// A null is data too (JSON format, clause 3.1.1).
		bad.refuse("data_base64", "", ErrDataTwice)
		e.dataBroken = true
	case !encoded.none():
		e.data, e.dataName, e.hasData = encoded, "data_base64", true
	case data.form != absent:
		e.data, e.dataName, e.hasData = data, "data", true
	}
	return e
}

// attribute reads one member. A null is an attribute that is not there (JSON
// format, clause 2.2).
func (e *envelope) attribute(name string, v value, bad *faults) {
	if name == "data" || name == "data_base64" {
		return
	}
	if !isName(name) {
		bad.refuse(name, v.written(), ErrName)
		return
	}
	if v.form == null {
		return
	}
	switch name {
	case "specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema":
		switch {
		case v.form != text:
			bad.refuse(name, v.written(), errString)
		case v.text == "":
			bad.refuse(name, "", ErrMissing)
		case !isString(v.text):
			bad.refuse(name, v.text, ErrText)
		default:
			if err := e.set(name, v.text); err != nil {
				bad.refuse(name, v.text, err)
			}
		}
		return
	}
	switch {
	case v.form == array, v.form == object, v.form == number && !isInteger(v.text):
		bad.refuse(name, v.written(), errExtension)
	case v.form == text && !isString(v.text):
		bad.refuse(name, v.text, ErrText)
	}
}

// set takes an attribute of the specification.
func (e *envelope) set(name, s string) (err error) {
	var ok bool
	switch name {
	case "specversion":
		if s != specVersion {
			return ErrSpecVersion
		}
	case "id":
		e.id = s
	case "source":
		if e.source, ok = sourceOf(s); !ok {
			return ErrSource
		}
	case "type":
		e.kind = s
	case "subject":
		e.subject = s
	case "time":
		e.time, err = instantOf(s)
	case "datacontenttype":
		if e.json, ok = mediaOf(s); !ok {
			return ErrContentType
		}
	case "dataschema":
		if !isReference(s) || !hasScheme(s) {
			return errSchema
		}
	}
	return err
}

// decode reads the data as a JSON object, as which datacontenttype has to
// declare it; for an event without one there is no data, as for null. What is in
// base64 is read like the rest: some producers write all data so.
func (e *envelope) decode(depth int, bad *faults) (data value, ok bool) {
	switch {
	case e.dataBroken:
		return value{}, false
	case !e.hasData || e.data.form == null:
		return value{}, true
	case !e.json:
		bad.refuse("datacontenttype", e.whole.attribute("datacontenttype"), ErrContentType)
		return value{}, false
	}
	data = e.data
	if e.dataName == "data_base64" {
		raw, err := base64.StdEncoding.Strict().DecodeString(data.text)
		if data.form != text || err != nil || strings.ContainsAny(data.text, "\r\n") {
			bad.refuse(e.dataName, data.written(), errBase64)
			return value{}, false
		}
		if data, err = parse(raw, depth-1, e.dataName); err != nil {
			bad.add(err)
			return value{}, false
		}
	}
	if data.form != object {
		bad.refuse(e.dataName, data.written(), errObject)
		return value{}, false
	}
	return data, true
}

// attribute returns an attribute as CloudEvents writes it as a string; "" for
// none.
func (v *value) attribute(name string) string {
	if a := v.get(name); a.form > null {
		return a.text
	}
	return ""
}

// mediaOf reports whether s is a media type, and whether it declares JSON (JSON
// format, clause 3.1.1). Its parameters are not looked at: JSON has none.
func mediaOf(s string) (json, ok bool) {
	media, _, _ := strings.Cut(s, ";")
	major, minor, _ := strings.Cut(strings.ToLower(strings.Trim(media, " ")), "/")
	return minor == "json" || strings.HasSuffix(minor, "+json"), isToken(major) && isToken(minor)
}

// isToken is a token of RFC 2045, clause 5.1.
func isToken(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`()<>@,;:\"/[]?=`, c) >= 0 {
			return false
		}
	}
	return s != ""
}
