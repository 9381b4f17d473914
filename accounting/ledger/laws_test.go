package ledger_test

import (
	"errors"
	"flag"
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/ledger"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
)

var (
	lawsN    = flag.Int("laws.n", 20_000, "postings of the histories of each law; 1000000 for a release")
	lawsSeed = flag.Uint64("laws.seed", 20261126, "seed of the histories; 0 takes one from the clock and logs it")
	lawsFull = flag.Bool("laws.full", false, "crash and fail at every call, and not at every few")
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func seeded(t testing.TB) (*rand.Rand, uint64) {
	seed := *lawsSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("-laws.seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0)), seed
}

// stride is how many calls a law goes on by; it begins at random.
func stride(r *rand.Rand, few int) (first, step int) {
	if *lawsFull {
		return 1, 1
	}
	return 1 + r.IntN(few), few
}

// world is a book beside the slow one, and a generator of what happens to both.
type world struct {
	*rand.Rand
	book     *ledger.Book
	slow     *slowBook
	accounts []ledger.Account
	sent     []ledger.Transaction
	postings int
}

var currencies = []money.Currency{money.CNY, money.USD, money.JPY}

const begin, span = 1_700_000_000, 100_000

func newWorld(t testing.TB, r *rand.Rand, book *ledger.Book) *world {
	w := &world{Rand: r, book: book, slow: newSlowBook()}
	for i := range 12 {
		a := ledger.Account{Path: ledger.Path(fmt.Sprintf("%s/%d", ledger.Type(1+i%5), i/3)), Type: ledger.Type(1 + i%5),
			Currency: currencies[i%len(currencies)]}
		w.accounts = append(w.accounts, a)
		w.slow.types[slowName(a.Path, a.Currency)] = a.Type.String()
	}
	require.NoError(t, book.OpenAccounts(t.Context(), w.accounts...))
	return w
}

func slowName(p ledger.Path, c money.Currency) string { return string(p) + " " + string(c) }

func bigOf(m money.Money) *big.Int {
	s := m.Scaled()
	v := new(big.Int).Lsh(big.NewInt(s.Hi), 64)
	return v.Add(v, new(big.Int).SetUint64(s.Lo))
}

func slowOf(t ledger.Transaction) slowTransaction {
	s := slowTransaction{id: t.ID.String(), at: t.At.UnixNano(), memo: t.Memo}
	if !t.Reverses.IsZero() {
		s.reverses = t.Reverses.String()
	}
	for _, p := range t.Postings {
		s.legs = append(s.legs, slowLeg{slowName(p.Path, p.Amount.Currency()), string(p.Amount.Currency()), bigOf(p.Amount)})
	}
	return s
}

// amount is small, large, or of the finest grain.
func (w *world) amount(c money.Currency) money.Money {
	v := fixed.FromInt64(w.Int64N(1_000_000) + 1)
	switch w.IntN(4) {
	case 0:
		v, _ = v.Mul(must10(16))
	case 1:
		v = fixed.Int128{Hi: w.Int64N(1 << 30), Lo: w.Uint64() | 1}
	}
	if w.IntN(2) == 0 {
		v, _ = v.Neg()
	}
	return must(money.FromScaled(v, c))
}

func must10(n int) fixed.Int128 { v, _ := fixed.Pow10(n); return v }

// transaction balances, most of the time, by its last postings.
func (w *world) transaction() ledger.Transaction {
	t := ledger.Transaction{ID: ledger.IDOf("law", fmt.Sprint(w.Uint64())), Memo: [...]string{"", "a", "费用"}[w.IntN(3)]}
	t.At = time.Unix(begin+w.Int64N(span), w.Int64N(3))
	for range 1 + w.IntN(2) {
		c := w.accounts[w.IntN(len(w.accounts))].Currency
		var total money.Money
		for range 1 + w.IntN(3) {
			m := w.amount(c)
			t.Postings = append(t.Postings, ledger.Posting{Path: w.path(c), Amount: m})
			total = must(total.Add(m))
		}
		if total.IsZero() {
			t.Postings = append(t.Postings, ledger.Posting{Path: w.path(c), Amount: must(money.FromMinor(1, c))})
			total = must(money.FromMinor(1, c))
		}
		if w.IntN(20) == 0 {
			total = must(total.Add(must(money.FromScaled(fixed.FromInt64(1), c))))
		}
		if !total.IsZero() {
			t.Postings = append(t.Postings, ledger.Posting{Path: w.path(c), Amount: must(total.Neg())})
		}
	}
	if w.IntN(50) == 0 {
		t.Postings[0].Path = "asset/nowhere"
	}
	return t
}

func (w *world) path(c money.Currency) ledger.Path {
	for {
		if a := w.accounts[w.IntN(len(w.accounts))]; a.Currency == c {
			return a.Path
		}
	}
}

// outcome is the slow book's word for what a book says.
func outcome(p ledger.Posted, err error) string {
	var unbalanced *ledger.UnbalancedError
	var unknown *ledger.UnknownAccountError
	var closed *ledger.ClosedError
	switch {
	case err == nil && p.New == 1:
		return "new"
	case err == nil && p.Known == 1:
		return "known"
	case errors.As(err, &unbalanced):
		return "unbalanced"
	case errors.As(err, &unknown):
		return "unknown account"
	case errors.As(err, &closed):
		return "closed"
	case errors.Is(err, ledger.ErrConflict):
		return "conflict"
	}
	return fmt.Sprint(p, err)
}

// step posts to both books: something new, the same again, the same id with
// another body, or a reversal; or it closes a period.
func (w *world) step(t *testing.T) {
	next := w.transaction()
	switch old := w.IntN(12); {
	case old < 2 && len(w.sent) > 0:
		next = w.sent[w.IntN(len(w.sent))]
	case old == 2 && len(w.sent) > 0:
		next.ID = w.sent[w.IntN(len(w.sent))].ID
	case old == 3 && len(w.sent) > 0:
		of := w.sent[w.IntN(len(w.sent))]
		if in, posted := w.slow.posted[of.ID.String()]; posted && in.same(slowOf(of)) {
			next = must(of.Reversal(next.At, "back"))
		}
	case old == 4 && w.IntN(100) == 0:
		before := time.Unix(begin+w.Int64N(span/10), 0)
		require.NoError(t, w.book.CloseBefore(t.Context(), before))
		w.slow.closed = max(w.slow.closed, before.UnixNano())
	}
	var was [32]byte
	check := w.IntN(500) == 0
	if check {
		was = w.book.Digest()
	}
	got := outcome(w.book.Post(t.Context(), next))
	want := w.slow.post(slowOf(next))
	require.Equal(t, want, got, "transaction %+v", next)
	if check {
		require.Equal(t, want == "new", was != w.book.Digest(), "a refused or known transaction changes no byte")
	}
	if want == "new" {
		w.postings += len(next.Postings)
	}
	w.sent = append(w.sent, next)
}

// check compares balances, trial and statements at random times.
func (w *world) check(t *testing.T, book *ledger.Book) {
	for range 3 {
		at := time.Unix(begin+w.Int64N(span), 1)
		trial := must(book.Trial(at))
		require.True(t, trial.Balanced(), "debits are credits, per currency")
		for _, r := range trial.Rows {
			want := w.slow.balance(slowName(r.Account.Path, r.Account.Currency), at.UnixNano())
			require.Zero(t, want.Cmp(bigOf(r.Balance)), "%v before %v", r.Account, at)
		}
	}
	a := w.accounts[w.IntN(len(w.accounts))]
	from := begin + w.Int64N(span)
	to := from + w.Int64N(span)
	s := must(book.Statement(a.Path, a.Currency, time.Unix(from, 0), time.Unix(to, 0)))
	want := w.slow.statement(slowName(a.Path, a.Currency), from*1e9, to*1e9)
	require.Len(t, s.Lines, len(want))
	running := bigOf(s.Opening)
	require.Zero(t, running.Cmp(w.slow.balance(slowName(a.Path, a.Currency), from*1e9)))
	for i, amount := range want {
		require.Zero(t, amount.Cmp(bigOf(s.Lines[i].Amount)))
		require.Zero(t, running.Add(running, amount).Cmp(bigOf(s.Lines[i].Balance)))
	}
	require.Zero(t, running.Cmp(bigOf(s.Closing)))
	require.Equal(t, s.Closing, must(must(s.Opening.Add(s.Debits)).Sub(s.Credits)))
	require.Equal(t, s.Closing, must(book.Balance(a.Path, a.Currency, time.Unix(to, 0))))
}

// TestLaw_Balanced is law 6 over a random history: debits are credits per
// currency at every time, what is refused changes nothing, and every balance is
// that of a second book of maps and big integers.
func TestLaw_Balanced(t *testing.T) {
	t.Parallel()
	r, _ := seeded(t)
	w := newWorld(t, r, ledger.New())
	for steps := 0; w.postings < *lawsN; steps++ {
		if w.step(t); steps%(*lawsN/8) == 0 {
			w.check(t, w.book)
		}
	}
	w.check(t, w.book)
	require.Len(t, w.slow.posted, w.book.Len())
}

// TestLaw_Closed_Unchanged: what a closed period holds is the same to the byte,
// whatever is posted afterwards.
func TestLaw_Closed_Unchanged(t *testing.T) {
	t.Parallel()
	r, _ := seeded(t)
	for range 8 {
		w := newWorld(t, r, ledger.New())
		for range 200 {
			w.step(t)
		}
		end := time.Unix(begin+span/2, 0)
		require.NoError(t, w.book.CloseBefore(t.Context(), end))
		w.slow.closed = max(w.slow.closed, end.UnixNano())
		picture := func() string {
			text := fmt.Sprint(must(w.book.Trial(end)))
			for tx := range w.book.Transactions(time.Time{}, end) {
				text += fmt.Sprint(tx)
			}
			return text
		}
		was := picture()
		for range 200 {
			w.step(t)
		}
		require.Equal(t, was, picture())
	}
}

// TestLaw_Reversal_Cancels: a book whose transactions are all reversed at their
// own times has 0 everywhere, at all times.
func TestLaw_Reversal_Cancels(t *testing.T) {
	t.Parallel()
	r, _ := seeded(t)
	w := newWorld(t, r, ledger.New())
	for range 300 {
		if next := w.transaction(); outcome(w.book.Post(t.Context(), next)) == "new" {
			back, err := w.book.Reverse(t.Context(), next.ID, next.At, "")
			require.NoError(t, err)
			again, err := w.book.Reverse(t.Context(), next.ID, next.At, "")
			require.NoError(t, err)
			require.Equal(t, back, again)
			_, err = w.book.Reverse(t.Context(), next.ID, next.At.Add(1), "")
			require.ErrorIs(t, err, ledger.ErrConflict)
		}
	}
	for range 20 {
		for _, row := range must(w.book.Trial(time.Unix(begin+r.Int64N(span), 0))).Rows {
			require.True(t, row.Balance.IsZero())
		}
	}
}

// FuzzPost_Balanced takes any postings: a book takes them exactly when they
// balance, and is unchanged otherwise.
func FuzzPost_Balanced(f *testing.F) {
	f.Add(int64(1), int64(-1), int64(0), "m", uint64(3))
	f.Add(int64(5), int64(-3), int64(-2), "", uint64(1))
	f.Add(int64(-1<<63), int64(-1<<63), int64(1), "\xff", uint64(0))
	f.Fuzz(func(t *testing.T, a, b, c int64, memo string, id uint64) {
		book := ledger.New()
		paths := []ledger.Path{"asset/a", "income/b", "expense/c"}
		for i, p := range paths {
			require.NoError(t, book.OpenAccounts(t.Context(), ledger.Account{Path: p, Type: ledger.Type(1 + i), Currency: money.CNY}))
		}
		tx := ledger.Transaction{ID: ledger.IDOf(fmt.Sprint(id)), At: time.Unix(begin, 0), Memo: memo}
		total := new(big.Int)
		for i, v := range []int64{a, b, c} {
			if v != 0 {
				tx.Postings = append(tx.Postings, ledger.Posting{Path: paths[i], Amount: must(money.FromMinor(v, money.CNY))})
				total.Add(total, big.NewInt(v))
			}
		}
		was := book.Digest()
		_, err := book.Post(t.Context(), tx)
		var field *ledger.FieldError
		var unbalanced *ledger.UnbalancedError
		switch {
		case err == nil:
			require.Zero(t, total.Sign())
			require.NotEqual(t, was, book.Digest())
		case errors.As(err, &unbalanced):
			require.Zero(t, bigOf(unbalanced.Differences[0]).Cmp(total.Mul(total, big.NewInt(1e16))))
			require.Equal(t, was, book.Digest())
		default:
			require.ErrorAs(t, err, &field)
			require.Equal(t, was, book.Digest())
		}
	})
}
