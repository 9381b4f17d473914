package journal_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/journal"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

// A store is a journal, or what a planted bug makes of one.
type store interface {
	Append(context.Context, ...metering.Event) (journal.Result, error)
	Events(uint64) iter.Seq2[journal.Entry, error]
	Snapshot(context.Context) error
	Close() error
}

// An opener opens a store on files; now is what tells the day.
type opener func(files journal.Files, now func() time.Time) (store, journal.Recovery, error)

func openReal(files journal.Files, now func() time.Time) (store, journal.Recovery, error) {
	return openWith(files, faultOptions(now)...)
}

// openBare is openReal without files that are grown ahead of what is written.
func openBare(files journal.Files, now func() time.Time) (store, journal.Recovery, error) {
	return openWith(files, append(faultOptions(now), journal.WithPreallocation(0))...)
}

// openPieces is openReal with batches in pieces that share a sync.
func openPieces(files journal.Files, now func() time.Time) (store, journal.Recovery, error) {
	return openWith(files, append(faultOptions(now), journal.InPieces(2))...)
}

// openInterval is openReal with events that are synced when the keeper wants it.
func openInterval(files journal.Files, now func() time.Time) (store, journal.Recovery, error) {
	return openWith(files, append(faultOptions(now), journal.Interval(time.Hour))...)
}

func openWith(files journal.Files, opts ...journal.Option) (store, journal.Recovery, error) {
	j, r, err := journal.OpenFiles(files, opts...)
	if err != nil {
		return nil, r, err
	}
	return j, r, nil
}

func faultOptions(now func() time.Time) []journal.Option {
	return []journal.Option{journal.WithClock(now), journal.WithSegmentSize(16 << 10), journal.WithIdentitiesInMemory(1024),
		journal.WithPreallocation(4 << 10), journal.WithWindow(faultWindow)}
}

const faultWindow = 7 // days

// An outcome is what a suite found.
type outcome struct {
	cases, lost, doubled, undetected int
	unkept                           int // checkpoints that did not hold
	first                            string
}

func (o *outcome) bad() bool { return o.lost+o.doubled+o.undetected+o.unkept > 0 }

// and adds what another suite found.
func (o outcome) and(other outcome) outcome {
	first := o.first
	if first == "" {
		first = other.first
	}
	return outcome{o.cases + other.cases, o.lost + other.lost, o.doubled + other.doubled, o.undetected + other.undetected,
		o.unkept + other.unkept, first}
}

func (o *outcome) note(count *int, format string, args ...any) {
	*count++
	if o.first == "" {
		o.first = fmt.Sprintf(format, args...)
	}
}

// A run is one history of a store with faults in it, and the lists that judge it.
type run struct {
	open opener
	wrap func(*meteringtest.Disk) journal.Files // what the store is given for the disk
	r    *rand.Rand
	disk *meteringtest.Disk
	s    store
	now  atomic.Int64
	out  *outcome
	next int // number of the next event that is new

	mu      sync.Mutex
	acked   []fact // by sequence: acknowledged, or seen since
	trying  []fact // given, and not answered
	checked int    // events at the last checkpoint
	clean   bool   // it was closed
	killed  *meteringtest.Disk
}

// oldEvents are of a day that is moved to its file once there are 1024.
const oldEvents = 1015

func newRun(open opener, seed uint64, out *outcome) *run {
	w := &run{open: open, r: rand.New(rand.NewPCG(seed, 5)), disk: meteringtest.NewDisk(), out: out}
	w.wrap = func(d *meteringtest.Disk) journal.Files { return d }
	w.now.Store(noon.Unix())
	return w
}

func (w *run) clock() time.Time { return time.Unix(w.now.Load(), 0) }

// begin fills the journal with what is to be there before faults are.
func (w *run) begin() {
	w.start()
	for range oldEvents / 203 {
		w.append(w.fresh(203, -3)...)
	}
	w.close()
}

// fresh returns events that were never given, of a day after that of the clock.
func (w *run) fresh(n, days int) (events []metering.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for range n {
		e := w.today(w.next, days)
		if w.next%40 == 7 {
			e.Kind, e.Adjusts, e.Reason = metering.Adjustment, "req-0", string(make1K)
		}
		w.next++
		events = append(events, e)
	}
	return events
}

// today is an event by its number, some days after the day of the clock.
func (w *run) today(number, days int) metering.Event {
	e := onDay(number, days)
	e.Time = e.Time.AddDate(0, 0, int(w.now.Load()-noon.Unix())/86400)
	return e
}

var make1K = func() []byte {
	b := make([]byte, 1000)
	for i := range b {
		b[i] = 'a' + byte(i%26)
	}
	return b
}()

