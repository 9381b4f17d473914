package main

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	notes "golang.org/x/mod/sumdb/note"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/invoice"
	"github.com/meterbook/meterbook/accounting/ledger"
	"github.com/meterbook/meterbook/accounting/posting"
	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/accounting/seal"
	"github.com/meterbook/meterbook/metering"
)

// The example's keys are made of its source, so that all can make its files
// again, and forge them. A provider's signing key is in a module or a service,
// and its secret is random.
const (
	sealName   = "gpucloud.example/seal"
	sealSeed   = "gpucloud: a signing key that is no secret"
	sealSecret = "gpucloud: a secret of nonces that is none"
)

// A notary seals months: it has the keys, and the ledger that all is posted to.
type notary struct {
	signer   notes.Signer
	verifier notes.Verifier
	key      string // the verifier's, as text
	secret   *seal.Secret
	book     *ledger.Book
	poster   *posting.Poster
}

func newNotary() (*notary, error) {
	seed := sha256.Sum256([]byte(sealSeed))
	private := ed25519.NewKeyFromSeed(seed[:])
	n := &notary{book: ledger.New()}
	var err error
	if n.signer, err = seal.NewSigner(sealName, private); err != nil {
		return nil, err
	}
	if n.verifier, err = seal.NewVerifier(sealName, private.Public()); err != nil {
		return nil, err
	}
	if n.key, err = notes.NewEd25519VerifierKey(sealName, private.Public().(ed25519.PublicKey)); err != nil {
		return nil, err
	}
	if n.secret, err = seal.NewSecret([]byte(sealSecret)); err != nil {
		return nil, err
	}
	n.poster, err = posting.New(n.book, posting.DefaultRules())
	return n, err
}

// A sealedTenant is a tenant's two months: each sealed on top of the one before.
type sealedTenant struct {
	account metering.Account
	invoice *invoice.Issued
	told    *told
	tenant  int
	chain   *seal.Chain
	month   *seal.Sealed
}

// seal posts and seals the month, and the one before it, for every tenant.
func (b *books) seal(n *notary) ([]sealedTenant, error) {
	var out []sealedTenant
	for i, t := range tenants {
		chain, err := seal.NewChain(t.Account, nil)
		if err != nil {
			return nil, err
		}
		s := sealedTenant{account: t.Account, chain: chain, tenant: i}
		for _, month := range []*books{b.before, b} {
			if err := s.seal(n, month, i); err != nil {
				return nil, fmt.Errorf("sealing %v of %s: %w", month.Period, t.Account, err)
			}
		}
		out = append(out, s)
	}
	trial, err := n.book.Trial(time.Time{})
	if err == nil && !trial.Balanced() {
		err = fmt.Errorf("ledger does not balance: %v", trial.Totals)
	}
	return out, err
}

// seal seals the i-th tenant's month: events, usage, charges, lines of the
// invoice and postings.
func (s *sealedTenant) seal(n *notary, m *books, i int) error {
	bill := m.Bills[i]
	s.invoice, s.told = m.Issued[i], m.Told
	cards, err := sealedCards(bill.Contract)
	if err != nil {
		return err
	}
	sealer, err := s.chain.Begin(m.Period, n.secret, cards...)
	if err != nil {
		return err
	}
	lines := s.lines(bill.Charges)
	add := func(r seal.Record) {
		if err == nil {
			err = sealer.Add(r)
		}
	}
	for e, sku := range m.Told.events(i) {
		add(seal.FromEvent(e, s.lineOf(lines, e, sku)))
	}
	for _, u := range m.Rated[i] {
		add(seal.FromUsage(u, lines.ofKey(u.Key)))
	}
	for k, c := range bill.Charges {
		add(seal.FromCharge(c, fmt.Sprintf("%s#%d", s.invoice.Number(), k+1), s.invoice.LineID(c)))
	}
	for _, line := range s.invoice.Lines() {
		add(seal.FromLine(line))
	}
	if err != nil {
		return err
	}
	if err := n.post(sealer, bill, s.invoice, cards[0]); err != nil {
		return err
	}
	if s.month, err = sealer.Seal(n.signer); err != nil {
		return err
	}
	_, err = s.chain.Append(s.month.Note, n.verifier)
	return err
}

// post posts the charges and the invoice, and seals what was posted.
func (n *notary) post(sealer *seal.Sealer, bill rating.Bill, issued *invoice.Issued, card seal.Card) error {
	end := bill.Period.End().Add(-1)
	documents, err := posting.Charges(posting.Bill{Journal: "gpucloud", From: bill.Period.Start(), To: bill.Period.End(),
		CardDigest: hex.EncodeToString(card.Digest[:]), At: end}, slices.Values(bill.Charges))
	if err != nil {
		return err
	}
	asked, err := posting.Issued(issued)
	if err != nil {
		return err
	}
	documents = append(documents, asked)
	if _, err := n.poster.Post(context.Background(), documents...); err != nil {
		return err
	}
	for _, d := range documents {
		t, _, moves, err := posting.DefaultRules().Transaction(d)
		if err != nil {
			return err
		}
		posted, there := n.book.Transaction(t.ID)
		if !moves || !there {
			continue // a charge of nothing
		}
		r, err := seal.FromTransaction(posted)
		if err != nil {
			return err
		}
		if err := sealer.Add(r); err != nil {
			return err
		}
	}
	return nil
}

// sealedCards are the cards of a contract with the digests of their texts.
func sealedCards(c accounting.Contract) (out []seal.Card, err error) {
	for _, card := range []*accounting.Card{c.Card, c.Negotiated} {
		if card == nil {
			continue
		}
		text, err := ratecard.AppendYAML(nil, card)
		if err != nil {
			return nil, err
		}
		out = append(out, seal.Card{Name: card.Name(), Digest: sha256.Sum256(text)})
	}
	return out, nil
}

// A lineIndex finds the line that usage was billed on.
type lineIndex map[metering.Key]string // keys without account and resource; "" if on several

// withoutWho is what of a key decides where it is billed.
func withoutWho(k metering.Key) metering.Key {
	return metering.Key{Meter: k.Meter, SKU: k.SKU, Region: k.Region, Labels: k.Labels}
}

func (s *sealedTenant) lines(charges []accounting.Charge) lineIndex {
	x := make(lineIndex)
	for _, c := range charges {
		line := s.invoice.LineID(c)
		if line == "" {
			continue
		}
		key := metering.Key{Meter: c.Meter, SKU: c.SKU, Region: c.Region, Labels: c.Labels}
		if other, known := x[key]; known && other != line {
			line = ""
		}
		x[key] = line
	}
	return x
}

// ofKey is the line of usage, "" where it is on none or on several.
func (x lineIndex) ofKey(k metering.Key) string { return x[withoutWho(k)] }

// lineOf is the line of an event of a lease of a SKU, "" for the gateway's: it
// reports several meters, which are on as many lines. What is reserved in part is
// on two. Their usage says where they are.
func (s *sealedTenant) lineOf(lines lineIndex, e metering.Event, sku string) string {
	if sku == "" || s.account == reservedBy && sku == reservedSKU {
		return ""
	}
	return lines.ofKey(metering.Key{Meter: metering.AcceleratorTime, SKU: sku, Region: e.Region})
}
