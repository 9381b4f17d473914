package main

import (
	"fmt"
	"time"

	"github.com/meterbook/meterbook/energy/facility"
	"github.com/meterbook/meterbook/metering"
)

// words is what the report says in one language. Fields that end in F are
// formats.
type words struct {
	Lang, Title, MadeUp, Period, NoPUE                            string
	AnnualF, InterimF, UncertainF, NoClass, CategoryF, CoverageF  string
	EnergyF, EstimatedF, Grade, EastWest, Warnings                string
	HeatF, HeatKey, NoReading, EstimatedHour, Hour                string
	Tenants, Tenant, IT, Overhead, Total, Estimated, Carbon       string
	Unallocated, Faults, FaultsF, Meter, Time, What, Hours, MoreF string
	Closes, DoesNotClose, BelowF, HolesF, Comma, Colon            string
	points                                                        map[facility.Category]string
	warnings                                                      map[facility.Warning]string
	what                                                          map[string]string
}

func wordsOf(lang string) *words {
	if lang == "zh" {
		return &chinese
	}
	return &english
}

func (w *words) warning(x facility.Warning) string {
	if s := w.warnings[x]; s != "" {
		return s
	}
	return x.String()
}

func (w *words) fault(f fault) string {
	s := w.what[f.What]
	if s == "" {
		s = f.What
	}
	if f.What == "increase" {
		return w.what[f.Flags]
	}
	return s
}

// ruling is what a rule says, with its name and edition.
func (w *words) ruling(r ruling) string {
	v := r.verdict
	if w.Lang == "en" || r.err != nil || v.Pack == "" {
		return r.String()
	}
	name := v.Pack
	if name == facility.EastDataWestCompute().ID {
		name = "东数西算"
	}
	says := "不达标"
	switch {
	case v.Grade > 0:
		says = fmt.Sprintf("%d 级", v.Grade)
	case v.Pass:
		says = "达标"
	}
	bound := map[facility.Bound]string{facility.AtMost: "不高于", facility.Below: "低于", facility.AtLeast: "不低于", facility.Above: "高于"}[v.Limit.Bound]
	text := fmt.Sprintf("%s（%s 版）：%v %s，限值%s %v", name, v.Version, v.KPI, says, bound, v.Limit.Value)
	if v.Limit.Recalled {
		text += "（限值凭记忆引用，须核对原文）"
	}
	return text
}

// period is the days of a period, by the clock of UTC, with hours where it does not begin
// and end with days.
func (w *words) period(p metering.Period) string {
	date, short, last, to, utc := "2 January 2006", "2 January", "2 January 2006", " – ", " (UTC)"
	if w.Lang != "en" {
		date, short, last, to, utc = "2006年1月2日", "2006年1月2日", "1月2日", "至", "（UTC）"
	}
	first, end := p.Start().UTC(), p.End().UTC()
	if whole := 24 * time.Hour; !first.Equal(first.Truncate(whole)) || !end.Equal(end.Truncate(whole)) {
		return first.Format(date+" 15:04") + to + end.Format(date+" 15:04") + utc
	}
	end = end.Add(-1)
	switch {
	case first.Year() != end.Year():
		return first.Format(date) + to + end.Format(date) + utc
	case first.YearDay() == end.YearDay():
		return first.Format(date) + utc
	}
	return first.Format(short) + to + end.Format(last) + utc
}