// start opens the store, trying again a few times, and finds out what became of
// what was not answered.
func (w *run) start() bool {
	for range 3 {
		s, _, err := w.open(w.wrap(w.disk), w.clock)
		w.mu.Lock()
		w.s, w.clean = s, false
		w.mu.Unlock()
		if w.wasKilled() || err != nil {
			continue
		}
		var seen []journal.Entry
		for e, failed := range s.Events(uint64(len(w.acked) + 1)) {
			if err = failed; err != nil {
				break
			}
			seen = append(seen, e)
		}
		if err != nil && w.wasKilled() { // by what goes on beside: it has not said what is there
			continue
		}
		w.mu.Lock()
		for i, e := range seen {
			if i >= len(w.trying) || !same(&e.Event, &w.trying[i].event) {
				w.out.note(&w.out.doubled, "event %d is not one that could be there: %v", e.Sequence, e.Event.ID)
				break
			}
			w.acked = append(w.acked, w.trying[i])
		}
		w.trying = nil
		w.mu.Unlock()
		w.s = s
		return true
	}
	return false
}

// append gives events to the store, and once more if that fails.
func (w *run) append(events ...metering.Event) {
	for range 2 {
		if w.s == nil && !w.start() {
			return
		}
		known := map[string]bool{}
		for _, f := range w.acked {
			known[f.identity] = true
		}
		w.mu.Lock()
		for _, e := range events {
			if f := factOf(e); !known[f.identity] {
				w.trying = append(w.trying, f)
				known[f.identity] = true
			}
		}
		fresh := len(w.trying)
		w.mu.Unlock()
		res, err := w.s.Append(bg, events...)
		if w.wasKilled() { // whatever was said: a sync that was under way then is not on the disk that was left
			continue
		}
		w.mu.Lock()
		switch {
		case err == nil:
			if res.Accepted != fresh || res.Duplicates != len(events)-fresh {
				w.out.note(&w.out.doubled, "%+v of %d events, want %d accepted", res, len(events), fresh)
			}
			w.acked, w.trying = append(w.acked, w.trying...), nil
			w.mu.Unlock()
			return
		case errors.Is(err, journal.ErrPoisoned), errors.Is(err, journal.ErrIndex):
			w.mu.Unlock()
			w.close()
		default: // it is not there, and never will be
			w.trying = nil
			w.mu.Unlock()
		}
	}
}

func (w *run) close() {
	if w.s == nil {
		return
	}
	all := len(w.acked)
	if err := w.s.Close(); err == nil {
		w.mu.Lock()
		w.checked, w.clean = all, true
		w.mu.Unlock()
	}
	w.s = nil
}

func (w *run) checkpoint() {
	all := len(w.acked)
	if w.s != nil && w.s.Snapshot(bg) == nil {
		w.mu.Lock()
		w.checked = all
		w.mu.Unlock()
	}
}

// crash goes on with what another process, or the next start of the machine, finds.
func (w *run) crash(after *meteringtest.Disk) {
	s := w.s
	w.s = nil
	w.disk = after
	if s != nil {
		_ = s.Close() // on the disk that was
	}
}

// wasKilled goes on with what a process left that was killed, if it was.
func (w *run) wasKilled() bool {
	w.mu.Lock()
	after := w.killed
	w.killed = nil
	w.mu.Unlock()
	if after != nil {
		w.crash(after)
	}
	return after != nil
}

// known draws events that were acknowledged.
func (w *run) known(n int) (events []metering.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for range n {
		events = append(events, w.acked[len(w.acked)-1-w.r.IntN(min(len(w.acked), 300))].event)
	}
	return events
}

// scenario is a history with all that a journal does.
func (w *run) scenario() {
	w.append(append(w.fresh(3, 0), w.known(2)...)...)
	w.append(w.fresh(20, -3)...) // a day too many
	w.tend()
	w.append(append(w.known(5), w.fresh(60, 0)...)...)
	w.checkpoint()
	w.append(w.fresh(9, -1)...)
	w.now.Add(86400)
	w.append(append(w.fresh(1, 0), w.known(3)...)...)
	w.tend()
	w.append(w.fresh(9, 0)...)
	w.crash(w.disk.Kill())
	w.append(w.fresh(30, -3)...)
	w.close()
	w.append(w.fresh(5, 0)...)
	w.now.Add(4 * 86400) // the old days leave the window
	w.tend()
	w.append(w.fresh(5, 0)...)
	w.checkpoint()
	w.append(w.fresh(2, 0)...)
	w.close()
}

