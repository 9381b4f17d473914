package journal_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/journal"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

var (
	histories = flag.Int("journal.n", 16, "random histories of a journal to try")
	full      = flag.Bool("journal.full", false, "faults in full: every offset, every bit, 10,000 kills, 100,000 losses of power, 10 M events")
)

var bg = context.Background()

// A fact is an event that was given to a journal.
type fact struct {
	identity, text string
	day            int32
	event          metering.Event
	oldest         int32 // first day of the window when it was accepted
}

func factOf(e metering.Event) fact {
	return fact{identity: journal.Identity(&e), text: journal.Canonical(&e), day: journal.Day(e.Time), event: e}
}

// A world is a journal on a disk, and the plain lists that judge it. One
// goroutine appends, so that every sequence is known beforehand.
type world struct {
	t    testing.TB
	r    *rand.Rand
	seed uint64
	disk *meteringtest.Disk
	opts []journal.Option
	j    *journal.Journal

	now     atomic.Int64 // seconds
	window  int32
	oldest  int32
	marked  int32 // the window that is durable, whatever becomes of the log
	perhaps int32 // the window that may be, after a crash: that it moved is a record of its own
	synced  bool  // what is acknowledged is durable
	log     []fact
	known   map[string]fact // of days of the window, by identity
	did     string
}

const spanOfDays = 62 // from the first day of the window on

func newWorld(t testing.TB, seed uint64) *world {
	r := rand.New(rand.NewPCG(seed, 3))
	w := &world{t: t, r: r, seed: seed, disk: meteringtest.NewDisk(), known: map[string]fact{}, synced: true}
	w.window = int32([]int{journal.DefaultWindow, 1, 7, journal.MaxWindow}[r.IntN(4)])
	w.now.Store(time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC).Unix())
	w.opts = []journal.Option{
		journal.WithClock(func() time.Time { return time.Unix(w.now.Load(), 0) }), journal.WithWindow(int(w.window)),
		journal.WithIdentitiesInMemory(1024), journal.WithSegmentSize(int64(4096 << r.IntN(6))),
		journal.WithPreallocation(int64(r.IntN(3)-1) * 8192), journal.WithRandom(noise{r}),
	}
	switch r.IntN(4) {
	case 0:
		w.opts, w.synced = append(w.opts, journal.Interval(time.Hour)), false
	case 1:
		w.opts, w.synced = append(w.opts, journal.Interval(time.Millisecond)), false
	}
	if seed%2 == 1 {
		w.opts = append(w.opts, journal.InPieces(3))
	}
	w.open()
	return w
}

// noise is random bytes that repeat.
type noise struct{ r *rand.Rand }

func (n noise) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(n.r.Uint32())
	}
	return len(b), nil
}

func (w *world) fatal(format string, args ...any) {
	w.t.Helper()
	w.t.Fatalf("seed %d, %s: %s", w.seed, w.did, fmt.Sprintf(format, args...))
}

func (w *world) today() int32 { return journal.Day(time.Unix(w.now.Load(), 0)) }

// slide moves the window as the clock says.
func (w *world) slide() { w.moveTo(w.today() - w.window) }

func (w *world) moveTo(oldest int32) {
	w.oldest = max(w.oldest, oldest)
	for id, f := range w.known {
		if f.day < w.oldest {
			delete(w.known, id)
		}
	}
}

// tend moves the window, if the clock asks for it, and that is durable.
func (w *world) tend() {
	w.t.Helper()
	w.noError(w.j.Tend())
	if w.today()-w.window > w.oldest {
		w.slide()
		w.marked = w.oldest
	}
}

// crash makes the window what is left on the disk of it: that of the last
// checkpoint, or of an event that was accepted later.
func (w *world) crash() {
	w.perhaps, w.oldest = w.oldest, w.marked
	if n := len(w.log); n > 0 {
		w.oldest = max(w.oldest, w.log[n-1].oldest)
	}
	clear(w.known)
	for _, f := range w.log {
		if f.day >= w.oldest {
			w.known[f.identity] = f
		}
	}
}

