// Command audit checks proofs of sealed months with the public key alone: that a
// line of an invoice contains events, that sums are those that were sealed, and
// that a month was sealed on top of an earlier one. It needs no network.
//
//	go run ./examples/audit                                      # sample proofs, and forged ones that fail
//	go run ./examples/audit out/proof/*.json                     # those that examples/gpucloud wrote
//	go run ./examples/audit -key out/proof/key.txt out/seal/*.sealed   # whole sealed months
package main

import (
	"embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

//go:embed sample
var sample embed.FS

// sampleKey is that of the sample's provider, as its customers would have it
// from a contract or a web site.
const sampleKey = "gpucloud.example/seal+3e35dfcc+AUCTbaEygEJUF4L7/df1UZ2jKnSdxaDJEHiHHcvcrI8P"

func main() {
	err := run(os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "audit:", err)
		os.Exit(1)
	}
}

var (
	// errUsage is returned once the flags' own message was printed.
	errUsage = errors.New("usage")
	// errFailed is returned when a file does not prove what it says.
	errFailed = errors.New("not all of it is proved")
)

const usageText = `audit checks proofs of sealed months, offline.

  audit                        sample proofs, and forged ones that fail
  audit [-key KEY] FILE...     proofs (.json) and sealed months (.sealed)

Flags:
`

type options struct {
	key, lang string
	json      bool
	files     []string
}

func parseOptions(args []string, stderr io.Writer) (o options, err error) {
	flags := flag.NewFlagSet("audit", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprint(stderr, usageText)
		flags.PrintDefaults()
	}
	flags.StringVar(&o.key, "key", "", "the provider's public `KEY`, as text or the name of a file that has it; without it, the one beside a proof is taken")
	flags.StringVar(&o.lang, "lang", "en", "language: en or zh")
	flags.BoolVar(&o.json, "json", false, "print JSON")
	if err := flags.Parse(args); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			err = errUsage
		}
		return o, err
	}
	o.files = flags.Args()
	if o.lang != "en" && o.lang != "zh" {
		fmt.Fprintf(stderr, "audit: -lang %q: want en or zh (-h for help)\n", o.lang)
		return o, errUsage
	}
	if o.key == "" && len(o.files) == 0 {
		o.key = sampleKey
	}
	if text, err := os.ReadFile(o.key); err == nil && o.key != "" {
		o.key = strings.TrimSpace(string(text))
	}
	if o.key != "" {
		if _, err := note.NewVerifier(o.key); err != nil {
			fmt.Fprintf(stderr, "audit: -key %q: want a file or NAME+HASH+KEY, as in proof/key.txt\n", o.key)
			return o, errUsage
		}
	}
	return o, nil
}

func run(args []string, stdout, stderr io.Writer) error {
	o, err := parseOptions(args, stderr)
	if err != nil {
		return err
	}
	var reports []report
	if len(o.files) > 0 {
		reports = auditFiles(o.files, o.key)
	} else if reports, err = auditSample(o.key); err != nil {
		return err
	}
	if o.json {
		e := json.NewEncoder(stdout)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		err = e.Encode(reports)
	} else {
		_, err = io.WriteString(stdout, printed(reports, wordsIn(o.lang)))
	}
	for _, r := range reports {
		if err == nil && !r.OK && r.Forged == "" {
			err = errFailed
		}
	}
	return err
}
