package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/energy/facility"
	"github.com/meterbook/meterbook/metering"
)

// words is everything that report, invoices and tables say in one language.
// Fields that end in F are formats.
type words struct {
	Lang string // BCP 47

	Title, Simulated, Trace, PeriodLabel, ZoneLabel, RateCard string

	Billed, List, Discount, Energy, EnergyEstimated, Samples, Records, Pods, Cards, Held, Invoices string
	AgainstF, LastMonthF, DiscountF, DevicesF, UnscheduledF, HeldF, RecordsF                       string
	Comma, Colon, Gap, Unknown, InterimF, None, NotApplicable                                      string

	DailyCost, DailyCostF, Spread, BeyondF, DailyFigures, Day, Total, TotalOfDayF, ShareOfTotal string

	Tenants, TenantsF, Tenant, CardHours, Efficiency, EfficiencyNote, EfficiencyUnknown, Idle, IdleF, IdleNote, NotInTotal string

	Pools, PoolsNote, Pool, Model, Devices, Capacity, HeldShare, BusyShare, UseOfCapacity, OfCapacityF string

	Changes, ChangesF, NoChanges, Service, Before, Now, Change, ChangePercent, New string

	EnergyTitle, EnergyNote, EnergyTraceNote, EnergyUnknown, Unallocated, Share, AllEnergy, OfDevices, OfOverhead, OfWhichTenants, OfUnallocated string

	PUEUnknown, PUEUnknownNote, PUEF, PUEHours, PUERangeF, PUEDescF, EstimatedHour, NoHour string

	Missing, EstimatedEnergy, EstimatedHours, Coverage, EstimatedCharges, Duplicates, Skipped, Unpriced   string
	OfF, OfHoursF, ChargesF, CoverageF, Faults, FaultsF, MoreFaultsF, File, Line, Column, Reason, LeftOut string
	Yes, No                                                                                               string

	Closing, ClosingNote, InvoicesEqualCharges, EnergyCloses, EstimateCloses, SumOfInvoices, SumOfCharges, Metered, Estimate, OfTenants, Residual, InvoicesF, ChargeCountF string
	Closes, DoesNotClose, SameBytes                                                                                                                                        string

	Invoice, Draft, Customer, Account, BillingPeriod, Number, Currency, Negotiated, Item, SKU, Region string
	Quantity, AmountList, AmountBilled, SubtotalF, Saving, NoCharges, PartlyEstimatedF, AllEstimated  string
	RoundingF, RoundingNote, QuantityNote, EstimatedNote, Back                                        string
}

