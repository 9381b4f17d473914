package rival

import (
	"bytes"
	"fmt"
	"math/big"
	"strconv"
	"sync"
	"time"

	"github.com/DataDog/datadog-go/v5/statsd"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// DataDog's client with its aggregation, and a writer in place of the network.
// It hands over in the background every two seconds; here it does so when asked
// for the total, and what the loop costs is counting alone. Tags are bare
// values, which DogStatsD allows: "name:value" would have to be made for each
// call.

// datadogWriter adds up what a client would send.
type datadogWriter struct {
	mu    sync.Mutex // the client writes from a goroutine of its own
	total *big.Int
	bad   []byte // the first line that is no count
}

// Write takes lines like usage:12|c|#tags.
func (w *datadogWriter) Write(packet []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for line := range bytes.Lines(packet) {
		_, rest, _ := bytes.Cut(line, []byte(":"))
		count, _, _ := bytes.Cut(rest, []byte("|c"))
		n, err := strconv.ParseInt(string(count), 10, 64)
		if err != nil && w.bad == nil {
			w.bad = bytes.Clone(line)
		}
		w.total.Add(w.total, big.NewInt(n))
	}
	return len(packet), nil
}

func (w *datadogWriter) Close() error { return nil }

// Limits that keep a total from being dropped on its way to the writer.
const (
	datadogPacketBytes = 60_000
	datadogQueue       = 16_384
)

// datadogRun opens a client and ends with it.
func datadogRun(goroutines int, start func(*statsd.Client) error, worker func(c *statsd.Client, worker int) contest.Loop) (*contest.Run, error) {
	w := &datadogWriter{total: new(big.Int)}
	c, err := statsd.NewWithWriter(w, statsd.WithoutTelemetry(), statsd.WithoutOriginDetection(), statsd.WithAggregationInterval(24*time.Hour),
		statsd.WithMaxBytesPerPayload(datadogPacketBytes), statsd.WithSenderQueueSize(datadogQueue))
	if err != nil {
		return nil, err
	}
	if err := start(c); err != nil {
		return nil, err
	}
	return &contest.Run{
		Loops: contest.Workers(goroutines, func(i int) contest.Loop { return worker(c, i) }),
		Total: func() (*big.Int, error) {
			if err := c.Flush(); err != nil {
				return nil, err
			}
			w.mu.Lock()
			defer w.mu.Unlock()
			if w.bad != nil {
				return nil, fmt.Errorf("datadog: %q is no count", w.bad)
			}
			return new(big.Int).Set(w.total), nil
		},
		Close: c.Close,
	}, nil
}

func datadogKeyed3(in *workload.Keyed[workload.Key3], goroutines int) (*contest.Run, error) {
	start := func(c *statsd.Client) error {
		for _, k := range in.Stored {
			if err := c.Count("usage", 0, []string{k.Account, k.Meter, k.SKU}, 1); err != nil {
				return err
			}
		}
		return nil
	}
	return datadogRun(goroutines, start, func(c *statsd.Client, worker int) contest.Loop {
		at := in.Start(worker, goroutines)
		return func(n int) error {
			events, i, tags := in.Events, at, make([]string, 3)
			for range n {
				e := &events[i&(len(events)-1)]
				k := &e.Key
				tags[0], tags[1], tags[2] = k.Account, k.Meter, k.SKU
				if err := c.Count("usage", e.Amount, tags, 1); err != nil {
					return err
				}
				i++
			}
			at = i
			return nil
		}
	})
}

func datadogKeyed6(in *workload.Keyed[workload.Key6], goroutines int) (*contest.Run, error) {
	start := func(c *statsd.Client) error {
		for _, k := range in.Stored {
			if err := c.Count("usage", 0, []string{k.Account, k.Meter, k.Resource, k.SKU, k.Region, k.Labels}, 1); err != nil {
				return err
			}
		}
		return nil
	}
	return datadogRun(goroutines, start, func(c *statsd.Client, worker int) contest.Loop {
		at := in.Start(worker, goroutines)
		return func(n int) error {
			events, i, tags := in.Events, at, make([]string, 6)
			for range n {
				e := &events[i&(len(events)-1)]
				k := &e.Key
				tags[0], tags[1], tags[2], tags[3], tags[4], tags[5] = k.Account, k.Meter, k.Resource, k.SKU, k.Region, k.Labels
				if err := c.Count("usage", e.Amount, tags, 1); err != nil {
					return err
				}
				i++
			}
			at = i
			return nil
		}
	})
}
