package credit

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/meterbook/meterbook/accounting/money"
)

// An Op is what an entry does to a wallet.
type Op uint8

// The ops.
const (
	Opened    Op = iota + 1 // Currency, HoldFor, Remember; Amount is the overdraft
	Granted                 // ID, Amount, Priority, Expires
	Renewed                 // the same, and Of and Rollover; Amount is without what was carried over
	Reserved                // ID, Amount
	Committed               // ID, Amount
	Released                // ID
)

var opNames = []string{"", "opened", "granted", "renewed", "reserved", "committed", "released"}

// String returns the name, such as "reserved", or "invalid".
func (o Op) String() string {
	if o == 0 || int(o) >= len(opNames) {
		return "invalid"
	}
	return opNames[o]
}

// MarshalText returns the name, or [ErrReplay] for what is no op.
func (o Op) MarshalText() ([]byte, error) {
	if o == 0 || int(o) >= len(opNames) {
		return nil, fmt.Errorf("credit: op %d: %w", o, ErrReplay)
	}
	return []byte(o.String()), nil
}

// UnmarshalText reads a name, or returns [ErrReplay].
func (o *Op) UnmarshalText(text []byte) error {
	i := slices.Index(opNames, string(text))
	if i < 1 {
		return fmt.Errorf("credit: op %s: %w", quote(string(text)), ErrReplay)
	}
	*o = Op(i)
	return nil
}

// An Entry is one change of a wallet, for a journal to keep. Entries that are
// given to [Replay] in order make the wallet again. What expires has no entry:
// it follows from time. JSON holds an entry exactly.
type Entry struct {
	Seq      uint64         `json:"seq"` // 1, 2, 3, …
	At       time.Time      `json:"at"`
	Op       Op             `json:"op"`
	ID       string         `json:"id,omitempty"`
	Of       string         `json:"of,omitempty"`
	Amount   money.Money    `json:"amount,omitzero"`
	Priority int            `json:"priority,omitempty"`
	Expires  time.Time      `json:"expires,omitzero"`
	Rollover Rollover       `json:"rollover,omitzero"`
	Currency money.Currency `json:"currency,omitempty"`
	HoldFor  time.Duration  `json:"hold_for,omitempty"`
	Remember time.Duration  `json:"remember,omitempty"`
}

// Replay makes a wallet from its entries, and goes on with the journal. It is
// the wallet that wrote them: grants, holds and remembered ids are the same.
//
// It returns [ErrSequence] for an entry that is missing or out of order, and
// [ErrReplay] for one that does not fit, both naming the entry, or the error of
// the sequence.
func Replay(entries iter.Seq2[Entry, error], journal func(Entry) error) (*Wallet, error) {
	var w *Wallet
	seq := uint64(0)
	for e, err := range entries {
		if err != nil {
			return nil, fmt.Errorf("credit: entry after %d: %w", seq, err)
		}
		if w, err = w.after(e); err != nil {
			return nil, err
		}
		seq = w.seq
	}
	if w == nil {
		return nil, fmt.Errorf("credit: %w: %w", ErrReplay, errors.New("no entries"))
	}
	w.journal = journal
	return w, nil
}

// after returns the wallet after one more entry. Before the first one it is nil.
func (w *Wallet) after(e Entry) (*Wallet, error) {
	seq := uint64(1)
	if w != nil {
		seq = w.seq + 1
	}
	switch {
	case e.Seq != seq:
		return nil, fmt.Errorf("credit: entry %d, want %d: %w", e.Seq, seq, ErrSequence)
	case (w == nil) != (e.Op == Opened):
		return nil, fmt.Errorf("credit: entry %d is %s: %w: the first one, and no other, opens", seq, e.Op, ErrReplay)
	}
	var err error
	if w == nil {
		w, err = NewWallet(Terms{e.Currency, e.HoldFor, e.Remember, e.Amount}, e.At, nil)
	} else {
		err = w.redo(e)
	}
	if err != nil {
		return nil, fmt.Errorf("credit: entry %d: %w: %w", seq, ErrReplay, err)
	}
	if w.seq != seq {
		return nil, fmt.Errorf("credit: entry %d: %w: it changes nothing", seq, ErrReplay)
	}
	return w, nil
}

// redo makes the change of an entry.
func (w *Wallet) redo(e Entry) error {
	g := Grant{e.ID, e.Amount, e.Priority, e.Expires}
	switch e.Op {
	case Granted:
		return w.Grant(g, e.At)
	case Renewed:
		return w.Renew(e.Of, e.Rollover, g, e.At)
	case Reserved:
		return w.Reserve(e.ID, e.Amount, e.At)
	case Committed:
		return w.Commit(e.ID, e.Amount, e.At)
	case Released:
		return w.Release(e.ID, e.At)
	default:
		return ErrReplay
	}
}
