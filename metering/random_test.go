package metering_test

import (
	"flag"
	"math/big"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

var (
	lawsN    = flag.Int("laws.n", 10_000, "cases of each law")
	lawsSeed = flag.Uint64("laws.seed", 20261126, "seed of the cases; 0 takes one from the clock and logs it")
)

// random makes cases: many where things meet, few in the wide middle.
type random struct{ *rand.Rand }

// law runs check on random cases, the same ones again for the same seed. A
// short run tries a tenth.
func law(t *testing.T, check func(t *testing.T, r random)) {
	t.Helper()
	n := *lawsN
	if testing.Short() {
		n /= 10
	}
	lawOf(t, n, check)
}

// lawOf is law for checks that say themselves how many cases they need.
func lawOf(t *testing.T, n int, check func(t *testing.T, r random)) {
	t.Helper()
	seed := *lawsSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("%d cases, -laws.seed %d", n, seed)
	r := random{rand.New(rand.NewPCG(seed, 0))}
	for range n {
		if check(t, r); t.Failed() {
			return
		}
	}
}

func pick[T any](r random, from ...T) T { return from[r.IntN(len(from))] }

func (r random) chance(percent int) bool { return r.IntN(100) < percent }

// int128 returns an integer of a random length, or an edge of the type.
func (r random) int128() fixed.Int128 {
	if r.chance(20) {
		return pick(r, fixed.Int128{}, fixed.FromInt64(1), fixed.FromInt64(-1), fixed.Max(), fixed.Min(), fixed.FromUint64(1<<63), fixed.FromUint64(1<<64-1))
	}
	v := fixed.Int128{Hi: int64(r.Uint64()), Lo: r.Uint64()}
	v, _, _ = v.Div(pow2(r.IntN(127)), fixed.Down)
	return v
}

func pow2(n int) fixed.Int128 {
	v, _ := fixed.FromBig(new(big.Int).Lsh(big.NewInt(1), uint(n)))
	return v
}

// A world is a time of some windows and what happened in it, to a few keys.
type world struct {
	period    metering.Period
	instants  []time.Time
	accounts  []metering.Account
	resources []string
	skus      []string
	regions   []string
	labels    []metering.Labels
	events    []metering.Event
}

var (
	worldAccounts  = []metering.Account{"acme", "acme/vision", "acme/vision/train", "acme-x", "b", "b/研究"}
	worldResources = []string{"gpu-1", "gpu-2", "vol"}
	worldLabels    = []metering.Labels{{}, metering.MustLabels("team", "a"), metering.MustLabels("a", "b", "team", "a")}
)

// world makes up to max events within a few hours. They crowd: few instants
// and few keys, so that lives overlap, events of one instant compete, and
// windows are added to more than once.
func (r random) world(max int) world {
	const quarter = 15 * time.Minute
	start := time.Date(2026, 3, 1+r.IntN(40), r.IntN(24), 0, 0, 0, time.UTC)
	w := world{
		period:    period(start, start.Add(time.Duration(4*(1+r.IntN(6)))*quarter)),
		accounts:  some(r, worldAccounts),
		resources: some(r, worldResources),
		skus:      some(r, []string{"", "H100"}),
		regions:   some(r, []string{"", "cn-north-1"}),
		labels:    some(r, worldLabels),
	}
	for range 2 + r.IntN(8) {
		at := start.Add(time.Duration(r.Int64N(int64(w.period.Duration()))))
		if r.chance(30) {
			at = at.Truncate(quarter)
		}
		w.instants = append(w.instants, at)
	}
	for i := range 1 + r.IntN(max) {
		w.events = append(w.events, r.event(w, strconv.Itoa(i), pick(r, w.instants...)))
	}
	return w
}

// some returns one to all of a list, mostly one or two.
func some[T any](r random, list []T) []T {
	from := r.IntN(len(list))
	return list[from:min(from+pick(r, 1, 1, 2, 2, len(list)), len(list))]
}

func (r random) event(w world, id string, at time.Time) metering.Event {
	e := metering.Event{
		Account: pick(r, w.accounts...), Source: pick(r, "s", "s-1"), ID: id, Time: at,
		Kind: pick(r, metering.Amount, metering.Amount, metering.Adjustment, metering.Adjustment, metering.Start, metering.Start,
			metering.Resize, metering.Pause, metering.Resume, metering.Stop, metering.Heartbeat, metering.Level, metering.Level),
		Resource: pick(r, w.resources...),
		Region:   pick(r, w.regions...),
		Labels:   pick(r, w.labels...),
	}
	grains := func() int64 { return r.Int64N(1 << uint(1+r.IntN(60))) }
	item := func(meter metering.MeterID, q metering.Quantity) {
		e.Items = append(e.Items, metering.Item{Meter: meter, SKU: pick(r, w.skus...), Quantity: q})
	}
	switch e.Kind {
	case metering.Pause, metering.Resume, metering.Stop, metering.Heartbeat:
		return e
	case metering.Amount, metering.Adjustment:
		for range 1 + r.IntN(3) {
			n := grains()
			if e.Kind == metering.Adjustment && r.chance(60) {
				n = -n
			}
			if r.chance(60) {
				item(metering.AcceleratorTime, metering.Grains(n, metering.CardTime))
			} else {
				item(metering.DeviceEnergy, metering.Grains(n, metering.Energy))
			}
		}
		if e.Kind == metering.Adjustment {
			e.Adjusts, e.Reason = "0", "measured late"
		}
	default:
		n := pick(r, 0, 1, 1, grains(), grains()) // often the same again
		item(metering.AcceleratorTime, metering.Grains(n, metering.Cards))
		if r.chance(40) {
			item(metering.AcceleratorTime, metering.Grains(grains(), metering.Cards))
		}
		if r.chance(40) {
			item(metering.MemoryTime, metering.Grains(grains(), metering.Bytes))
		}
		if r.chance(40) {
			item(metering.BlockStorage, metering.Grains(grains(), metering.Bytes))
		}
	}
	e.Estimated = r.chance(25)
	return e
}

// shuffled returns the events in another order, some of them more than once,
// and some of those with their items in another order.
func (r random) shuffled(events []metering.Event) []metering.Event {
	out := append([]metering.Event{}, events...)
	for range r.IntN(len(events) + 1) {
		again := pick(r, events...)
		again.Items = append([]metering.Item{}, again.Items...)
		r.Shuffle(len(again.Items), func(i, j int) { again.Items[i], again.Items[j] = again.Items[j], again.Items[i] })
		again.Time = again.Time.In(time.FixedZone("elsewhere", 3600))
		out = append(out, again)
	}
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }
