package rival

import (
	"math/big"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// A Go map of sums, without a lock: what one goroutine needs and no more.

const mapAlone contest.Unavailable = "a plain map is for one goroutine"

func mapKeyed3(in *workload.Keyed[workload.Key3], goroutines int) (*contest.Run, error) {
	if goroutines > 1 {
		return nil, mapAlone
	}
	sums := make(map[workload.Key3]int64, len(in.Stored))
	for _, k := range in.Stored {
		sums[k] = 0
	}
	at := 0
	loop := func(n int) error {
		events, i := in.Events, at
		for range n {
			e := &events[i&(len(events)-1)]
			sums[e.Key] += e.Amount
			i++
		}
		at = i
		return nil
	}
	return &contest.Run{Loops: []contest.Loop{loop}, Total: func() (*big.Int, error) { return sumOf(sums), nil }}, nil
}

func mapKeyed6(in *workload.Keyed[workload.Key6], goroutines int) (*contest.Run, error) {
	if goroutines > 1 {
		return nil, mapAlone
	}
	sums := make(map[workload.Key6]int64, len(in.Stored))
	for _, k := range in.Stored {
		sums[k] = 0
	}
	at := 0
	loop := func(n int) error {
		events, i := in.Events, at
		for range n {
			e := &events[i&(len(events)-1)]
			sums[e.Key] += e.Amount
			i++
		}
		at = i
		return nil
	}
	return &contest.Run{Loops: []contest.Loop{loop}, Total: func() (*big.Int, error) { return sumOf(sums), nil }}, nil
}

func sumOf[K comparable](sums map[K]int64) *big.Int {
	total := new(big.Int)
	for _, sum := range sums {
		total.Add(total, big.NewInt(sum))
	}
	return total
}
