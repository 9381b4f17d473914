package metering

import (
	"fmt"
	"strconv"
	"time"

	"github.com/meterbook/meterbook/internal/fixed"
)

// A LatePolicy says what becomes of usage whose window was sealed before it
// arrived. Whatever the policy, usage that is older than the dedup window is
// [ErrTooLate].
type LatePolicy uint8

// The late policies.
const (
	RefuseLate LatePolicy = iota // a *LateError; the default
	CountNow                     // count it in the current window
	AdjustLate                   // count it in its own window, as a late adjustment
)

var latePolicyNames = []string{RefuseLate: "refuse", CountNow: "count-now", AdjustLate: "adjust"}

// String returns the policy's name.
func (p LatePolicy) String() string { return nameOf(latePolicyNames, p) }

// MarshalText returns the name.
func (p LatePolicy) MarshalText() ([]byte, error) { return textOf("late policy", latePolicyNames, p) }

// UnmarshalText reads a name. Errors wrap [ErrSyntax].
func (p *LatePolicy) UnmarshalText(text []byte) error {
	return readName(p, "late policy", latePolicyNames, text)
}

// A LateError reports usage whose window was sealed before it arrived, on a
// meter that refuses such usage.
type LateError struct {
	Meter     MeterID
	Time      time.Time // of the usage
	Watermark time.Time // windows before it are sealed
}

func (e *LateError) Error() string {
	return fmt.Sprintf("metering: meter %q: %s is late: windows before %s are sealed; record it as an adjustment of a later time, or let the meter's late policy take it",
		e.Meter, e.Time.Format(time.RFC3339Nano), e.Watermark.Format(time.RFC3339Nano))
}

// admit returns the posting that an amount of an instant comes to, or why it
// comes to none, which it counts. The series' lock is held, or the aggregator's for writing.
func (a *Aggregator) admit(m *Meter, at int64, n fixed.Int128) (posting, error) {
	p, err := a.post(m, at, n)
	if err != nil {
		a.untimely.Add(1)
	}
	return p, err
}

// post is admit without counting.
func (a *Aggregator) post(m *Meter, at int64, n fixed.Int128) (posting, error) {
	w, sealed := at/a.width, a.sealed.Load()
	switch {
	case w >= sealed:
		if sealed > 0 && w-sealed >= a.openWindows {
			return posting{}, a.tooEarly(at)
		}
		return posting{window: w, n: n}, nil
	case w < sealed-a.lateWindows:
		return posting{}, a.tooLate(at)
	case m.Late == AdjustLate:
		return posting{window: w, n: n, late: true}, nil
	case m.Late == CountNow:
		// Seal has moved the current window to where windows are open.
		now, _ := a.now.Load().window()
		return posting{window: now, n: n}, nil
	}
	return posting{}, &LateError{m.ID, time.Unix(0, at).UTC(), time.Unix(0, sealed*a.width).UTC()}
}

func (a *Aggregator) tooLate(at int64) error {
	return fmt.Errorf("%w: %s is more than %s before %s", ErrTooLate, stamp(at), inDays(time.Duration(a.lateWindows*a.width)), stamp(a.sealed.Load()*a.width))
}

// inDays prints a duration for people: "35 days", or "36h" for what is not whole days.
func inDays(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d == 0 || d%day != 0:
		return plainDuration(d)
	case d == day:
		return "1 day"
	}
	return strconv.FormatInt(int64(d/day), 10) + " days"
}

func (a *Aggregator) tooEarly(at int64) error {
	return fmt.Errorf("%w: %s is not within %d windows of %s", ErrTooEarly, stamp(at), a.openWindows, stamp(a.sealed.Load()*a.width))
}
