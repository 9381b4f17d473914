package credit_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/credit"
	"github.com/meterbook/meterbook/accounting/money"
)

func TestNewWallet_Refuses(t *testing.T) {
	for name, tt := range map[string]struct {
		terms credit.Terms
		now   time.Time
		want  error
	}{
		"currency":  {credit.Terms{Currency: "XYZ"}, at(start), money.ErrUnknownCurrency},
		"overdraft": {credit.Terms{Currency: money.CNY, Overdraft: fen(-1)}, at(start), credit.ErrNegative},
		"mixed":     {credit.Terms{Currency: money.CNY, Overdraft: money.MustParse("USD 1")}, at(start), money.CurrencyMismatchError{Got: "USD", Want: "CNY"}},
		"hold":      {credit.Terms{Currency: money.CNY, HoldFor: -1}, at(start), credit.ErrTime},
		"remember":  {credit.Terms{Currency: money.CNY, Remember: math.MaxInt64}, at(start), credit.ErrTime},
		"time":      {credit.Terms{Currency: money.CNY}, time.Time{}, credit.ErrTime},
	} {
		_, err := credit.NewWallet(tt.terms, tt.now, nil)
		require.ErrorIs(t, err, tt.want, name)
	}
}

func TestWallet_Refuses(t *testing.T) {
	w, _, _ := wallet(0)
	require.ErrorIs(t, w.Reserve("", fen(1), at(start)), credit.ErrID)
	require.ErrorIs(t, w.Reserve(strings.Repeat("x", 257), fen(1), at(start)), credit.ErrID)
	require.ErrorIs(t, w.Reserve("a", fen(-1), at(start)), credit.ErrNegative)
	require.ErrorIs(t, w.Reserve("a", money.MustParse("USD 1"), at(start)), money.CurrencyMismatchError{Got: "USD", Want: "CNY"})
	require.ErrorIs(t, w.Reserve("a", fen(1), time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC)), credit.ErrTime)
	require.ErrorIs(t, w.Commit("a", fen(1), at(start)), credit.ErrUnknown)
	require.ErrorIs(t, w.Release("a", at(start)), credit.ErrUnknown)
	_, unknown := w.Hold("a", at(start))
	require.EqualError(t, unknown, `credit: hold "a": unknown id; reserve first`)
	require.EqualError(t, w.Grant(credit.Grant{ID: "g", Amount: fen(1), Expires: at(start)}, at(start)), `credit: grant "g": not a usable time; let it expire later than now`)
	never := time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
	err := w.Grant(credit.Grant{ID: "g", Amount: fen(1), Expires: never}, at(start))
	require.ErrorIs(t, err, credit.ErrTime)
	require.EqualError(t, err, `credit: grant "g": not a usable time; let it expire by 2199, or give no time for never`)
	huge := money.MustParse("CNY 100000000000000000000")
	require.ErrorIs(t, w.Grant(credit.Grant{ID: "g", Amount: huge}, at(start)), money.ErrOverflow)
	require.NoError(t, w.Reserve("nothing", money.Money{}, at(start)), "nothing can always be held")

	require.NoError(t, w.Grant(credit.Grant{ID: "g", Amount: fen(10)}, at(start)))
	require.NoError(t, w.Reserve("a", fen(7), at(start)))
	require.EqualError(t, w.Commit("a", fen(8), at(start)), `credit: commit of hold "a": CNY 0.08 of CNY 0.07: above what is held; reserve the difference under another id`)
	require.NoError(t, w.Release("a", at(start)))
	require.NoError(t, w.Release("a", at(start)))
	require.EqualError(t, w.Commit("a", fen(7), at(start)), `credit: commit of hold "a": already released; reserve again under a new id`)
}

// TestHold_Outlives holds that what was promised can be burned after its grant
// has expired, and that what comes back then lapses.
func TestHold_Outlives(t *testing.T) {
	w, _, _ := wallet(0)
	require.NoError(t, w.Grant(credit.Grant{ID: "g", Amount: fen(10), Expires: at(start + 5)}, at(start)))
	require.NoError(t, w.Reserve("a", fen(8), at(start+4)))
	available, err := w.Available(at(start + 5))
	require.NoError(t, err)
	require.True(t, available.IsZero())
	require.NoError(t, w.Commit("a", fen(3), at(start+6)))
	b, err := w.Balance(at(start + 6))
	require.NoError(t, err)
	require.Equal(t, []money.Money{fen(0), fen(0), fen(3), fen(7)}, []money.Money{b.Available, b.Held, b.Burned, b.Lapsed})
}

