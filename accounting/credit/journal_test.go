package credit_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/credit"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/segment"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

func terms(overdraft int64) credit.Terms {
	return credit.Terms{Currency: money.CNY, HoldFor: holdFor * time.Second, Remember: remember * time.Second, Overdraft: fen(overdraft)}
}

// entriesOf reads what a journal has of an account.
func entriesOf(t testing.TB, j *credit.Journal, account string) (all []credit.Entry) {
	t.Helper()
	for e, err := range j.Entries(account) {
		require.NoError(t, err)
		all = append(all, e)
	}
	return all
}

// The wallet of an account is one wallet, and stays on the terms it was opened with.
func TestJournal_WalletIsOne(t *testing.T) {
	disk := meteringtest.NewDisk()
	j := must(credit.OpenJournalIn(disk))
	w := must(j.Wallet("acme", terms(3), at(start)))
	require.Same(t, w, must(j.Wallet("acme", terms(3), at(start+9))))
	require.NotSame(t, w, must(j.Wallet("acme/vision", credit.Terms{Currency: money.CNY}, at(start))))
	other := terms(3)
	other.Remember++
	for _, o := range []credit.Terms{other, terms(4), {Currency: money.USD}, {}, {Currency: money.CNY}} {
		_, err := j.Wallet("acme", o, at(start))
		require.ErrorIs(t, err, credit.ErrTerms)
		require.ErrorContains(t, err, `credit: wallet "acme": opened with other terms; `)
	}
	for _, account := range []string{"", "\xff", string(make([]byte, 257))} {
		_, err := j.Wallet(account, terms(3), at(start))
		require.ErrorIs(t, err, credit.ErrID)
	}
	_, err := j.Wallet("new", credit.Terms{}, at(start))
	require.ErrorIs(t, err, money.ErrUnknownCurrency)
	require.Equal(t, []string{"acme", "acme/vision"}, slices.Sorted(maps.Keys(maps.Collect(j.Wallets()))), "of what failed nothing is there")
	require.NoError(t, j.Close())
	require.ErrorIs(t, w.Grant(credit.Grant{ID: "g", Amount: fen(1)}, at(start)), credit.ErrJournal)

	j = must(credit.OpenJournalIn(disk))
	_, err = j.Wallet("acme", terms(4), at(start))
	require.ErrorIs(t, err, credit.ErrTerms)
	require.Equal(t, fen(3), must(must(j.Wallet("acme", terms(3), at(start))).Available(at(start))))
	_, err = j.Wallet("acme/vision", credit.Terms{Currency: money.CNY, HoldFor: credit.DefaultHoldFor, Overdraft: fen(0)}, at(start))
	require.NoError(t, err, "the same terms in other words")
	require.NoError(t, j.Close())
}

// Two programs do not give the same credit twice.
func TestOpenJournal_Locked(t *testing.T) {
	dir := t.TempDir() + "/wallets"
	j := must(credit.OpenJournal(dir))
	_, err := credit.OpenJournal(dir)
	require.ErrorIs(t, err, credit.ErrLocked)
	require.ErrorContains(t, err, "credit: journal: ")
	require.NoError(t, j.Close())
	require.NoError(t, must(credit.OpenJournal(dir)).Close())
	_, err = credit.OpenJournal(t.TempDir() + "/no/such")
	require.Error(t, err)
}

// On a full disk every wallet refuses and goes on: reading at once, and changing when there is room again.
func TestJournal_FullDisk(t *testing.T) {
	disk := meteringtest.NewDisk()
	faults := meteringtest.NewFaults(disk)
	j := must(credit.OpenJournalIn(faults))
	a := must(j.Wallet("a", credit.Terms{Currency: money.CNY}, at(start)))
	require.NoError(t, a.Grant(credit.Grant{ID: "g", Amount: fen(100_000)}, at(start)))
	faults.Space(0)
	n, err := 0, error(nil)
	for ; err == nil; n++ { // what was grown ahead is used up first
		err = a.Reserve(fmt.Sprint("r", n), fen(1), at(start))
	}
	for range 3 {
		err := a.Reserve(fmt.Sprint("r", n-1), fen(1), at(start))
		require.ErrorIs(t, err, credit.ErrNotKept)
		require.ErrorIs(t, err, syscall.ENOSPC)
		_, err = j.Wallet("b", credit.Terms{Currency: money.CNY}, at(start))
		require.ErrorIs(t, err, credit.ErrNotKept)
	}
	require.Equal(t, fen(int64(100_000-n+1)), must(a.Available(at(start))))
	require.Len(t, must(a.OpenHolds(at(start))), n-1)
	faults.Space(-1)
	require.NoError(t, a.Reserve(fmt.Sprint("r", n-1), fen(1), at(start)))
	b := must(j.Wallet("b", credit.Terms{Currency: money.CNY}, at(start)))
	require.NoError(t, b.Grant(credit.Grant{ID: "g", Amount: fen(5)}, at(start)))

	j = must(credit.OpenJournalIn(disk.PowerLoss(meteringtest.Loss{})))
	wallets := maps.Collect(j.Wallets())
	require.Len(t, wallets, 2)
	require.Equal(t, must(a.Balance(at(start))), must(wallets["a"].Balance(at(start))))
	require.Equal(t, must(b.Balance(at(start))), must(wallets["b"].Balance(at(start))))
	require.NoError(t, j.Close())
}