var english = words{
	Lang: "en",

	Title: "GPU cloud: cost, usage and energy", Simulated: "Simulated", Trace: "Metered from a trace",
	PeriodLabel: "Period", ZoneLabel: "Time zone", RateCard: "Rate card",

	Billed: "Total billed", List: "At list prices", Discount: "Discount", Energy: "Energy", EnergyEstimated: "Energy, estimated",
	Samples: "Device samples", Records: "Usage records", Pods: "Pods metered", Cards: "Cards", Held: "Capacity held", Invoices: "Invoices",
	AgainstF: "%s (%s) against %s", LastMonthF: "%s, the last full month: %s (%s) against %s",
	DiscountF: "%s of list", DevicesF: "from %s devices", UnscheduledF: "%s never scheduled", HeldF: "of %s card-hours", RecordsF: "%s usage records",
	Comma: ", ", Colon: ": ", Gap: " ", Unknown: "unknown", InterimF: "%s: interim, under 12 months", None: "none", NotApplicable: "–",

	DailyCost: "Daily cost by service", DailyCostF: "Billed amounts by day of use, in %s.",
	Spread: "Charges for a longer time, such as support, are spread evenly over its days.", BeyondF: "%s was billed for other days and is not in the chart.",
	DailyFigures: "The figures by day", Day: "Day", Total: "Total", TotalOfDayF: "%s: %s in all", ShareOfTotal: "Share",

	Tenants: "Tenants", TenantsF: "Billed amounts by tenant and service, in %s; the largest first. Links lead to invoices.",
	Tenant: "Tenant", CardHours: "Card-hours", Efficiency: "Efficiency",
	EfficiencyNote: "Efficiency is the part of the card time held in which cards were busy.", EfficiencyUnknown: "It was not measured here.",
	Idle: "Idle capacity", NotInTotal: "not in the total", IdleF: "Idle capacity: %s card-hours, %s. ", IdleNote: "Idle capacity was held by no tenant. Its amount is what the cards would have brought at list prices: it is billed to nobody and not part of the total.",

	Pools: "Pools", PoolsNote: "Held and busy are parts of the capacity; energy is that of the devices, without the site's overhead.",
	Pool: "Pool", Model: "Model", Devices: "Devices", Capacity: "Capacity, card-hours", HeldShare: "Held", BusyShare: "Busy", UseOfCapacity: "Use of capacity",
	OfCapacityF: "held %s, busy %s",

	Changes: "Largest changes", ChangesF: "By tenant and service, %s against %s, in %s; the largest first.",
	NoChanges: "There is no earlier full month to compare with.",
	Service:   "Service", Before: "Before", Now: "Now", Change: "Change", ChangePercent: "Change, %", New: "new",

	EnergyTitle: "Energy", EnergyNote: "Tenants and unallocated share the whole of what the site's meter showed: the devices' energy and the overhead of cooling and losses around it.",
	EnergyTraceNote: "Energy is estimated, not measured. The overhead of the site is not in it.", EnergyUnknown: "Energy is unknown: it was neither measured nor estimated.",
	Unallocated: "Unallocated", Share: "Share", AllEnergy: "All energy", OfDevices: "of which devices", OfOverhead: "of which facility overhead", OfWhichTenants: "of which tenants", OfUnallocated: "of which unallocated",

	PUEUnknown: "PUE unknown", PUEUnknownNote: "There is no site meter, so the energy of the whole facility cannot be set against that of its devices.",
	PUEF: "The facility used %s kWh, its devices %s kWh.", PUEHours: "PUE by hour", PUERangeF: "Lowest %s (%s), highest %s (%s).",
	PUEDescF:      "A cell for every hour of %s, days from left to right, hours from top to bottom; the darker or stronger, the higher.",
	EstimatedHour: "partly estimated", NoHour: "no reading",

	Missing: "Estimated or missing", EstimatedEnergy: "Device energy estimated", EstimatedHours: "Hours partly estimated",
	Coverage: "Hours with a PUE", EstimatedCharges: "Charges that rest on estimates", Duplicates: "Duplicate events, not counted", Skipped: "Rows of the trace left out", Unpriced: "Usage without a price",
	OfF: "of %s kWh (%s)", OfHoursF: "of %s", ChargesF: "of %s, together %s", CoverageF: "%s of %s",
	Faults: "Faults in the files", FaultsF: "The first %s, in order of file and line.", MoreFaultsF: "and %s more, listed in summary.json",
	File: "File", Line: "Line", Column: "Column", Reason: "What is wrong", LeftOut: "Left out", Yes: "yes", No: "no",

	Closing: "Reconciliation", ClosingNote: "Every total is worked out a second way; the difference has to be zero.",
	InvoicesEqualCharges: "Sum of invoices = sum of charges", EnergyCloses: "Metered energy = tenants + unallocated", EstimateCloses: "Estimated energy = tenants + unallocated",
	SumOfInvoices: "Sum of invoices", SumOfCharges: "Sum of charges", Metered: "Metered energy", Estimate: "Estimated energy", OfTenants: "Tenants", Residual: "Residual", InvoicesF: "%s invoices", ChargeCountF: "%s charges",
	Closes: "closes", DoesNotClose: "does not close", SameBytes: "The same input gives the same report, to the byte.",

	Invoice: "Invoice", Draft: "draft", Customer: "Customer", Account: "Account", BillingPeriod: "Billing period", Number: "Number", Currency: "Currency",
	Negotiated: "Negotiated prices", Item: "Item", SKU: "SKU", Region: "Region", Quantity: "Quantity", AmountList: "List", AmountBilled: "Billed",
	SubtotalF: "%s, subtotal", Saving: "Saving against list", NoCharges: "No charges in this period.",
	PartlyEstimatedF: "%s estimated", AllEstimated: "estimated",
	RoundingF:     "Amounts are rounded %s to %d places, by %s.",
	RoundingNote:  "What a price comes to over the period is rounded as a running total, and each charge is the difference between two such totals. A line can therefore differ by a few minor units from its own figure before rounding; all lines of a price together cannot. An ≈ marks a figure whose digits do not end; the computation goes on with all of them.",
	QuantityNote:  "Quantities are shown to three places and charged exactly.",
	EstimatedNote: "≈ beside a quantity: a part of it could not be measured and was estimated.",
	Back:          "Report",
}

