package ours

import (
	"fmt"
	"time"

	"github.com/meterbook/meterbook/accounting/credit"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// HoldIDs is how many request ids the entrant of [Hold] goes round. A settled id
// is remembered for half as many requests, so each is new when it comes again. They
// are few so that they are in the cache, as an id is that has just been made.
const HoldIDs = 1 << 9

// holdStep is the time from one request to the next.
const holdStep = time.Microsecond

// Hold returns the entrant that reserves credit for a request and commits less
// of it: an operation is both. The wallet is in its steady state, in which it
// remembers the last 256 requests, and has no journal.
func Hold() contest.Entrant {
	return contest.Entrant{Name: Name, Open: func() (*contest.Run, error) {
		w, err := credit.NewWallet(credit.Terms{Currency: money.CNY, HoldFor: 128 * holdStep, Remember: 128 * holdStep}, workload.Hour, nil)
		if err != nil {
			return nil, err
		}
		paid, err := money.FromMinor(1<<60, money.CNY)
		if err != nil {
			return nil, err
		}
		if err := w.Grant(credit.Grant{ID: "paid", Amount: paid}, workload.Hour); err != nil {
			return nil, err
		}
		loop, err := holds(w)
		return &contest.Run{Loops: []contest.Loop{loop}}, err
	}}
}

func holds(w *credit.Wallet) (contest.Loop, error) {
	ids := make([]string, HoldIDs)
	for i := range ids {
		ids[i] = fmt.Sprintf("req-%012x", uint64(i)*0x9e3779b97f4a7c15>>16)
	}
	most, err := money.FromMinor(12, money.CNY)
	if err != nil {
		return nil, err
	}
	actual, err := money.FromMinor(7, money.CNY)
	if err != nil {
		return nil, err
	}
	sec, ns, i := workload.Hour.Unix(), int64(0), 0
	return func(n int) error {
		for range n {
			id, at := ids[i&(HoldIDs-1)], time.Unix(sec, ns)
			i++
			if err := w.Reserve(id, most, at); err != nil {
				return err
			}
			if err := w.Commit(id, actual, at); err != nil {
				return err
			}
			if ns += int64(holdStep); ns == 1e9 { // quicker than Time.Add, which is not what is measured
				sec, ns = sec+1, 0
			}
		}
		return nil
	}, nil
}
