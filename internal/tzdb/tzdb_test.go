package tzdb

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// names returns every name in the database.
func names(t testing.TB) []string {
	files, err := index()
	require.NoError(t, err)
	all := make([]string, 0, len(files))
	for name := range files {
		all = append(all, name)
	}
	return all
}

func load(t testing.TB, name string) *time.Location {
	loc, err := Load(name)
	require.NoError(t, err)
	return loc
}

// TestPinned ties the release to its bytes: a new database without a new
// Version, or the other way round, fails here.
func TestPinned(t *testing.T) {
	sum := sha256.Sum256([]byte(archive))
	require.Equal(t, "2025c 8f55634d05f8bca1f7bc7c69c5933428c69357e0bdf565e5ba224e3f88ff12e8",
		Version+" "+hex.EncodeToString(sum[:]))
}

func TestLoad_EveryName(t *testing.T) {
	all := names(t)
	require.Len(t, all, 598)
	for _, name := range all {
		require.Equal(t, name, load(t, name).String())
	}
}

// TestLoad_Offsets asks for the offset from UTC at instants whose answer is
// public record.
func TestLoad_Offsets(t *testing.T) {
	tests := []struct {
		name, zone, at string
		offset         time.Duration
	}{
		{"UTC", "UTC", "2026-07-01T00:00:00Z", 0},
		{"China has one zone, winter", "Asia/Shanghai", "2026-01-01T00:00:00Z", 8 * time.Hour},
		{"and no summer time", "Asia/Shanghai", "2026-07-01T00:00:00Z", 8 * time.Hour},
		{"though it had in 1988", "Asia/Shanghai", "1988-07-01T00:00:00Z", 9 * time.Hour},
		{"three quarters of an hour", "Asia/Kathmandu", "2026-01-01T00:00:00Z", 5*time.Hour + 45*time.Minute},
		{"half-hour summer time, summer", "Australia/Lord_Howe", "2026-01-01T00:00:00Z", 11 * time.Hour},
		{"half-hour summer time, winter", "Australia/Lord_Howe", "2026-07-01T00:00:00Z", 10*time.Hour + 30*time.Minute},
		{"Apia before it crossed the date line", "Pacific/Apia", "2011-12-30T09:59:59Z", -10 * time.Hour},
		{"and after", "Pacific/Apia", "2011-12-30T10:00:00Z", 14 * time.Hour},
		{"far in the future, by rule", "Europe/Berlin", "2099-07-01T00:00:00Z", 2 * time.Hour},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339, tt.at)
			require.NoError(t, err)
			_, seconds := at.In(load(t, tt.zone)).Zone()
			require.Equal(t, tt.offset, time.Duration(seconds)*time.Second)
		})
	}
}

// TestLoad_DayLengths measures days from one midnight to the next.
func TestLoad_DayLengths(t *testing.T) {
	tests := []struct {
		name, zone string
		year       int
		month      time.Month
		day        int
		length     time.Duration
	}{
		{"spring forward", "America/New_York", 2026, time.March, 8, 23 * time.Hour},
		{"fall back", "America/New_York", 2026, time.November, 1, 25 * time.Hour},
		{"plain day", "America/New_York", 2026, time.June, 1, 24 * time.Hour},
		{"half an hour longer", "Australia/Lord_Howe", 2026, time.April, 5, 24*time.Hour + 30*time.Minute},
		{"half an hour shorter", "Australia/Lord_Howe", 2026, time.October, 4, 23*time.Hour + 30*time.Minute},
		{"always 24 hours", "Asia/Shanghai", 2026, time.March, 8, 24 * time.Hour},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			loc := load(t, tt.zone)
			start := time.Date(tt.year, tt.month, tt.day, 0, 0, 0, 0, loc)
			end := time.Date(tt.year, tt.month, tt.day+1, 0, 0, 0, 0, loc)
			require.Equal(t, tt.length, end.Sub(start))
		})
	}
}

// TestLoad_MissingDay: Samoa had no 30 December 2011.
func TestLoad_MissingDay(t *testing.T) {
	loc := load(t, "Pacific/Apia")
	last := time.Date(2011, time.December, 29, 23, 59, 59, 0, loc)
	require.Equal(t, "2011-12-31T00:00:00+14:00", last.Add(time.Second).Format(time.RFC3339))
}

// TestLoad_QuarterHours holds the fact that windows of 15 minutes stand on:
// since 1980 no zone has had an offset that is not a multiple of them.
func TestLoad_QuarterHours(t *testing.T) {
	const week = 7 * 24 * 60 * 60
	first := time.Date(1980, time.January, 1, 0, 0, 0, 0, time.UTC).Unix()
	last := time.Date(2040, time.January, 1, 0, 0, 0, 0, time.UTC).Unix()
	for _, name := range names(t) {
		loc := load(t, name)
		for at := first; at < last; at += week {
			if _, seconds := time.Unix(at, 0).In(loc).Zone(); seconds%(15*60) != 0 {
				t.Errorf("%s has offset %d s on %s", name, seconds, time.Unix(at, 0).UTC())
				break
			}
		}
	}
}

func TestLoad_UnknownNames(t *testing.T) {
	for _, name := range []string{
		"", "Local", "local", "utc", "asia/shanghai", "Asia", "Asia/", "/Asia/Shanghai", "Asia//Shanghai",
		"Asia/Shanghai ", "Asia/Shanghai\x00", "Mars/Olympus", ".", "..", "../zoneinfo.zip", "Asia/../UTC",
		"/etc/localtime", `Asia\Shanghai`, "\xff\xfe", strings.Repeat("A", 1<<20),
	} {
		loc, err := Load(name)
		require.Nil(t, loc)
		require.ErrorIs(t, err, ErrUnknownZone)
		require.Less(t, len(err.Error()), 400, "the message is bounded whatever the name")
	}
	_, err := Load("Mars/Olympus")
	require.EqualError(t, err,
		`tzdb: unknown time zone "Mars/Olympus": want an IANA name of release 2025c, such as "Asia/Shanghai"`)
}

// TestLoad_IgnoresMachine: the variable that steers time.LoadLocation does not
// reach this package.
func TestLoad_IgnoresMachine(t *testing.T) {
	t.Setenv("ZONEINFO", t.TempDir())
	zones.Clear()
	at := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	require.Equal(t, "05:30", at.In(load(t, "Asia/Kolkata")).Format("15:04"))
}

// TestLoad_ConcurrentSafe: everyone gets the same pointer, whoever was first.
func TestLoad_ConcurrentSafe(t *testing.T) {
	zones.Clear()
	const callers = 16
	all := names(t)
	got := make([][]*time.Location, callers)
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			for _, name := range all {
				loc, err := Load(name)
				if err != nil {
					t.Error(err)
					return
				}
				got[i] = append(got[i], loc)
			}
		})
	}
	wg.Wait()
	for i := 1; i < callers; i++ {
		require.Len(t, got[i], len(all))
		for n := range all {
			require.Same(t, got[0][n], got[i][n])
		}
	}
}

func FuzzLoad_String(f *testing.F) {
	for _, seed := range []string{"UTC", "Asia/Shanghai", "Etc/GMT+12", "Local", "../x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		loc, err := Load(name)
		if err != nil {
			require.ErrorIs(t, err, ErrUnknownZone)
			return
		}
		require.Equal(t, name, loc.String())
	})
}

// TestLoad_Allocations: a zone that is known costs one map lookup.
func TestLoad_Allocations(t *testing.T) {
	load(t, "Asia/Shanghai")
	require.Zero(t, testing.AllocsPerRun(100, func() {
		_, _ = Load("Asia/Shanghai")
	}))
}
