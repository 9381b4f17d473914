package journal

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// What tests outside the package need of it.

// LawSeed returns the flag -journal.seed.
func LawSeed() uint64 { return *lawSeed }

// UpdateGolden returns the flag -journal.update.
func UpdateGolden() bool { return *updateGolden }

// Tend does now what the keeper does beside those who append.
func (j *Journal) Tend() error { return j.tend() }

// InPieces makes a batch of twice so many events one of several pieces, which are
// written one by one.
func InPieces(events int) Option {
	return optionFunc(func(o options) options { o.piece, o.log.Ahead = events, 1; return o })
}

// Oldest returns the first day of the window.
func (j *Journal) Oldest() int32 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.oldest
}

// Day returns the number of a day.
func Day(at time.Time) int32 { return dayOf(at.UnixNano()) }

// InMemory returns how many identities are in memory.
func (j *Journal) InMemory() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.index.table.arena.count
}

// Identity returns the text that tells identities apart, written without the
// code that it judges: every part is quoted, so none runs into the next.
func Identity(e *metering.Event) string {
	tenant, _, _ := strings.Cut(string(e.Account), "/")
	return fmt.Sprintf("%q %q %q", tenant, e.Source, e.ID)
}

// Canonical returns the text of an event, identity and body: two events are the
// same if and only if they have the same.
func Canonical(e *metering.Event) string {
	items := make([]string, 0, len(e.Items))
	for _, it := range e.Items {
		n := it.Quantity.Grains()
		items = append(items, fmt.Sprintf("%q %q %v %v", it.Meter, it.SKU, it.Quantity.Dimension(), n.Big()))
	}
	slices.Sort(items)
	var labels []string
	for name, value := range e.Labels.All() {
		labels = append(labels, fmt.Sprintf("%q=%q", name, value))
	}
	return fmt.Sprintf("%s %q %d %v %q %q %q %v %q %q %q", Identity(e), e.Account, e.Time.UnixNano(), e.Kind, e.Resource, e.Region,
		labels, e.Estimated, e.Adjusts, e.Reason, items)
}

// RandomEvent draws an event of any kind that is valid.
func RandomEvent(r *rand.Rand) metering.Event {
	e := metering.Event{
		Account: metering.Account(pick(r, "acme", "acme/vision", "acme/vision/α", "a-1", "a", "1-2", long(256))),
		Source:  pick(r, "gateway", "a-1", "1", "é", "x\u00a0y", long(256)),
		ID:      pick(r, "1-2", "2", "a", fmt.Sprint(r.Uint64()), fmt.Sprint(r.IntN(50)), long(256)),
		Kind:    metering.Kind(1 + r.IntN(int(metering.Adjustment))), Resource: pick(r, "gpu-7", "a", "ü", long(256)),
		Region: pick(r, "", "eu", long(256)), Labels: randomLabels(r),
	}
	e.Time = time.Unix(0, r.Int64N(230*365*24*int64(time.Hour))).UTC()
	switch r.IntN(20) {
	case 0:
		e.Time = time.Unix(0, 0).UTC()
	case 1:
		e.Time = time.Date(2199, 12, 31, 23, 59, 59, 999_999_999, time.UTC)
	case 2:
		e.Time = e.Time.In(time.FixedZone("", 5*3600+45*60))
	}
	switch e.Kind {
	case metering.Pause, metering.Resume, metering.Stop, metering.Heartbeat:
		return e
	case metering.Adjustment:
		e.Adjusts, e.Reason = pick(r, "1-2", "a", long(256)), pick(r, "a", "wrong rate", long(1024))
	}
	e.Estimated = r.IntN(4) == 0
	n := 1 + r.IntN(4)
	if r.IntN(30) == 0 {
		n = metering.MaxItems
	}
	for range n {
		e.Items = append(e.Items, randomItem(r))
		if r.IntN(5) == 0 && len(e.Items) < n {
			e.Items = append(e.Items, e.Items[len(e.Items)-1]) // the same once more
		}
	}
	e.Items = e.Items[:min(len(e.Items), metering.MaxItems)]
	return e
}

func randomItem(r *rand.Rand) metering.Item {
	return metering.Item{Meter: pick(r, metering.InputTokens, "a", "b.c"), SKU: pick(r, "", "m-1", "m-2", long(256)),
		Quantity: metering.GrainsWide(randomGrains(r), metering.Count+metering.Dimension(r.IntN(int(metering.Carbon))))}
}

// randomGrains draws a number of any length up to 128 bits.
func randomGrains(r *rand.Rand) fixed.Int128 {
	switch r.IntN(12) {
	case 0:
		return fixed.Int128{}
	case 1:
		return fixed.Max()
	case 2:
		return fixed.Min()
	case 3:
		return fixed.FromInt64(r.Int64N(3) - 1)
	}
	n := fixed.Int128{Hi: int64(r.Uint64()), Lo: r.Uint64()}
	switch shift := r.IntN(128); {
	case shift >= 64:
		n.Lo, n.Hi = uint64(n.Hi>>(shift-64)), n.Hi>>63
	default:
		n.Lo, n.Hi = n.Lo>>shift|uint64(n.Hi)<<(64-shift), n.Hi>>shift
	}
	return n
}

func randomLabels(r *rand.Rand) metering.Labels {
	var pairs []string
	n := r.IntN(4)
	if r.IntN(30) == 0 {
		n = metering.MaxLabels
	}
	for i := range n {
		pairs = append(pairs, fmt.Sprint(pick(r, "a", "team", "é"), i), pick(r, "", "a", "=", "x y", long(1024)))
	}
	return metering.MustLabels(pairs...)
}

func pick[T any](r *rand.Rand, of ...T) T {
	if n := len(of); n > 2 && r.IntN(4) > 0 { // the last one is long
		return of[r.IntN(n-1)]
	}
	return of[r.IntN(len(of))]
}

func long(n int) string { return strings.Repeat("l", n) }
