package main

import (
	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/ours"
	"github.com/meterbook/meterbook/benchmarks/rival"
)

// holdBudget is what a hold, reserved and committed, may cost of one lock and
// unlock of a mutex that nobody else wants.
const holdBudget = 8.0

func holds() field {
	return hot([]contest.Entrant{ours.Hold(), rival.Mutex()},
		contest.Row{Path: "credit/hold", Ours: ours.Name, Rival: "mutex", Budget: holdBudget})
}
