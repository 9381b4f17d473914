package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/metering"
)

// nobody is the column, and the account, of what no tenant holds.
const nobody metering.Account = "nobody"

// siteAccount pays the utility.
const siteAccount metering.Account = "site"

// A scenario is a month of a site.
type scenario struct {
	utility, tenants *accounting.Card
	zone             metering.Zone
	year             int
	month            time.Month
	made             bool

	accounts []metering.Account // of the columns
	quarters []quarter
}

// A quarter is what was read of a quarter hour.
type quarter struct {
	period         metering.Period
	site, reactive energy.Energy
	used           []energy.Energy // by account
}

// read reads a month. Each fault names its line.
func (s *scenario) read(name string, from io.Reader) error {
	r := csv.NewReader(from)
	header, err := r.Read()
	if err != nil || len(header) < 4 || header[0] != "start" || header[1] != "site kWh" || header[2] != "reactive kvarh" {
		return fmt.Errorf("%s: want the columns start, site kWh, reactive kvarh, and one in kWh for each tenant", name)
	}
	for _, column := range header[3:] {
		account, ok := strings.CutSuffix(column, " kWh")
		if err := metering.Account(account).Validate(); err != nil || !ok {
			return fmt.Errorf("%s: column %.60q: want the account of a tenant and kWh, such as \"acme kWh\"", name, column)
		}
		s.accounts = append(s.accounts, metering.Account(account))
	}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		q, err := s.quarter(cells)
		if err != nil {
			line, _ := r.FieldPos(0)
			return fmt.Errorf("%s: line %d: %w", name, line, err)
		}
		s.quarters = append(s.quarters, q)
	}
	if len(s.quarters) == 0 {
		return fmt.Errorf("%s: no quarter hours", name)
	}
	return nil
}

func (s *scenario) quarter(cells []string) (q quarter, err error) {
	start, err := time.Parse(time.RFC3339, cells[0])
	if err != nil {
		return q, fmt.Errorf("start %.40q: want a time such as 2026-01-01T00:00:00+08:00", cells[0])
	}
	if start.Minute()%15 != 0 || start.Second() != 0 || start.Nanosecond() != 0 {
		return q, fmt.Errorf("start %.40q: want the start of a quarter hour", cells[0])
	}
	if q.period, err = metering.NewPeriod(start, start.Add(15*time.Minute)); err != nil {
		return q, err
	}
	if n := len(s.quarters); n > 0 && q.period.Start().Before(s.quarters[n-1].period.End()) {
		return q, fmt.Errorf("start %s: want quarter hours in order, each once", cells[0])
	}
	for i, to := range []*energy.Energy{&q.site, &q.reactive} {
		if *to, err = kilowattHours(cells[1+i]); err != nil {
			return q, err
		}
	}
	for _, cell := range cells[3:] {
		e, err := kilowattHours(cell)
		if err != nil {
			return q, err
		}
		q.used = append(q.used, e)
	}
	return q, nil
}

// kilowattHours reads energy of 0 or more.
func kilowattHours(cell string) (energy.Energy, error) {
	q, err := metering.ParseQuantity(cell + " kW.h")
	if err != nil {
		return energy.Energy{}, err
	}
	if q.Sign() < 0 {
		return energy.Energy{}, fmt.Errorf("%.40q kWh: want 0 or more", cell)
	}
	return energy.FromQuantity(q)
}
