package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
)

type options struct {
	card, usage, diff, svg, out, account, zone, lang string
	explain, lint, json                              bool
	seed                                             uint64
}

// errUsage is returned once what is wrong with the arguments was printed.
var errUsage = errors.New("usage")

const usageText = `ratecard shows what a rate card asks.

  ratecard                             a card of its own, as a table
  ratecard -card CARD.yaml -lint       what a reviewer should look at
  ratecard -usage sample -explain      the bill for a month of usage, line by line explained
  ratecard -card A.yaml -diff B.yaml   what changes from one card to another
  ratecard -usage random -seed 7       the bill for usage that is made up for the card
  ratecard -svg prices.svg             price against quantity, as a chart
  ratecard -out DIR                    the chart, the card in canonical form and the report, as files
  ratecard -card accounting/ratecard/testdata/good/hubei-2026-01.yaml -zone Asia/Shanghai -usage U.csv
                                       what a utility asks, by the hour of the day

Flags:
`

func parseOptions(args []string, stderr io.Writer) (options, error) {
	var o options
	fs := flag.NewFlagSet("ratecard", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() {
		fmt.Fprint(stderr, usageText)
		fs.PrintDefaults()
	}
	fs.StringVar(&o.card, "card", "", "rate card, YAML or JSON; a sample if not given")
	fs.StringVar(&o.usage, "usage", "", "CSV of usage to rate; sample for the one that comes with this program, random for one made up")
	fs.StringVar(&o.diff, "diff", "", "another rate card to compare with")
	fs.StringVar(&o.svg, "svg", "", "file to draw prices against quantities in")
	fs.StringVar(&o.out, "out", "", "directory to write prices.svg, card.yaml and report.json to")
	fs.Uint64Var(&o.seed, "seed", 1, "seed of the usage that -usage random makes up")
	fs.StringVar(&o.account, "account", "", "billing account; the tenant of the first row of usage if not given")
	fs.StringVar(&o.zone, "zone", "UTC", "zone whose months are billing periods")
	fs.StringVar(&o.lang, "lang", "en", "language: en or zh")
	fs.BoolVar(&o.explain, "explain", false, "explain each line of the bill")
	fs.BoolVar(&o.lint, "lint", false, "say what a reviewer should look at")
	fs.BoolVar(&o.json, "json", false, "print everything as JSON, the bill complete, for machines")
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return o, err
		}
		return o, errUsage
	}
	switch {
	case fs.NArg() > 0:
		fmt.Fprintf(stderr, "ratecard: what is %q for? (-h for help)\n", fs.Arg(0))
		return o, errUsage
	case o.lang != "en" && o.lang != "zh":
		fmt.Fprintf(stderr, "ratecard: -lang %q: want en or zh\n", o.lang)
		return o, errUsage
	}
	return o, nil
}
