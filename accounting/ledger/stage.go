package ledger

import (
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
)

// staged is what one call adds to the book, checked and not yet entered. It is
// used again by the next call.
type staged struct {
	buf     []byte // the records, one behind the other
	items   []item
	legs    []leg
	ids     map[ID]int // of a call with several transactions: its items
	places  map[place]uint32
	types   map[Path]Type
	sums    []sum
	touched []uint32 // accounts with something pending
}

// item is one record of the buffer.
type item struct {
	kind       byte
	start, end int
	account    Account
	id         ID
	reverses   ID
	at         int64
	legs, upTo int
}

func (s *staged) reset(b *Book) {
	for _, n := range s.touched {
		b.accounts[n].pending = fixed.Int128{}
	}
	clear(s.ids)
	clear(s.places)
	clear(s.types)
	s.buf, s.items, s.legs, s.touched = s.buf[:0], s.items[:0], s.legs[:0], s.touched[:0]
}

// add takes the buffer with one more record.
func (s *staged) add(kind byte, buf []byte) {
	s.items = append(s.items, item{kind: kind, start: len(s.buf), end: len(buf)})
	s.buf = buf
}

// records returns what a store is given.
func (s *staged) records() [][]byte {
	records := make([][]byte, len(s.items))
	for i, it := range s.items {
		records[i] = s.buf[it.start:it.end:it.end]
	}
	return records
}

// stageAccount reports whether the account is new.
func (b *Book) stageAccount(s *staged, a Account) (bool, error) {
	if err := a.Validate(); err != nil {
		return false, err
	}
	old, known := b.types[a.Path]
	if t, here := s.types[a.Path]; here {
		old, known = t, true
	}
	if known && old != a.Type {
		return false, &FieldError{"type", a.Type.String(), "the path " + clip(string(a.Path)) + " is in the book as " + old.String()}
	}
	at := place{a.Path, a.Currency}
	if _, known := b.places[at]; known {
		return false, nil
	}
	if _, known := s.places[at]; known {
		return false, nil
	}
	if s.places == nil {
		s.places, s.types = make(map[place]uint32), make(map[Path]Type)
	}
	s.places[at], s.types[a.Path] = uint32(len(s.places)), a.Type
	s.add(accountRecord, appendAccount(s.buf, a))
	s.items[len(s.items)-1].account = a
	return true, nil
}

// stageTransaction reports whether the transaction is new.
func (b *Book) stageTransaction(s *staged, t *Transaction) (bool, error) {
	at, err := t.check()
	if err != nil {
		return false, err
	}
	first := len(s.legs)
	s.sums = s.sums[:0]
	for _, p := range t.Postings {
		if p.Amount.IsZero() {
			return false, &FieldError{"amount of " + clip(string(p.Path)), p.Amount.String(), "want an amount that is not 0"}
		}
		n, known := b.places[place{p.Path, p.Amount.Currency()}]
		if !known {
			return false, &UnknownAccountError{p.Path, p.Amount.Currency()}
		}
		s.legs = append(s.legs, leg{n, p.Amount.Scaled()})
		s.sums = addTo(s.sums, p.Amount)
	}
	if err := unbalanced(t.ID, s.sums); err != nil {
		return false, err
	}
	legs := s.legs[first:]
	buf := appendTransaction(s.buf, t, at, legs)
	if old, known := b.record(s, t.ID); known {
		if string(old) != string(buf[len(s.buf):]) {
			return false, &ConflictError{t.ID}
		}
		s.legs = s.legs[:first]
		return false, nil
	}
	if at < b.closed {
		return false, &ClosedError{t.ID, t.At, b.Closed()}
	}
	if err := b.checkReversal(s, t, legs); err != nil {
		return false, err
	}
	for _, l := range legs {
		if err := b.pend(s, l); err != nil {
			return false, refuse(t.ID, err)
		}
	}
	s.add(transactionRecord, buf)
	it := &s.items[len(s.items)-1]
	it.id, it.reverses, it.at, it.legs, it.upTo = t.ID, t.Reverses, at, first, len(s.legs)
	return true, nil
}

// check holds a transaction to what needs no book.
func (t *Transaction) check() (at int64, err error) {
	if t.ID.IsZero() {
		return 0, &FieldError{"id", "", "want the hash of what caused the transaction"}
	}
	if n := len(t.Postings); n < 2 || n > MaxPostings {
		return 0, &FieldError{"postings of transaction", short(t.ID), "want 2 to 4096"}
	}
	if err := checkText("memo", t.Memo, 0, MaxMemoBytes); err != nil {
		return 0, err
	}
	return instant(t.At)
}

// pend holds a leg to its account's turnover: while debits and credits together
// fit, so does every sum of some of them, in whatever order they count.
func (b *Book) pend(s *staged, l leg) error {
	a, size := b.accounts[l.account], l.amount
	ok := true
	if size.Sign() < 0 {
		size, ok = size.Neg()
	}
	pending, ok1 := a.pending.Add(size)
	_, ok2 := a.turnover.Add(pending)
	if !ok || !ok1 || !ok2 {
		return money.ErrOverflow
	}
	a.pending = pending
	s.touched = append(s.touched, l.account)
	return nil
}

// record returns the record of a transaction that is in the book or before it
// in the same call.
func (b *Book) record(s *staged, id ID) ([]byte, bool) {
	if n, known := b.ids[id]; known {
		return b.kept.at(n), true
	}
	if i, known := s.ids[id]; known {
		return s.buf[s.items[i].start:s.items[i].end], true
	}
	return nil, false
}

// checkReversal holds a reversal to what it reverses: leg by leg its opposite,
// and nothing else reverses it.
func (b *Book) checkReversal(s *staged, t *Transaction, legs []leg) error {
	if t.Reverses.IsZero() {
		return nil
	}
	old, known := b.record(s, t.Reverses)
	if !known {
		return refuse(t.Reverses, ErrUnknown)
	}
	if _, twice := b.reversed[t.Reverses]; twice {
		return refuse(t.ID, ErrReversal)
	}
	for _, it := range s.items {
		if it.reverses == t.Reverses {
			return refuse(t.ID, ErrReversal)
		}
	}
	h, _ := readHeader(old)
	if h.len() != len(legs) {
		return refuse(t.ID, ErrReversal)
	}
	for i, l := range legs {
		o := h.leg(i)
		if minus, ok := o.amount.Neg(); !ok || o.account != l.account || minus != l.amount {
			return refuse(t.ID, ErrReversal)
		}
	}
	return nil
}
