package ours

import (
	"errors"
	"os"
	"sync"
	"time"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/csvbatch"
)

// csvBatchRows is large enough for rows of one key and hour to meet in a batch.
const csvBatchRows = 1 << 20

// CSV returns the entrant that totals the rows of a file by hour, with one part
// of the file for each thread. Opening it and reading all totals back is part of
// it.
func CSV(file func() (string, error), rows func() *workload.Rows, threads int) contest.Entrant {
	return contest.Entrant{Name: Name, Open: func() (*contest.Run, error) {
		path, err := file()
		if err != nil {
			return nil, err
		}
		return &contest.Run{Job: func() (time.Duration, error) {
			return contest.Timed(threads, func() error { return totalCSV(path, rows(), threads) })
		}}, nil
	}}
}

func totalCSV(path string, rows *workload.Rows, threads int) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	layout, err := csvLayout()
	if err != nil {
		return err
	}
	readers, err := csvbatch.Split(f, info.Size(), threads, layout, csvbatch.WithBatchRows(csvBatchRows))
	if err != nil {
		return err
	}
	agg := metering.NewAggregator(metering.WithWindow(metering.FullHour))
	if err := recordAll(agg, readers); err != nil {
		return err
	}
	return checkHours(agg, rows)
}

func csvLayout() (csvbatch.Layout, error) {
	meter, err := metering.DefaultCatalogue().Lookup(batchMeter)
	return csvbatch.Layout{
		Meter: meter, Unit: meter.Unit,
		Account: "tenant", SKU: "sku", Region: "region", Time: "time", Amount: "amount",
	}, err
}

// recordAll records what the readers read, each in a goroutine of its own.
func recordAll(agg *metering.Aggregator, readers []*csvbatch.Reader) error {
	errs := make([]error, len(readers))
	var wait sync.WaitGroup
	for i, r := range readers {
		wait.Go(func() { errs[i] = record(agg, r) })
	}
	wait.Wait()
	return errors.Join(errs...)
}

func record(agg *metering.Aggregator, r *csvbatch.Reader) error {
	for b, err := range r.Batches() {
		if err != nil {
			return err
		}
		if err := agg.RecordBatch(*b); err != nil {
			return err
		}
	}
	return nil
}
