package main

import (
	"sync"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/ours"
	"github.com/meterbook/meterbook/benchmarks/rival"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// fleet is a day of 100,000 workloads: 7,200,000 samples. Its budget is one of
// time and memory, 5 s and 1 GiB on two processors, and not a ratio: what floats
// take for about the same is there to compare.
func fleet() field {
	in := sync.OnceValue(workload.NewFleet)
	return field{
		Field: contest.Field{
			Entrants: []contest.Entrant{ours.Allocation(in), rival.FloatAllocation(in)},
			Rows:     []contest.Row{{Path: "allocation/day", Ours: ours.Name, Rival: "floats"}},
		},
		atMost: batchRounds,
	}
}
