package seal_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/crc32"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/meterbook/meterbook/accounting/seal"
	"github.com/meterbook/meterbook/metering"
)

// TestLaw_RFC6962: roots are those of RFC 6962 word for word, proofs are those
// of plain tlog functions, and each is checked by tlog and by RFC 9162's
// algorithm, for every size to 70.
func TestLaw_RFC6962(t *testing.T) {
	t.Parallel()
	for n := range 70 {
		s := sealed(t, chain(), october, n)
		leaves := leavesOf(t, s)
		require.Equal(t, slowRoot(leaves), [32]byte(s.Seal.Root))
		var stored []tlog.Hash
		reader := tlog.HashReaderFunc(func(indexes []int64) (h []tlog.Hash, err error) {
			for _, i := range indexes {
				h = append(h, stored[i])
			}
			return h, nil
		})
		for i, l := range leaves {
			stored = append(stored, must(tlog.StoredHashes(int64(i), l, reader))...)
		}
		require.Equal(t, must(tlog.TreeHash(int64(n), reader)), s.Seal.Root)
		for i, l := range leaves {
			p := must(s.Prove(int64(i)))
			require.Equal(t, must(tlog.ProveRecord(int64(n), int64(i), reader)), p.Path)
			require.NoError(t, tlog.CheckRecord(p.Path, int64(n), s.Seal.Root, int64(i), tlog.RecordHash(l)))
			path := make([][32]byte, len(p.Path))
			for j := range p.Path {
				path[j] = p.Path[j]
			}
			require.True(t, slowIncluded(l, int64(i), int64(n), path, s.Seal.Root))
			_, err := s.Seal.Check(p)
			require.NoError(t, err)
		}
	}
}

// write is a sealed period as an adversary writes it: any leaves under a note,
// with the number and the checksum that go with them.
func write(signed []byte, leaves [][]byte) []byte {
	b := []byte("meterbook sealed period 1\n")
	b = binary.BigEndian.AppendUint32(b, uint32(len(signed)))
	b = append(b, signed...)
	b = binary.BigEndian.AppendUint64(b, uint64(len(leaves)))
	for _, l := range leaves {
		b = binary.BigEndian.AppendUint16(b, uint16(len(l)))
		b = append(b, l...)
	}
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
}

// mutate changes one thing of a period, and names it.
func mutate(r *rand.Rand, leaves, others [][]byte) ([][]byte, string) {
	out := slices.Clone(leaves)
	i, j := r.IntN(len(out)), r.IntN(len(out))
	switch r.IntN(7) {
	case 0:
		out[i] = bytes.Clone(out[i])
		out[i][r.IntN(len(out[i]))] ^= 1 << r.IntN(8)
		return out, "edit"
	case 1:
		return slices.Delete(out, i, i+1), "delete"
	case 2:
		return slices.Insert(out, i, others[r.IntN(len(others))]), "insert"
	case 3:
		return slices.Insert(out, i, out[j]), "double"
	case 4:
		for j == i {
			j = r.IntN(len(out))
		}
		out[i], out[j] = out[j], out[i]
		return out, "reorder"
	case 5:
		return out[:r.IntN(len(out))], "truncate"
	}
	out[i] = others[r.IntN(len(others))]
	return out, "swap"
}