// After a sync that failed nobody knows what is on the disk: every wallet that is to change says so, and the opened
// journal knows.
func TestJournal_Poisoned(t *testing.T) {
	disk := meteringtest.NewDisk()
	faults := meteringtest.NewFaults(disk)
	j := must(credit.OpenJournalIn(faults))
	grant := credit.Grant{ID: "g", Amount: fen(5)}
	a, b := must(j.Wallet("a", terms(0), at(start))), must(j.Wallet("b", terms(0), at(start)))
	faults.Hook(func(c meteringtest.Call) error {
		if c.Method == meteringtest.MethodSync {
			return syscall.EIO
		}
		return nil
	})
	require.ErrorIs(t, a.Grant(grant, at(start)), credit.ErrJournal)
	faults.Hook(nil)
	for _, w := range []*credit.Wallet{a, b} {
		err := w.Grant(grant, at(start))
		require.ErrorIs(t, err, credit.ErrJournal)
		require.NotErrorIs(t, err, credit.ErrNotKept)
	}
	_, err := j.Wallet("c", terms(0), at(start))
	require.ErrorIs(t, err, credit.ErrJournal)
	j = must(credit.OpenJournalIn(disk.PowerLoss(meteringtest.Loss{Survive: 100})))
	for _, w := range j.Wallets() {
		require.NoError(t, w.Grant(grant, at(start)), "again, whether or not it is there")
		require.Equal(t, fen(5), must(w.Available(at(start))))
	}
	require.NoError(t, j.Close())
}

// Many wallets change at once, and each is opened once; the journal has what each was told, in its order.
func TestJournal_Many_ConcurrentSafe(t *testing.T) {
	disk := meteringtest.NewDisk()
	j := must(credit.OpenJournalIn(disk))
	const wallets, callers, each = 16, 4, 10
	var all sync.WaitGroup
	for i := range wallets * callers {
		all.Go(func() {
			w := must(j.Wallet(fmt.Sprint("tenant-", i%wallets), terms(0), at(start)))
			must(0, w.Grant(credit.Grant{ID: "g", Amount: fen(1000)}, at(start)))
			for n := range each {
				id := fmt.Sprint(i, " ", n)
				must(0, w.Reserve(id, fen(3), at(start)))
				if n > 0 {
					must(0, w.Commit(id, fen(2), at(start)))
				}
			}
		})
	}
	all.Wait()
	again := must(credit.OpenJournalIn(disk.Kill()))
	n := 0
	for account, w := range again.Wallets() {
		n++
		require.Equal(t, must(must(j.Wallet(account, terms(0), at(start))).Balance(at(start))), must(w.Balance(at(start))))
		require.Len(t, must(w.OpenHolds(at(start))), callers)
		require.Len(t, entriesOf(t, again, account), 2+callers*(2*each-1))
	}
	require.Equal(t, wallets, n)
	require.NoError(t, again.Close())
	require.NoError(t, j.Close())
}

