package posting

import (
	"context"

	"github.com/meterbook/meterbook/accounting/ledger"
)

// A Poster posts documents to a book by rules. Make it with [New]. It keeps
// nothing of its own, and is for many goroutines.
type Poster struct {
	book  *ledger.Book
	rules Rules
}

// New returns a poster. It fails with [ErrRule].
func New(book *ledger.Book, rules Rules) (*Poster, error) {
	if err := rules.Validate(); err != nil {
		return nil, err
	}
	return &Poster{book, append(Rules(nil), rules...)}, nil
}

// Post posts documents, all or none, and opens the accounts they need. What is in
// the book already is known and changes nothing, so a program that does not know
// how far it came posts everything again.
//
// It fails with [ErrRule] or [ErrValue], and as [ledger.Book.Post] does: with a
// *[ledger.ConflictError] for the causes of a document that was posted with other
// items, also where they come to nothing now, and a *[ledger.ClosedError] for a
// document of a closed period. Accounts may have been opened then; they are empty.
func (p *Poster) Post(ctx context.Context, documents ...Document) (ledger.Posted, error) {
	var transactions []ledger.Transaction
	var accounts []ledger.Account
	for _, d := range documents {
		t, needs, moves, err := p.rules.Transaction(d)
		if err != nil {
			return ledger.Posted{}, err
		}
		if moves {
			transactions = append(transactions, t)
			accounts = append(accounts, needs...)
		} else if _, known := p.book.Transaction(t.ID); known { // with something that moved
			return ledger.Posted{}, &ledger.ConflictError{ID: t.ID}
		}
	}
	if err := p.book.OpenAccounts(ctx, accounts...); err != nil {
		return ledger.Posted{}, err
	}
	return p.book.Post(ctx, transactions...)
}
