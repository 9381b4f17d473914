package metering_test

import (
	"iter"
	"math/big"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

func record(t testing.TB, a *metering.Aggregator, events ...metering.Event) {
	t.Helper()
	for _, e := range events {
		if err := a.Record(e); err != nil {
			t.Fatalf("%v on %+v", err, e)
		}
	}
}

func recorded(t testing.TB, events ...metering.Event) *metering.Aggregator {
	t.Helper()
	a := metering.NewAggregator()
	record(t, a, events...)
	return a
}

func period(start, end time.Time) metering.Period {
	p, err := metering.NewPeriod(start, end)
	if err != nil {
		panic(err)
	}
	return p
}

// collect returns the rows, or the first error.
func collect(rows iter.Seq2[metering.Usage, error]) (all []metering.Usage, err error) {
	for u, err := range rows {
		if err != nil {
			return all, err
		}
		all = append(all, u)
	}
	return all, nil
}

func mustCollect(t testing.TB, rows iter.Seq2[metering.Usage, error]) []metering.Usage {
	t.Helper()
	all, err := collect(rows)
	require.NoError(t, err)
	return all
}

// text returns rows as canonical text, a line each: what "the same bytes" are.
func text(t testing.TB, rows iter.Seq2[metering.Usage, error]) string {
	t.Helper()
	var b strings.Builder
	for u, err := range rows {
		if err != nil {
			t.Fatal(err)
		}
		line(&b, u.Period.Start().UnixNano(), u.Period.End().UnixNano(), string(u.Key.Account), string(u.Key.Meter), u.Key.SKU, u.Key.Region,
			labelsText(u.Key.Labels), u.Key.Resource, u.Quantity.Grains().String(), u.Estimated.Grains().String())
	}
	return b.String()
}

func labelsText(l metering.Labels) (s string) {
	for name, value := range l.All() {
		s += name + "=" + value + ";"
	}
	return s
}

func line(b *strings.Builder, from, to int64, fields ...string) {
	b.WriteString(strconv.FormatInt(from, 10))
	b.WriteByte('/')
	b.WriteString(strconv.FormatInt(to, 10))
	for _, f := range fields {
		b.WriteByte('|')
		b.WriteString(f)
	}
	b.WriteByte('\n')
}

// oracleText returns what the oracle says of events, as text does.
func oracleText(events []metering.Event, pieces iter.Seq[metering.Period], acrossResources bool) string {
	return oracleTextBy(nil, events, pieces, acrossResources)
}

// oracleTextBy is oracleText where runs of some meters count by rules.
func oracleTextBy(rules map[string]oracleRule, events []metering.Event, pieces iter.Seq[metering.Period], acrossResources bool) string {
	plain := make([]oracleEvent, len(events))
	for i, e := range events {
		plain[i] = oracleEvent{account: string(e.Account), source: e.Source, id: e.ID, at: e.Time.UnixNano(), kind: e.Kind.String(),
			resource: e.Resource, region: e.Region, labels: labelsText(e.Labels), estimated: e.Estimated}
		for _, it := range e.Items {
			plain[i].items = append(plain[i].items, oracleItem{string(it.Meter), it.SKU, it.Quantity.Grains().Big()})
		}
	}
	var times [][2]int64
	for p := range pieces {
		times = append(times, [2]int64{p.Start().UnixNano(), p.End().UnixNano()})
	}
	var b strings.Builder
	for _, row := range oracleUsage(plain, times, acrossResources, rules) {
		line(&b, row.from, row.to, row.account, row.meter, row.sku, row.region, row.labels, row.resource, row.used.String(), row.estimated.String())
	}
	return b.String()
}

func only(p metering.Period) iter.Seq[metering.Period] {
	return func(yield func(metering.Period) bool) { yield(p) }
}

// TestLaw_Usage_IsWhatTheOracleSays: usage of any events, by hour and in all,
// with and without resources.
func TestLaw_Usage_IsWhatTheOracleSays(t *testing.T) {
	hours := metering.Hours(metering.MustZone("Asia/Kathmandu"))
	law(t, func(t *testing.T, r random) {
		w := r.world(16)
		a := recorded(t, w.events...)
		require.Equal(t, oracleText(w.events, only(w.period), false), text(t, a.Usage(w.period)))
		require.Equal(t, oracleText(w.events, hours.Over(w.period), true), text(t, a.Usage(w.period, metering.Per(hours), metering.AcrossResources())))

		// A period that begins and ends in the middle of lives.
		part := period(w.period.Start().Add(time.Duration(1+r.IntN(2))*15*time.Minute), w.period.End().Add(-15*time.Minute))
		require.Equal(t, oracleText(w.events, only(part), false), text(t, a.Usage(part)))
	})
}

// TestLaw_Usage_AnyOrderDuplicatesShardsMerges: the same events, in any order,
// more than once, dealt out over aggregators that are merged in any order, and
// additions of the hot path among them, give the same bytes.
func TestLaw_Usage_AnyOrderDuplicatesShardsMerges(t *testing.T) {
	type add struct {
		at time.Time
		n  int64
	}
	key := metering.Key{Account: "acme", Meter: metering.AcceleratorTime, Resource: "gpu-1"}
	apply := func(t *testing.T, a *metering.Aggregator, adds ...add) {
		for _, one := range adds {
			s, err := a.Series(key)
			require.NoError(t, err)
			require.NoError(t, s.AddAt(one.at, metering.Grains(one.n, metering.CardTime)))
		}
	}
	all := func(t *testing.T, a *metering.Aggregator, w world) string {
		return text(t, a.Usage(w.period)) + text(t, a.Usage(w.period, metering.Per(metering.Hours(metering.Zone{}))))
	}
	law(t, func(t *testing.T, r random) {
		w := r.world(14)
		adds := make([]add, r.IntN(4))
		for i := range adds {
			adds[i] = add{w.period.Start().Add(time.Duration(r.Int64N(int64(w.period.Duration())))), r.Int64N(1 << 40)}
		}
		straight := recorded(t, w.events...)
		apply(t, straight, adds...)
		want := all(t, straight, w)

		again := recorded(t, r.shuffled(w.events)...)
		apply(t, again, adds...)
		require.Equal(t, want, all(t, again, w), "in another order, with duplicates")

		shards := make([]*metering.Aggregator, 1+r.IntN(4))
		for i := range shards {
			shards[i] = metering.NewAggregator()
		}
		place := map[metering.Identity]int{}
		dealt := r.shuffled(w.events)
		for _, e := range dealt {
			id := e.Identity()
			if _, ok := place[id]; !ok {
				place[id] = r.IntN(len(shards))
			}
			record(t, shards[place[id]], e)
		}
		for _, one := range adds {
			apply(t, pick(r, shards...), one)
		}
		for len(shards) > 1 {
			r.Shuffle(len(shards), func(i, j int) { shards[i], shards[j] = shards[j], shards[i] })
			last := len(shards) - 1
			require.NoError(t, shards[0].Merge(shards[last]))
			shards = shards[:last]
		}
		require.Equal(t, want, all(t, shards[0], w), "sharded and merged")
		counts := straight.Counts()
		counts.Duplicates = uint64(len(dealt) - len(w.events))
		require.Equal(t, counts, shards[0].Counts())
	})
}

// TestLaw_Usage_All5040OrdersOfSevenEvents: a life, a duplicate, a late event
// and a correction, exhaustively.
func TestLaw_Usage_All5040OrdersOfSevenEvents(t *testing.T) {
	day := metering.MustPeriod("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z")
	at := func(clock string) time.Time {
		at, err := time.Parse("2006-01-02 15:04:05.999999999", "2026-03-01 "+clock)
		require.NoError(t, err)
		return at
	}
	event := func(id string, kind metering.Kind, clock string, items ...metering.Item) metering.Event {
		return metering.Event{Account: "acme/vision", Source: "scheduler", ID: id, Time: at(clock), Kind: kind, Resource: "gpu-1", Items: items}
	}
	cards := func(n int32) metering.Item {
		return metering.Item{Meter: metering.AcceleratorTime, SKU: "H100", Quantity: metering.WholeCards(n)}
	}
	correction := event("fix", metering.Adjustment, "11:00:00", metering.Item{Meter: metering.AcceleratorTime, SKU: "H100",
		Quantity: metering.MustQuantity("-1.5 {card}.h")})
	correction.Adjusts, correction.Reason = "start", "the node rebooted"
	start := event("start", metering.Start, "09:00:00.000000001", cards(8))
	events := [7]metering.Event{
		start,
		event("grow", metering.Resize, "10:07:30", cards(16)),
		event("pause", metering.Pause, "12:00:00"),
		event("resume", metering.Resume, "13:30:00.5"),
		start,
		correction,
		event("stop", metering.Stop, "18:00:00"),
	}
	hours := metering.Hours(metering.Zone{})
	want := oracleText(events[:], hours.Over(day), false)
	require.NotEmpty(t, want)

	orders := 0
	var permute func(k int)
	permute = func(k int) {
		if k == len(events) {
			orders++
			a := recorded(t, events[:]...)
			require.Equal(t, want, text(t, a.Usage(day, metering.Per(hours))))
			require.Equal(t, metering.Counts{Events: 6, Duplicates: 1, Series: 1}, a.Counts())
			return
		}
		for i := k; i < len(events); i++ {
			events[k], events[i] = events[i], events[k]
			permute(k + 1)
			events[k], events[i] = events[i], events[k]
		}
	}
	permute(0)
	require.Equal(t, 5040, orders)
}

// TestLaw_Usage_ShufflesOfTenThousand: 10,000 events of one tenant, a third of
// them more than once, in as many orders as a thousandth of the cases.
func TestLaw_Usage_ShufflesOfTenThousand(t *testing.T) {
	n, shuffles := 10_000, max(*lawsN/1000, 1)
	if testing.Short() {
		n, shuffles = 1000, 2
	}
	var w world
	var want string
	lawOf(t, shuffles, func(t *testing.T, r random) {
		if want == "" {
			w = r.world(1)
			w.events = nil
			for i := range n {
				w.events = append(w.events, r.event(w, strconv.Itoa(i), w.period.Start().Add(time.Duration(r.Int64N(int64(w.period.Duration()))))))
			}
			want = text(t, recorded(t, w.events...).Usage(w.period))
		}
		require.Equal(t, want, text(t, recorded(t, r.shuffled(w.events)...).Usage(w.period)))
	})
}

// sums adds up rows by what of their key is kept.
func sums(t testing.TB, rows iter.Seq2[metering.Usage, error], keep func(metering.Key) metering.Key) map[metering.Key][2]metering.Quantity {
	t.Helper()
	out := map[metering.Key][2]metering.Quantity{}
	for u, err := range rows {
		require.NoError(t, err)
		key := keep(u.Key)
		sum := out[key]
		var err1, err2 error
		sum[0], err1 = sum[0].Add(u.Quantity)
		sum[1], err2 = sum[1].Add(u.Estimated)
		require.NoError(t, err1)
		require.NoError(t, err2)
		out[key] = sum
	}
	return out
}

// TestLaw_Usage_WindowsAndKeysSumToTotal: Σ windows = total by any calendar,
// Σ keys = total over tenants, cost centres and resources.
func TestLaw_Usage_WindowsAndKeysSumToTotal(t *testing.T) {
	whole := func(k metering.Key) metering.Key { return k }
	meterOnly := func(k metering.Key) metering.Key { return metering.Key{Meter: k.Meter} }
	law(t, func(t *testing.T, r random) {
		w := r.world(16)
		a := recorded(t, w.events...)
		total := sums(t, a.Usage(w.period), whole)

		cal := r.calendar()
		require.Equal(t, total, sums(t, a.Usage(w.period, metering.Per(cal)), whole), "by %v", cal)

		cut := w.period.Start().Add(time.Duration(r.IntN(int(w.period.Duration()/(15*time.Minute)))) * 15 * time.Minute)
		parts := func(yield func(metering.Usage, error) bool) {
			for _, p := range []metering.Period{period(w.period.Start(), cut), period(cut, w.period.End())} {
				for u, err := range a.Usage(p) {
					if !yield(u, err) {
						return
					}
				}
			}
		}
		require.Equal(t, total, sums(t, parts, whole), "cut at %v", cut)

		byMeter := sums(t, a.Usage(w.period), meterOnly)
		require.Equal(t, byMeter, sums(t, a.Usage(w.period, metering.AcrossResources()), meterOnly), "across resources")
		tenants := func(yield func(metering.Usage, error) bool) {
			for _, tenant := range []metering.Account{"acme", "acme-x", "b"} {
				for u, err := range a.Usage(w.period, metering.Of(tenant)) {
					if !yield(u, err) {
						return
					}
				}
			}
		}
		require.Equal(t, byMeter, sums(t, tenants, meterOnly), "by tenant")
		meters := func(yield func(metering.Usage, error) bool) {
			for _, m := range []metering.MeterID{metering.AcceleratorTime, metering.DeviceEnergy, metering.MemoryTime, metering.BlockStorage} {
				for u, err := range a.Usage(w.period, metering.ForMeters(m)) {
					if !yield(u, err) {
						return
					}
				}
			}
		}
		require.Equal(t, byMeter, sums(t, meters, meterOnly), "by meter")
	})
}

// TestLaw_Merge_IsTheUnion: merge(a, b) = compute(a ∪ b), and other is as it
// was.
func TestLaw_Merge_IsTheUnion(t *testing.T) {
	law(t, func(t *testing.T, r random) {
		w := r.world(12)
		cut := r.IntN(len(w.events) + 1)
		a, b := recorded(t, w.events[:cut]...), recorded(t, w.events[cut:]...)
		before := text(t, b.Usage(w.period))
		require.NoError(t, a.Merge(b))
		require.Equal(t, text(t, recorded(t, w.events...).Usage(w.period)), text(t, a.Usage(w.period)))
		require.Equal(t, before, text(t, b.Usage(w.period)))

		// What a has now is its own.
		record(t, b, r.event(w, "later", w.period.Start()))
		require.Equal(t, oracleText(w.events, only(w.period), false), text(t, a.Usage(w.period)))
	})
}

// TestLaw_Holding_WindowsGiveTheIntervalBack: whatever is held, changed,
// paused and observed, Σ windows is the integral to the grain, and each window
// has its own part.
func TestLaw_Holding_WindowsGiveTheIntervalBack(t *testing.T) {
	sizes := []metering.WindowSize{metering.QuarterHour, metering.FullHour, metering.FullDay}
	law(t, func(t *testing.T, r random) {
		size := pick(r, sizes...)
		a := metering.NewAggregator(metering.WithWindow(size))
		s, err := a.Series(metering.Key{Account: "acme", Meter: metering.AcceleratorTime})
		require.NoError(t, err)

		width := size.Duration()
		start := time.Date(2026, 1, 1+r.IntN(300), 0, 0, 0, 0, time.UTC)
		now, held, paused := start.Add(time.Duration(r.Int64N(int64(width)))), r.capacity(), false
		h, err := s.Hold(held, now)
		require.NoError(t, err)
		var facts []oracleFact
		for range 1 + r.IntN(8) {
			from := now
			now = now.Add(time.Duration(r.Int64N(int64(3 * width))))
			if r.chance(20) {
				now = from
			}
			if r.chance(20) {
				now = now.Truncate(width)
			}
			if now.Before(from) {
				now = from
			}
			n := held.Grains().Big()
			if paused {
				n = new(big.Int)
			}
			facts = append(facts, oracleFact{from: from.UnixNano(), to: now.UnixNano(), n: n})
			switch q := r.capacity(); {
			case paused && r.chance(60):
				require.NoError(t, h.Resume(now))
				paused = false
			case paused || r.chance(30):
				require.NoError(t, h.Observe(now))
			case r.chance(50):
				require.NoError(t, h.Set(q, now))
				held = q
			default:
				require.NoError(t, h.Pause(now))
				paused = true
			}
		}
		require.NoError(t, h.Stop(now))

		whole := period(start, now.Truncate(width).Add(width))
		var rows []oracleRow
		total := new(big.Int)
		for w := range whole.Windows(width) {
			row := oracleRow{from: w.Start().UnixNano(), to: w.End().UnixNano(), used: new(big.Int)}
			for _, f := range facts {
				if overlap := min(f.to, row.to) - max(f.from, row.from); overlap > 0 {
					row.used.Add(row.used, new(big.Int).Mul(f.n, big.NewInt(overlap)))
				}
			}
			if total.Add(total, row.used); row.used.Sign() > 0 {
				rows = append(rows, row)
			}
		}
		var got []metering.Usage
		for w := range whole.Windows(width) {
			got = append(got, mustCollect(t, a.Usage(w))...)
		}
		require.Len(t, got, len(rows))
		for i, u := range got {
			require.Equal(t, rows[i].from, u.Period.Start().UnixNano())
			require.Equal(t, rows[i].used.String(), u.Quantity.Grains().String())
		}
		sum := sums(t, a.Usage(whole), func(metering.Key) metering.Key { return metering.Key{} })
		require.Equal(t, total.String(), sum[metering.Key{}][0].Grains().String())
	})
}

// capacity returns some cards, up to what can be held.
func (r random) capacity() metering.Quantity {
	switch r.IntN(4) {
	case 0:
		return metering.WholeCards(int32(r.IntN(9)))
	case 1:
		return metering.Grains(r.Int64(), metering.Cards)
	}
	return metering.Grains(r.Int64N(metering.SharesPerCard+1), metering.Cards)
}

// TestLaw_Period_WindowsGiveTheIntervalBack: the windows of a period tile it
// at the multiples of any width.
func TestLaw_Period_WindowsGiveTheIntervalBack(t *testing.T) {
	law(t, func(t *testing.T, r random) {
		a, b := r.instant(), r.instant()
		if b.Before(a) {
			a, b = b, a
		}
		p := period(a, b)
		width := time.Duration(int64(p.Duration())/(1+r.Int64N(50)) + r.Int64N(3) - 1)
		if r.chance(20) {
			width = time.Duration(1+r.Int64N(1<<20)) << r.IntN(43)
		}
		checkWindows(t, p, width)
	})
}

func checkWindows(t testing.TB, p metering.Period, width time.Duration) {
	t.Helper()
	at, sum, n := p.Start(), time.Duration(0), 0
	for w := range p.Windows(width) {
		if !w.Start().Equal(at) || w.IsZero() || w.Duration() > width {
			t.Fatalf("window %v at %v of %v by %v", w, at, p, width)
		}
		if !w.Start().Equal(p.Start()) && w.Start().UnixNano()%int64(width) != 0 || !w.End().Equal(p.End()) && w.End().UnixNano()%int64(width) != 0 {
			t.Fatalf("window %v of %v by %v is not at multiples", w, p, width)
		}
		at, sum = w.End(), sum+w.Duration()
		if n++; n > 1000 {
			return // far more than any case asks for; the rest is more of the same
		}
	}
	if width >= 1 && (sum != p.Duration() || !p.IsZero() && !at.Equal(p.End())) || width < 1 && n > 0 {
		t.Fatalf("windows of %v by %v come to %v, %v", p, width, sum, at)
	}
}

func FuzzPeriod_Windows_Sum(f *testing.F) {
	f.Add(int64(0), int64(1), int64(1))
	f.Add(int64(6e18), int64(7e18), int64(5e18))
	f.Add(int64(0), int64(7_258_118_400_000_000_000), int64(1<<63-1))
	f.Add(int64(1_700_000_000_000_000_001), int64(1_700_003_600_000_000_000), int64(900_000_000_000))
	f.Fuzz(func(t *testing.T, start, end, width int64) {
		p, err := metering.NewPeriod(time.Unix(0, start), time.Unix(0, end))
		if err != nil {
			return
		}
		checkWindows(t, p, time.Duration(width))
	})
}

// TestLaw_Split_PartsSumToTheWhole: for any weights, to the grain, as the
// oracle places them; a refund reverses a charge exactly.
func TestLaw_Split_PartsSumToTheWhole(t *testing.T) {
	law(t, func(t *testing.T, r random) {
		q := metering.GrainsWide(r.int128(), metering.CardTime)
		weights := make([]int64, 1+r.IntN(40))
		for i := range weights {
			if r.chance(80) {
				weights[i] = r.Int64N(1 << uint(1+r.IntN(62)))
			}
		}
		weights[r.IntN(len(weights))]++
		parts, err := q.Split(weights...)
		require.NoError(t, err)
		require.Len(t, parts, len(weights))
		var sum metering.Quantity
		for i, want := range oracleSplit(q.Grains().Big(), weights) {
			if parts[i].Grains().String() != want.String() || parts[i].Dimension() != metering.CardTime {
				t.Fatalf("part %d of %v by %v: %v, want %v", i, q, weights, parts[i], want)
			}
			sum, err = sum.Add(parts[i])
			require.NoError(t, err)
		}
		require.Equal(t, q, sum)

		if refund, err := q.Neg(); err == nil {
			back, err := refund.Split(weights...)
			require.NoError(t, err)
			for i := range back {
				zero, err := back[i].Add(parts[i])
				require.NoError(t, err)
				require.True(t, zero.IsZero())
			}
		}
	})
}

// TestLaw_Quantity_AddIsIntegerAddition, to the edges of 128 bits: an exact
// sum, or ErrOverflow.
func TestLaw_Quantity_AddIsIntegerAddition(t *testing.T) {
	law(t, func(t *testing.T, r random) {
		x, y := r.int128(), r.int128()
		a, b := metering.GrainsWide(x, metering.Energy), metering.GrainsWide(y, metering.Energy)
		for _, op := range []struct {
			got  func() (metering.Quantity, error)
			want *big.Int
		}{
			{func() (metering.Quantity, error) { return a.Add(b) }, new(big.Int).Add(x.Big(), y.Big())},
			{func() (metering.Quantity, error) { return a.Sub(b) }, new(big.Int).Sub(x.Big(), y.Big())},
			{a.Neg, new(big.Int).Neg(x.Big())},
		} {
			got, err := op.got()
			if want, fits := fixed.FromBig(op.want); fits {
				require.NoError(t, err)
				require.Equal(t, metering.GrainsWide(want, metering.Energy), got)
			} else {
				require.ErrorIs(t, err, metering.ErrOverflow)
			}
		}
		c, err := a.Cmp(b)
		require.NoError(t, err)
		require.Equal(t, x.Big().Cmp(y.Big()), c)
	})
}
