package custody

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strings"

	"github.com/meterbook/meterbook/metering"
)

// Pseudonyms gives accounts other names, by a key that stays in their region: who
// has no key cannot tell an account from its pseudonym, nor by trying all that
// there may be. It is for many goroutines.
type Pseudonyms struct{ key []byte }

// MinKeyBytes is the least length of a key.
const MinKeyBytes = 32

// NewPseudonyms returns the pseudonyms of a random key. It fails with [ErrKey] for
// one below [MinKeyBytes].
func NewPseudonyms(key []byte) (*Pseudonyms, error) {
	if len(key) < MinKeyBytes {
		return nil, fmt.Errorf("custody: key of %d bytes, want 32 or more: %w", len(key), ErrKey)
	}
	return &Pseudonyms{bytes.Clone(key)}, nil
}

// String keeps the key out of logs.
func (p *Pseudonyms) String() string { return "custody.Pseudonyms" }

// GoString keeps the key out of logs.
func (p *Pseudonyms) GoString() string { return "custody.Pseudonyms" }

var alphabet = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Account returns the pseudonym of an account: as many segments, each of 27
// letters and digits. Accounts of one tenant keep one first segment, so that
// sums by tenant, and by any cost centre, come to the same. A segment is HMAC-SHA-256 (RFC
// 2104) of the path to it, cut to 128 bits. It fails as
// [metering.Account.Validate] does.
func (p *Pseudonyms) Account(a metering.Account) (metering.Account, error) {
	if err := a.Validate(); err != nil {
		return "", err
	}
	var out strings.Builder
	mac := hmac.New(sha256.New, p.key)
	for i := 0; i <= len(a); i++ {
		if i < len(a) && a[i] != '/' {
			continue
		}
		if out.Len() > 0 {
			out.WriteByte('/')
		}
		mac.Reset()
		mac.Write([]byte(a[:i]))
		out.WriteString("p" + alphabet.EncodeToString(mac.Sum(nil)[:16]))
	}
	return metering.Account(out.String()), nil
}

// Usage returns usage under the pseudonym of its account, without its resource
// and its labels: what is left is Count, Technical and Pseudonym. It fails as
// [Pseudonyms.Account] does.
func (p *Pseudonyms) Usage(u metering.Usage) (metering.Usage, error) {
	account, err := p.Account(u.Key.Account)
	u.Key.Account, u.Key.Resource, u.Key.Labels = account, "", metering.Labels{}
	return u, err
}