// open opens the journal and holds it to the log. What is left of the log after a
// loss of power in an interval is its beginning.
func (w *world) open() {
	w.t.Helper()
	j, r, err := journal.OpenFiles(w.disk, w.opts...)
	if err != nil {
		w.fatal("open: %v", err)
	}
	w.j = j
	w.slide()
	if r.Events != uint64(len(w.log)) {
		w.fatal("%d events, want %d", r.Events, len(w.log))
	}
	w.read(0)
	got := j.Oldest()
	if got < w.oldest || got > max(w.oldest, w.perhaps) {
		w.fatal("the window begins with %d, want %d, or up to %d", got, w.oldest, w.perhaps)
	}
	w.perhaps = 0
	w.moveTo(got)
}

// read compares what is there, from a sequence on.
func (w *world) read(from uint64) {
	w.t.Helper()
	want := max(from, 1)
	for e, err := range w.j.Events(from) {
		if err != nil {
			w.fatal("read: %v", err)
		}
		if e.Sequence != want || want > uint64(len(w.log)) || journal.Canonical(&e.Event) != w.log[want-1].text {
			w.fatal("event %d, want %d of %d: %v", e.Sequence, want, len(w.log), e.Event)
		}
		want++
	}
	if w.synced && want != uint64(len(w.log))+1 {
		w.fatal("%d events, want %d", want-1, len(w.log))
	}
}

// judge says what is to become of events, and adds those that are new to the log.
func (w *world) judge(events []metering.Event) (want []error, accepted, duplicates int) {
	for _, e := range events {
		if e.Validate() != nil {
			want = append(want, errInvalid)
			continue
		}
		f := factOf(e)
		have, ok := w.known[f.identity]
		switch {
		case f.day < w.oldest:
			want = append(want, metering.ErrTooLate)
		case f.day >= w.oldest+spanOfDays:
			want = append(want, metering.ErrTooEarly)
		case !ok:
			want = append(want, nil)
			f.oldest = w.oldest
			w.known[f.identity] = f
			w.log = append(w.log, f)
			accepted++
		case have.text == f.text:
			want = append(want, nil)
			duplicates++
		default:
			want = append(want, metering.ErrConflict)
		}
	}
	return want, accepted, duplicates
}

var errInvalid = errors.New("invalid by itself")

// append appends events and compares what is said of each.
func (w *world) append(events ...metering.Event) {
	w.t.Helper()
	want, accepted, duplicates := w.judge(events)
	res, err := w.j.Append(bg, events...)
	if err != nil {
		w.fatal("append: %v", err)
	}
	if res.Accepted != accepted || res.Duplicates != duplicates {
		w.fatal("%d accepted and %d duplicates, want %d and %d", res.Accepted, res.Duplicates, accepted, duplicates)
	}
	refused := res.Refused
	for i, err := range want {
		if err == nil {
			continue
		}
		if len(refused) == 0 || refused[0].Index != i {
			w.fatal("event %d is not refused, want %v", i, err)
		}
		got := refused[0].Err
		var field *metering.FieldError
		if ok := errors.Is(got, err); !ok && (err != errInvalid || !errors.As(got, &field) && !errors.Is(got, metering.ErrTimeRange)) {
			w.fatal("event %d: %v, want %v", i, got, err)
		}
		refused = refused[1:]
	}
	if len(refused) > 0 {
		w.fatal("event %d is refused: %v", refused[0].Index, refused[0].Err)
	}
}

// batch draws events: new ones, known ones, known ones in another order, with
// another body or on another day, and ones that are not valid.
func (w *world) batch(n int) (events []metering.Event) {
	for range n {
		e := w.event()
		switch k := w.r.IntN(12); {
		case k < 3 && len(w.log) > 0:
			e = w.log[w.r.IntN(len(w.log))].event
			w.r.Shuffle(len(e.Items), func(i, k int) { e.Items[i], e.Items[k] = e.Items[k], e.Items[i] })
		case k == 3 && len(events) > 0:
			e = events[w.r.IntN(len(events))]
		case k == 4 && len(w.log) > 0:
			e = w.log[w.r.IntN(len(w.log))].event
			e.Time = e.Time.Add(time.Duration(w.r.Int64N(3)-1) * 24 * time.Hour)
		case k == 5 && len(w.log) > 0:
			old := w.log[w.r.IntN(len(w.log))].event
			e.Account, e.Source, e.ID = old.Account, old.Source, old.ID
		case k == 6 && w.r.IntN(3) == 0:
			e.Source = ""
		case k == 7 && w.r.IntN(5) == 0:
			e.Time = time.Date(2201, 1, 1, 0, 0, 0, 0, time.UTC)
		}
		events = append(events, e)
	}
	return events
}

