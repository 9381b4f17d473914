// Package ours has this module as a contestant, by its public API, on the paths
// on which package rival has the others.
package ours

import (
	"fmt"
	"math/big"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
	"github.com/meterbook/meterbook/metering"
)

// Name is what a contestant of this package is called.
const Name = "ours"

// newAggregator returns one that keeps hours, with the hour of the events as
// the current one.
func newAggregator() (*metering.Aggregator, error) {
	agg := metering.NewAggregator(metering.WithWindow(metering.FullHour))
	return agg, agg.Advance(workload.Hour)
}

// counted returns a function that reads all hours of an aggregator back.
func counted(agg *metering.Aggregator) func() (*big.Int, error) {
	return func() (*big.Int, error) {
		period, err := metering.NewPeriod(workload.Hour.AddDate(0, 0, -1), workload.Hour.AddDate(0, 0, 1))
		if err != nil {
			return nil, err
		}
		total := new(big.Int)
		for row, err := range agg.Usage(period, metering.Per(metering.Hours(metering.Zone{}))) {
			if err != nil {
				return nil, fmt.Errorf("ours: %w", err)
			}
			total.Add(total, row.Quantity.Grains().Big())
		}
		return total, nil
	}
}

// Decimals returns the exact kernel as a contestant of [rival.Decimals].
func Decimals(lines []workload.Line) contest.Entrant {
	return contest.Entrant{Name: "fixed", Open: func() (*contest.Run, error) { return fixedLines(lines) }}
}
