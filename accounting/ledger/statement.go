package ledger

import (
	"fmt"
	"time"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
)

// A Line is one posting on a statement.
type Line struct {
	ID      ID // of the transaction
	At      time.Time
	Memo    string
	Amount  money.Money // a debit above 0, a credit below
	Balance money.Money // after it
}

// A Statement is what happened to an account between two times: Opening and
// the amounts of its lines are Closing, and Closing is the Opening of the next.
type Statement struct {
	Account          Account
	From, To         time.Time
	Opening, Closing money.Money
	Debits, Credits  money.Money // both 0 or above
	Lines            []Line      // in order of time, and of entry where times are equal
}

// Statement returns the statement of an account over [from, to); a zero time is
// no bound. It fails with an *[UnknownAccountError], and with a *[FieldError]
// for a to that is before from.
func (b *Book) Statement(path Path, currency money.Currency, from, to time.Time) (Statement, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	a, err := b.find(path, currency)
	if err != nil {
		return Statement{}, err
	}
	if !to.IsZero() && to.Before(from) {
		return Statement{}, &FieldError{"period", fmt.Sprint(to.UTC()), "want an end that is not before the start"}
	}
	index := a.history.byTime()
	first, end := before(index, from), before(index, to)
	if from.IsZero() {
		first = 0
	}
	s := Statement{Account: a.Account, From: from, To: to, Lines: make([]Line, 0, end-first)}
	var opening, debits, credits fixed.Int128
	if first > 0 {
		opening = index[first-1].after
	}
	closing := opening
	for _, m := range index[first:end] {
		closing = m.after
		if m.amount.Sign() > 0 {
			debits, _ = debits.Add(m.amount)
		} else {
			credits, _ = credits.Sub(m.amount)
		}
		h, _ := readHeader(b.kept.at(m.record))
		s.Lines = append(s.Lines, Line{h.id, time.Unix(0, m.at).UTC(), string(h.memo), a.money(m.amount), a.money(m.after)})
	}
	s.Opening, s.Closing, s.Debits, s.Credits = a.money(opening), a.money(closing), a.money(debits), a.money(credits)
	return s, nil
}
