package journal

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/meterbook/meterbook/metering"
)

// rules are those by which a recorder counts. The log says which they are ahead of the
// events that are counted by them, so that who counts them again by others does not take
// for late what was counted in time.
type rules struct {
	own    uint64 // of this recorder
	said   uint64 // the last that the log says, 0 if that is open
	record uint64 // which says it
}

// of sets the own rules.
func (r *rules) of(a *metering.Aggregator) error {
	digest, err := a.Rules()
	r.own = max(binary.LittleEndian.Uint64(digest[:]), 1)
	return err
}

// changed reports whether the log says that events were counted by other rules.
func (r *rules) changed() bool { return r.said != 0 && r.said != r.own }

// sayRules has the log say by which rules the recorder counts from here on, unless it
// does.
func (r *Recorder) sayRules(ctx context.Context) error {
	if r.rules.said == r.rules.own {
		return nil
	}
	record, err := r.j.control(ctx, rulesFrom, r.rules.own)
	if err == nil {
		r.rules.said, r.rules.record = r.rules.own, record
	}
	return err
}

// replay counts what the journal has.
func (r *Recorder) replay(report *RecorderRecovery) error {
	from, err := r.loadTotals()
	if err != nil {
		return err
	}
	r.rules.said = 0 // of what follows, unless it says so
	var u unblocker
	for rec, err := range r.j.log.Records(from.record + 1) {
		if err != nil {
			return err
		}
		kind, err := u.borrow(rec.Payload) // what is counted keeps no id, and lives have copies
		switch {
		case err != nil:
		case kind == controlRecord:
			err = r.replayControl(&u.text, rec.Seq)
		default:
			err = r.replayBlock(&u, report)
		}
		if err != nil {
			return fmt.Errorf("journal: record %d: %w", rec.Seq, err)
		}
	}
	r.uncounted += report.Uncounted
	r.saved.Store(from.event)
	r.j.mu.Lock()
	r.j.guard = r.guardTotals
	r.j.recorded.Store(true)
	r.j.mu.Unlock()
	return nil
}

func (r *Recorder) replayBlock(u *unblocker, report *RecorderRecovery) error {
	for {
		e, seq, err := u.next()
		if e == nil || err != nil {
			return err
		}
		if e.Kind != metering.Amount && e.Kind != metering.Adjustment {
			own := keep(e) // lives are kept
			e = &own
		}
		switch err := r.usage.Accept(e); {
		case err == nil:
			report.Replayed++
		case untimely(err) && r.rules.changed() && !r.opts.anyRules:
			return fmt.Errorf("%w: event %d, id %.64q of source %.64q: %w", ErrRules, seq, e.ID, e.Source, err)
		case untimely(err) || errors.Is(err, metering.ErrOverflow): // as when it was recorded
			report.Uncounted++
		default:
			return fmt.Errorf("event %d: %w", seq, err)
		}
	}
}

// untimely reports whether an event is refused for when it comes, which depends
// on what was sealed before.
func untimely(err error) bool {
	var late *metering.LateError
	return errors.As(err, &late) || errors.Is(err, metering.ErrTooLate) || errors.Is(err, metering.ErrTooEarly)
}

func (r *Recorder) replayControl(text *blockText, record uint64) error {
	code, number := text.control()
	at := time.Unix(0, int64(number))
	switch {
	case text.err != nil:
		return text.err
	case code == windowsSeal:
		return r.usage.Seal(at)
	case code == windowMoved:
		return r.usage.Advance(at)
	case code == rulesFrom:
		r.rules.said, r.rules.record = number, record
	}
	return nil // of the journal alone
}