var chinese = words{
	Lang: "zh-CN",

	Title: "GPU 云：费用、用量与电量", Simulated: "模拟", Trace: "由轨迹计量",
	PeriodLabel: "期间", ZoneLabel: "时区", RateCard: "价目表",

	Billed: "账单总额", List: "按目录价", Discount: "优惠", Energy: "电量", EnergyEstimated: "电量（估算）",
	Samples: "设备采样", Records: "用量记录", Pods: "计量的 Pod", Cards: "卡", Held: "已占用容量", Invoices: "账单",
	AgainstF: "较%[3]s %[1]s（%[2]s）", LastMonthF: "最近一个完整月份%[1]s：较%[4]s %[2]s（%[3]s）",
	DiscountF: "目录价的 %s", DevicesF: "来自 %s 台设备", UnscheduledF: "其中 %s 个未被调度", HeldF: "共 %s 卡时", RecordsF: "%s 条用量记录",
	Comma: "，", Colon: "：", Gap: "", Unknown: "未知", InterimF: "%s：中期值，不足 12 个月", None: "无", NotApplicable: "–",

	DailyCost: "每日费用（按服务）", DailyCostF: "按使用日期列示的账单金额，单位 %s。",
	Spread: "支持服务等跨越较长时间的费用，在其期间内逐日均摊。", BeyondF: "另有 %s 属于其他日期，未列入图中。",
	DailyFigures: "每日数据", Day: "日期", Total: "合计", TotalOfDayF: "%s：合计 %s", ShareOfTotal: "占比",

	Tenants: "租户", TenantsF: "按租户与服务列示的账单金额，单位 %s，由高到低。点击链接查看账单。",
	Tenant: "租户", CardHours: "卡时", Efficiency: "利用率",
	EfficiencyNote: "利用率为占用卡时中卡处于忙碌状态的部分。", EfficiencyUnknown: "此处未测得。",
	Idle: "闲置容量", NotInTotal: "不计入合计", IdleF: "闲置容量：%s 卡时，%s。", IdleNote: "闲置容量未被任何租户占用。其金额为这些卡按目录价本可取得的收入：不向任何人收取，也不计入合计。",

	Pools: "资源池", PoolsNote: "占用与忙碌均为容量的比例；电量为设备自身电量，不含场地附加。",
	Pool: "资源池", Model: "型号", Devices: "设备数", Capacity: "容量（卡时）", HeldShare: "占用", BusyShare: "忙碌", UseOfCapacity: "容量使用",
	OfCapacityF: "占用 %s，忙碌 %s",

	Changes: "最大变化", ChangesF: "按租户与服务，%s较%s，单位 %s，由大到小。",
	NoChanges: "没有更早的完整月份可供比较。",
	Service:   "服务", Before: "之前", Now: "现在", Change: "变化", ChangePercent: "变化率", New: "新增",

	EnergyTitle: "电量", EnergyNote: "租户与未分摊两部分之和即场地电表的全部读数：设备电量，加上制冷与损耗等附加电量。",
	EnergyTraceNote: "电量为估算而非实测，不含场地附加。", EnergyUnknown: "电量未知：既未实测，也未估算。",
	Unallocated: "未分摊", Share: "占比", AllEnergy: "全部电量", OfDevices: "其中设备", OfOverhead: "其中场地附加", OfWhichTenants: "其中租户", OfUnallocated: "其中未分摊",

	PUEUnknown: "PUE 未知", PUEUnknownNote: "没有场地电表，无法将整个场地的电量与设备电量相比。",
	PUEF: "场地用电 %s kWh，其中设备 %s kWh。", PUEHours: "每小时 PUE", PUERangeF: "最低 %s（%s），最高 %s（%s）。",
	PUEDescF:      "%s 每小时一格，从左到右为日期，从上到下为小时；颜色越深越浓，数值越高。",
	EstimatedHour: "部分为估算", NoHour: "无读数",

	Missing: "估算与缺失", EstimatedEnergy: "估算的设备电量", EstimatedHours: "部分为估算的小时",
	Coverage: "有 PUE 的小时", EstimatedCharges: "依据估算的费用", Duplicates: "重复事件（未计入）", Skipped: "轨迹中未采用的行", Unpriced: "没有价格的用量",
	OfF: "共 %s kWh（%s）", OfHoursF: "共 %s", ChargesF: "共 %s 笔；涉及金额 %s", CoverageF: "%s / %s",
	Faults: "文件中的问题", FaultsF: "按文件与行号排列，列出前 %s 条。", MoreFaultsF: "另有 %s 条，见 summary.json",
	File: "文件", Line: "行", Column: "列", Reason: "问题", LeftOut: "未采用", Yes: "是", No: "否",

	Closing: "对账", ClosingNote: "每个总数都以第二种方式重算一遍，差额必须为零。",
	InvoicesEqualCharges: "账单之和 = 费用之和", EnergyCloses: "计量电量 = 租户 + 未分摊", EstimateCloses: "估算电量 = 租户 + 未分摊",
	SumOfInvoices: "账单之和", SumOfCharges: "费用之和", Metered: "计量电量", Estimate: "估算电量", OfTenants: "租户", Residual: "差额", InvoicesF: "%s 份账单", ChargeCountF: "%s 笔费用",
	Closes: "已平", DoesNotClose: "未平", SameBytes: "相同的输入得到逐字节相同的报告。",

	Invoice: "账单", Draft: "草稿", Customer: "客户", Account: "账户", BillingPeriod: "计费周期", Number: "编号", Currency: "币种",
	Negotiated: "协议价", Item: "项目", SKU: "规格", Region: "地域", Quantity: "用量", AmountList: "目录价", AmountBilled: "应付",
	SubtotalF: "%s小计", Saving: "较目录价节省", NoCharges: "本期没有费用。",
	PartlyEstimatedF: "其中估算 %s", AllEstimated: "估算",
	RoundingF:     "金额%[1]s，保留 %[2]d 位小数，%[3]s。",
	RoundingNote:  "同一价格在期间内的金额以累计数取整，每笔费用为前后两个累计数之差。因此单行可能与其取整前的数相差若干最小货币单位，同一价格各行之和则不会。≈ 表示数字没有尽头，计算时使用其全部位数。",
	QuantityNote:  "用量显示到三位小数，按精确值计费。",
	EstimatedNote: "用量旁的 ≈ 表示其中一部分未能测得，为估算值。",
	Back:          "报告",
}

