package main

import "github.com/meterbook/meterbook/accounting"

// words is everything that answers say in one language. Fields that end in F are
// formats.
type words struct {
	lang     string
	language accounting.Language

	greetF string

	usageF, billF, balanceF, heldF                                string
	account, meter, sku, region, period, quantity, unit           string
	price, amount, total, unpricedF, noUsage                      string
	paid, billed, held, available, owed, name, value, outcome     string
	title, subtitleF, tenants, tenant, usage, used, daily, dailyF string
	balances, bill, seal, notSealed, events, emptyHint            string
}

func wordsIn(lang string) words {
	if lang == "zh" {
		return chinese()
	}
	return english()
}

func english() words {
	return words{
		lang: "en", language: accounting.English,
		greetF: `Listening on http://%[1]s/ for the report, Ctrl-C to end.

Try, in another terminal:
  curl 'http://%[1]s/usage'
  curl 'http://%[1]s/bill?account=acme&explain=1'
  curl 'http://%[1]s/balance?account=acme'

Writing:
  %[2]s
  %[3]s
`,
		usageF: "Usage, %s", billF: "Bill of %s, %s", balanceF: "Balance of %s", heldF: "%s is held until %s; %s is left.",
		account: "Account", meter: "Meter", sku: "SKU", region: "Region", period: "From", quantity: "Quantity", unit: "Unit",
		price: "Price", amount: "Amount", total: "Total", unpricedF: "No price, and in no total: %s %s, %s.", noUsage: "No usage in this month.",
		paid: "Paid in advance", billed: "Billed", held: "Held", available: "Available", owed: "Owed", name: "Figure", value: "Value", outcome: "Outcome",
		title: "Meterbook service", subtitleF: "%s · %s · card %s", tenants: "Tenants", tenant: "Tenant", usage: "Usage", used: "What was used, by account and meter",
		daily: "Cost by day", dailyF: "Billed on each day, by service, in %s.",
		balances: "What is left of the credit is of now; what is billed is of this month.", bill: "bill", seal: "Sealed up to", notSealed: "nothing yet", events: "Events in the journal",
		emptyHint: "Nothing was used in this month. Send an event to POST /events, or start the service with -seed 1 for a sample.",
	}
}

func chinese() words {
	return words{
		lang: "zh", language: accounting.Chinese,
		greetF: `监听 http://%[1]s/（浏览器中打开为报告），Ctrl-C 结束。

可在另一终端中试：
  curl 'http://%[1]s/usage'
  curl 'http://%[1]s/bill?account=acme&explain=1'
  curl 'http://%[1]s/balance?account=acme'

写入：
  %[2]s
  %[3]s
`,
		usageF: "用量，%s", billF: "%s 的账单，%s", balanceF: "%s 的余额", heldF: "已冻结 %s，至 %s；剩余 %s。",
		account: "账户", meter: "计量项", sku: "规格", region: "地域", period: "起始", quantity: "用量", unit: "单位",
		price: "价格", amount: "金额", total: "合计", unpricedF: "无价格，未计入合计：%s %s，%s。", noUsage: "本月没有用量。",
		paid: "预付", billed: "已出账", held: "冻结", available: "可用", owed: "欠费", name: "指标", value: "值", outcome: "结果",
		title: "Meterbook 计费服务", subtitleF: "%s · %s · 价目表 %s", tenants: "租户", tenant: "租户", usage: "用量", used: "用量明细（按账户与计量项）",
		daily: "每日费用", dailyF: "每日出账金额，按服务，单位 %s。",
		balances: "余额为此刻的值，出账金额为本月的值。", bill: "账单", seal: "封存至", notSealed: "尚无", events: "日志中的事件",
		emptyHint: "本月没有用量。向 POST /events 发送事件，或以 -seed 1 启动服务以载入样本。",
	}
}

// service names a service of the catalogue.
func (s words) service(id accounting.ServiceID) string {
	if s.lang == "zh" {
		names := map[accounting.ServiceID]string{
			accounting.AcceleratedCompute: "加速计算", accounting.GeneralCompute: "通用计算", accounting.BlockStorage: "块存储", accounting.ObjectStorage: "对象存储",
			accounting.FileStorage: "文件存储", accounting.Network: "网络", accounting.ModelInference: "模型推理", accounting.EnergySupply: "能源", accounting.Support: "技术支持",
		}
		if name := names[id]; name != "" {
			return name
		}
	}
	if known, ok := accounting.LookupService(id); ok {
		return known.Name
	}
	return string(id)
}
