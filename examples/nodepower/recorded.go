package main

import (
	"context"
	_ "embed"
	"encoding/csv"
	"strconv"
	"strings"
	"time"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/sensor"
)

// recorded.csv has what a machine said each second: the counters of its zones
// in microjoules, one of them failing once and going past its range, a GPU's
// power in watts, and the milliseconds of processor time of its users.
//
//go:embed recorded.csv
var recordedCSV string

// A recordedSource plays a recording from a start on, over and over. Its
// counters go on from round to round.
type recordedSource struct {
	start time.Time
	rows  []map[string]string
	round map[string]int64 // what a zone uses from one start to the next, in µJ
}

func recording(start time.Time) *machine {
	rows, err := csv.NewReader(strings.NewReader(recordedCSV)).ReadAll()
	if err != nil {
		panic(err) // it is part of the program
	}
	s := &recordedSource{start: start}
	for _, row := range rows[1:] {
		cells := map[string]string{}
		for i, name := range rows[0] {
			cells[name] = row[i]
		}
		s.rows = append(s.rows, cells)
	}
	s.round = map[string]int64{}
	for _, zone := range recordedZones {
		first, before, last := s.value(0, zone), s.value(len(s.rows)-2, zone), s.value(len(s.rows)-1, zone)
		s.round[zone] = (last-first+raplRange)%raplRange + (last-before+raplRange)%raplRange
	}
	return &machine{sources: []sensor.Source{s}, users: s.users, recorded: true}
}

// value is a counter of a row, 0 where it was not read.
func (s *recordedSource) value(row int, zone string) int64 {
	n, _ := strconv.ParseInt(s.rows[row][zone], 10, 64)
	return n
}

func (*recordedSource) Name() string { return "recorded" }

// at returns the row of an instant, and how often the recording was over.
func (s *recordedSource) at(t time.Time) (map[string]string, int64) {
	n := max(int(t.Sub(s.start).Round(time.Second)/time.Second), 0)
	return s.rows[n%len(s.rows)], int64(n / len(s.rows))
}

const (
	raplRange   = 262_143_328_850
	recordedGPU = "gpu-0"
)

var recordedZones = [...]string{"package-0", "core", "dram"}

func (s *recordedSource) Read(_ context.Context, at time.Time) ([]sensor.Reading, error) {
	row, round := s.at(at)
	var out []sensor.Reading
	for i, zone := range recordedZones {
		r := sensor.Reading{Source: s.Name(), Device: zone, Time: at, Kind: sensor.Counter, Range: energy.Microjoules(raplRange),
			Zone: energy.Zone{Name: zone, Kind: []energy.ZoneKind{energy.Package, energy.Core, energy.DRAM}[i]}}
		if v, err := strconv.ParseInt(row[zone], 10, 64); err == nil {
			r.Energy = energy.Microjoules((v + round*s.round[zone]) % raplRange)
		} else {
			r.Kind, r.Why = sensor.Missed, err
		}
		out = append(out, r)
	}
	watts, err := strconv.ParseInt(row[recordedGPU], 10, 64)
	r := sensor.Reading{Source: s.Name(), Device: recordedGPU, Time: at, Kind: sensor.Power, Power: energy.Power(watts) * energy.Watt}
	if err != nil {
		r.Kind, r.Why = sensor.Missed, err
	}
	return append(out, r), nil
}

func (s *recordedSource) users(at time.Time) []usage {
	row, _ := s.at(at)
	var out []usage
	for _, u := range []string{"acme", "beta", "ended", idleUser} {
		ms, _ := strconv.ParseInt(row[u], 10, 64)
		out = append(out, usage{u, ms})
	}
	return out
}
