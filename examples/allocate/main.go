// Command allocate spreads the cost of service centres over those they serve,
// by three methods side by side, and draws the flows.
//
// Without arguments it allocates a sample, with -seed a company that is made up.
// With -costs and -drivers it reads your own: print the sample's files to see their
// form.
package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/meterbook/meterbook/accounting/allocation"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/examples/internal/program"
	"github.com/meterbook/meterbook/metering"
)

//go:embed costs.csv
var sampleCosts []byte

//go:embed drivers.csv
var sampleDrivers []byte

func main() { program.Main("allocate", run) }

// options are what the command line sets.
type options struct {
	costs, drivers, out, order, lang string
	seed                             uint64
	json, printCosts                 bool
	printDrivers                     bool
}

var about = program.Text{
	EN: `allocate spreads the cost of service centres over those they serve, by three methods.

  allocate                                     a company that comes with the program
  allocate -seed 7                             another one, made up
  allocate -costs COSTS.csv -drivers DRIVERS.csv   your own; -print-costs and -print-drivers show the form`,
	ZH: `allocate 用三种方法，把服务中心的成本分摊给它们所服务的中心。

  allocate                                     程序自带的公司
  allocate -seed 7                             另一家虚构的公司
  allocate -costs COSTS.csv -drivers DRIVERS.csv   自己的文件；格式见 -print-costs 与 -print-drivers`,
}

func parseOptions(args []string, stdout, stderr io.Writer) (o options, err error) {
	f := program.NewFlags("allocate", args, about)
	f.String(&o.costs, "costs", "", "read centres and their costs from this CSV `FILE`", "从 CSV `FILE` 读取各中心及其成本")
	f.String(&o.drivers, "drivers", "", "read whom they serve from this CSV `FILE`", "从 CSV `FILE` 读取服务对象及动因")
	f.String(&o.order, "order", "", "close service centres in this order, a comma-separated `LIST`, for step-down; the order of the costs by default",
		"阶梯法结清服务中心的次序，逗号分隔的 `LIST`；默认按成本文件的次序")
	f.String(&o.out, "out", "out/allocate", "write allocation.svg, allocation.json and the company's files to `DIR`; \"\" for nowhere",
		"将 allocation.svg、allocation.json 及公司数据文件写入目录 `DIR`；空为不写")
	f.Uint64(&o.seed, "seed", 0, "make another company up from this seed; 0 for the one that comes with the program", "按此种子虚构另一家公司；0 为程序自带的公司")
	f.Language(&o.lang)
	f.Bool(&o.json, "json", "print the allocations as JSON, and nothing else", "仅以 JSON 输出分摊结果")
	f.Bool(&o.printCosts, "print-costs", "print the company's costs and stop", "输出公司的成本文件后退出")
	f.Bool(&o.printDrivers, "print-drivers", "print the company's drivers and stop", "输出公司的动因文件后退出")
	if err := f.Parse(stdout, stderr); err != nil {
		return o, err
	}
	switch {
	case (o.costs == "") != (o.drivers == ""):
		return o, f.Wrong(stderr, "give both -costs and -drivers, or neither")
	case o.costs != "" && o.seed != 0:
		return o, f.Wrong(stderr, "-seed %d: a company is read or made up: give -costs or -seed", o.seed)
	}
	return o, nil
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parseOptions(args, stdout, stderr)
	if err != nil {
		return err
	}
	c, err := o.company()
	if err != nil {
		return err
	}
	if o.printCosts || o.printDrivers {
		text := c.costs
		if o.printDrivers {
			text = c.drivers
		}
		_, err := stdout.Write(text)
		return err
	}
	in, err := readInput(c.names, bytes.NewReader(c.costs), bytes.NewReader(c.drivers))
	if err != nil {
		return err
	}
	all, err := compare(in, o.order)
	if err != nil {
		return err
	}
	all.say = wordsOf(o.lang)
	files, err := all.write(ctx, o.out, c)
	if err != nil {
		return err
	}
	if o.json {
		return errors.Join(all.writeJSON(stdout), files.Say(stderr, o.lang))
	}
	return errors.Join(all.print(stdout), files.Say(stdout, o.lang))
}

// write writes the drawing, the figures, and what they are made of unless it was
// read from files.
func (c comparison) write(ctx context.Context, dir string, of company) (*program.Files, error) {
	files := program.NewFiles(ctx, dir)
	var figures bytes.Buffer
	err := errors.Join(c.writeJSON(&figures), files.Write("allocation.svg", c.draw()))
	if err == nil {
		err = files.Write("allocation.json", figures.Bytes())
	}
	if err == nil && of.own {
		err = errors.Join(files.Write("costs.csv", of.costs), files.Write("drivers.csv", of.drivers))
	}
	return files, err
}

// A company is what is allocated, as CSV.
type company struct {
	costs, drivers []byte
	names          [2]string // of the files, for what is said about them
	own            bool      // to the program: read from no file
}

// company reads the files, or else makes a company up or takes the sample.
func (o options) company() (c company, err error) {
	c = company{sampleCosts, sampleDrivers, [2]string{"costs.csv", "drivers.csv"}, o.costs == ""}
	switch {
	case o.costs != "":
		c.names = [2]string{o.costs, o.drivers}
		if c.costs, err = os.ReadFile(o.costs); err == nil {
			c.drivers, err = os.ReadFile(o.drivers)
		}
	case o.seed != 0:
		c.costs, c.drivers = randomCompany(o.seed)
	}
	return c, err
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
