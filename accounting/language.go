package accounting

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// A Language is one that explanations are written in.
type Language uint8

// The languages.
const (
	English Language = iota
	Chinese
)

// words are what explanations say, by language. Those with verbs are formats.
type words struct {
	usage, line, total, carried, tier, flat, less, rounding string
	rows, listed, unexplained, places                       string
	colon, open, close, comma, semicolon                    string

	moved, inAll, takenAs, converted, billedAs, inPackages string
	peak, percentile, before                               string

	free, stair        string
	one, many          string // packages
	block, blocks      string
	times, minus, plus string
	power, billTotal   string
	priceTotal         string

	bounds map[StageKind]string
	stages map[StageKind]string
	models map[string]string
	levels map[Level]string
	modes  map[money.RoundingMode]string
	units  Language // whose words units have
}

func wordsOf(l Language) words {
	if l == Chinese {
		return chinese()
	}
	return english()
}

func english() words {
	return words{
		usage: "usage", line: "usage of this line", total: "running total", carried: "in all", tier: "tier", flat: "flat", less: "less what came before",
		rounding: "rounding", rows: " rows", listed: "in place of list price", unexplained: "unexplained", places: "%s to %d places",
		colon: ": ", open: " (", close: ")", comma: ", ", semicolon: "; ",
		moved: "%s, %s in all", inAll: "%s in all", takenAs: ", taken as %s", converted: ", converted to %s", billedAs: ", billed as %s",
		inPackages: ", in packages of %s", peak: "peak %s", percentile: "percentile %[1]s of %[2]s rows is %[3]s", before: " (%s before)",
		free: "%s free", block: "%s block of %s", blocks: "%s blocks of %s", stair: " for stair %d", one: "package", many: "packages",
		times: ", times %s", minus: ", less %s %%", plus: ", plus %s %%", power: ", power factor %s %%", billTotal: "bill total", priceTotal: "price total",
		bounds: map[StageKind]string{StageOff: "%[1]s off", StageMaximum: "%s above the maximum of %s", StageOverage: "%s for overage at %s times the price",
			StageTrueUp: "%s up to the commitment of %s", StageMinimum: "%s up to the minimum of %s"},
		stages: map[StageKind]string{StageUsage: "usage", StageConvert: "conversion", StageFree: "free units", StagePrice: "price", StageFactor: "factor",
			StagePower: "power factor", StagePercent: "discount", StageOff: "amount off", StageMaximum: "maximum", StageOverage: "overage",
			StageTrueUp: "commitment", StageMinimum: "minimum", StagePercentile: "percentile", StageRatchet: "ratchet"},
	}
}

func chinese() words {
	return words{
		usage: "用量", line: "本行用量", total: "累计用量", carried: "累计", tier: "第 %d 档", flat: "固定费", less: "减：此前已计",
		rounding: "舍入", rows: " 行", listed: "替代目录价", unexplained: "无说明", places: "%s到 %d 位小数",
		colon: "：", open: "（", close: "）", comma: "，", semicolon: "；",
		moved: "%s，累计用量 %s", inAll: "累计用量 %s", takenAs: "，按期折算为 %s", converted: "，换算为 %s", billedAs: "，按 %s 计费",
		inPackages: "，每包 %s", peak: "峰值 %s", percentile: "%[2]s 行的百分位 %[1]s 为 %[3]s", before: "（此前 %s）",
		free: "%s 免费", block: "%s 块（每块 %s）", blocks: "%s 块（每块 %s）", stair: "（规格第 %d 档）", one: "包", many: "包",
		times: "，乘以 %s", minus: "，减 %s %%", plus: "，加 %s %%", power: "，力率调整 %s %%", billTotal: "账单累计", priceTotal: "该价累计",
		bounds: map[StageKind]string{StageOff: "%[1]s（减免）", StageMaximum: "%s（超出封顶 %s 的部分）", StageOverage: "%s（超出承诺部分按 %s 倍计）",
			StageTrueUp: "%s（补足承诺 %s）", StageMinimum: "%s（补足最低消费 %s）"},
		stages: map[StageKind]string{StageUsage: "用量", StageConvert: "单位换算", StageFree: "免费额度", StagePrice: "计价", StageFactor: "系数",
			StagePower: "力率调整", StagePercent: "折扣", StageOff: "减免", StageMaximum: "封顶", StageOverage: "超出承诺",
			StageTrueUp: "承诺补足", StageMinimum: "最低消费", StagePercentile: "百分位", StageRatchet: "需量下限"},
		models: map[string]string{"per unit": "单价", "graduated": "阶梯累进", "volume": "全量到档", "package": "按包", "stairstep": "规格档",
			"percentage": "按比例", "dynamic": "随行价", "spot": "实时价", "flat": "固定费", "by size": "按规格到档", "earlier rows": "此前各行"},
		levels: map[Level]string{LineLevel: "按行", BillLevel: "按账单"},
		modes: map[money.RoundingMode]string{money.HalfEven: "四舍六入五成双", money.HalfUp: "四舍五入", money.HalfDown: "五舍六入",
			money.Down: "截断", money.Up: "进位", money.Floor: "向下取整", money.Ceiling: "向上取整"},
		units: Chinese,
	}
}

