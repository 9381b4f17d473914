package credit_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/credit"
	"github.com/meterbook/meterbook/accounting/money"
)

// busy is a wallet in its steady state: it remembers ids for
// 256 µs, and a request comes every microsecond.
func busy() (w *credit.Wallet, ids []string, step func(i int) time.Time) {
	w = must(credit.NewWallet(credit.Terms{Currency: money.CNY, HoldFor: 128 * time.Microsecond, Remember: 128 * time.Microsecond}, at(start), nil))
	if err := w.Grant(credit.Grant{ID: "paid", Amount: fen(1 << 50)}, at(start)); err != nil {
		panic(err)
	}
	ids = make([]string, 1<<9)
	for i := range ids {
		ids[i] = fmt.Sprintf("req_%08x-%04d", uint32(i)*2654435761, i)
	}
	return w, ids, func(i int) time.Time { return at(start).Add(time.Duration(i) * time.Microsecond) }
}

func BenchmarkMutex(b *testing.B) {
	var mu sync.Mutex
	for b.Loop() {
		mu.Lock()
		mu.Unlock() //nolint:staticcheck // what a lock and an unlock cost, and nothing else
	}
}

func BenchmarkReserveCommit(b *testing.B) {
	w, ids, step := busy()
	most, actual := fen(12), fen(7)
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		i++
		id, now := ids[i%len(ids)], step(i)
		if err := w.Reserve(id, most, now); err != nil {
			b.Fatal(err)
		}
		if err := w.Commit(id, actual, now); err != nil {
			b.Fatal(err)
		}
	}
}

// TestReserveCommit_Allocs holds that the steady state allocates nothing.
func TestReserveCommit_Allocs(t *testing.T) {
	w, ids, step := busy()
	most, actual := fen(12), fen(7)
	i := 0
	once := func() {
		i++
		if w.Reserve(ids[i%len(ids)], most, step(i)) != nil || w.Commit(ids[i%len(ids)], actual, step(i)) != nil {
			panic("refused")
		}
	}
	for range len(ids) {
		once()
	}
	require.Zero(t, testing.AllocsPerRun(10_000, once))
}
