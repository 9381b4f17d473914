// Package ledgertest has the tests that a store of a ledger has to pass.
//
//	func TestStore(t *testing.T) {
//		ledgertest.TestStore(t, func(t *testing.T) ledgertest.Opener {
//			db := newDatabase(t)                                       // empty
//			return func() (ledger.Store, func() error, error) {        // opened once more
//				s, err := Open(db)
//				return s, s.Close, err
//			}
//		})
//	}
//
// # What this shows and what not
//
// It shows that records come back in order and byte for byte, in another
// process as in this one, that none is overwritten or leaves a gap, and that a
// book on the store is the book in memory. It cannot show that records are
// durable when Append returns: that takes a store whose power is cut.
//
// # Design
//
// The kit stands beside the ledger and not in it, so that no program that keeps
// a book imports package testing.
package ledgertest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/meterbook/meterbook/accounting/ledger"
	"github.com/meterbook/meterbook/accounting/money"
)

// An Opener opens the same store once more, as another process would after the
// last one closed it.
type Opener func() (store ledger.Store, closed func() error, err error)

// TestStore holds a store against the contract. It asks for an empty store for
// each test.
func TestStore(t *testing.T, empty func(t *testing.T) Opener) {
	t.Run("KeepsInOrder", func(t *testing.T) { keepsInOrder(t, empty(t)) })
	t.Run("RefusesOtherNumbers", func(t *testing.T) { refusesOtherNumbers(t, empty(t)) })
	t.Run("CopiesRecords", func(t *testing.T) { copiesRecords(t, empty(t)) })
	t.Run("StopsReading", func(t *testing.T) { stopsReading(t, empty(t)) })
	t.Run("HoldsABook", func(t *testing.T) { holdsABook(t, empty(t)) })
	t.Run("TellsStaleBooks", func(t *testing.T) { tellsStaleBooks(t, empty(t)) })
}

// with opens the store, uses it and closes it.
func with(t *testing.T, open Opener, use func(ledger.Store)) {
	t.Helper()
	store, closed, err := open()
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	use(store)
	if err := closed(); err != nil {
		t.Fatalf("close: %v", err)
	}
}

// read returns all records.
func read(t *testing.T, s ledger.Store) [][]byte {
	t.Helper()
	var all [][]byte
	for r, err := range s.Records(t.Context()) {
		if err != nil {
			t.Fatalf("records: %v", err)
		}
		all = append(all, bytes.Clone(r))
	}
	return all
}

func keepsInOrder(t *testing.T, open Opener) {
	var want [][]byte
	for i, size := range []int{1, 0, 3, 200, 90_000, 17} {
		batch := [][]byte{bytes.Repeat([]byte{byte(i)}, max(size, 1)), {0}, {0xff, byte(i), '\n', 0}}
		with(t, open, func(s ledger.Store) {
			if err := s.Append(t.Context(), uint64(len(want))+1, batch); err != nil {
				t.Fatalf("append %d: %v", i, err)
			}
			want = append(want, batch...)
			same(t, read(t, s), want)
		})
		with(t, open, func(s ledger.Store) { same(t, read(t, s), want) })
	}
}

func refusesOtherNumbers(t *testing.T, open Opener) {
	with(t, open, func(s ledger.Store) {
		ctx := t.Context()
		if err := s.Append(ctx, 1, [][]byte{{1}, {2}}); err != nil {
			t.Fatal(err)
		}
		for _, first := range []uint64{0, 1, 2, 4, 1 << 40} {
			if err := s.Append(ctx, first, [][]byte{{9}, {9}}); !errors.Is(err, ledger.ErrSequence) {
				t.Errorf("append at %d after 2 records: %v, want ErrSequence", first, err)
			}
		}
		same(t, read(t, s), [][]byte{{1}, {2}})
	})
}

func copiesRecords(t *testing.T, open Opener) {
	with(t, open, func(s ledger.Store) {
		mine := []byte{1, 2, 3}
		if err := s.Append(t.Context(), 1, [][]byte{mine}); err != nil {
			t.Fatal(err)
		}
		mine[0] = 9
		same(t, read(t, s), [][]byte{{1, 2, 3}})
	})
}

func stopsReading(t *testing.T, open Opener) {
	with(t, open, func(s ledger.Store) {
		if err := s.Append(t.Context(), 1, [][]byte{{1}, {2}, {3}}); err != nil {
			t.Fatal(err)
		}
		for range s.Records(t.Context()) {
			break
		}
		done, cancel := context.WithCancel(t.Context())
		cancel()
		var got int
		for _, err := range s.Records(done) {
			if got++; err != nil && !errors.Is(err, context.Canceled) {
				t.Errorf("records of an ended context: %v", err)
			}
		}
		if got > 3 {
			t.Errorf("%d records of 3", got)
		}
		same(t, read(t, s), [][]byte{{1}, {2}, {3}})
	})
}

func holdsABook(t *testing.T, open Opener) {
	ctx := t.Context()
	memory := ledger.New()
	for round := range 4 {
		with(t, open, func(s ledger.Store) {
			book, err := ledger.Open(ctx, s)
			if err != nil {
				t.Fatal(err)
			}
			if book.Digest() != memory.Digest() {
				t.Fatalf("round %d: the book that was kept is another one", round)
			}
			for _, b := range []*ledger.Book{book, memory} {
				if err := fill(ctx, b, round); err != nil {
					t.Fatal(err)
				}
			}
			if book.Digest() != memory.Digest() {
				t.Fatalf("round %d: the book on the store is another one", round)
			}
		})
	}
}

func tellsStaleBooks(t *testing.T, open Opener) {
	with(t, open, func(s ledger.Store) {
		ctx := t.Context()
		one, err1 := ledger.Open(ctx, s)
		two, err2 := ledger.Open(ctx, s)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		if err := fill(ctx, one, 0); err != nil {
			t.Fatal(err)
		}
		if err := fill(ctx, two, 0); !errors.Is(err, ledger.ErrSequence) || !errors.Is(err, ledger.ErrBroken) {
			t.Errorf("a book that does not know of another's records: %v, want ErrSequence and ErrBroken", err)
		}
		again, err := ledger.Open(ctx, s)
		if err != nil || again.Digest() != one.Digest() {
			t.Errorf("the store was changed by a book that was refused: %v", err)
		}
	})
}

// fill posts what differs from round to round.
func fill(ctx context.Context, b *ledger.Book, round int) error {
	at := time.Unix(int64(1_700_000_000+round), 0)
	if err := b.OpenAccounts(ctx, ledger.Account{Path: "asset/cash", Type: ledger.Asset, Currency: money.CNY},
		ledger.Account{Path: "income/sales", Type: ledger.Income, Currency: money.CNY}); err != nil {
		return err
	}
	var batch []ledger.Transaction
	for i := range 3 {
		postings, err := ledger.Move("income/sales", "asset/cash", money.MustParse(fmt.Sprintf("CNY %d.000000000000000001", i+1)))
		if err != nil {
			return err
		}
		batch = append(batch, ledger.Transaction{ID: ledger.IDOf("kit", fmt.Sprint(round, i)), At: at, Memo: "测试", Postings: postings})
	}
	if _, err := b.Post(ctx, batch...); err != nil {
		return err
	}
	if _, err := b.Reverse(ctx, batch[0].ID, at, "taken back"); err != nil {
		return err
	}
	return b.CloseBefore(ctx, at)
}

func same(t *testing.T, got, want [][]byte) {
	t.Helper()
	if !slices.EqualFunc(got, want, bytes.Equal) {
		t.Fatalf("%d records, want %d, each byte for byte", len(got), len(want))
	}
}
