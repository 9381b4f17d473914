package seal

import (
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/meterbook/meterbook/metering"
)

// A Sealer takes the records of a period, in an order that is the same each
// time the period is sealed. Get it from [Chain.Begin]; it is for one goroutine.
type Sealer struct {
	seal    Seal
	records records
	noncer  *noncer
	secret  *Secret
	buf     []byte
	leaf    []byte
	lines   lines
	done    bool
}

// records is the leaves of a period, and the tree over them.
type records struct {
	tree   tree
	leaves leaves
	index  map[Nonce]int64
	sums   sums
}

func newRecords() records { return records{index: make(map[Nonce]int64), sums: make(sums)} }

// add enters a leaf with its bytes and their hash.
func (r *records) add(l *Leaf, bytes []byte, h tlog.Hash) error {
	if r.tree.size >= maxPeriodSize {
		return refuse(ErrRecord, "more than 2^31 records")
	}
	if _, known := r.index[l.Nonce]; known {
		return refuse(ErrDuplicate, "%s, record %d", l.Kind, r.tree.size)
	}
	if err := r.sums.add(l); err != nil {
		return err
	}
	r.index[l.Nonce] = r.tree.size
	r.leaves.add(bytes)
	r.tree.add(h)
	return nil
}

// Begin begins the seal of the period that follows the last one of the chain,
// with the cards it was rated with. It fails with [ErrPeriod].
func (c *Chain) Begin(period metering.Period, secret *Secret, cards ...Card) (*Sealer, error) {
	seals, err := c.seals.root()
	if err != nil {
		return nil, err
	}
	s := &Sealer{secret: secret, records: newRecords(), lines: lines{first: make(map[Nonce]*RecordError)}, seal: Seal{Tenant: c.tenant, Period: period,
		Number: c.seals.size + 1, Previous: c.previous(), Seals: seals, Cards: append([]Card(nil), cards...)}}
	if err := s.seal.validate(); err != nil {
		return nil, refuse(ErrPeriod, "%v", err)
	}
	if secret == nil {
		return nil, refuse(ErrKey, "no secret for nonces")
	}
	if c.seals.size > 0 && !period.Start().Equal(c.last.Period.End()) {
		return nil, refuse(ErrPeriod, "%s of %s does not follow %s", period, quote(string(c.tenant)), c.last.Period)
	}
	s.noncer = secret.noncer()
	return s, nil
}

// Add enters a record. It fails with [ErrRecord], [ErrDuplicate], [ErrSealed],
// or where a sum does not fit in 128 bits; then nothing has changed. What is of
// another tenant or of a time that the seal is not about, see [Record], and a
// quantity without a meter are a *[RecordError].
func (s *Sealer) Add(r Record) error {
	if s.done {
		return refuse(ErrSealed, "%s %s", r.Kind, quote(r.ID))
	}
	l, err := s.noncer.leaf(&r)
	if err != nil {
		return err
	}
	if err := s.belongs(&r); err != nil {
		return err
	}
	var h tlog.Hash
	s.leaf = l.append(s.leaf[:0])
	h, s.buf = hashOf(s.buf, s.leaf)
	if err := s.records.add(&l, s.leaf, h); err != nil {
		return err
	}
	s.enter(&r, l.Line)
	return nil
}

// Seal ends the period and signs it. The same records, cards and chain give the
// same text on every machine. It fails with a *[RecordError] where a record is
// billed on a line that was not added, with [ErrKey] without a signer, and with
// the error of a signer; what is missing can be added then, and Seal be called again.
func (s *Sealer) Seal(signers ...note.Signer) (*Sealed, error) {
	if len(signers) == 0 {
		return nil, refuse(ErrKey, "no signer")
	}
	if missing := s.missing(); missing != nil {
		return nil, missing
	}
	root, err := s.records.tree.root()
	if err != nil {
		return nil, err
	}
	s.seal.Root, s.seal.Records = root, s.records.tree.size
	s.seal.Sums = hashSums(s.records.sums.list())
	signed, err := note.Sign(&note.Note{Text: s.seal.Text()}, signers...)
	if err != nil {
		return nil, refuse(err, "%s of %s", s.seal.Period, quote(string(s.seal.Tenant)))
	}
	s.done = true
	return &Sealed{Seal: s.seal, Note: signed, records: s.records, secret: s.secret}, nil
}
