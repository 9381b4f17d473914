package program

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// ErrSaid is returned, or wrapped, once what was printed says what is wrong.
var ErrSaid = errors.New("it was said what is wrong")

// Main runs a program with the arguments of the process, and ends the process.
func Main(name string, run func(ctx context.Context, args []string, stdout, stderr io.Writer) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second signal ends the process at once
	os.Exit(status(name, run(ctx, os.Args[1:], os.Stdout, os.Stderr), os.Stderr))
}

// status says why a program ends, if nobody has, and returns with what it exits.
func status(name string, err error, stderr io.Writer) int {
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, ErrUsage):
		return 2
	case errors.Is(err, ErrSaid):
	case errors.Is(err, context.Canceled):
		fmt.Fprintf(stderr, "%s: interrupted\n", name)
	default:
		fmt.Fprintf(stderr, "%s: %v\n", name, err)
	}
	return 1
}

// Progress prints a line a second once a run has taken two, until it is stopped.
func Progress(to io.Writer, line func() string) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for second := 1; ; second++ {
			select {
			case <-done:
				return
			case <-tick.C:
				if second >= 2 {
					fmt.Fprintf(to, "%3d s  %s\n", second, line())
				}
			}
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}
