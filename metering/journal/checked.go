package journal

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/meterbook/meterbook/metering"
)

// A checked batch is what of it can be counted, and what became of the rest.
type checked struct {
	Result
	countable []metering.Event
	at        []int // of countable in the batch, nil while all are
}

// index returns which event of the batch a countable one is.
func (c *checked) index(i int) int {
	if c.at == nil {
		return i
	}
	return c.at[i]
}

// check tells apart what can be counted, and counts what is refused.
func (r *Recorder) check(ctx context.Context, events []metering.Event, checkpoint bool) (checked, error) {
	c := checked{countable: events}
	var refused []Refusal
	r.usage.CheckAll(events, func(i int, err error) {
		if _, full := errors.AsType[*metering.QuotaError](err); full && checkpoint {
			return
		}
		refused = append(refused, Refusal{i, err})
	})
	if !checkpoint {
		refused = r.reserved(events, refused)
	}
	if refused == nil {
		return c, nil
	}
	c.countable, c.at = make([]metering.Event, 0, len(events)), make([]int, 0, len(events))
	for i, next := 0, 0; i < len(events); i++ {
		if next == len(refused) || refused[next].Index != i {
			c.countable, c.at = append(c.countable, events[i]), append(c.at, i)
			continue
		}
		one := refused[next]
		next++
		known, err := r.j.knows(ctx, &events[i])
		switch {
		case err != nil:
			return checked{}, err
		case known == duplicate: // whatever was sealed since
			c.Duplicates++
			continue
		case known == conflict && untimely(one.Err):
			one.Err = refusal(conflict, &events[i])
		}
		c.Refused = append(c.Refused, one)
	}
	r.j.countRefused(c.Result)
	return c, nil
}

// reserved adds events of sources that are the recorder's own.
func (r *Recorder) reserved(events []metering.Event, refused []Refusal) []Refusal {
	prefix := r.checkpoints()
	var own []Refusal
	for i := range events {
		if strings.HasPrefix(events[i].Source, prefix) {
			own = append(own, Refusal{i, &metering.FieldError{Field: "source", Value: events[i].Source, Reason: "want another one: it is that of the recorder's checkpoints"}})
		}
	}
	if own == nil {
		return refused
	}
	all := merged(refused, own)
	return slices.CompactFunc(all, func(a, b Refusal) bool { return a.Index == b.Index })
}

// merged returns the refusals of both, in order.
func merged(a, b []Refusal) []Refusal {
	if len(a) == 0 || len(b) == 0 {
		return append(a, b...)
	}
	out := make([]Refusal, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if a[0].Index < b[0].Index {
			out, a = append(out, a[0]), a[1:]
		} else {
			out, b = append(out, b[0]), b[1:]
		}
	}
	return append(append(out, a...), b...)
}
