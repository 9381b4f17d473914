package promtext

import (
	"iter"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/counter"
)

// A reason says what became of a line that a rule takes.
type reason uint8

const (
	used           reason = iota
	passedOver            // nobody's
	repeated              // of a series that was read in this scrape, or at this instant
	missing               // NaN, as of a series that is stale
	sentinel              // a value that stands for none
	refusedAccount        // the account was not found
	refusedKey            // a name that no usage may have
	refusedTime           // a time stamp too old, or in the future
	refusedValue          // below 0, infinite, or beyond 128 bits
	refusedBounds         // too many series or labels, or too long a label
	reasonCount
)

func (r reason) String() string {
	return [...]string{"used", "passed-over", "repeated", "missing", "sentinel", "account", "key", "time", "value", "bounds"}[r]
}

type tally struct {
	scrapes, failures, events, gaps, lost int64
	samples                               [reasonCount]int64
	remarks                               [len(remarked)]int64
}

// remarked are the flags of increases that are looked after.
var remarked = [...]counter.Flags{counter.Reset, counter.Restarted, counter.Implausible, counter.Rebased, counter.Overlapped, counter.OutOfOrder, counter.Conflict, counter.Missed}

func (t *tally) note(f counter.Flags) {
	for i, one := range remarked {
		if f.Has(one) {
			t.remarks[i]++
		}
	}
}

// Health yields how scraping goes, for metering/otelmeter.
func (s *Scraper) Health() iter.Seq[metering.Vital] {
	s.mu.Lock()
	t, series, waiting := s.tally, len(s.seen), len(s.pending)
	s.mu.Unlock()
	return func(yield func(metering.Vital) bool) {
		const scrapes, about = "promtext.scrapes", "Scrapes by what became of them."
		for _, v := range [...]metering.Vital{
			{Name: scrapes, Unit: "{scrape}", Description: about, Outcome: "read", Value: t.scrapes, Total: true},
			{Name: scrapes, Unit: "{scrape}", Description: about, Outcome: "failed", Value: t.failures, Total: true},
			{Name: "promtext.events", Unit: "{event}", Description: "Events made.", Value: t.events, Total: true},
			{Name: "promtext.events.lost", Unit: "{event}", Description: "Increases that could not be made events.", Value: t.lost, Total: true},
			{Name: "promtext.gaps", Unit: "{gap}", Description: "Times that a level was not seen for too long, and not counted.", Value: t.gaps, Total: true},
			{Name: "promtext.series", Unit: "{series}", Description: "Series that are kept.", Value: int64(series)},
			{Name: "promtext.pending", Unit: "{event}", Description: "Events that wait to be recorded.", Value: int64(waiting)},
		} {
			if !yield(v) {
				return
			}
		}
		for i, n := range t.samples {
			if !yield(metering.Vital{Name: "promtext.samples", Unit: "{sample}", Description: "Lines that a rule takes, by what became of them.", Outcome: reason(i).String(), Value: n, Total: true}) {
				return
			}
		}
		for i, n := range t.remarks {
			if !yield(metering.Vital{Name: "promtext.remarks", Unit: "{reading}", Description: "Readings of counters that were not ordinary.", Outcome: remarked[i].String(), Value: n, Total: true}) {
				return
			}
		}
	}
}
