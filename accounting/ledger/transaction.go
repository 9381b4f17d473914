package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"time"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
)

// An ID names a transaction: the hash of what caused it, see [IDOf]. The zero
// ID names none.
type ID [32]byte

// IDOf returns the ID of a transaction with these causes, in this order: the
// SHA-256 of a fixed prefix and of each cause behind its length, so that no two
// lists of causes run into one. The same causes are the same transaction on
// every machine, which is what makes posting again a no-op.
//
// Name all that the transaction follows from, and nothing else: a document's
// number; or journal id, period, account, meter and the digest of the card.
func IDOf(causes ...string) ID {
	buf := make([]byte, 0, 256)
	buf = append(buf, "meterbook ledger id 1\n"...)
	for _, c := range causes {
		buf = binary.BigEndian.AppendUint64(buf, uint64(len(c)))
		buf = append(buf, c...)
	}
	return sha256.Sum256(buf)
}

// IsZero reports whether id names no transaction.
func (id ID) IsZero() bool { return id == ID{} }

// String returns the ID as 64 hexadecimal digits.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// MarshalText returns what String does.
func (id ID) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, id[:]), nil }

// UnmarshalText reads 64 hexadecimal digits in lower case, or returns a
// *[FieldError].
func (id *ID) UnmarshalText(text []byte) error {
	var got ID
	if len(text) == 2*len(got) {
		if _, err := hex.Decode(got[:], text); err == nil && got.String() == string(text) {
			*id = got
			return nil
		}
	}
	return &FieldError{"id", clip(string(text)), "want 64 hexadecimal digits in lower case"}
}

// A Posting is one leg of a transaction: an amount that an account is debited
// with, above 0, or credited with, below 0.
type Posting struct {
	Path   Path
	Amount money.Money // not 0; its currency says which account of the path it is
}

// Move returns the two postings that take an amount from one account to
// another: to is debited and from is credited. It fails with
// [money.ErrOverflow] for the single lowest amount.
func Move(from, to Path, amount money.Money) ([]Posting, error) {
	minus, err := amount.Neg()
	if err != nil {
		return nil, err
	}
	return []Posting{{to, amount}, {from, minus}}, nil
}

// Limits of a [Transaction].
const (
	MaxPostings  = 4096
	MaxMemoBytes = 256
)

// A Transaction is postings that belong together: debits equal credits in each
// currency. All of it but the ID is its body. The order of the postings is part
// of it.
type Transaction struct {
	ID ID
	// At is when it counts, which decides its period: from 1970 until before
	// 2200, in UTC nanoseconds. When it was entered is only in its place in the
	// book.
	At time.Time
	// Memo says to people what it is, in at most 256 bytes. Keep persons out of
	// it: what is entered stays.
	Memo string
	// Reverses is the transaction whose postings this one takes back, or zero.
	// See [Book.Reverse].
	Reverses ID
	Postings []Posting
}

// Reversal returns the transaction that takes t back: every amount with the
// other sign, under an ID that follows from t's alone, so that nothing is taken
// back twice. It fails with [money.ErrOverflow] for the single lowest amount.
func (t Transaction) Reversal(at time.Time, memo string) (Transaction, error) {
	r := Transaction{ID: IDOf("reversal", t.ID.String()), At: at, Memo: memo, Reverses: t.ID}
	r.Postings = make([]Posting, len(t.Postings))
	for i, p := range t.Postings {
		minus, err := p.Amount.Neg()
		if err != nil {
			return Transaction{}, refuse(t.ID, err)
		}
		r.Postings[i] = Posting{p.Path, minus}
	}
	return r, nil
}

// The range of times, in Unix seconds.
const (
	minTime = 0
	maxTime = 7_258_118_400 // 2200-01-01T00:00:00Z
)

// instant returns t in Unix nanoseconds.
func instant(t time.Time) (int64, error) {
	if s := t.Unix(); s < minTime || s >= maxTime {
		return 0, &FieldError{"time", t.UTC().Format(time.RFC3339), "want 1970 to 2199"}
	}
	return t.UnixNano(), nil
}

// sum is the total of one currency, which 256 bits hold whatever is added.
type sum struct {
	currency money.Currency
	total    fixed.Int256
}

// addTo adds an amount to the total of its currency. A transaction has few.
func addTo(sums []sum, m money.Money) []sum {
	for i := range sums {
		if sums[i].currency == m.Currency() {
			sums[i].total, _ = sums[i].total.Add(fixed.Wide(m.Scaled()))
			return sums
		}
	}
	return append(sums, sum{m.Currency(), fixed.Wide(m.Scaled())})
}
