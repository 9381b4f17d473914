package metering_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
)

// ruled is a meter of cards whose runs count by a rule.
func ruled(id metering.MeterID, rule metering.RunRule) metering.Meter {
	m := meterOf(metering.AcceleratorTime)
	m.ID, m.Runs = id, rule
	return m
}

func meterOf(id metering.MeterID) metering.Meter {
	m, err := metering.DefaultCatalogue().Lookup(id)
	if err != nil {
		panic(err)
	}
	return m
}

// TestRunRule: what lives come to, told as "clock kind cards", in minutes of a
// card.
func TestRunRule(t *testing.T) {
	var (
		exact   = metering.RunRule{}
		second  = metering.RunRule{Step: time.Second}
		minute  = metering.RunRule{Step: time.Minute}
		atLeast = metering.RunRule{Step: time.Second, Minimum: time.Minute}
		odd     = metering.RunRule{Step: time.Minute, Minimum: 90 * time.Second}
		hour    = metering.RunRule{Step: time.Hour, Clock: true}
	)
	for _, tt := range []struct {
		name, life string
		rule       metering.RunRule
		minutes    string
	}{
		{"exact", "09:00:00 start 1, 09:00:30.5 stop", exact, "0.508333333"},
		{"a begun second", "09:00:00 start 1, 09:00:29.000000001 stop", second, "0.5"},
		{"whole seconds", "09:00:00 start 1, 09:00:30 stop", second, "0.5"},
		{"a begun minute", "09:00:30 start 1, 09:01:31 stop", minute, "2"},
		{"at least a minute", "09:00:00 start 1, 09:00:01 stop", atLeast, "1"},
		{"more than the least", "09:00:00 start 1, 09:01:00.5 stop", atLeast, "1.016666667"},
		{"the least is rounded, too", "09:00:00 start 1, 09:00:01 stop", odd, "2"},
		{"no length", "09:00:00 start 1, 09:00:00 stop", odd, "0"},
		{"not ended", "09:00:00 start 1, 09:00:01 heartbeat", odd, "0.016666667"},
		{"ended by a pause", "09:00:00 start 1, 09:00:01 pause, 09:10:00 heartbeat", odd, "2"},
		{"ended by a level of nothing", "09:00:00 level 1, 09:00:01 level 0, 09:10:00 heartbeat", odd, "2"},
		{"each run by itself", "09:00:00 start 1, 09:00:10 stop, 09:00:20 start 1, 09:00:30 stop", atLeast, "2"},
		{"broken for no time", "09:00:00 start 1, 09:00:10 stop, 09:00:10 start 1, 09:00:30 stop", atLeast, "1"},
		{"what is held at the end", "09:00:00 start 8, 09:00:30 resize 1, 09:00:40 stop", minute, "4.5"},
		{"hours touched", "09:30:00 start 1, 12:30:00 stop", hour, "240"},
		{"an hour from edge to edge", "09:00:00 start 1, 10:00:00 stop", hour, "60"},
		{"a moment of an hour", "09:59:59.999999999 start 1, 10:00:00 stop", hour, "60"},
		{"a moment of the next", "09:59:59.999999999 start 1, 10:00:00.000000001 stop", hour, "120"},
		{"two runs in an hour", "09:10:00 start 1, 09:20:00 stop, 09:40:00 start 1, 09:50:00 stop", hour, "60"},
		{"an hour that another card ends", "09:10:00 start 1, 09:20:00 stop, 09:40:00 start 8, 09:50:00 stop", hour, "200"},
		{"begun, and not ended", "09:30:00 start 1, 09:40:00 heartbeat", hour, "40"},
		{"resized within the hour", "09:15:00 start 1, 09:30:00 resize 2, 09:45:00 stop", hour, "90"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := metering.DefaultCatalogue().With(ruled("x", tt.rule))
			require.NoError(t, err)
			var events []metering.Event
			for i, said := range strings.Split(tt.life, ", ") {
				e := tell(t, string(rune('a'+i)), said)
				for i := range e.Items {
					e.Items[i].Meter = "x"
				}
				events = append(events, e)
			}
			a := metering.NewAggregator(metering.WithCatalogue(c))
			record(t, a, events...)
			got := "0"
			for _, row := range mustCollect(t, a.Usage(leaseDay)) {
				n, err := row.Quantity.In(metering.MustUnit("{card}.s"), 9)
				require.NoError(t, err)
				minutes, err := metering.ParseQuantity(n.String() + " {card}.s")
				require.NoError(t, err)
				got = inMinutes(t, minutes)
			}
			require.Equal(t, tt.minutes, got)
		})
	}
}

