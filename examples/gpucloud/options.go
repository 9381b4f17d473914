package main

import (
	"fmt"
	"io"
	"time"

	"github.com/meterbook/meterbook/accounting/focus"
	"github.com/meterbook/meterbook/examples/internal/program"
)

// options are the command line.
type options struct {
	seed       uint64
	devices    int
	month      time.Time
	out        string
	json       bool
	lang       string
	printCard  bool
	trace      string
	nodes      string
	epoch      time.Time
	strict     bool
	cpuProfile string
	focus      focus.Version
}

var about = program.Text{
	EN: `gpucloud meters a month of a GPU cloud, attributes its energy, prices it with a
rate card, and writes invoices and a report.

  gpucloud                                  simulate a cloud of 600 devices
  gpucloud -trace PODS.csv -nodes NODES.csv meter a real cluster (Alibaba openb format)
  gpucloud -print-card                      print the rate card and stop`,
	ZH: `gpucloud 计量 GPU 云一个月的用量，归集能耗，按价目表计费，并出具账单与报告。

  gpucloud                                  模拟 600 台设备的云
  gpucloud -trace PODS.csv -nodes NODES.csv 计量真实集群（Alibaba openb 格式）
  gpucloud -print-card                      输出价目表后退出`,
}

func parseOptions(args []string, stdout, stderr io.Writer) (o options, err error) {
	var month, epoch, version string
	f := program.NewFlags("gpucloud", args, about)
	f.Uint64(&o.seed, "seed", 1, "seed of the simulation", "模拟所用的种子")
	f.Int(&o.devices, "devices", usualCloud, "about how many devices to simulate, 1 to 20000", "模拟的设备数（约），1 至 20000")
	f.String(&month, "month", "2026-10", "`MONTH` to simulate, YYYY-MM", "模拟的月份 `MONTH`，YYYY-MM")
	f.String(&o.out, "out", "out", "write report, invoices, CSV, FOCUS, sealed months and proofs to `DIR`; \"\" for nowhere", "将报告、账单、CSV、FOCUS、封存月份与证明写入目录 `DIR`；空为不写")
	f.Bool(&o.json, "json", "print summary.json, and nothing else", "仅输出 summary.json")
	f.Language(&o.lang)
	f.Bool(&o.printCard, "print-card", "print the rate card and stop", "输出价目表后退出")
	f.String(&o.trace, "trace", "", "CSV `FILE` of pods to meter instead of simulating", "计量此 CSV `FILE` 中的 Pod，不作模拟")
	f.String(&o.nodes, "nodes", "", "CSV `FILE` of the nodes the pods ran on, for the energy estimate", "Pod 所在节点的 CSV `FILE`，用于估算能耗")
	f.String(&epoch, "epoch", "2023-01-01T00:00:00Z", "`TIME` of second 0 of the trace, RFC 3339", "轨迹第 0 秒的时间 `TIME`，RFC 3339")
	f.Bool(&o.strict, "strict", "stop at the first fault in the trace instead of skipping the row", "轨迹中遇错即停，不跳过该行")
	f.String(&version, "focus", "1.4", "`VERSION` of FOCUS that focus.csv is of: 1.2, 1.3 or 1.4", "focus.csv 的 FOCUS 版本 `VERSION`：1.2、1.3 或 1.4")
	f.String(&o.cpuProfile, "cpuprofile", "", "write a CPU profile to this `FILE`", "将 CPU 性能分析写入 `FILE`")
	if err := f.Parse(stdout, stderr); err != nil {
		return o, err
	}
	if err := o.complete(month, epoch, version); err != nil {
		return o, f.Wrong(stderr, "%v", err)
	}
	return o, nil
}

// complete reads what flags have as text, and checks the rest.
func (o *options) complete(month, epoch, version string) (err error) {
	if o.month, err = time.Parse("2006-01", month); err != nil {
		return fmt.Errorf("-month %q: want YYYY-MM", month)
	}
	if y := o.month.Year(); y < 1971 || y > 2198 {
		return fmt.Errorf("-month %q: want a year from 1971 to 2198", month)
	}
	if o.devices < 1 || o.devices > 20_000 {
		return fmt.Errorf("-devices %d: want 1 to 20000", o.devices)
	}
	if o.epoch, err = time.Parse(time.RFC3339, epoch); err != nil {
		return fmt.Errorf("-epoch %q: want an RFC 3339 time such as 2023-01-01T00:00:00Z", epoch)
	}
	if o.focus, err = focus.ParseVersion(version); err != nil {
		return fmt.Errorf("-focus %q: want 1.2, 1.3 or 1.4", version)
	}
	if o.nodes != "" && o.trace == "" {
		return fmt.Errorf("-nodes %q: give -trace too", o.nodes)
	}
	return nil
}
