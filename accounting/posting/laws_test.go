package posting_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/credit"
	"github.com/meterbook/meterbook/accounting/ledger"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/posting"
	"github.com/meterbook/meterbook/accounting/seal"
	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

var (
	lawsN    = flag.Int("laws.n", 40, "cases of each law")
	lawsSeed = flag.Uint64("laws.seed", 20261126, "seed of the cases; 0 takes one from the clock and logs it")
	lawsFull = flag.Bool("laws.full", false, "crash at every call, and not at every fifth")
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func seeded(t testing.TB) *rand.Rand {
	seed := *lawsSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("-laws.seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

var (
	first = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	last  = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	end   = last.Add(-1)
)

func fen(n int64) money.Money { return must(money.FromMinor(n, money.CNY)) }

func bigOf(m money.Money) *big.Int { return m.Decimal().Shift(18).BigInt() }

func charge(account metering.Account, service accounting.ServiceID, price string, origin accounting.Origin, billed money.Money) accounting.Charge {
	return accounting.Charge{BillingAccount: account.Tenant(), Account: account, Service: service, Meter: metering.AcceleratorTime,
		Period: must(metering.NewPeriod(first, last)), PriceID: price, Card: "gpu@3", Origin: origin, Billed: billed}
}

var bill = posting.Bill{Journal: "journal-1", From: first, To: last, CardDigest: "c0ffee", At: end}

// facts makes documents of random things that happen, and the slow account of
// the same.
func facts(r *rand.Rand, n int) (documents []posting.Document, slow []slowFact) {
	tenants := []string{"acme", "beta", "gamma"}
	services := []string{"accelerated-compute", "model-inference", ""}
	for i := range n {
		tenant, id, m := tenants[r.IntN(3)], fmt.Sprint(i), fen(r.Int64N(2_000_000)-500_000)
		note := func(what string, amount money.Money) { slow = append(slow, slowFact{what, tenant, bigOf(amount)}) }
		add := func(item posting.Item, what string) {
			item.Amount, item.Tenant = m, tenant
			documents = append(documents, posting.Document{Causes: []string{what, id}, At: end, Items: []posting.Item{item}})
			note(what, m)
		}
		switch r.IntN(12) {
		case 0, 1:
			b := bill
			b.Revision = id
			documents = append(documents, must(posting.Charges(b, slices.Values([]accounting.Charge{
				charge(metering.Account(tenant), accounting.ServiceID(services[r.IntN(3)]), "p", accounting.FromUsage, m)})))...)
			note("charge", m)
		case 2:
			add(posting.Item{Cause: posting.Invoiced}, "invoice")
		case 3:
			add(posting.Item{Cause: posting.Taxed, Detail: "VAT"}, "tax")
		case 4:
			documents = append(documents, posting.Payment(id, tenant, end, m))
			note("payment", m)
		case 5:
			documents = append(documents, posting.CreditNote(id, tenant, end, []posting.Part{{Service: services[r.IntN(3)], Amount: m}}, posting.Tax{Name: "VAT", Amount: fen(7)}))
			note("credit note", m)
			note("tax credit", fen(7))
		case 6:
			add(posting.Item{Cause: posting.CreditSold}, "sold")
		case 7:
			add(posting.Item{Cause: posting.CreditGiven}, "given")
		case 8:
			add(posting.Item{Cause: posting.CreditUsed}, "used")
		case 9:
			add(posting.Item{Cause: posting.CreditLapsed}, "lapsed")
		default:
			c := posting.Cost{Cause: []posting.Cause{posting.EnergyUsed, posting.Depreciated, posting.CostIncurred}[r.IntN(3)], ID: id, Detail: "rent", At: end}
			documents = append(documents, must(c.Document(posting.Share{Tenant: tenant, Amount: m}, posting.Share{Amount: fen(3)})))
			note("cost", m)
		}
	}
	return documents, slow
}

// figures are the same as slowFigures, out of the book.
func figures(t testing.TB, book *ledger.Book, tenant ledger.Path) map[string]*big.Int {
	trial := must(book.Trial(time.Time{}))
	got := map[string]*big.Int{}
	at := func(name string, sign int64, paths ...ledger.Path) {
		sum := new(big.Int)
		for _, p := range paths {
			sum.Add(sum, bigOf(must(trial.Under(p, money.CNY))))
		}
		got[name] = sum.Mul(sum, big.NewInt(sign))
	}
	at("revenue", -1, "income/accelerated-compute/"+tenant, "income/model-inference/"+tenant, "income/(none)/"+tenant, "income/breakage/"+tenant)
	at("receivable", 1, "assets/receivable/"+tenant)
	at("deferred", -1, "liabilities/deferred/"+tenant)
	at("unbilled", 1, "assets/unbilled/"+tenant)
	at("cost", 1, "expenses/service/"+tenant)
	at("promotion", 1, "expenses/promotion/"+tenant)
	require.True(t, trial.Balanced())
	return got
}

// TestLaw_OneBook: revenue, receivables, deferred revenue and cost of service by
// tenant are what a controller works out on paper, each by its own definition.
func TestLaw_OneBook(t *testing.T) {
	t.Parallel()
	r := seeded(t)
	for range *lawsN {
		documents, slow := facts(r, 60)
		book := ledger.New()
		poster := must(posting.New(book, posting.DefaultRules()))
		must(poster.Post(t.Context(), documents...))
		for _, tenant := range []string{"acme", "beta", "gamma"} {
			got := figures(t, book, ledger.Path(tenant))
			for name, want := range slowFigures(slow, tenant) {
				require.Zero(t, want.Cmp(got[name]), "%s of %s: %s, want %s", name, tenant, got[name], want)
			}
		}
		was := book.Digest()
		again := must(poster.Post(t.Context(), documents...))
		require.Zero(t, again.New)
		require.Equal(t, was, book.Digest(), "posting again changes nothing")
	}
}

// TestLaw_Wallet: deferred revenue is what a wallet has free and held, less what
// is owed, whatever is granted, held, committed, renewed and lapses.
func TestLaw_Wallet(t *testing.T) {
	t.Parallel()
	r := seeded(t)
	for range *lawsN {
		var documents []posting.Document
		carried := map[string]money.Money{} // by the grant that was renewed
		w := posting.Wallet{ID: "w1", Tenant: "acme", Sold: func(grant string) bool { return len(grant)%2 == 0 }}
		renewals := []credit.Entry{}
		wallet := must(credit.NewWallet(credit.Terms{Currency: money.CNY, HoldFor: time.Hour, Overdraft: fen(5_000)}, first, func(e credit.Entry) error {
			documents = append(documents, w.Credit(e))
			if e.Op == credit.Renewed {
				renewals = append(renewals, e)
			}
			return nil
		}))
		now := first
		var granted, held []string
		for i := range 80 {
			now = now.Add(time.Duration(r.IntN(40)) * time.Minute)
			id := fmt.Sprint(i)
			switch r.IntN(6) {
			case 0:
				if wallet.Grant(credit.Grant{ID: id, Amount: fen(r.Int64N(10_000)), Expires: now.Add(time.Duration(1+r.IntN(20)) * time.Hour)}, now) == nil {
					granted = append(granted, id)
				}
			case 1:
				if n := len(granted); n > 0 {
					old := granted[n-1]
					if wallet.Renew(old, credit.Rollover{Min: fen(r.Int64N(50)), Max: fen(50 + r.Int64N(4_000))}, credit.Grant{ID: id, Amount: fen(r.Int64N(5_000))}, now) == nil {
						granted = append(granted[:n-1], id)
					}
				}
			case 2, 3:
				if wallet.Reserve(id, fen(r.Int64N(3_000)), now) == nil {
					held = append(held, id)
				}
			case 4:
				if n := len(held); n > 0 {
					_ = wallet.Commit(held[n-1], fen(r.Int64N(1_000)), now)
				}
			case 5:
				if n := len(held); n > 0 {
					_ = wallet.Release(held[n-1], now)
					held = held[:n-1]
				}
			}
		}
		now = now.Add(2 * time.Hour) // no hold is open
		balance := must(wallet.Balance(now))
		amounts := map[string]money.Money{}
		for _, g := range balance.Grants {
			amounts[g.ID] = g.Amount
		}
		for _, e := range renewals {
			carried[e.Of] = must(amounts[e.ID].Sub(e.Amount))
		}
		want := must(fen(0).Sub(balance.Owed))
		for _, g := range balance.Grants {
			want = must(must(want.Add(g.Free)).Add(g.Held))
			if g.Free.IsZero() && g.Held.IsZero() {
				documents = append(documents, must(w.Lapsed(g, carried[g.ID], now)))
			}
		}
		book := ledger.New()
		must(must(posting.New(book, posting.DefaultRules())).Post(t.Context(), documents...))
		trial := must(book.Trial(time.Time{}))
		require.Equal(t, want, must(must(trial.Under("liabilities/deferred/acme", money.CNY)).Neg()))
		for tx := range book.Transactions(time.Time{}, time.Time{}) {
			for _, p := range tx.Postings {
				require.False(t, p.Path == "income/breakage/acme" && p.Amount.Sign() > 0, "what a renewal adds is given, and no loss below 0")
			}
		}
	}
}

// month posts a month, from charges to costs, and closes and seals it: what a
// process does from beginning to end, however much of it is in the book already.
func month(ctx context.Context, files ledger.Files) (digest [32]byte, note string, err error) {
	journal, err := ledger.OpenJournalIn(files)
	if err != nil {
		return digest, "", err
	}
	defer func() { err = errors.Join(err, journal.Close()) }()
	book, err := ledger.Open(ctx, journal)
	if err != nil {
		return digest, "", err
	}
	poster, err := posting.New(book, posting.DefaultRules())
	if err != nil {
		return digest, "", err
	}
	documents, _ := facts(rand.New(rand.NewPCG(1, 2)), 25)
	for batch := range slices.Chunk(documents, 6) {
		if _, err := poster.Post(ctx, batch...); err != nil {
			return digest, "", err
		}
	}
	if err := book.CloseBefore(ctx, last); err != nil {
		return digest, "", err
	}
	note, err = sealMonth(book)
	return book.Digest(), note, err
}

func sealMonth(book *ledger.Book) (string, error) {
	chain := must(seal.NewChain("acme", nil))
	sealer, err := chain.Begin(must(metering.NewPeriod(first, last)), secret)
	if err != nil {
		return "", err
	}
	for tx := range book.Transactions(first, last) {
		record, err := seal.FromTransaction(tx)
		if err == nil {
			err = sealer.Add(record)
		}
		if err != nil {
			return "", err
		}
	}
	sealed, err := sealer.Seal(signer)
	if err != nil {
		return "", err
	}
	return string(sealed.Note), nil
}

// TestLaw_Crash_PostsOnce is F22: the power fails at every call between charges
// and seal, and the program runs again three times, failing elsewhere in between:
// debits are credits, the book and the sealed note are those of a run without a
// crash, byte for byte.
func TestLaw_Crash_PostsOnce(t *testing.T) {
	t.Parallel()
	r := seeded(t)
	want, wantNote, err := month(t.Context(), meteringtest.NewDisk())
	require.NoError(t, err)
	crash := func(disk *meteringtest.Disk, at int) (after *meteringtest.Disk, calls int) {
		files := meteringtest.NewFaults(disk)
		loss := meteringtest.Loss{Seed: r.Uint64(), Survive: meteringtest.Random}
		files.Hook(func(c meteringtest.Call) error {
			if c.N == at {
				after = disk.PowerLoss(loss)
			}
			return nil
		})
		_, _, err := month(t.Context(), files)
		require.NoError(t, err)
		return after, files.Calls()
	}
	_, calls := crash(meteringtest.NewDisk(), 0)
	require.GreaterOrEqual(t, calls, 40)
	at, step := 1+r.IntN(5), 5
	if *lawsFull {
		at, step = 1, 1
	}
	for ; at <= calls; at += step {
		disk, _ := crash(meteringtest.NewDisk(), at)
		for range 2 {
			if after, _ := crash(disk, 1+r.IntN(calls)); after != nil {
				disk = after
			}
		}
		got, note, err := month(t.Context(), disk)
		require.NoError(t, err, "call %d", at)
		require.Equal(t, want, got, "call %d", at)
		require.Equal(t, wantNote, note, "call %d", at)
	}
}

// TestLaw_Charges_AnyOrder: the order of charges decides nothing, and their sum is
// what is posted.
func TestLaw_Charges_AnyOrder(t *testing.T) {
	t.Parallel()
	r := seeded(t)
	for range *lawsN {
		var charges []accounting.Charge
		total := fen(0)
		for range 30 {
			origin := []accounting.Origin{accounting.FromUsage, accounting.FromRecurring, accounting.FromCredit, accounting.FromRounding}[r.IntN(4)]
			c := charge([]metering.Account{"acme/a", "acme/b", "beta"}[r.IntN(3)], "s", fmt.Sprint("p", r.IntN(2)), origin, fen(r.Int64N(1000)-300))
			charges = append(charges, c)
			total = must(total.Add(c.Billed))
		}
		documents := must(posting.Charges(bill, slices.Values(charges)))
		r.Shuffle(len(charges), func(i, j int) { charges[i], charges[j] = charges[j], charges[i] })
		require.Equal(t, documents, must(posting.Charges(bill, slices.Values(charges))))
		book := ledger.New()
		must(must(posting.New(book, posting.DefaultRules())).Post(t.Context(), documents...))
		require.Equal(t, total, must(must(book.Trial(time.Time{})).Under("assets/unbilled", money.CNY)), "what is billed is unbilled until an invoice")
	}
}
