// Command energycost says what a site's energy costs, tenant by tenant, what the
// tenants pay for it, and what the difference is.
//
//	go run ./examples/energycost                                   # a made-up January at Hubei's industrial tariff
//	go run ./examples/energycost -tariff pge -lang zh              # a made-up July at PG&E's B-19
//	go run ./examples/energycost -card CARD -tenants CARD -meters M.csv -zone Europe/Berlin
//	go run ./examples/energycost -print-sample | head              # what the file looks like
//
// The cost is the site's meter at the utility's card, spread over the tenants'
// energy price by price; it closes to the minor unit. The price is each tenant's
// energy at the tenants' card. The file of meters has a row for each quarter hour
// of one month: its start, the site's energy and reactive energy, and the energy
// of each tenant's devices; "nobody" is what no tenant holds.
package main

import (
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/metering"
)

//go:embed hubei.yaml
var hubeiCard []byte

//go:embed pge-b19.yaml
var pgeCard []byte

//go:embed tenants-hubei.yaml
var hubeiTenants []byte

//go:embed tenants-pge.yaml
var pgeTenants []byte

func main() {
	err := run(os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "energycost:", err)
		os.Exit(1)
	}
}

// errUsage is returned once the flags' own message was printed.
var errUsage = errors.New("usage")

// options are what the command line sets.
type options struct {
	tariff, card, tenants, meters, zone, lang string
	json, sample                              bool
}

func parse(args []string, stderr io.Writer) (o options, err error) {
	flags := flag.NewFlagSet("energycost", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.tariff, "tariff", "hubei", "a made-up month at a tariff: hubei or pge")
	flags.StringVar(&o.card, "card", "", "the utility's rate card; that of the tariff if not given")
	flags.StringVar(&o.tenants, "tenants", "", "the rate card of the tenants; that of the tariff if not given")
	flags.StringVar(&o.meters, "meters", "", "CSV of a month's quarter hours; a made-up month if not given")
	flags.StringVar(&o.zone, "zone", "", "the zone of the month; that of the tariff if not given")
	flags.StringVar(&o.lang, "lang", "en", "language: en or zh")
	flags.BoolVar(&o.json, "json", false, "print the figures as JSON, and nothing else")
	flags.BoolVar(&o.sample, "print-sample", false, "print the made-up month and stop")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return o, err
	case err != nil:
		return o, errUsage
	}
	if flags.NArg() > 0 || o.tariff != "hubei" && o.tariff != "pge" || o.lang != "en" && o.lang != "zh" {
		fmt.Fprintln(stderr, "energycost: want flags only, a tariff of hubei or pge, and a language of en or zh")
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
	s, err := o.scenario()
	if err != nil {
		return err
	}
	if o.sample {
		return s.write(stdout)
	}
	if err := o.read(s); err != nil {
		return err
	}
	b, err := s.books()
	if err != nil {
		return err
	}
	if o.json {
		f, err := b.figures()
		if err != nil {
			return err
		}
		e := json.NewEncoder(stdout)
		e.SetIndent("", "  ")
		return e.Encode(f)
	}
	return b.print(stdout, wordsOf(o.lang))
}

// scenario returns the month of the tariff, with cards and zone as the flags
// have them.
func (o options) scenario() (*scenario, error) {
	s := &scenario{zone: metering.MustZone("Asia/Shanghai"), year: 2026, month: 1, made: o.meters == ""}
	card, tenants := hubeiCard, hubeiTenants
	if o.tariff == "pge" {
		s.zone, s.month = metering.MustZone("America/Los_Angeles"), 7
		card, tenants = pgeCard, pgeTenants
	}
	var err error
	if o.zone != "" {
		if s.zone, err = metering.LoadZone(o.zone); err != nil {
			return nil, err
		}
	}
	if s.utility, err = readCard(o.card, card); err != nil {
		return nil, err
	}
	s.tenants, err = readCard(o.tenants, tenants)
	return s, err
}

// read reads the file of meters, or else makes the month up.
func (o options) read(s *scenario) error {
	if s.made {
		var text strings.Builder
		if err := s.write(&text); err != nil {
			return err
		}
		return s.read("the made-up month", strings.NewReader(text.String()))
	}
	f, err := os.Open(o.meters)
	if err != nil {
		return err
	}
	defer f.Close()
	return s.read(o.meters, f)
}

// readCard reads a card from a file; "" is the one that comes with the program.
func readCard(name string, own []byte) (*accounting.Card, error) {
	if name == "" {
		return ratecard.ParseYAML(own)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	src, err := io.ReadAll(io.LimitReader(f, ratecard.MaxBytes+1))
	if err != nil {
		return nil, err
	}
	card, err := ratecard.ParseYAML(src)
	if err != nil {
		return nil, fmt.Errorf("%s:\n%w", name, err)
	}
	return card, nil
}
