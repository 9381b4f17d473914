package metering

// Counts says what an aggregator has taken and refused since it was made.
type Counts struct {
	Events     uint64 // events counted
	Duplicates uint64 // events that had been counted before
	Conflicts  uint64 // events refused because their identity was taken
	Refused    uint64 // events refused for any other reason
	Untimely   uint64 // events, additions, batches and flushed sums refused as late, too late or too early
	Series     int    // keys with a series; lives of resources have none
	Shared     int    // series that have a copy of their sums for each lane of processors
	Evicted    uint64 // series evicted
	// Anomalies is the number of events in the life of resources that did
	// not fit, such as a stop of what had never started. They count nothing.
	// One that fits once an earlier event arrives is no anomaly any more.
	Anomalies int
}

// Counts returns what has been taken and refused so far. It visits every
// event in the life of a resource. What the hot path counts is not counted
// here: that would cost as much again as what it does.
func (a *Aggregator) Counts() Counts {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.countsLocked()
}

// countsLocked is Counts for who holds a.mu.
func (a *Aggregator) countsLocked() Counts {
	c := a.counts
	c.Events += a.accepted.Load()
	c.Series = a.index.count
	c.Shared = a.lanes.shared()
	c.Untimely = a.untimely.Load()
	for _, t := range a.timelines {
		c.Anomalies += t.walk(func(capacity, Period) {})
	}
	return c
}
