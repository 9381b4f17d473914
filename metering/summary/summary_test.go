package summary_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/summary"
)

var (
	lawsN    = flag.Int("laws.n", 2000, "cases of each law")
	lawsSeed = flag.Uint64("laws.seed", 20261126, "seed of the cases; 0 takes one from the clock and logs it")
)

// law runs check on random cases, the same ones again for the same seed.
func law(t *testing.T, check func(t *testing.T, r *rand.Rand)) {
	t.Helper()
	seed := *lawsSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("%d cases, -laws.seed %d", *lawsN, seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for i := 0; i < *lawsN && !t.Failed(); i++ {
		check(t, r)
	}
}

var (
	shanghai = metering.MustZone("Asia/Shanghai")
	morning  = time.Date(2026, time.October, 5, 9, 0, 0, 0, time.UTC)
	mysql    = metering.Key{Account: "acme", Meter: metering.Connections, SKU: "mysql-8"}
	office   = metering.Key{Account: "acme", Meter: metering.ActiveUsers, SKU: "office"}
)

func connections(n int64) metering.Quantity { return metering.Grains(n, metering.Count) }

func newLevels(t testing.TB, opts ...summary.Option) *summary.Levels {
	l, err := summary.NewLevels(nil, metering.Days(shanghai), opts...)
	require.NoError(t, err)
	return l
}

func newMembers(t testing.TB, opts ...summary.Option) *summary.Members {
	m, err := summary.NewMembers(nil, metering.Days(shanghai), opts...)
	require.NoError(t, err)
	return m
}

// sighting is a reading, or a member, as tests deal it out.
type sighting struct {
	key   metering.Key
	at    time.Time
	id    string
	value int64
}

// sightings are of a few keys, days, instants, ids and values, so that many meet.
func sightings(r *rand.Rand, key metering.Key) []sighting {
	out := make([]sighting, 1+r.IntN(40))
	for i := range out {
		k := key
		k.Account = metering.Account([]string{"acme", "b/c"}[r.IntN(2)])
		out[i] = sighting{k, morning.Add(time.Duration(r.IntN(6)) * 7 * time.Hour), fmt.Sprint(r.IntN(3)), r.Int64N(5)}
	}
	return out
}

// day returns the local day of an instant in Shanghai, by hand: no summer time
// has been there since 1991.
func day(at time.Time) string { return at.Add(8 * time.Hour).Format(time.DateOnly) }

// levelsOracle says what rows there are, from all readings at once.
func levelsOracle(all []sighting) map[string]string {
	rows := map[string]string{}
	for _, one := range all {
		name := day(one.at) + " " + string(one.key.Account)
		if rows[name] != "" {
			continue
		}
		var of []sighting
		for _, s := range all {
			if day(s.at) == day(one.at) && s.key == one.key {
				of = append(of, s)
			}
		}
		highest, latest := of[0], of[0]
		for _, s := range of[1:] {
			if s.value > highest.value || s.value == highest.value && s.at.Before(highest.at) {
				highest = s
			}
			if s.at.After(latest.at) || s.at.Equal(latest.at) && (s.id > latest.id || s.id == latest.id && s.value > latest.value) {
				latest = s
			}
		}
		rows[name] = fmt.Sprint(highest.value, highest.at, latest.value, latest.at)
	}
	return rows
}

// TestLaw_Levels_MergeIsTheUnion: readings dealt out to machines in any order,
// some of them twice, and merged in any order are what one machine has.
func TestLaw_Levels_MergeIsTheUnion(t *testing.T) {
	law(t, func(t *testing.T, r *rand.Rand) {
		all := sightings(r, mysql)
		machines := []*summary.Levels{newLevels(t), newLevels(t), newLevels(t)}
		for _, i := range r.Perm(len(all)) {
			for range 1 + r.IntN(2) {
				s := all[i]
				require.NoError(t, machines[r.IntN(len(machines))].Observe(s.key, s.at, s.id, connections(s.value)))
			}
		}
		r.Shuffle(len(machines), func(i, j int) { machines[i], machines[j] = machines[j], machines[i] })
		require.NoError(t, machines[1].Merge(machines[2]))
		require.NoError(t, machines[0].Merge(machines[1]))
		require.NoError(t, machines[0].Merge(machines[2]), "again")
		require.NoError(t, machines[0].Merge(machines[0]))
		got := map[string]string{}
		var order []string
		for row := range machines[0].Rows() {
			name := day(row.Period.Start()) + " " + string(row.Key.Account)
			order = append(order, name)
			got[name] = fmt.Sprint(row.Max.Grains(), row.MaxAt, row.Latest.Grains(), row.LatestAt)
		}
		require.Equal(t, levelsOracle(all), got)
		require.True(t, slices.IsSorted(order))
	})
}

// TestLaw_Members_MergeIsTheUnion is the same of identities.
func TestLaw_Members_MergeIsTheUnion(t *testing.T) {
	law(t, func(t *testing.T, r *rand.Rand) {
		all := sightings(r, office)
		machines := []*summary.Members{newMembers(t), newMembers(t), newMembers(t)}
		want := map[string]map[string]bool{}
		for _, i := range r.Perm(len(all)) {
			s := all[i]
			name := day(s.at) + " " + string(s.key.Account)
			if want[name] == nil {
				want[name] = map[string]bool{}
			}
			want[name][s.id] = true
			for range 1 + r.IntN(2) {
				require.NoError(t, machines[r.IntN(len(machines))].Observe(s.key, s.at, s.id))
			}
		}
		require.NoError(t, machines[1].Merge(machines[2]))
		require.NoError(t, machines[0].Merge(machines[1]))
		require.NoError(t, machines[0].Merge(machines[2]), "again")
		require.NoError(t, machines[0].Merge(machines[0]))
		rows := 0
		for row := range machines[0].Rows() {
			rows++
			name := day(row.Period.Start()) + " " + string(row.Key.Account)
			require.Equal(t, connections(int64(len(want[name]))), row.Unique, name)
		}
		require.Len(t, want, rows)
	})
}

func TestRefused(t *testing.T) {
	levels, members := newLevels(t), newMembers(t)
	with := func(key metering.Key, change func(*metering.Key)) metering.Key { change(&key); return key }
	long := strings.Repeat("é", 200)
	for _, tt := range []struct {
		name string
		err  error
		says string
	}{
		{"no account", levels.Observe(with(mysql, func(k *metering.Key) { k.Account = "" }), morning, "", connections(1)), "account"},
		{"unknown meter", levels.Observe(with(mysql, func(k *metering.Key) { k.Meter = "no.such" }), morning, "", connections(1)), `unknown meter: "no.such"`},
		{"a meter that adds up", levels.Observe(with(mysql, func(k *metering.Key) { k.Meter = metering.Egress }), morning, "", connections(1)), `summary: meter "network.egress" has the form amounts where levels is wanted`},
		{"identities as a level", levels.Observe(office, morning, "", connections(1)), "has the form identities where levels is wanted"},
		{"a level as identities", members.Observe(mysql, morning, "a"), "has the form levels where identities is wanted"},
		{"another dimension", levels.Observe(mysql, morning, "", metering.MustQuantity("1 GiBy")), "dimension bytes where count is wanted"},
		{"below zero", levels.Observe(mysql, morning, "", connections(-1)), "negative amount"},
		{"a time out of range", levels.Observe(mysql, time.Unix(-1, 0), "", connections(1)), "time outside"},
		{"a time out of range of a member", members.Observe(office, time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC), "a"), "time outside"},
		{"a long id", levels.Observe(mysql, morning, long, connections(1)), "want at most 256 bytes"},
		{"no member", members.Observe(office, morning, ""), "want 1 to 256 bytes"},
		{"a long member", members.Observe(office, morning, long), "want 1 to 256 bytes"},
		{"a member that is not UTF-8", members.Observe(office, morning, "a\xff"), "want valid UTF-8"},
	} {
		require.ErrorContains(t, tt.err, tt.says, tt.name)
		require.Less(t, len(tt.err.Error()), 250, tt.name)
	}
	require.Empty(t, slices.Collect(levels.Rows()))
	require.Empty(t, slices.Collect(members.Rows()))
	require.Zero(t, levels.Refused()+members.Refused(), "what is not valid is not what did not fit")

	_, err := summary.NewLevels(nil, metering.Calendar{})
	require.ErrorContains(t, err, "calendar")
	_, err = summary.NewMembers(nil, metering.Calendar{})
	require.ErrorContains(t, err, "calendar")
	hourly, err := summary.NewLevels(nil, metering.Hours(shanghai))
	require.NoError(t, err)
	require.ErrorContains(t, levels.Merge(hourly), "want days of Asia/Shanghai")
	monthly, err := summary.NewMembers(nil, metering.Months(shanghai))
	require.NoError(t, err)
	require.ErrorContains(t, members.Merge(monthly), "want days of Asia/Shanghai")
}

