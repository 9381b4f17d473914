package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// The columns of a file of usage. Resource, sku, region and labels may be
// left out; labels are name=value;name=value.
var columns = []string{"account", "meter", "resource", "sku", "region", "labels", "start", "end", "quantity", "unit"}

const maxUsageBytes = 256 << 20

// readUsage reads rows of usage. Each fault names its line and column.
func readUsage(name string) ([]metering.Usage, error) {
	src := sampleUsage
	if name != "sample" {
		var err error
		if src, err = readFile(name, maxUsageBytes); err != nil {
			return nil, err
		}
	}
	r := csv.NewReader(bytes.NewReader(src))
	r.ReuseRecord = true
	header, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("%s: no header; want the columns %s", name, strings.Join(columns, ","))
	}
	at := make(map[string]int)
	for i, column := range header {
		column = strings.TrimPrefix(strings.TrimSpace(column), "\ufeff")
		if !slices.Contains(columns, column) {
			return nil, fmt.Errorf("%s: column %q is none of %s", name, column, strings.Join(columns, ","))
		}
		at[column] = i
	}
	for _, column := range []string{"account", "meter", "start", "end", "quantity", "unit"} {
		if _, ok := at[column]; !ok {
			return nil, fmt.Errorf("%s: column %q is missing", name, column)
		}
	}
	var rows []metering.Usage
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		row, err := usageRow(func(column string) string {
			if i, ok := at[column]; ok {
				return record[i]
			}
			return ""
		})
		if err != nil {
			line, _ := r.FieldPos(0)
			return nil, fmt.Errorf("%s: line %d: %w", name, line, err)
		}
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, func(a, b metering.Usage) int { return a.Period.Compare(b.Period) })
	return rows, nil
}

func usageRow(field func(string) string) (u metering.Usage, err error) {
	u.Key = metering.Key{Account: metering.Account(field("account")), Meter: metering.MeterID(field("meter")),
		Resource: field("resource"), SKU: field("sku"), Region: field("region")}
	if err := u.Key.Account.Validate(); err != nil {
		return u, err
	}
	if text := field("labels"); text != "" {
		var pairs []string
		for _, pair := range strings.Split(text, ";") {
			name, value, ok := strings.Cut(pair, "=")
			if !ok {
				return u, fmt.Errorf("labels %q: want name=value;name=value", text)
			}
			pairs = append(pairs, name, value)
		}
		if u.Key.Labels, err = metering.NewLabels(pairs...); err != nil {
			return u, err
		}
	}
	start, err := instant("start", field("start"))
	if err != nil {
		return u, err
	}
	end, err := instant("end", field("end"))
	if err != nil {
		return u, err
	}
	if u.Period, err = metering.NewPeriod(start, end); err != nil {
		return u, err
	}
	u.Quantity, err = metering.ParseQuantity(field("quantity") + " " + field("unit"))
	return u, err
}

func instant(column, text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, fmt.Errorf("%s %.40q: want a time such as 2026-11-01T00:00:00Z", column, text)
	}
	return t, nil
}

// zoneOf is the zone of a name; without one, that of the card's times of the day if
// they have one zone, or UTC.
func zoneOf(name string, card *accounting.Card) (zone metering.Zone, err error) {
	if name != "" {
		return metering.LoadZone(name)
	}
	found := false
	for i := range card.Prices {
		t := card.Prices[i].Terms
		switch {
		case t == nil || t.During == nil:
		case found && zone != t.During.Zone:
			return metering.Zone{}, nil
		default:
			zone, found = t.During.Zone, true
		}
	}
	return zone, nil
}

// rate rates the file of usage by the card, and by the other one if there is
// one, month by month.
func (v *view) rate() error {
	read := func() ([]metering.Usage, error) { return readUsage(v.usage) }
	if v.usage == "random" {
		read = func() ([]metering.Usage, error) { return randomUsage(v.card, v.clock, v.seed) }
	}
	rows, err := read()
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return fmt.Errorf("%s: no rows of usage", v.usage)
	}
	account := metering.Account(v.account)
	if account == "" {
		account = rows[0].Key.Account.Tenant()
	}
	contract := accounting.Contract{Account: account, Card: v.card, Zone: v.clock}
	first, err := contract.BillingPeriod(rows[0].Period.Start())
	if err != nil {
		return err
	}
	last, err := contract.BillingPeriod(rows[len(rows)-1].Period.Start())
	if err != nil {
		return err
	}
	period, err := metering.NewPeriod(first.Start(), last.End())
	if err != nil {
		return err
	}
	usage := rating.Rows(rows...)
	if v.other == nil {
		v.bills, err = rating.RateAll(contract, period, usage, rating.ReportUnpriced())
		return err
	}
	candidate := contract
	candidate.Card = v.other
	comparison, err := rating.Compare(contract, candidate, period, usage, rating.ReportUnpriced())
	v.bills, v.otherBills, v.differences = comparison.Before, comparison.After, comparison.Differences
	return err
}
