package main

import (
	"fmt"
	"sync"
	"time"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/ours"
	"github.com/meterbook/meterbook/benchmarks/rival"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// A field has a limit on rounds where one takes seconds.
type field struct {
	contest.Field
	atMost int // 0 for none
}

// patience is how long a field of the hot path may go on with rounds while a
// row is unclear.
const patience = 8 * time.Second

// Budgets: what the time of ours over that of a rival must not exceed.
const (
	boundBudget      = 1.3
	contendedBudget  = 0.3
	xsyncBudget      = 0.4
	prometheusBudget = 0.2
	otelBudget       = 0.04
	scalingBudget    = 0.65 // of two goroutines over one
	growthBudget     = 1.0
	primitiveBudget  = 5.0 // of an addition by key
	rateBudget       = 0.3
	attributeBudget  = 25.0
	counterBudget    = 4.0
	// observedBudget is 1, and what two runs of one program differ by.
	observedBudget = 1.03
)

// several returns the suffix of entrants that run in several goroutines, where a
// field has them beside those that run in one.
func several(goroutines int) string { return fmt.Sprintf("-%d", goroutines) }

func hotFields(o options) []field {
	fields := []field{
		bound(1, "bound", boundBudget),
		bound(o.threads, fmt.Sprintf("contended/%d", o.threads), contendedBudget),
		keyed("3", o.threads, ours.Keyed3, rival.Keyed3, workload.Zipf3),
		keyed("6", o.threads, ours.Keyed6, rival.Keyed6, workload.Zipf6),
	}
	for exponent, series := 3, 1_000; exponent <= 6; exponent, series = exponent+1, series*10 {
		fields = append(fields, growth(fmt.Sprintf("growth/1e%d", exponent), series))
	}
	fields = append(fields, cards()...)
	return append(fields, primitives(), observedBound(), observedKeyed(), rate(), decimals(), holds(), counters(), attribution(), fleet(),
		focusWriting(), focusReading(), sealing(), proving(), posting())
}

func hot(entrants []contest.Entrant, rows ...contest.Row) field {
	return field{Field: contest.Field{Entrants: entrants, Rows: rows, Patience: patience}}
}

func bound(goroutines int, path string, budget float64) field {
	return hot(append(ours.Bound(goroutines), rival.Bound(goroutines)...),
		contest.Row{Path: path + "/add", Ours: ours.Name, Rival: "atomic", Budget: budget},
		// For comparison: the window of a time instead of the current one.
		contest.Row{Path: path + "/add-at", Ours: ours.NameAt, Rival: "atomic"},
	)
}

func keyed[K any](fields string, threads int,
	our func(func() *workload.Keyed[K], int) contest.Entrant,
	rivals func(func() *workload.Keyed[K], int) []contest.Entrant,
	input func() *workload.Keyed[K]) field {
	in := sync.OnceValue(input)
	ourSeveral := our(in, threads)
	ourSeveral.Name += several(threads)
	path, scaling := "keyed"+fields, fmt.Sprintf("scaling%s/%d", fields, threads)
	var budget float64
	if threads == 2 {
		budget = scalingBudget
	}
	return hot(append(rivals(in, 1), our(in, 1), ourSeveral),
		contest.Row{Path: path, Ours: ours.Name, Rival: "xsync", Budget: xsyncBudget},
		contest.Row{Path: path, Ours: ours.Name, Rival: "prometheus", Budget: prometheusBudget},
		contest.Row{Path: path, Ours: ours.Name, Rival: "otel", Budget: otelBudget},
		// Not the call that the budget is about, and the faster one.
		contest.Row{Path: path, Ours: ours.Name, Rival: "otel-newset"},
		contest.Row{Path: scaling, Ours: ourSeveral.Name, Rival: ours.Name, Budget: budget},
	)
}

func growth(path string, series int) field {
	in := sync.OnceValue(func() *workload.Keyed[workload.Key3] { return workload.Uniform(series) })
	return hot(append(rival.Keyed3(in, 1), ours.Keyed3(in, 1)),
		contest.Row{Path: path, Ours: ours.Name, Rival: "map", Budget: growthBudget})
}

// primitives are measured against an addition by key of three strings.
func primitives() field {
	in := sync.OnceValue(workload.Zipf3)
	return hot(append(ours.Primitives(), ours.Keyed3(in, 1)),
		contest.Row{Path: "primitive/lease", Ours: ours.NameLease, Rival: ours.Name, Budget: primitiveBudget},
		contest.Row{Path: "primitive/level", Ours: ours.NameLevel, Rival: ours.Name, Budget: primitiveBudget},
		contest.Row{Path: "primitive/tokens", Ours: ours.NameTokens, Rival: ours.Name, Budget: primitiveBudget},
	)
}

// observedBound and observedKeyed are the hot path with self-metrics against the
// hot path without.

func observedBound() field {
	return hot([]contest.Entrant{ours.Bound(1)[0], ours.ObservedBound(1)},
		contest.Row{Path: "self-metrics/add", Ours: ours.NameObserved, Rival: ours.Name, Budget: observedBudget})
}

func observedKeyed() field {
	in := sync.OnceValue(workload.Zipf3)
	return hot([]contest.Entrant{ours.Keyed3(in, 1), ours.ObservedKeyed3(in, 1)},
		contest.Row{Path: "self-metrics/keyed3", Ours: ours.NameObserved, Rival: ours.Name, Budget: observedBudget})
}

// counters are stepped by a reading of a device's energy counter.
func counters() field {
	return hot(append(ours.Counters(), rival.Atomic()),
		contest.Row{Path: "energy/counter", Ours: ours.NameCounter, Rival: "atomic", Budget: counterBudget},
		contest.Row{Path: "energy/advance", Ours: ours.NameAdvance, Rival: "atomic", Budget: counterBudget})
}

// attribution is a day of a fleet: 5.76 million samples, 1.92 million shares.
func attribution() field {
	samples := sync.OnceValue(ours.DaySamples)
	return hot([]contest.Entrant{ours.Attribution(samples), rival.Summation(samples)},
		contest.Row{Path: "energy/day", Ours: ours.NameAttribution, Rival: "summation", Budget: attributeBudget})
}

func rate() field {
	bill := workload.NewBill()
	return hot(append(rival.Rate(bill), ours.Rate(bill)),
		contest.Row{Path: "rate", Ours: ours.Name, Rival: "shopspring", Budget: rateBudget, Unit: "lines"},
		contest.Row{Path: "rate", Ours: ours.Name, Rival: "shopspring-walk", Budget: rateBudget})
}

// decimalLines is a power of two, and small: operands in cache, as in a loop
// over the lines of a bill.
const decimalLines = 1 << 10

func decimals() field {
	lines := workload.Lines(decimalLines)
	our, rivals := ours.Decimals(lines), rival.Decimals(lines)
	var rows []contest.Row
	for _, r := range rivals {
		rows = append(rows, contest.Row{Path: "decimal", Ours: our.Name, Rival: r.Name})
	}
	return hot(append(rivals, our), rows...)
}
