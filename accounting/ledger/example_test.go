package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/meterbook/meterbook/accounting/ledger"
	"github.com/meterbook/meterbook/accounting/money"
)

func Example() {
	ctx := context.Background()
	october := time.Date(2026, 10, 31, 12, 0, 0, 0, time.UTC)
	november := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

	book := ledger.New()
	_ = book.OpenAccounts(ctx,
		ledger.Account{Path: "assets/receivable/acme", Type: ledger.Asset, Currency: money.CNY},
		ledger.Account{Path: "income/compute/acme", Type: ledger.Income, Currency: money.CNY})

	postings, _ := ledger.Move("income/compute/acme", "assets/receivable/acme", money.MustParse("CNY 996.98"))
	invoice := ledger.Transaction{ID: ledger.IDOf("invoice", "INV-2026-0001"), At: october, Memo: "INV-2026-0001", Postings: postings}
	fmt.Println(book.Post(ctx, invoice))
	fmt.Println(book.Post(ctx, invoice)) // an answer was lost, and it is sent again

	_ = book.CloseBefore(ctx, november)
	_, err := book.Reverse(ctx, invoice.ID, october, "wrong card")
	fmt.Println(err)
	_, _ = book.Reverse(ctx, invoice.ID, november, "wrong card")

	fmt.Println(book.Balance("assets/receivable/acme", money.CNY, november))
	fmt.Println(book.Balance("assets/receivable/acme", money.CNY, time.Time{}))
	// Output:
	// {1 0} <nil>
	// {0 1} <nil>
	// ledger: transaction c6f00b008eaf9ee6 at 2026-10-31T12:00:00Z: the book is closed before 2026-11-01T00:00:00Z; correct it with an entry of an open period
	// CNY 996.98 <nil>
	// CNY 0.00 <nil>
}

func ExampleUnbalancedError() {
	ctx := context.Background()
	book := ledger.New()
	_ = book.OpenAccounts(ctx, ledger.Account{Path: "assets/cash", Type: ledger.Asset, Currency: money.CNY},
		ledger.Account{Path: "equity/capital", Type: ledger.Equity, Currency: money.CNY})

	_, err := book.Post(ctx, ledger.Transaction{ID: ledger.IDOf("capital", "1"), At: time.Unix(1_700_000_000, 0),
		Postings: []ledger.Posting{
			{Path: "assets/cash", Amount: money.MustParse("CNY 100.00")},
			{Path: "equity/capital", Amount: money.MustParse("CNY -99.50")}}})
	var unbalanced *ledger.UnbalancedError
	fmt.Println(errors.As(err, &unbalanced), unbalanced.Differences)
	// Output: true [CNY 0.50]
}

func ExampleBook_Trial() {
	ctx := context.Background()
	book := ledger.New()
	_ = book.OpenAccounts(ctx, ledger.Account{Path: "assets/cash", Type: ledger.Asset, Currency: money.CNY},
		ledger.Account{Path: "liabilities/deferred/acme", Type: ledger.Liability, Currency: money.CNY},
		ledger.Account{Path: "income/compute/acme", Type: ledger.Income, Currency: money.CNY})
	at := time.Unix(1_700_000_000, 0)
	paid, _ := ledger.Move("liabilities/deferred/acme", "assets/cash", money.MustParse("CNY 1000"))
	used, _ := ledger.Move("income/compute/acme", "liabilities/deferred/acme", money.MustParse("CNY 750"))
	_, _ = book.Post(ctx, ledger.Transaction{ID: ledger.IDOf("payment", "1"), At: at, Postings: paid},
		ledger.Transaction{ID: ledger.IDOf("usage", "1"), At: at, Postings: used})

	trial, _ := book.Trial(time.Time{})
	for _, row := range trial.Rows {
		fmt.Println(row.Account.Path, row.Balance)
	}
	fmt.Println(trial.Totals[0].Debit, trial.Totals[0].Credit)
	// Output:
	// assets/cash CNY 1000.00
	// income/compute/acme CNY -750.00
	// liabilities/deferred/acme CNY -250.00
	// CNY 1000.00 CNY 1000.00
}

func ExampleBook_Statement() {
	ctx := context.Background()
	book := ledger.New()
	_ = book.OpenAccounts(ctx, ledger.Account{Path: "assets/receivable/acme", Type: ledger.Asset, Currency: money.CNY},
		ledger.Account{Path: "income/compute/acme", Type: ledger.Income, Currency: money.CNY})
	day := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC) }
	for d := 1; d <= 3; d++ {
		postings, _ := ledger.Move("income/compute/acme", "assets/receivable/acme", money.MustParse(fmt.Sprintf("CNY %d.5", d)))
		_, _ = book.Post(ctx, ledger.Transaction{ID: ledger.IDOf("day", fmt.Sprint(d)), At: day(d), Memo: fmt.Sprint("day ", d), Postings: postings})
	}

	s, _ := book.Statement("assets/receivable/acme", money.CNY, day(2), day(4))
	fmt.Println("opening", s.Opening)
	for _, l := range s.Lines {
		fmt.Println(l.Memo, l.Amount, l.Balance)
	}
	fmt.Println("closing", s.Closing)
	// Output:
	// opening CNY 1.50
	// day 2 CNY 2.50 CNY 4.00
	// day 3 CNY 3.50 CNY 7.50
	// closing CNY 7.50
}
