package seal

import (
	"crypto/sha256"
	"encoding/binary"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// A Leaf is what the tree of a period holds of a record. No person is in it:
// accounts, resources, ids and memos are in hashes alone, under a nonce that
// cannot be guessed.
type Leaf struct {
	Kind  Kind
	Nonce Nonce
	// Body is SHA-256 of the nonce, the record's id and its body: who has the
	// record and the leaf can tell that they belong together ([Leaf.Is]).
	Body     [32]byte
	Line     Nonce // of the line that the record is billed on, or zero
	Meter    metering.MeterID
	Quantity metering.Quantity
	Amount   money.Money
}

// The bytes of a leaf: version (1), kind (1), what it has (1), nonce (16), body
// (32); line (16), if it has one; dimension (1) and grains (16), if it has a
// quantity; currency (3) and amount at scale 18 (16), if it has an amount; meter
// (to the end). Numbers are big-endian. What a leaf of usage takes is hashed in
// two blocks of SHA-256.
const (
	leafVersion = 1

	hasLine     = 1
	hasQuantity = 2
	hasAmount   = 4

	lineAt        = 1 + 1 + 1 + 16 + 32
	maxLeafBytes  = lineAt + 16 + 1 + 16 + 3 + 16 + metering.MaxNameBytes
	maxIDBytes    = 4096
	maxBodyBytes  = 1 << 20
	maxPeriodSize = 1 << 31 // records
)

// leaf makes the leaf of a record.
func (n *noncer) leaf(r *Record) (Leaf, error) {
	switch {
	case !r.Kind.Valid():
		return Leaf{}, refuse(ErrRecord, "record %s: kind %d, want one of the kinds", quote(r.ID), r.Kind)
	case r.ID == "" || len(r.ID) > maxIDBytes || len(r.Line) > maxIDBytes:
		return Leaf{}, refuse(ErrRecord, "%s %s: ids of %d and %d bytes, want 1 to 4096", r.Kind, quote(r.ID), len(r.ID), len(r.Line))
	case len(r.Body) > maxBodyBytes:
		return Leaf{}, refuse(ErrRecord, "%s %s: body of %d bytes, want at most 1 MiB", r.Kind, quote(r.ID), len(r.Body))
	case len(r.Meter) > metering.MaxNameBytes:
		return Leaf{}, refuse(ErrRecord, "%s %s: meter of %d bytes, want at most 256", r.Kind, quote(r.ID), len(r.Meter))
	case (r.Quantity.Dimension() != 0 && !r.Quantity.Dimension().Valid()):
		return Leaf{}, refuse(ErrRecord, "%s %s: quantity without a dimension", r.Kind, quote(r.ID))
	}
	l := Leaf{Kind: r.Kind, Nonce: n.nonce(r.Kind, r.ID), Line: n.ofLine(r.Line), Meter: r.Meter, Quantity: r.Quantity, Amount: r.Amount}
	l.Body, n.buf = r.commit(n.buf, l.Nonce)
	return l, nil
}

// commit returns the SHA-256 of the nonce, the id behind its length and the body.
// The buffer is used for it.
func (r *Record) commit(buf []byte, nonce Nonce) ([32]byte, []byte) {
	buf = appendTexts(append(buf[:0], nonce[:]...), r.ID)
	buf = append(buf, r.Body...)
	return sha256.Sum256(buf), buf
}

// Is reports whether l is the leaf of a record with the same kind, id, meter,
// quantity, amount and body. It takes no key: the nonce is the leaf's own. What
// the record says of its line is not looked at, see [Leaf.On].
func (l Leaf) Is(r Record) bool {
	body, _ := r.commit(nil, l.Nonce)
	return l.Kind == r.Kind && l.Body == body && l.Meter == r.Meter && l.Quantity == r.Quantity && l.Amount == r.Amount
}

// On reports whether the record of l is billed on the line that the other leaf
// is of.
func (l Leaf) On(line Leaf) bool {
	return line.Kind == Line && !l.Line.IsZero() && l.Line == line.Nonce
}

// has says which parts the bytes of the leaf have.
func (l *Leaf) has() (flags byte) {
	if !l.Line.IsZero() {
		flags |= hasLine
	}
	if l.Quantity.Dimension() != 0 {
		flags |= hasQuantity
	}
	if l.Amount.Currency() != "" {
		flags |= hasAmount
	}
	return flags
}

// append appends the bytes of the leaf.
func (l *Leaf) append(b []byte) []byte {
	has := l.has()
	b = append(b, leafVersion, byte(l.Kind), has)
	b = append(b, l.Nonce[:]...)
	b = append(b, l.Body[:]...)
	if has&hasLine != 0 {
		b = append(b, l.Line[:]...)
	}
	if has&hasQuantity != 0 {
		b = appendQuantity(b, l.Quantity)
	}
	if has&hasAmount != 0 {
		b = appendMoney(b, l.Amount)
	}
	return append(b, l.Meter...)
}

// Bytes returns the canonical bytes of the leaf, which the tree has the hash of.
func (l Leaf) Bytes() []byte { return l.append(make([]byte, 0, maxLeafBytes)) }

// ParseLeaf reads what [Leaf.Bytes] wrote, or returns [ErrSyntax].
func ParseLeaf(b []byte) (Leaf, error) {
	if len(b) < lineAt || len(b) > maxLeafBytes || b[0] != leafVersion || !Kind(b[1]).Valid() {
		return Leaf{}, refuse(ErrSyntax, "leaf of %d bytes", len(b))
	}
	l, has := Leaf{Kind: Kind(b[1])}, b[2]
	copy(l.Nonce[:], b[3:])
	copy(l.Body[:], b[19:])
	rest, whole := b[lineAt:], has <= hasLine|hasQuantity|hasAmount
	part := func(flag byte, n int) []byte {
		if has&flag == 0 || !whole || len(rest) < n {
			whole = whole && has&flag == 0
			return nil
		}
		part := rest[:n]
		rest = rest[n:]
		return part
	}
	if line := part(hasLine, 16); line != nil {
		l.Line = Nonce(line)
		whole = !l.Line.IsZero()
	}
	if q := part(hasQuantity, 1+16); q != nil {
		l.Quantity = metering.GrainsWide(readInt(q[1:]), metering.Dimension(q[0]))
		whole = l.Quantity.Dimension().Valid()
	}
	if m := part(hasAmount, 3+16); m != nil {
		var err error
		l.Amount, err = money.FromScaled(readInt(m[3:]), money.Currency(m[:3]))
		whole = err == nil
	}
	if !whole || len(rest) > metering.MaxNameBytes {
		return Leaf{}, refuse(ErrSyntax, "leaf of %d bytes", len(b))
	}
	l.Meter = metering.MeterID(rest)
	return l, nil
}

func readInt(b []byte) fixed.Int128 {
	return fixed.Int128{Hi: int64(binary.BigEndian.Uint64(b)), Lo: binary.BigEndian.Uint64(b[8:])}
}

// hash returns the hash of a leaf's bytes as RFC 6962, section 2.1, has it. The
// buffer is used for it.
func hashOf(buf, leaf []byte) (tlog.Hash, []byte) {
	buf = append(append(buf[:0], 0), leaf...)
	return sha256.Sum256(buf), buf
}
