package cloudevents_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The oracle reads an event of this package's types in the slow and obvious
// way, with encoding/json and regular expressions. It uses the standard library
// alone, and leaves what is package metering's to say to the test.

type oracleEvent struct {
	id, source, subject, kind, resource, region, adjusts, reason string
	nanos                                                        string // since 1970
	labels                                                       [][2]string
	items                                                        [][3]string
	estimated                                                    bool
}

// oracleReference is the grammar of RFC 3986, appendix A, put together from its
// rules; addresses in brackets are looked at by oracleAddress.
var oracleReference = func() *regexp.Regexp {
	const (
		escape   = `%[0-9A-Fa-f]{2}`
		some     = `[A-Za-z0-9._~!$&'()*+,;=-]|` + escape
		pchar    = `(?:` + some + `|[:@])`
		segment  = pchar + `*`
		path     = `(?:/` + segment + `)*`
		absolute = `/(?:` + pchar + `+` + path + `)?`
		userinfo = `(?:(?:` + some + `|:)*@)?`
		host     = `(?:\[(?P<address>[^\]\[]*)\]|(?:` + some + `)*)`
		full     = `//` + userinfo + host + `(?::[0-9]*)?` + path
		rest     = `(?:\?(?:` + pchar + `|[/?])*)?(?:#(?:` + pchar + `|[/?])*)?`
		scheme   = `[A-Za-z][A-Za-z0-9+.-]*:`
		uri      = scheme + `(?:` + full + `|` + absolute + `|` + pchar + `+` + path + `|)`
		noColon  = `(?:` + some + `|@)+` + path
	)
	relative := strings.ReplaceAll(full, "address", "other") + `|` + absolute + `|` + noColon + `|`
	return regexp.MustCompile(`^(?:` + uri + `|` + relative + `)` + rest + `$`)
}()

