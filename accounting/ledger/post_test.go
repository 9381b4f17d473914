package ledger_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/ledger"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
)

// small is a book of two accounts in CNY and two in USD.
func small(t testing.TB) *ledger.Book {
	book := ledger.New()
	require.NoError(t, book.OpenAccounts(t.Context(),
		ledger.Account{Path: "asset/cash", Type: ledger.Asset, Currency: money.CNY},
		ledger.Account{Path: "income/sales", Type: ledger.Income, Currency: money.CNY},
		ledger.Account{Path: "asset/cash", Type: ledger.Asset, Currency: money.USD},
		ledger.Account{Path: "income/sales", Type: ledger.Income, Currency: money.USD}))
	return book
}

// sale moves an amount from sales to cash.
func sale(id, amount string, at int64) ledger.Transaction {
	return ledger.Transaction{ID: ledger.IDOf(id), At: time.Unix(at, 0),
		Postings: must(ledger.Move("income/sales", "asset/cash", money.MustParse(amount)))}
}

func TestPost_Refuses(t *testing.T) {
	t.Parallel()
	legs := func(amounts ...string) (p []ledger.Posting) {
		for _, a := range amounts {
			p = append(p, ledger.Posting{Path: "asset/cash", Amount: money.MustParse(a)})
		}
		return p
	}
	lowest := must(money.FromScaled(fixed.Min(), money.CNY))
	highest := must(money.FromScaled(fixed.Max(), money.CNY))
	at := time.Unix(begin, 0)
	id := ledger.IDOf("x")
	for _, c := range []struct {
		name string
		give ledger.Transaction
		want string
	}{
		{"no id", ledger.Transaction{At: at, Postings: legs("CNY 1", "CNY -1")}, "ledger: id"},
		{"no postings", ledger.Transaction{ID: id, At: at}, "want 2 to 4096"},
		{"one posting", ledger.Transaction{ID: id, At: at, Postings: legs("CNY 1")}, "want 2 to 4096"},
		{"too many", ledger.Transaction{ID: id, At: at, Postings: make([]ledger.Posting, 4097)}, "want 2 to 4096"},
		{"zero amount", ledger.Transaction{ID: id, At: at, Postings: legs("CNY 0", "CNY 0")}, "not 0"},
		{"no currency", ledger.Transaction{ID: id, At: at, Postings: make([]ledger.Posting, 2)}, "not 0"},
		{"unbalanced", ledger.Transaction{ID: id, At: at, Postings: legs("CNY 1", "CNY -0.99")}, "debits less credits are CNY 0.01"},
		{"two currencies", ledger.Transaction{ID: id, At: at, Postings: legs("USD 1", "CNY -1")}, "are CNY -1.00, USD 1.00"},
		{"unknown currency of account", ledger.Transaction{ID: id, At: at, Postings: legs("JPY 1", "JPY -1")}, `account "asset/cash" of "JPY"`},
		{"before 1970", ledger.Transaction{ID: id, At: time.Unix(-1, 0), Postings: legs("CNY 1", "CNY -1")}, "want 1970 to 2199"},
		{"after 2199", ledger.Transaction{ID: id, At: time.Unix(7_258_118_400, 0), Postings: legs("CNY 1", "CNY -1")}, "want 1970 to 2199"},
		{"zero time", ledger.Transaction{ID: id, Postings: legs("CNY 1", "CNY -1")}, "want 1970 to 2199"},
		{"long memo", ledger.Transaction{ID: id, At: at, Memo: strings.Repeat("m", 257), Postings: legs("CNY 1", "CNY -1")}, "memo"},
		{"control characters", ledger.Transaction{ID: id, At: at, Memo: "a\nb", Postings: legs("CNY 1", "CNY -1")}, "memo"},
		{"not UTF-8", ledger.Transaction{ID: id, At: at, Memo: "\xff", Postings: legs("CNY 1", "CNY -1")}, "memo"},
		{"lowest amount", ledger.Transaction{ID: id, At: at, Postings: []ledger.Posting{
			{Path: "asset/cash", Amount: lowest}, {Path: "asset/cash", Amount: highest}, {Path: "asset/cash", Amount: money.MustParse("CNY 0.000000000000000001")}}}, "out of range"},
		{"turnover", ledger.Transaction{ID: id, At: at, Postings: []ledger.Posting{
			{Path: "asset/cash", Amount: highest}, {Path: "asset/cash", Amount: must(highest.Neg())}}}, "out of range"},
		{"difference beyond 128 bits", ledger.Transaction{ID: id, At: at, Postings: []ledger.Posting{
			{Path: "asset/cash", Amount: highest}, {Path: "asset/cash", Amount: highest}}}, "out of range"},
		{"reverses nothing", ledger.Transaction{ID: id, At: at, Reverses: ledger.IDOf("y"), Postings: legs("CNY 1", "CNY -1")}, "no such transaction"},
		{"reverses something else", ledger.Transaction{ID: id, At: at, Reverses: ledger.IDOf("sale"), Postings: legs("CNY 1", "CNY -1")}, "not the reversal"},
	} {
		t.Run(c.name, func(t *testing.T) {
			book := small(t)
			_, err := book.Post(t.Context(), sale("sale", "CNY 5", begin))
			require.NoError(t, err)
			was := book.Digest()
			_, err = book.Post(t.Context(), sale("before", "CNY 1", begin), c.give)
			require.ErrorContains(t, err, c.want)
			require.True(t, strings.HasPrefix(err.Error(), "ledger: "), err.Error())
			require.Equal(t, was, book.Digest(), "nothing of the call is entered")
			_, err = book.Post(t.Context(), sale("after", "CNY 2", begin))
			require.NoError(t, err)
			require.Equal(t, "CNY 7.00", must(book.Balance("asset/cash", money.CNY, time.Time{})).String())
		})
	}
}

