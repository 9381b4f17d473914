package seal_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/meterbook/meterbook/accounting/seal"
)

// signed is a note of a seal as someone with the key may write it.
func signed(s seal.Seal) []byte {
	return must(note.Sign(&note.Note{Text: s.Text()}, signerOf("a")))
}

// TestChain_WrongLinks: a seal that is signed, and names another past than the
// chain has in one way alone, does not follow.
func TestChain_WrongLinks(t *testing.T) {
	t.Parallel()
	_, all := months(t, 3)
	v := []note.Verifier{verifierOf("a")}
	c := must(seal.NewChain("acme", v, all[0].Note, all[1].Note))
	for name, change := range map[string]func(*seal.Seal){
		"previous": func(s *seal.Seal) { s.Previous[0] ^= 1 },
		"seals":    func(s *seal.Seal) { s.Seals[0] ^= 1 },
		"number":   func(s *seal.Seal) { s.Number++ },
		"tenant":   func(s *seal.Seal) { s.Tenant = "beta" },
		"period":   func(s *seal.Seal) { s.Period = all[1].Seal.Period },
	} {
		wrong := all[2].Seal
		change(&wrong)
		_, err := c.Append(signed(wrong), v...)
		require.ErrorIs(t, err, seal.ErrForged, name)
		require.EqualValues(t, 2, c.Len())
	}
	must(c.Append(all[2].Note, v...))
}

// TestExtension_AnotherPast: a later seal that has the earlier one in its place,
// over another past than the earlier one had, does not extend it.
func TestExtension_AnotherPast(t *testing.T) {
	t.Parallel()
	_, all := months(t, 4)
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) (h []tlog.Hash, err error) {
		for _, i := range indexes {
			h = append(h, stored[i])
		}
		return h, nil
	})
	for i, text := range []string{"another january", all[1].Seal.Text(), all[2].Seal.Text()} {
		stored = append(stored, must(tlog.StoredHashes(int64(i), []byte(text), reader))...)
	}
	newer := all[3].Seal
	newer.Seals = must(tlog.TreeHash(3, reader))
	e := seal.Extension{Older: string(all[1].Note), Newer: string(signed(newer)),
		Contains: must(tlog.ProveRecord(3, 1, reader)), Extends: must(tlog.ProveTree(3, 1, reader))}
	require.NoError(t, tlog.CheckRecord(e.Contains, 3, newer.Seals, 1, tlog.RecordHash([]byte(all[1].Seal.Text()))))
	_, _, err := e.Verify(verifierOf("a"))
	require.ErrorIs(t, err, seal.ErrForged)
}