var (
	oracleMedia   = regexp.MustCompile("(?i)^ *[a-z0-9!#$%&'*+.^_`{|}~-]+/([a-z0-9!#$%&'*+.^_`{|}~-]*\\+)?json *(;.*)?$")
	oracleEscapes = regexp.MustCompile(`(?s)\\u[0-9a-fA-F]{4}|\\.|[^\\]+`)
	oracleName    = regexp.MustCompile(`^[a-z0-9]+$`)
	oracleScheme  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:`)
	oracleEscaped = regexp.MustCompile(`%[0-9A-F]{2}|[A-Za-z0-9._~-]`)
	oraclePlain   = regexp.MustCompile(`^[A-Za-z0-9._~-]$`)
	oracleType    = regexp.MustCompile(`^com\.meterbook\.usage\.(amount|start|resize|pause|resume|stop|heartbeat|level|adjustment)\.v1$`)
	oracleInstant = regexp.MustCompile(`^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$`)
	oracleFuture  = regexp.MustCompile(`^[vV][0-9A-Fa-f]+\.[A-Za-z0-9._~!$&'()*+,;=:-]+$`)
	oracleHex     = regexp.MustCompile(`^[0-9A-Fa-f]{1,4}$`)
	oracleIPv4    = regexp.MustCompile(`^((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\.|$)){4}$`)
)

func oracleIsReference(s string) bool {
	m := oracleReference.FindStringSubmatch(s)
	if s == "" || m == nil {
		return false
	}
	for i, name := range oracleReference.SubexpNames() {
		if name != "" && strings.Contains(s, "["+m[i]+"]") && !oracleFuture.MatchString(m[i]) && !oracleAddress(m[i]) {
			return false
		}
	}
	return true
}

// oracleAddress is IPv6address of RFC 3986, clause 3.2.2.
func oracleAddress(s string) bool {
	head, tail, short := strings.Cut(s, "::")
	groups := func(s string, last bool) int {
		if s == "" {
			return 0
		}
		parts := strings.Split(s, ":")
		n := 0
		for i, p := range parts {
			switch {
			case oracleHex.MatchString(p):
				n++
			case last && i == len(parts)-1 && oracleIPv4.MatchString(p) && !strings.HasSuffix(p, "."):
				n += 2
			default:
				return 100
			}
		}
		return n
	}
	if !short {
		return groups(s, true) == 8
	}
	return groups(head, false)+groups(tail, true) <= 7
}

// oracleSource undoes the escaping of a source.
func oracleSource(s string) (string, bool) {
	const scheme = "com.meterbook.source:"
	if !oracleIsReference(s) {
		return "", false
	}
	if !strings.HasPrefix(s, scheme) {
		return s, true
	}
	if oracleEscaped.ReplaceAllString(s[len(scheme):], "") != "" || len(s) == len(scheme) {
		return "", false
	}
	plain := oracleEscaped.ReplaceAllStringFunc(s[len(scheme):], func(one string) string {
		if len(one) == 1 {
			return one
		}
		n, _ := strconv.ParseUint(one[1:], 16, 8)
		if oraclePlain.MatchString(string([]byte{byte(n)})) {
			return "\n" // has an escape that it needs not
		}
		return string([]byte{byte(n)})
	})
	if strings.Contains(plain, "\n") || oracleIsReference(plain) && !strings.HasPrefix(plain, scheme) {
		return "", false
	}
	return plain, true
}

// oracleJSON reports whether text is JSON of Unicode text, with each name once
// in an object and at most 16 levels.
func oracleJSON(b []byte) bool {
	if !json.Valid(b) || !utf8.Valid(b) {
		return false
	}
	high := false
	for _, e := range oracleEscapes.FindAllString(string(b), -1) {
		unit := uint64(0)
		if len(e) == 6 && e[0] == '\\' {
			unit, _ = strconv.ParseUint(e[2:], 16, 16)
		}
		low := 0xdc00 <= unit && unit < 0xe000
		if high != low {
			return false
		}
		high = 0xd800 <= unit && unit < 0xdc00
	}
	type level struct {
		names map[string]bool // nil for an array
		value bool            // a value is next
	}
	var open []level
	d := json.NewDecoder(bytes.NewReader(b))
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return true
		}
		if t == json.Delim('}') || t == json.Delim(']') {
			open = open[:len(open)-1]
			continue
		}
		if n := len(open) - 1; n >= 0 && open[n].names != nil {
			if name, ok := t.(string); ok && !open[n].value {
				if open[n].names[name] {
					return false
				}
				open[n].names[name] = true
			}
			open[n].value = !open[n].value
		}
		switch t {
		case json.Delim('{'):
			open = append(open, level{names: map[string]bool{}})
		case json.Delim('['):
			open = append(open, level{})
		}
		if len(open) > 16 {
			return false
		}
	}
}

func oracleIsString(s string) bool {
	for _, r := range s {
		if unicode.IsControl(r) || unicode.Is(unicode.Noncharacter_Code_Point, r) {
			return false
		}
	}
	return true
}

func oracleUnmarshal(b []byte, v any) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	_ = d.Decode(v)
}

// oracleAttributes returns the attributes that are strings.
func oracleAttributes(all map[string]any) (map[string]string, bool) {
	attributes := map[string]string{}
	for name, v := range all {
		if name == "data" || name == "data_base64" {
			continue
		}
		if !oracleName.MatchString(name) {
			return nil, false
		}
		known := map[string]bool{"specversion": true, "id": true, "source": true, "type": true, "subject": true, "time": true, "datacontenttype": true, "dataschema": true}[name]
		switch v := v.(type) {
		case nil, bool:
			if known && v != nil {
				return nil, false
			}
		case string:
			if !oracleIsString(v) || known && v == "" {
				return nil, false
			}
			attributes[name] = v
		case json.Number:
			if n, ok := new(big.Int).SetString(v.String(), 10); !ok || known || n.IsInt64() && n.Int64() != int64(int32(n.Int64())) || !n.IsInt64() {
				return nil, false
			}
		default:
			return nil, false
		}
	}
	return attributes, true
}

