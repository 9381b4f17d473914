package journal

import (
	"errors"
	"flag"
	"math/rand/v2"
	"testing"

	"github.com/meterbook/meterbook/internal/segment"
	"github.com/stretchr/testify/require"
)

var (
	lawSeeds = flag.Int("journal.seeds", 12, "random histories of the index of identities to try")
	lawSeed  = flag.Uint64("journal.seed", 0, "the first of them")
)

var testOwner = [16]byte{1, 2, 3}

// A logged is a record of the log that a test keeps beside the index.
type logged struct {
	claim
	seq uint64
}

// A history drives an index and the maps that judge it.
type history struct {
	t       testing.TB
	r       *rand.Rand
	seed    uint64
	files   segment.Files
	ix      *identities
	log     []logged               // records, by sequence from 1 on
	known   map[fingerprint]logged // those of days that were not dropped
	durable uint64
	oldest  int32
	draw    func(*rand.Rand) fingerprint
}

func newHistory(t testing.TB, seed uint64, files segment.Files) *history {
	h := &history{t: t, r: rand.New(rand.NewPCG(seed, 7)), seed: seed, files: files, known: map[fingerprint]logged{},
		oldest: 20_000, draw: randomPrint}
	if seed%3 == 1 {
		h.draw = crowded
	}
	h.open()
	return h
}

func (h *history) noError(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatalf("seed %d: %v", h.seed, err)
	}
}

// open opens the index anew and tells it what it asks for.
func (h *history) open() {
	h.t.Helper()
	ix, err := openIdentities(h.files, testOwner, h.oldest)
	h.noError(err)
	h.ix = ix
	h.tell()
}

// tell tells the index the log from where it asks.
func (h *history) tell() {
	h.t.Helper()
	_, err := h.ix.add(nil, h.ix.last+1, nil)
	require.ErrorIs(h.t, err, errUntold)
	for _, rec := range h.log[min(int(h.ix.next()-1), len(h.log)):] {
		f, err := h.ix.restore(rec.claim, rec.seq)
		h.noError(err)
		if f.verdict == duplicate || f.verdict == conflict {
			// The identity was counted again after its day was dropped,
			// and there is no such day in the window.
			h.t.Fatalf("seed %d: the log has %+v twice", h.seed, rec)
		}
	}
	h.noError(h.ix.restored(uint64(len(h.log))))
}

// claims draws claims: new ones, known ones, known ones with other bodies or
// days, ones that are in the batch already, and ones outside the window.
func (h *history) claims(n int) []claim {
	var out []claim
	for range n {
		c := claim{h.draw(h.r), uint64(h.r.IntN(3)), h.oldest + int32(h.r.IntN(8))}
		switch k := h.r.IntN(10); {
		case k < 2 && len(h.log) > 0:
			c = h.log[h.r.IntN(len(h.log))].claim
		case k == 2 && len(out) > 0:
			c = out[h.r.IntN(len(out))]
		case k == 3 && len(h.log) > 0:
			c.id = h.log[h.r.IntN(len(h.log))].id
		case k == 4 && h.r.IntN(10) == 0:
			c.day = h.oldest - 1 + int32(h.r.IntN(2))*(maxDays+1)
		}
		out = append(out, c)
	}
	return out
}

// batch answers claims and compares with what the maps say.
func (h *history) batch(claims []claim) {
	h.t.Helper()
	next := uint64(len(h.log)) + 1
	out := make([]finding, len(claims))
	n, err := h.ix.add(claims, next, out)
	h.noError(err)
	for i, c := range claims {
		want := finding{verdict: outside}
		if c.day >= h.oldest && c.day < h.oldest+maxDays {
			rec, ok := h.known[c.id]
			switch {
			case !ok:
				want = finding{fresh, next}
				h.log = append(h.log, logged{c, next})
				h.known[c.id] = h.log[len(h.log)-1]
				next, n = next+1, n-1
			case rec.body == c.body:
				want = finding{duplicate, rec.seq}
			default:
				want = finding{conflict, rec.seq}
			}
		}
		if out[i] != want {
			h.t.Fatalf("seed %d: claim %d %+v: %+v, want %+v", h.seed, i, c, out[i], want)
		}
	}
	require.Zero(h.t, n, "seed %d", h.seed)
}

func (h *history) cut() {
	h.t.Helper()
	to := h.durable + 1 + h.r.Uint64N(uint64(len(h.log))-h.durable+1)
	h.noError(h.ix.cut(to))
	for _, rec := range h.log[min(int(to-1), len(h.log)):] {
		delete(h.known, rec.id)
	}
	h.log = h.log[:min(int(to-1), len(h.log))]
}

