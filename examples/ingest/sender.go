package main

import (
	"context"
	"errors"
	"io"
	"net"

	"github.com/meterbook/meterbook/metering/journal"
)

// runSource is a process that records, as a sender or an edge does: it tells what is
// acknowledged, line by line. An edge also serves its journal.
func runSource(ctx context.Context, o options, stdin io.Reader, stdout io.Writer) (err error) {
	ctx = untilClosed(ctx, stdin)
	rec, _, err := journal.OpenRecorder(o.out, o.journal()...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rec.Close()) }()
	if o.role == roleEdge {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		s, err := serve(ctx, rec.Journal(), listener, o.address)
		if err != nil {
			return err
		}
		defer s.stop()
	}
	to := newTeller(stdout)
	lines, err := openSource(ctx, o.in, nil, o.after)
	if err != nil {
		return err
	}
	g := newIngester(rec, o, func(a acknowledgement) error { return to.tell(message{acknowledgement: a}) })
	if err := g.run(ctx, lines); err != nil {
		return ended(ctx, err)
	}
	if err := rec.Snapshot(ctx); err != nil { // what Interval has not synced yet is durable now
		return ended(ctx, err)
	}
	if err := to.tell(message{acknowledgement: acknowledgement{Line: g.last, High: g.high, Done: true, Durable: rec.Journal().Durable()}}); err != nil {
		return err
	}
	if o.role == roleEdge {
		<-ctx.Done()
	}
	return nil
}

// ended returns an error unless it is that the context ended.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}
