package credit_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"iter"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/credit"
	"github.com/meterbook/meterbook/accounting/money"
)

var (
	lawsN    = flag.Uint64("laws.n", 1_000, "cases of each law, and recorded histories")
	lawsSeed = flag.Uint64("laws.seed", 20261126, "seed of the cases; 0 takes one from the clock and logs it")
)

// generator makes random cases.
type generator struct{ *rand.Rand }

// law runs check on random cases, the same ones again for the same seed.
func law(t *testing.T, check func(t *testing.T, g generator)) {
	t.Helper()
	t.Parallel()
	seed := *lawsSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("%d cases, -laws.seed %d", *lawsN, seed)
	for i := range *lawsN {
		check(t, generator{rand.New(rand.NewPCG(seed, i))})
		if t.Failed() {
			t.Logf("case %d", i)
			return
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func fen(n int64) money.Money { return must(money.FromMinor(n, money.CNY)) }

func at(s int64) time.Time { return time.Unix(s, 0) }

// op is a random call. Times mostly go on, amounts are small enough to meet.
func (g generator) op(now *int64) slowOp {
	*now += int64(g.IntN(4) * g.IntN(3))
	o := slowOp{now: *now - int64(g.IntN(2)), amount: g.Int64N(12)}
	request, grant := fmt.Sprint("r", g.IntN(6)), fmt.Sprint("g", g.IntN(4))
	switch g.IntN(12) {
	case 0, 1:
		o.kind, o.id, o.priority = "grant", grant, g.IntN(3)
		if g.IntN(2) == 0 {
			o.expires = *now + g.Int64N(20)
		}
	case 2:
		o.kind, o.of, o.id, o.least, o.most = "renew", grant, fmt.Sprint("g", g.IntN(5)), g.Int64N(4), g.Int64N(12)
	case 3, 4, 5, 6:
		o.kind, o.id = "reserve", request
	case 7, 8, 9:
		o.kind, o.id = "commit", request
	case 10:
		o.kind, o.id, o.amount = "release", request, 0
	default:
		o.kind, o.amount = "available", 0
	}
	return o
}

// do makes a call on a wallet, and names the answer as the oracle does.
func do(w *credit.Wallet, o slowOp) string {
	var expires time.Time
	if o.expires != 0 {
		expires = at(o.expires)
	}
	grant := credit.Grant{ID: o.id, Amount: fen(o.amount), Priority: o.priority, Expires: expires}
	var err error
	switch o.kind {
	case "grant":
		err = w.Grant(grant, at(o.now))
	case "renew":
		err = w.Renew(o.of, credit.Rollover{Min: fen(o.least), Max: fen(o.most)}, grant, at(o.now))
	case "reserve":
		err = w.Reserve(o.id, fen(o.amount), at(o.now))
	case "commit":
		err = w.Commit(o.id, fen(o.amount), at(o.now))
	case "release":
		err = w.Release(o.id, at(o.now))
	case "available":
		m, err := w.Available(at(o.now))
		if err != nil {
			return err.Error()
		}
		return fmt.Sprint(m.Decimal().Shift(2).IntPart())
	}
	return named(err)
}

// named names an error as the oracle does.
func named(err error) string {
	if err == nil {
		return "ok"
	}
	for name, condition := range map[string]error{
		"conflict": credit.ErrConflict, "unknown": credit.ErrUnknown, "committed": credit.ErrSettled, "time": credit.ErrTime,
		"released": credit.ErrReleased, "expired": credit.ErrExpired, "over": credit.ErrOverHold,
	} {
		if errors.Is(err, condition) {
			return name
		}
	}
	if errors.As(err, new(*credit.InsufficientError)) {
		return "insufficient"
	}
	return err.Error()
}

const (
	start    = 1_700_000_000
	holdFor  = 10
	remember = 15
)

// wallet opens one with short times and the overdraft given, and the same for
// the oracle. Entries are what its journal holds.
func wallet(overdraft int64) (w *credit.Wallet, slow slowWallet, entries *[]credit.Entry) {
	entries = new([]credit.Entry)
	w = must(credit.NewWallet(
		credit.Terms{Currency: money.CNY, HoldFor: holdFor * time.Second, Remember: remember * time.Second, Overdraft: fen(overdraft)},
		at(start), func(e credit.Entry) error { *entries = append(*entries, e); return nil }))
	return w, newSlowWallet(start, holdFor, remember, overdraft), entries
}

// TestLaw_Wallet_Oracle holds that a wallet answers as the oracle does, and
// what must hold in every state.
func TestLaw_Wallet_Oracle(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		w, slow, _ := wallet(g.Int64N(2) * 5)
		now := int64(start)
		for range 40 {
			o := g.op(&now)
			var want string
			if slow, want = slow.do(o); do(w, o) != want {
				t.Errorf("%+v: want %s", o, want)
			}
			checkBalance(t, w, slow)
		}
	})
}

// checkBalance holds that a wallet has what the oracle has, that nothing is
// below 0 nor beyond the overdraft, and that grants add up.
func checkBalance(t *testing.T, w *credit.Wallet, slow slowWallet) {
	t.Helper()
	b := must(w.Balance(at(slow.now)))
	if b.Available != fen(slow.available()) || b.Owed != fen(slow.owed) {
		t.Errorf("available %s, owed %s, want %d and %d", b.Available, b.Owed, slow.available(), slow.owed)
	}
	if sum := must(b.Burned.Add(b.Owed)); sum != fen(slow.spent) {
		t.Errorf("burned and owed %s, committed %d", sum, slow.spent)
	}
	for _, m := range []money.Money{b.Available, b.Held, b.Owed, b.Burned, b.Lapsed} {
		if m.Sign() < 0 {
			t.Errorf("below 0: %+v", b)
		}
	}
	checkOpen(t, w, slow, b.Held)
	sum := money.Money{}
	for _, g := range b.Grants {
		parts := must(money.Sum(g.Free, g.Held, g.Burned, g.Lapsed))
		if parts != g.Amount || g.Free != fen(slow.grants[g.ID].free) {
			t.Errorf("%+v", g)
		}
		sum = must(sum.Add(g.Amount))
	}
	if !must(sum.Sub(b.Granted)).IsZero() {
		t.Errorf("granted %s, grants %s", b.Granted, sum)
	}
}

// checkOpen holds that the open holds are the oracle's, the oldest first, and add
// up to what is held.
func checkOpen(t *testing.T, w *credit.Wallet, slow slowWallet, held money.Money) {
	t.Helper()
	list, sum, last := must(w.OpenHolds(at(slow.now))), fen(0), time.Time{}
	for _, h := range list {
		sum = must(sum.Add(h.Amount))
		if !reflect.DeepEqual(h, must(w.Hold(h.ID, at(slow.now)))) || h.Until.Before(last) || slow.holds[h.ID].state != "open" {
			t.Errorf("%+v after %v, want %+v", h, last, slow.holds[h.ID])
		}
		last = h.Until
	}
	n := 0
	for _, h := range slow.holds {
		if h.state == "open" {
			n++
		}
	}
	if len(list) != n || sum != held {
		t.Errorf("%d open holds of %s, want %d of %s", len(list), sum, n, held)
	}
}

func replay(entries []credit.Entry) iter.Seq2[credit.Entry, error] {
	return func(yield func(credit.Entry, error) bool) {
		for _, e := range entries {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// TestLaw_Replay_Crash holds that a wallet that crashes at any step and is made
// again from what its journal holds, in JSON, goes on as if it had not: the
// call that was on its way is made again, whether or not its entry was written.
func TestLaw_Replay_Crash(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		w, slow, entries := wallet(3)
		now := int64(start)
		for range 25 {
			o := g.op(&now)
			var want string
			slow, want = slow.do(o)
			answer := do(w, o)
			if g.IntN(3) == 0 {
				text := must(json.Marshal(*entries))
				var read []credit.Entry
				if err := json.Unmarshal(text, &read); err != nil {
					t.Fatal(err)
				}
				*entries = read
				var err error
				w, err = credit.Replay(replay(read), func(e credit.Entry) error { *entries = append(*entries, e); return nil })
				if err != nil {
					t.Fatal(err)
				}
				must(w.Available(at(slow.now))) // the clock is the caller's, and has not gone back
				slow, want = slow.do(o)         // once more, as its answer was lost
				answer = do(w, o)
			}
			if answer != want {
				t.Errorf("%+v: %s, want %s", o, answer, want)
			}
			checkBalance(t, w, slow)
		}
	})
}

// TestLaw_Journal_Fails holds that when an entry cannot be written nothing
// changes, whether it is in the journal or not, and that the wallet can be made
// again from either.
func TestLaw_Journal_Fails(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		var entries []credit.Entry
		left, written := g.IntN(12), g.IntN(2) == 0
		lost := errors.New("disk full")
		w := must(credit.NewWallet(credit.Terms{Currency: money.CNY, HoldFor: holdFor * time.Second, Remember: remember * time.Second}, at(start),
			func(e credit.Entry) error {
				if left--; left >= 0 || len(entries) == 0 || written {
					entries = append(entries, e)
				}
				if left < 0 && len(entries) > 1 {
					return lost
				}
				return nil
			}))
		slow, now := newSlowWallet(start, holdFor, remember, 0), int64(start)
		for range 40 {
			o := g.op(&now)
			next, want := slow.do(o)
			before := len(entries)
			if answer := do(w, o); answer != want {
				require.ErrorIs(t, w.Reserve("x", fen(1), at(now)), credit.ErrJournal)
				require.ErrorIs(t, w.Reserve("x", fen(1), at(now)), lost)
				w = must(credit.Replay(replay(entries), nil))
				if len(entries) > before {
					slow = next // it had been written after all
				} else {
					slow.now = max(slow.now, o.now)
					slow.expire()
				}
				must(w.Available(at(slow.now)))
				checkBalance(t, w, slow)
				return
			}
			slow = next
		}
	})
}

