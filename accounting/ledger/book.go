package ledger

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
)

// A Book is a double-entry ledger in memory, and in a [Store] if it was opened
// with one. Make it with [New] or [Open]. Its methods can be called from many
// goroutines at once: one writes at a time, and readers see a call's entries
// all or none.
type Book struct {
	write  sync.Mutex // one writer; it guards staged and broken, and alone changes what mu guards
	staged staged
	broken error
	store  Store

	mu       sync.RWMutex // what is below
	accounts []*account
	places   map[place]uint32
	types    map[Path]Type
	kept     kept
	ids      map[ID]uint32 // numbers of records
	reversed map[ID]ID
	closed   int64
}

// account is an account of a book, with what was posted to it.
type account struct {
	Account
	balance  fixed.Int128
	turnover fixed.Int128 // debits and credits, both above 0
	pending  fixed.Int128 // turnover of the call that is under way; guarded by write
	history  history
}

// money turns an amount of the account into money. The currency was checked
// when the account was opened.
func (a *account) money(v fixed.Int128) money.Money {
	m, _ := money.FromScaled(v, a.Currency)
	return m
}

// enter adds an amount that was found to fit.
func (a *account) enter(amount fixed.Int128) {
	a.balance, _ = a.balance.Add(amount)
	if amount.Sign() < 0 {
		amount, _ = amount.Neg()
	}
	a.turnover, _ = a.turnover.Add(amount)
}

// New returns an empty book in memory alone.
func New() *Book {
	return &Book{places: map[place]uint32{}, types: map[Path]Type{}, ids: map[ID]uint32{}, reversed: map[ID]ID{}}
}

// Open returns the book that is in a store, and keeps in it what is posted from
// now on. All records are read, and each is held against every rule that held
// when it was posted. The store stays the caller's to close.
//
// It fails with the store's error, or with [ErrReplay] for a record that is not
// what this package wrote there; nothing is changed.
func Open(ctx context.Context, store Store) (*Book, error) {
	b := New()
	n := 0
	for record, err := range store.Records(ctx) {
		n++
		if err != nil {
			return nil, fmt.Errorf("ledger: record %d: %w", n, err)
		}
		if err := b.replay(record); err != nil {
			return nil, fmt.Errorf("ledger: record %d: %w: %w", n, ErrReplay, err)
		}
	}
	b.staged.reset(b)
	b.store = store
	return b, nil
}

// OpenAccounts makes accounts that can be posted to, all or none. An account
// that is in the book already is no error; its path under another type is a
// *[FieldError], as is an account that is not valid. Other errors are those of
// the store, see [Book.Post].
func (b *Book) OpenAccounts(ctx context.Context, accounts ...Account) error {
	b.write.Lock()
	defer b.write.Unlock()
	b.staged.reset(b)
	for _, a := range accounts {
		if _, err := b.stageAccount(&b.staged, a); err != nil {
			return err
		}
	}
	return b.enter(ctx)
}

// Posted says what became of the transactions of a call.
type Posted struct {
	New   int // entered by this call
	Known int // in the book before, with the same body
}

// Post enters transactions, all or none. One that is in the book with the same
// body is known, and changes nothing, even if its period was closed since; the
// same id with another body is a *[ConflictError].
//
// It fails with an *[UnbalancedError], an *[UnknownAccountError], a
// *[ClosedError], a *[FieldError], [ErrReversal] or [ErrUnknown] for a reversal
// that is none, or [money.ErrOverflow] for an account's turnover beyond 128 bits; nothing
// has changed then. Of a book with a store it returns when the store has the
// entries; it fails with [ErrNotKept], and can be tried again, or with
// [ErrBroken]. A context that has ended is ErrNotKept, too, with its error; one
// that ends while a [Journal] writes changes nothing. A crash in between can leave the first of the transactions in
// the store: posting all of them again makes good the rest.
//
// In memory a transaction of two postings costs about a microsecond.
func (b *Book) Post(ctx context.Context, transactions ...Transaction) (Posted, error) {
	b.write.Lock()
	defer b.write.Unlock()
	s := &b.staged
	s.reset(b)
	var n Posted
	for i := range transactions {
		fresh, err := b.stageTransaction(s, &transactions[i])
		if err != nil {
			return Posted{}, err
		}
		if !fresh {
			n.Known++
			continue
		}
		n.New++
		if len(transactions) > 1 {
			if s.ids == nil {
				s.ids = make(map[ID]int)
			}
			s.ids[transactions[i].ID] = len(s.items) - 1
		}
	}
	if err := b.enter(ctx); err != nil {
		return Posted{}, err
	}
	return n, nil
}

// Reverse enters the reversal of a transaction and returns it, see
// [Transaction.Reversal]. The same reversal again changes nothing; at another
// time or with another memo it is a *[ConflictError], as nothing is taken back
// twice. It fails with [ErrUnknown], and as [Book.Post] does.
func (b *Book) Reverse(ctx context.Context, id ID, at time.Time, memo string) (Transaction, error) {
	t, known := b.Transaction(id)
	if !known {
		return Transaction{}, refuse(id, ErrUnknown)
	}
	r, err := t.Reversal(at, memo)
	if err != nil {
		return Transaction{}, err
	}
	_, err = b.Post(ctx, r)
	return r, err
}

// CloseBefore closes all periods that end at or before a time: what counts
// before it is refused from now on with a *[ClosedError]. Nothing opens a
// period again, so an earlier time changes nothing. Errors are a *[FieldError]
// and those of the store.
func (b *Book) CloseBefore(ctx context.Context, before time.Time) error {
	at, err := instant(before)
	if err != nil {
		return err
	}
	b.write.Lock()
	defer b.write.Unlock()
	s := &b.staged
	s.reset(b)
	if at > b.closed {
		s.add(closeRecord, appendClose(s.buf, at))
		s.items[0].at = at
	}
	return b.enter(ctx)
}

// enter writes what is staged to the store, and then into the book.
func (b *Book) enter(ctx context.Context) error {
	s := &b.staged
	if b.broken != nil {
		return fmt.Errorf("ledger: %w: %w", ErrBroken, b.broken)
	}
	if len(s.items) == 0 {
		return nil
	}
	if b.store != nil {
		if err := ctx.Err(); err != nil { // before anything is under way
			return fmt.Errorf("ledger: %w: %w", ErrNotKept, err)
		}
		if err := b.store.Append(ctx, uint64(b.kept.len())+1, s.records()); err != nil {
			if errors.Is(err, ErrNotKept) {
				return fmt.Errorf("ledger: %w", err)
			}
			b.broken = err
			return fmt.Errorf("ledger: %w: %w", ErrBroken, err)
		}
	}
	b.apply(s)
	return nil
}

// apply enters what is staged.
func (b *Book) apply(s *staged) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range s.items {
		it := &s.items[i]
		n := b.kept.add(s.buf[it.start:it.end])
		switch it.kind {
		case accountRecord:
			b.places[place{it.account.Path, it.account.Currency}] = uint32(len(b.accounts))
			b.types[it.account.Path] = it.account.Type
			b.accounts = append(b.accounts, &account{Account: it.account})
		case closeRecord:
			b.closed = it.at
		case transactionRecord:
			b.ids[it.id] = n
			if !it.reverses.IsZero() {
				b.reversed[it.reverses] = it.id
			}
			for _, l := range s.legs[it.legs:it.upTo] {
				a := b.accounts[l.account]
				a.enter(l.amount)
				a.history.moves = append(a.history.moves, move{it.at, n, l.amount})
			}
		}
	}
}
