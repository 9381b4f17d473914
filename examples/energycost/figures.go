package main

import (
	"encoding/json"
	"io"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// figures is what -json prints.
type figures struct {
	Period  string          `json:"period"`
	MadeUp  bool            `json:"made_up"`
	Card    string          `json:"card"`
	SiteKWh decimal.Decimal `json:"site_kwh"`
	Prices  []priceFigures  `json:"prices"`
	Bill    money.Money     `json:"bill"`
	Tenants []tenantFigures `json:"tenants"`
	Cost    money.Money     `json:"cost"`
	Price   money.Money     `json:"price"`
	Margin  money.Money     `json:"margin"`
	Closes  bool            `json:"closes"`
}

type priceFigures struct {
	ID       string      `json:"id"`
	Quantity string      `json:"quantity,omitempty"`
	Amount   money.Money `json:"amount"`
}

type tenantFigures struct {
	Account metering.Account `json:"account"`
	KWh     decimal.Decimal  `json:"kwh"`
	Cost    money.Money      `json:"cost"`
	Price   money.Money      `json:"price"`
	Margin  money.Money      `json:"margin"`
	Percent string           `json:"margin_percent,omitempty"`
}

func (b *books) figures() (figures, error) {
	f := figures{Period: b.period.String(), MadeUp: b.made, Card: b.utility.Name(), SiteKWh: b.used.KWh(3), Bill: b.site.Total(),
		Cost: b.total.cost, Price: b.total.price, Margin: b.total.margin, Closes: b.closes()}
	list, err := b.lines()
	for _, l := range list {
		f.Prices = append(f.Prices, priceFigures{l.id, l.text(), l.amount})
	}
	for _, t := range b.tenants {
		f.Tenants = append(f.Tenants, tenantFigures{t.account, t.used.KWh(3), t.cost, t.price, t.margin, t.ratio()})
	}
	return f, err
}

func (b *books) writeJSON(to io.Writer) error {
	f, err := b.figures()
	if err != nil {
		return err
	}
	e := json.NewEncoder(to)
	e.SetIndent("", "  ")
	return e.Encode(f)
}
