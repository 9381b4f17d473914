// Command service is a small HTTP billing service: events in, bills out, over a
// journal on disk.
//
//	go run ./examples/service            listen on 127.0.0.1:8080, keep the books in out/service
//	go run ./examples/service -seed 1    the same, with some sample tenants to look at
//
// An event is durable and counted once when POST /events answers 200 or 202,
// whatever is killed when. What is used, billed and left of a tenant's credit
// follows from the journal: a restart gives the same figures.
//
// It authenticates nobody, and so listens on this machine only unless told
// otherwise: put what knows your tenants in front of it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, stop, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "service:", err)
		os.Exit(1)
	}
}

// errUsage is returned once the flags' own message was printed.
var errUsage = errors.New("usage")

// run serves until the context ends. Then it takes no more requests, answers
// those under way, and closes the journal; ended is called first, so that a
// second signal ends the process at once.
func run(ctx context.Context, ended func(), args []string, stdout, stderr io.Writer) (err error) {
	o, err := parseOptions(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return err
	}
	if err != nil {
		fmt.Fprintf(stderr, "service: %v (-h for help)\n", err)
		return errUsage
	}
	s, err := open(ctx, o, stdout, stderr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	return s.serve(ctx, ended)
}
