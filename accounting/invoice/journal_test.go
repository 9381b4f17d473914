package invoice_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/invoice"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

// documents reads what a journal keeps.
func documents(t *testing.T, j *invoice.Journal) (all [][]byte) {
	for text, err := range j.Documents() {
		require.NoError(t, err)
		all = append(all, text)
	}
	return all
}

// Whatever call fails while documents are kept, and when the power does then: those that
// were kept are there, in order, and perhaps one more.
func TestJournal_KeepsWhatItSays(t *testing.T) {
	text := func(i int) []byte { return bytes.Repeat(fmt.Appendf(nil, "document %d ", i), 100) }
	calls := 0
	for at := 0; at == 0 || at <= calls; at++ {
		disk := meteringtest.NewDisk()
		faults := meteringtest.NewFaults(disk)
		n := 0
		faults.Hook(func(meteringtest.Call) error {
			if n++; n == at {
				return syscall.EIO
			}
			return nil
		})
		kept := 0
		j, err := invoice.OpenJournalIn(faults)
		for i := 0; err == nil && i < 5; i++ {
			if err = j.Keep(text(i)); err == nil {
				kept++
			}
		}
		if j != nil {
			err = errors.Join(err, j.Close())
		}
		if at == 0 {
			require.NoError(t, err)
			calls = n
		}
		left := disk.PowerLoss(meteringtest.Loss{Seed: uint64(at), Survive: meteringtest.Random})
		j, err = invoice.OpenJournalIn(left)
		require.NoError(t, err, "call %d", at)
		all := documents(t, j)
		require.Contains(t, []int{kept, kept + 1}, len(all), "call %d", at)
		for i, got := range all {
			require.Equal(t, text(i), got)
		}
		require.NoError(t, j.Keep(text(9)))
		require.NoError(t, j.Close())
	}
	require.Greater(t, calls, 20)
}

// Two programs do not issue from one journal.
func TestOpenJournal_Once(t *testing.T) {
	dir := t.TempDir()
	j, err := invoice.OpenJournal(dir)
	require.NoError(t, err)
	_, err = invoice.OpenJournal(dir)
	require.ErrorContains(t, err, "lock")
	require.NoError(t, j.Close())
}

// A document of more than a record takes is refused, and the register issues the
// next one.
func TestJournal_KeepRefuses(t *testing.T) {
	j, err := invoice.OpenJournalIn(meteringtest.NewDisk())
	require.NoError(t, err)
	require.ErrorIs(t, j.Keep(make([]byte, 1<<24+1)), invoice.ErrTerms)
	require.NoError(t, j.Keep(make([]byte, 1<<24)))
	require.Len(t, documents(t, j), 1)
	require.NoError(t, j.Close())
	require.Error(t, j.Keep([]byte("x")))

	j, err = invoice.OpenJournalIn(meteringtest.NewDisk())
	require.NoError(t, err)
	r := must(invoice.NewRegister(issuer, j.Keep))
	large := slices.Repeat([]string{strings.Repeat("n", 4096)}, 1<<12) // notes of 16 MiB
	_, err = r.Issue(issueAt, invoice.Terms{Notes: large}, sampleDraft(t))
	require.ErrorIs(t, err, invoice.ErrTerms)
	require.NotErrorIs(t, err, invoice.ErrJournal)
	require.Equal(t, "INV-2026-000001", must(r.Issue(issueAt, invoice.Terms{}, sampleDraft(t))).Number(), "the number was not used")
	require.Len(t, documents(t, j), 1)
}
