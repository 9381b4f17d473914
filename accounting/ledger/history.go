package ledger

import (
	"cmp"
	"slices"
	"sort"
	"sync"
	"time"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
)

// history is what was posted to an account. Moves are in the order in which
// they were entered; the index has them in order of time, with the balance
// after each, and is brought up to date when someone asks.
type history struct {
	moves []move

	mu    sync.Mutex // readers of the book share it; a writer is alone
	index []balance
}

// move is one posting.
type move struct {
	at     int64
	record uint32
	amount fixed.Int128
}

// balance is what an account has after a move.
type balance struct {
	move
	after fixed.Int128
}

// byTime returns the index of all moves. The result is not to be changed.
func (h *history) byTime() []balance {
	h.mu.Lock()
	defer h.mu.Unlock()
	fresh := h.moves[len(h.index):]
	if len(fresh) == 0 {
		return h.index
	}
	inOrder := slices.IsSortedFunc(fresh, func(a, b move) int { return cmp.Compare(a.at, b.at) }) &&
		(len(h.index) == 0 || h.index[len(h.index)-1].at <= fresh[0].at)
	from := len(h.index)
	if !inOrder {
		h.index, from = slices.Clone(h.index), 0 // others may be reading the old one
	}
	for _, m := range fresh {
		h.index = append(h.index, balance{move: m})
	}
	if !inOrder {
		slices.SortStableFunc(h.index, func(a, b balance) int {
			return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.record, b.record))
		})
	}
	var sum fixed.Int128 // no part of the moves overflows, as the turnover does not
	if from > 0 {
		sum = h.index[from-1].after
	}
	for i := from; i < len(h.index); i++ {
		sum, _ = sum.Add(h.index[i].amount)
		h.index[i].after = sum
	}
	return h.index
}

// before returns how many moves of an index count before t; all for no time.
func before(index []balance, t time.Time) int {
	if t.IsZero() {
		return len(index)
	}
	return sort.Search(len(index), func(i int) bool { return !time.Unix(0, index[i].at).Before(t) })
}

// at returns the balance before a time.
func (h *history) at(t time.Time) fixed.Int128 {
	index := h.byTime()
	n := before(index, t)
	if n == 0 {
		return fixed.Int128{}
	}
	return index[n-1].after
}

// Balance returns debits less credits of an account, of all that counts before
// a time; the zero time has it all. What is posted late, with an earlier time,
// counts from then on. It fails with an *[UnknownAccountError].
//
// It costs a search, and the first time after a late posting a sort of the
// account's postings.
func (b *Book) Balance(path Path, currency money.Currency, at time.Time) (money.Money, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	a, err := b.find(path, currency)
	if err != nil {
		return money.Money{}, err
	}
	if at.IsZero() {
		return a.money(a.balance), nil
	}
	return a.money(a.history.at(at)), nil
}

func (b *Book) find(path Path, currency money.Currency) (*account, error) {
	n, known := b.places[place{path, currency}]
	if !known {
		return nil, &UnknownAccountError{path, currency}
	}
	return b.accounts[n], nil
}
