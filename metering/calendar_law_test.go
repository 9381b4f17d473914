package metering_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
)

// lawZones have, between them, every way in which a clock was ever shifted
// since 1970: by a half hour, over midnight both ways, a minute after
// midnight, across the date line, for Ramadan, by two hours, and not at all.
var lawZones = []string{
	"UTC", "Asia/Shanghai", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Tehran", "Asia/Kabul", "Asia/Pyongyang", "Asia/Dhaka",
	"Asia/Beirut", "Asia/Amman", "Asia/Gaza", "Africa/Cairo", "Africa/Casablanca", "Africa/El_Aaiun", "Africa/Monrovia",
	"Europe/London", "Europe/Dublin", "Europe/Berlin", "Europe/Moscow", "Atlantic/Azores",
	"America/New_York", "America/Sao_Paulo", "America/St_Johns", "America/Moncton", "America/Goose_Bay", "America/Caracas",
	"America/Asuncion", "America/Santiago", "America/Havana", "America/Scoresbysund", "America/Nuuk",
	"Australia/Lord_Howe", "Australia/Eucla", "Pacific/Apia", "Pacific/Chatham", "Pacific/Kiritimati", "Pacific/Kwajalein",
	"Pacific/Kanton", "Pacific/Marquesas", "Pacific/Tongatapu", "Antarctica/Troll", "Antarctica/Casey",
}

func lawCalendars(z metering.Zone, anchor int) []metering.Calendar {
	anchored, err := metering.AnchoredMonths(z, anchor)
	if err != nil {
		panic(err)
	}
	return []metering.Calendar{metering.Hours(z), metering.Days(z), metering.Months(z), anchored}
}

func (r random) calendar() metering.Calendar {
	return pick(r, lawCalendars(metering.MustZone(pick(r, lawZones...)), 1+r.IntN(31))...)
}

// firstInstant and lastInstant are the edges of the range of times.
var (
	firstInstant = time.Unix(0, 0).UTC()
	lastInstant  = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC).Add(-1)
)

// instant returns any time of the range, often one at its edges, near the end
// of a year, or in the last days of a leap year.
func (r random) instant() time.Time {
	at := time.Unix(0, r.Int64N(lastInstant.UnixNano()+1)).UTC()
	switch r.IntN(12) {
	case 0:
		return firstInstant.Add(time.Duration(r.Int64N(int64(72 * time.Hour))))
	case 1:
		return lastInstant.Add(-time.Duration(r.Int64N(int64(72 * time.Hour))))
	case 2:
		return time.Date(max(at.Year()&^3, 1972), 12, 29, 0, 0, 0, 0, time.UTC).Add(time.Duration(r.Int64N(int64(120 * time.Hour))))
	case 3:
		return at.Truncate(15 * time.Minute)
	}
	return at
}

