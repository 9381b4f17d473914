// Command allocate spreads the cost of service centres over those they serve,
// by three methods side by side, and draws the flows.
//
// Without arguments it allocates a sample. With -costs and -drivers it reads
// your own: print the sample's files to see their form.
package main

import (
	"bytes"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/meterbook/meterbook/accounting/allocation"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

//go:embed costs.csv
var sampleCosts []byte

//go:embed drivers.csv
var sampleDrivers []byte

func main() {
	err := run(os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "allocate:", err)
		os.Exit(1)
	}
}

// errUsage is returned once the flags' own message was printed.
var errUsage = errors.New("usage")

// options are what the command line sets.
type options struct {
	costs, drivers, out, order, lang string
	json, printCosts                 bool
	printDrivers                     bool
}

func parseOptions(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("allocate", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.costs, "costs", "", "read centres and their costs from this CSV `FILE`")
	flags.StringVar(&o.drivers, "drivers", "", "read whom they serve from this CSV `FILE`")
	flags.StringVar(&o.order, "order", "", "close service centres in this order, a comma-separated `LIST`, for step-down; the order of the costs by default")
	flags.StringVar(&o.out, "out", "out", "write allocation.svg to this `DIR`")
	flags.StringVar(&o.lang, "lang", "en", "language: en or zh")
	flags.BoolVar(&o.json, "json", false, "print the allocations as JSON, and write no file")
	flags.BoolVar(&o.printCosts, "print-costs", false, "print the sample's costs and exit")
	flags.BoolVar(&o.printDrivers, "print-drivers", false, "print the sample's drivers and exit")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return o, err
		}
		return o, errUsage
	}
	switch {
	case flags.NArg() > 0:
		return o, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case o.lang != "en" && o.lang != "zh":
		return o, fmt.Errorf("-lang %q: want en or zh", o.lang)
	case (o.costs == "") != (o.drivers == ""):
		return o, errors.New("give both -costs and -drivers, or neither")
	}
	return o, nil
}

func run(args []string, stdout, stderr io.Writer) error {
	o, err := parseOptions(args, stderr)
	if err != nil {
		if !errors.Is(err, flag.ErrHelp) && !errors.Is(err, errUsage) {
			fmt.Fprintf(stderr, "allocate: %v (-h for help)\n", err)
			return errUsage
		}
		return err
	}
	if o.printCosts || o.printDrivers {
		sample := sampleCosts
		if o.printDrivers {
			sample = sampleDrivers
		}
		_, err := stdout.Write(sample)
		return err
	}
	in, err := o.read()
	if err != nil {
		return err
	}
	all, err := compare(in, o.order)
	if err != nil {
		return err
	}
	all.say = wordsOf(o.lang)
	if o.json {
		return all.writeJSON(stdout)
	}
	if err := os.MkdirAll(o.out, 0o777); err != nil {
		return err
	}
	drawing := filepath.Join(o.out, "allocation.svg")
	if err := os.WriteFile(drawing, all.draw(), 0o666); err != nil {
		return err
	}
	return all.print(stdout, drawing)
}

// read reads the files, or the sample.
func (o options) read() (input, error) {
	costs, drivers := sampleCosts, sampleDrivers
	names := [2]string{"costs.csv", "drivers.csv"}
	if o.costs != "" {
		names = [2]string{o.costs, o.drivers}
		var err error
		if costs, err = os.ReadFile(o.costs); err != nil {
			return input{}, err
		}
		if drivers, err = os.ReadFile(o.drivers); err != nil {
			return input{}, err
		}
	}
	return readInput(names, bytes.NewReader(costs), bytes.NewReader(drivers))
}

// comparison is a model, allocated by every method.
type comparison struct {
	say      words
	currency money.Currency
	rounding money.Rounding
	order    []metering.Account // of step-down
	methods  []method
}

// method is one allocation and what it comes to in minor units.
type method struct {
	allocation.Result
	settled allocation.Settled
	alone   allocation.Amount // what is lost when each centre is rounded by itself
}

func compare(in input, order string) (comparison, error) {
	c := comparison{order: in.services}
	if order != "" {
		c.order = nil
		for _, id := range strings.Split(order, ",") {
			c.order = append(c.order, metering.Account(strings.TrimSpace(id)))
		}
	}
	for _, allocate := range []func() (allocation.Result, error){
		in.model.Direct,
		func() (allocation.Result, error) { return in.model.StepDown(c.order...) },
		in.model.Reciprocal,
	} {
		r, err := allocate()
		if err != nil {
			return c, err
		}
		c.currency = r.Origin.Currency()
		c.rounding = money.Rounding{Mode: money.HalfUp, Places: c.currency.Digits()}
		m := method{Result: r}
		if m.settled, err = r.Settle(c.rounding); err != nil {
			return c, err
		}
		if m.alone, err = r.Residual(c.rounding); err != nil {
			return c, err
		}
		c.methods = append(c.methods, m)
	}
	return c, nil
}
