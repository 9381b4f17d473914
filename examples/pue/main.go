// Command pue reads the meters of a data centre and says how well it used its
// energy: PUE by hour and for the year, with category, coverage and
// uncertainty, its grade, and what each tenant used and emitted.
//
//	go run ./examples/pue                                    # a year that is made up, with gaps and resets
//	go run ./examples/pue -seed 7                            # that of another site
//	go run ./examples/pue -meters m.csv -holders h.csv -out DIR -lang zh
//	go run ./examples/pue -print-sample | head               # what the files look like
//
// The meter file has a column of times and one of cumulative readings for each
// meter, with its unit: "time,site kWh,rack-a kWh". The meter that is called
// site is the facility's, all others are of IT equipment; a column in g/kWh is
// the grid's intensity from that time on. An empty cell is a reading that
// failed.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/meterbook/meterbook/energy/facility"
	"github.com/meterbook/meterbook/examples/internal/program"
)

func main() { program.Main("pue", run) }

// options are what the command line sets.
type options struct {
	meters, holders, out, point, scope, lang string
	siteClass, itClass                       float64
	seed                                     uint64
	json, sample                             bool
}

var about = program.Text{
	EN: `pue says how well a data centre used its energy: PUE by hour and for the year, its
grade, and what each tenant used and emitted.

  pue                                     a year that is made up, with gaps and resets
  pue -seed 7                             that of another site
  pue -meters M.csv -holders H.csv        your own; -print-sample shows the form`,
	ZH: `pue 评价数据中心的能效：各小时与全年的 PUE、能效等级，以及各租户的用电与碳排放。

  pue                                     虚构的一年，含缺数与归零
  pue -seed 7                             另一座机房的一年
  pue -meters M.csv -holders H.csv        自己的文件；格式见 -print-sample`,
}

func parse(args []string, stdout, stderr io.Writer) (o options, err error) {
	f := program.NewFlags("pue", args, about)
	f.String(&o.meters, "meters", "", "read meters from this CSV `FILE`; a made-up year without it", "从 CSV `FILE` 读取电表；不给则虚构一年")
	f.String(&o.holders, "holders", "", "read who holds the racks from this CSV `FILE`: meter,account,held,of,used,idle_kW", "从 CSV `FILE` 读取机柜占用：meter,account,held,of,used,idle_kW")
	f.String(&o.out, "out", "out/pue", "write report.html, pue.json and the made-up meters to `DIR`; \"\" for nowhere", "将 report.html、pue.json 及虚构的电表文件写入目录 `DIR`；空为不写")
	f.Uint64(&o.seed, "seed", 0, "make the year of another site up from this seed; 0 for the usual one", "按此种子虚构另一座机房的一年；0 为默认机房")
	f.String(&o.point, "point", "pdu_output", "where the IT energy is measured: ups_output, pdu_output or it_equipment_input", "IT 电量测量点：ups_output、pdu_output 或 it_equipment_input")
	f.String(&o.scope, "scope", facility.ScopeEasternHub, "the site's `SCOPE` in East-Data-West-Compute: eastern_hub or western_hub", "机房在“东数西算”中的 `SCOPE`：eastern_hub 或 western_hub")
	f.Language(&o.lang)
	f.Float64(&o.siteClass, "site-class", 0.5, "the class of the site's meter in percent, 0 when unknown", "全站电表准确度等级（%），0 为未知")
	f.Float64(&o.itClass, "it-class", 1, "the class of the IT meters in percent, 0 when unknown", "IT 电表准确度等级（%），0 为未知")
	f.Bool(&o.json, "json", "print figures as JSON, and nothing else", "仅以 JSON 输出结果")
	f.Bool(&o.sample, "print-sample", "print the made-up meter file and stop", "输出虚构的电表文件后退出")
	if err := f.Parse(stdout, stderr); err != nil {
		return o, err
	}
	switch {
	case !slices.Contains([]string{"ups_output", "pdu_output", "it_equipment_input"}, o.point):
		return o, f.Wrong(stderr, "-point %q: want ups_output, pdu_output or it_equipment_input", o.point)
	case o.scope != facility.ScopeEasternHub && o.scope != facility.ScopeWesternHub:
		return o, f.Wrong(stderr, "-scope %q: want %s or %s", o.scope, facility.ScopeEasternHub, facility.ScopeWesternHub)
	case !(o.siteClass >= 0 && o.siteClass <= 100):
		return o, f.Wrong(stderr, "-site-class %v: want 0 to 100 percent", o.siteClass)
	case !(o.itClass >= 0 && o.itClass <= 100):
		return o, f.Wrong(stderr, "-it-class %v: want 0 to 100 percent", o.itClass)
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
	made := siteOf(o.seed).csv()
	if o.sample {
		_, err := stdout.Write(made)
		return err
	}
	in, err := load(o, made)
	if err != nil {
		return err
	}
	b, err := in.work(o)
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
	if err := b.print(stdout, w); err != nil {
		return err
	}
	fmt.Fprintln(stdout)
	return files.Say(stdout, o.lang)
}

// write writes the report, the figures, and the meters if they were made up.
func (b *books) write(ctx context.Context, dir string, made []byte, w *words) (*program.Files, error) {
	files := program.NewFiles(ctx, dir)
	var page, figures bytes.Buffer
	err := errors.Join(b.writeHTML(&page, w), b.writeJSON(&figures))
	for _, f := range []struct {
		name string
		text []byte
	}{{"report.html", page.Bytes()}, {"pue.json", figures.Bytes()}, {"meters.csv", made}, {"holders.csv", []byte(sampleHolders)}} {
		if err == nil && (b.made || !strings.HasSuffix(f.name, ".csv")) {
			err = files.Write(f.name, f.text)
		}
	}
	return files, err
}

func (b *books) writeJSON(to io.Writer) error {
	e := json.NewEncoder(to)
	e.SetIndent("", "  ")
	return e.Encode(b.figures())
}

// load reads the files, or else what was made up.
func load(o options, made []byte) (*input, error) {
	meters, holders := made, []byte(sampleHolders)
	var err error
	if o.meters != "" {
		holders = nil
		if meters, err = os.ReadFile(o.meters); err != nil {
			return nil, err
		}
	}
	if o.holders != "" {
		if holders, err = os.ReadFile(o.holders); err != nil {
			return nil, err
		}
	}
	in, err := readMeters(bytes.NewReader(meters))
	if err != nil {
		return nil, err
	}
	in.made = o.meters == ""
	if holders != nil {
		err = in.readHolders(bytes.NewReader(holders))
	}
	return in, err
}
