package journal_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/journal"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

// A written journal is the files of one, and what was acknowledged in it.
type written struct {
	files map[string][]byte
	facts []fact
}

func (w written) with(name string, data []byte) *meteringtest.Disk {
	files := maps.Clone(w.files)
	files[name] = data
	return diskOf(files)
}

func diskOf(files map[string][]byte) *meteringtest.Disk {
	disk := meteringtest.NewDisk()
	for name, data := range files {
		f, err := disk.Create(name)
		if err == nil && len(data) > 0 {
			_, err = f.WriteAt(data, 0)
		}
		if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
			panic(err)
		}
	}
	if err := disk.SyncDir(); err != nil {
		panic(err)
	}
	return disk
}

// segmentBytes are for one segment, or for several.
func write(t testing.TB, segmentBytes int64, closed bool) written {
	disk := meteringtest.NewDisk()
	j, _, err := journal.OpenFiles(disk, clock(), journal.WithSegmentSize(segmentBytes), journal.WithPreallocation(0),
		journal.WithRandom(noise{rand.New(rand.NewPCG(9, 9))}))
	require.NoError(t, err)
	var w written
	for size := 0; size < 64<<10; {
		var events []metering.Event
		for range 1 + len(w.facts)%3 {
			e := event(len(w.facts))
			e.Resource = string(make1K[:256])
			e.Kind, e.Adjusts, e.Reason = metering.Adjustment, "req-0", string(make1K)
			events, w.facts = append(events, e), append(w.facts, factOf(e))
			size += 1400
		}
		res, err := j.Append(bg, events...)
		require.NoError(t, err)
		require.Equal(t, len(events), res.Accepted)
	}
	if !closed {
		disk = disk.Kill()
	}
	require.NoError(t, j.Close())
	w.files, err = meteringtest.Contents(disk)
	require.NoError(t, err)
	delete(w.files, "lock")
	return w
}

