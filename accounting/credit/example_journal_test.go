package credit_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/meterbook/meterbook/accounting/credit"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

// A wallet on disk: what it answered is there when it is opened again.
func ExampleOpenJournal() {
	dir, err := os.MkdirTemp("", "credit")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	now := time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)
	for range 2 {
		journal, err := credit.OpenJournal(filepath.Join(dir, "wallets"))
		if err != nil {
			panic(err)
		}
		wallet, err := journal.Wallet("acme", credit.Terms{Currency: money.CNY}, now)
		if err != nil {
			panic(err)
		}
		fmt.Println(wallet.Available(now))
		fmt.Println(wallet.Grant(credit.Grant{ID: "topup-1", Amount: money.MustParse("CNY 100")}, now))
		if err := journal.Close(); err != nil {
			panic(err)
		}
	}
	// Output:
	// CNY 0.00 <nil>
	// <nil>
	// CNY 100.00 <nil>
	// <nil>
}

// A gateway that crashed finds the wallets of all accounts, and settles the requests that were under way.
func ExampleOpenJournalIn() {
	disk := meteringtest.NewDisk()
	journal, err := credit.OpenJournalIn(disk)
	if err != nil {
		panic(err)
	}
	now := time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)
	wallet, err := journal.Wallet("acme", credit.Terms{Currency: money.CNY}, now)
	if err != nil {
		panic(err)
	}
	fmt.Println(errors.Join(
		wallet.Grant(credit.Grant{ID: "topup-1", Amount: money.MustParse("CNY 1.00")}, now),
		wallet.Reserve("req-1", money.MustParse("CNY 0.30"), now),
		wallet.Reserve("req-2", money.MustParse("CNY 0.30"), now),
	))

	crashed := disk.Kill()
	journal, err = credit.OpenJournalIn(crashed)
	if err != nil {
		panic(err)
	}
	recorded := map[string]money.Money{"req-2": money.MustParse("CNY 0.25")} // rated, from the journal of events
	for account, wallet := range journal.Wallets() {
		holds, err := wallet.OpenHolds(now)
		for _, hold := range holds {
			if actual, ok := recorded[hold.ID]; ok {
				err = errors.Join(err, wallet.Commit(hold.ID, actual, now))
			} else {
				err = errors.Join(err, wallet.Release(hold.ID, now))
			}
		}
		available, _ := wallet.Available(now)
		fmt.Println(account, len(holds), available, err)
	}
	for entry, err := range journal.Entries("acme") {
		fmt.Println(entry.Seq, entry.Op, entry.ID, err)
	}
	fmt.Println(journal.Close())
	// Output:
	// <nil>
	// acme 2 CNY 0.75 <nil>
	// 1 opened  <nil>
	// 2 granted topup-1 <nil>
	// 3 reserved req-1 <nil>
	// 4 reserved req-2 <nil>
	// 5 released req-1 <nil>
	// 6 committed req-2 <nil>
	// <nil>
}