// oracleRead returns the event that the text is, if it is one.
func oracleRead(b []byte) (e oracleEvent, ok bool) {
	var all map[string]any
	if !oracleJSON(b) {
		return e, false
	}
	oracleUnmarshal(b, &all)
	if all == nil {
		return e, false
	}
	attributes, ok := oracleAttributes(all)
	if !ok {
		return e, false
	}
	kind := oracleType.FindStringSubmatch(attributes["type"])
	if attributes["specversion"] != "1.0" || attributes["id"] == "" || kind == nil || attributes["subject"] == "" {
		return e, false
	}
	e.id, e.subject, e.kind = attributes["id"], attributes["subject"], kind[1]
	if e.source, ok = oracleSource(attributes["source"]); !ok {
		return e, false
	}
	if e.nanos, ok = oracleTime(attributes["time"]); !ok {
		return e, false
	}
	if s, there := attributes["dataschema"]; there && !(oracleIsReference(s) && oracleScheme.MatchString(s)) {
		return e, false
	}
	if media, there := attributes["datacontenttype"]; there && !oracleMedia.MatchString(media) {
		return e, false
	}
	data, there := all["data"]
	if coded := all["data_base64"]; coded != nil {
		text, isText := coded.(string)
		raw, err := base64.StdEncoding.Strict().DecodeString(text)
		if there || !isText || err != nil || strings.ContainsAny(text, "\r\n") || !oracleJSON(raw) {
			return e, false
		}
		oracleUnmarshal(raw, &data)
	}
	return e, e.read(data)
}

// oracleTime returns the nanoseconds since 1970.
func oracleTime(s string) (string, bool) {
	m := oracleInstant.FindStringSubmatch(s)
	if m == nil {
		return "", false
	}
	at, err := time.Parse("2006-01-02 15:04:05Z07:00", m[1]+" "+m[2]+strings.ToUpper(m[4]))
	digits := strings.TrimRight(m[3], "0")
	if err != nil || len(digits) > 9 || len(s) > 64 {
		return "", false
	}
	n, _ := new(big.Int).SetString((digits + "000000000")[:9], 10)
	return n.Add(n, new(big.Int).Mul(big.NewInt(at.Unix()), big.NewInt(1e9))).String(), true
}

// read reads the data.
func (e *oracleEvent) read(data any) bool {
	members, ok := data.(map[string]any)
	if !ok {
		return false
	}
	for name, v := range members {
		s, isText := v.(string)
		fits := isText || v == nil
		switch name {
		case "resource":
			e.resource = s
		case "region":
			e.region = s
		case "adjusts":
			e.adjusts = s
		case "reason":
			e.reason = s
		case "estimated":
			var isBool bool
			e.estimated, isBool = v.(bool)
			fits = isBool || v == nil
		case "labels":
			set, isObject := v.(map[string]any)
			fits = isObject || v == nil
			for n, v := range set {
				s, isText := v.(string)
				fits = fits && isText
				e.labels = append(e.labels, [2]string{n, s})
			}
		case "items":
			list, isArray := v.([]any)
			fits = isArray || v == nil
			for _, v := range list {
				item, isObject := v.(map[string]any)
				fits = fits && isObject
				var it [3]string
				for n, v := range item {
					i, known := map[string]int{"meter": 0, "sku": 1, "quantity": 2}[n]
					s, isText := v.(string)
					fits = fits && known && (isText || v == nil)
					if known {
						it[i] = s
					}
				}
				fits = fits && it[0] != "" && it[2] != ""
				e.items = append(e.items, it)
			}
		default:
			fits = false
		}
		if !fits {
			return false
		}
	}
	sort.Slice(e.labels, func(i, j int) bool { return e.labels[i][0] < e.labels[j][0] })
	return true
}

// oracleGrains returns the grains of a number of units, each of which has so
// many; it is not ok where that is not whole, or not of 128 bits.
func oracleGrains(text string, unit *big.Int) (string, bool) {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return "", false
	}
	r.Mul(r, new(big.Rat).SetInt(unit))
	half := new(big.Int).Lsh(big.NewInt(1), 127)
	if !r.IsInt() || r.Num().Cmp(half) >= 0 || r.Num().Cmp(new(big.Int).Neg(half)) < 0 {
		return "", false
	}
	return r.Num().String(), true
}
