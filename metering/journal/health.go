package journal

import (
	"iter"

	"github.com/meterbook/meterbook/metering"
)

// Health yields the journal's vitals, for metering/otelmeter: what it has taken and
// refused, what is under way, and how many identities are in memory.
func (j *Journal) Health() iter.Seq[metering.Vital] {
	j.mu.Lock()
	j.settle()
	c, durable, next, held := j.Counts(), j.event, j.next, 0
	failures := j.keeper.failures
	syncs, total, slowest := j.syncs.count.Load(), j.syncs.total.Load(), j.syncs.slowest.Load()
	for d := j.oldest; d < j.oldest+maxDays; d++ {
		held += j.index.inMemory(d)
	}
	j.mu.Unlock()
	const events, about = "journal.events", "Events by what became of them."
	return func(yield func(metering.Vital) bool) {
		for _, v := range [...]metering.Vital{
			{Name: events, Unit: "{event}", Description: about, Outcome: "accepted", Value: int64(c.Accepted), Total: true},
			{Name: events, Unit: "{event}", Description: about, Outcome: "duplicate", Value: int64(c.Duplicates), Total: true},
			{Name: events, Unit: "{event}", Description: about, Outcome: "conflict", Value: int64(c.Conflicts), Total: true},
			{Name: events, Unit: "{event}", Description: about, Outcome: "untimely", Value: int64(c.Untimely), Total: true},
			{Name: events, Unit: "{event}", Description: about, Outcome: "refused", Value: int64(c.Refused), Total: true},
			{Name: events, Unit: "{event}", Description: about, Outcome: "failed", Value: int64(c.Failed), Total: true},
			{Name: "journal.upkeep.failures", Unit: "{failure}", Description: "Rounds of the upkeep of identities that failed and are tried again.", Value: int64(failures), Total: true},
			{Name: "journal.syncs", Unit: "{sync}", Description: "Syncs of the log to the disk.", Value: syncs, Total: true},
			{Name: "journal.sync.duration", Unit: "s", Description: "Time that syncs of the log took.", Value: total, Per: 1e9, Total: true},
			{Name: "journal.sync.slowest", Unit: "s", Description: "The slowest sync of the log since it was opened.", Value: slowest, Per: 1e9},
			{Name: "journal.pending", Unit: "{event}", Description: "Events that are not durable yet.", Value: int64(next - 1 - durable)},
			{Name: "journal.identities.memory", Unit: "{identity}", Description: "Identities held in memory.", Value: int64(held)},
		} {
			if !yield(v) {
				return
			}
		}
	}
}

// Health yields the vitals of the recorder's journal and aggregator, and its own:
// events that are durable and not counted.
func (r *Recorder) Health() iter.Seq[metering.Vital] {
	return func(yield func(metering.Vital) bool) {
		for _, stage := range [...]iter.Seq[metering.Vital]{r.j.Health(), r.usage.Health()} {
			for v := range stage {
				if !yield(v) {
					return
				}
			}
		}
		r.mu.Lock()
		n := r.uncounted
		r.mu.Unlock()
		if !yield(metering.Vital{Name: "recorder.additions.refused", Unit: "{sum}", Description: "Sums of additions to series that a checkpoint could not make events.", Value: int64(r.additions.Load()), Total: true}) {
			return
		}
		yield(metering.Vital{Name: "recorder.uncounted", Unit: "{event}", Description: "Durable events that are not counted.", Value: int64(n), Total: true})
	}
}
