// Command tokens says what requests to AI models cost: by model, by class of
// token, and for 1,000 requests.
//
//	go run ./examples/tokens [-card CARD] [-requests FILE.ndjson|FILE.csv] [-model NAME] [-out DIR] [-seed N] [-json] [-lang zh]
//
// It reads what model APIs answer, in their own shapes, counts each response
// once, and rates the tokens with a rate card.
package main

import (
	"bytes"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/meterbook/meterbook/accounting/ratecard"
)

//go:embed card.yaml
var sampleCard []byte

//go:embed requests.ndjson
var sampleRequests []byte

func main() {
	err := run(os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "tokens:", err)
		os.Exit(1)
	}
}

type options struct {
	card, requests, model, out, lang string
	json                             bool
	seed                             uint64
}

var errUsage = errors.New("usage")

const usageText = `tokens says what requests to AI models cost.

  tokens                                   a few requests that come with the program
  tokens -requests random -seed 7          a day of requests that are made up for the card
  tokens -out DIR                          costs.json, and requests.csv if they were made up
  tokens -requests LOG.ndjson              responses of model APIs, one a line:
        {"time": "2026-11-02T09:00:00Z", "account": "acme/chat", "api": "anthropic", "response": {…}}
  tokens -requests LOG.csv -model qwen-plus   counts of tokens, with a header:
        time or TIMESTAMP, input or ContextTokens, output or GeneratedTokens, and if
        there are any id, account, model, cached, cache-write-5m, cache-write-1h, reasoning

Flags:
`

func parseOptions(args []string, stderr io.Writer) (options, error) {
	var o options
	fs := flag.NewFlagSet("tokens", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() {
		fmt.Fprint(stderr, usageText)
		fs.PrintDefaults()
	}
	fs.StringVar(&o.card, "card", "", "rate card, YAML or JSON; sample prices if not given")
	fs.StringVar(&o.requests, "requests", "", "requests, .ndjson or .csv, or random; a sample if not given")
	fs.StringVar(&o.out, "out", "", "directory to write costs.json to")
	fs.Uint64Var(&o.seed, "seed", 1, "seed of the requests that -requests random makes up")
	fs.StringVar(&o.model, "model", "", "model of requests that do not name theirs")
	fs.StringVar(&o.lang, "lang", "en", "language: en or zh")
	fs.BoolVar(&o.json, "json", false, "print JSON, with exact amounts")
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return o, err
		}
		return o, errUsage
	}
	if fs.NArg() > 0 || o.lang != "en" && o.lang != "zh" {
		fmt.Fprintln(stderr, "tokens: want flags only, and -lang en or zh (-h for help)")
		return o, errUsage
	}
	return o, nil
}

func run(args []string, stdout, stderr io.Writer) error {
	o, err := parseOptions(args, stderr)
	if err != nil {
		return err
	}
	src := sampleCard
	if o.card != "" {
		if src, err = os.ReadFile(o.card); err != nil {
			return err
		}
	}
	card, err := ratecard.ParseYAML(src)
	if err != nil {
		return err
	}
	var in io.Reader = bytes.NewReader(sampleRequests)
	var made []byte
	switch o.requests {
	case "":
	case "random":
		made = randomCSV(card, o.seed)
		in = bytes.NewReader(made)
	default:
		f, err := os.Open(o.requests)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	c := newCounter(card, o.model)
	read := c.readNDJSON
	if made != nil || strings.HasSuffix(strings.ToLower(o.requests), ".csv") {
		read = c.readCSV
	}
	if err := read(in); err != nil {
		return err
	}
	s, err := c.summary()
	if err != nil {
		return err
	}
	say := wordsOf(o.lang)
	show := func() error { return s.print(stdout, say) }
	notes := stdout
	if o.json { // what machines read has nothing else in it
		show, notes = func() error { return s.writeJSON(stdout) }, io.Discard
	}
	if err := show(); err != nil || o.out == "" {
		return err
	}
	return writeFiles(o.out, s, made, notes, say)
}
