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

// write makes the month up: who trains by night, who serves by day, who does
// both, and what stands idle; a site that cools harder in the afternoon, and
// whose fans and chillers take reactive energy.
func (s *scenario) write(to io.Writer) error {
	if _, err := fmt.Fprintln(to, "start,site kWh,reactive kvarh,acme kWh,beta kWh,gamma kWh,nobody kWh"); err != nil {
		return err
	}
	loc := s.zone.Location()
	for at := time.Date(s.year, s.month, 1, 0, 0, 0, 0, loc); at.Month() == s.month; at = at.Add(15 * time.Minute) {
		minute, n := 60*at.Hour()+at.Minute(), at.Day()*96+at.Hour()*4+at.Minute()/15
		ripple := n * n % 977 // up to 1 kWh, another each quarter hour
		day := hump(minute, 14*60, 9*60)
		used := [...]int{90_000 - 60*day + ripple, 25_000 + 70*day + 2*ripple, 48_000 + 9*(n%61) + ripple, 4_200} // Wh
		it := used[0] + used[1] + used[2] + used[3]
		site := it + it*(220+day/6)/1000 + 6_000
		if _, err := fmt.Fprintf(to, "%s,%s,%s,%s,%s,%s,%s\n", at.Format(time.RFC3339), milli(site), milli(site*(470+day/8)/1000),
			milli(used[0]), milli(used[1]), milli(used[2]), milli(used[3])); err != nil {
			return err
		}
	}
	return nil
}

// hump is 0 to 1000, highest at the middle and 0 a width away from it.
func hump(minute, middle, width int) int {
	away := max(minute-middle, middle-minute)
	if away >= width {
		return 0
	}
	return 1000 - 1000*away*away/(width*width)
}

func milli(n int) string { return fmt.Sprintf("%d.%03d", n/1000, n%1000) }
