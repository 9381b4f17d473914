package seal

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"fmt"

	"golang.org/x/mod/sumdb/note"
)

// algorithmECDSA names signatures that the note format has no number for, as the
// signed-note format of C2SP (https://c2sp.org/signed-note) has it: ff, and a name.
const algorithmECDSA = "\xffmeterbook.com/ecdsa-sha256"

// NewSigner returns a signer of seals under a name, such as
// "billing.example.com/seal", over a key that may live in a module or a service.
// Ed25519 is the default: its notes can be checked by any reader of signed
// notes, and sealing again gives the same bytes. ECDSA, with SHA-256, gives
// another signature each time.
//
// It fails with [ErrKey] for another kind of key, or a name that is empty or has
// spaces or a plus.
func NewSigner(name string, key crypto.Signer) (note.Signer, error) {
	if key == nil {
		return nil, refuse(ErrKey, "no signer for %s", quote(name))
	}
	v, err := NewVerifier(name, key.Public())
	if err != nil {
		return nil, err
	}
	return &signer{v, key}, nil
}

// signer signs the text of a note.
type signer struct {
	note.Verifier
	key crypto.Signer
}

// Sign returns a signature that was checked against the public key.
func (s *signer) Sign(msg []byte) ([]byte, error) {
	digest, opts := msg, crypto.Hash(0) // Ed25519 signs the message itself
	if _, plain := s.key.Public().(ed25519.PublicKey); !plain {
		sum := sha256.Sum256(msg)
		digest, opts = sum[:], crypto.SHA256
	}
	sig, err := s.key.Sign(rand.Reader, digest, opts)
	if err != nil {
		return nil, fmt.Errorf("seal: signer %s: %w", quote(s.Name()), err)
	}
	if !s.Verify(msg, sig) {
		return nil, refuse(ErrKey, "signer %s: its signature does not verify", quote(s.Name()))
	}
	return sig, nil
}

// NewVerifier returns the verifier of the seals that a key signed under a name.
// It fails as [NewSigner] does. For the text form of an Ed25519 key, use
// note.NewEd25519VerifierKey and note.NewVerifier.
func NewVerifier(name string, key crypto.PublicKey) (note.Verifier, error) {
	switch key := key.(type) {
	case ed25519.PublicKey:
		text, err := note.NewEd25519VerifierKey(name, key)
		if err != nil {
			return nil, refuse(ErrKey, "name %s: %v", quote(name), err)
		}
		v, err := note.NewVerifier(text)
		if err != nil {
			return nil, refuse(ErrKey, "name %s: %v", quote(name), err)
		}
		return v, nil
	case *ecdsa.PublicKey:
		return newECDSA(name, key)
	}
	return nil, refuse(ErrKey, "key of type %T, want Ed25519 or ECDSA", key)
}

// ecdsaVerifier checks ECDSA signatures in ASN.1 over SHA-256.
type ecdsaVerifier struct {
	name string
	hash uint32
	key  *ecdsa.PublicKey
}

func newECDSA(name string, key *ecdsa.PublicKey) (note.Verifier, error) {
	spki, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return nil, refuse(ErrKey, "name %s: %v", quote(name), err)
	}
	// A name that the note package takes for Ed25519 is one it takes here.
	if _, err := NewVerifier(name, ed25519.PublicKey(make([]byte, ed25519.PublicKeySize))); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(append([]byte(name+"\n"+algorithmECDSA), spki...))
	return &ecdsaVerifier{name, binary.BigEndian.Uint32(sum[:]), key}, nil
}

func (v *ecdsaVerifier) Name() string    { return v.name }
func (v *ecdsaVerifier) KeyHash() uint32 { return v.hash }

func (v *ecdsaVerifier) Verify(msg, sig []byte) bool {
	sum := sha256.Sum256(msg)
	return ecdsa.VerifyASN1(v.key, sum[:], sig)
}