var english = words{
	Lang: "en", Title: "Energy efficiency of a data centre", MadeUp: " (a made-up year: give -meters for your own)", Period: "Period", NoPUE: "No PUE",
	AnnualF: "%s = %s", InterimF: "%s = %s, interim: less than 12 months, not to be published as a PUE", UncertainF: " ± %.3f (k = 2)", NoClass: " (uncertainty unknown: a meter's class is not said)",
	CategoryF: "category %s: IT energy measured at the %s", CoverageF: "meters saw %s %% of the time", EnergyF: "site %s MWh, IT %s MWh", EstimatedF: "%s MWh of the site estimated",
	Grade: "Grade", EastWest: "Other rule", Warnings: "To note",
	HeatF: "PUE by hour of the day, %d days a column", HeatKey: "PUE", NoReading: "no reading", EstimatedHour: "partly estimated", Hour: "h",
	Tenants: "By tenant", Tenant: "tenant", IT: "IT kWh", Overhead: "overhead kWh", Total: "total kWh", Estimated: "estimated kWh", Carbon: "kg CO2e",
	Unallocated: "held by nobody", Faults: "What meters did", FaultsF: "%d faults", Meter: "meter", Time: "at", What: "what", Hours: "hours", MoreF: "… and %d more",
	Closes:       "Books close: tenants + nobody + overhead = meters, to the microjoule; carbon to the nanogram.",
	DoesNotClose: "BOOKS DO NOT CLOSE.", BelowF: "%d hours in which the site used less than its IT equipment have no PUE.", HolesF: "%s MWh at an intensity filled in over holes.", Comma: "; ", Colon: ": ",
	points: map[facility.Category]string{facility.Category1: "output of the UPS", facility.Category2: "output of the PDU", facility.Category3: "input of the IT equipment"},
	what:   map[string]string{"reset": "reset: began again at 0, what was used before is lost", "after-gap": "readings missing: total known, hours estimated", "wrap": "went round"},
}

var chinese = words{
	Lang: "zh-CN", Title: "数据中心能效报告", MadeUp: "（虚构的一年示例；用 -meters 读取自己的电表文件）", Period: "期间", NoPUE: "无法给出 PUE",
	AnnualF: "%s = %s", InterimF: "%s = %s，中期值：不足 12 个月，不得作为 PUE 公布", UncertainF: " ± %.3f（k = 2）", NoClass: "（不确定度未知：未说明电表准确度等级）",
	CategoryF: "类别 %s：IT 电量在%s测量", CoverageF: "电表覆盖 %s %% 的时间", EnergyF: "全站 %s MWh，IT %s MWh", EstimatedF: "其中全站估算 %s MWh",
	Grade: "能效等级", EastWest: "其他规则", Warnings: "提示",
	HeatF: "各时段 PUE，每列 %d 天", HeatKey: "PUE", NoReading: "无读数", EstimatedHour: "部分估算", Hour: "时",
	Tenants: "按租户", Tenant: "租户", IT: "IT 电量 kWh", Overhead: "附加电量 kWh", Total: "合计 kWh", Estimated: "估算 kWh", Carbon: "kg CO2e",
	Unallocated: "未分配", Faults: "电表异常", FaultsF: "%d 项异常", Meter: "电表", Time: "时间", What: "情况", Hours: "小时", MoreF: "……另有 %d 项",
	Closes:       "账目平衡：租户 + 未分配 + 附加电量 = 电表读数，精确到微焦；碳排放精确到纳克。",
	DoesNotClose: "账目不平衡。", BelowF: "有 %d 小时全站电量低于 IT 电量，不给出 PUE。", HolesF: "%s MWh 的碳强度为补缺估算。", Comma: "；", Colon: "：",
	points: map[facility.Category]string{facility.Category1: " UPS 输出端", facility.Category2: " PDU 输出端", facility.Category3: " IT 设备输入端"},
	what:   map[string]string{"reset": "归零重计：此前用量丢失", "after-gap": "读数缺失：总量已知，分时为估算", "wrap": "计数翻转"},
	warnings: map[facility.Warning]string{
		facility.ExactlyOne: "全站与 IT 电量相等：很可能重复读取了同一电表", facility.BelowUsual: "低于 1.02", facility.AboveUsual: "高于通常范围",
		facility.Interim: "期间不足 12 个月", facility.UnknownCategory: "未说明测量位置", facility.PartialCoverage: "电表未覆盖整个期间",
		facility.PartlyEstimated: "部分电量为估算值", facility.UnknownAccuracy: "未说明电表准确度等级",
	},
}
