package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/attribution"
	"github.com/meterbook/meterbook/energy/carbon"
	"github.com/meterbook/meterbook/metering"
)

// siteMeter is the name of the facility's meter.
const siteMeter = "site"

// An input is what the files say.
type input struct {
	meters  []*meter // the site's first
	grid    []carbon.Point
	holders map[string][]attribution.Holder
	all     map[string]metering.Quantity // what of a rack could be held
	idle    map[string]energy.Power      // what a rack draws without work
	period  metering.Period
	made    bool // up, for want of a file
}

// A meter is a column of readings, as energy by hour.
type meter struct {
	name, unit string
	counter    *energy.Counter
	hours      map[int64]*energy.Window // by Unix hour
	found      []fault
}

// A fault is something that a meter did which no energy follows from.
type fault struct {
	Meter string    `json:"meter"`
	Time  time.Time `json:"time"`
	What  string    `json:"what"`
	Flags string    `json:"flags,omitempty"`
	Hours float64   `json:"hours"`
}

// unitOf maps how meters are labelled to the library's names of units.
var unitOf = map[string]string{"Wh": "W.h", "kWh": "kW.h", "MWh": "MW.h", "J": "J", "kJ": "kJ"}

func readMeters(r io.Reader) (*input, error) {
	rows := csv.NewReader(r)
	head, err := rows.Read()
	if err != nil {
		return nil, fmt.Errorf("meter file: header: %w", err)
	}
	in := &input{holders: map[string][]attribution.Holder{}, all: map[string]metering.Quantity{}, idle: map[string]energy.Power{}}
	columns, grid, err := in.columns(head)
	if err != nil {
		return nil, err
	}
	var first, last time.Time
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("meter file: %w", err)
		}
		line, _ := rows.FieldPos(0)
		at, err := time.Parse(time.RFC3339, row[0])
		if err != nil {
			return nil, fmt.Errorf("meter file: line %d: time %q: want RFC 3339, such as 2025-01-01T00:00:00Z", line, row[0])
		}
		if !last.IsZero() && !at.After(last) {
			return nil, fmt.Errorf("meter file: line %d: time %s: want one after %s", line, at.Format(time.RFC3339), last.Format(time.RFC3339))
		}
		if first.IsZero() {
			first = at
		}
		last = at
		for i, m := range columns {
			if m == nil {
				continue
			}
			if err := m.read(at, row[i]); err != nil {
				return nil, fmt.Errorf("meter file: line %d: %s: %w", line, m.name, err)
			}
		}
		if grid > 0 && row[grid] != "" {
			i, err := carbon.ParseIntensity(row[grid] + " g/kWh")
			if err != nil {
				return nil, fmt.Errorf("meter file: line %d: %w", line, err)
			}
			in.grid = append(in.grid, carbon.Point{Time: at, Intensity: i})
		}
	}
	if in.period, err = metering.NewPeriod(first, last); err != nil || in.period.IsZero() {
		return nil, fmt.Errorf("meter file: want readings at two times or more")
	}
	return in, nil
}

// columns makes a meter of each column that has a unit of energy.
func (in *input) columns(head []string) (columns []*meter, grid int, err error) {
	columns = make([]*meter, len(head))
	if head[0] != "time" {
		return nil, 0, fmt.Errorf("meter file: first column %q: want time", head[0])
	}
	for i, h := range head[1:] {
		name, unit, ok := strings.Cut(strings.TrimSpace(h), " ")
		switch {
		case ok && unit == "g/kWh":
			grid = i + 1
			continue
		case !ok || unitOf[unit] == "":
			return nil, 0, fmt.Errorf("meter file: column %q: want a name and a unit: Wh, kWh, MWh, J, kJ or g/kWh", h)
		case slices.ContainsFunc(in.meters, func(m *meter) bool { return m.name == name }):
			return nil, 0, fmt.Errorf("meter file: column %q: want each meter once", h)
		}
		c, err := energy.NewCounter(energy.CounterSpec{})
		if err != nil {
			return nil, 0, err
		}
		columns[i+1] = &meter{name: name, unit: unitOf[unit], counter: c, hours: map[int64]*energy.Window{}}
		in.meters = append(in.meters, columns[i+1])
	}
	at := slices.IndexFunc(in.meters, func(m *meter) bool { return m.name == siteMeter })
	if at < 0 || len(in.meters) < 2 {
		return nil, 0, fmt.Errorf("meter file: want a column %q and at least one of IT equipment", siteMeter+" kWh")
	}
	in.meters[0], in.meters[at] = in.meters[at], in.meters[0]
	return columns, grid, nil
}