func (w written) segments() (names []string) {
	for name := range w.files {
		if strings.HasSuffix(name, ".seg") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// damaged opens a damaged journal. All that was acknowledged is there, or an
// error says that it is not: ErrCorrupt where the log was damaged. What is sent
// again is not counted again.
func (w written) damaged(o *outcome, open opener, disk *meteringtest.Disk, log bool, what string) {
	o.cases++
	s, r, err := open(disk, noonClock)
	if err != nil {
		if log && !errors.Is(err, journal.ErrCorrupt) && !errors.Is(err, journal.ErrVersion) {
			o.note(&o.undetected, "%s: %v", what, err)
		}
		return
	}
	defer s.Close()
	n := 0
	for e, err := range s.Events(0) {
		if err != nil {
			if log && errors.Is(err, journal.ErrCorrupt) {
				return
			}
			o.note(&o.undetected, "%s: read: %v", what, err)
			return
		}
		if n >= len(w.facts) || !same(&e.Event, &w.facts[n].event) || int(e.Sequence) != n+1 {
			o.note(&o.undetected, "%s: event %d is another one", what, e.Sequence)
			return
		}
		n++
	}
	if n < len(w.facts) || int(r.Events) != n {
		o.note(&o.lost, "%s: %d events of %d, and no error", what, n, len(w.facts))
		return
	}
	if o.cases%4 != 0 {
		return
	}
	var again []metering.Event
	for _, f := range w.facts {
		again = append(again, f.event)
	}
	if res, err := s.Append(bg, again...); err != nil && !errors.Is(err, journal.ErrIndex) || res.Accepted > 0 {
		o.note(&o.doubled, "%s: sent again: %+v %v", what, res, err)
	}
}

var noonClock = func() time.Time { return noon }

// flips flips bits of the log's files of a closed journal, the step-th ones.
func flips(t testing.TB, open opener, seed uint64, step int, firstBad bool) outcome {
	var out outcome
	for _, segmentBytes := range []int64{1 << 20, 16 << 10} {
		w := write(t, segmentBytes, true)
		for _, name := range w.segments() {
			data := w.files[name]
			for bit := int(seed) % step; bit < 8*len(data); bit += step {
				flipped := slices.Clone(data)
				flipped[bit/8] ^= 1 << (bit % 8)
				w.damaged(&out, open, w.with(name, flipped), true, fmt.Sprintf("%s, bit %d of byte %d of %d", name, bit%8, bit/8, len(data)))
				if firstBad && out.bad() {
					return out
				}
			}
		}
	}
	return out
}

// indexFlips flips bits of the other files, of a journal with a day in a file.
func indexFlips(t testing.TB, open opener, seed uint64, step int, firstBad bool) outcome {
	var out outcome
	w := newRun(openReal, seed, new(outcome))
	w.begin()
	w.append(w.fresh(20, -3)...)
	w.tend()
	w.append(w.fresh(50, 0)...)
	w.close()
	files, err := meteringtest.Contents(w.disk)
	require.NoError(t, err)
	delete(files, "lock")
	all := written{files, w.acked}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if strings.HasSuffix(name, ".seg") {
			continue
		}
		step := step
		if len(files[name]) < 512 { // secret and place are small: every bit
			step = max(1, step/50)
		}
		for bit := int(seed) % step; bit < 8*len(files[name]); bit += step {
			flipped := slices.Clone(files[name])
			flipped[bit/8] ^= 1 << (bit % 8)
			all.damaged(&out, open, all.with(name, flipped), false, fmt.Sprintf("%s, bit %d of byte %d", name, bit%8, bit/8))
			if firstBad && out.bad() {
				return out
			}
		}
		out.cases++
		gone := maps.Clone(files)
		delete(gone, name)
		all.damaged(&out, open, diskOf(gone), false, name+" is gone")
		all.damaged(&out, open, all.with(name, nil), false, name+" is empty")
	}
	return out
}

const headerBytes = 64 // of a file of the log

// truncations cuts the log of a killed process at the step-th bytes: what is left
// is exactly what was whole, three more events go behind it, and stay. The log of
// a closed journal that is cut is an error, unless no event was.
func truncations(t testing.TB, open opener, seed uint64, step int, firstBad bool) outcome {
	var out outcome
	killed, closed := write(t, 1<<20, false), write(t, 1<<20, true)
	name := killed.segments()[0]
	size := len(killed.files[name])
	last := 0
	for cut := int(seed) % step; cut <= size && !(firstBad && out.bad()); cut += step {
		what := fmt.Sprintf("cut at %d of %d", cut, size)
		disk := killed.with(name, killed.files[name][:cut])
		if cut < headerBytes { // which was durable before anything else
			killed.damaged(&out, open, disk, true, what)
			continue
		}
		out.cases++
		n := reopened(&out, open, disk, killed, what)
		if n < last || cut == size && n < len(killed.facts) {
			out.note(&out.lost, "%s: %d events, %d were there in less", what, n, last)
		}
		last = n
		closed.damaged(&out, open, closed.with(name, closed.files[name][:cut]), true, what+" of a closed one")
		out.cases--
	}
	return out
}

// TestOpen_LogGone: a log that is not there any more is not a new one.
func TestOpen_LogGone(t *testing.T) {
	for _, closed := range []bool{true, false} {
		w := write(t, 1<<20, closed)
		name := w.segments()[0]
		files := maps.Clone(w.files)
		delete(files, name)
		disk := diskOf(files)
		_, _, err := openReal(disk, noonClock)
		require.ErrorIs(t, err, journal.ErrCorrupt)
		names, err := disk.List()
		require.NoError(t, err)
		require.NotContains(t, names, name)
		for range 2 { // a log of another journal, the second time too
			disk := w.with(name, w.files[name][:20])
			_, _, err = openReal(disk, noonClock)
			require.ErrorIs(t, err, journal.ErrCorrupt)
			_, _, err = openReal(disk, noonClock)
			require.ErrorIs(t, err, journal.ErrCorrupt)
		}
	}
}

// reopened opens a journal with a torn end, appends, closes and opens it again.
func reopened(o *outcome, open opener, disk *meteringtest.Disk, w written, what string) int {
	n := -1
	for round := range 3 {
		s, r, err := open(disk, noonClock)
		if err != nil {
			o.note(&o.lost, "%s, opened %d times: %v", what, round, err)
			return max(n, 0)
		}
		if n < 0 {
			n = int(r.Events)
		}
		read := 0
		for e, err := range s.Events(0) {
			want := event(10_000 + read - n).ID
			if read < n && read < len(w.facts) {
				want = w.facts[read].event.ID
			}
			if err != nil || e.Event.ID != want {
				o.note(&o.lost, "%s, opened %d times: event %d: %q %v", what, round, read+1, e.Event.ID, err)
				break
			}
			read++
		}
		if read != n+3*round {
			o.note(&o.lost, "%s, opened %d times: %d events, want %d", what, round, read, n+3*round)
		}
		for i := range 3 {
			res, err := s.Append(bg, event(10_000+3*round+i))
			if err != nil || res.Accepted != 1 {
				o.note(&o.lost, "%s: append: %+v %v", what, res, err)
			}
		}
		disk = disk.Kill()
		_ = s.Close()
	}
	return n
}

// damageInUse damages the file of a day while it is open. What is sent again is a
// duplicate, or an error, and a duplicate once the journal was opened again.
func damageInUse(t testing.TB, open opener, seed uint64, step int, firstBad bool) outcome {
	var out outcome
	w := newRun(openReal, seed, new(outcome))
	w.begin()
	w.append(w.fresh(20, -3)...)
	w.tend()
	w.close()
	var again []metering.Event
	for _, f := range w.acked {
		again = append(again, f.event)
	}
	names, err := w.disk.List()
	require.NoError(t, err)
	for _, name := range names {
		if !strings.HasSuffix(name, ".day") {
			continue
		}
		f, err := w.disk.Open(name)
		require.NoError(t, err)
		size, err := f.Size()
		require.NoError(t, err)
		for at := 4096 + int64(seed)%int64(step); at < size && !(firstBad && out.bad()); at += int64(step) * 16 {
			out.cases++
			what := fmt.Sprintf("%s, byte %d, while it is open", name, at)
			disk := w.disk.Kill()
			s, _, err := open(disk, noonClock)
			require.NoError(t, err)
			f, err := disk.Edit(name)
			require.NoError(t, err)
			var one [1]byte
			_, err = f.ReadAt(one[:], at)
			require.NoError(t, err)
			one[0] ^= 1 << (at % 8)
			_, err = f.WriteAt(one[:], at)
			require.NoError(t, err)
			for i := 0; i < len(again); i += 250 {
				res, err := s.Append(bg, again[i:min(i+250, len(again))]...)
				if res.Accepted > 0 || err != nil && !errors.Is(err, journal.ErrIndex) {
					out.note(&out.doubled, "%s: %+v %v", what, res, err)
				}
			}
			_ = s.Close()
			if s, _, err = open(disk, noonClock); err != nil {
				out.note(&out.lost, "%s: %v", what, err)
				continue
			}
			if res, err := s.Append(bg, again...); res.Duplicates != len(again) {
				out.note(&out.doubled, "%s, opened again: %+v %v", what, res, err)
			}
			_ = s.Close()
		}
	}
	return out
}