// TestMerge_OtherCatalogue: a meter of the same name and another dimension is not
// merged.
func TestMerge_OtherCatalogue(t *testing.T) {
	other, err := metering.NewCatalogue(metering.Meter{ID: metering.Connections, Unit: metering.MustUnit("Mbit/s"), Form: metering.Levels, Aggregation: metering.Max, Layer: metering.Platform})
	require.NoError(t, err)
	theirs, err := summary.NewLevels(other, metering.Days(shanghai))
	require.NoError(t, err)
	require.NoError(t, theirs.Observe(mysql, morning, "", metering.MustQuantity("1 Mbit/s")))
	mine := newLevels(t)
	require.NoError(t, mine.Observe(mysql, morning, "", connections(1)))
	var dimension *metering.DimensionError
	require.ErrorAs(t, mine.Merge(theirs), &dimension)
	fresh := newLevels(t)
	require.ErrorAs(t, fresh.Merge(theirs), &dimension, "nothing of this meter was seen before")
	require.Equal(t, metering.Connections, dimension.Meter)
	require.Empty(t, slices.Collect(fresh.Rows()))
	require.Equal(t, connections(1), slices.Collect(mine.Rows())[0].Max)
}

func TestLimit(t *testing.T) {
	levels, members := newLevels(t, summary.WithLimit(2)), newMembers(t, summary.WithLimit(2))
	for i, wants := range []string{"", "", "", "keys in pieces of time"} {
		key := mysql
		key.SKU = []string{"a", "b", "a", "c"}[i]
		err := levels.Observe(key, morning, "", connections(int64(i)))
		if wants == "" {
			require.NoError(t, err)
			continue
		}
		var limit *summary.LimitError
		require.ErrorAs(t, err, &limit)
		require.Equal(t, summary.LimitError{Of: wants, Limit: 2}, *limit)
	}
	for i, fits := range []bool{true, true, true, false} {
		err := members.Observe(office, morning, []string{"a", "b", "a", "c"}[i])
		require.Equal(t, fits, err == nil, err)
	}
	require.EqualValues(t, 1, levels.Refused())
	require.EqualValues(t, 1, members.Refused())

	// A merge that does not fit changes nothing.
	moreLevels, moreMembers := newLevels(t), newMembers(t)
	other := mysql
	other.SKU = "c"
	require.NoError(t, moreLevels.Observe(mysql, morning, "", connections(9)))
	require.NoError(t, moreLevels.Observe(other, morning, "", connections(9)))
	require.NoError(t, moreMembers.Observe(office, morning, "c"))
	before := slices.Collect(levels.Rows())
	require.Error(t, levels.Merge(moreLevels))
	require.Equal(t, before, slices.Collect(levels.Rows()))
	require.Error(t, members.Merge(moreMembers))
	require.Equal(t, connections(2), slices.Collect(members.Rows())[0].Unique)

	// What is settled can be dropped, and makes room.
	tomorrow := morning.Add(24 * time.Hour)
	require.Zero(t, levels.Drop(morning))
	require.Equal(t, 2, levels.Drop(tomorrow))
	require.Equal(t, 2, members.Drop(tomorrow))
	require.NoError(t, levels.Merge(moreLevels))
	require.NoError(t, members.Merge(moreMembers))
	require.Len(t, slices.Collect(levels.Rows()), 2)
	require.Equal(t, connections(1), slices.Collect(members.Rows())[0].Unique)
}

// TestSummary_ConcurrentSafe: who merges into each other at once does not wait
// for ever, and nothing is lost.
func TestSummary_ConcurrentSafe(t *testing.T) {
	a, b := newLevels(t), newLevels(t)
	users := newMembers(t)
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 200 {
				l := []*summary.Levels{a, b}[(g+i)%2]
				if err := l.Observe(mysql, morning, fmt.Sprint(g, i), connections(int64(i))); err != nil {
					t.Error(err)
				}
				if err := users.Observe(office, morning, fmt.Sprint(i)); err != nil {
					t.Error(err)
				}
				if i%50 == 0 {
					if err := a.Merge(b); err != nil {
						t.Error(err)
					}
					if err := b.Merge(a); err != nil {
						t.Error(err)
					}
				}
				for range a.Rows() {
				}
			}
		})
	}
	wg.Wait()
	require.NoError(t, a.Merge(b))
	require.Equal(t, connections(199), slices.Collect(a.Rows())[0].Max)
	require.Equal(t, connections(200), slices.Collect(users.Rows())[0].Unique)
}
