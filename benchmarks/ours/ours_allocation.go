package ours

import (
	"fmt"
	"time"

	"github.com/meterbook/meterbook/accounting/allocation"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
	"github.com/meterbook/meterbook/metering"
)

// Allocation returns the entrant that divides a day's cost of a fleet over its
// workloads, with the idle cost of each pool and resource, and settles it in
// cents.
func Allocation(fleet func() *workload.Fleet) contest.Entrant {
	return contest.Entrant{Name: Name, Open: func() (*contest.Run, error) {
		f := fleet()
		return &contest.Run{Job: func() (time.Duration, error) {
			return contest.Timed(1, func() error { return allocate(f) })
		}}, nil
	}}
}

func allocate(f *workload.Fleet) error {
	sheet, amounts, err := supplied(f)
	if err != nil {
		return err
	}
	hour := 0
	for window := range sheet.Windows() {
		for i, name := range f.Workloads {
			s := allocation.Sample{
				Key:  metering.Key{Account: metering.Account(f.Tenants[i]), Resource: name},
				Pool: f.Pools[f.Pool(i)], Period: window,
			}
			for r, resource := range f.Resources {
				request, usage := f.Sample(i, r, hour)
				s.Resource, s.Request, s.Usage = allocation.Resource(resource), amounts[r][request], amounts[r][usage]
				if err := sheet.Add(s); err != nil {
					return err
				}
			}
		}
		hour++
	}
	report, err := sheet.Report(allocation.View{By: allocation.ByWorkload, Idle: allocation.Spread})
	if err != nil {
		return err
	}
	settled, err := report.Settle(money.Rounding{Mode: money.HalfUp, Places: 2})
	if err != nil {
		return err
	}
	sum, err := money.Sum(settled...)
	if err != nil {
		return err
	}
	want, err := money.FromMinor(workload.FleetCost*int64(workload.FleetPools*len(f.Resources)), money.CNY)
	if err == nil && (sum != want || len(settled) != workload.FleetWorkloads) {
		err = fmt.Errorf("allocated %s of %s to %d workloads", sum, want, len(settled))
	}
	return err
}

// supplied returns a sheet with the pools, and the quantities of samples by
// resource and number of units.
func supplied(f *workload.Fleet) (*allocation.Sheet, [3][15]metering.Quantity, error) {
	var amounts [3][15]metering.Quantity
	day, err := metering.NewPeriod(f.Start, f.Start.Add(workload.FleetHours*time.Hour))
	if err != nil {
		return nil, amounts, err
	}
	sheet, err := allocation.NewSheet(day, time.Hour)
	if err != nil {
		return nil, amounts, err
	}
	cost, err := money.FromMinor(workload.FleetCost, money.CNY)
	if err != nil {
		return nil, amounts, err
	}
	for r, code := range []string{"{core}.h", "GiBy.h", "{card}.h"} {
		unit, err := metering.ParseUnit(code)
		if err != nil {
			return nil, amounts, err
		}
		for n := range amounts[r] {
			if amounts[r][n], err = metering.NewQuantity(int64(n), unit); err != nil {
				return nil, amounts, err
			}
		}
		for p, pool := range f.Pools {
			capacity, err := metering.NewQuantity(f.Capacity(p), unit)
			if err != nil {
				return nil, amounts, err
			}
			err = sheet.Supply(allocation.Supply{Pool: pool, Resource: allocation.Resource(f.Resources[r]), Cost: cost, Capacity: capacity})
			if err != nil {
				return nil, amounts, err
			}
		}
	}
	return sheet, amounts, nil
}
