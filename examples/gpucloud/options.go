package main

import (
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/meterbook/meterbook/accounting/focus"
)

// options are the command line.
type options struct {
	seed       uint64
	devices    int
	month      time.Time
	out        string
	json       bool
	lang       string
	printCard  bool
	trace      string
	nodes      string
	epoch      time.Time
	strict     bool
	cpuProfile string
	focus      focus.Version
}

const usageText = `gpucloud meters a month of a GPU cloud, attributes its energy, prices it with a
rate card, and writes invoices and a report.

  gpucloud                                  simulate a cloud of 1,000 devices
  gpucloud -trace PODS.csv -nodes NODES.csv meter a real cluster (Alibaba openb format)
  gpucloud -print-card                      print the rate card and stop

Flags:
`

func parseOptions(args []string, stderr io.Writer) (options, error) {
	var o options
	var month, epoch, version string
	fs := flag.NewFlagSet("gpucloud", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() {
		fmt.Fprint(stderr, usageText)
		fs.PrintDefaults()
	}
	fs.Uint64Var(&o.seed, "seed", 1, "seed of the simulation")
	fs.IntVar(&o.devices, "devices", fullCloud, "about how many devices to simulate, 1 to 20000")
	fs.StringVar(&month, "month", "2026-10", "month to simulate, YYYY-MM")
	fs.StringVar(&o.out, "out", "out", "directory to write to")
	fs.BoolVar(&o.json, "json", false, "print summary.json instead of tables")
	fs.StringVar(&o.lang, "lang", "en", "language of tables, report and invoices: en or zh")
	fs.BoolVar(&o.printCard, "print-card", false, "print the rate card and stop")
	fs.StringVar(&o.trace, "trace", "", "CSV of pods to meter instead of simulating")
	fs.StringVar(&o.nodes, "nodes", "", "CSV of the nodes the pods ran on, for the energy estimate")
	fs.StringVar(&epoch, "epoch", "2023-01-01T00:00:00Z", "time of second 0 of the trace, RFC 3339")
	fs.BoolVar(&o.strict, "strict", false, "stop at the first fault in the trace instead of skipping the row")
	fs.StringVar(&version, "focus", "1.4", "version of FOCUS that focus.csv is of: 1.2, 1.3 or 1.4")
	fs.StringVar(&o.cpuProfile, "cpuprofile", "", "write a CPU profile to this file")
	if err := fs.Parse(args); err != nil {
		return o, err
	}
	if fs.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q", fs.Arg(0))
	}
	var err error
	if o.month, err = time.Parse("2006-01", month); err != nil {
		return o, fmt.Errorf("-month %q: want YYYY-MM", month)
	}
	if y := o.month.Year(); y < 1971 || y > 2198 {
		return o, fmt.Errorf("-month %q: want a year from 1971 to 2198", month)
	}
	if o.devices < 1 || o.devices > 20_000 {
		return o, fmt.Errorf("-devices %d: want 1 to 20000", o.devices)
	}
	if o.epoch, err = time.Parse(time.RFC3339, epoch); err != nil {
		return o, fmt.Errorf("-epoch %q: want an RFC 3339 time such as 2023-01-01T00:00:00Z", epoch)
	}
	if o.focus, err = focus.ParseVersion(version); err != nil {
		return o, fmt.Errorf("-focus %q: want 1.2, 1.3 or 1.4", version)
	}
	if o.lang != "en" && o.lang != "zh" {
		return o, fmt.Errorf("-lang %q: want en or zh", o.lang)
	}
	if o.nodes != "" && o.trace == "" {
		return o, fmt.Errorf("-nodes %q: give -trace too", o.nodes)
	}
	return o, nil
}
