package main

import (
	"strings"

	"github.com/meterbook/meterbook/metering"
)

// words is what the table says.
type words struct {
	model, class, requests, tokens, cost, perThousand, all, total, billed, rounded string
	repeated, unpriced                                                             string
	classes                                                                        map[metering.MeterID]string
}

func wordsOf(lang string) words {
	if lang == "zh" {
		return words{
			model: "模型", class: "令牌类别", requests: "请求数", tokens: "令牌数", cost: "费用", perThousand: "每千次请求", all: "全部", total: "合计", billed: "账单", rounded: "已舍入",
			repeated: "重复出现、只计一次：%d", unpriced: "没有价格：%s，模型 %s，%v",
			classes: map[metering.MeterID]string{metering.InputTokens: "输入", metering.CachedTokens: "缓存命中", metering.CacheWrite5mTokens: "缓存写入（5 分钟）",
				metering.CacheWrite1hTokens: "缓存写入（1 小时）", metering.OutputTokens: "输出", metering.ReasoningTokens: "推理"},
		}
	}
	return words{
		model: "model", class: "class", requests: "requests", tokens: "tokens", cost: "cost", perThousand: "per 1,000 requests", all: "all", total: "total", billed: "billed", rounded: "rounded",
		repeated: "Came again and counted once: %d.", unpriced: "no price: %s, model %s, %v",
	}
}

func (w words) className(m metering.MeterID) string {
	if name, ok := w.classes[m]; ok {
		return name
	}
	return strings.TrimPrefix(string(m), "ai.tokens.")
}
