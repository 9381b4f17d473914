package ratecard

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
)

// ParseYAML reads a card from YAML or JSON and checks it as [Validate] does.
// What it returns is never half a card: it fails with [Faults], which lists
// all that is wrong, and then the card is nil.
func ParseYAML(src []byte, opts ...Option) (*accounting.Card, error) {
	if fault, ok := checkSize(src); !ok {
		return nil, Faults{fault}
	}
	read := decode
	if isJSON(src) {
		read = decodeJSON
	} else if fault, ok := checkSource(src); !ok {
		return nil, Faults{fault}
	}
	root, fault, ok := read(src)
	if !ok {
		return nil, Faults{fault}
	}
	c := newCollector()
	r := &reader{newConfig(opts), c}
	top := &place{node: root}
	r.sift(top, 1)
	card := r.card(top)
	v := &validator{r.config, c}
	v.card(top, card)
	if err := c.err(); err != nil {
		return nil, err
	}
	return card, nil
}

// MustParseYAML is [ParseYAML] for constants and tests: it panics on error.
func MustParseYAML(src []byte, opts ...Option) *accounting.Card {
	card, err := ParseYAML(src, opts...)
	if err != nil {
		panic(err)
	}
	return card
}

func (r *reader) card(p *place) *accounting.Card {
	card := new(accounting.Card)
	r.mapping(p, cardKeys, func(key string, at *place) {
		switch key {
		case "card":
			card.ID = r.text(at)
		case "version":
			card.Version = r.text(at)
		case "title":
			card.Title = r.text(at)
		case "currency":
			card.Currency = money.Currency(r.text(at))
		case "rounding":
			card.Rounding = r.rounding(at)
		case "rounding_changes":
			r.list(at, "changes", 100, func(at *place) { card.RoundingChanges = append(card.RoundingChanges, r.roundingChange(at)) })
		case "power_factor":
			card.PowerFactor = r.powerAdjustment(at)
		case "prices":
			r.list(at, "prices", MaxPrices, func(at *place) { card.Prices = append(card.Prices, r.price(at)) })
		}
	})
	if p.node.Kind == yaml.MappingNode && p.field("rounding").node == nil {
		r.missing(p, "rounding", "such as {mode: half-even, places: 2, level: line}")
	}
	return card
}

func (r *reader) rounding(p *place) (rounding accounting.Rounding) {
	r.mapping(p, roundingKeys, func(key string, at *place) {
		switch key {
		case "mode":
			if s, ok := r.scalar(at, "a rounding mode"); ok {
				mode, err := money.ParseRoundingMode(s)
				if err != nil {
					r.refuse(at, "want one of %v", modeNames())
				}
				rounding.Mode = mode
			}
		case "places":
			if s, ok := r.scalar(at, "a number of places"); ok {
				places, err := strconv.Atoi(s[:min(len(s), 3)])
				if err != nil || strconv.Itoa(places) != s {
					r.refuse(at, "want a whole number from 0 to %d", money.Scale)
				}
				rounding.Places = places
			}
		case "level":
			rounding.Level, _ = accounting.ParseLevel(r.choice(at, accounting.LineLevel.String(), accounting.BillLevel.String()))
		case "month":
			rounding.Month = r.monthRounding(at)
		}
	})
	if p.node.Kind != yaml.MappingNode {
		return rounding
	}
	if p.field("mode").node == nil {
		r.missing(p, "mode", "want one of %v", modeNames())
	}
	if p.field("places").node == nil {
		r.missing(p, "places", "want a whole number from 0 to %d", money.Scale)
	}
	return rounding
}

func (r *reader) roundingChange(p *place) (c accounting.RoundingChange) {
	r.mapping(p, changeKeys, func(key string, at *place) {
		if key == "from" {
			c.From = r.instant(at)
		} else {
			c.Rounding = r.rounding(at)
		}
	})
	for _, key := range changeKeys {
		if p.node.Kind == yaml.MappingNode && p.field(key).node == nil {
			r.missing(p, key, "want from and rounding")
		}
	}
	return c
}

func (r *reader) monthRounding(p *place) accounting.MonthRounding {
	m := accounting.MonthRounding{On: true}
	r.mapping(p, monthKeys, func(key string, at *place) {
		if key == "places" {
			m.Places = int8(r.whole(at, money.Scale))
			return
		}
		if s, ok := r.scalar(at, "a rounding mode"); ok {
			mode, err := money.ParseRoundingMode(s)
			if err != nil {
				r.refuse(at, "want one of %v", modeNames())
			}
			m.Mode = mode
		}
	})
	for _, key := range monthKeys {
		if p.node.Kind == yaml.MappingNode && p.field(key).node == nil {
			r.missing(p, key, "want mode and places")
		}
	}
	return m
}

// decode returns the root node of src.
func decode(src []byte) (root *yaml.Node, fault Fault, ok bool) {
	defer func() {
		// The parser is not ours and its input may be hostile: a panic in it
		// is a text that cannot be read.
		if p := recover(); p != nil {
			root, fault, ok = nil, Fault{Line: 1, Column: 1, Reason: "not readable as YAML"}, false
		}
	}()
	d := yaml.NewDecoder(bytes.NewReader(src))
	var document, second yaml.Node
	if err := d.Decode(&document); err == io.EOF || err == nil && len(document.Content) == 0 {
		return nil, Fault{Line: 1, Column: 1, Reason: "empty; want a card"}, false
	} else if err != nil {
		return nil, syntaxFault(err, src), false
	}
	switch err := d.Decode(&second); {
	case errors.Is(err, io.EOF):
		return document.Content[0], Fault{}, true
	case err != nil:
		return nil, syntaxFault(err, src), false
	}
	return nil, Fault{Line: second.Line, Column: second.Column, Reason: "a second document; want one card"}, false
}

// syntaxFault turns an error of the parser, such as "yaml: line 3: found
// unknown escape character", into a fault. A parser error ("did not find
// expected …") counts lines from 0, a scanner error from 1, and neither
// mentions a line 0. An alias without its anchor comes without a line.
func syntaxFault(err error, src []byte) Fault {
	reason := strings.TrimPrefix(err.Error(), "yaml: ")
	if fault, ok := bareBrace(src); ok {
		return fault
	}
	line := 0
	if rest, found := strings.CutPrefix(reason, "line "); found {
		if number, message, found := strings.Cut(rest, ": "); found {
			line, _ = strconv.Atoi(number)
			reason = message
		}
	}
	if strings.HasPrefix(reason, "did not find expected") || line == 0 {
		line++
	}
	switch {
	case strings.HasPrefix(reason, "exceeded max depth"):
		reason = "nested deeper than " + strconv.Itoa(MaxDepth)
	case strings.HasPrefix(reason, "unknown anchor"):
		_, name, _ := strings.Cut(reason, "'")
		name, _, _ = strings.Cut(name, "'")
		before, _, _ := bytes.Cut(src, []byte("*"+name))
		return Fault{
			Line:   bytes.Count(before, []byte("\n")) + 1,
			Column: utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1,
			Value:  clip("*" + name),
			Reason: "aliases are not read; write the value out",
		}
	case strings.Contains(reason, "<document start>"):
		reason = "text after the end of the card"
	default:
		reason = "not YAML: " + clip(reason)
	}
	return Fault{Line: line, Column: 1, Reason: reason}
}
