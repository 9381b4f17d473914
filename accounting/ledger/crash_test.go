package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/ledger"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

// program is what a process does from beginning to end, however much of it is
// in the book already.
func program(ctx context.Context, files ledger.Files) (digest [32]byte, err error) {
	journal, err := ledger.OpenJournalIn(files)
	if err != nil {
		return digest, err
	}
	defer func() { err = errors.Join(err, journal.Close()) }()
	book, err := ledger.Open(ctx, journal)
	if err != nil {
		return digest, err
	}
	for day := range 4 {
		if err := programDay(ctx, book, day); err != nil {
			return digest, err
		}
	}
	return book.Digest(), nil
}

func programDay(ctx context.Context, book *ledger.Book, day int) error {
	at := time.Unix(begin+int64(day)*86_400, 0)
	tenant := ledger.Path(fmt.Sprintf("asset/receivable/%d", day%2))
	if err := book.OpenAccounts(ctx,
		ledger.Account{Path: tenant, Type: ledger.Asset, Currency: money.CNY},
		ledger.Account{Path: "income/usage", Type: ledger.Income, Currency: money.CNY}); err != nil {
		return err
	}
	var batch []ledger.Transaction
	for i := range 5 {
		postings, err := ledger.Move("income/usage", tenant, must(money.FromMinor(int64(100*day+i+1), money.CNY)))
		if err != nil {
			return err
		}
		batch = append(batch, ledger.Transaction{ID: ledger.IDOf("charge", fmt.Sprint(day, i)), At: at, Postings: postings})
	}
	if _, err := book.Post(ctx, batch...); err != nil {
		return err
	}
	if _, err := book.Reverse(ctx, batch[day].ID, at, "wrong meter"); err != nil {
		return err
	}
	return book.CloseBefore(ctx, at)
}

// TestLaw_Crash_SameBytes is F22 for the book: the power fails at every call of
// the file system, the program runs again three times, failing at another call
// each time but the last, and the book is the one of a run without a crash, byte
// for byte.
func TestLaw_Crash_SameBytes(t *testing.T) {
	t.Parallel()
	want, err := program(t.Context(), meteringtest.NewDisk())
	require.NoError(t, err)
	r, seed := seeded(t)

	crash := func(disk *meteringtest.Disk, at int) (after *meteringtest.Disk, calls int) {
		files := meteringtest.NewFaults(disk)
		loss := meteringtest.Loss{Seed: r.Uint64(), Survive: meteringtest.Random}
		files.Hook(func(c meteringtest.Call) error {
			if c.N == at {
				after = disk.PowerLoss(loss)
			}
			return nil
		})
		_, err := program(t.Context(), files)
		require.NoError(t, err)
		return after, files.Calls()
	}
	_, calls := crash(meteringtest.NewDisk(), 0)
	require.Greater(t, calls, 50)
	first, step := stride(r, 3)
	for at := first; at <= calls; at += step {
		disk, _ := crash(meteringtest.NewDisk(), at)
		for range 2 {
			if after, _ := crash(disk, 1+r.IntN(calls)); after != nil {
				disk = after
			}
		}
		got, err := program(t.Context(), disk)
		require.NoError(t, err, "seed %d, call %d", seed, at)
		require.Equal(t, want, got, "seed %d, call %d", seed, at)
	}
}

// TestLaw_Fault_SameBytes: any one call fails in each way, for good or once;
// the program ends with an error or not, and run again comes to the same bytes.
func TestLaw_Fault_SameBytes(t *testing.T) {
	t.Parallel()
	want, err := program(t.Context(), meteringtest.NewDisk())
	require.NoError(t, err)
	count := meteringtest.NewFaults(meteringtest.NewDisk())
	_, err = program(t.Context(), count)
	require.NoError(t, err)
	r, _ := seeded(t)
	first, step := stride(r, 10)
	for n := first; n <= count.Calls(); n += step {
		for _, fault := range meteringtest.EveryFault() {
			disk := meteringtest.NewDisk()
			files := meteringtest.NewFaults(disk)
			files.FailAt(n, fault)
			got, err := program(t.Context(), files)
			if err == nil {
				require.Equal(t, want, got, "call %d, %v", n, fault)
			}
			got, err = program(t.Context(), disk.PowerLoss(meteringtest.Loss{Seed: uint64(n), Survive: meteringtest.Random}))
			require.NoError(t, err, "call %d, %v", n, fault)
			require.Equal(t, want, got, "call %d, %v", n, fault)
		}
	}
}
