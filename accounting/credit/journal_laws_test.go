package credit_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/credit"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

// TestLaw_Journal_Reopen holds that wallets that are killed at any step, with whatever the disk has of what nobody was
// told, or that lose power, answer as those of the oracle do, all of them.
func TestLaw_Journal_Reopen(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		if g.IntN(20) > 0 { // a part is enough, as each opens files several times
			return
		}
		accounts := []string{"a", "b", "c"}
		disk := meteringtest.NewDisk()
		j := must(credit.OpenJournalIn(disk))
		slow, now := map[string]slowWallet{}, int64(start)
		for _, a := range accounts {
			slow[a] = newSlowWallet(start, holdFor, remember, 3)
		}
		for range 40 {
			a, o := accounts[g.IntN(len(accounts))], g.op(&now)
			var want string
			slow[a], want = slow[a].do(o)
			if answer := do(must(j.Wallet(a, terms(3), at(start))), o); answer != want {
				t.Errorf("%s: %+v: %s, want %s", a, o, answer, want)
			}
			if g.IntN(8) == 0 {
				if g.IntN(2) == 0 {
					disk = disk.Kill()
				} else {
					disk = disk.PowerLoss(meteringtest.Loss{Seed: g.Uint64(), Survive: meteringtest.Random})
				}
				must(0, j.Close()) // of the old disk: its log's goroutine ends
				j = must(credit.OpenJournalIn(disk))
				for a, w := range j.Wallets() {
					must(w.Available(at(slow[a].now))) // the clock is the caller's, and has not gone back
				}
				slow[a], want = slow[a].do(o) // once more, as its answer was lost
				if answer := do(must(j.Wallet(a, terms(3), at(start))), o); answer != want {
					t.Errorf("%s again: %+v: %s, want %s", a, o, answer, want)
				}
			}
		}
		for _, a := range accounts {
			checkBalance(t, must(j.Wallet(a, terms(3), at(start))), slow[a])
		}
		must(0, j.Close())
	})
}

// A step is one call on one wallet of a program, which makes one entry the first time.
type step struct {
	account string
	call    func(*credit.Wallet, time.Time) error
}

// steps are what a program does. Each can be done again.
func steps() (all []step) {
	for i, a := range []string{"acme", "beta", "acme"} {
		id := fmt.Sprint("r", i)
		grant := credit.Grant{ID: fmt.Sprint("g", i), Amount: fen(100 + int64(i)), Expires: at(start + 5000)}
		all = append(all,
			step{a, func(w *credit.Wallet, now time.Time) error { return w.Grant(grant, now) }},
			step{a, func(w *credit.Wallet, now time.Time) error { return w.Reserve(id, fen(60), now) }},
			step{a, func(w *credit.Wallet, now time.Time) error { return w.Reserve(id+" open", fen(7), now) }},
			step{a, func(w *credit.Wallet, now time.Time) error { return w.Commit(id, fen(41), now) }},
			step{a, func(w *credit.Wallet, now time.Time) error { return w.Reserve(id+" back", fen(9), now) }},
			step{a, func(w *credit.Wallet, now time.Time) error { return w.Release(id+" back", now) }})
	}
	next := credit.Grant{ID: "next", Amount: fen(50)}
	return append(all, step{"acme", func(w *credit.Wallet, now time.Time) error {
		return w.Renew("g2", credit.Rollover{Max: fen(20)}, next, now)
	}})
}

// A run is what a program was told.
type run struct {
	told    int  // entries of which it was told that they are kept
	doubt   bool // the one behind them may be, too
	refused int  // calls of which it was told that nothing was kept
}

// perform opens the journal and makes the steps, from the first one on, whatever was done before. What was not kept is
// tried again. It calls back whenever it was answered.
func perform(files credit.Files, answered func(run)) (r run, err error) {
	j, err := credit.OpenJournalIn(files)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	wallets := map[string]*credit.Wallet{}
	for n, s := range steps() {
		now := at(start + int64(n))
		if wallets[s.account] == nil {
			err = r.persist(func() (err error) {
				wallets[s.account], err = j.Wallet(s.account, credit.Terms{Currency: money.CNY}, now)
				return err
			})
		}
		if err == nil {
			answered(r)
			err = r.persist(func() error { return s.call(wallets[s.account], now) })
		}
		if err != nil {
			return r, err
		}
		answered(r)
	}
	return r, nil
}

// persist makes a call, and again if nothing was kept, a few times.
func (r *run) persist(call func() error) (err error) {
	for range 3 {
		switch err = call(); {
		case err == nil, errors.Is(err, credit.ErrSettled), errors.Is(err, credit.ErrReleased): // now or before
			r.told++
			return nil
		case !errors.Is(err, credit.ErrNotKept):
			r.doubt = errors.Is(err, credit.ErrJournal)
			return err
		}
		r.refused++
	}
	return err
}

// found is what a journal is found to have.
type found struct {
	entries  map[string][]credit.Entry
	balances map[string]credit.Balance
	open     map[string][]credit.Hold
}

func ignore(run) {}

// find opens a journal, looks at it and closes it. What is replayed elsewhere is what the journal replays.
func find(t *testing.T, files credit.Files) (f found) {
	t.Helper()
	j, err := credit.OpenJournalIn(files)
	require.NoError(t, err)
	f.entries, f.balances, f.open = map[string][]credit.Entry{}, map[string]credit.Balance{}, map[string][]credit.Hold{}
	now := at(start + 100)
	for account, w := range j.Wallets() {
		f.entries[account] = entriesOf(t, j, account)
		f.balances[account], f.open[account] = must(w.Balance(now)), must(w.OpenHolds(now))
		elsewhere := must(credit.Replay(replay(f.entries[account]), nil))
		require.Equal(t, f.balances[account], must(elsewhere.Balance(now)))
		require.Equal(t, f.open[account], must(elsewhere.OpenHolds(now)))
	}
	require.NoError(t, j.Close())
	return f
}

