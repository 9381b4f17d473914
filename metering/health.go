package metering

import "iter"

// A Vital is one figure about the health of a stage, such as an aggregator:
// what a monitoring system watches, never what is billed.
type Vital struct {
	Name        string // such as "aggregator.events"
	Unit        string // UCUM code
	Description string
	Outcome     string // tells figures of one name apart, such as "refused"; may be empty
	Value       int64
	// Total says that the figure only grows while the stage lives.
	Total bool
}

// Health yields the aggregator's vitals: what it has taken and refused. It
// costs what [Aggregator.Counts] does.
func (a *Aggregator) Health() iter.Seq[Vital] {
	return func(yield func(Vital) bool) {
		c := a.Counts()
		const events, about = "aggregator.events", "Events by what became of them."
		for _, v := range [...]Vital{
			{events, "{event}", about, "counted", int64(c.Events), true},
			{events, "{event}", about, "duplicate", int64(c.Duplicates), true},
			{events, "{event}", about, "conflict", int64(c.Conflicts), true},
			{events, "{event}", about, "refused", int64(c.Refused), true},
			{"aggregator.untimely", "{refusal}", "Events, additions, batches and flushed sums refused as late, too late or too early.", "", int64(c.Untimely), true},
			{"aggregator.series", "{series}", "Series held in memory.", "", int64(c.Series), false},
			{"aggregator.series.shared", "{series}", "Series with sums of their own for each lane of processors.", "", int64(c.Shared), false},
			{"aggregator.series.evicted", "{series}", "Series evicted.", "", int64(c.Evicted), true},
			{"aggregator.anomalies", "{event}", "Events that did not fit the life of their resource.", "", int64(c.Anomalies), false},
		} {
			if !yield(v) {
				return
			}
		}
	}
}
