package ledger

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
)

// Records are what a book is made of, in order: their kind and then, big-endian,
//
//	'A'  type (1 byte), currency (3), path (to the end)
//	'C'  time before which the book is closed (8)
//	'T'  id (32), time (8), memo's length (2) and memo, id it reverses (32, zero for none),
//	     number of postings (2), and of each the account's number (4) and amount (16, at scale 18)
//
// Accounts are numbered from 0, in order of their records.
const (
	accountRecord     = 'A'
	closeRecord       = 'C'
	transactionRecord = 'T'

	legBytes = 4 + 16
	// maxRecordBytes bounds what is decoded.
	maxRecordBytes = 1 + 32 + 8 + 2 + MaxMemoBytes + 32 + 2 + MaxPostings*legBytes
)

// leg is a posting by the account's number.
type leg struct {
	account uint32
	amount  fixed.Int128
}

func appendAccount(b []byte, a Account) []byte {
	b = append(b, accountRecord, byte(a.Type))
	b = append(b, a.Currency...)
	return append(b, a.Path...)
}

func appendClose(b []byte, before int64) []byte {
	return binary.BigEndian.AppendUint64(append(b, closeRecord), uint64(before))
}

func appendTransaction(b []byte, t *Transaction, at int64, legs []leg) []byte {
	b = append(b, transactionRecord)
	b = append(b, t.ID[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(at))
	b = binary.BigEndian.AppendUint16(b, uint16(len(t.Memo)))
	b = append(b, t.Memo...)
	b = append(b, t.Reverses[:]...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(legs)))
	for _, l := range legs {
		b = binary.BigEndian.AppendUint32(b, l.account)
		b = binary.BigEndian.AppendUint64(b, uint64(l.amount.Hi))
		b = binary.BigEndian.AppendUint64(b, l.amount.Lo)
	}
	return b
}

// header is a transaction's record without what it moves.
type header struct {
	id, reverses ID
	at           int64
	memo         []byte
	legs         []byte
}

// readHeader takes a transaction's record apart.
func readHeader(b []byte) (h header, ok bool) {
	const fixedPart = 1 + 32 + 8 + 2
	if len(b) < fixedPart || b[0] != transactionRecord || len(b) > maxRecordBytes {
		return h, false
	}
	copy(h.id[:], b[1:])
	h.at = int64(binary.BigEndian.Uint64(b[33:]))
	memo := int(binary.BigEndian.Uint16(b[41:]))
	if b = b[fixedPart:]; len(b) < memo+32+2 {
		return h, false
	}
	h.memo, b = b[:memo], b[memo:]
	copy(h.reverses[:], b)
	n := int(binary.BigEndian.Uint16(b[32:]))
	h.legs = b[34:]
	return h, len(h.legs) == n*legBytes
}

// leg returns the i-th of the record.
func (h header) leg(i int) leg {
	b := h.legs[i*legBytes:]
	return leg{binary.BigEndian.Uint32(b), fixed.Int128{
		Hi: int64(binary.BigEndian.Uint64(b[4:])), Lo: binary.BigEndian.Uint64(b[12:])}}
}

func (h header) len() int { return len(h.legs) / legBytes }

// transaction makes the transaction of a record that was checked before.
func (b *Book) transaction(h header) Transaction {
	t := Transaction{ID: h.id, At: time.Unix(0, h.at).UTC(), Memo: string(h.memo), Reverses: h.reverses}
	t.Postings = make([]Posting, h.len())
	for i := range t.Postings {
		l := h.leg(i)
		a := b.accounts[l.account]
		t.Postings[i] = Posting{a.Path, a.money(l.amount)}
	}
	return t
}

// replay enters a record of a store, as if it were posted now.
func (b *Book) replay(record []byte) error {
	if len(record) == 0 || len(record) > maxRecordBytes {
		return fmt.Errorf("%d bytes", len(record))
	}
	s := &b.staged
	s.reset(b)
	switch {
	case record[0] == accountRecord && len(record) > 5:
		a := Account{Path(record[5:]), Type(record[1]), money.Currency(record[2:5])}
		if fresh, err := b.stageAccount(s, a); err != nil {
			return err
		} else if !fresh {
			return fmt.Errorf("account %q again", clip(string(a.Path)))
		}
	case record[0] == closeRecord && len(record) == 9:
		before := int64(binary.BigEndian.Uint64(record[1:]))
		if before <= b.closed {
			return fmt.Errorf("closed again")
		}
		s.add(closeRecord, appendClose(s.buf, before))
		s.items[len(s.items)-1].at = before
	case record[0] == transactionRecord:
		h, ok := readHeader(record)
		for i := 0; ok && i < h.len(); i++ {
			ok = int(h.leg(i).account) < len(b.accounts)
		}
		if !ok {
			return fmt.Errorf("not a transaction")
		}
		t := b.transaction(h)
		if fresh, err := b.stageTransaction(s, &t); err != nil {
			return err
		} else if !fresh {
			return fmt.Errorf("transaction %s again", short(t.ID))
		}
	default:
		return fmt.Errorf("of kind %q", record[:1])
	}
	if string(s.buf) != string(record) {
		return fmt.Errorf("not in its canonical form")
	}
	b.apply(s)
	return nil
}