// A journal of version 1 is read for ever, and written the same.
func TestGolden_JournalVersion1(t *testing.T) {
	const name = "000000000001.seg"
	disk := meteringtest.NewDisk()
	j := must(credit.OpenJournalIn(disk))
	w := must(j.Wallet("acme", terms(3), at(start)))
	require.NoError(t, w.Grant(credit.Grant{ID: "g<1>", Amount: fen(100), Priority: 2, Expires: at(start + 60).UTC()}, at(start+1)))
	require.NoError(t, w.Reserve("r", fen(7), at(start+2)))
	require.NoError(t, w.Renew("g<1>", credit.Rollover{Min: fen(1), Max: fen(5)}, credit.Grant{ID: "g2", Amount: fen(9)}, at(start+3)))
	require.NoError(t, w.Commit("r", fen(6), at(start+4)))
	require.NoError(t, w.Reserve("s", fen(2), at(start+5)))
	require.NoError(t, w.Release("s", at(start+6)))
	require.NoError(t, j.Close())

	kept := must(os.ReadFile(filepath.Join("testdata", "journal-1", name)))
	old := meteringtest.NewDisk()
	f := must(old.Create(name))
	must(f.WriteAt(kept, 0))
	require.NoError(t, f.Close())
	j = must(credit.OpenJournalIn(old))
	again := must(j.Wallet("acme", terms(3), at(start)))
	require.Equal(t, must(w.Balance(at(start+7))), must(again.Balance(at(start+7))))
	require.Equal(t, must(w.Hold("r", at(start+7))), must(again.Hold("r", at(start+7))))
	require.NoError(t, j.Close())

	for _, text := range []string{
		`{"account":"acme","entry":{"seq":1,"at":"2023-11-14T22:13:20Z","op":"opened","amount":"CNY 0.03","currency":"CNY","hold_for":10000000000,"remember":15000000000}}`,
		`{"account":"acme","entry":{"seq":2,"at":"2023-11-14T22:13:21Z","op":"granted","id":"g\u003c1\u003e","amount":"CNY 1.00","priority":2,"expires":"2023-11-14T22:14:20Z"}}`,
		`{"account":"acme","entry":{"seq":3,"at":"2023-11-14T22:13:22Z","op":"reserved","id":"r","amount":"CNY 0.07"}}`,
		`{"account":"acme","entry":{"seq":4,"at":"2023-11-14T22:13:23Z","op":"renewed","id":"g2","of":"g\u003c1\u003e","amount":"CNY 0.09","rollover":{"Min":"CNY 0.01","Max":"CNY 0.05"}}}`,
		`{"account":"acme","entry":{"seq":5,"at":"2023-11-14T22:13:24Z","op":"committed","id":"r","amount":"CNY 0.06"}}`,
		`{"account":"acme","entry":{"seq":6,"at":"2023-11-14T22:13:25Z","op":"reserved","id":"s","amount":"CNY 0.02"}}`,
		`{"account":"acme","entry":{"seq":7,"at":"2023-11-14T22:13:26Z","op":"released","id":"s"}}`,
	} {
		require.True(t, bytes.Contains(kept, []byte(text)), text)
		require.True(t, bytes.Contains(contents(t, disk, name), []byte(text)), text)
	}
}

// A record that is none of a wallet, or that does not fit what is before it, is refused when the journal is opened.
func TestOpenJournal_Refuses(t *testing.T) {
	const opened = `{"account":"a","entry":{"seq":1,"at":"2023-11-14T22:13:20Z","op":"opened","currency":"CNY","hold_for":1,"remember":1}}`
	for name, c := range map[string]struct {
		want error
		text string
	}{
		"no JSON":           {credit.ErrReplay, "x"},
		"nothing":           {credit.ErrReplay, ""},
		"a field to come":   {credit.ErrReplay, `{"account":"a","entry":{"seq":2,"at":"2023-11-14T22:13:20Z","op":"granted","id":"g","amount":"CNY 1","of_whom":"x"}}`},
		"an op to come":     {credit.ErrReplay, `{"account":"a","entry":{"seq":2,"at":"2023-11-14T22:13:20Z","op":"merged"}}`},
		"two values":        {credit.ErrReplay, opened + opened},
		"no account":        {credit.ErrID, `{"entry":{"seq":1,"at":"2023-11-14T22:13:20Z","op":"opened","currency":"CNY"}}`},
		"twice":             {credit.ErrSequence, opened},
		"one is missing":    {credit.ErrSequence, `{"account":"a","entry":{"seq":3,"at":"2023-11-14T22:13:20Z","op":"granted","id":"g","amount":"CNY 1"}}`},
		"nothing was there": {credit.ErrReplay, `{"account":"b","entry":{"seq":1,"at":"2023-11-14T22:13:20Z","op":"granted","id":"g","amount":"CNY 1"}}`},
		"not there to burn": {credit.ErrReplay, `{"account":"a","entry":{"seq":2,"at":"2023-11-14T22:13:20Z","op":"reserved","id":"r","amount":"CNY 1"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			disk := meteringtest.NewDisk()
			log := must(segment.OpenJournalIn(disk, segment.Options{}))
			for _, text := range []string{opened, c.text} {
				require.NoError(t, log.Keep(func(b *segment.Batch) error {
					_, err := b.Append([]byte(text))
					return err
				}))
			}
			require.NoError(t, log.Close())
			_, err := credit.OpenJournalIn(disk)
			require.ErrorIs(t, err, c.want)
			require.ErrorContains(t, err, "credit: journal: ")
			_, err = credit.OpenJournalIn(disk)
			require.NotErrorIs(t, err, credit.ErrLocked, "what is refused is let go of")
		})
	}
}

// contents returns what is in a file of a disk.
func contents(t testing.TB, disk *meteringtest.Disk, name string) []byte {
	t.Helper()
	f := must(disk.Open(name))
	b := make([]byte, must(f.Size()))
	_, err := f.ReadAt(b, 0)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	return b
}
