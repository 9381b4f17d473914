package journal

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/meterbook/meterbook/metering"
)

const totalsMagic = "mbjtotl\x01"

// Snapshot writes down what was counted, and the index of identities, so that
// opening the recorder again counts only what came afterwards. Close does so too.
// Record waits while what is to be written is noted, additions do not. It fails
// with what the disk says, with [ErrClosed], and when the context ends; what was
// recorded stays.
func (r *Recorder) Snapshot(ctx context.Context) error {
	start := r.opts.begin()
	err := r.snapshot(ctx)
	r.opts.end(ctx, "recorder.snapshot", start, 0, err)
	return err
}

func (r *Recorder) snapshot(ctx context.Context) error {
	r.turn.Lock()
	defer r.turn.Unlock()
	r.admit.Lock()
	r.open.Wait()
	if err := r.j.log.Sync(ctx); err != nil {
		r.admit.Unlock()
		return outward(err)
	}
	at := r.j.lastPlace()
	state, err := r.usage.State()
	if err == nil {
		at, err = r.beforeRules(ctx, at)
	}
	r.admit.Unlock()
	if err == nil {
		err = r.saveTotals(at, state)
	}
	if err == nil {
		r.saved.Store(at.event)
		err = r.j.Snapshot(ctx)
	}
	return outward(err)
}

// beforeRules returns a place with nothing to count behind it, after which the log says
// by which rules that is done: before that record if it is the last one, and otherwise
// there is another one.
func (r *Recorder) beforeRules(ctx context.Context, at place) (place, error) {
	if at.record == r.rules.record {
		at.record--
		return at, nil
	}
	r.rules.said = 0
	return at, r.sayRules(ctx)
}

// lastPlace returns the end of what is durable.
func (j *Journal) lastPlace() place {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.settle()
	return j.place
}

// saveTotals makes what was counted up to a place durable: the journal, the place,
// the windows, counts, usage as a snapshot behind its length, and lives as blocks
// behind theirs.
func (r *Recorder) saveTotals(at place, s metering.State) error {
	id := r.j.ID()
	b := slices.Clone(id[:])
	c := &s.Counts
	for _, n := range [...]uint64{at.record, at.event, instantOf(s.Watermark), instantOf(s.Current),
		c.Events, c.Duplicates, c.Conflicts, c.Refused, c.Untimely, c.Evicted} {
		b = binary.LittleEndian.AppendUint64(b, n)
	}
	b, err := appendSized(b, s.Usage.AppendBinary)
	if err != nil {
		return err
	}
	w := r.j.scribes.get(1)
	defer r.j.scribes.put(w)
	for lives := s.Lives; len(lives) > 0; {
		n := w.prepare(nil, lives, false)
		for _, one := range w.refused {
			err = errors.Join(err, one.Err)
		}
		b, _ = appendSized(b, func(b []byte) ([]byte, error) {
			return append(appendHead(b, 1, len(w.claims), nil), w.text...), nil
		})
		lives = lives[n:]
	}
	if err != nil {
		return err
	}
	return writeWhole(r.j.files, totalsFile, totalsMagic, b)
}

// instantOf returns an instant, + 1; 0 for none.
func instantOf(t time.Time) uint64 {
	if t.IsZero() {
		return 0
	}
	return uint64(t.UnixNano()) + 1
}

// appendSized appends what is behind its length.
func appendSized(b []byte, body func([]byte) ([]byte, error)) ([]byte, error) {
	start := len(b)
	b, err := body(append(b, make([]byte, 8)...))
	if err == nil {
		binary.LittleEndian.PutUint64(b[start:], uint64(len(b)-start-8))
	}
	return b, err
}

// loadTotals restores what was counted, and returns up to where that is. Without
// a snapshot, or with a damaged one, it is the beginning of the log, if all of it
// is there.
func (r *Recorder) loadTotals() (place, error) {
	body, err := readWhole(r.j.files, totalsFile, totalsMagic)
	if err != nil {
		return place{}, err
	}
	text := blockText{rest: string(body)}
	own := r.j.ID()
	if body == nil || text.bytes(len(own)) != string(own[:]) {
		if first := r.j.log.First(); first > 1 {
			return place{}, fmt.Errorf("%w: records before %d were dropped, and there is no snapshot of totals", ErrCorrupt, first)
		}
		return place{}, nil
	}
	at := place{text.fixed(8), text.fixed(8)}
	var s metering.State
	s.Watermark, s.Current = timeOf(text.fixed(8)), timeOf(text.fixed(8))
	c := &s.Counts
	for _, to := range [...]*uint64{&c.Events, &c.Duplicates, &c.Conflicts, &c.Refused, &c.Untimely, &c.Evicted} {
		*to = text.fixed(8)
	}
	s.Usage = new(metering.Snapshot)
	if err := s.Usage.UnmarshalBinary([]byte(text.sized())); err != nil {
		return place{}, fmt.Errorf("journal: %s: %w", totalsFile, err)
	}
	for text.rest != "" && text.err == nil {
		if s.Lives, err = appendLives(s.Lives, text.sized()); err != nil {
			return place{}, fmt.Errorf("journal: %s: %w", totalsFile, err)
		}
	}
	if text.err != nil {
		return place{}, fmt.Errorf("journal: %s: %w", totalsFile, text.err)
	}
	if at.record > r.j.log.Durable() {
		return place{}, fmt.Errorf("%w: the log ends at record %d, %s has counted up to %d", ErrCorrupt, r.j.log.Durable(), totalsFile, at.record)
	}
	if err := r.usage.Restore(s); err != nil {
		return place{}, fmt.Errorf("journal: %s was written with other options, give those of then to WithUsage: %w", totalsFile, err)
	}
	return at, nil
}

func timeOf(n uint64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, int64(n-1)).UTC()
}

func (r *blockText) sized() string {
	n := r.fixed(8)
	if n > uint64(len(r.rest)) {
		r.fail("it ends early")
		return ""
	}
	return r.bytes(int(n))
}

// appendLives appends the events of a block.
func appendLives(lives []metering.Event, block string) ([]metering.Event, error) {
	var u unblocker
	if _, err := u.open(block); err != nil {
		return nil, err
	}
	for {
		e, _, err := u.next()
		if e == nil || err != nil {
			return lives, err
		}
		lives = append(lives, keep(e))
	}
}
