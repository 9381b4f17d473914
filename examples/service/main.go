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
	"io"

	"github.com/meterbook/meterbook/examples/internal/program"
)

func main() { program.Main("service", run) }

// run serves until the context ends. Then it takes no more requests, answers
// those under way, and closes the journal.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	o, err := parseOptions(args, stdout, stderr)
	if err != nil {
		return err
	}
	s, err := open(ctx, o, stdout, stderr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	return s.serve(ctx)
}
