package segment

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sample writes a log of about so many bytes in batches of 1 to 9 records, and
// returns its files.
func sample(t testing.TB, opts Options, bytes int) *memory {
	return sampleOf(t, opts, bytes, strings.Clone)
}

func sampleOf(t testing.TB, opts Options, bytes int, change func(string) string) *memory {
	m := newMemory()
	l, _ := open(t, m, opts)
	for total, i := 0, 0; total < bytes; i++ {
		ticket, err := l.Stage(func(b *Batch) error {
			for range 1 + i%9 {
				_, _ = b.Append([]byte(change(text(b.Next()))))
			}
			return nil
		})
		require.NoError(t, err)
		require.NoError(t, ticket.Wait(bg))
		total += (1+i%9)*80 + markSize
	}
	require.NoError(t, l.Close())
	return m
}

// quick is a size for every run and one for -segment.full.
func quick(whole, part int) int {
	if *full {
		return whole
	}
	return part
}

func one() Options { return Options{SegmentSize: 1 << 20, Preallocate: -1, ID: fixed} }

// ends returns where each record of a segment ends, by reading the lengths
// alone.
func ends(b []byte) (ends []int) {
	for off := headerSize; off+frameSize <= len(b); {
		n := int(b[off+4]) | int(b[off+5])<<8 | int(b[off+6])<<16
		mark := b[off+7]&0x80 != 0
		if off += frameSize + n; !mark {
			ends = append(ends, off)
		}
	}
	return ends
}

func TestLaw_Truncate_Prefix(t *testing.T) {
	name := segmentName(1)
	b := sample(t, one(), quick(64<<10, 16<<10)).get(name)
	ends := ends(b)
	step := 1
	if raceEnabled && !*full {
		step = 41
	}
	want := 0
	for cut := 0; cut <= len(b); cut += step {
		for want < len(ends) && ends[want] <= cut {
			want++
		}
		m := newMemory()
		m.put(name, b[:cut])
		l, r, err := Open(m, one())
		if err != nil || r.Last != uint64(want) {
			t.Fatalf("cut at %d: %v, %d records of %d", cut, err, r.Last, want)
		}
		whole := cut == 0 || r.Torn == nil
		if !whole && string(m.get(r.Torn.Kept)) != string(b[r.Torn.Offset:r.Torn.Offset+r.Torn.Length]) {
			t.Fatalf("cut at %d: quarantine differs", cut)
		}
		// Reading it all each time would take minutes, so a part does.
		if cut%101 == 0 || *full {
			add(t, l, 3)
			require.NoError(t, l.Close())
			l, _ = open(t, m, one())
			require3(t, l, uint64(want)+3)
		}
		require.NoError(t, l.Close())
	}
}

// read opens a log and reads it all. It returns how many records it has, and
// whether anything said that bytes are not as they were.
func read(m *memory, opts Options) (n uint64, told bool, err error) {
	l, r, err := Open(m, opts)
	if err != nil {
		return 0, true, err
	}
	defer l.Close()
	n, err = check(l)
	return n, err != nil || r.Torn != nil || !r.Clean, err
}

func TestLaw_Flip_Detected(t *testing.T) {
	for name, opts := range map[string]Options{"one segment": one(), "many": {SegmentSize: 4 << 10, ID: fixed}} {
		t.Run(name, func(t *testing.T) {
			size := quick(64<<10, 12<<10)
			if raceEnabled && !*full {
				size = 3 << 10
			}
			m := sample(t, opts, size)
			total, _, err := read(m, opts)
			require.NoError(t, err)
			names, _ := m.List()
			corrupt, torn := 0, 0
			rng := random(t)
			for _, name := range names {
				b := m.get(name)
				for i := range b {
					chosen := rng.IntN(8)
					for bit := range 8 {
						if !*full && bit != chosen {
							continue
						}
						damaged := m.kill()
						b[i] ^= 1 << bit
						damaged.put(name, b)
						b[i] ^= 1 << bit
						n, told, err := read(damaged, opts)
						switch {
						case !told:
							t.Fatalf("%s byte %d bit %d: undetected", name, i, bit)
						case err == nil && n != total:
							t.Fatalf("%s byte %d bit %d: %d records of %d, no error", name, i, bit, n, total)
						case err == nil:
							torn++
						case !errors.Is(err, ErrCorrupt):
							t.Fatalf("%s byte %d bit %d: %v", name, i, bit, err)
						default:
							corrupt++
						}
					}
				}
			}
			t.Logf("%d corrupt, %d in the last mark", corrupt, torn)
			require.Positive(t, corrupt)
			require.Equal(t, markSize*quick(8, 1), torn)
		})
	}
}

// frames returns where each frame of a segment begins and ends.
func frames(b []byte) (f [][2]int) {
	for off := headerSize; off+frameSize <= len(b); {
		n := frameSize + (int(b[off+4]) | int(b[off+5])<<8 | int(b[off+6])<<16)
		f = append(f, [2]int{off, off + n})
		off += n
	}
	return f
}