var unitsChinese = strings.NewReplacer("card·h", "卡·时", "core·h", "核·时", "iB·h", "iB·时", "10^6 token", "百万 token", "10^3 token", "千 token")

// Unit returns a unit as people write it in the language: "card·h" is "卡·时" in
// Chinese. Units of the International System are written the same in both.
func (l Language) Unit(u metering.Unit) string {
	if l == Chinese {
		return unitsChinese.Replace(u.Label())
	}
	return u.Label()
}

// model returns a model's word.
func (w words) model(kind string) string {
	if word, ok := w.models[kind]; ok {
		return word
	}
	return kind
}

func (w words) tierName(n int) string {
	number := RatText(ratOf(int64(n)))
	if strings.Contains(w.tier, "%d") {
		return strings.Replace(w.tier, "%d", number, 1)
	}
	return w.tier + " " + number
}

// kind returns the word for what makes an amount: a model, or a note.
func (w words) kind(kind string) string {
	if w.models == nil {
		return kind
	}
	if id, is := strings.CutPrefix(kind, "credit "); is {
		return "抵扣 " + id
	}
	if name, is := strings.CutPrefix(kind, "rounding of the month, "); is {
		if mode, err := money.ParseRoundingMode(name); err == nil {
			return "账期总额取整，" + w.modes[mode]
		}
	}
	return w.model(kind)
}

// because says what a flat amount is for.
func (w words) because(s Step) string {
	kind := w.kind(s.Kind)
	switch {
	case s.Kind == "stairstep" && s.Tier > 0:
		return fmt.Sprintf(w.stair, s.Tier)
	case s.Kind == "":
		kind = w.flat
	}
	if w.models == nil {
		return " " + kind
	}
	return w.open + kind + w.close
}

// counting returns the word for one thing, or for several.
func counting(n *big.Rat, one, many string) string {
	if new(big.Rat).Abs(n).Cmp(ratOf(1)) == 0 {
		return one
	}
	return many
}

// changesText says what changes do, each after a comma.
func (w words) changesText(changes []Change) string {
	var b strings.Builder
	for _, c := range changes {
		by := RatText(c.By)
		switch {
		case c.Kind == StageFactor:
			fmt.Fprintf(&b, w.times, by)
		case c.Kind == StagePower && c.By.Sign() > 0:
			fmt.Fprintf(&b, w.power, "+"+by)
		case c.Kind == StagePower:
			fmt.Fprintf(&b, w.power, by)
		case c.By.Sign() < 0:
			fmt.Fprintf(&b, w.plus, RatText(new(big.Rat).Neg(c.By)))
		default:
			fmt.Fprintf(&b, w.minus, by)
		}
	}
	return b.String()
}

// roundingName names how and where an amount is rounded; the places too, where
// they are not the currency's.
func (w words) roundingName(r Rounding, c money.Currency) string {
	mode, ok := w.modes[r.Mode]
	if !ok {
		mode = r.Mode.String()
	}
	level, ok := w.levels[r.Level]
	if !ok {
		level = r.Level.String()
	}
	if r.Places != c.Digits() {
		mode = fmt.Sprintf(w.places, mode, r.Places)
	}
	return mode + w.comma + level
}
