package meterbook_test

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/invoice"
	"github.com/meterbook/meterbook/accounting/ledger"
	"github.com/meterbook/meterbook/accounting/posting"
	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/accounting/seal"
	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/journal"
)

// A provider is what stays open from month to month.
type provider struct {
	rec       *journal.Recorder
	contracts []accounting.Contract
	register  *invoice.Register
	book      *ledger.Book
	chains    map[metering.Account]*seal.Chain // of each contract's account
	secret    *seal.Secret
	signer    note.Signer
	verifier  note.Verifier
}

// closeMonth closes a month, on the morning after it. Alive are heartbeats, at the
// month's end, of all that still runs then; energy is what the month took.
func (p *provider) closeMonth(ctx context.Context, month metering.Period, now time.Time, alive, energy []metering.Event) error {
	for _, events := range [][]metering.Event{alive, energy} {
		res, err := p.rec.Record(ctx, events...)
		if err = errors.Join(err, res.Err()); err != nil {
			return err
		}
	}
	for r := range p.rec.Running(month.End()) {
		return fmt.Errorf("%s of %s was last heard of at %v: does it still run?", r.Resource, r.Account, r.Heard)
	}
	if err := p.rec.Seal(ctx, month.End()); err != nil {
		return err
	}
	poster, err := posting.New(p.book, posting.DefaultRules())
	if err != nil {
		return err
	}
	bills := make([]rating.Bill, len(p.contracts))
	invoices := make([]*invoice.Issued, len(p.contracts))
	for i, contract := range p.contracts {
		usage := p.rec.Usage(month, metering.Of(contract.Account))
		bill, _, err := rating.Rate(contract, month, usage, rating.State{})
		if err != nil {
			return err
		}
		draft, err := invoice.NewDraft(contract, month, slices.Values(bill.Charges))
		if err != nil {
			return err
		}
		issued, err := p.register.Issue(now, invoice.Terms{DueDays: 30}, draft)
		if err != nil {
			return err
		}
		card, err := sealedCard(contract)
		if err != nil {
			return err
		}
		documents, err := posting.Charges(posting.Bill{Journal: fmt.Sprint(p.rec.Journal().ID()), From: month.Start(), To: month.End(),
			CardDigest: hex.EncodeToString(card.Digest[:]), At: month.End().Add(-1)}, slices.Values(bill.Charges))
		if err != nil {
			return err
		}
		asked, err := posting.Issued(issued)
		if err != nil {
			return err
		}
		if _, err := poster.Post(ctx, append(documents, asked)...); err != nil {
			return err
		}
		bills[i], invoices[i] = bill, issued
	}
	if err := p.book.CloseBefore(ctx, month.End()); err != nil {
		return err
	}
	for i, contract := range p.contracts {
		if err := p.seal(month, contract, bills[i], invoices[i]); err != nil {
			return err
		}
	}
	return nil
}

// seal seals a tenant's month: usage, charges and the lines of the invoice.
func (p *provider) seal(month metering.Period, contract accounting.Contract, bill rating.Bill, issued *invoice.Issued) error {
	card, err := sealedCard(contract)
	if err != nil {
		return err
	}
	chain := p.chains[contract.Account]
	sealer, err := chain.Begin(month, p.secret, card)
	if err != nil {
		return err
	}
	for u, err := range p.rec.Usage(month, metering.Of(contract.Account)) {
		if err != nil {
			return err
		}
		if err := sealer.Add(seal.FromUsage(u, "")); err != nil {
			return err
		}
	}
	for i, c := range bill.Charges {
		if err := sealer.Add(seal.FromCharge(c, fmt.Sprintf("%s#%d", issued.Number(), i+1), issued.LineID(c))); err != nil {
			return err
		}
	}
	for _, line := range issued.Lines() {
		if err := sealer.Add(seal.FromLine(line)); err != nil {
			return err
		}
	}
	sealed, err := sealer.Seal(p.signer)
	if err != nil {
		return err
	}
	_, err = chain.Append(sealed.Note, p.verifier) // and hand the note out: it is on the chain as this provider has it
	return err
}

// sealedCard is a contract's card with the digest of its text.
func sealedCard(contract accounting.Contract) (seal.Card, error) {
	text, err := ratecard.AppendYAML(nil, contract.Card)
	return seal.Card{Name: contract.Card.Name(), Digest: sha256.Sum256(text)}, err
}