// TestLaw_NotKept_GoesOn holds that an entry of which a journal kept nothing
// changes nothing, that the wallet takes the call when it is made again, and that
// the entries that were kept make the wallet.
func TestLaw_NotKept_GoesOn(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		var entries []credit.Entry
		full := fmt.Errorf("disk full: %w", credit.ErrNotKept)
		w := must(credit.NewWallet(credit.Terms{Currency: money.CNY, HoldFor: holdFor * time.Second, Remember: remember * time.Second}, at(start),
			func(e credit.Entry) error {
				if len(entries) > 0 && g.IntN(4) == 0 {
					return full
				}
				entries = append(entries, e)
				return nil
			}))
		slow, now := newSlowWallet(start, holdFor, remember, 0), int64(start)
		for range 40 {
			o := g.op(&now)
			answer := do(w, o)
			for ; strings.Contains(answer, "nothing was kept"); answer = do(w, o) {
				slow.now = max(slow.now, o.now)
				slow.expire()
				checkBalance(t, w, slow)
			}
			var want string
			if slow, want = slow.do(o); answer != want {
				t.Errorf("%+v: %s, want %s", o, answer, want)
			}
			checkBalance(t, w, slow)
		}
		w = must(credit.Replay(replay(entries), nil))
		must(w.Available(at(slow.now)))
		checkBalance(t, w, slow)
	})
}

