package rival

import (
	"errors"
	"os"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
	"github.com/meterbook/meterbook/metering"
)

// Pebble is what many would use for durable events: a store of keys and values with
// a log before it. Identities are keys, so that an event is there once; whether
// one was there with another body, nobody looks.
func openPebble() (string, *pebble.DB, error) {
	dir, err := os.MkdirTemp("", "pebble-")
	if err != nil {
		return "", nil, err
	}
	db, err := pebble.Open(dir, &pebble.Options{Logger: quiet{}})
	return dir, db, err
}

type quiet struct{}

func (quiet) Infof(string, ...any)  {}
func (quiet) Errorf(string, ...any) {}
func (quiet) Fatalf(format string, args ...any) {
	pebble.DefaultLogger.Fatalf(format, args...)
}

// PebbleBatches returns the entrant that commits a batch of events and syncs.
func PebbleBatches(batches int) contest.Entrant {
	return contest.Entrant{Name: "pebble", Open: func() (*contest.Run, error) {
		dir, db, err := openPebble()
		if err != nil {
			return nil, err
		}
		var events workload.Events
		return &contest.Run{Close: func() error { return errors.Join(db.Close(), os.RemoveAll(dir)) }, Job: func() (time.Duration, error) {
			var took time.Duration
			var key, value []byte
			for range batches {
				all := events.Next(workload.EventsBatch)
				start := time.Now()
				b := db.NewBatch()
				for i := range all {
					key, value = workload.AppendKey(key[:0], &all[i]), workload.AppendBody(value[:0], &all[i])
					if err := b.Set(key, value, nil); err != nil {
						return 0, err
					}
				}
				if err := b.Commit(pebble.Sync); err != nil {
					return 0, err
				}
				took += time.Since(start)
				if err := b.Close(); err != nil {
					return 0, err
				}
			}
			return took / time.Duration(batches), nil
		}}, nil
	}}
}

// PebbleWriters returns the entrant in which many goroutines set one event at a
// time.
func PebbleWriters(writers int) contest.Entrant {
	return contest.Entrant{Name: "pebble", Open: func() (*contest.Run, error) {
		dir, db, err := openPebble()
		if err != nil {
			return nil, err
		}
		var next atomic.Uint64
		return &contest.Run{Close: func() error { return errors.Join(db.Close(), os.RemoveAll(dir)) }, Loops: contest.Workers(writers, func(int) contest.Loop {
			return func(n int) error {
				var key, value []byte
				events := workload.EventsFrom(next.Add(uint64(n)) - uint64(n))
				var e metering.Event
				for range n {
					events.Write(&e)
					key, value = workload.AppendKey(key[:0], &e), workload.AppendBody(value[:0], &e)
					if err := db.Set(key, value, pebble.Sync); err != nil {
						return err
					}
				}
				return nil
			}
		})}, nil
	}}
}
