package accounting

import (
	"strings"

	"github.com/meterbook/meterbook/accounting/money"
)

// A Language is one that explanations are written in.
type Language uint8

// The languages.
const (
	English Language = iota
	Chinese
)

// words are what explanations say, by language.
type words struct {
	usage, total, tier, flat, less, exact, rounding string
	rows, listed                                    string
	colon, open, close, comma                       string
	stages                                          map[StageKind]string
	models                                          map[string]string
	levels                                          map[Level]string
	modes                                           map[money.RoundingMode]string
}

func wordsOf(l Language) words {
	if l == Chinese {
		return chinese()
	}
	return english()
}

func english() words {
	return words{
		usage: "usage", total: "in all", tier: "tier", flat: "flat", less: "less what came before", exact: "exact", rounding: "rounding", rows: " rows", listed: "in place of list price",
		colon: ": ", open: " (", close: ")", comma: ", ",
		stages: map[StageKind]string{StageUsage: "usage", StageConvert: "conversion", StageFree: "free units", StagePrice: "price", StageFactor: "factor",
			StagePower: "power factor", StagePercent: "discount", StageOff: "amount off", StageMaximum: "maximum", StageOverage: "overage",
			StageTrueUp: "commitment", StageMinimum: "minimum", StagePercentile: "percentile", StageRatchet: "ratchet"},
	}
}

func chinese() words {
	return words{
		usage: "用量", total: "累计", tier: "第 %d 档", flat: "固定费", less: "减：此前已计", exact: "精确值", rounding: "舍入", rows: " 行", listed: "替代目录价",
		colon: "：", open: "（", close: "）", comma: "，",
		stages: map[StageKind]string{StageUsage: "用量", StageConvert: "单位换算", StageFree: "免费额度", StagePrice: "计价", StageFactor: "系数",
			StagePower: "力率调整", StagePercent: "折扣", StageOff: "减免", StageMaximum: "封顶", StageOverage: "超出承诺",
			StageTrueUp: "承诺补足", StageMinimum: "最低消费", StagePercentile: "百分位", StageRatchet: "需量下限"},
		models: map[string]string{"per unit": "单价", "graduated": "阶梯累进", "volume": "全量到档", "package": "按包", "stairstep": "规格档",
			"percentage": "按比例", "dynamic": "随行价", "spot": "实时价", "flat": "固定费"},
		levels: map[Level]string{LineLevel: "按行", BillLevel: "按账单"},
		modes: map[money.RoundingMode]string{money.HalfEven: "四舍六入五成双", money.HalfUp: "四舍五入", money.HalfDown: "五舍六入",
			money.Down: "截断", money.Up: "进位", money.Floor: "向下取整", money.Ceiling: "向上取整"},
	}
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

// roundingName names where and how an amount is rounded.
func (w words) roundingName(r Rounding) string {
	mode, ok := w.modes[r.Mode]
	if !ok {
		mode = r.Mode.String()
	}
	level, ok := w.levels[r.Level]
	if !ok {
		level = r.Level.String()
	}
	return mode + w.comma + level
}
