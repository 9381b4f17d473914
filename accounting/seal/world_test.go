package seal_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/meterbook/meterbook/accounting/ledger"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/seal"
	"github.com/meterbook/meterbook/metering"
)

var (
	lawsFull = flag.Bool("laws.full", false, "10,000 mutations of a period of 10,000 records, instead of 400 of 400")
	lawsSeed = flag.Uint64("laws.seed", 20261126, "seed of the cases; 0 takes one from the clock and logs it")
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func seeded(t testing.TB) *rand.Rand {
	seed := *lawsSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("-laws.seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

const keyName = "billing.example.com/seal"

// key is a signing key made of a name.
func key(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(name))
	return ed25519.NewKeyFromSeed(seed[:])
}

func signerOf(name string) note.Signer { return must(seal.NewSigner(keyName, key(name))) }

func verifierOf(name string) note.Verifier {
	return must(seal.NewVerifier(keyName, key(name).Public()))
}

var (
	secret  = must(seal.NewSecret(bytes.Repeat([]byte("k"), 32)))
	october = metering.MustPeriod("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z")
	cards   = []seal.Card{{Name: "gpu-cloud@3", Digest: sha256.Sum256([]byte("card"))}}
)

func event(n int) metering.Event {
	return metering.Event{Account: "acme/vision", Source: "node-7", ID: fmt.Sprintf("job-%d", n), Kind: metering.Amount,
		Time: october.Start().Add(time.Duration(n) * time.Second), Resource: "gpu-3", Region: "cn-north-1",
		Items: []metering.Item{{Meter: metering.AcceleratorTime, SKU: "H100-SXM", Quantity: metering.MustQuantity("90 {card}.s")}}}
}

func usage(n int) metering.Usage {
	start := october.Start().Add(time.Duration(n) * 15 * time.Minute % (30 * 24 * time.Hour))
	return metering.Usage{Key: metering.Key{Account: "acme/vision", Meter: metering.AcceleratorTime, Resource: fmt.Sprint("gpu-", n), SKU: "H100-SXM", Region: "cn-north-1"},
		Period: must(metering.NewPeriod(start, start.Add(15*time.Minute))), Quantity: metering.MustQuantity("90 {card}.s")}
}

func transaction(n int) ledger.Transaction {
	postings := must(ledger.Move("income/compute/acme", "assets/receivable/acme", must(money.FromMinor(int64(n+1), money.CNY))))
	return ledger.Transaction{ID: ledger.IDOf("charge", fmt.Sprint(n)), At: october.Start(), Memo: fmt.Sprint("charge ", n), Postings: postings}
}

func line(n int) seal.Record {
	return seal.Record{Kind: seal.Line, ID: fmt.Sprintf("INV-1/%d", n), Meter: metering.AcceleratorTime,
		Quantity: metering.MustQuantity("90 {card}.s"), Amount: must(money.FromMinor(100, money.CNY)), Body: []byte("line")}
}

// record is the n-th of a period, of one kind or another.
func record(n int) seal.Record {
	switch n % 4 {
	case 0:
		return seal.FromEvent(event(n), "INV-1/3")
	case 1:
		return seal.FromUsage(usage(n), "INV-1/3")
	case 2:
		return must(seal.FromTransaction(transaction(n)))
	}
	return line(n)
}

// alone is that record where its line is not sealed, or in another month.
func alone(n int) seal.Record {
	r := record(n)
	r.Line, r.Period = "", metering.Period{}
	return r
}

// sealed is a period of so many records, after some others of the chain.
func sealed(t testing.TB, chain *seal.Chain, period metering.Period, n int) *seal.Sealed {
	s, err := chain.Begin(period, secret, cards...)
	require.NoError(t, err)
	of := record
	if n < 4 || period != october {
		of = alone
	}
	for i := range n {
		require.NoError(t, s.Add(of(i)))
	}
	done, err := s.Seal(signerOf("a"))
	require.NoError(t, err)
	return done
}

func chain() *seal.Chain { return must(seal.NewChain("acme", nil)) }

// leavesOf takes the leaves out of a period as it is written, and the note.
func leavesOf(t testing.TB, s *seal.Sealed) [][]byte {
	leaves := make([][]byte, s.Len())
	for i := range leaves {
		leaves[i] = bytes.Clone(must(s.Prove(int64(i))).Leaf)
	}
	return leaves
}