func join(parts ...[]byte) (all []byte) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func TestLaw_Rearranged_Detected(t *testing.T) {
	rng := random(t)
	name := segmentName(1)
	foreign := one()
	foreign.ID = ID{99}
	mine, theirs := sample(t, one(), 64<<10).get(name), sample(t, foreign, 64<<10).get(name)
	f := frames(mine)
	// The closing mark itself is left: with it gone, the log was not closed.
	at := func(i int) []byte { return mine[f[i][0]:f[i][1]] }
	for n := range *cases {
		i := rng.IntN(len(f) - 2)
		j := i + 1 + rng.IntN(len(f)-2-i)
		a, b := f[i], f[j]
		var damaged []byte
		switch n % 5 {
		case 0: // swap
			damaged = join(mine[:a[0]], at(j), mine[a[1]:b[0]], at(i), mine[b[1]:])
		case 1: // duplicate
			damaged = join(mine[:b[0]], at(i), mine[b[0]:])
		case 2: // delete
			damaged = join(mine[:a[0]], mine[a[1]:])
		case 3: // a frame of another journal at the same place
			damaged = join(mine[:a[0]], theirs[a[0]:a[1]], mine[a[1]:])
		case 4: // the start of one, the rest of the other
			damaged = join(mine[:b[0]], theirs[b[0]:])
		}
		m := newMemory()
		m.put(name, damaged)
		count, told, err := read(m, one())
		require.True(t, told, "case %d, frames %d and %d", n, i, j)
		if len(damaged) == len(mine) && n%5 != 4 {
			require.ErrorIs(t, err, ErrCorrupt, "case %d, frames %d and %d", n, i, j)
		}
		if n%5 == 4 {
			require.NoError(t, err, "marks of another journal prove nothing of this one")
		}
		// Where offsets moved, no mark behind fits: it is a torn end, kept whole.
		if err == nil {
			require.LessOrEqual(t, count, uint64(len(ends(mine))))
		}
	}
}

func TestLaw_SegmentsRearranged_Detected(t *testing.T) {
	opts := Options{SegmentSize: 4 << 10, ID: fixed}
	foreign := opts
	foreign.ID = ID{99}
	m, other := sample(t, opts, 32<<10), sample(t, foreign, 32<<10)
	twin := sampleOf(t, opts, 32<<10, strings.ToUpper) // the same id and lengths, other payloads
	names, _ := m.List()
	require.Greater(t, len(names), 4)
	for i, name := range names[1 : len(names)-1] {
		for what, change := range map[string]func(*memory){
			"gone":          func(d *memory) { delete(d.names, name) },
			"swapped":       func(d *memory) { d.names[name], d.names[names[i]] = d.names[names[i]], d.names[name] },
			"of a twin":     func(d *memory) { d.put(name, twin.get(name)) },
			"of another":    func(d *memory) { d.put(name, other.get(name)) },
			"cut short":     func(d *memory) { b := d.get(name); d.put(name, b[:len(b)-markSize]) },
			"empty":         func(d *memory) { d.put(name, nil) },
			"grown by zero": func(d *memory) { d.put(name, append(d.get(name), 0)) },
		} {
			d := m.kill()
			change(d)
			before := d.bytes()
			_, _, err := read(d, opts)
			require.ErrorIs(t, err, ErrCorrupt, "%s %s", name, what)
			require.Equal(t, before, d.bytes(), "%s %s", name, what)
			_, err = Verify(d)
			require.ErrorIs(t, err, ErrCorrupt, "%s %s", name, what)
		}
	}
}

func TestLaw_GarbageTail_CutAndKept(t *testing.T) {
	rng := random(t)
	name := segmentName(1)
	b := sample(t, one(), 16<<10).get(name)
	total := uint64(len(ends(b)))
	fill := map[string]func([]byte){
		"zeros":  func(p []byte) { clear(p) },
		"0xff":   func(p []byte) { copyOf(p, []byte{0xff}) },
		"random": func(p []byte) { fillRandom(rng, p) },
		"old":    func(p []byte) { copyOf(p, b[headerSize+markSize:]) },
		"marks":  func(p []byte) { copyOf(p, b[headerSize:headerSize+markSize]) },
	}
	for what, fill := range fill {
		for _, n := range []int{1, 3, 15, 16, 17, 79, 80, 81, 511, 512, 513, 4095, 4096, 70_000, 600_000} {
			tail := make([]byte, n)
			fill(tail)
			m := newMemory()
			m.put(name, append(append([]byte{}, b...), tail...))
			l, r := open(t, m, one())
			require.Equal(t, total, r.Last, "%s %d", what, n)
			require.Equal(t, what != "zeros", r.Torn != nil, "%s %d", what, n)
			if r.Torn != nil {
				require.Equal(t, tail[:r.Torn.Length], m.get(r.Torn.Kept))
			}
			add(t, l, 3)
			require.NoError(t, l.Close())
			l, _ = open(t, m, one())
			require3(t, l, total+3)
			require.NoError(t, l.Close())
		}
	}
}

func copyOf(p, what []byte) {
	for len(p) > 0 {
		p = p[copy(p, what):]
	}
}

