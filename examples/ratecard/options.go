package main

import (
	"io"

	"github.com/meterbook/meterbook/examples/internal/program"
)

type options struct {
	card, usage, diff, svg, out, account, zone, lang string
	explain, lint, json                              bool
	seed                                             uint64
}

var about = program.Text{
	EN: `ratecard shows what a rate card asks.

  ratecard                             a card of its own, as a table
  ratecard -card CARD.yaml -lint       what a reviewer should look at
  ratecard -usage sample -explain      the bill for a month of usage, line by line explained
  ratecard -card A.yaml -diff B.yaml   what changes from one card to another
  ratecard -seed 7                     the bill for usage that is made up for the card
  ratecard -svg prices.svg             price against quantity, as a chart
  ratecard -card accounting/ratecard/testdata/good/hubei-2026-01.yaml -zone Asia/Shanghai -usage U.csv
                                       what a utility asks, by the hour of the day`,
	ZH: `ratecard 展示价目表如何收费。

  ratecard                             程序自带的价目表
  ratecard -card CARD.yaml -lint       需要复核之处
  ratecard -usage sample -explain      一个月用量的账单，逐行解释
  ratecard -card A.yaml -diff B.yaml   两张价目表的差异
  ratecard -seed 7                     按价目表虚构用量的账单
  ratecard -svg prices.svg             价格随数量变化的图
  ratecard -card accounting/ratecard/testdata/good/hubei-2026-01.yaml -zone Asia/Shanghai -usage U.csv
                                       分时电价`,
}

func parseOptions(args []string, stdout, stderr io.Writer) (o options, err error) {
	f := program.NewFlags("ratecard", args, about)
	f.String(&o.card, "card", "", "rate card, a YAML or JSON `FILE`; a sample if not given", "价目表 `FILE`，YAML 或 JSON；不给则用示例")
	f.String(&o.usage, "usage", "", "CSV `FILE` of usage to rate; sample for the one that comes with this program, random for one made up",
		"待计费用量的 CSV `FILE`；sample 为程序自带，random 为虚构")
	f.String(&o.diff, "diff", "", "another rate card to compare with, a `FILE`", "用于比较的另一张价目表 `FILE`")
	f.String(&o.svg, "svg", "", "`FILE` to draw prices against quantities in", "将价格随数量变化的图写入 `FILE`")
	f.String(&o.out, "out", "out/ratecard", "write prices.svg, card.yaml and report.json to `DIR`; \"\" for nowhere", "将 prices.svg、card.yaml 与 report.json 写入目录 `DIR`；空为不写")
	f.Uint64(&o.seed, "seed", 0, "make usage up from this seed; 0 for none, unless -usage random asks for it", "按此种子虚构用量；0 为不虚构，除非 -usage random")
	f.String(&o.account, "account", "", "billing account; the tenant of the first row of usage if not given", "计费账户；默认为首行用量的租户")
	f.String(&o.zone, "zone", "", "time `ZONE` whose months are billing periods and whose clock times are shown by; that of the card's times of day if not given, or UTC", "计费周期与所示时间的时区 `ZONE`；默认为价目表分时价格的时区，没有则为 UTC")
	f.Language(&o.lang)
	f.Bool(&o.explain, "explain", "explain each line of the bill", "逐行解释账单")
	f.Bool(&o.lint, "lint", "say what a reviewer should look at", "指出需要复核之处；细节为英文")
	f.Bool(&o.json, "json", "print everything as JSON, the bill complete, and nothing else", "仅以 JSON 输出全部内容，账单完整")
	if err := f.Parse(stdout, stderr); err != nil {
		return o, err
	}
	if o.seed != 0 && o.usage == "" {
		o.usage = "random"
	}
	if o.seed != 0 && o.usage != "random" {
		return o, f.Wrong(stderr, "-seed %d: usage is read or made up: give -usage or -seed", o.seed)
	}
	if o.usage == "random" && o.seed == 0 {
		o.seed = 1
	}
	return o, nil
}
