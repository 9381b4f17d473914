package main

import (
	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// A billed is a bill as JSON. Amounts are exact; lines add up to the total.
type billed struct {
	Account  metering.Account `json:"account"`
	Period   metering.Period  `json:"period"`
	Card     string           `json:"card"`
	Lines    []line           `json:"lines"`
	Unpriced []metering.Usage `json:"unpriced,omitempty"`
	Total    money.Money      `json:"total"`
}

type line struct {
	Account     metering.Account     `json:"account"`
	Service     accounting.ServiceID `json:"service"`
	Price       string               `json:"price"`
	Meter       metering.MeterID     `json:"meter,omitempty"`
	SKU         string               `json:"sku,omitempty"`
	Region      string               `json:"region,omitempty"`
	Labels      metering.Labels      `json:"labels,omitzero"`
	Period      metering.Period      `json:"period"`
	Quantity    metering.Quantity    `json:"quantity"`
	List        money.Money          `json:"list"`
	Billed      money.Money          `json:"billed"`
	Explanation string               `json:"explanation,omitempty"`
	Steps       *step                `json:"steps,omitempty"`
}

// A step is a part of an explanation: what was done, and what came of it.
type step struct {
	Text  string `json:"text"`
	Parts []step `json:"parts,omitempty"`
}

func steps(n accounting.Node) step {
	s := step{Text: n.Text}
	for _, p := range n.Parts {
		s.Parts = append(s.Parts, steps(p))
	}
	return s
}

func billView(b rating.Bill, explain bool, say words) billed {
	v := billed{Account: b.Contract.Account, Period: b.Period, Card: b.Contract.Card.Name(), Lines: []line{}, Unpriced: b.Unpriced, Total: b.Total()}
	for _, c := range b.Charges {
		l := line{Account: c.Account, Service: c.Service, Price: c.PriceID, Meter: c.Meter, SKU: c.SKU, Region: c.Region, Labels: c.Labels,
			Period: c.Period, Quantity: c.Quantity, List: c.List, Billed: c.Billed}
		if explain {
			tree := steps(c.Explanation.Tree(say.language))
			l.Explanation, l.Steps = c.Explain(), &tree
		}
		v.Lines = append(v.Lines, l)
	}
	return v
}
