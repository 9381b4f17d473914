package posting_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/credit"
	"github.com/meterbook/meterbook/accounting/invoice"
	"github.com/meterbook/meterbook/accounting/ledger"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/posting"
	"github.com/meterbook/meterbook/accounting/seal"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

var (
	secret = must(seal.NewSecret(bytes.Repeat([]byte("s"), 32)))
	signer = must(seal.NewSigner("test/seal", ed25519.NewKeyFromSeed(make([]byte, 32))))
)

func TestDefaultRules_EveryCause(t *testing.T) {
	t.Parallel()
	rules := posting.DefaultRules()
	require.NoError(t, rules.Validate())
	require.Len(t, rules, len(posting.Causes()))
	back := must(posting.ParseRules(must(json.Marshal(rules))))
	require.Equal(t, rules, back)
	for _, cause := range posting.Causes() {
		tx, accounts, moves, err := rules.Transaction(posting.Document{Causes: []string{"x"}, At: end,
			Items: []posting.Item{{Cause: cause, Amount: fen(100), Tenant: "acme", Service: "s", Detail: "d"}}})
		require.NoError(t, err, cause)
		require.True(t, moves)
		require.Len(t, tx.Postings, 2)
		require.Equal(t, fen(100), tx.Postings[0].Amount, "debit first")
		for i, a := range accounts {
			require.NoError(t, a.Validate())
			require.Equal(t, tx.Postings[i].Path, a.Path)
		}
	}
}

func TestParseRules_Refuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		``, `{}`, `[{"on":"paid"}] []`, `[{"on":"bribed","debit":"assets/a","credit":"assets/b"}]`,
		`[{"on":"paid","debit":"assets/a","credit":"assets/a"}]`,
		`[{"on":"paid","debit":"cash","credit":"assets/b"}]`,
		`[{"on":"paid","debit":"assets//a","credit":"assets/b"}]`,
		`[{"on":"paid","debit":"assets/","credit":"assets/b"}]`,
		`[{"on":"paid","debit":"assets/{tenan}","credit":"assets/b"}]`,
		`[{"on":"paid","debit":"assets/x{tenant}","credit":"assets/b"}]`,
		`[{"on":"paid","debit":"{tenant}/a","credit":"assets/b"}]`,
		`[{"on":"paid","debit":"assets/a","credit":"assets/b","rate":"2"}]`,
		`[{"on":"paid","debit":"assets/a","credit":"assets/b"},{"on":"paid","debit":"assets/a","credit":"assets/c"}]`,
		strings.Repeat(" ", 70_000),
	} {
		_, err := posting.ParseRules([]byte(text))
		require.ErrorIs(t, err, posting.ErrRule, text[:min(len(text), 100)])
		require.True(t, strings.HasPrefix(err.Error(), "posting: "))
	}
}

