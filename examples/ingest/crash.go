package main

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/meterbook/meterbook/metering/journal"
)

// A sender keeps what is acknowledged, as one who sends usage does: what is not, it
// sends again.
type sender struct {
	tally tally
	last  acknowledgement
}

// heard takes note of an acknowledgement.
func (s *sender) heard(m message) uint64 {
	s.tally.add(m.Outcomes)
	if m.Line >= s.last.Line {
		s.last = m.acknowledgement
	}
	return uint64(m.Line)
}

// args returns the arguments of a process that goes on behind it.
func (s *sender) args(o options, r role, dir string) []string {
	args := append(o.process(r, dir), "-after", strconv.Itoa(s.last.Line))
	if !s.last.High.IsZero() {
		args = append(args, "-high", s.last.High.Format(time.RFC3339Nano))
	}
	return args
}

// begin makes the clean run that others are compared with.
func (w *job) begin(ctx context.Context, others ...string) (*comparison, error) {
	for _, name := range append(others, "clean") {
		if err := empty(w.place(name)); err != nil {
			return nil, err
		}
	}
	clean, err := w.record(ctx, "clean", audit)
	if err != nil {
		return nil, err
	}
	if clean.interrupted {
		return nil, interruptedOr(context.Canceled)
	}
	return &comparison{clean: clean}, nil
}

func interruptedOr(err error) error {
	if errors.Is(err, context.Canceled) {
		return errors.New("interrupted; nothing was compared")
	}
	return err
}

// finish reads what a killed process has left, and compares it.
func (w *job) finish(c *comparison, name string, kills, passed int) error {
	rec, _, err := journal.OpenRecorder(w.place(name), w.journal()...)
	if err != nil {
		return err
	}
	found, err := audit(rec)
	if err = errors.Join(err, rec.Close()); err != nil {
		return err
	}
	c.runs = append(c.runs, killedRun{name, kills, passed, found, c.clean.totals.missing(found)})
	return nil
}

// crash records in a process that is killed, and compares.
func (w *job) crash(ctx context.Context) error {
	c, err := w.begin(ctx, "killed")
	if err != nil {
		return err
	}
	s := &sender{tally: newTally()}
	p := startProgress(w.stderr, w.w.ProgressF)
	r, kills := draw(w.seed, 1, w.kills, uint64(c.clean.ingester.last))
	t := &tormentor{role: roleSender, kills: kills, r: r,
		args: func() []string { return s.args(w.options, roleSender, w.place("killed")) },
		heard: func(m message) uint64 {
			p.lines.Store(int64(m.Line))
			return s.heard(m)
		}}
	began := time.Now()
	err = t.run(ctx)
	p.stop()
	if err != nil {
		return interruptedOr(err)
	}
	w.wrote("killed")
	c.tally, c.took = s.tally, time.Since(began)
	if err := w.finish(c, "killed", t.Killed, 0); err != nil {
		return err
	}
	return w.showComparison(c)
}
