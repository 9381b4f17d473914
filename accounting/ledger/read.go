package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"iter"
	"slices"
	"time"
)

// Closed returns the time before which the book is closed, or the zero time.
func (b *Book) Closed() time.Time {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if b.closed == 0 {
		return time.Time{}
	}
	return time.Unix(0, b.closed).UTC()
}

// Accounts returns the accounts, by path and currency.
func (b *Book) Accounts() []Account {
	b.mu.RLock()
	defer b.mu.RUnlock()
	all := make([]Account, len(b.accounts))
	for i, a := range b.accounts {
		all[i] = a.Account
	}
	slices.SortFunc(all, Account.compare)
	return all
}

// Transaction returns the transaction of an ID, and whether there is one.
func (b *Book) Transaction(id ID) (Transaction, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	n, known := b.ids[id]
	if !known {
		return Transaction{}, false
	}
	h, _ := readHeader(b.kept.at(n))
	return b.transaction(h), true
}

// Len returns the number of transactions.
func (b *Book) Len() int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return len(b.ids)
}

// Transactions yields the transactions that count from a time until before
// another, in the order in which they were entered; zero times are no bounds.
// What is posted meanwhile may be among them or not.
func (b *Book) Transactions(from, to time.Time) iter.Seq[Transaction] {
	return func(yield func(Transaction) bool) {
		for n := uint32(0); ; n++ {
			t, more := b.within(n, from, to)
			if !more || t != nil && !yield(*t) {
				return
			}
		}
	}
}

// within returns the transaction of a record, if it is one in these bounds.
func (b *Book) within(n uint32, from, to time.Time) (t *Transaction, more bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if int(n) >= b.kept.len() {
		return nil, false
	}
	h, ok := readHeader(b.kept.at(n))
	if !ok {
		return nil, true
	}
	if at := time.Unix(0, h.at); at.Before(from) || !to.IsZero() && !at.Before(to) {
		return nil, true
	}
	whole := b.transaction(h)
	return &whole, true
}

// Digest returns the SHA-256 of all that was entered, in order: books with the
// same digest are the same to the byte. It reads all records.
func (b *Book) Digest() [32]byte {
	b.mu.RLock()
	defer b.mu.RUnlock()
	h := sha256.New()
	var length [4]byte
	for n := range uint32(b.kept.len()) {
		record := b.kept.at(n)
		binary.BigEndian.PutUint32(length[:], uint32(len(record)))
		h.Write(length[:])
		h.Write(record)
	}
	return [32]byte(h.Sum(nil))
}