func inMinutes(t *testing.T, q metering.Quantity) string {
	u, err := metering.MustUnit("{card}").Over(time.Minute)
	require.NoError(t, err)
	n, err := q.In(u, 9)
	require.NoError(t, err)
	return n.String()
}

func TestRunRule_Refused(t *testing.T) {
	for _, tt := range []struct {
		name, field string
		meter       metering.Meter
	}{
		{"of amounts", "meter runs", func() metering.Meter {
			m := meterOf(metering.Egress)
			m.Runs.Step = time.Hour
			return m
		}()},
		{"a negative minimum", "meter runs minimum", ruled("x", metering.RunRule{Minimum: -1})},
		{"a minimum of more than a year", "meter runs minimum", ruled("x", metering.RunRule{Minimum: 366*24*time.Hour + 1})},
		{"a negative step", "meter runs step", ruled("x", metering.RunRule{Step: -1})},
		{"a step of more than a day", "meter runs step", ruled("x", metering.RunRule{Step: 24*time.Hour + 1})},
		{"no step of the clock", "meter runs step", ruled("x", metering.RunRule{Clock: true})},
		{"a step that does not divide the day", "meter runs step", ruled("x", metering.RunRule{Clock: true, Step: 7 * time.Hour})},
		{"a minimum by the clock", "meter runs minimum", ruled("x", metering.RunRule{Clock: true, Step: time.Hour, Minimum: 1})},
		{"late usage refused by the clock", "meter late policy", func() metering.Meter {
			m := ruled("x", metering.RunRule{Clock: true, Step: time.Hour})
			m.Late = metering.RefuseLate
			return m
		}()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var field *metering.FieldError
			require.ErrorAs(t, tt.meter.Validate(), &field)
			require.Equal(t, tt.field, field.Field)
		})
	}
}

// TestRunRule_Overflow: what could overlap itself into more than 128 bits is
// not held.
func TestRunRule_Overflow(t *testing.T) {
	c, err := metering.DefaultCatalogue().With(ruled("x", metering.RunRule{Minimum: time.Hour}))
	require.NoError(t, err)
	a := metering.NewAggregator(metering.WithCatalogue(c))
	s := series(t, a, metering.Key{Account: "acme", Meter: "x"})
	_, err = s.Hold(metering.GrainsWide(pow2(57), metering.Cards), eventTime)
	require.ErrorIs(t, err, metering.ErrOverflow)
	h, err := s.Hold(metering.GrainsWide(pow2(56), metering.Cards), eventTime)
	require.NoError(t, err)
	require.NoError(t, h.Stop(eventTime.Add(1)))
}

// TestRunRule_JSON: a catalogue with rules goes through JSON.
func TestRunRule_JSON(t *testing.T) {
	c, err := metering.NewCatalogue(ruled("x", metering.RunRule{Step: time.Hour, Clock: true}), ruled("y", metering.RunRule{Minimum: time.Minute}))
	require.NoError(t, err)
	text, err := c.MarshalJSON()
	require.NoError(t, err)
	again, err := metering.ReadCatalogue(strings.NewReader(string(text)))
	require.NoError(t, err)
	for m := range c.All() {
		same, err := again.Lookup(m.ID)
		require.NoError(t, err)
		require.Equal(t, m, same)
	}
}

// rules of the worlds below, by meters that worlds use.
var (
	worldRules = map[metering.MeterID]metering.RunRule{
		metering.AcceleratorTime: {Step: time.Hour, Clock: true},
		metering.MemoryTime:      {Step: 7 * time.Minute},
		metering.BlockStorage:    {Step: time.Second, Minimum: 40 * time.Minute},
	}
	oracleRules = func() map[string]oracleRule {
		out := map[string]oracleRule{}
		for id, r := range worldRules {
			out[string(id)] = oracleRule{int64(r.Minimum), int64(r.Step), r.Clock}
		}
		return out
	}()
)

