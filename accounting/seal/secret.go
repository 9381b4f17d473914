package seal

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"hash"
)

// A Nonce is a keyed hash of a record's kind and id: the same record has the
// same one, and nobody can tell or guess it without the key.
type Nonce [16]byte

// IsZero reports whether n is no nonce.
func (n Nonce) IsZero() bool { return n == Nonce{} }

// A Secret is the key that nonces are made with. Keep it as long as periods are
// to be sealed again to the same bytes, and give it to nobody who is to see a
// part of a period only. It is for many goroutines.
type Secret struct{ key []byte }

// MinSecretBytes is the least length of a key.
const MinSecretBytes = 32

// NewSecret returns the secret of a random key. It fails with [ErrKey] for one
// below [MinSecretBytes].
func NewSecret(key []byte) (*Secret, error) {
	if len(key) < MinSecretBytes {
		return nil, refuse(ErrKey, "key of nonces: %d bytes, want 32 or more", len(key))
	}
	return &Secret{bytes.Clone(key)}, nil
}

// String keeps the key out of logs.
func (s *Secret) String() string { return "seal.Secret" }

// GoString keeps the key out of logs.
func (s *Secret) GoString() string { return "seal.Secret" }

// noncer makes nonces; it is for one goroutine.
type noncer struct {
	mac hash.Hash
	buf []byte

	// The last line: records of one line often follow one another.
	line  string
	lines Nonce
}

// ofLine is the nonce of a line, zero for "".
func (n *noncer) ofLine(id string) Nonce {
	if id == "" {
		return Nonce{}
	}
	if id != n.line {
		n.line, n.lines = id, n.nonce(Line, id)
	}
	return n.lines
}

func (s *Secret) noncer() *noncer { return &noncer{mac: hmac.New(sha256.New, s.key)} }

// nonce is HMAC-SHA-256 (RFC 2104) of the kind and the id, cut to 16 bytes.
func (n *noncer) nonce(kind Kind, id string) (out Nonce) {
	n.mac.Reset()
	n.buf = append(append(n.buf[:0], byte(kind)), id...)
	n.mac.Write(n.buf)
	n.buf = n.mac.Sum(n.buf[:0])
	copy(out[:], n.buf)
	return out
}
