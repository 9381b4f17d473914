package ledger_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/meterbook/meterbook/accounting/ledger"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

// A book on disk: what was posted is there when it is opened again.
func ExampleOpenJournal() {
	dir, err := os.MkdirTemp("", "ledger")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	for range 2 {
		store, err := ledger.OpenJournal(filepath.Join(dir, "book"))
		if err != nil {
			panic(err)
		}
		book, err := ledger.Open(ctx, store)
		if err != nil {
			panic(err)
		}
		err = book.OpenAccounts(ctx, ledger.Account{Path: "assets/cash", Type: ledger.Asset, Currency: money.CNY},
			ledger.Account{Path: "equity/capital", Type: ledger.Equity, Currency: money.CNY})
		if err != nil {
			panic(err)
		}
		postings, err := ledger.Move("equity/capital", "assets/cash", money.MustParse("CNY 100"))
		if err != nil {
			panic(err)
		}
		posted, err := book.Post(ctx, ledger.Transaction{ID: ledger.IDOf("capital", "1"), At: time.Unix(1_700_000_000, 0), Postings: postings})
		fmt.Println(posted, err)
		if err := store.Close(); err != nil {
			panic(err)
		}
	}
	// Output:
	// {1 0} <nil>
	// {0 1} <nil>
}

// A directory that is in memory, such as one for tests, or of another system.
func ExampleOpenJournalIn() {
	var files ledger.Files = meteringtest.NewDisk()
	store, err := ledger.OpenJournalIn(files)
	if err != nil {
		panic(err)
	}
	book, err := ledger.Open(context.Background(), store)
	if err != nil {
		panic(err)
	}
	fmt.Println(book.OpenAccounts(context.Background(), ledger.Account{Path: "assets/cash", Type: ledger.Asset, Currency: money.CNY}))
	fmt.Println(store.Close())
	// Output:
	// <nil>
	// <nil>
}