// TestLaw_Mutations_Detected is F21: whatever is edited, deleted, inserted,
// doubled, reordered, cut off or swapped for a leaf of another period, with
// checksums and numbers made right again, is refused with the public key alone;
// and so is all of it under a seal that another key signed.
func TestLaw_Mutations_Detected(t *testing.T) {
	t.Parallel()
	cases, size := 400, 400
	if *lawsFull {
		cases, size = 10_000, 10_000
	}
	r := seeded(t)
	c := chain()
	s := sealed(t, c, october, size)
	must(c.Append(s.Note, verifierOf("a")))
	november := metering.MustPeriod("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")
	next := must(c.Begin(november, secret, cards...))
	for i := range size {
		require.NoError(t, next.Add(alone(i+size*4)))
	}
	leaves, others := leavesOf(t, s), leavesOf(t, must(next.Seal(signerOf("a"))))
	forger := must(chain().Begin(october, secret, cards...))

	_, err := seal.Read(bytes.NewReader(write(s.Note, leaves)), verifierOf("a"))
	require.NoError(t, err, "what was not changed is not refused")
	seen := map[string]int{}
	for range cases {
		changed, how := mutate(r, leaves, others)
		seen[how]++
		_, err := seal.Read(bytes.NewReader(write(s.Note, changed)), verifierOf("a"))
		require.Error(t, err, how)
		require.True(t, errors.Is(err, seal.ErrForged) || errors.Is(err, seal.ErrSyntax) || errors.Is(err, seal.ErrDuplicate), "%s: %v", how, err)
	}
	require.Len(t, seen, 7)
	t.Log(cases, "mutations of", size, "records, all detected:", seen)

	require.NoError(t, forger.Add(alone(0)))
	forged := must(forger.Seal(signerOf("b")))
	var file bytes.Buffer
	must(forged.WriteTo(&file))
	_, err = seal.Read(bytes.NewReader(file.Bytes()), verifierOf("b"))
	require.NoError(t, err)
	_, err = seal.Read(bytes.NewReader(file.Bytes()), verifierOf("a"))
	require.ErrorIs(t, err, seal.ErrForged, "signed by another key")
}

// TestLaw_Records_Detected: whoever has the records and the secret seals them
// again and finds the same root, unless a record was changed.
func TestLaw_Records_Detected(t *testing.T) {
	t.Parallel()
	r := seeded(t)
	root := func(records []seal.Record) (root tlog.Hash, sums [32]byte) {
		s := must(chain().Begin(october, secret, cards...))
		for _, x := range records {
			if s.Add(x) != nil {
				return root, sums // a record that is there twice
			}
		}
		done, err := s.Seal(signerOf("a"))
		if err != nil {
			return root, sums // the line of other records is gone
		}
		return done.Seal.Root, done.Seal.Sums
	}
	var records []seal.Record
	for i := range 40 {
		records = append(records, record(i))
	}
	want, sums := root(records)
	again, sumsAgain := root(records)
	require.Equal(t, want, again)
	require.Equal(t, sums, sumsAgain)
	for range 300 {
		changed := slices.Clone(records)
		i, j := r.IntN(len(changed)), r.IntN(len(changed)-1)
		switch r.IntN(6) {
		case 0:
			changed[i].Body = append(bytes.Clone(changed[i].Body), 0)
		case 1:
			changed[i].ID += "x"
		case 2:
			changed[i].Line += "x"
		case 3:
			changed[i].Quantity = must(changed[i].Quantity.Add(metering.Grains(1, metering.CardTime)))
		case 4:
			changed = slices.Delete(changed, i, i+1)
		case 5:
			changed[j], changed[j+1] = changed[j+1], changed[j]
		}
		got, _ := root(changed)
		require.NotEqual(t, want, got)
	}
}

// TestLaw_Proofs_Forged: a proof is refused when any bit of it is another.
func TestLaw_Proofs_Forged(t *testing.T) {
	t.Parallel()
	r := seeded(t)
	s := sealed(t, chain(), october, 37)
	v := verifierOf("a")
	for i := range 37 {
		good := must(s.Bundle(record(i).Kind, record(i).ID))
		_, leaf, err := good.Verify(v)
		require.NoError(t, err)
		require.True(t, leaf.Is(record(i)))
		require.False(t, leaf.Is(record(i+4)))
		for range 40 {
			bad := good
			bad.Leaf, bad.Path = bytes.Clone(good.Leaf), bytes.Clone(good.Path)
			signed := []byte(good.Note)
			switch r.IntN(7) {
			case 0:
				bad.Leaf[r.IntN(len(bad.Leaf))] ^= 1 << r.IntN(8)
			case 1:
				bad.Path[r.IntN(len(bad.Path))] ^= 1 << r.IntN(8)
			case 2:
				bad.Index = (bad.Index + 1 + r.Int64N(36)) % 37
			case 3:
				bad.Path = bad.Path[:len(bad.Path)-32]
			case 4:
				bad.Path = append(bad.Path, bad.Path[:32]...)
			case 5:
				bad.Index = [...]int64{-1, 37, 1 << 62, -1 << 63}[r.IntN(4)]
			case 6:
				signed[r.IntN(len(signed))] ^= 1 << r.IntN(8)
				bad.Note = string(signed)
			}
			_, _, err := bad.Verify(v)
			require.Error(t, err, "%+v", bad)
		}
		_, _, err = good.Verify(verifierOf("b"))
		require.ErrorIs(t, err, seal.ErrForged)
	}
}

