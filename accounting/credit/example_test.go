package credit_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/meterbook/meterbook/accounting/credit"
	"github.com/meterbook/meterbook/accounting/money"
)

// A request holds the most it can cost, and commits what it did.
func ExampleWallet() {
	now := time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)
	wallet, err := credit.NewWallet(credit.Terms{Currency: money.CNY}, now, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	err = errors.Join(
		wallet.Grant(credit.Grant{ID: "paid", Amount: money.MustParse("CNY 1.00"), Priority: 1}, now),
		wallet.Grant(credit.Grant{ID: "gift", Amount: money.MustParse("CNY 0.50"), Expires: now.AddDate(0, 1, 0)}, now),
		wallet.Reserve("req-1", money.MustParse("CNY 0.80"), now),
	)
	fmt.Println(err)
	fmt.Println(wallet.Reserve("req-2", money.MustParse("CNY 0.80"), now))
	fmt.Println(wallet.Commit("req-1", money.MustParse("CNY 0.55"), now))
	fmt.Println(wallet.Commit("req-1", money.MustParse("CNY 0.55"), now), "once more, as an answer was lost")
	hold, _ := wallet.Hold("req-1", now)
	available, _ := wallet.Available(now)
	fmt.Println(hold.State, hold.Burns, available)
	// Output:
	// <nil>
	// credit: hold "req-2" of CNY 0.80: only CNY 0.70 available; grant more or ask for less
	// <nil>
	// <nil> once more, as an answer was lost
	// committed [{gift CNY 0.50} {paid CNY 0.05}] CNY 0.95
}

// A wallet is made again from its entries.
func ExampleReplay() {
	now := time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)
	var journal []credit.Entry
	keep := func(e credit.Entry) error { journal = append(journal, e); return nil }
	wallet, err := credit.NewWallet(credit.Terms{Currency: money.CNY}, now, keep)
	if err != nil {
		fmt.Println(err)
		return
	}
	err = errors.Join(
		wallet.Grant(credit.Grant{ID: "paid", Amount: money.MustParse("CNY 1.00")}, now),
		wallet.Reserve("req-1", money.MustParse("CNY 0.80"), now),
	)
	fmt.Println(err)

	again, err := credit.Replay(func(yield func(credit.Entry, error) bool) {
		for _, e := range journal {
			if !yield(e, nil) {
				return
			}
		}
	}, keep)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(again.Commit("req-1", money.MustParse("CNY 0.55"), now.Add(time.Minute)))
	fmt.Println(again.Available(now.Add(time.Minute)))
	// Output:
	// <nil>
	// <nil>
	// CNY 0.45 <nil>
}

// After a crash, what was under way is settled: a request whose event was recorded
// is committed at its price, and any other is released.
func ExampleWallet_OpenHolds() {
	now := time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)
	wallet, err := credit.NewWallet(credit.Terms{Currency: money.CNY}, now, nil) // or Replay, after a crash
	if err != nil {
		fmt.Println(err)
		return
	}
	err = errors.Join(
		wallet.Grant(credit.Grant{ID: "paid", Amount: money.MustParse("CNY 1.00")}, now),
		wallet.Reserve("req-1", money.MustParse("CNY 0.30"), now),
		wallet.Reserve("req-2", money.MustParse("CNY 0.30"), now),
		wallet.Reserve("req-3", money.MustParse("CNY 0.30"), now),
		wallet.Commit("req-1", money.MustParse("CNY 0.12"), now),
	)
	fmt.Println(err)

	recorded := map[string]money.Money{"req-2": money.MustParse("CNY 0.25")} // rated, from the journal of events
	holds, err := wallet.OpenHolds(now)
	for _, hold := range holds {
		if actual, ok := recorded[hold.ID]; ok {
			err = errors.Join(err, wallet.Commit(hold.ID, actual, now))
		} else {
			err = errors.Join(err, wallet.Release(hold.ID, now))
		}
		settled, _ := wallet.Hold(hold.ID, now)
		fmt.Println(settled.ID, settled.State, settled.Actual)
	}
	available, _ := wallet.Available(now)
	fmt.Println(available, err)
	// Output:
	// <nil>
	// req-2 committed CNY 0.25
	// req-3 released CNY 0.00
	// CNY 0.63 <nil>
}