func wordsIn(lang string) *words {
	if lang == "zh" {
		return &chinese
	}
	return &english
}

func (w *words) zh() bool { return w == &chinese }

// service returns the name of a service.
func (w *words) service(id accounting.ServiceID) string {
	if w.zh() {
		switch id {
		case accounting.AcceleratedCompute:
			return "加速计算"
		case accounting.GeneralCompute:
			return "通用计算"
		case accounting.BlockStorage:
			return "块存储"
		case accounting.ObjectStorage:
			return "对象存储"
		case accounting.FileStorage:
			return "文件存储"
		case accounting.Network:
			return "网络"
		case accounting.ModelInference:
			return "模型推理"
		case accounting.EnergySupply:
			return "电力"
		case accounting.Support:
			return "支持服务"
		}
	}
	if s, ok := accounting.LookupService(id); ok {
		return s.Name
	}
	return string(id)
}

// price returns what a price of the example's cards is called; title is its
// name on the card.
func (w *words) price(id, title string) string {
	if !w.zh() {
		return title
	}
	switch id {
	case "h100-committed":
		return "H100 SXM5（协议价）"
	case "a800-committed":
		return "A800 SXM4（协议价）"
	case "memory":
		return "内存"
	case "block-ssd":
		return "块存储（SSD）"
	case "egress":
		return "流出流量"
	case "tokens-in":
		return "输入 token"
	case "tokens-cached":
		return "输入 token（缓存命中）"
	case "tokens-out":
		return "输出 token"
	case "energy-device":
		return "电量（设备）"
	case "energy-overhead":
		return "电量（场地附加）"
	case "energy-estimated":
		return "电量（估算，不计费）"
	case "support":
		return "商业支持"
	case reservationFee:
		return "预留容量（按月预付）"
	case reservedUsage:
		return "MLU370-X8（预留）"
	case "fleet-card":
		return "加速卡（任意型号）"
	}
	return title
}

// cardTitle returns what one of the example's cards is called; title is what
// the card says.
func (w *words) cardTitle(id, title string) string {
	if !w.zh() {
		return title
	}
	switch id {
	case "cn-gpu":
		return "GPU 云目录价"
	case "cn-gpu-committed":
		return "承诺用量协议价"
	case "cn-gpu-reserved":
		return "预留容量"
	case "trace":
		return "共享集群目录价"
	}
	return title
}

