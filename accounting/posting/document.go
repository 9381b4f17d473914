package posting

import (
	"strings"
	"time"

	"github.com/meterbook/meterbook/accounting/ledger"
	"github.com/meterbook/meterbook/accounting/money"
)

// An Item is one amount of a document.
type Item struct {
	Cause   Cause
	Amount  money.Money // below 0 goes the other way; 0 is left out
	Tenant  string
	Service string
	Detail  string // which tax, cost or supplier
}

// A Document is what one transaction is made of: all of its items or none.
type Document struct {
	// Causes are what the document follows from, and nothing else: the
	// transaction's ID is their hash. A document with the same causes has the
	// same items, or it is a conflict.
	Causes []string
	At     time.Time // when it counts
	Memo   string    // for people; no persons in it
	Items  []Item
}

// Transaction returns the transaction of a document and the accounts it needs.
// Amounts of one account are put together. It reports false for a document that
// moves nothing. It fails with [ErrRule], [ErrValue] or [money.ErrOverflow].
func (r Rules) Transaction(d Document) (t ledger.Transaction, accounts []ledger.Account, moves bool, err error) {
	if len(d.Causes) == 0 {
		return t, nil, false, refuse(ErrValue, "document %s without causes", quote(d.Memo))
	}
	t = ledger.Transaction{ID: ledger.IDOf(append([]string{"posting"}, d.Causes...)...), At: d.At, Memo: d.Memo}
	for _, item := range d.Items {
		if item.Amount.IsZero() {
			continue
		}
		rule, err := r.find(item.Cause)
		if err != nil {
			return t, nil, false, err
		}
		minus, err := item.Amount.Neg()
		if err != nil {
			return t, nil, false, refuse(err, "%s", item.Cause)
		}
		for _, side := range [...]struct {
			path   string
			amount money.Money
		}{{rule.Debit, item.Amount}, {rule.Credit, minus}} {
			path, err := fill(side.path, item)
			if err != nil {
				return t, nil, false, err
			}
			if t.Postings, err = put(t.Postings, ledger.Posting{Path: path, Amount: side.amount}); err != nil {
				return t, nil, false, refuse(err, "%s", item.Cause)
			}
		}
	}
	kept := t.Postings[:0]
	for _, p := range t.Postings {
		if !p.Amount.IsZero() {
			kind, _ := typeOf(string(p.Path))
			accounts = append(accounts, ledger.Account{Path: p.Path, Type: kind, Currency: p.Amount.Currency()})
			kept = append(kept, p)
		}
	}
	t.Postings = kept
	return t, accounts, len(kept) > 0, nil
}

// put adds a posting to that of its account. Documents have few.
func put(all []ledger.Posting, p ledger.Posting) ([]ledger.Posting, error) {
	for i := range all {
		if all[i].Path == p.Path && all[i].Amount.Currency() == p.Amount.Currency() {
			sum, err := all[i].Amount.Add(p.Amount)
			all[i].Amount = sum
			return all, err
		}
	}
	return append(all, p), nil
}

// none stands in a path where an item has no service or detail, so that it is
// told from all that have one.
const none = "(none)"

// fill puts the values of an item into a path.
func fill(path string, item Item) (ledger.Path, error) {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		for _, place := range places(item) {
			if segment != place[0] {
				continue
			}
			value := place[1]
			switch {
			case value == "" && place[0] != "{tenant}":
				value = none
			case value == "" || value == none || strings.Contains(value, "/"):
				return "", refuse(ErrValue, "%s: %s of %s: want a name without '/'", item.Cause, place[0], quote(value))
			}
			segments[i] = value
		}
	}
	return ledger.Path(strings.Join(segments, "/")), nil
}