func ruledAggregator(t testing.TB, opts ...metering.Option) *metering.Aggregator {
	t.Helper()
	return metering.NewAggregator(append(opts, metering.WithCatalogue(ruledCatalogue(t, metering.AdjustLate)))...)
}

// ruledCatalogue has the meters with their rules, and what lives hold with a late policy
// where its rule allows that.
func ruledCatalogue(t testing.TB, late metering.LatePolicy) *metering.Catalogue {
	t.Helper()
	var meters []metering.Meter
	for m := range metering.DefaultCatalogue().All() {
		if rule, ok := worldRules[m.ID]; ok {
			m.Runs = rule
		}
		if m.Form == metering.Capacity && !m.Runs.Clock {
			m.Late = late
		}
		meters = append(meters, m)
	}
	c, err := metering.NewCatalogue(meters...)
	require.NoError(t, err)
	return c
}

// smallHeld keeps what worlds hold below what can be held where runs count by a rule.
func smallHeld(events []metering.Event) []metering.Event {
	for _, e := range events {
		for i, it := range e.Items {
			if n, ok := it.Quantity.Grains().Int64(); ok && e.Kind != metering.Amount && e.Kind != metering.Adjustment {
				e.Items[i].Quantity = metering.Grains(n>>5, it.Quantity.Dimension())
			}
		}
	}
	return events
}

// around is the days around a period, in which what runs count besides can lie.
func around(p metering.Period) metering.Period {
	const day = 24 * time.Hour
	return period(p.Start().Truncate(day), p.End().Truncate(day).Add(2*day))
}

// TestLaw_RunRule_IsWhatTheOracleSays: runs of any lives, by hour and in all, in
// any order of the events.
func TestLaw_RunRule_IsWhatTheOracleSays(t *testing.T) {
	hours := metering.Hours(metering.Zone{})
	law(t, func(t *testing.T, r random) {
		w := r.world(14)
		smallHeld(w.events)
		days := around(w.period)
		a := ruledAggregator(t)
		record(t, a, w.events...)
		want := oracleTextBy(oracleRules, w.events, hours.Over(days), false)
		require.Equal(t, want, text(t, a.Usage(days, metering.Per(hours))))
		require.Equal(t, oracleTextBy(oracleRules, w.events, only(days), false), text(t, a.Usage(days)))

		again := ruledAggregator(t)
		record(t, again, r.shuffled(w.events)...)
		require.Equal(t, want, text(t, again.Usage(days, metering.Per(hours))), "in another order")
	})
}

// TestLaw_RunRule_SealedOrNot: windows that are sealed while events come in any
// order come to what they would have come to, each in its own window.
func TestLaw_RunRule_SealedOrNot(t *testing.T) {
	hours := metering.Hours(metering.Zone{})
	law(t, func(t *testing.T, r random) {
		w := r.world(12)
		lives := w.events[:0]
		for _, e := range smallHeld(w.events) {
			if e.Kind != metering.Amount && e.Kind != metering.Adjustment {
				lives = append(lives, e)
			}
		}
		days := around(w.period)
		a := ruledAggregator(t)
		for _, e := range r.shuffled(lives) {
			record(t, a, e)
			if r.chance(30) {
				require.NoError(t, a.Seal(days.Start().Add(time.Duration(r.IntN(200))*15*time.Minute)))
			}
		}
		var got strings.Builder
		for u, err := range a.Usage(days, metering.Per(hours)) {
			require.NoError(t, err)
			if !u.Quantity.IsZero() || !u.Estimated.IsZero() { // what was taken back leaves a row
				line(&got, u.Period.Start().UnixNano(), u.Period.End().UnixNano(), string(u.Key.Account), string(u.Key.Meter), u.Key.SKU, u.Key.Region,
					labelsText(u.Key.Labels), u.Key.Resource, u.Quantity.Grains().String(), u.Estimated.Grains().String())
			}
		}
		require.Equal(t, oracleTextBy(oracleRules, lives, hours.Over(days), false), got.String())
	})
}