func TestPost_Conflicts(t *testing.T) {
	t.Parallel()
	book := small(t)
	first := sale("a", "CNY 5", begin)
	require.Equal(t, ledger.Posted{New: 1, Known: 1}, must(book.Post(t.Context(), first, first)))
	require.Equal(t, ledger.Posted{Known: 1}, must(book.Post(t.Context(), first)))
	for _, other := range []ledger.Transaction{sale("a", "CNY 5.01", begin), sale("a", "USD 5", begin), sale("a", "CNY 5", begin+1),
		{ID: first.ID, At: first.At, Memo: "m", Postings: first.Postings}} {
		_, err := book.Post(t.Context(), other)
		var conflict *ledger.ConflictError
		require.ErrorAs(t, err, &conflict)
		require.Equal(t, first.ID, conflict.ID)
		_, err = book.Post(t.Context(), sale("b", "CNY 5", begin), sale("b", "CNY 6", begin))
		require.ErrorIs(t, err, ledger.ErrConflict, "within one call too")
	}
	back := must(first.Reversal(time.Unix(begin, 0), ""))
	second := back
	second.ID = ledger.IDOf("another")
	_, err := book.Post(t.Context(), back, second)
	require.ErrorIs(t, err, ledger.ErrReversal, "nothing is taken back twice")
	must(book.Post(t.Context(), back))
	_, err = book.Post(t.Context(), second)
	require.ErrorIs(t, err, ledger.ErrReversal, "nor in a later call")
	must(book.Post(t.Context(), sale("c", "CNY 1", begin), must(sale("c", "CNY 1", begin).Reversal(time.Unix(begin, 0), ""))))
	require.Equal(t, 4, book.Len())
}

// TestPost_Turnover: a call that was refused, or changed nothing, leaves no trace
// in what accounts can still take.
func TestPost_Turnover(t *testing.T) {
	t.Parallel()
	most := must(money.FromScaled(fixed.Max(), money.CNY))
	large := func(id string) ledger.Transaction {
		return ledger.Transaction{ID: ledger.IDOf(id), At: time.Unix(begin, 0), Postings: must(ledger.Move("income/sales", "asset/cash", most))}
	}
	book := small(t)
	for range 3 {
		_, err := book.Post(t.Context(), large("a"), sale("b", "CNY 1", begin))
		require.ErrorIs(t, err, money.ErrOverflow)
		_, err = book.Post(t.Context(), large("a"), ledger.Transaction{})
		require.Error(t, err)
	}
	require.Equal(t, ledger.Posted{New: 1, Known: 1}, must(book.Post(t.Context(), large("a"), large("a"))))
	require.Equal(t, ledger.Posted{Known: 1}, must(book.Post(t.Context(), large("a"))))
	_, err := book.Post(t.Context(), sale("b", "CNY 0.000000000000000001", begin))
	require.ErrorIs(t, err, money.ErrOverflow, "the account is full")
	require.Equal(t, most, must(book.Balance("asset/cash", money.CNY, time.Unix(begin, 1))))
}