// len is how many entries there are.
func (f found) len() (n int) {
	for _, list := range f.entries {
		n += len(list)
	}
	return n
}

// begins reports whether the wallets have first entries of others, and no other ones.
func (f found) begins(whole found) bool {
	for account, list := range f.entries {
		if all := whole.entries[account]; len(list) > len(all) || !reflect.DeepEqual(list, all[:len(list)]) {
			return false
		}
	}
	return true
}

// whole is what a journal has after a run without crashes.
func whole(t *testing.T) found {
	t.Helper()
	disk := meteringtest.NewDisk()
	r, err := perform(disk, ignore)
	require.NoError(t, err)
	want := find(t, disk)
	require.Equal(t, r.told, want.len())
	require.Equal(t, len(steps())+2, want.len(), "and two wallets were opened")
	require.Len(t, want.open["acme"], 2)
	return want
}

// holdTo holds what is left to what was told: all of it, and what was in doubt or not, and nothing else.
func holdTo(t *testing.T, want found, files credit.Files, r run, what string) {
	t.Helper()
	left := find(t, files)
	more := left.len() - r.told
	require.True(t, more == 0 || more == 1 && r.doubt, "%s: told of %d, doubt %v, found %d", what, r.told, r.doubt, left.len())
	require.True(t, left.begins(want), what)
	_, err := perform(files, ignore)
	require.NoError(t, err, what)
	require.Equal(t, want, find(t, files), "%s: the program runs again", what)
}

// TestLaw_Journal_Crash: the power fails at every call of the file system, with anything of what was not durable left or
// none: every entry that a wallet answered for is there, at most the one under way beside them, and the program run again
// comes to the same entries, balances and open holds, with nothing twice.
func TestLaw_Journal_Crash(t *testing.T) {
	t.Parallel()
	want := whole(t)
	calls := 0
	for n := 1; n == 1 || n <= calls; n++ {
		disk := meteringtest.NewDisk()
		files := meteringtest.NewFaults(disk)
		var told run
		var after *meteringtest.Disk
		var then run
		files.Hook(func(c meteringtest.Call) error {
			if c.N == n {
				then, after = told, disk.PowerLoss(meteringtest.Loss{Seed: uint64(n), Survive: meteringtest.Random})
			}
			return nil
		})
		_, err := perform(files, func(r run) { told = r })
		require.NoError(t, err)
		calls = files.Calls()
		if after == nil {
			break // the calls of reading are not always as many
		}
		then.doubt = true // something may have been under way
		holdTo(t, want, after, then, fmt.Sprint("call ", n))
	}
	require.Greater(t, calls, 60)
}

// TestLaw_Journal_Fault: any one call fails in each way, once or for good, and then the process ends or the power does. What
// was not kept is not there; what a wallet answered for is; and the program run again comes to the same.
func TestLaw_Journal_Fault(t *testing.T) {
	t.Parallel()
	want := whole(t)
	count := meteringtest.NewFaults(meteringtest.NewDisk())
	_, err := perform(count, ignore)
	require.NoError(t, err)
	notKept, doubts := 0, 0
	for n := 1; n <= count.Calls(); n++ {
		for i, fault := range meteringtest.EveryFault() {
			disk := meteringtest.NewDisk()
			files := meteringtest.NewFaults(disk)
			files.FailAt(n, fault)
			r, _ := perform(files, ignore)
			notKept += r.refused
			if r.doubt {
				doubts++
			}
			left := disk.Kill()
			if (n+i)%2 == 0 {
				left = disk.PowerLoss(meteringtest.Loss{Seed: uint64(n), Survive: meteringtest.Random})
			}
			holdTo(t, want, left, r, fmt.Sprint("call ", n, " ", fault))
		}
	}
	require.Positive(t, notKept)
	require.Positive(t, doubts)
}

// TestLaw_Journal_Truncated: a log that is cut at any byte has the wallets of its first entries, sets the torn end aside,
// and goes on.
func TestLaw_Journal_Truncated(t *testing.T) {
	t.Parallel()
	const name = "000000000001.seg"
	want := whole(t)
	disk := meteringtest.NewDisk()
	_, err := perform(disk, ignore)
	require.NoError(t, err)
	size, most, torn := len(contents(t, disk, name)), 0, 0
	for at := range size + 1 {
		cut := disk.Kill()
		f := must(cut.Edit(name))
		require.NoError(t, errors.Join(f.Truncate(int64(at)), f.Close()))
		left := find(t, cut)
		require.GreaterOrEqual(t, left.len(), most, "cut at %d", at)
		require.True(t, left.begins(want), "cut at %d", at)
		most = left.len()
		if slices.ContainsFunc(must(cut.List()), func(n string) bool { return strings.Contains(n, ".quarantine") }) {
			torn++
		}
		if at%50 == 0 || at == size {
			_, err = perform(cut, ignore)
			require.NoError(t, err)
			require.Equal(t, want, find(t, cut), "cut at %d", at)
		}
	}
	require.Equal(t, want.len(), most)
	require.Greater(t, torn, size/2)
}
