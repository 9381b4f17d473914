// Command journal is for whoever inherits a journal, and perhaps a broken disk
// with it: it says what is whole and what is not, prints events, and writes down
// what can still be read.
//
//	journal verify DIR                  by file: what is whole, torn or damaged, and where
//	journal dump DIR                    events as text, or with -json as CloudEvents on lines
//	journal salvage -out NEW DIR        what can be read, into a new journal or a file
//	journal -demo                       makes a small journal, damages it and shows all three
//
// It opens nothing for writing in DIR, takes no lock and makes no file there. A part
// of the disk that cannot be read is a gap, and what is behind it is still looked at.
//
// It exits with 0 if all is whole, with 1 if something is damaged or lost, and with
// 2 if it was called wrongly. An end that a crash left half written is no damage:
// nothing acknowledged was in it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		os.Exit(2)
	case errors.Is(err, errDamaged): // what was printed says so
		os.Exit(1)
	case err != nil:
		fmt.Fprintln(os.Stderr, "journal:", err)
		os.Exit(1)
	}
}

var (
	// errUsage is returned once the flags' own message was printed.
	errUsage = errors.New("usage")
	// errDamaged is returned once the damage was printed.
	errDamaged = errors.New("the journal is damaged")
)

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parseOptions(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return err
	}
	if err != nil {
		fmt.Fprintf(stderr, "journal: %v (-h for help)\n", err)
		return errUsage
	}
	if o.demo {
		return demo(ctx, o, stdout, stderr)
	}
	return command(ctx, o, stdout, stderr)
}

// command runs one of the commands.
func command(ctx context.Context, o options, stdout, stderr io.Writer) error {
	files, err := openReadOnly(ctx, o.dir)
	if err != nil {
		return err
	}
	defer files.Close()
	names, err := files.List()
	if err != nil {
		return err
	}
	if !anySegment(names) {
		return fmt.Errorf("%s has no journal: there is no file such as 000000000001.seg", files.path)
	}
	defer progress(stderr, files)()
	switch o.command {
	case "verify":
		return verify(files, o, stdout)
	case "dump":
		return dump(ctx, files, o, stdout, stderr)
	}
	return salvage(ctx, files, o, stdout)
}

// progress prints how much was read, once a second after two of them, until it is
// stopped.
func progress(to io.Writer, files *readOnly) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for s := 1; ; s++ {
			select {
			case <-done:
				return
			case <-tick.C:
				if s >= 2 {
					fmt.Fprintf(to, "%3d s  %s MiB\n", s, count(files.state.read.Load()>>20))
				}
			}
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}
