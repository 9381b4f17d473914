package ours

import (
	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
	"github.com/meterbook/meterbook/metering"
)

// NameAt is the contestant of [Bound] that gives a time with each addition.
const NameAt = "ours-at"

// Bound returns the entrants that add to one series which they hold: to its
// current window, and to the window of a time.
func Bound(goroutines int) []contest.Entrant {
	return []contest.Entrant{
		{Name: Name, Open: func() (*contest.Run, error) { return bound(newAggregator, goroutines, addLoop) }},
		{Name: NameAt, Open: func() (*contest.Run, error) { return bound(newAggregator, goroutines, addAtLoop) }},
	}
}

func bound(fresh func() (*metering.Aggregator, error), goroutines int, loop func(*metering.Series) contest.Loop) (*contest.Run, error) {
	agg, err := fresh()
	if err != nil {
		return nil, err
	}
	k := workload.Keys3(1)[0]
	s, err := agg.Series(key3(&k))
	if err != nil {
		return nil, err
	}
	return &contest.Run{
		Loops: contest.Workers(goroutines, func(int) contest.Loop { return loop(s) }),
		Total: counted(agg),
	}, nil
}

func addLoop(s *metering.Series) contest.Loop {
	return func(n int) error {
		for range n {
			if err := s.Add(metering.Grains(workload.Step, metering.Token)); err != nil {
				return err
			}
		}
		return nil
	}
}

func addAtLoop(s *metering.Series) contest.Loop {
	times := workload.Uniform(1).Times
	return func(n int) error {
		for i := range n {
			if err := s.AddAt(times[i&(len(times)-1)], metering.Grains(workload.Step, metering.Token)); err != nil {
				return err
			}
		}
		return nil
	}
}