// An entry that was not kept is named, with what to do.
func TestWallet_NotKept(t *testing.T) {
	full := false
	w := must(credit.NewWallet(credit.Terms{Currency: money.CNY}, at(start), func(credit.Entry) error {
		if full {
			return credit.ErrNotKept
		}
		return nil
	}))
	grant := credit.Grant{ID: "paid", Amount: fen(100)}
	require.NoError(t, w.Grant(grant, at(start)))
	full = true
	err := w.Reserve("r", fen(1), at(start))
	require.EqualError(t, err, `credit: entry "reserved r": nothing was kept; nothing has changed, call again`)
	require.ErrorIs(t, err, credit.ErrNotKept)
	require.NotErrorIs(t, err, credit.ErrJournal)
	require.NoError(t, w.Grant(grant, at(start)), "what is there needs no entry")
	require.Equal(t, fen(100), must(w.Available(at(start))))
	full = false
	require.NoError(t, w.Reserve("r", fen(1), at(start)))
	_, err = credit.NewWallet(credit.Terms{Currency: money.CNY}, at(start), func(credit.Entry) error { return credit.ErrNotKept })
	require.EqualError(t, err, `credit: entry "opened": nothing was kept; nothing has changed, call again`)
}

// TestLaw_Linearizable_ConcurrentSafe records what goroutines do to one wallet,
// and holds that there is an order of the calls in which one after the other
// they would have had the same answers: no hold is granted twice over, and no
// interleaving takes more than there is.
func TestLaw_Linearizable_ConcurrentSafe(t *testing.T) {
	overlapping := uint64(0)
	defer func() {
		t.Logf("%d histories have calls that overlap", overlapping)
		require.Greater(t, overlapping, *lawsN/2, "histories of one call after the other show nothing")
	}()
	law(t, func(t *testing.T, g generator) {
		w, slow, _ := wallet(g.Int64N(2) * 4)
		now := int64(start)
		do(w, slowOp{kind: "grant", id: "g0", amount: 20, now: now})
		slow, _ = slow.do(slowOp{kind: "grant", id: "g0", amount: 20, now: now})
		const goroutines, calls = 3, 5
		var ops [goroutines][calls]slowOp
		for i := range ops {
			for j := range ops[i] {
				ops[i][j] = g.op(&now)
				now = start + (now-start)%20
			}
		}
		var clock atomic.Int64
		var events [goroutines][]slowEvent
		var all sync.WaitGroup
		var ready, gate sync.WaitGroup
		ready.Add(goroutines)
		gate.Add(1)
		for i := range ops {
			all.Go(func() {
				ready.Done()
				gate.Wait()
				for _, o := range ops[i] {
					from := clock.Add(1)
					runtime.Gosched() // let others in between
					answer := do(w, o)
					runtime.Gosched()
					events[i] = append(events[i], slowEvent{o, from, clock.Add(1), answer})
				}
			})
		}
		ready.Wait()
		gate.Done()
		all.Wait()
		var history []slowEvent
		for _, e := range events {
			history = append(history, e...)
		}
		if overlap(history) {
			overlapping++
		}
		if !slowLinearizable(slow, history) {
			t.Errorf("no order explains %+v", history)
		}
	})
}

// overlap reports whether a call began before one that had begun earlier ended.
func overlap(history []slowEvent) bool {
	return slices.ContainsFunc(history, func(a slowEvent) bool {
		return slices.ContainsFunc(history, func(b slowEvent) bool { return a.from < b.from && b.from < a.to })
	})
}

// TestLinearizable_CanFail holds that the checker refuses what no wallet does.
func TestLinearizable_CanFail(t *testing.T) {
	slow, _ := newSlowWallet(start, holdFor, remember, 0).do(slowOp{kind: "grant", id: "g", amount: 10, now: start})
	event := func(id string, from, to int64, answer string) slowEvent {
		return slowEvent{slowOp{kind: "reserve", id: id, amount: 6, now: start}, from, to, answer}
	}
	require.False(t, slowLinearizable(slow, []slowEvent{event("a", 1, 3, "ok"), event("b", 2, 4, "ok")}), "twice the same money")
	require.True(t, slowLinearizable(slow, []slowEvent{event("a", 1, 3, "insufficient"), event("b", 2, 4, "ok")}))
	require.False(t, slowLinearizable(slow, []slowEvent{event("a", 1, 2, "insufficient"), event("b", 3, 4, "ok")}), "it ended before the other began")
}
