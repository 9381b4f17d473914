package ours

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/big"
	"time"

	"github.com/meterbook/meterbook/accounting/ledger"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// NameLedger is the entrant of the ledger.
const NameLedger = "ledger"

// bookTransactions is when a full book is put aside for a new one, so that
// memory stays bounded however long it is measured.
const bookTransactions = 200_000

// Ledger returns the entrant that posts transactions of two postings, one a call,
// to a book in memory of [workload.Tenants] tenants. An operation is a posting.
// Ids, which refuse a transaction that comes again, are at hand.
func Ledger() contest.Entrant {
	return contest.Entrant{Name: NameLedger, Open: func() (*contest.Run, error) {
		postings, err := postingsOf()
		if err != nil {
			return nil, err
		}
		book, n := ledger.New(), uint64(0)
		if err := openAccounts(book, postings); err != nil {
			return nil, err
		}
		at, ctx := time.Unix(int64(1_790_000_000), 0), context.Background()
		total := func() (*big.Int, error) {
			trial, err := book.Trial(time.Time{})
			if err != nil {
				return nil, err
			}
			sum, err := trial.Under("asset/receivable", money.CNY)
			return sum.Decimal().Shift(2).BigInt(), err
		}
		return &contest.Run{PerTurn: 2, Total: total, Loops: []contest.Loop{func(turns int) error {
			for range turns {
				if n++; n%bookTransactions == 0 {
					book = ledger.New()
					if err := openAccounts(book, postings); err != nil {
						return err
					}
				}
				var id ledger.ID
				binary.LittleEndian.PutUint64(id[:], n*0x9e3779b97f4a7c15)
				id[31] = 1
				if _, err := book.Post(ctx, ledger.Transaction{ID: id, At: at, Postings: postings[n%workload.Tenants]}); err != nil {
					return err
				}
			}
			return nil
		}}}, nil
	}}
}

func postingsOf() ([][]ledger.Posting, error) {
	out := make([][]ledger.Posting, workload.Tenants)
	for i := range out {
		amount, err := money.FromMinor(int64(i+1), money.CNY)
		if err != nil {
			return nil, err
		}
		income, receivable := workload.AccountsOf(i)
		if out[i], err = ledger.Move(ledger.Path(income), ledger.Path(receivable), amount); err != nil {
			return nil, fmt.Errorf("tenant %d: %w", i, err)
		}
	}
	return out, nil
}

func openAccounts(book *ledger.Book, postings [][]ledger.Posting) error {
	var accounts []ledger.Account
	for i := range postings {
		income, receivable := workload.AccountsOf(i)
		accounts = append(accounts, ledger.Account{Path: ledger.Path(income), Type: ledger.Income, Currency: money.CNY},
			ledger.Account{Path: ledger.Path(receivable), Type: ledger.Asset, Currency: money.CNY})
	}
	return book.OpenAccounts(context.Background(), accounts...)
}