// short is a history of one day that is moved, a checkpoint and a close.
func (w *run) short() {
	w.append(w.fresh(20, -3)...)
	w.tend()
	w.checkpoint()
	w.append(w.fresh(2, 0)...)
	w.close()
	w.append(w.fresh(1, 0)...)
	w.close()
}

func (w *run) tend() {
	if j, ok := w.s.(interface{ Tend() error }); ok {
		_ = j.Tend()
	}
}

// never is the number of an event that no history gives.
const never = 1 << 20

// verify opens what is left on a disk and holds it to what was acknowledged. It
// is called with mu held, or by the goroutine that appends.
func (w *run) verify(disk *meteringtest.Disk, what string) {
	o := w.out
	o.cases++
	acked, trying := w.acked, w.trying
	var first atomic.Int64 // bytes of the first segment that are read
	files := meteringtest.NewFaults(disk)
	files.Hook(func(c meteringtest.Call) error {
		if c.Method == meteringtest.MethodReadAt && c.Name == "000000000001.seg" {
			first.Add(int64(c.Len))
		}
		return nil
	})
	s, r, err := w.open(files, w.clock)
	if err != nil {
		o.note(&o.lost, "%s: open: %v", what, err)
		return
	}
	if w.checked > 0 && first.Load() > 64+80 || w.clean && !r.Clean {
		o.note(&o.unkept, "%s: %d bytes read of the first segment, clean %v, %v", what, first.Load(), w.clean, r.Clean)
	}
	n := w.compare(s, what)
	if int(r.Indexed) > len(acked)+len(trying)-w.checked || len(r.Rebuilt) > 0 && w.checked > 0 {
		o.note(&o.unkept, "%s: %d of %d events read for the index, the checkpoint was at %d: %v", what, r.Indexed, len(acked), w.checked, r.Rebuilt)
	}
	// What is sent again is a duplicate, and what was lost is taken.
	var again []metering.Event
	missing := 0
	for i, f := range append(acked[max(0, len(acked)-50):len(acked):len(acked)], trying...) {
		if f.day < journal.Day(w.clock())-faultWindow {
			continue
		}
		again = append(again, f.event)
		if i+max(0, len(acked)-50) >= n {
			missing++
		}
	}
	again = append(again, w.today(never, 0))
	res, err := s.Append(bg, again...)
	if err != nil || res.Accepted+res.Duplicates != len(again) {
		o.note(&o.lost, "%s: append: %+v %v", what, res, err)
	} else if res.Accepted != missing+1 {
		o.note(&o.doubled, "%s: %d accepted again, want %d", what, res.Accepted, missing+1)
	}
	if err := s.Close(); err != nil {
		o.note(&o.lost, "%s: close: %v", what, err)
	}
	if o.cases%4 != 0 {
		return
	}
	s, r, err = w.open(disk.PowerLoss(meteringtest.Loss{}), w.clock)
	if err != nil || int(r.Events) != n+missing+1 && r.Events > 0 {
		o.note(&o.lost, "%s: opened again: %d events, want %d: %v", what, r.Events, n+missing+1, err)
	}
	if err == nil {
		_ = s.Close()
	}
}

// same reports whether events with their items in one order are the same.
func same(a, b *metering.Event) bool {
	return a.Account == b.Account && a.Source == b.Source && a.ID == b.ID && a.Time.Equal(b.Time) && a.Kind == b.Kind &&
		a.Resource == b.Resource && a.Region == b.Region && a.Labels == b.Labels && a.Estimated == b.Estimated &&
		a.Adjusts == b.Adjusts && a.Reason == b.Reason && slices.Equal(a.Items, b.Items)
}

// compare reads what there is, most often only the end of it, and returns the
// sequence of the last event.
func (w *run) compare(s store, what string) int {
	o := w.out
	n := 0
	if o.cases%16 != 0 {
		n = max(0, min(len(w.acked), w.checked)-1)
	}
	all := append(w.acked[:len(w.acked):len(w.acked)], w.trying...)
	for e, err := range s.Events(uint64(n + 1)) {
		switch {
		case err != nil:
			o.note(&o.lost, "%s: read: %v", what, err)
			return n
		case int(e.Sequence) != n+1:
			o.note(&o.lost, "%s: event %d after %d", what, e.Sequence, n)
			return n
		case n >= len(all):
			o.note(&o.doubled, "%s: event %d, %s, is not one that could be there", what, n+1, e.Event.ID)
			return n + 1
		case !same(&e.Event, &all[n].event):
			o.note(&o.undetected, "%s: event %d is another one", what, n+1)
		}
		n++
	}
	if n < len(w.acked) {
		o.note(&o.lost, "%s: %d events, %d were acknowledged", what, n, len(w.acked))
	}
	return n
}
