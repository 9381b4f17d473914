package ours

import (
	"time"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/tokens"
)

// What entrants of [Primitives] are called.
const (
	NameLease  = "lease"  // started and stopped
	NameLevel  = "level"  // set
	NameTokens = "tokens" // of a request, in three classes
)

const (
	// PrimitiveStep is how long a lease or a level lasts: short enough for a
	// round to stay within a few windows.
	PrimitiveStep = time.Microsecond
	// LeaseCards are held by a lease.
	LeaseCards = 8
)

// Levels are set in turn, in bytes.
var Levels = [2]int64{1 << 30, 3 << 30}

// RequestTokens is what a model says of a request.
var RequestTokens = tokens.Usage{Input: 700, CacheRead: 300, Output: 500}

// Primitives returns the entrants that meter by a primitive: an operation is a
// lease, a change of a level, or a request.
func Primitives() []contest.Entrant {
	return []contest.Entrant{
		{Name: NameLease, Open: func() (*contest.Run, error) { return primitive(metering.AcceleratorTime, leases) }},
		{Name: NameLevel, Open: func() (*contest.Run, error) { return primitive(metering.BlockStorage, levels) }},
		{Name: NameTokens, Open: requests},
	}
}

func primitive(meter metering.MeterID, loop func(*metering.Series) (contest.Loop, error)) (*contest.Run, error) {
	agg, err := newAggregator()
	if err != nil {
		return nil, err
	}
	s, err := agg.Series(metering.Key{Account: "tenant-0001", Meter: meter, SKU: "sku-1"})
	if err != nil {
		return nil, err
	}
	run, err := loop(s)
	return &contest.Run{Loops: []contest.Loop{run}, Total: counted(agg)}, err
}

func leases(s *metering.Series) (contest.Loop, error) {
	cards, at := metering.WholeCards(LeaseCards), workload.Hour
	return func(n int) error {
		for range n {
			lease, err := s.Start(cards, at)
			if err != nil {
				return err
			}
			at = at.Add(PrimitiveStep)
			if err := lease.Stop(at); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

func levels(s *metering.Series) (contest.Loop, error) {
	sizes := [2]metering.Quantity{metering.Grains(Levels[0], metering.Bytes), metering.Grains(Levels[1], metering.Bytes)}
	at := workload.Hour
	level, err := s.Hold(sizes[1], at)
	i := 0
	return func(n int) error {
		for range n {
			at = at.Add(PrimitiveStep)
			if err := level.Set(sizes[i&1], at); err != nil {
				return err
			}
			i++
		}
		return nil
	}, err
}

func requests() (*contest.Run, error) {
	agg, err := newAggregator()
	if err != nil {
		return nil, err
	}
	loop := func(n int) error {
		key := metering.Key{Account: "tenant-0001", SKU: "m-large"}
		for range n {
			for class, count := range RequestTokens.All() {
				key.Meter = class.Meter()
				if err := agg.AddAt(&key, workload.Hour, metering.Grains(count, metering.Token)); err != nil {
					return err
				}
			}
		}
		return nil
	}
	return &contest.Run{Loops: []contest.Loop{loop}, Total: counted(agg)}, nil
}
