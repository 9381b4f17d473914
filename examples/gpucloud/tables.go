package main

import (
	"bytes"
	"encoding/csv"
	"strings"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// usageCSV is what every account used, by day and key, in the grains that
// were counted and in the unit people read.
func (b *books) usageCSV(catalogue *metering.Catalogue) ([]byte, error) {
	rows := [][]string{{"account", "meter", "sku", "region", "start", "end", "grains", "grain_unit", "quantity", "unit", "estimated_grains"}}
	for _, u := range b.Usage {
		m, err := catalogue.Lookup(u.Key.Meter)
		if err != nil {
			return nil, err
		}
		q, err := u.Quantity.In(m.Unit, 6)
		if err != nil {
			return nil, err
		}
		rows = append(rows, []string{
			text(string(u.Key.Account)), string(u.Key.Meter), text(u.Key.SKU), text(u.Key.Region),
			u.Period.Start().Format(time.RFC3339), u.Period.End().Format(time.RFC3339),
			u.Quantity.Grains().String(), u.Quantity.Dimension().Grain().Code(), q.StringFixed(6), m.Unit.Code(), u.Estimated.Grains().String(),
		})
	}
	return encodeCSV(rows)
}

// chargesCSV is every charge with its explanation.
func (b *books) chargesCSV() ([]byte, error) {
	rows := [][]string{{"billing_account", "account", "service", "price", "card", "meter", "sku", "region", "start", "end", "quantity", "unit", "currency", "list", "contracted", "billed", "estimated", "explanation"}}
	for c := range chargesOf(b.Bills) {
		row, err := chargeRow(c)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return encodeCSV(rows)
}

func chargeRow(c accounting.Charge) ([]string, error) {
	quantity, estimated := "", "no"
	if !c.Unit.IsZero() {
		q, err := c.Quantity.In(c.Unit, 9)
		if err != nil {
			return nil, err
		}
		quantity = q.String()
	}
	if !c.Estimated.IsZero() {
		estimated = "yes"
	}
	return []string{
		text(string(c.BillingAccount)), text(string(c.Account)), string(c.Service), c.PriceID, c.Card, string(c.Meter), text(c.SKU), text(c.Region),
		c.Period.Start().Format(time.RFC3339), c.Period.End().Format(time.RFC3339), quantity, c.Unit.Code(), string(c.Billed.Currency()),
		plain(c.List), plain(c.Contracted), plain(c.Billed), estimated, text(c.Explain()),
	}, nil
}

// plain is an amount without its currency, with at least the currency's
// places.
func plain(m money.Money) string {
	_, amount, _ := strings.Cut(m.String(), " ")
	return amount
}

// text makes a cell safe for spreadsheets, which run a cell that begins like
// a formula (OWASP ASVS 1.2.10, CWE-1236).
func text(s string) string {
	for _, p := range [...]string{"=", "+", "-", "@", "\t", "\r", "\n", "\x00", "＝", "＋", "－", "＠"} {
		if strings.HasPrefix(s, p) {
			return "'" + s
		}
	}
	return s
}

func encodeCSV(rows [][]string) ([]byte, error) {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	if err := w.WriteAll(rows); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
