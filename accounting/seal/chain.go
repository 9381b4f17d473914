package seal

import (
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/meterbook/meterbook/metering"
)

// A Chain is the seals of a tenant, one period after the other. Make it with
// [NewChain]; it is for one goroutine.
type Chain struct {
	tenant metering.Account
	seals  tree
	notes  [][]byte
	last   Seal
}

// NewChain returns the chain of these notes, oldest first, each signed by one of
// the verifiers; of none it is the chain of a new tenant. It fails as
// [Chain.Append] does.
func NewChain(tenant metering.Account, verifiers []note.Verifier, notes ...[]byte) (*Chain, error) {
	c := &Chain{tenant: tenant}
	for _, n := range notes {
		if _, err := c.Append(n, verifiers...); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Append adds the next seal. It fails as [Open] does, and with [ErrForged] for a
// seal of another tenant, or one that does not follow the last.
func (c *Chain) Append(signed []byte, verifiers ...note.Verifier) (Seal, error) {
	s, err := Open(signed, verifiers...)
	if err != nil {
		return Seal{}, err
	}
	seals, err := c.seals.root()
	if err != nil {
		return Seal{}, err
	}
	switch {
	case s.Tenant != c.tenant:
		return Seal{}, refuse(ErrForged, "seal of %s in the chain of %s", quote(string(s.Tenant)), quote(string(c.tenant)))
	case s.Number != c.seals.size+1 || s.Seals != seals || s.Previous != c.previous():
		return Seal{}, refuse(ErrForged, "seal %d of %s does not follow seal %d", s.Number, quote(string(s.Tenant)), c.seals.size)
	case c.seals.size > 0 && !s.Period.Start().Equal(c.last.Period.End()):
		return Seal{}, refuse(ErrForged, "seal %d of %s is of %s, and the last of %s", s.Number, quote(string(s.Tenant)), s.Period, c.last.Period)
	}
	c.seals.add(s.leafHash())
	c.notes = append(c.notes, append([]byte(nil), signed...))
	c.last = s
	return s, nil
}

// previous is the hash of the last seal, zero for none.
func (c *Chain) previous() tlog.Hash {
	if c.seals.size == 0 {
		return tlog.Hash{}
	}
	return c.last.leafHash()
}

// Len returns the number of seals.
func (c *Chain) Len() int64 { return c.seals.size }

// Last returns the last seal; the zero Seal of none.
func (c *Chain) Last() Seal { return c.last }

// An Extension proves that a later seal of a tenant extends an earlier one: that
// whoever signed the later had sealed the earlier, and all before it, as they
// are. It is JSON.
type Extension struct {
	Older string `json:"older"` // signed notes
	Newer string `json:"newer"`
	// Contains is the audit path of the older seal in the newer's tree of seals,
	// Extends the consistency proof of the older's tree with it.
	Contains tlog.RecordProof `json:"contains"`
	Extends  tlog.TreeProof   `json:"extends"`
}

// Prove returns the proof that a seal extends an earlier one, by their numbers
// from 1. It fails with [ErrUnknown].
func (c *Chain) Prove(older, newer int64) (Extension, error) {
	if older < 1 || newer <= older || newer > c.seals.size {
		return Extension{}, refuse(ErrUnknown, "seals %d and %d of %d", older, newer, c.seals.size)
	}
	e := Extension{Older: string(c.notes[older-1]), Newer: string(c.notes[newer-1])}
	var err error
	if e.Contains, err = tlog.ProveRecord(newer-1, older-1, &c.seals); err != nil {
		return Extension{}, refuse(err, "proof of seal %d", older)
	}
	if older > 1 {
		if e.Extends, err = tlog.ProveTree(newer-1, older-1, &c.seals); err != nil {
			return Extension{}, refuse(err, "proof of seal %d", older)
		}
	}
	return e, nil
}

// Verify returns the two seals. It fails as [Open] does, and with [ErrForged]
// for a proof that proves nothing.
func (e Extension) Verify(verifiers ...note.Verifier) (older, newer Seal, err error) {
	if older, err = Open([]byte(e.Older), verifiers...); err != nil {
		return Seal{}, Seal{}, err
	}
	if newer, err = Open([]byte(e.Newer), verifiers...); err != nil {
		return Seal{}, Seal{}, err
	}
	if older.Tenant != newer.Tenant || older.Number >= newer.Number || newer.Period.Start().Before(older.Period.End()) {
		return Seal{}, Seal{}, refuse(ErrForged, "seal %d of %s and seal %d of %s", older.Number, quote(string(older.Tenant)),
			newer.Number, quote(string(newer.Tenant)))
	}
	err = tlog.CheckRecord(e.Contains, newer.Number-1, newer.Seals, older.Number-1, older.leafHash())
	if err == nil && older.Number > 1 {
		err = tlog.CheckTree(e.Extends, newer.Number-1, newer.Seals, older.Number-1, older.Seals)
	}
	if err != nil {
		return Seal{}, Seal{}, refuse(ErrForged, "seal %d after seal %d: %v", newer.Number, older.Number, err)
	}
	return older, newer, nil
}
