package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/meterbook/meterbook/accounting/allocation"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// input is what the two files say.
type input struct {
	model    allocation.Model
	services []metering.Account // in the order of the costs
}

// Limits of a file, before anything is kept of it.
const (
	maxRows = 100_000
	maxText = 1 << 10
)

// rows calls each with the rows of a CSV file under the head given. An error
// names the file and the line.
func rows(name string, r io.Reader, head []string, each func(row []string) error) error {
	c := csv.NewReader(r)
	c.FieldsPerRecord = len(head)
	for n := 0; ; n++ {
		row, err := c.Read()
		if errors.Is(err, io.EOF) {
			if n == 0 {
				return fmt.Errorf("%s: want a first line of %q", name, head)
			}
			return nil
		}
		if errors.Is(err, csv.ErrFieldCount) {
			err = fmt.Errorf("%w, want %q", err, head)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		line, _ := c.FieldPos(0)
		switch {
		case n == 0 && !slices.Equal(row, head):
			return fmt.Errorf("%s:%d: the first line is %q, want %q", name, line, row, head)
		case n > maxRows:
			return fmt.Errorf("%s:%d: more than %d rows", name, line, maxRows)
		case slices.ContainsFunc(row, func(s string) bool { return len(s) > maxText }):
			return fmt.Errorf("%s:%d: a field of more than %d bytes", name, line, maxText)
		case n == 0:
			continue
		}
		if err := each(row); err != nil {
			return fmt.Errorf("%s:%d: %w", name, line, err)
		}
	}
}

// service is the driver of one service centre as the file has it.
type service struct {
	kind     string
	weights  []allocation.Weight
	measures []allocation.Measure
	even     []metering.Account
}

// add takes one row.
func (s *service) add(to metering.Account, kind, value string) error {
	if s.kind != "" && s.kind != kind {
		return fmt.Errorf("driver %q after %q: a service has one driver", kind, s.kind)
	}
	s.kind = kind
	switch kind {
	case "even":
		s.even = append(s.even, to)
	case "weighted", "fixed":
		w, err := allocation.ParseWeight(to, value)
		if err != nil {
			return err
		}
		s.weights = append(s.weights, w)
	case "proportional":
		q, err := metering.ParseQuantity(value)
		if err != nil {
			return err
		}
		s.measures = append(s.measures, allocation.Measure{To: to, Quantity: q})
	default:
		return fmt.Errorf("driver %q: want even, weighted, proportional or fixed", kind)
	}
	return nil
}

func (s *service) driver() allocation.Driver {
	switch s.kind {
	case "even":
		return allocation.Even(s.even...)
	case "fixed":
		return allocation.Fixed(s.weights...)
	case "proportional":
		return allocation.Proportional(metering.Period{}, s.measures...)
	}
	return allocation.Weighted(s.weights...)
}

// readInput reads the costs and the drivers, whose files are named.
func readInput(names [2]string, costs, drivers io.Reader) (input, error) {
	var in input
	services := make(map[metering.Account]*service)
	err := rows(names[1], drivers, []string{"service", "driver", "centre", "value"}, func(row []string) error {
		from := metering.Account(row[0])
		if services[from] == nil {
			services[from] = new(service)
		}
		return services[from].add(metering.Account(row[2]), row[1], row[3])
	})
	if err != nil {
		return in, err
	}
	err = rows(names[0], costs, []string{"centre", "cost"}, func(row []string) error {
		cost, err := money.Parse(row[1])
		if err != nil {
			return err
		}
		c := allocation.Centre{ID: metering.Account(row[0]), Cost: cost}
		if s := services[c.ID]; s != nil {
			c.Driver = s.driver()
			in.services = append(in.services, c.ID)
			delete(services, c.ID)
		}
		in.model.Centres = append(in.model.Centres, c)
		return nil
	})
	if err != nil {
		return in, err
	}
	for name := range services {
		return in, fmt.Errorf("%s: service %q has no cost in %s; give it a row there, of 0 if it has none", names[1], name, names[0])
	}
	return in, nil
}
