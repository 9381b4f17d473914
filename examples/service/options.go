package main

import (
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/ratecard"
)

//go:embed card.yaml
var sampleCard []byte

// options are the command line.
type options struct {
	addr   string
	out    string
	card   *accounting.Card
	prepay money.Money // credit that each tenant begins with
	grace  time.Duration
	seed   uint64
	now    time.Time // zero for the clock's
	json   bool
	lang   string
}

const usageText = `service is a small HTTP billing service over a journal on disk.

  service                 listen on 127.0.0.1:8080, keep the books in out/service
  service -seed 1         with sample tenants, to have something to look at

  POST   /events          CloudEvents JSON, one or a batch; durable when it answers
  GET    /usage           ?account= &month=YYYY-MM &per=month|day|hour
  GET    /bill            ?account= &month= &explain=1
  GET    /balance         ?account=        prepaid credit, less what is billed and held
  POST   /credit          {"account", "id", "amount"}: a payment in advance
  POST   /holds           a CloudEvent with the most that is to come: holds its price
  DELETE /holds           ?account= &source= &id=
  GET    /health          figures to watch
  GET    /                the report, for a browser; ?month= &lang=en|zh

Answers are text, or JSON with ?format=json or "Accept: application/json".
Ctrl-C answers what is under way, and closes the journal. Nothing is deleted.

Flags:
`

func parseOptions(args []string, stderr io.Writer) (options, error) {
	var o options
	var card, prepay, now string
	fs := flag.NewFlagSet("service", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() {
		fmt.Fprint(stderr, usageText)
		fs.PrintDefaults()
	}
	fs.StringVar(&o.addr, "addr", "127.0.0.1:8080", "`address` to listen on; port 0 for any that is free")
	fs.StringVar(&o.out, "out", "out/service", "keep the journal and the credit in `DIR`")
	fs.StringVar(&card, "card", "", "rate card, YAML or JSON `FILE`; sample prices if not given")
	fs.StringVar(&prepay, "prepaid", "CNY 100000", "`amount` of credit that each tenant begins with, in the card's currency")
	fs.DurationVar(&o.grace, "grace", 48*time.Hour, "seal windows this long after they end: what is later is late; 0 for never")
	fs.Uint64Var(&o.seed, "seed", 0, "record sample usage of this seed, up to now; 0 for none")
	fs.StringVar(&now, "now", "", "`TIME` that stands still, RFC 3339, for tests; the clock's if not given")
	fs.BoolVar(&o.json, "json", false, "log as JSON, and answer in JSON unless text is asked for")
	fs.StringVar(&o.lang, "lang", "en", "`language` of text and report: en or zh")
	if err := fs.Parse(args); err != nil {
		return o, err
	}
	if fs.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q", fs.Arg(0))
	}
	return o, errors.Join(o.readCard(card, prepay), o.readNow(now), o.validate())
}

func (o *options) readCard(file, prepay string) error {
	src := sampleCard
	if file != "" {
		read, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("-card: %w", err)
		}
		src = read
	}
	var err error
	if o.card, err = ratecard.ParseYAML(src); err != nil {
		return fmt.Errorf("-card %s: %w", file, err)
	}
	if o.prepay, err = money.Parse(prepay); err != nil {
		return fmt.Errorf("-prepaid %q: %w", prepay, err)
	}
	if o.prepay.Currency() != o.card.Currency || o.prepay.Sign() < 0 {
		return fmt.Errorf("-prepaid %q: want an amount of %s, not below 0", prepay, o.card.Currency)
	}
	return nil
}

func (o *options) readNow(text string) (err error) {
	if text == "" {
		return nil
	}
	if o.now, err = time.Parse(time.RFC3339Nano, text); err != nil {
		return fmt.Errorf("-now %q: want an RFC 3339 time such as 2026-11-20T00:00:00Z", text)
	}
	return nil
}

func (o *options) validate() error {
	switch {
	case o.grace < 0:
		return fmt.Errorf("-grace %v: want 0 or more", o.grace)
	case o.lang != "en" && o.lang != "zh":
		return fmt.Errorf("-lang %q: want en or zh", o.lang)
	}
	return nil
}

// clock returns what tells the time.
func (o *options) clock() func() time.Time {
	if o.now.IsZero() {
		return time.Now
	}
	return func() time.Time { return o.now }
}