// settle does the steps that are left, with batches between.
func (h *history) settle() {
	h.t.Helper()
	for {
		done, err := h.ix.step()
		h.noError(err)
		if done {
			return
		}
		if h.r.IntN(40) == 0 {
			h.batch(h.claims(h.r.IntN(20)))
		}
	}
}

func (h *history) move(day int32) {
	h.t.Helper()
	m, err := h.ix.begin(day, h.durable)
	h.noError(err)
	h.batch(h.claims(h.r.IntN(50)))
	h.noError(m.write())
	h.cut()
	h.noError(h.ix.adopt(m))
	h.settle()
}

func (h *history) drop() {
	h.t.Helper()
	h.oldest += int32(1 + h.r.IntN(3))
	for id, rec := range h.known {
		if rec.day < h.oldest {
			delete(h.known, id)
		}
	}
	h.noError(h.ix.drop(h.oldest))
	for {
		done, err := h.ix.step()
		h.noError(err)
		if done {
			return
		}
	}
}

func (h *history) step() {
	h.t.Helper()
	switch h.r.IntN(14) {
	case 0:
		h.move(h.oldest + int32(h.r.IntN(8)))
	case 1:
		s, err := h.ix.capture(h.durable)
		h.noError(err)
		h.batch(h.claims(30))
		h.noError(s.write())
	case 2:
		// A crash: what is not durable may be lost.
		h.cut()
		h.durable = uint64(len(h.log))
		h.noError(h.ix.close())
		h.open()
	case 3:
		h.cut()
	case 4:
		if h.r.IntN(4) == 0 {
			h.durable = uint64(len(h.log))
			h.drop()
		}
	case 5:
		if h.r.IntN(4) == 0 {
			h.noError(h.ix.discard(h.oldest + int32(h.r.IntN(8))))
			h.tell()
		}
	default:
		h.batch(h.claims(h.r.IntN(500)))
		if h.r.IntN(2) == 0 {
			h.durable = uint64(len(h.log))
		}
	}
}

// TestLaw_Identities_CountOnce: through batches, undone batches, days that move
// to files or go, crashes and damage, the index says of every claim what two
// maps say.
func TestLaw_Identities_CountOnce(t *testing.T) {
	for n := range *lawSeeds {
		h := newHistory(t, *lawSeed+uint64(n), newMemFiles())
		for range 60 {
			h.step()
		}
	}
}

// TestLaw_Identities_OnDisk is the same in a directory of the system.
func TestLaw_Identities_OnDisk(t *testing.T) {
	for n := range max(1, *lawSeeds/10) {
		h := newHistory(t, *lawSeed+uint64(n), realFiles(t.TempDir()))
		for range 40 {
			h.step()
		}
		require.NoError(t, h.ix.close())
	}
}

var errDisk = errors.New("disk")

// TestLaw_Identities_FaultsChangeNothing: whatever operation of the file system
// fails in a batch, a move or a snapshot, the index answers as before, and so
// does one that is opened on what is there.
func TestLaw_Identities_FaultsChangeNothing(t *testing.T) {
	for n := 0; ; n++ {
		files := newMemFiles()
		h := newHistory(t, 5, files)
		h.batch(h.claims(400))
		h.durable = uint64(len(h.log))
		h.move(h.oldest + 1)
		h.durable = uint64(len(h.log))
		left := n
		files.fault = func(string, string) error {
			if left--; left == -1 {
				return errDisk
			}
			return nil
		}
		err := h.work()
		failed := left < 0
		files.fault = nil
		if failed {
			require.ErrorIs(t, err, errDisk, "fault %d", n)
		} else {
			require.NoError(t, err)
		}
		h.settle()
		h.batch(h.claims(100))
		h.open()
		h.batch(h.claims(300))
		h.durable = uint64(len(h.log))
		h.move(h.oldest + 1) // over what the failed one has left
		if !failed {
			t.Logf("%d operations failed, one at a time", n)
			require.Greater(t, n, 20)
			return
		}
	}
}

// work answers a batch that is then undone, moves a day and takes a snapshot,
// until something fails.
func (h *history) work() error {
	h.t.Helper()
	claims := h.claims(100)
	before := h.ix.table.arena.count
	_, err := h.ix.add(claims, uint64(len(h.log))+1, make([]finding, len(claims)))
	h.noError(h.ix.cut(uint64(len(h.log)) + 1))
	require.Equal(h.t, before, h.ix.table.arena.count)
	if err != nil {
		return err
	}
	m, err := h.ix.begin(h.oldest+1, h.durable)
	h.noError(err)
	if err := m.write(); err != nil {
		return err
	}
	h.noError(h.ix.adopt(m))
	for done := false; !done; {
		if done, err = h.ix.step(); err != nil {
			return err
		}
	}
	s, err := h.ix.capture(h.durable)
	h.noError(err)
	return s.write()
}
