package ledger_test

import (
	"math/big"
	"sort"
)

// slowBook is a ledger in maps of big integers: what a book has to agree with.
type slowBook struct {
	posted map[string]slowTransaction
	order  []string
	closed int64
	types  map[string]string // "path currency" of accounts
}

type slowTransaction struct {
	id, reverses string
	at           int64
	memo         string
	legs         []slowLeg
}

type slowLeg struct {
	account  string // "path currency"
	currency string
	amount   *big.Int
}

func newSlowBook() *slowBook {
	return &slowBook{posted: map[string]slowTransaction{}, types: map[string]string{}}
}

// post returns "new", "known" or why it is refused.
func (b *slowBook) post(t slowTransaction) string {
	sums := map[string]*big.Int{}
	for _, l := range t.legs {
		if b.types[l.account] == "" {
			return "unknown account"
		}
		if sums[l.currency] == nil {
			sums[l.currency] = new(big.Int)
		}
		sums[l.currency].Add(sums[l.currency], l.amount)
	}
	for _, s := range sums {
		if s.Sign() != 0 {
			return "unbalanced"
		}
	}
	if old, known := b.posted[t.id]; known {
		if old.same(t) {
			return "known"
		}
		return "conflict"
	}
	if t.at < b.closed {
		return "closed"
	}
	b.posted[t.id] = t
	b.order = append(b.order, t.id)
	return "new"
}

func (t slowTransaction) same(o slowTransaction) bool {
	if t.at != o.at || t.memo != o.memo || t.reverses != o.reverses || len(t.legs) != len(o.legs) {
		return false
	}
	for i, l := range t.legs {
		if l.account != o.legs[i].account || l.amount.Cmp(o.legs[i].amount) != 0 {
			return false
		}
	}
	return true
}

// balance adds up all that counts before a time.
func (b *slowBook) balance(account string, before int64) *big.Int {
	total := new(big.Int)
	for _, t := range b.posted {
		for _, l := range t.legs {
			if l.account == account && t.at < before {
				total.Add(total, l.amount)
			}
		}
	}
	return total
}

// statement returns the amounts of an account over a period, in order of time
// and then of entry.
func (b *slowBook) statement(account string, from, to int64) []*big.Int {
	type entry struct {
		at     int64
		amount *big.Int
	}
	var found []entry
	for _, id := range b.order {
		t := b.posted[id]
		for _, l := range t.legs {
			if l.account == account && t.at >= from && t.at < to {
				found = append(found, entry{t.at, l.amount})
			}
		}
	}
	sort.SliceStable(found, func(i, j int) bool { return found[i].at < found[j].at })
	amounts := make([]*big.Int, len(found))
	for i, e := range found {
		amounts[i] = e.amount
	}
	return amounts
}
