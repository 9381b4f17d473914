package rating

import (
	"math/big"

	"github.com/meterbook/meterbook/accounting"
)

// totals are an [accounting.Tally] that moves in place, while rows of its scope
// come. All ratios are set.
type totals struct {
	rows                                int64
	used, whole, peak, earned, reactive ratio
	// What of these the tally has: a zero that was counted differs from none.
	hasUsed, hasWhole, hasEarned, hasReactive bool
	byMeter                                   []meterTotal            // in the order of the kernel's meters, or none
	others                                    []accounting.MeterTotal // of a price that was for more meters before it changed

	// cost is what they come to, where known; at is after which end.
	cost  ratio
	known bool
	ended bool

	// tally is what they are, if told: what a line has after it the next one has
	// before it.
	tally accounting.Tally
	told  bool
	fresh bool // moved since they were last kept
	of    *kernel
	share *big.Rat // which minima were last due for
	floor *big.Rat // the least that was last due
}

type meterTotal struct {
	used ratio
	seen bool
}

// reset sets t to a tally, of a price with these meters.
func (t *totals) reset(from accounting.Tally, k *kernel) {
	from.Share, from.Floor = nil, nil
	t.of, t.rows, t.known, t.tally, t.told = k, from.Rows, false, from, true
	for _, f := range [...]struct {
		into *ratio
		has  *bool
		from *big.Rat
	}{
		{&t.used, &t.hasUsed, from.Used}, {&t.whole, &t.hasWhole, from.Whole}, {&t.peak, nil, from.Peak},
		{&t.earned, &t.hasEarned, from.Earned}, {&t.reactive, &t.hasReactive, from.Reactive},
	} {
		if f.has != nil {
			*f.has = f.from != nil
		}
		if f.from == nil {
			f.into.setInt(0)
		} else {
			f.into.setRat(f.from)
		}
	}
	if t.byMeter = t.byMeter[:0]; k.model == modelStairstep || len(from.ByMeter) > 0 {
		t.byMeter = append(t.byMeter, make([]meterTotal, len(k.meters))...)
	}
	for i := range t.byMeter {
		t.byMeter[i].used.setInt(0)
	}
	t.others = nil
	for _, m := range from.ByMeter {
		if i := k.meter(m.Meter); i >= 0 {
			t.byMeter[i].seen = true
			t.byMeter[i].used.setRat(m.Used)
		} else {
			t.others = append(t.others, m)
		}
	}
}

// tell returns the tally that t is.
func (t *totals) tell() accounting.Tally {
	if !t.told {
		t.tally, t.told = t.read(), true
	}
	tally := t.tally
	tally.Share, tally.Floor = t.share, t.floor
	return tally
}

func (t *totals) read() accounting.Tally {
	tally := accounting.Tally{Rows: t.rows}
	if t.hasUsed {
		tally.Used = t.used.rat()
	}
	if t.hasWhole {
		tally.Whole, tally.Peak = t.whole.rat(), t.peak.rat()
	}
	if t.hasEarned {
		tally.Earned = t.earned.rat()
	}
	if t.hasReactive {
		tally.Reactive = t.reactive.rat()
	}
	for i := range t.byMeter {
		if m := &t.byMeter[i]; m.seen {
			tally.ByMeter = append(tally.ByMeter, accounting.MeterTotal{Meter: t.of.meters[i].id, Used: m.used.rat()})
		}
	}
	tally.ByMeter = append(tally.ByMeter, t.others...)
	return tally
}
