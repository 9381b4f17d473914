package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"sync"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/examples/internal/digits"
	"github.com/meterbook/meterbook/metering"
)

// summary is what requests cost.
type summary struct {
	card     *accounting.Card
	total    money.Money // of the bills, rounded by the card
	repeated int
	models   []*modelCost
	unpriced []metering.Usage
}

// modelCost is one model's, exact.
type modelCost struct {
	name     string
	requests int64
	cost     *big.Rat
	classes  []*classCost
}

type classCost struct {
	meter  metering.MeterID
	tokens *big.Int
	cost   *big.Rat
}

// summary rates what was counted, month by month.
func (c *counter) summary() (*summary, error) {
	if c.tenant == "" {
		return nil, errors.New("no requests")
	}
	contract := accounting.Contract{Account: c.tenant, Card: c.card}
	first, err := contract.BillingPeriod(c.first)
	if err != nil {
		return nil, err
	}
	last, err := contract.BillingPeriod(c.last)
	if err != nil {
		return nil, err
	}
	period, err := metering.NewPeriod(first.Start(), last.End())
	if err != nil {
		return nil, err
	}
	bills, err := rating.RateAll(contract, period, c.agg.Usage(period), rating.ReportUnpriced())
	if err != nil {
		return nil, err
	}
	s := &summary{card: c.card, repeated: c.repeated}
	for _, b := range bills {
		if s.total, err = s.total.Add(b.Total()); err != nil {
			return nil, err
		}
		s.unpriced = append(s.unpriced, b.Unpriced...)
		for _, charge := range b.Charges {
			s.add(charge)
		}
	}
	slices.SortFunc(s.models, func(a, b *modelCost) int { return cmp.Or(b.cost.Cmp(a.cost), cmp.Compare(a.name, b.name)) })
	for _, m := range s.models {
		slices.SortFunc(m.classes, func(a, b *classCost) int { return cmp.Compare(a.meter, b.meter) })
	}
	return s, nil
}

func (s *summary) add(c accounting.Charge) {
	if c.Origin != accounting.FromUsage {
		return // the month's rounding is in the total alone
	}
	i := slices.IndexFunc(s.models, func(m *modelCost) bool { return m.name == c.SKU })
	if i < 0 {
		i = len(s.models)
		s.models = append(s.models, &modelCost{name: c.SKU, cost: new(big.Rat)})
	}
	m := s.models[i]
	exact := c.Explanation.Exact()
	m.cost.Add(m.cost, exact)
	if c.Meter == metering.Requests {
		n, _ := c.Quantity.Grains().Int64()
		m.requests += n
		return
	}
	j := slices.IndexFunc(m.classes, func(k *classCost) bool { return k.meter == c.Meter })
	if j < 0 {
		j = len(m.classes)
		m.classes = append(m.classes, &classCost{meter: c.Meter, tokens: new(big.Int), cost: new(big.Rat)})
	}
	m.classes[j].tokens.Add(m.classes[j].tokens, c.Quantity.Grains().Big())
	m.classes[j].cost.Add(m.classes[j].cost, exact)
}

// perThousand is what 1,000 requests cost on average.
func (m *modelCost) perThousand(cost *big.Rat) *big.Rat {
	if m.requests == 0 {
		return new(big.Rat)
	}
	return new(big.Rat).Mul(cost, big.NewRat(1000, m.requests))
}

// narrowLines makes the table's own lines one column wide, as terminals draw
// them, whatever the locale says of characters of ambiguous width.
var narrowLines = sync.OnceFunc(func() { text.OverrideRuneWidthEastAsianWidth(false) })

func (s *summary) print(w io.Writer, say words) error {
	narrowLines()
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Options.SeparateColumns = false
	t.Style().Options.DrawBorder = false
	t.Style().Format.Header, t.Style().Format.Footer = text.FormatDefault, text.FormatDefault
	t.AppendHeader(table.Row{say.model, say.class, say.requests, say.tokens, say.cost, say.perThousand})
	right := []table.ColumnConfig{}
	for i := 3; i <= 6; i++ {
		right = append(right, table.ColumnConfig{Number: i, Align: text.AlignRight, AlignHeader: text.AlignRight, AlignFooter: text.AlignRight})
	}
	t.SetColumnConfigs(right)
	exact := new(big.Rat)
	for i, m := range s.models {
		exact.Add(exact, m.cost)
		if i > 0 {
			t.AppendSeparator()
		}
		t.AppendRow(table.Row{m.name, say.all, digits.Group(fmt.Sprint(m.requests)), "", digits.Group(m.cost.FloatString(6)), digits.Group(m.perThousand(m.cost).FloatString(4))})
		for _, k := range m.classes {
			t.AppendRow(table.Row{"", say.className(k.meter), "", digits.Group(k.tokens.String()), digits.Group(k.cost.FloatString(6)), digits.Group(m.perThousand(k.cost).FloatString(4))})
		}
	}
	t.AppendFooter(table.Row{say.total, "", "", "", digits.Group(exact.FloatString(6))})
	t.AppendFooter(table.Row{say.billed, say.rounded, "", "", s.total.Display()})
	_, err := fmt.Fprintf(w, "%s, %s\n\n%s\n", s.card.Name(), s.card.Currency, t.Render())
	if err == nil && s.repeated > 0 {
		_, err = fmt.Fprintf(w, say.repeated+"\n", s.repeated)
	}
	for _, u := range s.unpriced {
		if err == nil {
			_, err = fmt.Fprintf(w, say.unpriced+"\n", u.Key.Meter, u.Key.SKU, u.Quantity)
		}
	}
	return err
}

func (s *summary) writeJSON(w io.Writer) error {
	type class struct {
		Meter  string `json:"meter"`
		Tokens string `json:"tokens"`
		Cost   string `json:"cost"`
	}
	type model struct {
		Model       string  `json:"model"`
		Requests    int64   `json:"requests"`
		Cost        string  `json:"cost"`
		PerThousand string  `json:"per_thousand_requests"`
		Classes     []class `json:"classes"`
	}
	type unpriced struct {
		Meter    string `json:"meter"`
		Model    string `json:"model"`
		Quantity string `json:"quantity"`
	}
	out := struct {
		Card     string     `json:"card"`
		Currency string     `json:"currency"`
		Total    string     `json:"total"`
		Repeated int        `json:"repeated"`
		Models   []model    `json:"models"`
		Unpriced []unpriced `json:"unpriced,omitempty"`
	}{Card: s.card.Name(), Currency: string(s.card.Currency), Total: s.total.String(), Repeated: s.repeated}
	for _, m := range s.models {
		j := model{m.name, m.requests, m.cost.RatString(), m.perThousand(m.cost).RatString(), nil}
		for _, k := range m.classes {
			j.Classes = append(j.Classes, class{string(k.meter), k.tokens.String(), k.cost.RatString()})
		}
		out.Models = append(out.Models, j)
	}
	for _, u := range s.unpriced {
		out.Unpriced = append(out.Unpriced, unpriced{string(u.Key.Meter), u.Key.SKU, u.Quantity.String()})
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(out)
}