func fillRandom(rng *rand.Rand, p []byte) {
	for i := range p {
		p[i] = byte(rng.Uint32())
	}
	p[len(p)-1] |= 1
}

// The mark left behind when nothing else is to be written makes a kill's end as
// safe from damage as a closed log.
func TestOpen_DamageAfterKillIsNoTornTail(t *testing.T) {
	m := newMemory()
	l, _ := open(t, m, one())
	for range 10 {
		add(t, l, 5)
	}
	require.NoError(t, l.Sync(bg)) // the mark is written before the next group is looked at
	killed := m.kill()
	require.NoError(t, l.Close())
	b := killed.get(segmentName(1))
	f := ends(b)
	for i := headerSize; i < f[len(f)-1]; i += 7 {
		b[i] ^= 4
		killed.put(segmentName(1), b)
		b[i] ^= 4
		_, _, err := Open(killed, one())
		require.ErrorIs(t, err, ErrCorrupt, "byte %d", i)
	}
}

func TestLaw_Salvage_AllButTheDamaged(t *testing.T) {
	rng := random(t)
	opts := Options{SegmentSize: 8 << 10, ID: fixed}
	m := sample(t, opts, 40<<10)
	total, _, err := read(m, opts)
	require.NoError(t, err)
	names, _ := m.List()
	salvage := func(d *memory) (map[uint64]bool, []Gap) {
		got := map[uint64]bool{}
		before := d.bytes()
		gaps, err := Salvage(d, func(r Record) error {
			require.Equal(t, text(r.Seq), string(r.Payload))
			require.False(t, got[r.Seq])
			got[r.Seq] = true
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, before, d.bytes())
		return got, gaps
	}
	got, gaps := salvage(m)
	require.Empty(t, gaps)
	require.Len(t, got, int(total))
	for range *cases {
		name := names[rng.IntN(len(names))]
		d := m.kill()
		b := d.get(name)
		i := rng.IntN(len(b))
		b[i] ^= 1 << rng.IntN(8)
		d.put(name, b)
		got, gaps := salvage(d)
		require.NotEmpty(t, gaps)
		require.GreaterOrEqual(t, len(got), int(total)-3, "%s byte %d: %v", name, i, gaps)
		_, err := Verify(d)
		report, _ := Verify(d)
		require.True(t, errors.Is(err, ErrCorrupt) || report.Torn != nil)
	}
	d := newMemory()
	b := sample(t, one(), 8<<10).get(segmentName(1))
	b[20] ^= 1 // the only header there is
	d.put(segmentName(1), b)
	got, gaps = salvage(d)
	require.Len(t, gaps, 1)
	require.GreaterOrEqual(t, len(got), len(ends(b))-2)
	boom := errors.New("boom")
	_, err = Salvage(m, func(Record) error { return boom })
	require.ErrorIs(t, err, boom)
}

// The files of format version 1 are read for ever.
func TestGolden_Version1(t *testing.T) {
	opts := Options{SegmentSize: 4 << 10, ID: fixed}
	m := newMemory()
	dir := filepath.Join("testdata", "v1")
	if os.Getenv("SEGMENT_UPDATE") != "" {
		fresh := sample(t, opts, 10<<10)
		names, _ := fresh.List()
		for _, name := range names {
			require.NoError(t, os.MkdirAll(dir, 0o755))
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), fresh.get(name), 0o644))
		}
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 3)
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		m.put(e.Name(), b)
	}
	report, err := Verify(m)
	require.NoError(t, err)
	require.Equal(t, fixed, report.ID)
	require.True(t, report.Clean)
	l, r := open(t, m, Options{})
	require.Equal(t, fixed, r.ID)
	require3(t, l, r.Last)
	add(t, l, 1)
	require.NoError(t, l.Close())
	require.NotZero(t, r.Last)
}

func FuzzOpen_HostileSegment(f *testing.F) {
	b := sample(f, one(), 2<<10).get(segmentName(1))
	f.Add(b)
	f.Add(b[:len(b)-3])
	f.Add(b[:headerSize])
	f.Add([]byte{})
	f.Add(append(append([]byte{}, b...), b...))
	f.Fuzz(func(t *testing.T, b []byte) {
		m := newMemory()
		m.put(segmentName(1), b)
		n := 0
		_, err := Salvage(m, func(r Record) error {
			n += len(r.Payload)
			return nil
		})
		if err != nil || n > len(b) {
			t.Fatal(n, err)
		}
		report, verr := Verify(m)
		l, r, err := Open(m, Options{Preallocate: -1})
		if (err == nil) != (verr == nil) {
			t.Fatalf("open %v, verify %v", err, verr)
		}
		if err != nil {
			return
		}
		var last uint64
		for rec, err := range l.Records(0) {
			if err != nil {
				t.Fatal(err)
			}
			last = rec.Seq
		}
		if last != 0 && last != r.Last || r.Last+1-r.First != report.Segments[0].Records {
			t.Fatal(fmt.Sprint(last, r, report))
		}
		if _, err := stage(l, 1); err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	})
}