// months is a chain of sealed months.
func months(t testing.TB, n int) (*seal.Chain, []*seal.Sealed) {
	c := chain()
	var all []*seal.Sealed
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range n {
		s := sealed(t, c, must(metering.NewPeriod(start.AddDate(0, i, 0), start.AddDate(0, i+1, 0))), i)
		must(c.Append(s.Note, verifierOf("a")))
		all = append(all, s)
	}
	return c, all
}

// TestLaw_Chain_Extends: of any two seals of a chain the later is proved to
// extend the earlier, with plain tlog too, and no seal of another chain is.
func TestLaw_Chain_Extends(t *testing.T) {
	t.Parallel()
	c, all := months(t, 14)
	v := verifierOf("a")
	other := chain()
	january := all[0].Seal.Period
	foreign := sealed(t, other, january, 9) // another history under the same key
	must(other.Append(foreign.Note, v))

	for newer := int64(2); newer <= c.Len(); newer++ {
		for older := int64(1); older < newer; older++ {
			e := must(c.Prove(older, newer))
			text := must(json.Marshal(e))
			var read seal.Extension
			require.NoError(t, json.Unmarshal(text, &read))
			from, to, err := read.Verify(v)
			require.NoError(t, err)
			require.Equal(t, []int64{older, newer}, []int64{from.Number, to.Number})
			leaf := tlog.RecordHash([]byte(from.Text()))
			require.NoError(t, tlog.CheckRecord(e.Contains, to.Number-1, to.Seals, from.Number-1, leaf))

			swapped := e
			swapped.Older, swapped.Newer = e.Newer, e.Older
			_, _, err = swapped.Verify(v)
			require.ErrorIs(t, err, seal.ErrForged)
			replaced := e
			replaced.Older = string(foreign.Note)
			_, _, err = replaced.Verify(v)
			require.ErrorIs(t, err, seal.ErrForged, "a seal that the chain does not have")
			_, _, err = e.Verify(verifierOf("b"))
			require.ErrorIs(t, err, seal.ErrForged)
			if len(e.Contains) > 0 {
				cut := e
				cut.Contains = e.Contains[1:]
				_, _, err = cut.Verify(v)
				require.ErrorIs(t, err, seal.ErrForged)
			}
		}
	}
	_, err := other.Append(all[1].Note, v)
	require.ErrorIs(t, err, seal.ErrForged, "february of one chain after january of another")
	_, err = seal.NewChain("acme", []note.Verifier{v}, all[0].Note, all[2].Note)
	require.ErrorIs(t, err, seal.ErrForged, "a seal is missing")
	_, err = seal.NewChain("other", []note.Verifier{v}, all[0].Note)
	require.ErrorIs(t, err, seal.ErrForged)
	_, err = c.Prove(3, 3)
	require.ErrorIs(t, err, seal.ErrUnknown)
}

// TestLaw_Seal_SameBytes: the same records give the same note, and a period that
// was written is read back the same.
func TestLaw_Seal_SameBytes(t *testing.T) {
	t.Parallel()
	a, b := sealed(t, chain(), october, 333), sealed(t, chain(), october, 333)
	require.Equal(t, string(a.Note), string(b.Note))
	var one, two bytes.Buffer
	n := must(a.WriteTo(&one))
	require.Equal(t, int64(one.Len()), n)
	back := must(seal.Read(bytes.NewReader(one.Bytes()), verifierOf("a")))
	must(back.WriteTo(&two))
	require.Equal(t, one.Bytes(), two.Bytes())
	require.Equal(t, a.Sums(), back.Sums())
	require.Equal(t, must(a.Find(record(7).Kind, record(7).ID)), must(back.WithSecret(secret).Find(record(7).Kind, record(7).ID)))
	// Bytes that are signed are kept for ever. Another version has another origin.
	require.Equal(t, goldenText, a.Seal.Text()[:len(goldenText)])
}

