package main

import (
	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/ratecard"
)

// words is what tables say.
type words struct {
	language                                                                             accounting.Language
	price, forUsage, unit, pricesCaption, perMonth, once, byRow                          string
	severity, where, finding, nothingFound                                               string
	billOf, account_, whenF, inF, clockCaption, quantity, billed, total, unpriced, meter string
	change, removed, changed, added, changesCaption, noChanges                           string
	sameBills, wrote, quantityAxis                                                       string
	origins                                                                              map[accounting.Origin]string
	severities                                                                           map[ratecard.Severity]string
}

func wordsOf(lang string) words {
	if lang == "zh" {
		return words{
			language: accounting.Chinese,
			price:    "价目", forUsage: "适用用量", unit: "单位", pricesCaption: "一个计费周期内用这么多单位一共多少 %s。", perMonth: "每周期", once: "一次性", byRow: "逐行计价",
			severity: "程度", where: "位置", finding: "发现（细节为英文）", nothingFound: "没有发现需要复核的地方。",
			billOf: "账单：", account_: "账户", whenF: "时间（%v）", inF: "%s（%s）", clockCaption: "\n时段以 %v 的时钟为准。", quantity: "数量", billed: "金额", total: "合计", unpriced: "没有价格", meter: "计量项",
			change: "变化", removed: "删除", changed: "变更", added: "新增", changesCaption: "从 %s 到 %s。", noChanges: "两张价目表在这些数量上价格相同。",
			sameBills: "两张账单相同。", wrote: "已写入 %s", quantityAxis: "数量",
			origins:    map[accounting.Origin]string{accounting.FromRecurring: "周期费", accounting.FromTrueUp: "补足", accounting.FromCredit: "抵扣", accounting.FromRounding: "抹零", accounting.FromAdjustment: "力调", accounting.FromOneOff: "一次性"},
			severities: map[ratecard.Severity]string{ratecard.Note: "提示", ratecard.Warning: "警告", ratecard.Error: "错误"},
		}
	}
	return words{
		price: "price", forUsage: "for", unit: "unit", pricesCaption: "What this many units cost in all in a billing period, in %s.", perMonth: "per period", once: "once", byRow: "row by row",
		severity: "severity", where: "where", finding: "finding", nothingFound: "Nothing that a reviewer should look at.",
		billOf: "Bill of ", account_: "account", whenF: "when, %v", inF: "%s, %s", clockCaption: "\nTimes of the day are by the clock of %v.", quantity: "quantity", billed: "billed", total: "total", unpriced: "no price", meter: "meter",
		change: "change", removed: "removed", changed: "changed", added: "added", changesCaption: "From %s to %s.", noChanges: "Both cards ask the same at these quantities.",
		sameBills: "Both bills are the same.", wrote: "wrote %s", quantityAxis: "quantity",
		origins:    map[accounting.Origin]string{accounting.FromRecurring: "recurring", accounting.FromTrueUp: "true-up", accounting.FromCredit: "credit", accounting.FromRounding: "rounding", accounting.FromAdjustment: "adjustment", accounting.FromOneOff: "one-off"},
		severities: map[ratecard.Severity]string{ratecard.Note: "note", ratecard.Warning: "warning", ratecard.Error: "error"},
	}
}