// event draws one of any day about the window.
func (w *world) event() metering.Event {
	e := journal.RandomEvent(w.r)
	day := w.today() - int32(w.r.IntN(3))
	switch w.r.IntN(8) {
	case 0:
		day = w.oldest + int32(w.r.IntN(spanOfDays+4)) - 2
	case 1:
		day = w.oldest
	}
	e.Time = time.Unix(int64(day)*86400, w.r.Int64N(86400e9)).UTC()
	return e
}

// many draws new events of one day, which is moved to a file for them.
func (w *world) many(n int) (events []metering.Event) {
	day := int64(w.oldest + int32(w.r.IntN(5)))
	for i := range n {
		e := event(i)
		e.ID, e.Time = fmt.Sprint(len(w.log), "-", i), time.Unix(day*86400, int64(i)).UTC()
		events = append(events, e)
	}
	return events
}

// step does one thing.
func (w *world) step() {
	w.t.Helper()
	switch k := w.r.IntN(30); {
	case k < 14:
		w.did = "a batch"
		w.append(w.batch(1 + w.r.IntN(40))...)
	case k == 14:
		w.did = "a day of events"
		w.append(w.many(1100 + w.r.IntN(1500))...)
	case k < 17:
		w.did = "a checkpoint"
		w.noError(w.j.Snapshot(bg))
		w.marked = w.oldest
		if w.j.Durable() != uint64(len(w.log)) {
			w.fatal("durable are %d of %d", w.j.Durable(), len(w.log))
		}
	case k < 20:
		w.did = "clean close"
		w.close()
		w.marked = w.oldest
		w.open()
	case k < 22:
		w.did = "kill"
		after := w.disk.Kill()
		w.close()
		w.disk = after
		w.crash()
		w.open()
	case k < 25:
		w.did = "power loss"
		w.powerLoss()
	case k == 25:
		w.did = "some days go by"
		w.now.Add(int64(w.r.IntN(5) * 86400))
		w.tend()
	case k == 26:
		w.did = "the clock is set"
		w.now.Add(int64(w.r.IntN(80)-40) * 86400)
	case k == 27:
		w.did = "tending"
		w.tend()
	default:
		w.did = "reading"
		if len(w.log) > 0 {
			w.read(w.r.Uint64N(uint64(len(w.log)) + 2))
		}
	}
	// The window moves by itself, and not only when it is told to.
	w.tend()
}

func (w *world) noError(err error) {
	w.t.Helper()
	if err != nil {
		w.fatal("%v", err)
	}
}

func (w *world) close() {
	w.t.Helper()
	w.noError(w.j.Close())
	if _, err := w.j.Append(bg, event(1)); !errors.Is(err, journal.ErrClosed) {
		w.fatal("append to a closed journal: %v", err)
	}
}

// powerLoss loses what may be lost of the log, as the journal itself says which.
func (w *world) powerLoss() {
	w.t.Helper()
	durable := w.j.Durable()
	if w.synced && durable != uint64(len(w.log)) {
		w.fatal("durable are %d of %d", durable, len(w.log))
	}
	after := w.disk.PowerLoss(meteringtest.Loss{Seed: w.r.Uint64(), Survive: meteringtest.Random})
	w.close()
	w.disk = after
	if !w.synced {
		w.forget(durable)
	}
	w.crash()
	w.open()
}

// forget finds out how much of the log survived a loss of power, no less than
// what was durable, and has the rest as if it had never been given.
func (w *world) forget(durable uint64) {
	w.t.Helper()
	j, r, err := journal.OpenFiles(w.disk.Kill(), w.opts...)
	w.noError(err)
	w.noError(j.Close())
	if r.Events < durable || r.Events > uint64(len(w.log)) {
		w.fatal("%d events of %d, of which %d were durable", r.Events, len(w.log), durable)
	}
	w.log = w.log[:r.Events]
}