// TestGrant_Again holds that a grant whose answer was lost can be made again
// whenever that is: after it expired, and when nothing more can be granted.
func TestGrant_Again(t *testing.T) {
	w, _, entries := wallet(0)
	huge := money.MustParse("CNY 42000000000000000000")
	for _, g := range []credit.Grant{{ID: "g", Amount: fen(10), Expires: at(start + 5)}, {ID: "huge", Amount: huge}} {
		require.NoError(t, w.Grant(g, at(start)))
		require.NoError(t, w.Grant(g, at(start+5)), g.ID)
		g.Amount = fen(11)
		require.ErrorIs(t, w.Grant(g, at(start+5)), credit.ErrConflict, g.ID)
	}
	require.Len(t, *entries, 3, "opened, and two grants")
}

// TestRenew_Negative holds that a renewal takes no amount below 0, which would
// lower what is carried over and be posted as credit that was taken back.
func TestRenew_Negative(t *testing.T) {
	w, _, entries := wallet(0)
	require.NoError(t, w.Grant(credit.Grant{ID: "g", Amount: fen(10)}, at(start)))
	err := w.Renew("g", credit.Rollover{Max: fen(10)}, credit.Grant{ID: "h", Amount: fen(-3)}, at(start))
	require.EqualError(t, err, `credit: grant "h": amount below 0; use 0 or more`)
	require.Equal(t, fen(10), must(w.Available(at(start))), "the old grant goes on")
	require.Len(t, *entries, 2)
	require.NoError(t, w.Renew("g", credit.Rollover{Max: fen(10)}, credit.Grant{ID: "h"}, at(start)), "0 of no currency")
	require.Equal(t, fen(10), must(w.Available(at(start))))
}

// TestRenew_Expired holds that nothing is left of a grant at the instant at
// which it expires, and all of it one nanosecond before.
func TestRenew_Expired(t *testing.T) {
	for _, tt := range []struct {
		now  time.Time
		want money.Money
	}{{at(start + 5).Add(-1), fen(13)}, {at(start + 5), fen(3)}} {
		w, _, _ := wallet(0)
		require.NoError(t, w.Grant(credit.Grant{ID: "g", Amount: fen(10), Expires: at(start + 5)}, at(start)))
		require.NoError(t, w.Renew("g", credit.Rollover{Max: fen(10)}, credit.Grant{ID: "h", Amount: fen(3)}, tt.now))
		require.Equal(t, tt.want, must(w.Available(tt.now)), tt.now)
	}
}

// TestReplay_Zone holds that an expiry in a zone whose offset has seconds, as
// local mean times do, is the same instant after a crash.
func TestReplay_Zone(t *testing.T) {
	w, _, entries := wallet(0)
	g := credit.Grant{ID: "g", Amount: fen(10), Expires: at(start + 60).In(time.FixedZone("LMT", 8*3600+5*60+43))}
	require.NoError(t, w.Grant(g, at(start)))
	next := credit.Grant{ID: "h", Amount: fen(1), Expires: g.Expires.In(time.FixedZone("", 30*3600))}
	require.NoError(t, w.Renew("g", credit.Rollover{Max: fen(10)}, next, at(start)))
	var read []credit.Entry
	require.NoError(t, json.Unmarshal(must(json.Marshal(*entries)), &read))
	again := must(credit.Replay(replay(read), nil))
	require.NoError(t, again.Grant(g, at(start)))
	require.Equal(t, fen(11), must(again.Available(at(start+60).Add(-1))))
	require.True(t, must(again.Available(at(start+60))).IsZero())
}

// TestID_Text holds that an id that is no text is refused, wherever in it that is,
// and any other is the same after a crash. JSON writes what is no text as U+FFFD:
// two such ids were one, and a journal with both could not be replayed.
func TestID_Text(t *testing.T) {
	w, _, entries := wallet(0)
	require.NoError(t, w.Grant(credit.Grant{ID: "充值-1", Amount: fen(1000)}, at(start)))
	for n := 1; n <= 256/7; n++ {
		for _, bad := range []string{"\xff", "\xc0\x80", "\xed\xa0\x80"} {
			for i := range n {
				id := strings.Repeat("r", i) + bad + strings.Repeat("r", n-i-1)
				require.ErrorIs(t, w.Reserve(id, fen(1), at(start)), credit.ErrID, "%q", id)
			}
		}
		id := strings.Repeat("请求r", n)
		require.NoError(t, w.Reserve(id, fen(1), at(start)))
		require.NoError(t, w.Commit(id, fen(1), at(start)))
	}
	require.ErrorIs(t, w.Commit("r\xff", fen(1), at(start)), credit.ErrID)
	require.EqualError(t, w.Grant(credit.Grant{ID: "g\xff", Amount: fen(1)}, at(start)), `credit: grant "g\xff": not an id; use 1 to 256 bytes of UTF-8`)
	require.ErrorIs(t, w.Renew("充值-1", credit.Rollover{}, credit.Grant{ID: "g\xff"}, at(start)), credit.ErrID)
	var read []credit.Entry
	require.NoError(t, json.Unmarshal(must(json.Marshal(*entries)), &read))
	again := must(credit.Replay(replay(read), nil))
	for _, e := range *entries {
		if e.Op == credit.Reserved && again.Commit(e.ID, e.Amount, at(start)) != nil { // it was, by its id
			t.Errorf("%q is not known", e.ID)
		}
	}
}

