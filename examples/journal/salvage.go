package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/cloudevents"
	"github.com/meterbook/meterbook/metering/journal"
)

// A keeper keeps what is salvaged.
type keeper interface {
	keep(journal.Entry) error
	// finish makes it durable, and returns what the keeper would not take.
	finish() ([]refusal, error)
}

// A refusal is an event that can be read and was not kept.
type refusal struct {
	Sequence uint64 `json:"sequence"`
	Reason   string `json:"reason"`
}

// A salvaged is what -json prints of a salvage.
type salvaged struct {
	survey
	Out     string    `json:"out"`
	Refused []refusal `json:"refused"`
}

// salvage writes what can be read to a new place, which must not be there yet.
func salvage(ctx context.Context, files *readOnly, o options, stdout io.Writer) error {
	if _, err := os.Lstat(o.out); !errors.Is(err, fs.ErrNotExist) {
		if err == nil {
			err = fmt.Errorf("%s is there already: want a new place", o.out)
		}
		return err
	}
	var k keeper
	var err error
	toFile := strings.HasSuffix(o.out, ".ndjson")
	if toFile {
		k, err = newFileKeeper(o.out)
	} else {
		k = &journalKeeper{ctx: ctx, dir: o.out}
	}
	if err != nil {
		return err
	}
	s, err := look(files, func(e journal.Entry) error {
		if ctx.Err() != nil {
			return fmt.Errorf("%w: what is in %s is not all", ctx.Err(), o.out)
		}
		return k.keep(e)
	})
	refused, finishErr := k.finish()
	if err = errors.Join(err, finishErr); err != nil {
		return err
	}
	if o.json {
		err = encode(stdout, salvaged{*s, o.out, append([]refusal{}, refused...)})
	} else {
		p := &printer{w: wordsIn(o.lang)}
		p.survey(s)
		p.salvaged(s, o.out, refused, toFile)
		_, err = stdout.Write(p.out.Bytes())
	}
	if err == nil && (s.damaged() || len(refused) > 0) {
		err = errDamaged
	}
	return err
}

// salvaged says what was written, and what to do next.
func (p *printer) salvaged(s *survey, out string, refused []refusal, toFile bool) {
	w := p.w
	p.line("")
	p.wrapped(fmt.Sprintf(w.WroteF, count(s.Events-uint64(len(refused))), clean(out)))
	if len(refused) > 0 {
		p.wrapped(fmt.Sprintf(w.RefusedF, count(len(refused)), count(refused[0].Sequence), clean(refused[0].Reason)))
	}
	p.wrapped(fmt.Sprintf(w.UnchangedF, clean(s.Dir)))
	p.line("")
	p.line(w.Next)
	steps := w.StepsJournal
	if toFile {
		steps = w.StepsFile
	}
	n := 0
	if s.missing() > 0 || s.damaged() {
		steps = append([]string{w.StepLost}, steps...)
	}
	for _, step := range steps {
		n++
		p.item(fmt.Sprintf("%d. ", n), step)
	}
}

// A fileKeeper writes CloudEvents, one on a line.
type fileKeeper struct {
	f   *os.File
	out *bufio.Writer
}

func newFileKeeper(name string) (*fileKeeper, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	return &fileKeeper{f, bufio.NewWriter(f)}, nil
}

func (k *fileKeeper) keep(e journal.Entry) error {
	text, err := cloudevents.Marshal(e.Event)
	if err != nil {
		return fmt.Errorf("event %d: %w; salvage to a journal instead of a file", e.Sequence, err)
	}
	_, err = k.out.Write(append(text, '\n'))
	return err
}

func (k *fileKeeper) finish() ([]refusal, error) {
	return nil, errors.Join(k.out.Flush(), k.f.Sync(), k.f.Close())
}

// A journalKeeper imports entries into a new journal.
//
// A journal takes events of its window of days only, which moves with the clock.
// The days of an old journal are long past, so the clock is told to be where it was:
// the window spans 62 days in all, and whatever was accepted was within 62 days
// that ended no earlier than the latest event before it. With the window at its
// most, that is a clock two days before the latest event so far.
type journalKeeper struct {
	ctx context.Context
	dir string
	j   *journal.Journal

	latest  time.Time // day of the latest event so far
	entries []journal.Entry
	refused []refusal
}

const (
	day        = 24 * time.Hour
	keptAtOnce = 4096
)

func (k *journalKeeper) keep(e journal.Entry) error {
	if at := e.Event.Time.UTC().Truncate(day); k.j == nil || at.After(k.latest) {
		if err := k.move(at); err != nil {
			return err
		}
	}
	k.entries = append(k.entries, e)
	if len(k.entries) < keptAtOnce {
		return nil
	}
	return k.flush()
}

// move opens the journal, again if it was open, with its window up to a day.
func (k *journalKeeper) move(to time.Time) error {
	if err := k.close(); err != nil {
		return err
	}
	k.latest = to
	clock := func() time.Time { return to.Add(-2 * day) }
	j, _, err := journal.Open(k.dir, journal.WithWindow(journal.MaxWindow), journal.WithClock(clock))
	k.j = j
	return err
}

// flush appends what was read. It is not imported: sequences are missing, and an
// import does not pass over gaps.
func (k *journalKeeper) flush() error {
	if len(k.entries) == 0 {
		return nil
	}
	events := make([]metering.Event, len(k.entries))
	for i := range k.entries {
		events[i] = k.entries[i].Event
	}
	res, err := k.j.Append(k.ctx, events...)
	if err != nil {
		return err
	}
	for _, r := range res.Refused {
		k.refused = append(k.refused, refusal{k.entries[r.Index].Sequence, r.Err.Error()})
	}
	k.entries = k.entries[:0]
	return nil
}

func (k *journalKeeper) close() error {
	if k.j == nil {
		return nil
	}
	err := errors.Join(k.flush(), k.j.Close())
	k.j = nil
	return err
}

func (k *journalKeeper) finish() ([]refusal, error) {
	err := k.close()
	return k.refused, err
}
