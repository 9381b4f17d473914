package ledger

import (
	"fmt"
	"slices"
	"time"

	"github.com/meterbook/meterbook/accounting/money"
)

// A Row is an account with its balance: debits less credits.
type Row struct {
	Account Account
	Balance money.Money
}

// A Total is what the rows of one currency come to: their debit balances, and
// their credit balances as an amount above 0. The two are equal.
type Total struct {
	Currency      money.Currency
	Debit, Credit money.Money
}

// A Trial is a trial balance: all accounts with what they have before a time.
type Trial struct {
	At     time.Time // zero for all there is
	Rows   []Row     // by path and currency
	Totals []Total   // by currency
}

// Trial returns the trial balance of what counts before a time; the zero time
// has it all. It fails with [money.ErrOverflow] where the balances of a
// currency sum to more than 128 bits hold.
func (b *Book) Trial(at time.Time) (Trial, error) {
	t := Trial{At: at}
	b.mu.RLock()
	for _, a := range b.accounts {
		v := a.balance
		if !at.IsZero() {
			v = a.history.at(at)
		}
		t.Rows = append(t.Rows, Row{a.Account, a.money(v)})
	}
	b.mu.RUnlock()
	slices.SortFunc(t.Rows, func(x, y Row) int { return x.Account.compare(y.Account) })
	for _, r := range t.Rows {
		if err := t.count(r); err != nil {
			return Trial{}, fmt.Errorf("ledger: trial balance: %w", err)
		}
	}
	return t, nil
}

// count adds a row to its currency's total.
func (t *Trial) count(r Row) (err error) {
	i, found := slices.BinarySearchFunc(t.Totals, r.Account.Currency, func(x Total, c money.Currency) int {
		switch {
		case x.Currency < c:
			return -1
		case x.Currency > c:
			return +1
		}
		return 0
	})
	if !found {
		zero, err := money.FromMinor(0, r.Account.Currency)
		if err != nil {
			return err
		}
		t.Totals = slices.Insert(t.Totals, i, Total{r.Account.Currency, zero, zero})
	}
	total := &t.Totals[i]
	if r.Balance.Sign() >= 0 {
		total.Debit, err = total.Debit.Add(r.Balance)
	} else {
		total.Credit, err = total.Credit.Sub(r.Balance)
	}
	return err
}

// Balanced reports whether debits are credits in each currency. It is always
// so; who reads a trial balance from elsewhere can ask.
func (t Trial) Balanced() bool {
	return !slices.ContainsFunc(t.Totals, func(x Total) bool { return x.Debit != x.Credit })
}

// Under returns the sum of the balances at a path and below it, in one
// currency: "expense" is all that was spent, "" is 0. It fails with
// [money.ErrOverflow].
func (t Trial) Under(path Path, currency money.Currency) (money.Money, error) {
	return t.sum(currency, func(a Account) bool { return path.Contains(a.Path) })
}

// Of returns the sum of the balances of one type, in one currency. Assets and
// expenses less liabilities, equity and income are 0. It fails with
// [money.ErrOverflow].
func (t Trial) Of(kind Type, currency money.Currency) (money.Money, error) {
	return t.sum(currency, func(a Account) bool { return a.Type == kind })
}

func (t Trial) sum(currency money.Currency, counts func(Account) bool) (money.Money, error) {
	total, err := money.FromMinor(0, currency)
	for _, r := range t.Rows {
		if err == nil && r.Account.Currency == currency && counts(r.Account) {
			total, err = total.Add(r.Balance)
		}
	}
	if err != nil {
		return money.Money{}, fmt.Errorf("ledger: sum of balances: %w", err)
	}
	return total, nil
}