// warning returns a warning about a PUE in words.
func (w *words) warning(x facility.Warning) string {
	var n note
	switch x {
	case facility.ExactlyOne:
		n = note{"Total and devices are equal: most likely one meter was read twice.", "总电量与设备电量相等：很可能重复读取了同一电表。"}
	case facility.BelowUsual:
		n = note{"Below 1.02: less overhead than any published site has.", "低于 1.02：附加电量少于任何已公布的场地。"}
	case facility.AboveUsual:
		n = note{"Above 3: far more overhead than usual.", "高于 3：附加电量远超通常水平。"}
	case facility.Interim:
		n = note{"Over less than 12 months: an interim figure (iPUE), not to be published as a PUE.", "期间不足 12 个月：为中期值（iPUE），不得作为 PUE 公布。"}
	case facility.UnknownCategory:
		n = note{"Where the devices' energy was measured is not said.", "未说明设备电量的测量位置。"}
	case facility.PartialCoverage:
		n = note{"A meter did not see the whole period; what it missed is estimated.", "电表未覆盖整个期间；缺失部分为估算。"}
	case facility.PartlyEstimated:
		n = note{"A part of the energy was not measured but estimated.", "部分电量为估算值，而非实测。"}
	case facility.UnknownAccuracy:
		n = note{"The class of a meter is not said, so that the figure has no uncertainty.", "未说明电表准确度等级，因此无法给出不确定度。"}
	default:
		return x.String()
	}
	return n.in(w.short())
}

func (w *words) short() string {
	if w.zh() {
		return "zh"
	}
	return "en"
}

// source returns where a simulation comes from, such as "seed 1".
func (w *words) source(s string) string {
	if seed, ok := strings.CutPrefix(s, "seed "); ok && w.zh() {
		return "种子 " + seed
	}
	return s
}

// unit returns a unit as people write it.
func (w *words) unit(u metering.Unit) string {
	switch u.Code() {
	case "kW.h":
		return "kWh"
	case "10*6{token}":
		return note{"million tokens", "百万 token"}.in(w.short())
	}
	if w.zh() {
		switch u.Code() {
		case "{card}.h":
			return "卡·时"
		case "{core}.h":
			return "核·时"
		case "GiBy.h":
			return "GiB·时"
		}
	}
	return u.Label()
}

// rounding says how a card rounds.
func (w *words) rounding(r accounting.Rounding) string {
	return fmt.Sprintf(w.RoundingF, w.mode(r.Mode), r.Places, w.level(r.Level))
}

func (w *words) mode(m money.RoundingMode) string {
	if !w.zh() {
		return m.String()
	}
	switch m {
	case money.HalfEven:
		return "四舍六入五成双"
	case money.HalfUp:
		return "四舍五入"
	case money.HalfDown:
		return "五舍六入"
	case money.Down:
		return "向零舍去"
	case money.Up:
		return "背离零进位"
	case money.Floor:
		return "向下取整"
	case money.Ceiling:
		return "向上取整"
	}
	return m.String()
}

func (w *words) level(l accounting.Level) string {
	if !w.zh() {
		return l.String()
	}
	if l == accounting.BillLevel {
		return "按账单取整"
	}
	return "按行取整"
}

// Dates and times.

// month returns the month of t: "October 2026".
func (w *words) month(t time.Time) string {
	if w.zh() {
		return t.Format("2006年1月")
	}
	return t.Format("January 2006")
}

// date returns the day of t: "5 October 2026".
func (w *words) date(t time.Time) string {
	if w.zh() {
		return t.Format("2006年1月2日")
	}
	return t.Format("2 January 2006")
}

// dayMonth returns the day of t without its year: "5 Oct".
func (w *words) dayMonth(t time.Time) string {
	if w.zh() {
		return t.Format("1月2日")
	}
	return t.Format("2 Jan")
}

// monthShort returns the month of t for an axis: "Jan 2026".
func (w *words) monthShort(t time.Time) string {
	if w.zh() {
		return t.Format("2006年1月")
	}
	return t.Format("Jan 2006")
}

// hour returns day and hour of t: "5 Oct 14:00".
func (w *words) hour(t time.Time) string { return w.dayMonth(t) + " " + t.Format("15:04") }

// period returns the days of p in a zone: "1–31 October 2026". Periods are
// half-open; the last day shown is the last one in p.
func (w *words) period(p metering.Period, zone metering.Zone) string {
	if p.IsZero() {
		return w.None
	}
	first, last := p.Start().In(zone.Location()), p.End().Add(-1).In(zone.Location())
	sameYear := first.Year() == last.Year()
	sameMonth := sameYear && first.Month() == last.Month()
	switch {
	case sameMonth && first.Day() == last.Day():
		return w.date(first)
	case w.zh() && sameMonth:
		return w.date(first) + last.Format("至2日")
	case w.zh() && sameYear:
		return w.date(first) + last.Format("至1月2日")
	case w.zh():
		return w.date(first) + "至" + w.date(last)
	case sameMonth:
		return first.Format("2–") + w.date(last)
	case sameYear:
		return first.Format("2 January – ") + w.date(last)
	}
	return w.date(first) + " – " + w.date(last)
}

// Figures. They come from integers, decimals and rationals, never from
// floats, so that every machine prints the same.
