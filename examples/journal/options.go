package main

import (
	"flag"
	"fmt"
	"io"
)

// options are the command line.
type options struct {
	command string
	dir     string
	demo    bool

	out  string
	from uint64
	n    uint64
	json bool
	lang string
	seed uint64
}

const usageText = `journal looks after a journal of metering/journal, and changes nothing in it.

  journal verify DIR            by file: what is whole, torn or damaged, and where
  journal dump DIR              print events: -from 100 -n 20, -json for CloudEvents
  journal salvage -out NEW DIR  write what can be read to a new journal, or to a
                                file of CloudEvents if NEW ends in .ndjson
  journal -demo                 see all three on a small journal that is damaged

Exit status: 0 all is whole, 1 something is damaged or lost, 2 called wrongly.

Flags:
`

func parseOptions(args []string, stderr io.Writer) (options, error) {
	var o options
	fs := flag.NewFlagSet("journal", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() {
		fmt.Fprint(stderr, usageText)
		fs.PrintDefaults()
	}
	fs.BoolVar(&o.demo, "demo", false, "make a small journal, damage it, show verify, dump and salvage")
	fs.StringVar(&o.out, "out", "", "`NEW` journal or .ndjson file to salvage to; directory of the demo")
	fs.Uint64Var(&o.from, "from", 0, "dump from this event on")
	fs.Uint64Var(&o.n, "n", 0, "dump so many events; 0 for all")
	fs.BoolVar(&o.json, "json", false, "print JSON: a report, or of dump CloudEvents on lines")
	fs.StringVar(&o.lang, "lang", "en", "language: en or zh")
	fs.Uint64Var(&o.seed, "seed", 1, "seed of the demo's damage")
	var words []string
	for rest := args; ; { // flags may stand before, between and behind
		if err := fs.Parse(rest); err != nil {
			return o, err
		}
		if fs.NArg() == 0 {
			break
		}
		words, rest = append(words, fs.Arg(0)), fs.Args()[1:]
	}
	if len(words) > 0 {
		o.command = words[0]
	}
	if len(words) > 1 {
		o.dir = words[1]
	}
	return o, o.validate(words)
}

func (o options) validate(words []string) error {
	switch {
	case o.lang != "en" && o.lang != "zh":
		return fmt.Errorf("-lang %q: want en or zh", o.lang)
	case o.demo && len(words) > 0:
		return fmt.Errorf("unexpected argument %q with -demo", words[0])
	case o.demo:
		return nil
	case len(words) == 0:
		return fmt.Errorf("want verify, dump or salvage and a directory, or -demo")
	case o.command != "verify" && o.command != "dump" && o.command != "salvage":
		return fmt.Errorf("%q: want verify, dump or salvage", o.command)
	case len(words) < 2:
		return fmt.Errorf("%s: want the directory of a journal", o.command)
	case len(words) > 2:
		return fmt.Errorf("unexpected argument %q", words[2])
	case o.command == "salvage" && o.out == "":
		return fmt.Errorf("salvage: want -out NEW, a new journal or a file that ends in .ndjson")
	}
	return nil
}