// near returns a time about a shift of the zone's clock, where there is one.
func (r random) near(z metering.Zone) time.Time {
	at := r.instant()
	if r.chance(70) { // shifts of the past are the odd ones
		at = time.Unix(0, r.Int64N(time.Date(2038, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano())).UTC()
	}
	if shift, _ := at.In(z.Location()).ZoneBounds(); !shift.IsZero() && r.chance(60) {
		at = shift.Add(time.Duration(r.Int64N(int64(60*time.Hour))) - 30*time.Hour)
	}
	if at.Before(firstInstant) || at.After(lastInstant) {
		return r.instant()
	}
	return at
}

// checkTile requires that the calendar's periods around an instant tile: At
// gives the one that contains it, the same for any instant within, and its
// neighbours begin and end where it ends and begins.
func checkTile(t testing.TB, c metering.Calendar, at time.Time) metering.Period {
	t.Helper()
	whole := func(at time.Time) metering.Period {
		p, err := c.At(at)
		if err != nil {
			t.Fatalf("%v at %v: %v", c, at, err)
		}
		if !p.Contains(at) {
			t.Fatalf("%v at %v gives %v", c, at, p)
		}
		return p
	}
	p := whole(at)
	if p.Start().After(firstInstant) && whole(p.Start().Add(-1)).End() != p.Start() || whole(p.Start()) != p {
		t.Fatalf("%v at %v: %v does not begin where the one before ends", c, at, p)
	}
	if !p.End().After(lastInstant) && whole(p.End()).Start() != p.End() || whole(p.End().Add(-1)) != p {
		t.Fatalf("%v at %v: %v does not end where the next begins", c, at, p)
	}
	return p
}

// TestLaw_Calendar_EachInstantInOnePeriod: each of many instants, in every
// zone and by every calendar, lies in exactly one period, and periods tile.
func TestLaw_Calendar_EachInstantInOnePeriod(t *testing.T) {
	zones := make([]metering.Zone, len(lawZones))
	for i, name := range lawZones {
		zones[i] = metering.MustZone(name)
	}
	i := 0
	law(t, func(t *testing.T, r random) {
		z := zones[i%len(zones)]
		i++
		for _, c := range lawCalendars(z, 1+r.IntN(31)) {
			checkTile(t, c, r.near(z))
		}
	})
}

// TestLaw_Calendar_EveryZoneEveryInstant: instants in each of the zones.
func TestLaw_Calendar_EveryZoneEveryInstant(t *testing.T) {
	days := make([]metering.Calendar, len(lawZones))
	for i, name := range lawZones {
		days[i] = metering.Days(metering.MustZone(name))
	}
	law(t, func(t *testing.T, r random) {
		at := r.instant()
		for _, c := range days {
			p, err := c.At(at)
			if err != nil || !p.Contains(at) {
				t.Fatalf("%v at %v gives %v, %v", c, at, p, err)
			}
			if next, err := c.At(p.End()); err == nil && next.Start() != p.End() {
				t.Fatalf("%v: %v and then %v", c, p, next)
			}
		}
	})
}

// TestLaw_Calendar_PiecesGiveTheIntervalBack: the pieces of any period, by any
// calendar, tile it.
func TestLaw_Calendar_PiecesGiveTheIntervalBack(t *testing.T) {
	law(t, func(t *testing.T, r random) {
		z := metering.MustZone(pick(r, lawZones...))
		for i, c := range lawCalendars(z, 1+r.IntN(31)) {
			span := []time.Duration{24 * time.Hour, 10 * 24 * time.Hour, 200 * 24 * time.Hour, 200 * 24 * time.Hour}[i]
			start := r.near(z)
			end := start.Add(time.Duration(r.Int64N(int64(span))))
			if end.After(lastInstant) {
				end = lastInstant.Add(1)
			}
			p := period(start, end)
			at := p.Start()
			for piece := range c.Over(p) {
				whole, err := c.At(piece.Start())
				require.NoError(t, err)
				if piece.Start() != at || piece != whole.Intersect(p) {
					t.Fatalf("%v over %v: %v after %v", c, p, piece, at)
				}
				at = piece.End()
			}
			if !p.IsZero() && at != p.End() {
				t.Fatalf("%v over %v ends at %v", c, p, at)
			}
		}
	})
}

// TestLaw_Calendar_IsWhatTheOracleSays: hours, days and months begin and end
// where one who looks at the clock all the time sees them do so.
func TestLaw_Calendar_IsWhatTheOracleSays(t *testing.T) {
	second := func(at int64) time.Time {
		at = min(max(at, firstInstant.Unix()), lastInstant.Unix()+1)
		return time.Unix(at, 0).UTC()
	}
	law(t, func(t *testing.T, r random) {
		z := metering.MustZone(pick(r, lawZones...))
		at, anchor, loc := r.near(z), 1+r.IntN(31), z.Location()
		var from, to int64
		which := r.IntN(4)
		switch which {
		case 0:
			from, to = oracleHour(loc, at.Unix())
		case 1:
			from, to = oracleDay(loc, at.Unix())
		case 2:
			from, to = oracleMonth(loc, at.Unix(), 1)
		case 3:
			from, to = oracleMonth(loc, at.Unix(), anchor)
		}
		c := lawCalendars(z, anchor)[which]
		got := checkTile(t, c, at)
		if got != period(second(from), second(to)) {
			t.Fatalf("%v at %v: %v, want %v to %v", c, at, got, second(from), second(to))
		}
	})
}

func FuzzCalendar_Tiles(f *testing.F) {
	at := func(s string) int64 {
		at, err := time.Parse(time.RFC3339, s)
		if err != nil {
			f.Fatal(err)
		}
		return at.UnixNano()
	}
	for i := range lawZones {
		f.Add(uint8(i), uint8(31), at("2011-12-30T10:00:00Z"))
	}
	f.Add(uint8(22), uint8(1), at("2010-11-07T02:31:00Z")) // Newfoundland, a minute after midnight
	f.Add(uint8(20), uint8(29), at("2048-12-31T12:00:00Z"))
	f.Add(uint8(11), uint8(30), at("2024-04-26T00:00:00Z"))
	f.Fuzz(func(t *testing.T, zone, anchor uint8, at int64) {
		instant := time.Unix(0, at).UTC()
		if instant.Before(firstInstant) || instant.After(lastInstant) {
			return
		}
		z := metering.MustZone(lawZones[int(zone)%len(lawZones)])
		for _, c := range lawCalendars(z, 1+int(anchor)%31) {
			checkTile(t, c, instant)
		}
	})
}
