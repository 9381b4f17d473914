package metering_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
)

// TestRecord_Lives: what the events of a resource come to, told as
// "clock kind cards", and how many did not fit.
func TestRecord_Lives(t *testing.T) {
	for _, tt := range []struct {
		name, life, cardHours string
		anomalies             int
	}{
		{"start and stop", "09:00:00 start 8, 10:00:00 stop", "8", 0},
		{"not stopped: up to the last event", "09:00:00 start 8, 10:00:00 heartbeat, 10:30:00 heartbeat", "12", 0},
		{"not seen again", "09:00:00 start 8", "0", 0},
		{"resized", "09:00:00 start 8, 10:00:00 resize 16, 11:00:00 stop", "24", 0},
		{"paused", "09:00:00 start 8, 10:00:00 pause, 12:00:00 resume, 13:00:00 stop", "16", 0},
		{"resized while paused", "09:00:00 start 8, 10:00:00 pause, 11:00:00 resize 1, 12:00:00 resume, 13:00:00 stop", "9", 0},
		{"stopped while paused", "09:00:00 start 8, 10:00:00 pause, 12:00:00 stop", "8", 0},
		{"seen while paused", "09:00:00 start 8, 10:00:00 pause, 12:00:00 heartbeat", "8", 0},
		{"a level while paused holds again", "09:00:00 start 8, 10:00:00 pause, 12:00:00 level 1, 13:00:00 stop", "9", 0},
		{"levels, never started", "09:00:00 level 1, 10:00:00 level 2, 11:00:00 level 2, 12:00:00 level 0, 13:00:00 level 0", "5", 0},
		{"started again", "09:00:00 start 8, 10:00:00 stop, 11:00:00 start 1, 12:00:00 stop", "9", 0},
		{"stopped and started at once", "09:00:00 start 8, 10:00:00 stop, 10:00:00 start 1, 11:00:00 stop", "9", 0},
		{"paused and resumed at once", "09:00:00 start 8, 10:00:00 pause, 10:00:00 resume, 11:00:00 stop", "16", 0},
		{"no length", "09:00:00 start 8, 09:00:00 stop", "0", 0},
		{"no length, then a life", "09:00:00 start 8, 09:00:00 stop, 10:00:00 start 1, 11:00:00 stop", "1", 0},
		{"two levels at once: the later id stands", "09:00:00 level 8, 09:00:00 level 1, 10:00:00 stop", "1", 0},
		{"zero length windows", "09:00:00 start 8, 09:14:59.999999999 resize 8, 09:15:00 resize 8, 10:00:00 stop", "8", 0},

		{"a stop before the start", "08:00:00 stop, 09:00:00 start 8, 10:00:00 heartbeat", "8", 1},
		{"a stop of nothing", "09:00:00 stop", "0", 1},
		{"a resize of what was stopped", "09:00:00 start 8, 10:00:00 stop, 11:00:00 resize 16, 12:00:00 heartbeat", "8", 2},
		{"started twice", "09:00:00 start 8, 10:00:00 start 16, 11:00:00 stop", "16", 1},
		{"stopped twice", "09:00:00 start 8, 10:00:00 stop, 11:00:00 stop", "8", 1},
		{"paused twice", "09:00:00 start 8, 10:00:00 pause, 11:00:00 pause, 12:00:00 resume, 13:00:00 stop", "16", 1},
		{"resumed without a pause", "09:00:00 start 8, 10:00:00 resume, 11:00:00 stop", "16", 1},
		{"paused and stopped at once: the stop comes first", "09:00:00 start 8, 10:00:00 pause, 10:00:00 stop, 11:00:00 heartbeat", "8", 2},
		{"resumed and stopped at once: the stop comes first", "09:00:00 start 8, 10:00:00 pause, 11:00:00 resume, 11:00:00 stop, 12:00:00 heartbeat", "8", 2},
		{"resized and stopped at once: the stop comes first", "09:00:00 start 8, 10:00:00 resize 16, 10:00:00 stop", "8", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var events []metering.Event
			for i, said := range strings.Split(tt.life, ", ") {
				events = append(events, tell(t, string(rune('a'+i)), said))
			}
			for range 2 { // and in the other order
				a := recorded(t, events...)
				require.Equal(t, tt.cardHours, cardHours(t, a))
				require.Equal(t, tt.anomalies, a.Counts().Anomalies)
				require.Equal(t, oracleText(events, only(leaseDay), false), text(t, a.Usage(leaseDay)))
				for i, j := 0, len(events)-1; i < j; i, j = i+1, j-1 {
					events[i], events[j] = events[j], events[i]
				}
			}
		})
	}
}

func tell(t *testing.T, id, said string) metering.Event {
	t.Helper()
	words := strings.Fields(said)
	var kind metering.Kind
	require.NoError(t, kind.UnmarshalText([]byte(words[1])))
	var cards []int32
	for _, w := range words[2:] {
		q := metering.MustQuantity(w + " {token}")
		n, ok := q.Grains().Int64()
		require.True(t, ok)
		cards = append(cards, int32(n))
	}
	return lifeEvent(id, kind, at(words[0]), cards...)
}

