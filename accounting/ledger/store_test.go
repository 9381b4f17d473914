package ledger_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/ledger"
	"github.com/meterbook/meterbook/accounting/ledger/ledgertest"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

// table is a store as a database would be one: rows with a primary key.
type table struct{ rows [][]byte }

func (s *table) Append(_ context.Context, first uint64, records [][]byte) error {
	if first != uint64(len(s.rows))+1 {
		return fmt.Errorf("row %d: %w", first, ledger.ErrSequence)
	}
	for _, r := range records {
		s.rows = append(s.rows, bytes.Clone(r))
	}
	return nil
}

func (s *table) Records(context.Context) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, r := range s.rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func TestStore_Table(t *testing.T) {
	t.Parallel()
	ledgertest.TestStore(t, func(*testing.T) ledgertest.Opener {
		s := &table{}
		return func() (ledger.Store, func() error, error) { return s, func() error { return nil }, nil }
	})
}

func TestStore_Journal(t *testing.T) {
	t.Parallel()
	ledgertest.TestStore(t, func(*testing.T) ledgertest.Opener {
		disk := meteringtest.NewDisk()
		return func() (ledger.Store, func() error, error) {
			j, err := ledger.OpenJournalIn(disk)
			if err != nil {
				return nil, nil, err
			}
			return j, j.Close, nil
		}
	})
	ledgertest.TestStore(t, func(t *testing.T) ledgertest.Opener {
		dir := t.TempDir() + "/book"
		return func() (ledger.Store, func() error, error) {
			j, err := ledger.OpenJournal(dir)
			if err != nil {
				return nil, nil, err
			}
			return j, j.Close, nil
		}
	})
}

// TestOpen_RefusesOtherRecords changes bytes of a store in turn: the book is
// refused, or it is another book that balances all the same.
func TestOpen_RefusesOtherRecords(t *testing.T) {
	t.Parallel()
	s := &table{}
	book, err := ledger.Open(t.Context(), s)
	require.NoError(t, err)
	require.NoError(t, programDay(t.Context(), book, 1))
	refused := 0
	for i, row := range s.rows {
		for at := 0; at < len(row); at += 1 + i%3 {
			other := &table{}
			for _, r := range s.rows {
				other.rows = append(other.rows, bytes.Clone(r))
			}
			other.rows[i][at] ^= 0x41
			b, err := ledger.Open(t.Context(), other)
			if err != nil {
				require.ErrorIs(t, err, ledger.ErrReplay)
				refused++
				continue
			}
			require.NotEqual(t, book.Digest(), b.Digest())
			require.True(t, must(b.Trial(b.Closed())).Balanced())
		}
		for _, rows := range [][][]byte{slices.Delete(slices.Clone(s.rows), i, i+1), append(slices.Clone(s.rows), row)} {
			if b, err := ledger.Open(t.Context(), &table{rows}); err == nil {
				require.NotEqual(t, book.Digest(), b.Digest())
			}
		}
	}
	require.Greater(t, refused, 100)
}

// failing is a store whose appends fail.
type failing struct {
	table
	err error
}

func (s *failing) Append(ctx context.Context, first uint64, records [][]byte) error {
	if s.err != nil {
		return s.err
	}
	return s.table.Append(ctx, first, records)
}

func TestPost_StoreFails(t *testing.T) {
	t.Parallel()
	s := &failing{}
	book, err := ledger.Open(t.Context(), s)
	require.NoError(t, err)
	was := book.Digest()

	s.err = fmt.Errorf("disk full: %w", ledger.ErrNotKept)
	require.ErrorIs(t, programDay(t.Context(), book, 0), ledger.ErrNotKept)
	require.Equal(t, was, book.Digest())
	s.err = nil
	require.NoError(t, programDay(t.Context(), book, 0), "a store that kept nothing leaves the book usable")

	was = book.Digest()
	s.err = errors.New("connection lost")
	require.ErrorIs(t, programDay(t.Context(), book, 1), ledger.ErrBroken)
	s.err = nil
	require.ErrorIs(t, programDay(t.Context(), book, 1), ledger.ErrBroken, "what the store has is unknown")
	require.Equal(t, was, book.Digest())
	_, err = book.Balance("income/usage", money.CNY, book.Closed())
	require.NoError(t, err, "reading goes on")

	again, err := ledger.Open(t.Context(), s)
	require.NoError(t, err)
	require.NoError(t, programDay(t.Context(), again, 1))
}

// A context that ends breaks no book: before the store is asked nothing is kept,
// and once a journal writes it goes on to the end.
func TestPost_ContextEnds(t *testing.T) {
	t.Parallel()
	journal, err := ledger.OpenJournal(t.TempDir() + "/book")
	require.NoError(t, err)
	defer journal.Close()
	book, err := ledger.Open(t.Context(), journal)
	require.NoError(t, err)
	ended, end := context.WithCancel(t.Context())
	end()
	was := book.Digest()
	err = programDay(ended, book, 0)
	require.ErrorIs(t, err, ledger.ErrNotKept)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, was, book.Digest())
	require.NoError(t, programDay(t.Context(), book, 0), "the book is usable")

	other, err := ledger.OpenJournal(t.TempDir() + "/other")
	require.NoError(t, err)
	defer other.Close()
	require.NoError(t, other.Append(ended, 1, [][]byte{[]byte("kept")}))
	for record, err := range other.Records(t.Context()) {
		require.NoError(t, err)
		require.Equal(t, "kept", string(record))
	}
}
