package rating

import (
	"context"
	"iter"
	"sync"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/metering"
)

// A Progress rates and knows how that goes, for metering/otelmeter. Rating stays
// the pure function that it is: whoever wants its health calls it through this.
// Get one with [NewProgress]; it is safe for concurrent use.
type Progress struct {
	now   func() time.Time
	watch metering.Watch

	mu                                sync.Mutex // guards what follows
	rated, refused, charges, unpriced int64
	took                              time.Duration
	until                             time.Time // the latest end of a period that was rated
}

// NewProgress returns a progress without any bill. now tells the time, nil is
// time.Now; watch is told of each call, see [metering.Watch.Over] for slow ones alone,
// and may be nil.
func NewProgress(now func() time.Time, watch metering.Watch) *Progress {
	if now == nil {
		now = time.Now
	}
	return &Progress{now: now, watch: watch}
}

// Rate is the function [Rate], noted. The context is for the watch alone: rating
// does not block.
func (p *Progress) Rate(ctx context.Context, contract accounting.Contract, period metering.Period, usage iter.Seq2[metering.Usage, error],
	state State, opts ...Option) (Bill, State, error) {
	start := p.now()
	bill, next, err := Rate(contract, period, usage, state, opts...)
	took := p.now().Sub(start)
	p.note(bill, period, took, err)
	if p.watch != nil {
		p.watch(ctx, metering.Operation{Name: "rating.rate", Start: start, Took: took, Items: len(bill.Charges), Err: err})
	}
	return bill, next, err
}

func (p *Progress) note(bill Bill, period metering.Period, took time.Duration, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.took += max(0, took)
	if err != nil {
		p.refused++
		return
	}
	p.rated++
	p.charges += int64(len(bill.Charges))
	p.unpriced += int64(len(bill.Unpriced))
	if period.End().After(p.until) {
		p.until = period.End()
	}
}

// Health yields how many bills were rated and refused, what is in them, the time
// that took, and the lag: from the latest end of a rated period to now, negative
// where a period was rated before it ended. Before the first bill the lag is 0.
func (p *Progress) Health() iter.Seq[metering.Vital] {
	now := p.now()
	p.mu.Lock()
	rated, refused, charges, unpriced, took, lag := p.rated, p.refused, p.charges, p.unpriced, p.took, time.Duration(0)
	if !p.until.IsZero() {
		lag = now.Sub(p.until)
	}
	p.mu.Unlock()
	return func(yield func(metering.Vital) bool) {
		const bills, about = "rating.bills", "Bills by what became of them."
		for _, v := range [...]metering.Vital{
			{Name: bills, Unit: "{bill}", Description: about, Outcome: "rated", Value: rated, Total: true},
			{Name: bills, Unit: "{bill}", Description: about, Outcome: "refused", Value: refused, Total: true},
			{Name: "rating.charges", Unit: "{charge}", Description: "Charges of bills.", Value: charges, Total: true},
			{Name: "rating.unpriced", Unit: "{row}", Description: "Rows of usage without a price.", Value: unpriced, Total: true},
			{Name: "rating.duration", Unit: "s", Description: "Time that rating took.", Value: int64(took), Per: 1e9, Total: true},
			{Name: "rating.lag", Unit: "s", Description: "From the end of what was rated to now.", Value: int64(lag), Per: 1e9},
		} {
			if !yield(v) {
				return
			}
		}
	}
}
