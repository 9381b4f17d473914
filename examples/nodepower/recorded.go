package main

import (
	"context"
	_ "embed"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/sensor"
)

// recorded.csv has what a machine said each second: the counters of its zones
// in microjoules, one of them failing once and going past its range, a GPU's
// power in watts, which exporter puts into the text that a dcgm-exporter says,
// and the milliseconds of processor time of its users.
//
//go:embed recorded.csv
var recordedCSV string

// A recordedSource plays a recording from a start on, over and over. Its
// counters go on from round to round.
type recordedSource struct {
	start time.Time
	look  time.Time // the last one
	rows  []map[string]string
	round map[string]int64 // what a zone uses from one start to the next, in µJ
}

// recording plays the recording, with loads that are made up from a seed unless it
// is 0.
func recording(start time.Time, seed uint64) *machine {
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
	s.vary(seed)
	s.round = map[string]int64{}
	for _, zone := range recordedZones {
		first, before, last := s.value(0, zone), s.value(len(s.rows)-2, zone), s.value(len(s.rows)-1, zone)
		s.round[zone] = (last-first+raplRange)%raplRange + (last-before+raplRange)%raplRange
	}
	gpu := &gpuExporter{fetch: s.exporter}
	return &machine{sources: []sensor.Source{s, gpu}, gpu: gpu, users: s.users, recorded: true}
}

// vary gives users and the GPU other loads.
func (s *recordedSource) vary(seed uint64) {
	if seed == 0 {
		return
	}
	r := rand.New(rand.NewPCG(seed, 0x6e6f6465))
	for _, name := range []string{"acme", "beta", "ended", recordedGPU} {
		percent := 30 + r.Int64N(171)
		for i, cells := range s.rows {
			cells[name] = strconv.FormatInt(s.value(i, name)*percent/100, 10)
		}
	}
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
	s.look = at
	return out, nil
}

// recordedText is what a dcgm-exporter said: of a card that one pod holds, with
// its energy since boot in mJ, and of one that is cut for two pods and has a
// sentinel for its energy.
const recordedText = `# TYPE DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION counter
DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu="0",UUID="gpu-0",modelName="NVIDIA H100 80GB HBM3",namespace="acme",pod="train-0"} %[1]d
DCGM_FI_DEV_GPU_UTIL{gpu="0",UUID="gpu-0",modelName="NVIDIA H100 80GB HBM3",namespace="acme",pod="train-0"} %[2]d
DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu="1",UUID="gpu-1",modelName="NVIDIA H100 80GB HBM3"} 9223372036854775794
DCGM_FI_DEV_POWER_USAGE{gpu="1",UUID="gpu-1",modelName="NVIDIA H100 80GB HBM3",GPU_I_PROFILE="3g.40gb",GPU_I_ID="1",namespace="beta",pod="serve-0"} %[3]d
DCGM_FI_PROF_GR_ENGINE_ACTIVE{gpu="1",UUID="gpu-1",modelName="NVIDIA H100 80GB HBM3",GPU_I_PROFILE="3g.40gb",GPU_I_ID="1",namespace="beta",pod="serve-0"} 0.%02[2]d
DCGM_FI_PROF_GR_ENGINE_ACTIVE{gpu="1",UUID="gpu-1",modelName="NVIDIA H100 80GB HBM3",GPU_I_PROFILE="2g.20gb",GPU_I_ID="5",namespace="gamma",pod="tune-0"} 0.9
`

// exporter returns what the exporter said at the last look.
func (s *recordedSource) exporter(context.Context) ([]byte, error) {
	row, round := s.at(s.look)
	watts := func(row map[string]string) int64 {
		n, _ := strconv.ParseInt(row[recordedGPU], 10, 64)
		return n
	}
	total, sum := int64(0), int64(0)
	for _, r := range s.rows {
		total += watts(r)
	}
	for _, r := range s.rows {
		sum += watts(r)
		if r["second"] == row["second"] {
			break
		}
	}
	return fmt.Appendf(nil, recordedText, 1000*(sum+round*total), min(watts(row)/4, 99), watts(row)/2), nil
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
