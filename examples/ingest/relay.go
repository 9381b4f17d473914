package main

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// relay runs an edge that records and a biller that imports its journal, kills
// both, and compares what they have.
func (w *job) relay(ctx context.Context) error {
	c, err := w.begin(ctx, "edge", "biller")
	if err != nil {
		return err
	}
	w.address = w.place("edge.address")
	s := &sender{tally: newTally()}
	p := startProgress(w.stderr, w.w.ProgressF)
	var durable, imported atomic.Uint64 // durable is set once the edge is done
	finish := make(chan struct{})
	end := sync.OnceFunc(func() { close(finish) })
	look := func() {
		if n := durable.Load(); n > 0 && imported.Load() >= n {
			end()
		}
	}
	if c.clean.totals.Events == 0 {
		end()
	}
	r, kills := draw(w.seed, 2, w.kills, uint64(c.clean.ingester.last))
	edge := &tormentor{role: roleEdge, kills: kills, r: r, finish: finish,
		args: func() []string { return s.args(w.options, roleEdge, w.place("edge")) },
		heard: func(m message) uint64 {
			p.lines.Store(int64(m.Line))
			if m.Done {
				durable.Store(m.Durable)
				look()
			}
			return s.heard(m)
		}}
	passed := 0
	r, kills = draw(w.seed, 3, w.kills, c.clean.totals.Events)
	biller := &tormentor{role: roleBiller, kills: kills, r: r, finish: finish,
		args: func() []string { return w.process(roleBiller, w.place("biller")) },
		heard: func(m message) uint64 {
			passed += m.Passed
			imported.Store(max(imported.Load(), m.Imported))
			look()
			return m.Imported
		}}
	began := time.Now()
	err = both(ctx, edge.run, biller.run)
	p.stop()
	if err != nil {
		return interruptedOr(err)
	}
	w.wrote("edge", "biller")
	w.files = append(w.files, w.address)
	c.tally, c.took = s.tally, time.Since(began)
	if err := w.finish(c, "edge", edge.Killed, 0); err != nil {
		return err
	}
	if err := w.finish(c, "biller", biller.Killed, passed); err != nil {
		return err
	}
	return w.showComparison(c)
}

// both runs two things beside each other. The error of one ends the other.
func both(ctx context.Context, a, b func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var group sync.WaitGroup
	for _, run := range []func(context.Context) error{a, b} {
		group.Go(func() {
			if err := run(ctx); err != nil {
				cancel(err)
			}
		})
	}
	group.Wait()
	return context.Cause(ctx)
}
