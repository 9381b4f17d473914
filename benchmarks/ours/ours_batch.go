package ours

import (
	"errors"
	"sync"
	"time"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// batchMeter counts bytes and is quoted in GB: a billionth of its unit is a
// grain.
const batchMeter = metering.Egress

// Batch returns the entrant that totals rows by hour, from dictionaries or from
// a string for each row, with one part of the rows for each thread. Reading all
// totals back is part of it.
func Batch(rows func() *workload.Rows, threads int) contest.Entrant {
	return contest.Entrant{Name: Name, Open: func() (*contest.Run, error) {
		all := rows()
		return &contest.Run{Job: func() (time.Duration, error) {
			return contest.Timed(threads, func() error {
				agg := metering.NewAggregator(metering.WithWindow(metering.FullHour))
				if err := recordParts(agg, all, threads); err != nil {
					return err
				}
				return checkHours(agg, all)
			})
		}}, nil
	}}
}

func recordParts(agg *metering.Aggregator, rows *workload.Rows, threads int) error {
	errs := make([]error, threads)
	var wait sync.WaitGroup
	for i := range errs {
		wait.Go(func() { errs[i] = agg.RecordBatch(batchOf(rows.Part(i, threads))) })
	}
	wait.Wait()
	return errors.Join(errs...)
}

func batchOf(r *workload.Rows) metering.Batch {
	return metering.Batch{
		Meter:   batchMeter,
		Account: metering.Column(r.Tenant), SKU: metering.Column(r.SKU), Region: metering.Column(r.Region),
		Times: r.Times, Amounts: r.Amounts,
	}
}

// checkHours reads every hour of every key and holds them to the rows.
func checkHours(agg *metering.Aggregator, rows *workload.Rows) error {
	week, err := metering.NewPeriod(workload.RowsPeriod[0], workload.RowsPeriod[1])
	if err != nil {
		return err
	}
	groups, sum := 0, fixed.Int128{}
	for row, err := range agg.Usage(week, metering.Per(metering.Hours(metering.Zone{}))) {
		if err != nil {
			return err
		}
		groups++
		sum, _ = sum.Add(row.Quantity.Grains()) // far from 128 bits
	}
	return rows.Check(groups, sum.Big())
}