const goldenText = "meterbook.com/seal/1 acme\n333\n"

// TestLaw_Read_Truncated: a file that is cut at any byte is refused.
func TestLaw_Read_Truncated(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	must(sealed(t, chain(), october, 9).WriteTo(&file))
	for n := range file.Len() {
		_, err := seal.Read(bytes.NewReader(file.Bytes()[:n]), verifierOf("a"))
		require.Error(t, err)
	}
	_, err := seal.Read(bytes.NewReader(append(file.Bytes(), 0)), verifierOf("a"))
	require.ErrorIs(t, err, seal.ErrSyntax)
}

// FuzzParseLeaf_Bytes: bytes that are read as a leaf are the leaf's bytes.
func FuzzParseLeaf_Bytes(f *testing.F) {
	for i := range 4 {
		s := must(chain().Begin(october, secret))
		_, _ = s.Add(record(i)), s.Add(line(3))
		f.Add(must(must(s.Seal(signerOf("a"))).Prove(0)).Leaf)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if l, err := seal.ParseLeaf(b); err == nil {
			require.Equal(t, b, l.Bytes())
		} else {
			require.ErrorIs(t, err, seal.ErrSyntax)
		}
	})
}

// FuzzOpen_Text: no signed text but a seal's own is read as one.
func FuzzOpen_Text(f *testing.F) {
	s := must(chain().Begin(october, secret, cards...))
	f.Add(must(s.Seal(signerOf("a"))).Seal.Text())
	f.Add("meterbook.com/seal/1 a\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		signed, err := note.Sign(&note.Note{Text: text}, signerOf("a"))
		if err != nil {
			return
		}
		if got, err := seal.Open(signed, verifierOf("a")); err == nil {
			require.Equal(t, text, got.Text())
		}
	})
}

// TestLeaf_NothingPersonal: what names a customer, a resource or a request is
// nowhere in a leaf, and the nonce cannot be told without the secret.
func TestLeaf_NothingPersonal(t *testing.T) {
	t.Parallel()
	e := event(1)
	e.Account, e.Source, e.ID, e.Resource = "acme/CANARY1", "CANARY2", "CANARY3", "CANARY4"
	e.Labels = must(metering.NewLabels("CANARY5", "CANARY6"))
	tx := transaction(1)
	tx.Memo = "CANARY7"
	u := usage(1)
	u.Key.Account, u.Key.Resource = "acme/CANARY8", "CANARY9"
	s := must(chain().Begin(october, secret))
	for _, r := range []seal.Record{seal.FromEvent(e, "CANARY-LINE"), must(seal.FromTransaction(tx)), seal.FromUsage(u, "CANARY-LINE"), {Kind: seal.Line, ID: "CANARY-LINE"}} {
		require.NoError(t, s.Add(r))
	}
	var file bytes.Buffer
	done := must(s.Seal(signerOf("a")))
	must(done.WriteTo(&file))
	require.NotContains(t, file.String(), "CANARY")

	leaf := must(seal.ParseLeaf(must(done.Prove(0)).Leaf))
	plain := sha256.Sum256([]byte(seal.FromEvent(e, "").ID))
	require.NotEqual(t, plain[:16], leaf.Nonce[:])
	other := must(seal.NewSecret(bytes.Repeat([]byte("o"), 32)))
	s = must(chain().Begin(october, other))
	require.NoError(t, s.Add(seal.FromEvent(e, "")))
	require.NotEqual(t, leaf.Nonce, must(seal.ParseLeaf(must(must(s.Seal(signerOf("a"))).Prove(0)).Leaf)).Nonce)
}
