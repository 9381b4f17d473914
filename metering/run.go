package metering

import (
	"strings"
	"time"

	"github.com/meterbook/meterbook/internal/fixed"
)

// A RunRule says how long a run counts: the unbroken time in which a resource
// holds anything of a meter, whatever it is resized to. The zero RunRule counts
// what was held, to the nanosecond.
//
//   - {Step: time.Minute}: a run counts as whole minutes from its start, a begun
//     one in full.
//   - {Step: time.Second, Minimum: time.Minute}: as whole seconds, and as a minute
//     at least.
//   - {Step: time.Hour, Clock: true}: as every clock hour that it touches, and an
//     hour that two runs touch once. From 09:30 to 12:30 it is four hours.
//
// Whatever is added has its place in time: after the run, of what was held at its
// end, and by the clock also before it, of what was held at its start. Runs that
// are shorter than their minimum and follow close on each other count on their
// own, so that what is added to one can overlap the next.
//
// A run that has not ended counts as it is, without what its end would add:
// nothing is counted ahead of what was seen. One that has no length counts
// nothing.
type RunRule struct {
	// Minimum is what each run counts as at least, up to 366 days.
	Minimum time.Duration
	// Step is what runs count in whole numbers of, up to a day; 0 for exactly what
	// they are.
	Step time.Duration
	// Clock makes Step a step of the clock of UTC, which a day has a whole number
	// of. Such a rule has no minimum, and its meter a late policy that takes what
	// a run adds before its start.
	Clock bool
}

// String returns the rule in words, such as "exactly" or "whole 1s, at least 1m".
func (r RunRule) String() string {
	var words []string
	switch {
	case r == RunRule{}:
		return "exactly"
	case r.Clock:
		words = append(words, "each "+plainDuration(r.Step)+" of the clock")
	case r.Step > 0:
		words = append(words, "whole "+plainDuration(r.Step))
	}
	if r.Minimum > 0 {
		words = append(words, "at least "+plainDuration(r.Minimum))
	}
	return strings.Join(words, ", ")
}

// Limits of a [RunRule].
const (
	maxRunMinimum = 366 * 24 * time.Hour
	maxRunStep    = 24 * time.Hour
	// spareRuns is how many times what a resource can hold all its life fits, so
	// that runs which overlap by their minimum do not overflow.
	spareRuns = 1 << 8
)

func (r RunRule) validate(m *Meter) error {
	id := clip(string(m.ID))
	switch {
	case r == RunRule{}:
		return nil
	case m.Form != Capacity:
		return &FieldError{"meter runs", id, "want no rule for what is not a capacity"}
	case r.Minimum < 0 || r.Minimum > maxRunMinimum:
		return &FieldError{"meter runs minimum", r.Minimum.String(), "want 0 to 366 days"}
	case r.Step < 0 || r.Step > maxRunStep:
		return &FieldError{"meter runs step", r.Step.String(), "want 0 to 24 hours"}
	case r.Clock && (r.Step == 0 || maxRunStep%r.Step != 0):
		return &FieldError{"meter runs step", r.Step.String(), "want a step that a day has a whole number of, for steps of the clock"}
	case r.Clock && r.Minimum > 0:
		return &FieldError{"meter runs minimum", r.Minimum.String(), "want none with steps of the clock"}
	case r.Clock && m.Late == RefuseLate:
		return &FieldError{"meter late policy", id, "want count-now or adjust for steps of the clock: a run counts from before its start"}
	}
	return nil
}

// from returns from when a run counts that begins at begun.
func (r RunRule) from(begun int64) int64 {
	if r.Clock {
		return begun - begun%int64(r.Step)
	}
	return begun
}

// until returns up to when a run counts that has a length and has ended.
func (r RunRule) until(begun, end int64) int64 {
	if r.Clock {
		begun -= begun % int64(r.Step)
	}
	counted := max(end-begun, int64(r.Minimum))
	if step := int64(r.Step); step > 0 {
		counted += (step - counted%step) % step
	}
	return min(begun+counted, maxTime)
}

// A run is how far the run of a meter has come. The zero run has not begun.
type run struct {
	begun, end int64
	counted    int64 // by the clock, up to here something counts already
}

// extend takes a time in which something is held: the run goes on, or another
// begins. It returns what the earlier one still counts beyond its end, and from
// when what is held now does.
func (r *run) extend(rule RunRule, now Period) (earlier Period, from int64) {
	if r.begun < r.end && r.end == now.start {
		r.end = now.end
		return Period{}, now.start
	}
	earlier = r.rest(rule, now.start)
	r.begun, r.end = now.start, now.end
	return earlier, max(rule.from(now.start), r.counted)
}

// rest returns what a run that is over still counts beyond its end; by the clock,
// up to an instant at which the resource was seen again.
func (r *run) rest(rule RunRule, seen int64) Period {
	if r.begun == r.end {
		return Period{}
	}
	p := Period{max(r.end, r.counted), rule.until(r.begun, r.end)}
	if rule.Clock {
		p.end = min(p.end, seen)
		r.counted = max(p.start, p.end)
	} else {
		r.begun = r.end
	}
	if p.end <= p.start {
		return Period{}
	}
	return p
}

// observe takes a time in which a capacity, or nothing, was held, after what was
// held last. It returns what counts, of which some may be of the run before.
func (r *run) observe(rule RunRule, now stretch, last *fixed.Int128, over bool) (book [3]stretch) {
	if !now.grains.IsZero() && !now.IsZero() {
		book[0].grains, book[1] = *last, now
		book[0].Period, book[1].start = r.extend(rule, now.Period)
		*last = now.grains
	}
	seen := now.end
	if over {
		seen = maxTime
	}
	if r.end < seen {
		book[2] = stretch{Period: r.rest(rule, seen), grains: *last}
	}
	return book
}