func TestReplay_Refuses(t *testing.T) {
	w, _, entries := wallet(0)
	require.NoError(t, w.Grant(credit.Grant{ID: "g", Amount: fen(10)}, at(start)))
	require.NoError(t, w.Reserve("a", fen(7), at(start)))
	good := *entries
	for name, tt := range map[string]struct {
		change func([]credit.Entry) []credit.Entry
		want   error
	}{
		"none":      {func([]credit.Entry) []credit.Entry { return nil }, credit.ErrReplay},
		"lost":      {func(e []credit.Entry) []credit.Entry { return slices.Delete(e, 1, 2) }, credit.ErrSequence},
		"no start":  {func(e []credit.Entry) []credit.Entry { e[1].Seq = 1; return e[1:] }, credit.ErrReplay},
		"two":       {func(e []credit.Entry) []credit.Entry { e[0].Seq = 4; return append(e, e[0]) }, credit.ErrSequence},
		"no op":     {func(e []credit.Entry) []credit.Entry { e[2].Op = 99; return e }, credit.ErrReplay},
		"no effect": {func(e []credit.Entry) []credit.Entry { again := e[2]; again.Seq++; return append(e, again) }, credit.ErrReplay},
		"too much":  {func(e []credit.Entry) []credit.Entry { e[2].Amount = fen(11); return e }, credit.ErrReplay},
	} {
		_, err := credit.Replay(replay(tt.change(slices.Clone(good))), nil)
		require.ErrorIs(t, err, tt.want, name)
	}
	_, err := credit.Replay(replay(good), nil)
	require.NoError(t, err)
}

// TestOverdraft_ConcurrentSafe holds that many goroutines together never get
// more than there is.
func TestOverdraft_ConcurrentSafe(t *testing.T) {
	w, _, _ := wallet(50)
	require.NoError(t, w.Grant(credit.Grant{ID: "g", Amount: fen(100)}, at(start)))
	var all sync.WaitGroup
	var granted [8]int
	for i := range granted {
		all.Go(func() {
			for n := range 100 {
				id := string(rune('a'+i)) + string(rune('0'+n))
				if w.Reserve(id, fen(3), at(start)) != nil {
					continue
				}
				if n%2 == 0 {
					_ = w.Release(id, at(start))
				} else if w.Commit(id, fen(3), at(start)) == nil {
					granted[i] += 3
				}
			}
		})
	}
	all.Wait()
	sum := int64(0)
	for _, g := range granted {
		sum += int64(g)
	}
	b := must(w.Balance(at(start)))
	require.Equal(t, fen(sum), must(b.Burned.Add(b.Owed)))
	require.Equal(t, fen(150), fen(sum), "all is burned, and no more")
	require.NoError(t, w.Grant(credit.Grant{ID: "h", Amount: fen(60)}, at(start)))
	require.Equal(t, fen(60), must(w.Available(at(start))), "the overdraft is paid back first")
}

// A journal that panics may have written its entry, or not: the panic goes on, and
// the wallet refuses what comes after it and does not stand still.
func TestJournal_Panics(t *testing.T) {
	t.Parallel()
	for _, op := range []credit.Op{credit.Granted, credit.Reserved, credit.Committed, credit.Released} {
		w := must(credit.NewWallet(credit.Terms{Currency: money.CNY}, at(start), func(e credit.Entry) error {
			if e.Op == op {
				panic("journal")
			}
			return nil
		}))
		require.PanicsWithValue(t, "journal", func() {
			must(0, w.Grant(credit.Grant{ID: "g", Amount: fen(10)}, at(start)))
			must(0, w.Reserve("a", fen(7), at(start)))
			if op == credit.Released {
				must(0, w.Release("a", at(start)))
			}
			must(0, w.Commit("a", fen(7), at(start)))
		}, op)
		require.ErrorIs(t, w.Reserve("b", fen(1), at(start)), credit.ErrJournal, op)
		_, err := w.Balance(at(start))
		require.ErrorIs(t, err, credit.ErrJournal, op)
	}
}
