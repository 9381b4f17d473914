package workload

import (
	"math/big"
	"math/rand/v2"
	"time"
)

// Keyed is the input of the paths that add by key.
type Keyed[K any] struct {
	// Stored are the keys that a contestant makes its series of before the
	// clock starts.
	Stored []K
	// Events are worked through again and again; their number is a power of
	// two.
	Events []Event[K]
	// Times are when events happened: event i at Times[i % len(Times)]. They lie
	// apart from the events because rivals have no windows and do not look at
	// them. Their number is a power of two too, and small, so that reading them
	// is not what is measured.
	Times []time.Time
}

// An Event is an amount to be added to the series of a key. It carries its key,
// as a request does: events are read one after the other, and to fetch a key
// from a table would be a miss of the cache that is not the contestant's. The
// key is equal to one in Stored, and its strings lie in other memory.
type Event[K any] struct {
	Key    K
	Amount int64
}

const (
	zipfKeys      = 32_000
	zipfEvents    = 1 << 16
	zipfExponent  = 1.1
	fewestEvents  = 1 << 14
	mostEvents    = 1 << 20 // more than a series each, where there are a million
	eventTimes    = 1 << 10
	latePerMille  = 30
	largestAmount = 1000
)

// Hour is the current hour of the events; a few of them happened in the hour
// before.
var Hour = time.Date(2026, time.March, 1, 10, 0, 0, 0, time.UTC)

// Step is what each operation adds on the paths that have no events.
const Step = 3

// Zipf3 returns 65,536 events over 32,000 keys, of which a few are used most of
// the time: the keyed path.
func Zipf3() *Keyed[Key3] { return zipf(Keys3) }

// Zipf6 is [Zipf3] with keys of six fields.
func Zipf6() *Keyed[Key6] { return zipf(Keys6) }

func zipf[K any](keys func(int) []K) *Keyed[K] {
	// The most used keys are not neighbours.
	order := random(seedOrder).Perm(zipfKeys)
	r := random(seedEvents)
	rank := rand.NewZipf(r, zipfExponent, 1, zipfKeys-1)
	in := &Keyed[K]{Events: make([]Event[K], zipfEvents), Times: times(latePerMille)}
	stored, asked, seen := keys(zipfKeys), keys(zipfKeys), make([]bool, zipfKeys)
	for i := range in.Events {
		key := order[rank.Uint64()]
		in.Events[i] = Event[K]{asked[key], 1 + r.Int64N(largestAmount)}
		if !seen[key] {
			seen[key] = true
			in.Stored = append(in.Stored, stored[key])
		}
	}
	return in
}

// Uniform returns events over n keys, each as likely as any other and all in
// the current hour: the growth path. All keys have a series.
func Uniform(n int) *Keyed[Key3] {
	// Several events a series, but no longer a row of them than it takes: it
	// wants room in the caches too.
	size := fewestEvents
	for size < 4*n && size < mostEvents {
		size *= 2
	}
	r := random(seedGrowth)
	in := &Keyed[Key3]{Stored: Keys3(n), Events: make([]Event[Key3], size), Times: times(0)}
	asked := Keys3(n)
	for i := range in.Events {
		in.Events[i] = Event[Key3]{asked[r.IntN(n)], Step}
	}
	return in
}

func times(latePerMille int) []time.Time {
	r := random(seedEvents + uint64(latePerMille))
	out := make([]time.Time, eventTimes)
	for i := range out {
		out[i] = Hour.Add(time.Duration(r.Int64N(int64(time.Hour))))
		if r.IntN(1000) < latePerMille {
			out[i] = out[i].Add(-time.Hour)
		}
	}
	return out
}

// Start returns the index of the event at which a worker begins: workers go
// round the same events, as far apart as they can be.
func (in *Keyed[K]) Start(worker, workers int) int {
	return worker * len(in.Events) / workers
}

// Sum returns the total of n events from index start on.
func (in *Keyed[K]) Sum(start, n int) *big.Int {
	sum := new(big.Int)
	for i := range n {
		sum.Add(sum, big.NewInt(in.Events[(start+i)%len(in.Events)].Amount))
	}
	return sum
}
