package seal

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/meterbook/meterbook/metering"
)

// A Card is a rate card that a period was rated with, and the SHA-256 of its
// text.
type Card struct {
	Name   string // id@version, 1 to 256 bytes without spaces
	Digest [32]byte
}

// MaxCards bounds the cards of a seal.
const MaxCards = 8

// A Seal is what is signed of a closed period of a tenant.
type Seal struct {
	Tenant  metering.Account // may be a pseudonym
	Period  metering.Period
	Records int64     // leaves of the tree
	Root    tlog.Hash // of the tree, as RFC 6962, section 2.1, has it
	// Number is 1 for the first seal of a tenant. Previous is the leaf hash of
	// the last one's text, zero for the first, and Seals the root of the tree of
	// all texts before this one.
	Number   int64
	Previous tlog.Hash
	Seals    tlog.Hash
	Sums     [32]byte // of the text of the sums
	Cards    []Card
}

// The first line of a seal is this and the tenant. It, the size and the root are
// a checkpoint as https://c2sp.org/tlog-checkpoint has it; the other lines extend it.
const origin = "meterbook.com/seal/1 "

// Text returns what is signed: lines, each ended.
func (s Seal) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s%s\n%d\n%s\n", origin, s.Tenant, s.Records, s.Root)
	fmt.Fprintf(&b, "period %s\nnumber %d\nprevious %s\nseals %s\nsums %s\n", s.Period, s.Number, s.Previous, s.Seals, tlog.Hash(s.Sums))
	for _, c := range s.Cards {
		fmt.Fprintf(&b, "card %s %s\n", c.Name, tlog.Hash(c.Digest))
	}
	return b.String()
}

// maxNoteBytes bounds a note that is read.
const maxNoteBytes = 16 << 10

// Open returns the seal of a signed note. At least one of the verifiers has to
// have signed it; a signature by one of them that does not check is refused,
// whatever else is there. It needs no network and no key but the public one.
//
// It fails with [ErrForged], with [ErrSyntax] for what was signed and is no seal in
// its canonical form, or with [ErrKey] without a verifier, or with one twice.
func Open(signed []byte, verifiers ...note.Verifier) (Seal, error) {
	if len(verifiers) == 0 {
		return Seal{}, refuse(ErrKey, "no verifier was given; hand in that of the key which signed, see NewVerifier")
	}
	if err := onceEach(verifiers); err != nil {
		return Seal{}, err
	}
	if len(signed) > maxNoteBytes {
		return Seal{}, refuse(ErrSyntax, "note of %d bytes, want at most 16 KiB", len(signed))
	}
	n, err := note.Open(signed, note.VerifierList(verifiers...))
	if err != nil {
		return Seal{}, refuse(ErrForged, "note: %v", err)
	}
	if err := oneForm(n.Sigs); err != nil {
		return Seal{}, err
	}
	s, err := parse(n.Text)
	if err == nil && s.Text() != n.Text {
		err = errors.New("another text for the same seal")
	}
	if err != nil {
		return Seal{}, refuse(ErrSyntax, "signed text: %v", err)
	}
	return s, nil
}

// onceEach refuses a verifier that is there twice, as a list of old and new keys
// may have one: package note would know none of the two, and call a good note bad.
func onceEach(verifiers []note.Verifier) error {
	for i, v := range verifiers {
		for _, o := range verifiers[:i] {
			if o.Name() == v.Name() && o.KeyHash() == v.KeyHash() {
				return refuse(ErrKey, "verifier %s+%08x twice; hand in each once", quote(v.Name()), v.KeyHash())
			}
		}
	}
	return nil
}

// oneForm refuses signatures whose base64 has set bits behind its last byte:
// they say the same, yet the note would be another note with the same seal.
func oneForm(signatures []note.Signature) error {
	for _, s := range signatures {
		if _, err := base64.StdEncoding.Strict().DecodeString(s.Base64); err != nil {
			return refuse(ErrForged, "signature of %s: %v", quote(s.Name), err)
		}
	}
	return nil
}

// parse reads what Text wrote, and possibly more: the caller compares.
func parse(text string) (s Seal, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 9 || len(lines) > 9+MaxCards || !strings.HasPrefix(lines[0], origin) {
		return Seal{}, fmt.Errorf("%d lines, beginning with %s", len(lines), quote(lines[0]))
	}
	field := func(i int, name string) string {
		value, found := strings.CutPrefix(lines[i], name)
		if !found {
			err = errors.Join(err, fmt.Errorf("line %d is not %s", i+1, name))
		}
		return value
	}
	hash := func(text string) (h tlog.Hash) {
		h, wrong := tlog.ParseHash(text)
		err = errors.Join(err, wrong)
		return h
	}
	number := func(text string) int64 {
		n, wrong := strconv.ParseInt(text, 10, 64)
		err = errors.Join(err, wrong)
		return n
	}
	s.Tenant = metering.Account(field(0, origin))
	s.Records, s.Root = number(lines[1]), hash(lines[2])
	period, wrong := metering.ParsePeriod(field(3, "period "))
	s.Period, err = period, errors.Join(err, wrong)
	s.Number, s.Previous, s.Seals = number(field(4, "number ")), hash(field(5, "previous ")), hash(field(6, "seals "))
	s.Sums = hash(field(7, "sums "))
	for i := 8; i < len(lines)-1; i++ {
		name, digest, _ := strings.Cut(field(i, "card "), " ")
		s.Cards = append(s.Cards, Card{name, hash(digest)})
	}
	return s, errors.Join(err, s.validate())
}

// validate holds a seal to what can be sealed.
func (s Seal) validate() error {
	if err := s.Tenant.Validate(); err != nil {
		return err
	}
	switch {
	case s.Tenant != s.Tenant.Tenant():
		return fmt.Errorf("account %s, want a tenant", quote(string(s.Tenant)))
	case s.Period.IsZero():
		return errors.New("empty period")
	case s.Records < 0 || s.Records > maxPeriodSize:
		return fmt.Errorf("%d records, want 0 to 2^31", s.Records)
	case s.Number < 1 || s.Number > maxPeriodSize:
		return fmt.Errorf("number %d, want 1 to 2^31", s.Number)
	case len(s.Cards) > MaxCards:
		return fmt.Errorf("%d cards, want at most 8", len(s.Cards))
	}
	for _, c := range s.Cards {
		if c.Name == "" || len(c.Name) > metering.MaxNameBytes || strings.Contains(c.Name, " ") || !printed(c.Name) {
			return fmt.Errorf("card %s, want 1 to 256 bytes of UTF-8 without spaces and control characters", quote(c.Name))
		}
	}
	return nil
}

// printed reports whether a text can be in a note: what a note cannot hold is to
// be refused when a period begins, and not when all of it is there.
func printed(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

// leafHash is the hash of a seal's text as a leaf of the tree of seals.
func (s Seal) leafHash() tlog.Hash {
	return sha256.Sum256(append([]byte{0}, s.Text()...))
}