func TestCloseBefore(t *testing.T) {
	t.Parallel()
	book := small(t)
	early := sale("a", "CNY 5", begin)
	must(book.Post(t.Context(), early))
	require.NoError(t, book.CloseBefore(t.Context(), time.Unix(begin+10, 0)))
	require.NoError(t, book.CloseBefore(t.Context(), time.Unix(begin, 0)), "an earlier time changes nothing")
	require.Equal(t, time.Unix(begin+10, 0).UTC(), book.Closed())

	_, err := book.Post(t.Context(), sale("b", "CNY 5", begin+9))
	var closed *ledger.ClosedError
	require.ErrorAs(t, err, &closed)
	require.Equal(t, book.Closed(), closed.Closed)
	require.Equal(t, ledger.Posted{Known: 1}, must(book.Post(t.Context(), early)), "what is in the book may be sent again")
	_, err = book.Reverse(t.Context(), early.ID, early.At, "")
	require.ErrorAs(t, err, &closed)
	_, err = book.Reverse(t.Context(), early.ID, book.Closed(), "a correction is a new entry")
	require.NoError(t, err)
	require.Error(t, book.CloseBefore(t.Context(), time.Time{}))
}

func TestOpenAccounts_Refuses(t *testing.T) {
	t.Parallel()
	book := small(t)
	was := book.Digest()
	for _, a := range []ledger.Account{
		{Path: "", Type: ledger.Asset, Currency: money.CNY},
		{Path: "/a", Type: ledger.Asset, Currency: money.CNY},
		{Path: "a//b", Type: ledger.Asset, Currency: money.CNY},
		{Path: "a/", Type: ledger.Asset, Currency: money.CNY},
		{Path: "a\x00", Type: ledger.Asset, Currency: money.CNY},
		{Path: "\xc3\x28", Type: ledger.Asset, Currency: money.CNY},
		{Path: ledger.Path(strings.Repeat("p", 257)), Type: ledger.Asset, Currency: money.CNY},
		{Path: ledger.Path("a" + strings.Repeat("/a", 16)), Type: ledger.Asset, Currency: money.CNY},
		{Path: "a", Type: 0, Currency: money.CNY},
		{Path: "a", Type: 6, Currency: money.CNY},
		{Path: "a", Type: ledger.Asset, Currency: "XXY"},
		{Path: "a", Type: ledger.Asset},
		{Path: "asset/cash", Type: ledger.Equity, Currency: money.EUR},
	} {
		err := book.OpenAccounts(t.Context(), ledger.Account{Path: "new", Type: ledger.Asset, Currency: money.CNY}, a)
		var field *ledger.FieldError
		require.ErrorAs(t, err, &field, "%q", a)
		require.Equal(t, was, book.Digest(), "all or none")
	}
	require.NoError(t, book.OpenAccounts(t.Context(), book.Accounts()...))
	require.Equal(t, was, book.Digest(), "accounts that are there")
}

func TestIDOf_CausesAreApart(t *testing.T) {
	t.Parallel()
	seen := map[ledger.ID]bool{}
	for _, causes := range [][]string{{}, {""}, {"", ""}, {"ab"}, {"a", "b"}, {"b", "a"}, {"a", "b", ""}} {
		seen[ledger.IDOf(causes...)] = true
	}
	require.Len(t, seen, 7)
	id := ledger.IDOf("a")
	var back ledger.ID
	require.NoError(t, back.UnmarshalText([]byte(id.String())))
	require.Equal(t, id, back)
	require.Error(t, back.UnmarshalText([]byte(strings.ToUpper(id.String()))))
	require.Error(t, back.UnmarshalText([]byte("12")))
	// The form of causes is kept for ever, so that what was posted is found
	// again. This one was hashed by another program (Python's hashlib).
	require.Equal(t, "2e89b18795b2791a35b20d9c1b956ca43f4520e171da6c962a75cca0eebb89e7", ledger.IDOf("invoice", "INV-1").String())
}

func TestBook_ConcurrentSafe(t *testing.T) {
	t.Parallel()
	book := small(t)
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Add(2)
		go func() {
			defer wg.Done()
			for i := range 200 {
				_, _ = book.Post(t.Context(), sale(fmt.Sprint(worker, i), "CNY 1", int64(begin+i%50)))
				_, _ = book.Post(t.Context(), sale(fmt.Sprint("all", i), "CNY 1", int64(begin)))
			}
		}()
		go func() {
			defer wg.Done()
			for i := range 100 {
				trial, err := book.Trial(time.Unix(int64(begin+i%60), 0))
				if err != nil || !trial.Balanced() {
					t.Error("a reader saw half a transaction")
				}
				_, _ = book.Statement("asset/cash", money.CNY, time.Time{}, time.Unix(begin+30, 0))
				for range book.Transactions(time.Time{}, time.Time{}) {
					break
				}
			}
		}()
	}
	wg.Wait()
	require.Equal(t, "CNY 1000.00", must(book.Balance("asset/cash", money.CNY, time.Time{})).String())
}