// TestRecord_LifeMoves: a resource that moves to another cost centre, with
// another SKU and label, goes on living.
func TestRecord_LifeMoves(t *testing.T) {
	move := lifeEvent("b", metering.Resize, at("10:00:00"), 8)
	move.Account, move.Labels, move.Estimated = "acme/vision", metering.MustLabels("team", "a"), true
	move.Items[0].SKU = "H200"
	stop := lifeEvent("c", metering.Stop, at("12:00:00"))
	stop.Account = "acme/elsewhere"
	a := recorded(t, lifeEvent("a", metering.Start, at("09:00:00"), 8), move, stop)
	rows := mustCollect(t, a.Usage(leaseDay))
	require.Len(t, rows, 2)
	require.Equal(t, metering.Key{Account: "acme", Meter: metering.AcceleratorTime, Resource: "gpu-1", SKU: "H100"}, rows[0].Key)
	require.Equal(t, metering.MustQuantity("8 {card}.h"), rows[0].Quantity)
	require.Equal(t, metering.Exact, rows[0].Quality())
	require.Equal(t, metering.Key{Account: "acme/vision", Meter: metering.AcceleratorTime, Resource: "gpu-1", SKU: "H200", Labels: move.Labels}, rows[1].Key)
	require.Equal(t, metering.MustQuantity("16 {card}.h"), rows[1].Quantity)
	require.Equal(t, metering.Estimated, rows[1].Quality())

	// A resource of the same name of another tenant is another.
	other := lifeEvent("a", metering.Start, at("09:00:00"), 1)
	other.Account = "other"
	record(t, a, other)
	require.Len(t, mustCollect(t, a.Usage(leaseDay)), 2)
}

// TestRecord_LifeEstimatedInPart: a level that stays the same is estimated only
// while it was.
func TestRecord_LifeEstimatedInPart(t *testing.T) {
	guess := lifeEvent("b", metering.Level, at("10:00:00"), 1)
	guess.Estimated = true
	a := recorded(t, lifeEvent("a", metering.Level, at("09:00:00"), 1), guess, lifeEvent("c", metering.Level, at("12:00:00"), 1), lifeEvent("d", metering.Stop, at("13:00:00")))
	rows := mustCollect(t, a.Usage(leaseDay))
	require.Len(t, rows, 1)
	require.Equal(t, metering.MustQuantity("4 {card}.h"), rows[0].Quantity)
	require.Equal(t, metering.MustQuantity("2 {card}.h"), rows[0].Estimated)
	require.Equal(t, metering.Mixed, rows[0].Quality())
}

// TestRecord_LifeListsAllItHolds: what a resize does not list is no longer
// held.
func TestRecord_LifeListsAllItHolds(t *testing.T) {
	start := lifeEvent("a", metering.Start, at("09:00:00"), 8)
	start.Items = append(start.Items, metering.Item{Meter: metering.MemoryTime, Quantity: metering.MustQuantity("64 GiBy")})
	a := recorded(t, start, lifeEvent("b", metering.Resize, at("10:00:00"), 8), lifeEvent("c", metering.Stop, at("11:00:00")))
	rows := mustCollect(t, a.Usage(leaseDay))
	require.Len(t, rows, 2)
	require.Equal(t, metering.MustQuantity("16 {card}.h"), rows[0].Quantity)
	require.Equal(t, metering.MustQuantity("64 GiBy.h"), rows[1].Quantity)
}

// TestUsage_LivesAtTheEdgesOfAPeriod: a life that begins before and ends after
// counts for the period, to the nanosecond.
func TestUsage_LivesAtTheEdgesOfAPeriod(t *testing.T) {
	a := recorded(t, lifeEvent("a", metering.Start, at("08:07:00"), 1), lifeEvent("b", metering.Stop, at("11:52:00.000000001")))
	for _, tt := range []struct{ from, to, want string }{
		{"09:00:00", "10:00:00", "3600000000000"},
		{"08:00:00", "09:00:00", "3180000000000"},
		{"11:00:00", "12:00:00", "3120000000001"},
		{"11:45:00", "12:00:00", "420000000001"},
		{"08:00:00", "12:00:00", "13500000000001"},
	} {
		rows := mustCollect(t, a.Usage(period(at(tt.from), at(tt.to))))
		require.Len(t, rows, 1)
		n, err := rows[0].Quantity.In(metering.MustUnit("{card}.s"), 9)
		require.NoError(t, err)
		require.Equal(t, tt.want, n.Shift(9).String(), "%s to %s", tt.from, tt.to)
	}
	require.Empty(t, mustCollect(t, a.Usage(period(at("12:00:00"), at("13:00:00")))))
	require.Empty(t, mustCollect(t, a.Usage(period(at("07:00:00"), at("08:00:00")))))
}

// TestRecord_ManyHeartbeats arrive backwards, in a time that does not grow
// with their square in any way that matters.
func TestRecord_ManyHeartbeats(t *testing.T) {
	a := metering.NewAggregator()
	const n = 20_000
	start := at("00:00:00")
	for i := n; i > 0; i-- {
		beat := lifeEvent("", metering.Heartbeat, start.Add(time.Duration(i)*time.Second))
		beat.ID = beat.Time.String()
		record(t, a, beat)
	}
	require.Equal(t, n, a.Counts().Anomalies)
	record(t, a, lifeEvent("start", metering.Start, start, 1))
	require.Zero(t, a.Counts().Anomalies)
	require.Equal(t, "5.555555556", cardHours(t, a))
}
