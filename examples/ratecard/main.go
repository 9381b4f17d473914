// Command ratecard shows what a rate card asks: a table of prices at several
// quantities, a chart, a rated bill for a file of usage, what a reviewer should
// look at, and what changes with another card.
//
//	go run ./examples/ratecard -card CARD [-usage USAGE.csv] [-explain] [-lint] [-diff OTHER] [-out DIR] [-seed N] [-json] [-lang zh]
//
// Without -card it shows a card of its own. With -usage sample it rates a month
// of usage of its own, and with -usage random one that it makes up for the card.
package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/examples/internal/program"
)

//go:embed card.yaml
var sampleCard []byte

//go:embed usage.csv
var sampleUsage []byte

func main() { program.Main("ratecard", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parseOptions(args, stdout, stderr)
	if err != nil {
		return err
	}
	card, err := readCard(o.card)
	if err != nil {
		return err
	}
	v := view{options: o, card: card, words: wordsOf(o.lang)}
	if o.diff != "" {
		if v.other, err = readCard(o.diff); err != nil {
			return err
		}
		if v.other.Currency != card.Currency {
			return fmt.Errorf("-diff %s: a card in %s, and %s is in %s: amounts of two currencies say nothing of a change", o.diff, v.other.Currency, card.Name(), card.Currency)
		}
	}
	if v.clock, err = zoneOf(o.zone, card); err != nil {
		return err
	}
	if o.usage != "" {
		if err := v.rate(); err != nil {
			return err
		}
	}
	if o.svg != "" {
		if err := v.writeChart(o.svg); err != nil {
			return err
		}
		v.written = append(v.written, o.svg)
	}
	files, err := v.write(ctx, o.out)
	if err != nil {
		return err
	}
	v.written = append(v.written, files.Names()...)
	if o.json {
		return errors.Join(v.writeJSON(stdout), files.Say(stderr, o.lang))
	}
	return v.print(stdout)
}

// readCard reads a card from a file; "" is the sample.
func readCard(name string) (*accounting.Card, error) {
	if name == "" {
		return ratecard.ParseYAML(sampleCard)
	}
	src, err := readFile(name, ratecard.MaxBytes)
	if err != nil {
		return nil, err
	}
	card, err := ratecard.ParseYAML(src)
	if err != nil {
		return nil, fmt.Errorf("%s:\n%w", name, err)
	}
	return card, nil
}

// readFile reads a file of at most limit bytes.
func readFile(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	src, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(src)) > limit {
		err = fmt.Errorf("%s: more than %d bytes", name, limit)
	}
	return src, err
}
