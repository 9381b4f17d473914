package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/metering"
)

// words is what is printed in one language. Fields that end in F are formats.
type words struct {
	Nothing, Recording, ReadingF, Because, Nobody, Ended, Account, Device, TotalF, Joules, MeanW, GPU, Closes, DoesNotClose string
	remarks                                                                                                                 map[string]string
}

func wordsOf(lang string) *words {
	if lang == "zh" {
		return &chinese
	}
	return &english
}

var english = words{
	Nothing: "Nothing to read here. ", Recording: "This is a RECORDING of another machine.", ReadingF: "Reading %s.", Because: "  because ",
	Nobody: "nobody", Ended: "ended, kernel", Account: "user or tenant", Device: "device", TotalF: "%.0f s", Joules: "J", MeanW: "mean W", GPU: "of it GPU J",
	Closes: "Closes: users + tenants + nobody = meters, to the microjoule.", DoesNotClose: "DOES NOT CLOSE.",
	remarks: map[string]string{},
}

var chinese = words{
	Nothing: "本机无可读取的功率传感器。", Recording: "以下为另一台机器的录制数据。", ReadingF: "正在读取 %s。", Because: "  原因：",
	Nobody: "未分配", Ended: "已结束进程及内核", Account: "用户或租户", Device: "设备", TotalF: "共 %.0f 秒", Joules: "J", MeanW: "平均 W", GPU: "其中 GPU J",
	Closes: "账目平衡：用户 + 租户 + 未分配 = 表计，精确到微焦。", DoesNotClose: "账目不平衡。",
	remarks: map[string]string{"missed": "读取失败", "increase after-gap": "读取恢复，补计缺失时段", "wrap": "计数翻转", "wrap after-gap": "计数翻转，补计缺失时段"},
}

func (w *words) opening(to io.Writer, m *machine, why []error) {
	if m.recorded {
		if len(why) > 0 {
			fmt.Fprint(to, w.Nothing)
		}
		fmt.Fprintln(to, w.Recording)
	} else {
		var names []string
		for _, s := range m.sources {
			names = append(names, s.Name())
		}
		fmt.Fprintf(to, w.ReadingF+"\n", strings.Join(names, ", "))
	}
	for _, err := range why {
		fmt.Fprintf(to, "%s%s\n", w.Because, strings.ReplaceAll(err.Error(), "\n", "; "))
	}
}

// name is an account as it is shown.
func (w *words) name(a metering.Account) string {
	switch a {
	case nobody:
		return w.Nobody
	case othersUser:
		return w.Ended
	}
	return string(a)
}

// tick is a line for each look: the time, all watts, and those of each user.
func (w *words) tick(to io.Writer, t tick) {
	line := fmt.Sprintf("%s  %8s W ", t.at.Format("15:04:05"), watts(t.total.Mean(t.period)))
	for _, p := range t.accounts {
		line += fmt.Sprintf("  %s %s W", w.name(p.account), watts(p.energy.Mean(t.period)))
	}
	for _, r := range t.remarks {
		device, what, _ := strings.Cut(r, ": ")
		if said := w.remarks[what]; said != "" {
			what = said
		}
		line += "  [" + device + ": " + what + "]"
	}
	fmt.Fprintln(to, line)
}

func watts(p energy.Power) string { return fmt.Sprintf("%.1f", float64(p)/float64(energy.Watt)) }

// totals is a table of who used what, and on which device.
func (w *words) totals(to io.Writer, l *ledger) {
	took := l.last.Sub(l.started)
	row := func(name string, e energy.Energy, gpu string) []string {
		return []string{name, joules(e).StringFixed(1), watts(e.Mean(took)), gpu}
	}
	rows := [][]string{{w.Account, w.Joules, w.MeanW, w.GPU}}
	for _, p := range sorted(l.accounts) {
		rows = append(rows, row(w.name(p.account), p.energy, joules(l.gpus[p.account]).StringFixed(1)))
	}
	rows = append(rows, row(fmt.Sprintf(w.TotalF, took.Seconds()), l.metered, ""), nil, []string{w.Device, w.Joules, w.MeanW, ""})
	byDevice := map[metering.Account]energy.Energy{}
	for d, e := range l.devices {
		byDevice[metering.Account(d)] = e
	}
	for _, p := range sorted(byDevice) {
		rows = append(rows, row(string(p.account), p.energy, ""))
	}
	fmt.Fprintln(to)
	var widths [4]int
	for _, r := range rows {
		for i, cell := range r {
			widths[i] = max(widths[i], width(cell))
		}
	}
	for _, r := range rows {
		line := ""
		for i, cell := range r {
			pad := strings.Repeat(" ", widths[i]-width(cell))
			if i > 0 {
				cell, pad = pad+cell, ""
			}
			line += "  " + cell + pad
		}
		fmt.Fprintln(to, strings.TrimRight(line, " "))
	}
	fmt.Fprintln(to)
	if l.closes() {
		fmt.Fprintln(to, w.Closes)
	} else {
		fmt.Fprintln(to, w.DoesNotClose)
	}
}

// width is how many columns of a terminal a text takes: two a Chinese sign.
func width(s string) (n int) {
	for _, r := range s {
		if n++; r >= 0x2E80 && r < 0xFFE7 {
			n++
		}
	}
	return n
}
