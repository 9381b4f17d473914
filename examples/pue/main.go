// Command pue reads the meters of a data centre and says how well it used its
// energy: PUE by hour and for the year, with category, coverage and
// uncertainty, its grade, and what each tenant used and emitted.
//
//	go run ./examples/pue                                    # a year that is made up, with gaps and resets
//	go run ./examples/pue -meters m.csv -holders h.csv -out report.html -lang zh
//	go run ./examples/pue -print-sample | head               # what the files look like
//
// The meter file has a column of times and one of cumulative readings for each
// meter, with its unit: "time,site kWh,rack-a kWh". The meter that is called
// site is the facility's, all others are of IT equipment; a column in g/kWh is
// the grid's intensity from that time on. An empty cell is a reading that
// failed.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/meterbook/meterbook/energy/facility"
)

func main() {
	err := run(os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "pue:", err)
		os.Exit(1)
	}
}

// errUsage is returned once the flags' own message was printed.
var errUsage = errors.New("usage")

// options are what the command line sets.
type options struct {
	meters, holders, out, point, scope, lang string
	siteClass, itClass                       float64
	json, sample                             bool
}

func parse(args []string, stderr io.Writer) (o options, err error) {
	flags := flag.NewFlagSet("pue", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.meters, "meters", "", "read meters from this CSV `FILE`; a made-up year without it")
	flags.StringVar(&o.holders, "holders", "", "read who holds the racks from this CSV `FILE`: meter,account,held,of,used,idle_kW")
	flags.StringVar(&o.out, "out", "", "write a report, an HTML page, to this `FILE` too")
	flags.StringVar(&o.out, "html", "", "the same as -out")
	flags.StringVar(&o.point, "point", "pdu_output", "where the IT energy is measured: ups_output, pdu_output or it_equipment_input")
	flags.StringVar(&o.scope, "scope", facility.ScopeEasternHub, "the site's `SCOPE` in East-Data-West-Compute: eastern_hub or western_hub")
	flags.StringVar(&o.lang, "lang", "en", "the language of the report: en or zh")
	flags.Float64Var(&o.siteClass, "site-class", 0.5, "the class of the site's meter in percent, 0 when unknown")
	flags.Float64Var(&o.itClass, "it-class", 1, "the class of the IT meters in percent, 0 when unknown")
	flags.BoolVar(&o.json, "json", false, "print figures as JSON")
	flags.BoolVar(&o.sample, "print-sample", false, "print the made-up meter file and stop")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return o, err
	case err != nil:
		return o, errUsage
	}
	if flags.NArg() > 0 || o.lang != "en" && o.lang != "zh" || o.siteClass < 0 || o.itClass < 0 || o.siteClass > 100 || o.itClass > 100 {
		fmt.Fprintln(stderr, "pue: want flags only, a language of en or zh, and classes of 0 to 100 percent")
		flags.Usage()
		return o, errUsage
	}
	return o, nil
}

func run(args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	if o.sample {
		return writeSample(stdout)
	}
	in, err := load(o)
	if err != nil {
		return err
	}
	b, err := in.work(o)
	if err != nil {
		return err
	}
	w := wordsOf(o.lang)
	if o.out != "" {
		if err := b.writeReport(o.out, w); err != nil {
			return err
		}
	}
	if o.json {
		e := json.NewEncoder(stdout)
		e.SetIndent("", "  ")
		return e.Encode(b.figures())
	}
	if err := b.print(stdout, w); err != nil {
		return err
	}
	if o.out != "" {
		fmt.Fprintf(stdout, "\n"+w.WroteF+"\n", o.out)
	}
	return nil
}

// load reads the files, or makes them up.
func load(o options) (*input, error) {
	meters, holders := io.Reader(nil), io.Reader(strings.NewReader(sampleHolders))
	made := o.meters == ""
	if made {
		var b strings.Builder
		if err := writeSample(&b); err != nil {
			return nil, err
		}
		meters = strings.NewReader(b.String())
	} else {
		f, err := os.Open(o.meters)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		meters = f
		holders = nil
	}
	if o.holders != "" {
		f, err := os.Open(o.holders)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		holders = f
	}
	in, err := readMeters(meters)
	if err != nil {
		return nil, err
	}
	in.made = made
	if holders != nil {
		err = in.readHolders(holders)
	}
	return in, err
}