// read takes one reading; an empty cell is one that failed.
func (m *meter) read(at time.Time, cell string) error {
	if strings.TrimSpace(cell) == "" {
		d, err := m.counter.Miss(at)
		if err == nil {
			m.note(d, at)
		}
		return err
	}
	value, err := energy.Parse(strings.TrimSpace(cell) + " " + m.unit)
	if err != nil {
		return err
	}
	d, err := m.counter.Read(at, value)
	if err != nil || d.Kind() == energy.First {
		return err
	}
	if !d.Plain() {
		m.note(d, at)
	}
	return m.spread(d)
}

func (m *meter) note(d energy.Delta, at time.Time) {
	if d.Kind() == energy.Missed {
		return // the reading after it says how long
	}
	m.found = append(m.found, fault{m.name, at, d.Kind().String(), d.Flags().String(), d.Period().Duration().Hours()})
}

// spread lays the energy of a delta over the hours of its period, evenly by
// time. Where there was no reading within it for more than an hour, or a reset
// lost some, the hours are not observed and what falls to them is estimated.
func (m *meter) spread(d energy.Delta) error {
	p := d.Period()
	var hours []metering.Period
	var weights []int64
	for h := range p.Windows(time.Hour) {
		part := h.Intersect(p)
		if part.IsZero() {
			continue
		}
		hours, weights = append(hours, h), append(weights, int64(part.Duration()))
	}
	parts, err := d.Energy().Quantity().Split(weights...)
	if err != nil {
		return err
	}
	seen := d.Kind() != energy.Reset && p.Duration() <= time.Hour
	for i, h := range hours {
		e, err := energy.FromQuantity(parts[i])
		if err != nil {
			return err
		}
		key := h.Start().Unix() / 3600
		w := m.hours[key]
		if w == nil {
			w = &energy.Window{Period: h}
			m.hours[key] = w
		}
		if w.Energy, err = w.Energy.Add(e); err != nil {
			return err
		}
		if seen {
			w.Observed += time.Duration(weights[i])
		} else if w.Estimated, err = w.Estimated.Add(e); err != nil {
			return err
		}
	}
	return nil
}

// window returns the hour's energy; the zero window of its period where there
// is none.
func (m *meter) window(h metering.Period) energy.Window {
	if w := m.hours[h.Start().Unix()/3600]; w != nil {
		return *w
	}
	return energy.Window{Period: h}
}

// readHolders reads who holds the racks: meter,account,held,of,used,idle_kW.
func (in *input) readHolders(r io.Reader) error {
	rows := csv.NewReader(r)
	rows.FieldsPerRecord = 6
	for first := true; ; first = false {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("holders: %w", err)
		}
		if first {
			continue
		}
		line, _ := rows.FieldPos(0)
		var numbers [4]int64
		for i := range numbers {
			if numbers[i], err = strconv.ParseInt(row[2+i], 10, 32); err != nil || numbers[i] < 0 {
				return fmt.Errorf("holders: line %d: %q: want a whole number, 0 or more", line, row[2+i])
			}
		}
		if !slices.ContainsFunc(in.meters[1:], func(m *meter) bool { return m.name == row[0] }) {
			return fmt.Errorf("holders: line %d: meter %q: want one of IT equipment in the meter file", line, row[0])
		}
		in.all[row[0]] = metering.Grains(numbers[1], metering.Cards)
		in.idle[row[0]] = energy.Power(numbers[3]) * energy.Kilowatt
		in.holders[row[0]] = append(in.holders[row[0]], attribution.Holder{Account: metering.Account(row[1]), Allocated: metering.Grains(numbers[0], metering.Cards), Used: numbers[2]})
	}
}
