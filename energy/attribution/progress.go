package attribution

import (
	"iter"
	"sync"
	"time"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// A Progress knows how attributing goes, for metering/otelmeter: whoever works out
// results tells it of them. Get one with [NewProgress]; it is safe for concurrent
// use.
type Progress struct {
	now func() time.Time

	mu                              sync.Mutex // guards what follows
	attributed, revised, refused    int64
	shares                          int64
	residual, unallocated, overhead int64 // µJ, of the window told last
	until                           time.Time
}

// NewProgress returns a progress without results. now tells the time, nil is
// time.Now.
func NewProgress(now func() time.Time) *Progress {
	if now == nil {
		now = time.Now
	}
	return &Progress{now: now}
}

// Took notes what came of a window: a result, or the error of [Attribute] or
// [Revise], and then the result is not looked at.
func (p *Progress) Took(r *Result, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil || r == nil {
		p.refused++
		return
	}
	if r.Revision > 0 {
		p.revised++
	} else {
		p.attributed++
	}
	p.shares += int64(len(r.Shares))
	p.residual, p.unallocated, p.overhead = r.residues()
	if end := r.Period.End(); end.After(p.until) {
		p.until = end
	}
}

// residues returns by how much shares and meters differ, what nobody held of the
// devices' energy, and the site's overhead. Beyond 64 bits each is the most that
// fits: they are looked at, and not added up.
func (r *Result) residues() (residual, unallocated, overhead int64) {
	var it, over, nobody fixed.Int256
	for i := range r.Shares {
		s := &r.Shares[i]
		it, _ = it.Add(fixed.Wide(s.IT.Microjoules()))
		over, _ = over.Add(fixed.Wide(s.Overhead.Microjoules()))
		if s.Unallocated() {
			nobody, _ = nobody.Add(fixed.Wide(s.IT.Microjoules()))
		}
	}
	metered, facility := fixed.Wide(r.Metered.Microjoules()), fixed.Wide(r.Facility.Microjoules())
	devices, site := clamp(difference(metered, it)), clamp(difference(facility, sum(metered, over)))
	return max(devices, site), clamp(nobody), clamp(over)
}

// Sums of 2^31 counts of 128 bits fit into 256.

func sum(a, b fixed.Int256) fixed.Int256 { s, _ := a.Add(b); return s }

func difference(a, b fixed.Int256) fixed.Int256 {
	d, _ := a.Sub(b)
	if d.Sign() < 0 {
		d, _ = b.Sub(a)
	}
	return d
}

func clamp(n fixed.Int256) int64 {
	if narrow, ok := n.Int128(); ok {
		if v, ok := narrow.Int64(); ok {
			return v
		}
	}
	return 1<<63 - 1
}

// Health yields how many windows were attributed, revised and refused; of the
// window told last the residual, by which shares and meters differ and which is 0
// unless a result was changed, what nobody held, and the overhead; and the lag from
// the latest end of a window to now, 0 before the first.
func (p *Progress) Health() iter.Seq[metering.Vital] {
	now := p.now()
	p.mu.Lock()
	attributed, revised, refused, shares := p.attributed, p.revised, p.refused, p.shares
	residual, unallocated, overhead, lag := p.residual, p.unallocated, p.overhead, time.Duration(0)
	if !p.until.IsZero() {
		lag = now.Sub(p.until)
	}
	p.mu.Unlock()
	return func(yield func(metering.Vital) bool) {
		const windows, about = "attribution.windows", "Windows by what became of them."
		for _, v := range [...]metering.Vital{
			{Name: windows, Unit: "{window}", Description: about, Outcome: "attributed", Value: attributed, Total: true},
			{Name: windows, Unit: "{window}", Description: about, Outcome: "revised", Value: revised, Total: true},
			{Name: windows, Unit: "{window}", Description: about, Outcome: "refused", Value: refused, Total: true},
			{Name: "attribution.shares", Unit: "{share}", Description: "Shares of accounts in devices.", Value: shares, Total: true},
			{Name: "attribution.residual", Unit: "J", Description: "By how much shares and meters of the last window differ.", Value: residual, Per: 1e6},
			{Name: "attribution.unallocated", Unit: "J", Description: "Energy of devices in the last window that nobody held.", Value: unallocated, Per: 1e6},
			{Name: "attribution.overhead", Unit: "J", Description: "Energy of the site in the last window beyond its devices.", Value: overhead, Per: 1e6},
			{Name: "attribution.lag", Unit: "s", Description: "From the end of what was attributed to now.", Value: int64(lag), Per: 1e9},
		} {
			if !yield(v) {
				return
			}
		}
	}
}