// newProvider is a provider with tenants acme and beta, whose clock tells now.
func newProvider(dir string, now time.Time) (*provider, error) {
	card, err := ratecard.ParseYAML([]byte(`
card: demo
version: "1"
currency: CNY
rounding: {mode: half-even, places: 2, level: line}
prices:
  - {id: h100, service: accelerated-compute, match: {meter: compute.accelerator.time, sku: H100-SXM5}, unit: "{card}.h", per_unit: 18.90}
  - {id: energy, service: energy, match: {meter: energy.device}, unit: kW.h, per_unit: 0.85}
`))
	if err != nil {
		return nil, err
	}
	p := &provider{book: ledger.New(), chains: map[metering.Account]*seal.Chain{}}
	if p.rec, _, err = journal.OpenRecorder(dir, journal.WithClock(func() time.Time { return now })); err != nil {
		return nil, err
	}
	if p.register, err = invoice.NewRegister(invoice.Issuer{Party: invoice.Party{ID: "cloud", Name: "Cloud"}, Numbering: invoice.DefaultNumbering()}, nil); err != nil {
		return nil, err
	}
	private := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)) // a KMS in production
	if p.signer, err = seal.NewSigner("cloud.example/seal", private); err != nil {
		return nil, err
	}
	if p.verifier, err = seal.NewVerifier("cloud.example/seal", private.Public()); err != nil {
		return nil, err
	}
	if p.secret, err = seal.NewSecret([]byte("thirty-two bytes that stay secret")); err != nil {
		return nil, err
	}
	for _, tenant := range []metering.Account{"acme", "beta"} {
		p.contracts = append(p.contracts, accounting.Contract{Account: tenant, Card: card})
		if p.chains[tenant], err = seal.NewChain(tenant, nil); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// job is an event in the life of a job of acme's on two cards.
func job(id string, kind metering.Kind, at time.Time) metering.Event {
	e := metering.Event{Account: "acme/vision", Source: "scheduler", ID: id, Resource: "job-42", Kind: kind, Time: at}
	if kind == metering.Start {
		e.Items = []metering.Item{{Meter: metering.AcceleratorTime, SKU: "H100-SXM5", Quantity: metering.WholeCards(2)}}
	}
	return e
}

// drawn is energy that a tenant's devices took.
func drawn(id string, tenant metering.Account, at time.Time, energy string) metering.Event {
	return metering.Event{Account: tenant, Source: "site-1", ID: id, Kind: metering.Amount, Time: at,
		Items: []metering.Item{{Meter: metering.DeviceEnergy, Quantity: metering.MustQuantity(energy)}}}
}

// A month is closed in the order that README.md gives. The job runs on: two cards for
// the last ten hours of October are billed, as a heartbeat says that it was alive.
func Example_closingAMonth() {
	dir, err := os.MkdirTemp("", "meterbook")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	ctx := context.Background()
	october := metering.MustPeriod("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z")
	morning := october.End().Add(9 * time.Hour)
	p, err := newProvider(dir, morning)
	if err != nil {
		panic(err)
	}
	if _, err := p.rec.Record(ctx, job("start", metering.Start, october.End().Add(-10*time.Hour))); err != nil {
		panic(err)
	}

	alive := []metering.Event{job("alive-2026-10", metering.Heartbeat, october.End())}
	lastHour := october.End().Add(-time.Hour)
	energy := []metering.Event{drawn("acme-2026-10", "acme/vision", lastHour, "14 kW.h"), drawn("beta-2026-10", "beta", lastHour, "3 kW.h")}
	fmt.Println(p.closeMonth(ctx, october, morning, nil, energy))
	if err := p.closeMonth(ctx, october, morning, alive, energy); err != nil {
		panic(err)
	}
	trial, _ := p.book.Trial(time.Time{})
	for _, row := range trial.Rows {
		if !row.Balance.IsZero() {
			fmt.Println(row.Account.Path, row.Balance)
		}
	}
	for _, contract := range p.contracts {
		last := p.chains[contract.Account].Last()
		fmt.Println(last.Tenant, "sealed until", last.Period.End().Format(time.DateOnly), "with", last.Records, "records")
	}

	// What comes for the month from here on is late.
	res, _ := p.rec.Record(ctx, drawn("forgotten", "beta", lastHour, "1 kW.h"))
	fmt.Println(res.Refused[0].Err)
	fmt.Println(p.rec.Close())
	// Output:
	// job-42 of acme/vision was last heard of at 2026-10-31 14:00:00 +0000 UTC: does it still run?
	// assets/receivable/acme CNY 389.90
	// assets/receivable/beta CNY 2.55
	// income/accelerated-compute/acme CNY -378.00
	// income/energy/acme CNY -11.90
	// income/energy/beta CNY -2.55
	// acme sealed until 2026-11-01 with 6 records
	// beta sealed until 2026-11-01 with 3 records
	// metering: meter "energy.device": 2026-10-31T23:00:00Z is late: windows before 2026-11-01T00:00:00Z are sealed; record it as an adjustment of a later time, or let the meter's late policy take it
	// <nil>
}

var codeCell = regexp.MustCompile("^\\| [^|]+ \\| `([^|]+)` \\|")

// The README's steps of closing a month are those of closeMonth, in its order.
func TestReadme_Closing(t *testing.T) {
	source := page(t, "closing_test.go")
	_, table, found := strings.Cut(page(t, "README.md"), "## Closing a month")
	require.True(t, found)
	table, _, _ = strings.Cut(table, "\n## ")
	steps, at := 0, 0
	for line := range strings.Lines(table) {
		m := codeCell.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		for call := range strings.SplitSeq(m[1], "`, `") {
			i := strings.Index(source[at:], call)
			require.GreaterOrEqual(t, i, 0, "%s is not in closing_test.go after the step before it", call)
			at += i
			steps++
		}
	}
	require.Greater(t, steps, 8)
}
