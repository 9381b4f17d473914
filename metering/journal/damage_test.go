package journal

import (
	"bytes"
	"flag"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// smallIndex has a day of 200 entries in a file, 30 of it and 40 of another day
// in a snapshot, and 25 beyond the snapshot.
func smallIndex(t testing.TB) (*history, *memFiles) {
	files := newMemFiles()
	h := newHistory(t, 2, files)
	few := func(n int, day int32) {
		claims := make([]claim, n)
		for i := range claims {
			claims[i] = claim{randomPrint(h.r), h.r.Uint64(), h.oldest + day}
		}
		h.batch(claims)
		h.durable = uint64(len(h.log))
	}
	few(200, 0)
	h.move(h.oldest)
	h.durable = uint64(len(h.log))
	few(30, 0)
	few(40, 1)
	s, err := h.ix.capture(h.durable)
	require.NoError(t, err)
	require.NoError(t, s.write())
	few(25, 1)
	return h, files
}

// readAll reads a file as opening does.
func readAll(files *memFiles, name string) (err error) {
	if day, ok := dayOfFile(name); ok {
		_, err = openSorted(files, day, testOwner, func(fingerprint) bool { return true })
		return err
	}
	r, err := openBlocks(files, name, snapshotFile, testOwner)
	if err != nil {
		return err
	}
	ix := &identities{table: newTable(), oldest: 20_000}
	var through [daySlots]uint64
	for i := range through {
		through[i] = r.header.through
	}
	return ix.loadEntries(r, &through)
}

// TestLaw_Files_EveryBitCounts: whichever bit of a day's file or of a snapshot
// is flipped, and wherever one is cut, it is not taken for whole.
func TestLaw_Files_EveryBitCounts(t *testing.T) {
	_, files := smallIndex(t)
	for _, name := range []string{fileOfDay(20_000), snapshotName} {
		require.NoError(t, readAll(files, name))
		f := files.named[name]
		r, err := openBlocks(files, name, map[bool]byte{true: snapshotFile, false: dayFile}[name == snapshotName], testOwner)
		require.NoError(t, err)
		for bit := range 8 * len(f.data) {
			f.data[bit/8] ^= 1 << (bit % 8)
			var damage *damageError
			if bit < 8*blockBytes { // the header
				_, err = openBlocks(files, name, r.header.kind, testOwner)
			} else {
				at := bit / 8 / blockBytes
				_, _, err = r.check(f.data[at*blockBytes:][:blockBytes], uint64(at))
			}
			if f.data[bit/8] ^= 1 << (bit % 8); err == nil {
				t.Fatalf("%s: bit %d flipped is no damage", name, bit)
			}
			if bit%1000 == 0 {
				require.ErrorAs(t, err, &damage)
			}
		}
		whole := f.data
		for n := range len(whole) {
			f.data = whole[:n]
			_, err := openBlocks(files, name, r.header.kind, testOwner)
			if err == nil {
				t.Fatalf("%s: cut at %d is no damage", name, n)
			}
		}
		f.data = append(slices.Clone(whole), make([]byte, blockBytes)...)
		require.Error(t, readAll(files, name))
		f.data = whole
	}
}

// A damageCase is what is done to the files, and from where an index then has to
// be told.
type damageCase struct {
	name string
	do   func(*memFiles)
	next uint64
}

// TestLaw_Files_DamageIsToldAgain: an index that is opened on damaged, missing
// or mixed-up files asks for what it lacks, and then answers like one that
// was never closed.
func TestLaw_Files_DamageIsToldAgain(t *testing.T) {
	h, files := smallIndex(t)
	day := fileOfDay(20_000)
	old := files.clone()
	h.move(20_000) // a later version of the day's file
	later := files.named[day].data
	files = old
	base, err := openIdentities(files, testOwner, 20_000)
	require.NoError(t, err)
	tail := base.base + 1
	require.Greater(t, tail, uint64(200))
	r := rand.New(rand.NewPCG(3, 3))
	flip := func(name string) func(*memFiles) {
		return func(m *memFiles) {
			d := m.named[name].data
			d[r.IntN(len(d))] ^= 1 << r.IntN(8)
		}
	}
	cases := []damageCase{
		{"nothing", func(*memFiles) {}, tail},
		{"later version of the day", func(m *memFiles) { m.named[day].data = later }, tail},
		{"no day", func(m *memFiles) { delete(m.named, day) }, 1},
		{"no snapshot", func(m *memFiles) { delete(m.named, snapshotName) }, 1},
		{"nothing at all", func(m *memFiles) { clear(m.named) }, 1},
		{"day of another name", func(m *memFiles) { m.named[fileOfDay(20_001)] = m.named[day] }, tail},
		{"a block of the later version", func(m *memFiles) {
			copy(m.named[day].data[blockBytes:2*blockBytes], later[blockBytes:])
		}, 1},
		{"blocks in another order", func(m *memFiles) {
			d := m.named[day].data
			first := slices.Clone(d[blockBytes : 2*blockBytes])
			copy(d[blockBytes:], d[2*blockBytes:3*blockBytes])
			copy(d[2*blockBytes:], first)
		}, 1},
		{"snapshot for a day", func(m *memFiles) { m.named[day] = m.named[snapshotName] }, 1},
		{"day for a snapshot", func(m *memFiles) { m.named[snapshotName] = m.named[day] }, 1},
		{"empty day", func(m *memFiles) { m.named[day].data = nil }, 1},
	}
	for range 40 {
		cases = append(cases, damageCase{"bit of the day", flip(day), 1}, damageCase{"bit of the snapshot", flip(snapshotName), 1})
	}
	for _, c := range cases {
		m := files.clone()
		c.do(m)
		ix, err := openIdentities(m, testOwner, 20_000)
		require.NoError(t, err, c.name)
		require.Equal(t, c.next, ix.next(), c.name)
		if c.name == "no day" || c.name == "empty day" {
			require.Equal(t, []int32{20_000}, ix.lost(), c.name)
		}
		h.files = m
		h.open()
		h.batch(h.repeats())
		h.batch(h.claims(50))
	}
}

// repeats draws claims of records only.
func (h *history) repeats() (out []claim) {
	for range 200 {
		out = append(out, h.log[h.r.IntN(len(h.log))].claim)
	}
	return out
}

// TestLaw_Files_DamageInUse: damage to a file that is open is an error of the
// batch that meets it, which then has entered nothing; once the day is taken out
// and told again, answers are right.
func TestLaw_Files_DamageInUse(t *testing.T) {
	h, files := smallIndex(t)
	data := files.named[fileOfDay(20_000)].data
	for at := blockBytes; at < len(data); at += 501 {
		h.open()
		require.NotNil(t, h.ix.days[daySlot(20_000)])
		data[at] ^= 4
		claims, met := h.repeats(), false
		out := make([]finding, 1)
		for i := range claims {
			before := h.ix.table.arena.count
			_, err := h.ix.add(claims[i:i+1], uint64(len(h.log))+1, out)
			if err != nil {
				var damage *damageError
				require.ErrorAs(t, err, &damage)
				require.Equal(t, fileOfDay(20_000), damage.File)
				require.Equal(t, before, h.ix.table.arena.count)
				met = true
				continue
			}
			require.Equal(t, duplicate, out[0].verdict)
		}
		require.True(t, met)
		require.NoError(t, h.ix.discard(20_000))
		require.EqualValues(t, 1, h.ix.next())
		require.Equal(t, []int32{20_000}, h.ix.lost())
		h.tell()
		h.batch(claims)
		data[at] ^= 4
	}
}

// TestFiles_DamageInSteps: a file that turns out damaged while its entries go
// into the sieve can be taken out all the same.
func TestFiles_DamageInSteps(t *testing.T) {
	h, files := smallIndex(t)
	m, err := h.ix.begin(20_000, h.durable)
	require.NoError(t, err)
	require.NoError(t, m.write())
	require.NoError(t, h.ix.adopt(m))
	files.named[fileOfDay(20_000)].data[2*blockBytes+99] ^= 1
	for err = nil; err == nil; {
		_, err = h.ix.step()
	}
	var damage *damageError
	require.ErrorAs(t, err, &damage)
	require.NoError(t, h.ix.discard(20_000))
	h.tell()
	h.batch(h.repeats())
	h.batch(h.claims(200))
	h.move(20_000)
	h.open()
	require.Empty(t, h.ix.damage)
}

// FuzzIdentities_Open: whatever the files hold, opening takes no more memory
// than they are long, and does not panic, nor does asking. Inputs are long: with
// -fuzzminimizetime=1x it tries a thousand times as many.
func FuzzIdentities_Open(f *testing.F) {
	_, files := smallIndex(f)
	f.Add(files.named[fileOfDay(20_000)].data, files.named[snapshotName].data, true)
	f.Add([]byte("x"), []byte{}, false)
	f.Fuzz(func(t *testing.T, day, snap []byte, mend bool) {
		m := newMemFiles()
		for name, data := range map[string][]byte{fileOfDay(20_000): day, snapshotName: snap} {
			data = slices.Clone(data)
			if mend { // past the checksums
				mendFile(data)
			}
			m.named[name] = &memFile{dir: m, name: name, data: data}
		}
		ix, err := openIdentities(m, testOwner, 20_000)
		require.NoError(t, err)
		require.LessOrEqual(t, ix.table.arena.count*entryBytes, len(snap))
		if ix.restored(maxSequence/2) != nil {
			return
		}
		var out [2]finding
		_, err = ix.add([]claim{{fingerprint{1, 2}, 3, 20_001}, {fingerprint{1 << 60, 2}, 3, 20_001}}, maxSequence/2+1, out[:])
		if err != nil {
			var damage *damageError
			require.ErrorAs(t, err, &damage)
		}
	})
}

// mendFile gives the blocks of a file the checksums that they want.
func mendFile(data []byte) {
	if len(data) < blockBytes {
		return
	}
	put := func(b []byte, sum uint32) {
		b[0], b[1], b[2], b[3] = byte(sum>>24), byte(sum>>16), byte(sum>>8), byte(sum)
	}
	h := fileHeader{}
	put(data, h.plain(data[:blockBytes]))
	h.seed = h.plain(data[:blockBytes])
	for n := 1; (n+1)*blockBytes <= len(data); n++ {
		b := data[n*blockBytes:][:blockBytes]
		put(b, h.checksum(b, uint64(n)))
	}
}

var updateGolden = flag.Bool("journal.update", false, "write the golden files of the index anew")

// TestFiles_Golden: files that version 1 wrote are read, and written again as
// they are.
func TestFiles_Golden(t *testing.T) {
	_, files := smallIndex(t)
	for name, golden := range map[string]string{fileOfDay(20_000): "testdata/identities-1.day", snapshotName: "testdata/identities-1.snapshot"} {
		if *updateGolden {
			require.NoError(t, os.WriteFile(golden, files.named[name].data, 0o644))
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		require.True(t, bytes.Equal(want, files.named[name].data), "%s is not what version 1 wrote", name)
		files.named[name].data = want
		require.NoError(t, readAll(files, name))
	}
	newer := files.clone()
	data := newer.named[fileOfDay(20_000)].data
	data[13]++
	mendFile(data)
	require.ErrorContains(t, readAll(newer, fileOfDay(20_000)), "version 2, want 1")
}
