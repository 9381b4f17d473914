// Command energycost says what a site's energy costs, tenant by tenant, what the
// tenants pay for it, and what the difference is.
//
//	go run ./examples/energycost                                   # a made-up January at Hubei's industrial tariff
//	go run ./examples/energycost -tariff pge -lang zh              # a made-up July at PG&E's B-19
//	go run ./examples/energycost -seed 7                           # another site
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
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/examples/internal/program"
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

func main() { program.Main("energycost", run) }

// options are what the command line sets.
type options struct {
	tariff, card, tenants, meters, zone, out, lang string
	seed                                           uint64
	json, sample                                   bool
}

var about = program.Text{
	EN: `energycost says what a site's energy costs, tenant by tenant, what the tenants pay for
it, and what the difference is.

  energycost                              a made-up January at Hubei's industrial tariff
  energycost -tariff pge -seed 7          a made-up July at PG&E's B-19, of another site
  energycost -card CARD -tenants CARD -meters M.csv -zone Europe/Berlin`,
	ZH: `energycost 计算机房电费成本、各租户应付电费，以及二者之差。

  energycost                              虚构的一月，湖北工商业电价
  energycost -tariff pge -seed 7          另一座机房虚构的七月，PG&E B-19 电价
  energycost -card CARD -tenants CARD -meters M.csv -zone Europe/Berlin`,
}

func parse(args []string, stdout, stderr io.Writer) (o options, err error) {
	f := program.NewFlags("energycost", args, about)
	f.String(&o.tariff, "tariff", "hubei", "a made-up month at a tariff: hubei or pge", "虚构月份的电价：hubei 或 pge")
	f.String(&o.card, "card", "", "the utility's rate card, a `FILE`; that of the tariff if not given", "供电公司价目表 `FILE`；默认随电价")
	f.String(&o.tenants, "tenants", "", "the rate card of the tenants, a `FILE`; that of the tariff if not given", "租户价目表 `FILE`；默认随电价")
	f.String(&o.meters, "meters", "", "CSV `FILE` of a month's quarter hours; a made-up month if not given", "每刻钟电量的 CSV `FILE`；不给则虚构一个月")
	f.String(&o.zone, "zone", "", "the time `ZONE` of the month; that of the tariff if not given", "月份所在时区 `ZONE`；默认随电价")
	f.String(&o.out, "out", "out/energycost", "write report.html, energycost.json and the made-up meters to `DIR`; \"\" for nowhere",
		"将 report.html、energycost.json 及虚构的电表文件写入目录 `DIR`；空为不写")
	f.Uint64(&o.seed, "seed", 0, "make the month of another site up from this seed; 0 for the usual one", "按此种子虚构另一座机房的月份；0 为默认机房")
	f.Language(&o.lang)
	f.Bool(&o.json, "json", "print the figures as JSON, and nothing else", "仅以 JSON 输出结果")
	f.Bool(&o.sample, "print-sample", "print the made-up month and stop", "输出虚构的月份后退出")
	if err := f.Parse(stdout, stderr); err != nil {
		return o, err
	}
	switch {
	case o.tariff != "hubei" && o.tariff != "pge":
		return o, f.Wrong(stderr, "-tariff %q: want hubei or pge", o.tariff)
	case o.meters != "" && o.seed != 0:
		return o, f.Wrong(stderr, "-seed %d: meters are read or made up: give -meters or -seed", o.seed)
	}
	return o, nil
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stdout, stderr)
	if err != nil {
		return err
	}
	s, err := o.scenario()
	if err != nil {
		return err
	}
	made := s.csv(siteOf(o.seed))
	if o.sample {
		_, err := stdout.Write(made)
		return err
	}
	if err := o.read(s, made); err != nil {
		return err
	}
	b, err := s.books()
	if err != nil {
		return err
	}
	w := wordsOf(o.lang)
	files, err := b.write(ctx, o.out, made, w)
	if err != nil {
		return err
	}
	if o.json {
		return errors.Join(b.writeJSON(stdout), files.Say(stderr, o.lang))
	}
	return errors.Join(b.print(stdout, w), files.Say(stdout, o.lang))
}

// write writes the report, the figures, and the meters if they were made up.
func (b *books) write(ctx context.Context, dir string, made []byte, w words) (*program.Files, error) {
	files := program.NewFiles(ctx, dir)
	var figures bytes.Buffer
	page, err := b.page(w)
	if err = errors.Join(err, b.writeJSON(&figures)); err != nil {
		return files, err
	}
	err = files.Write("report.html", page)
	if err == nil {
		err = files.Write("energycost.json", figures.Bytes())
	}
	if err == nil && b.made {
		err = files.Write("meters.csv", made)
	}
	return files, err
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

// read reads the file of meters, or else the month that was made up.
func (o options) read(s *scenario, made []byte) error {
	if s.made {
		return s.read("the made-up month", bytes.NewReader(made))
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
