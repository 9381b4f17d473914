package main

import (
	"encoding/json"
	"io"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// What -json prints. Amounts are "CNY 12.50", quantities whole grains with
// their unit, exact amounts fractions: nothing is rounded for display.
type (
	report struct {
		Card        string              `json:"card"`
		Other       string              `json:"other,omitempty"`
		Findings    []finding           `json:"findings,omitempty"`
		Bills       []bill              `json:"bills,omitempty"`
		OtherBills  []bill              `json:"other_bills,omitempty"`
		Differences []difference        `json:"differences,omitempty"`
		Prices      map[string][]points `json:"prices"`
	}
	finding struct {
		Rule       string `json:"rule"`
		Severity   string `json:"severity"`
		Path       string `json:"path"`
		Price      string `json:"price,omitempty"`
		Reason     string `json:"reason"`
		Suggestion string `json:"suggestion"`
	}
	points struct {
		Quantity string `json:"quantity"`
		Amount   string `json:"amount"`
	}
	bill struct {
		Account  metering.Account `json:"account"`
		Period   metering.Period  `json:"period"`
		Total    string           `json:"total"`
		List     string           `json:"list"`
		Charges  []charge         `json:"charges"`
		Unpriced []unpriced       `json:"unpriced,omitempty"`
	}
	charge struct {
		Account     metering.Account `json:"account"`
		Service     string           `json:"service,omitempty"`
		Meter       string           `json:"meter,omitempty"`
		SKU         string           `json:"sku,omitempty"`
		Region      string           `json:"region,omitempty"`
		Labels      metering.Labels  `json:"labels"`
		Period      metering.Period  `json:"period"`
		Quantity    string           `json:"quantity,omitempty"`
		Unit        string           `json:"unit,omitempty"`
		Price       string           `json:"price"`
		Card        string           `json:"card"`
		Origin      string           `json:"origin"`
		List        string           `json:"list"`
		Contracted  string           `json:"contracted"`
		Billed      string           `json:"billed"`
		Effective   string           `json:"effective"`
		Exact       string           `json:"exact"`
		Explanation string           `json:"explanation"`
	}
	unpriced struct {
		Key      string          `json:"key"`
		Period   metering.Period `json:"period"`
		Quantity string          `json:"quantity"`
	}
	difference struct {
		Account metering.Account `json:"account"`
		Meter   string           `json:"meter,omitempty"`
		Price   string           `json:"price"`
		Before  string           `json:"before"`
		After   string           `json:"after"`
		Change  string           `json:"change"`
	}
)

func (v *view) writeJSON(w io.Writer) error {
	r := report{Card: v.card.Name(), Prices: make(map[string][]points), Bills: v.billsJSON(v.bills), OtherBills: v.billsJSON(v.otherBills)}
	all, err := series(v.card)
	if err != nil {
		return err
	}
	for _, s := range all {
		for _, p := range s.Points {
			r.Prices[s.Price.ID] = append(r.Prices[s.Price.ID], points{p.Quantity.RatString(), p.Amount.RatString()})
		}
	}
	if v.other != nil {
		r.Other = v.other.Name()
	}
	if v.lint {
		for _, f := range ratecard.Lint(v.card) {
			r.Findings = append(r.Findings, finding{string(f.Rule), f.Severity.String(), f.Path, f.Price, f.Reason, f.Suggestion})
		}
	}
	for _, d := range v.differences {
		r.Differences = append(r.Differences, difference{d.Account, string(d.Meter), d.PriceID, d.Before.String(), d.After.String(), d.Change.String()})
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(r)
}

func (v *view) billsJSON(bills []rating.Bill) (out []bill) {
	for _, b := range bills {
		j := bill{Account: b.Contract.Account, Period: b.Period, Total: b.Total().String(), List: b.ListTotal().String(), Charges: []charge{}}
		for _, c := range b.Charges {
			j.Charges = append(j.Charges, v.chargeJSON(c))
		}
		for _, u := range b.Unpriced {
			j.Unpriced = append(j.Unpriced, unpriced{u.Key.String(), u.Period, u.Quantity.String()})
		}
		out = append(out, j)
	}
	return out
}

func (v *view) chargeJSON(c accounting.Charge) charge {
	j := charge{
		Account: c.Account, Service: string(c.Service), Meter: string(c.Meter), SKU: c.SKU, Region: c.Region, Labels: c.Labels, Period: c.Period,
		Unit: c.Unit.Code(), Price: c.PriceID, Card: c.Card, Origin: c.Origin.String(),
		List: c.List.String(), Contracted: c.Contracted.String(), Billed: c.Billed.String(), Effective: c.Effective.String(),
		Exact: c.Explanation.Exact().RatString(), Explanation: c.Explain(),
	}
	if c.Quantity.Dimension().Valid() {
		j.Quantity = c.Quantity.String()
	}
	if v.explain {
		j.Explanation = c.Explanation.Tree(v.language).String()
	}
	return j
}
