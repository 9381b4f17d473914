package main

import (
	"fmt"
	"io"

	"github.com/meterbook/meterbook/examples/internal/program"
)

// options are the command line.
type options struct {
	command string
	dir     string
	demo    bool

	out  string
	from uint64
	n    uint64
	json bool
	lang string
	seed uint64
}

var about = program.Text{
	EN: `journal looks after a journal of metering/journal, and changes nothing in it.

  journal                       see all three on a small journal that is damaged
  journal verify DIR            by file: what is whole, torn or damaged, and where
  journal dump DIR              print events: -from 100 -n 20, -json for CloudEvents
  journal salvage -out NEW DIR  write what can be read to a new journal, or to a
                                file of CloudEvents if NEW ends in .ndjson

Exit status: 0 all is whole, 1 something is damaged or lost, 2 called wrongly.`,
	ZH: `journal 检查 metering/journal 的日志，不作任何改动。

  journal                       在一份损坏的小日志上演示以下三项
  journal verify DIR            逐文件说明：何处完整、残缺或损坏
  journal dump DIR              输出事件：-from 100 -n 20；-json 输出 CloudEvents
  journal salvage -out NEW DIR  将可读内容写入新日志；NEW 以 .ndjson 结尾时写成 CloudEvents 文件

退出码：0 全部完整，1 有损坏或丢失，2 用法有误。`,
}

func parseOptions(args []string, stdout, stderr io.Writer) (o options, err error) {
	f := program.NewFlags("journal", args, about)
	f.Bool(&o.demo, "demo", "make a small journal, damage it, show verify, dump and salvage; so does no command", "制作一份小日志并损坏它，演示 verify、dump 与 salvage；不给命令时亦然")
	f.String(&o.out, "out", "", "`NEW` journal or .ndjson file to salvage to; new directory of the demo, a temporary one if not given",
		"抢救目标 `NEW`：新日志或 .ndjson 文件；或演示用的新目录，不给则为临时目录")
	f.Uint64(&o.from, "from", 0, "dump from this event on", "从此序号起输出事件")
	f.Uint64(&o.n, "n", 0, "dump so many events; 0 for all", "输出事件的数量；0 为全部")
	f.Bool(&o.json, "json", "print JSON: a report, or of dump CloudEvents on lines; the demo's is that of verify", "输出 JSON：报告；dump 则逐行输出 CloudEvents；演示输出 verify 的报告")
	f.Language(&o.lang)
	f.Uint64(&o.seed, "seed", 1, "seed of the demo's damage", "演示中损坏位置的种子")
	words, err := f.ParseWords(stdout, stderr)
	if err != nil {
		return o, err
	}
	if len(words) > 0 {
		o.command = words[0]
	}
	if len(words) > 1 {
		o.dir = words[1]
	}
	if err := o.validate(words); err != nil {
		return o, f.Wrong(stderr, "%v", err)
	}
	return o, nil
}

func (o options) validate(words []string) error {
	switch {
	case o.demo && len(words) > 0:
		return fmt.Errorf("unexpected argument %q with -demo", words[0])
	case len(words) == 0:
		return nil
	case o.command != "verify" && o.command != "dump" && o.command != "salvage":
		return fmt.Errorf("%q: want verify, dump or salvage", o.command)
	case len(words) < 2:
		return fmt.Errorf("%s: want the directory of a journal", o.command)
	case len(words) > 2:
		return fmt.Errorf("unexpected argument %q", words[2])
	case o.command == "salvage" && o.out == "":
		return fmt.Errorf("salvage: want -out NEW, a new journal or a file that ends in .ndjson")
	}
	return nil
}
