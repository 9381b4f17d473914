// Command journal is for whoever inherits a journal, and perhaps a broken disk
// with it: it says what is whole and what is not, prints events, and writes down
// what can still be read.
//
//	journal verify DIR                  by file: what is whole, torn or damaged, and where
//	journal dump DIR                    events as text, or with -json as CloudEvents on lines
//	journal salvage -out NEW DIR        what can be read, into a new journal or a file
//	journal                             makes a small journal, damages it and shows all three
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
	"fmt"
	"io"

	"github.com/meterbook/meterbook/examples/internal/program"
)

func main() { program.Main("journal", run) }

// errDamaged is returned once the damage was printed.
var errDamaged = fmt.Errorf("the journal is damaged: %w", program.ErrSaid)

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parseOptions(args, stdout, stderr)
	if err != nil {
		return err
	}
	if o.command == "" {
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
	defer program.Progress(stderr, func() string { return count(files.state.read.Load()>>20) + " MiB" })()
	switch o.command {
	case "verify":
		return verify(files, o, stdout)
	case "dump":
		return dump(ctx, files, o, stdout, stderr)
	}
	return salvage(ctx, files, o, stdout)
}
