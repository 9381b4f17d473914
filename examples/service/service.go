package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/meterbook/meterbook/metering/journal"
)

// A service is the books of tenants, and how they are kept and asked for.
type service struct {
	options
	rec    *journal.Recorder
	purses *purses
	now    func() time.Time
	log    *slog.Logger
	say    words
	stdout io.Writer
	turns  chan struct{} // one for each body that may be in memory
}

// turns is how many bodies are read and recorded at a time. A body of maxBody
// takes up to 30 times as much memory while it is decoded.
const turns = 8

// open opens the journal and the credit, where they are or anew, and records the
// sample where one is wanted.
func open(ctx context.Context, o options, stdout, stderr io.Writer) (*service, error) {
	if err := os.MkdirAll(o.out, 0o700); err != nil {
		return nil, err
	}
	s := &service{options: o, now: o.clock(), say: wordsIn(o.lang), stdout: stdout, turns: make(chan struct{}, turns)}
	s.log = slog.New(slog.NewTextHandler(stderr, nil))
	if o.json {
		s.log = slog.New(slog.NewJSONHandler(stderr, nil))
	}
	dir := filepath.Join(o.out, "journal")
	rec, found, err := journal.OpenRecorder(dir, journal.WithClock(s.now), journal.WithCheckpoints(0))
	if err != nil {
		return nil, advised(err, dir)
	}
	s.rec = rec
	s.log.Info("journal open", "events", found.Events, "created", found.Created, "clean", found.Clean, "replayed", found.Replayed)
	if s.purses, err = openPurses(filepath.Join(o.out, "credit.ndjson"), o.prepay); err == nil {
		err = s.recordSample(ctx)
	}
	if err == nil {
		err = s.seal(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// advised adds to an error of opening a journal what to do about it.
func advised(err error, dir string) error {
	switch {
	case errors.Is(err, journal.ErrLocked):
		return fmt.Errorf("%w; give this one another -out", err)
	case errors.Is(err, journal.ErrCorrupt):
		return fmt.Errorf("%w: see go run ./examples/journal verify %s", err, dir)
	}
	return err
}

// seal closes the windows that ended long ago.
func (s *service) seal(ctx context.Context) error {
	if s.grace == 0 {
		return nil
	}
	return s.rec.Seal(ctx, s.now().Add(-s.grace).Truncate(15*time.Minute))
}

// keep seals windows as time goes by, and looks after the journal.
func (s *service) keep(ctx context.Context) {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := s.seal(ctx); err != nil && ctx.Err() == nil {
				s.log.Error("windows not sealed", "error", err)
			}
		}
	}
}

// How long a client may take, and what it may send.
const (
	headerTime   = 5 * time.Second
	readTime     = 30 * time.Second
	writeTime    = 60 * time.Second
	idleTime     = 2 * time.Minute
	shutdownTime = 15 * time.Second
	maxHeader    = 16 << 10
)

// serve answers requests until the context ends, and then those under way.
func (s *service) serve(ctx context.Context) error {
	listener, err := net.Listen("tcp", s.addr)
	if err != nil {
		return fmt.Errorf("%w; give another -addr", err)
	}
	server := &http.Server{
		Handler: s.handler(), ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: writeTime,
		IdleTimeout: idleTime, MaxHeaderBytes: maxHeader, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	if host, ok := listener.Addr().(*net.TCPAddr); ok && !host.IP.IsLoopback() {
		s.log.Warn("listening beyond this machine, and authenticating nobody")
	}
	s.greet(listener.Addr().String())
	keepCtx, stopKeeping := context.WithCancel(ctx)
	kept := make(chan struct{})
	go func() { defer close(kept); s.keep(keepCtx) }()
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err = <-failed:
	case <-ctx.Done():
		s.log.Info("ending: no more requests are taken")
		last, cancel := context.WithTimeout(context.Background(), shutdownTime)
		defer cancel()
		if err = server.Shutdown(last); err != nil {
			err = errors.Join(err, server.Close())
		}
	}
	stopKeeping()
	<-kept
	return err
}

// greet says where the service is, and what it writes.
func (s *service) greet(addr string) {
	fmt.Fprintf(s.stdout, s.say.greetF, addr, filepath.Join(s.out, "journal")+string(filepath.Separator), filepath.Join(s.out, "credit.ndjson"))
}

// close makes everything durable, and lets go of it.
func (s *service) close() error {
	err := s.purses.close()
	events := s.rec.Journal().Durable()
	err = errors.Join(err, s.rec.Close())
	if err == nil {
		s.log.Info("journal closed", "events", events)
	}
	return err
}
