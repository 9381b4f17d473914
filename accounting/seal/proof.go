package seal

import (
	"bytes"
	"encoding/json"
	"fmt"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Sealed is a sealed period with all its leaves: what proofs are made from. Get
// it from [Sealer.Seal] or [Read]. It is never changed, and is for many
// goroutines.
type Sealed struct {
	Seal    Seal
	Note    []byte // signed
	records records
	secret  *Secret
}

// Sums returns what the records come to, in order of kind, meter, dimension and
// currency; [Seal.CheckSums] holds them against a seal.
func (s *Sealed) Sums() []Sum { return s.records.sums.list() }

// Len returns the number of records.
func (s *Sealed) Len() int64 { return s.records.tree.size }

// Find returns the place of a record. It takes the secret, which a period that
// was read with [Read] does not have: see [Sealed.WithSecret]. It fails with
// [ErrUnknown], or [ErrKey] without a secret.
func (s *Sealed) Find(kind Kind, id string) (int64, error) {
	if s.secret == nil {
		return 0, refuse(ErrKey, "%s %s: no secret to find it with", kind, quote(id))
	}
	i, known := s.records.index[s.secret.noncer().nonce(kind, id)]
	if !known {
		return 0, refuse(ErrUnknown, "%s %s", kind, quote(id))
	}
	return i, nil
}

// WithSecret returns the period with the secret that its nonces were made with.
func (s *Sealed) WithSecret(secret *Secret) *Sealed {
	with := *s
	with.secret = secret
	return &with
}

// A Proof is the audit path of a leaf, to be checked against a seal that was
// opened already.
type Proof struct {
	Index int64
	Leaf  []byte
	Path  tlog.RecordProof
}

// Prove returns the proof of the leaf at a place. It fails with [ErrUnknown].
func (s *Sealed) Prove(index int64) (Proof, error) {
	if index < 0 || index >= s.Len() {
		return Proof{}, refuse(ErrUnknown, "record %d of %d", index, s.Len())
	}
	path, err := tlog.ProveRecord(s.Len(), index, &s.records.tree)
	if err != nil {
		return Proof{}, refuse(err, "proof of record %d", index)
	}
	return Proof{index, bytes.Clone(s.records.leaves.at(index)), path}, nil
}

// Check returns the leaf of a proof, or [ErrForged] for one that is not in the
// period that was sealed.
func (s Seal) Check(p Proof) (Leaf, error) {
	l, err := ParseLeaf(p.Leaf)
	if err != nil {
		return Leaf{}, err
	}
	h, _ := hashOf(make([]byte, 0, 1+maxLeafBytes), p.Leaf)
	if err := tlog.CheckRecord(p.Path, s.Records, s.Root, p.Index, h); err != nil {
		return Leaf{}, refuse(ErrForged, "record %d of %s, %s: %v", p.Index, quote(string(s.Tenant)), s.Period, err)
	}
	return l, nil
}

// A Bundle is all that it takes to check that a record is in a sealed period,
// but the public key: JSON of at most [MaxBundleBytes] for a million records and
// names of up to 64 bytes.
type Bundle struct {
	Note  string `json:"note"` // signed
	Index int64  `json:"index"`
	Leaf  []byte `json:"leaf"`
	Path  []byte `json:"path"` // hashes, one behind the other
}

// MaxBundleBytes is what a bundle of a million records takes at most.
const MaxBundleBytes = 2 << 10

// Bundle returns the proof of a record with the signed note. It fails as
// [Sealed.Find] does.
func (s *Sealed) Bundle(kind Kind, id string) (Bundle, error) {
	i, err := s.Find(kind, id)
	if err != nil {
		return Bundle{}, err
	}
	p, err := s.Prove(i)
	if err != nil {
		return Bundle{}, err
	}
	b := Bundle{Note: string(s.Note), Index: i, Leaf: p.Leaf}
	for _, h := range p.Path {
		b.Path = append(b.Path, h[:]...)
	}
	return b, nil
}

// ParseBundle reads a bundle's JSON of at most 16 KiB, or returns [ErrSyntax].
func ParseBundle(text []byte) (Bundle, error) {
	var b Bundle
	if len(text) > maxNoteBytes {
		return Bundle{}, refuse(ErrSyntax, "bundle of %d bytes, want at most 16 KiB", len(text))
	}
	if err := json.Unmarshal(text, &b); err != nil {
		return Bundle{}, fmt.Errorf("seal: bundle: %w: %w", ErrSyntax, err)
	}
	return b, nil
}

// Verify returns the seal and the leaf, after it has checked the signature and
// the path. It fails as [Open] and [Seal.Check] do. Whoever has the record asks
// [Leaf.Is] whether it is that one, and looks at the tenant and the period.
func (b Bundle) Verify(verifiers ...note.Verifier) (Seal, Leaf, error) {
	s, err := Open([]byte(b.Note), verifiers...)
	if err != nil {
		return Seal{}, Leaf{}, err
	}
	if len(b.Path)%tlog.HashSize != 0 || len(b.Path) > 64*tlog.HashSize {
		return Seal{}, Leaf{}, refuse(ErrSyntax, "path of %d bytes", len(b.Path))
	}
	p := Proof{Index: b.Index, Leaf: b.Leaf}
	for at := 0; at < len(b.Path); at += tlog.HashSize {
		p.Path = append(p.Path, tlog.Hash(b.Path[at:at+tlog.HashSize]))
	}
	l, err := s.Check(p)
	if err != nil {
		return Seal{}, Leaf{}, err
	}
	return s, l, nil
}
