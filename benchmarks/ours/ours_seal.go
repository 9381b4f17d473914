package ours

import (
	"bytes"
	"crypto/ed25519"

	"golang.org/x/mod/sumdb/note"

	"github.com/meterbook/meterbook/accounting/seal"
	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
	"github.com/meterbook/meterbook/metering"
)

// Names of the entrants of sealing.
const (
	NameSeal  = "seal"
	NameProof = "proof"
)

// A sealer seals a month anew as often as it is asked.
type sealer struct {
	month  metering.Period
	rows   []metering.Usage
	secret *seal.Secret
	signer note.Signer
}

func newSealer() (*sealer, error) {
	month, rows, err := workload.NewMonth()
	if err != nil {
		return nil, err
	}
	s := &sealer{month: month, rows: rows}
	if s.secret, err = seal.NewSecret(bytes.Repeat([]byte("k"), seal.MinSecretBytes)); err != nil {
		return nil, err
	}
	s.signer, err = seal.NewSigner("bench.example/seal", ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
	return s, err
}

// seal seals the first n rows, and the line that they are billed on.
func (s *sealer) seal(n int) (*seal.Sealed, error) {
	chain, err := seal.NewChain("acme", nil)
	if err != nil {
		return nil, err
	}
	month, err := chain.Begin(s.month, s.secret)
	if err != nil {
		return nil, err
	}
	for i := range n {
		if err := month.Add(seal.FromUsage(s.rows[i], "INV-1/3")); err != nil {
			return nil, err
		}
	}
	if err := month.Add(seal.Record{Kind: seal.Line, ID: "INV-1/3"}); err != nil {
		return nil, err
	}
	return month.Seal(s.signer)
}

// Seal returns the entrant that seals rows of usage: canonical bytes, nonce,
// leaf, tree and sums, and one signature for all. A turn is a month of
// [workload.SealedRows] rows, an operation a row.
func Seal() contest.Entrant {
	return contest.Entrant{Name: NameSeal, Open: func() (*contest.Run, error) {
		s, err := newSealer()
		return &contest.Run{PerTurn: workload.SealedRows, Loops: []contest.Loop{func(n int) error {
			for range n {
				if _, err := s.seal(workload.SealedRows); err != nil {
					return err
				}
			}
			return nil
		}}}, err
	}}
}

// Proof returns the entrant that makes the proof of a row and checks it against
// the seal, which was opened once.
func Proof() contest.Entrant {
	return contest.Entrant{Name: NameProof, Open: func() (*contest.Run, error) {
		s, err := newSealer()
		if err != nil {
			return nil, err
		}
		month, err := s.seal(workload.SealedRows)
		if err != nil {
			return nil, err
		}
		i := int64(0)
		return &contest.Run{Loops: []contest.Loop{func(n int) error {
			for range n {
				p, err := month.Prove(i * 7919 % workload.SealedRows)
				if err != nil {
					return err
				}
				if _, err := month.Seal.Check(p); err != nil {
					return err
				}
				i++
			}
			return nil
		}}}, nil
	}}
}
