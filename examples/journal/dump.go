package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/cloudevents"
	"github.com/meterbook/meterbook/metering/journal"
)

var errEnough = errors.New("enough")

// dump prints events, as many as were asked for. It reads a damaged journal, too,
// and says what is missing where it is missing.
func dump(ctx context.Context, files *readOnly, o options, stdout, stderr io.Writer) error {
	out := bufio.NewWriter(stdout)
	d := dumper{options: o, w: wordsIn(o.lang), out: out, notes: out, next: o.from}
	if o.json {
		d.notes = stderr // lines on standard output are events
	}
	gaps, err := journal.Salvage(files, func(e journal.Entry) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return d.entry(e)
	})
	enough := errors.Is(err, errEnough)
	if enough {
		err = nil
	}
	if !enough && err == nil && len(gaps) > 0 && o.from == 0 && !d.missing {
		d.missing = true
		fmt.Fprintln(d.notes, d.w.EndUnreadable)
	}
	if err = errors.Join(err, out.Flush()); err == nil && (d.missing || len(files.state.gaps()) > 0) {
		err = errDamaged
	}
	return err
}

// A dumper prints entries.
type dumper struct {
	options
	w       *words
	out     io.Writer
	notes   io.Writer
	next    uint64 // sequence that is to come; 0 before the first
	printed uint64
	missing bool
}

func (d *dumper) entry(e journal.Entry) error {
	if e.Sequence < d.from {
		return nil
	}
	if d.n > 0 && d.printed >= d.n {
		return errEnough
	}
	if d.next > 0 && e.Sequence > d.next {
		d.missing = true
		fmt.Fprintf(d.notes, d.w.MissingF, count(d.next), count(e.Sequence-1))
	}
	d.next = e.Sequence + 1
	d.printed++
	if d.json {
		text, err := cloudevents.Marshal(e.Event)
		if err != nil {
			return fmt.Errorf("event %d: %w", e.Sequence, err)
		}
		_, err = d.out.Write(append(text, '\n'))
		return err
	}
	_, err := io.WriteString(d.out, eventText(e))
	return err
}

// eventText is an event for people, on two lines: who and when, then what.
func eventText(e journal.Entry) string {
	ev := &e.Event
	var what []string
	for _, it := range ev.Items {
		what = append(what, strings.TrimSpace(fmt.Sprintf("%v  %s  %s", it.Quantity, it.Meter, it.SKU)))
	}
	if ev.Resource != "" {
		what = append(what, "resource "+ev.Resource)
	}
	if ev.Region != "" {
		what = append(what, "region "+ev.Region)
	}
	if ev.Kind == metering.Adjustment {
		what = append(what, "adjusts "+ev.Adjusts, ev.Reason)
	}
	if ev.Estimated {
		what = append(what, "estimated")
	}
	return clean(fmt.Sprintf("%8s  %s  %v  %s  %s %s", count(e.Sequence), instant(ev.Time), ev.Kind, ev.Account, ev.Source, ev.ID)) + "\n" +
		clean("          "+strings.Join(what, " · ")) + "\n"
}

func instant(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") }
