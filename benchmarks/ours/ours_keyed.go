package ours

import (
	"strings"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
	"github.com/meterbook/meterbook/metering"
)

// Keyed3 returns the entrant that adds by three strings and the time of an
// event, to the window of that time. The input is asked for when it is opened.
func Keyed3(in func() *workload.Keyed[workload.Key3], goroutines int) contest.Entrant {
	return contest.Entrant{Name: Name, Open: func() (*contest.Run, error) { return keyed3(newAggregator, in(), goroutines) }}
}

// Keyed6 is [Keyed3] with every field of a key.
func Keyed6(in func() *workload.Keyed[workload.Key6], goroutines int) contest.Entrant {
	return contest.Entrant{Name: Name, Open: func() (*contest.Run, error) { return keyed6(in(), goroutines) }}
}

func key3(k *workload.Key3) metering.Key {
	return metering.Key{Account: metering.Account(k.Account), Meter: metering.MeterID(k.Meter), SKU: k.SKU}
}

func keyed3(fresh func() (*metering.Aggregator, error), in *workload.Keyed[workload.Key3], goroutines int) (*contest.Run, error) {
	agg, err := fresh()
	if err != nil {
		return nil, err
	}
	// A series opens its window with its first addition, as those of rivals are
	// there before the clock starts.
	for _, k := range in.Stored {
		key := key3(&k)
		if err := agg.AddAt(&key, workload.Hour, metering.Grains(0, metering.Token)); err != nil {
			return nil, err
		}
	}
	worker := func(worker int) contest.Loop {
		at := in.Start(worker, goroutines)
		return func(n int) error {
			events, times, i := in.Events, in.Times, at
			for range n {
				e := &events[i&(len(events)-1)]
				key := &metering.Key{Account: metering.Account(e.Key.Account), Meter: metering.MeterID(e.Key.Meter), SKU: e.Key.SKU}
				if err := agg.AddAt(key, times[i&(len(times)-1)], metering.Grains(e.Amount, metering.Token)); err != nil {
					return err
				}
				i++
			}
			at = i
			return nil
		}
	}
	return &contest.Run{Loops: contest.Workers(goroutines, worker), Total: counted(agg)}, nil
}

func keyed6(in *workload.Keyed[workload.Key6], goroutines int) (*contest.Run, error) {
	agg, err := newAggregator()
	if err != nil {
		return nil, err
	}
	sets := labelSets{}
	for _, k := range in.Stored {
		key, err := key6(&k, sets)
		if err != nil {
			return nil, err
		}
		if err := agg.AddAt(&key, workload.Hour, metering.Grains(0, metering.Token)); err != nil {
			return nil, err
		}
	}
	events, err := events6(in.Events)
	if err != nil {
		return nil, err
	}
	worker := func(worker int) contest.Loop {
		at := in.Start(worker, goroutines)
		return func(n int) error {
			times, i := in.Times, at
			for range n {
				e := &events[i&(len(events)-1)]
				if err := agg.AddAt(&e.Key, times[i&(len(times)-1)], metering.Grains(e.Amount, metering.Token)); err != nil {
					return err
				}
				i++
			}
			at = i
			return nil
		}
	}
	return &contest.Run{Loops: contest.Workers(goroutines, worker), Total: counted(agg)}, nil
}

// events6 returns events with keys in the form in which a program holds them:
// labels are parsed once and not for each call. They are a word smaller than those
// they are made of: equal sets of labels are one in memory.
func events6(events []workload.Event[workload.Key6]) ([]workload.Event[metering.Key], error) {
	sets := labelSets{}
	out := make([]workload.Event[metering.Key], len(events))
	for i, e := range events {
		key, err := key6(&e.Key, sets)
		if err != nil {
			return nil, err
		}
		out[i] = workload.Event[metering.Key]{Key: key, Amount: e.Amount}
	}
	return out, nil
}

// labelSets are sets by the text they were read from.
type labelSets map[string]metering.Labels

func key6(k *workload.Key6, sets labelSets) (metering.Key, error) {
	set, ok := sets[k.Labels]
	if !ok {
		var err error
		if set, err = labels(k.Labels); err != nil {
			return metering.Key{}, err
		}
		sets[k.Labels] = set
	}
	return metering.Key{
		Account: metering.Account(k.Account), Meter: metering.MeterID(k.Meter),
		Resource: k.Resource, SKU: k.SKU, Region: k.Region, Labels: set,
	}, nil
}

// labels reads the one string of a [workload.Key6].
func labels(text string) (metering.Labels, error) {
	var pairs []string
	for pair := range strings.SplitSeq(text, ",") {
		name, value, _ := strings.Cut(pair, "=")
		pairs = append(pairs, name, value)
	}
	return metering.NewLabels(pairs...)
}
