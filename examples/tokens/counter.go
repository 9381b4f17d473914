package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/tokens"
)

// parsers are the shapes of usage, by the word for the API.
func parsers() map[string]*tokens.Parser {
	return map[string]*tokens.Parser{
		"openai-chat": tokens.OpenAIChat(), "openai-responses": tokens.OpenAIResponses(), "anthropic": tokens.Anthropic(),
		"deepseek": tokens.DeepSeek(), "bailian": tokens.Bailian(), "gemini": tokens.Gemini(),
	}
}

// counter counts requests.
type counter struct {
	card        *accounting.Card
	model       string // of requests that do not name theirs
	tiers       []int64
	agg         *metering.Aggregator
	first, last time.Time
	tenant      metering.Account
	repeated    int
	seen        map[string]bool // identities, to say how many came again
}

func newCounter(card *accounting.Card, model string) *counter {
	return &counter{card: card, model: model, tiers: inputTiers(card), agg: metering.NewAggregator(), seen: make(map[string]bool)}
}

// inputTiers returns the bounds by which the card prices a request by the
// length of its input.
func inputTiers(card *accounting.Card) (bounds []int64) {
	for _, p := range card.Prices {
		m, ok := p.Model.(accounting.Volume)
		if !ok || m.SizedBy != tokens.TierLabel {
			continue
		}
		for _, t := range m.Tiers {
			if t.UpTo != nil && !slices.Contains(bounds, t.UpTo.IntPart()) {
				bounds = append(bounds, t.UpTo.IntPart())
			}
		}
	}
	slices.Sort(bounds)
	return bounds
}

// record is a line of NDJSON.
type record struct {
	Time     time.Time        `json:"time"`
	Account  metering.Account `json:"account"`
	API      string           `json:"api"`
	Model    string           `json:"model"`
	Response json.RawMessage  `json:"response"`
}

func (c *counter) readNDJSON(in io.Reader) error {
	shapes := parsers()
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 4<<20)
	for n := 1; lines.Scan(); n++ {
		if len(strings.TrimSpace(lines.Text())) == 0 {
			continue
		}
		var r record
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		parser := shapes[r.API]
		if parser == nil {
			return fmt.Errorf("line %d: api %.40q: want one of openai-chat, openai-responses, anthropic, deepseek, bailian, gemini", n, r.API)
		}
		response, err := parser.ParseResponse(r.Response)
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if r.Model == "" {
			r.Model = response.Model
		}
		if response.ID == "" {
			response.ID = "line " + strconv.Itoa(n)
		}
		if err := c.count(response.Usage, tokens.Request{Account: r.Account, Source: r.API, ID: response.ID, At: r.Time, Model: r.Model, Labels: response.Labels}); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	return lines.Err()
}

func (c *counter) count(u tokens.Usage, r tokens.Request) error {
	if r.Model == "" {
		r.Model = c.model
	}
	if r.Model == "" {
		return errors.New("no model; name it in the request or with -model")
	}
	if r.Account == "" {
		r.Account = "requests"
	}
	r.Tiers = c.tiers
	event, err := u.Event(r)
	if err != nil {
		return err
	}
	if err := c.agg.Record(event); err != nil {
		return err
	}
	identity := fmt.Sprintf("%q %q", r.Source, r.ID)
	if c.seen[identity] {
		c.repeated++
		return nil
	}
	c.seen[identity] = true
	if tenant := event.Account.Tenant(); c.tenant == "" {
		c.tenant = tenant
	} else if tenant != c.tenant {
		return fmt.Errorf("account %q: this program rates one tenant at a time, %q so far", event.Account, c.tenant)
	}
	if c.first.IsZero() || r.At.Before(c.first) {
		c.first = r.At
	}
	if r.At.After(c.last) {
		c.last = r.At
	}
	return nil
}

// columnOf names what a column of CSV holds. Those of the Azure LLM inference
// traces are known too.
var columnOf = map[string]string{"TIMESTAMP": "time", "ContextTokens": "input", "GeneratedTokens": "output"}

func (c *counter) readCSV(in io.Reader) error {
	r := csv.NewReader(bufio.NewReaderSize(in, 1<<16))
	r.ReuseRecord = true
	header, err := r.Read()
	if err != nil {
		return fmt.Errorf("no header: %w", err)
	}
	at := make(map[string]int)
	for i, name := range header {
		name = strings.TrimPrefix(strings.TrimSpace(name), "\ufeff")
		if known := columnOf[name]; known != "" {
			name = known
		}
		at[name] = i
	}
	for _, name := range []string{"time", "input", "output"} {
		if _, ok := at[name]; !ok {
			return fmt.Errorf("column %q is missing", name)
		}
	}
	for n := 2; ; n++ {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = c.csvRow(n, func(name string) string {
				if i, ok := at[name]; ok {
					return strings.TrimSpace(row[i])
				}
				return ""
			})
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
}

func (c *counter) csvRow(n int, field func(string) string) error {
	var u tokens.Usage
	for name, into := range map[string]*int64{"input": &u.Input, "cached": &u.CacheRead, "cache-write-5m": &u.CacheWrite5m,
		"cache-write-1h": &u.CacheWrite1h, "output": &u.Output, "reasoning": &u.Reasoning} {
		text := field(name)
		if text == "" {
			continue
		}
		count, err := strconv.ParseInt(text, 10, 64)
		if err != nil || count < 0 {
			return fmt.Errorf("%s %.40q: want a whole number of tokens", name, text)
		}
		*into = count
	}
	when, err := instant(field("time"))
	if err != nil {
		return err
	}
	id := field("id")
	if id == "" {
		id = "line " + strconv.Itoa(n)
	}
	return c.count(u, tokens.Request{Account: metering.Account(field("account")), Source: "csv", ID: id, At: when, Model: field("model")})
}

// instant reads RFC 3339, or a date and time of UTC.
func instant(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("time %.40q: want one such as 2026-11-02T09:00:00Z", s)
}