func TestPost_Refuses(t *testing.T) {
	t.Parallel()
	item := posting.Item{Cause: posting.Charged, Amount: fen(1), Tenant: "acme"}
	with := func(change func(*posting.Item)) posting.Document {
		i := item
		change(&i)
		return posting.Document{Causes: []string{"x"}, At: end, Items: []posting.Item{i}}
	}
	book := ledger.New()
	poster := must(posting.New(book, posting.DefaultRules()))
	for _, c := range []struct {
		name string
		give posting.Document
		want error
	}{
		{"no causes", posting.Document{At: end, Items: []posting.Item{item}}, posting.ErrValue},
		{"unknown cause", with(func(i *posting.Item) { i.Cause = "bribed" }), posting.ErrRule},
		{"no tenant", with(func(i *posting.Item) { i.Tenant = "" }), posting.ErrValue},
		{"a cost centre for a tenant", with(func(i *posting.Item) { i.Tenant = "acme/team" }), posting.ErrValue},
		{"a path for a service", with(func(i *posting.Item) { i.Service = "a/b" }), posting.ErrValue},
		{"a service named as none is", with(func(i *posting.Item) { i.Service = "(none)" }), posting.ErrValue},
		{"lowest amount", with(func(i *posting.Item) { i.Amount = must(money.FromScaled(fixed.Min(), money.CNY)) }), money.ErrOverflow},
	} {
		was := book.Digest()
		_, err := poster.Post(t.Context(), posting.Document{Causes: []string{"good"}, At: end, Items: []posting.Item{item}}, c.give)
		require.ErrorIs(t, err, c.want, c.name)
		require.Equal(t, was, book.Digest(), "nothing is posted")
	}
	must(poster.Post(t.Context(), with(func(*posting.Item) {})))
	_, err := poster.Post(t.Context(), with(func(i *posting.Item) { i.Amount = fen(2) }))
	require.ErrorIs(t, err, ledger.ErrConflict, "the same causes with another amount")
	_, err = poster.Post(t.Context(), with(func(i *posting.Item) { i.Amount = fen(0) }))
	require.ErrorIs(t, err, ledger.ErrConflict, "the same causes with nothing")
	require.NoError(t, book.CloseBefore(t.Context(), last))
	late := with(func(i *posting.Item) {})
	late.Causes = []string{"late"}
	var closed *ledger.ClosedError
	_, err = poster.Post(t.Context(), late)
	require.ErrorAs(t, err, &closed)
	_, err = posting.New(book, posting.Rules{{On: "bribed"}})
	require.ErrorIs(t, err, posting.ErrRule)
	_, err = must(posting.New(ledger.New(), nil)).Post(t.Context(), late)
	require.ErrorIs(t, err, posting.ErrRule, "a cause without a rule")
	_, err = posting.Charges(posting.Bill{}, nil)
	require.ErrorIs(t, err, posting.ErrValue)
	_, err = posting.Cost{Cause: posting.EnergyUsed}.Document()
	require.ErrorIs(t, err, posting.ErrValue)
	_, err = posting.Cost{Cause: posting.EnergyUsed, ID: "1"}.Document(posting.Share{Tenant: "(unallocated)"})
	require.ErrorIs(t, err, posting.ErrValue)
	_, err = posting.Wallet{}.Lapsed(credit.GrantBalance{Held: fen(1)}, fen(0), end)
	require.ErrorIs(t, err, posting.ErrValue)
}

// TestInvoice_Month follows a prepaid and postpaid month through the book.
func TestInvoice_Month(t *testing.T) {
	t.Parallel()
	contract := accounting.Contract{Account: "acme", Card: &accounting.Card{ID: "gpu", Version: "3", Currency: money.CNY}}
	charges := []accounting.Charge{
		charge("acme/vision", accounting.AcceleratedCompute, "gpu", accounting.FromUsage, fen(100_000)),
		charge("acme/search", accounting.ModelInference, "tokens", accounting.FromUsage, fen(20_000)),
		charge("acme", "", "voucher", accounting.FromCredit, fen(-30_000)),
	}
	draft := must(invoice.NewDraft(contract, must(metering.NewPeriod(first, last)), slices.Values(charges)))
	book := ledger.New()
	poster := must(posting.New(book, posting.DefaultRules()))
	voucher := posting.Document{Causes: []string{"voucher"}, At: first, Items: []posting.Item{{Cause: posting.CreditSold, Amount: fen(50_000), Tenant: "acme"}}}
	must(poster.Post(t.Context(), voucher))
	must(poster.Post(t.Context(), must(posting.Charges(bill, slices.Values(charges)))...))
	must(poster.Post(t.Context(), posting.Invoice("INV-1", end, draft, posting.Tax{Name: "VAT", Amount: fen(5_400)})))
	must(poster.Post(t.Context(), posting.Payment("bank-77", "acme", last.Add(time.Hour), fen(95_400))))

	at := func(when time.Time, path ledger.Path) string {
		return must(must(book.Trial(when)).Under(path, money.CNY)).String()
	}
	require.Equal(t, "CNY -1200.00", at(last, "income"), "revenue of the month")
	require.Equal(t, "CNY -1000.00", at(last, "income/accelerated-compute/acme"))
	require.Equal(t, "CNY 954.00", at(last, "assets/receivable/acme"))
	require.Equal(t, "CNY 0.00", at(last, "assets/unbilled/acme"), "all of it was invoiced, or paid by credit")
	require.Equal(t, "CNY -200.00", at(last, "liabilities/deferred/acme"))
	require.Equal(t, "CNY -54.00", at(last, "liabilities/tax/VAT"))
	require.Equal(t, "CNY 0.00", at(time.Time{}, "assets/receivable/acme"))
	require.Equal(t, "CNY 1454.00", at(time.Time{}, "assets/cash"))

	empty := must(invoice.NewDraft(contract, must(metering.NewPeriod(first, last)), slices.Values([]accounting.Charge(nil))))
	require.Equal(t, ledger.Posted{}, must(poster.Post(t.Context(), posting.Invoice("INV-2", end, empty))), "nothing moves, nothing is posted")
}
