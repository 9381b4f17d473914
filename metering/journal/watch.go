package journal

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/meterbook/meterbook/metering"
)

// syncs is what is known of syncs of the log, in nanoseconds.
type syncs struct{ count, total, slowest atomic.Int64 }

// sync makes a file of the log durable and takes the time, also of a sync that
// fails. The log has one under way at a time, so that nothing is raced for.
func (j *Journal) sync(f File) error {
	start := j.opts.stopwatch()
	err := f.Sync()
	took := int64(j.opts.stopwatch().Sub(start))
	j.syncs.count.Add(1)
	j.syncs.total.Add(max(0, took))
	j.syncs.slowest.Store(max(j.syncs.slowest.Load(), took))
	return err
}

// begin returns when an operation begins; the zero Time where nobody watches.
func (o *options) begin() time.Time {
	if o.watch == nil {
		return time.Time{}
	}
	return o.stopwatch()
}

// end tells the watch of an operation.
func (o *options) end(ctx context.Context, name string, start time.Time, items int, err error) {
	if o.watch == nil {
		return
	}
	o.watch(ctx, metering.Operation{Name: name, Start: start, Took: o.stopwatch().Sub(start), Items: items, Err: err})
}