// TestLaw_Holding_RunsAreThoseOfLives: what is held by a handle counts as what
// events tell of it.
func TestLaw_Holding_RunsAreThoseOfLives(t *testing.T) {
	ids := []metering.MeterID{metering.AcceleratorTime, metering.MemoryTime, metering.BlockStorage}
	law(t, func(t *testing.T, r random) {
		key := metering.Key{Account: "acme", Meter: pick(r, ids...), Resource: "r"}
		dim := metering.Cards
		if key.Meter != metering.AcceleratorTime {
			dim = metering.Bytes
		}
		handles, lives := ruledAggregator(t), ruledAggregator(t)
		s := series(t, handles, key)
		now := time.Date(2026, 3, 1, 12, r.IntN(60), 0, 0, time.UTC)
		n := 0
		say := func(kind metering.Kind, q ...metering.Quantity) {
			n++
			e := metering.Event{Account: key.Account, Source: "s", ID: strconv.Itoa(1000 + n), Time: now, Kind: kind, Resource: key.Resource}
			for _, q := range q {
				e.Items = append(e.Items, metering.Item{Meter: key.Meter, Quantity: q})
			}
			record(t, lives, e)
		}
		some := func() metering.Quantity { return metering.Grains(r.Int64N(3), dim) }
		q := some()
		h, err := s.Hold(q, now)
		require.NoError(t, err)
		say(metering.Start, q)
		paused := false
		for range r.IntN(10) {
			now = now.Add(time.Duration(1 + r.Int64N(int64(40*time.Minute))))
			switch {
			case paused && r.chance(60):
				require.NoError(t, h.Resume(now))
				say(metering.Resume)
				paused = false
			case paused || r.chance(30):
				require.NoError(t, h.Observe(now))
				say(metering.Heartbeat)
			case r.chance(60):
				q := some()
				require.NoError(t, h.Set(q, now))
				say(metering.Resize, q)
			default:
				require.NoError(t, h.Pause(now))
				say(metering.Pause)
				paused = key.Meter != metering.BlockStorage // a disk is held while its machine is paused
				if !paused {
					require.NoError(t, h.Resume(now))
					now = now.Add(1)
					say(metering.Resume)
				}
			}
		}
		now = now.Add(time.Duration(1 + r.Int64N(int64(10*time.Minute))))
		require.NoError(t, h.Stop(now))
		say(metering.Stop)
		day := metering.MustPeriod("2026-03-01T00:00:00Z", "2026-03-03T00:00:00Z")
		hours := metering.Hours(metering.Zone{})
		require.Equal(t, text(t, lives.Usage(day, metering.Per(hours))), text(t, handles.Usage(day, metering.Per(hours))))
		require.Zero(t, lives.Counts().Anomalies)
	})
}

// TestLaw_Holding_StoppedIsStopped: a handle that was stopped stays so, whatever
// holdings begin after it, and a copy is the same holding.
func TestLaw_Holding_StoppedIsStopped(t *testing.T) {
	law(t, func(t *testing.T, r random) {
		a := metering.NewAggregator()
		s := series(t, a, fullKey)
		var stopped, held []metering.Holding
		now := eventTime
		for range 2 + r.IntN(12) {
			now = now.Add(time.Second)
			switch i := len(held) - 1; {
			case i >= 0 && r.chance(50):
				same := held[i]
				require.NoError(t, same.Stop(now))
				stopped, held = append(stopped, held[i]), held[:i]
			default:
				h, err := s.Start(metering.WholeCards(1), now)
				require.NoError(t, err)
				require.NotContains(t, stopped, h)
				held = append(held, h)
			}
			for _, h := range stopped {
				require.ErrorIs(t, h.Observe(now), metering.ErrClosed)
				require.ErrorIs(t, h.Stop(now), metering.ErrClosed)
			}
			for _, h := range held {
				require.NoError(t, h.Observe(now))
			}
		}
	})
	require.ErrorIs(t, metering.Holding{}.Stop(eventTime), metering.ErrClosed)
}
