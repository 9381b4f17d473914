package main

// words is everything that tables say in one language. Fields that end in F are
// formats.
type words struct {
	Title, SampleF, Stdin, SyncF, IntervalF, GoesOnF, InterruptedF string

	Became, Outcome, Lines, Share, Means, Sum, Examples, ExampleF string

	ByMeter, ByTenant, Meter, Tenant, Quantity, OfWhichLate, Unit, MoreTenantsF string

	RateF, JournalF, Wrote, Look, Again, ProgressF string

	CrashTitle, CrashF, RelayTitle, RelayF, Compared, Kills, Events, Lost, Doubled, Windows, EventsDigest, UsageDigest string
	Told, ToldNote, Equal, Unequal, KillNote, PassedF, TookF                                                           string

	outcomes map[outcome][2]string // name, and what it means
	runs     map[string]string
}

func (w *words) outcome(o outcome) string { return w.outcomes[o][0] }
func (w *words) what(o outcome) string    { return w.outcomes[o][1] }
func (w *words) run(name string) string   { return w.runs[name] }

func wordsIn(lang string) *words {
	if lang == "zh" {
		return chinese()
	}
	return english()
}

func english() *words {
	return &words{
		Title: "Ingest: CloudEvents into a journal, each counted once", SampleF: "a sample of %s lines from seed %d", Stdin: "standard input",
		SyncF: "sync: on the disk before it is acknowledged, %s lines at a time", IntervalF: "interval: on the disk at most %v after it is acknowledged",
		GoesOnF:      "The journal was there and has %s events: it goes on from them.",
		InterruptedF: "Interrupted. Everything up to line %s is acknowledged and stays. Run the same command again, with the same -out, to go on: what is there counts as a duplicate.",

		Became: "What became of the lines", Outcome: "Outcome", Lines: "Lines", Share: "Share", Means: "Meaning", Sum: "Total",
		Examples: "The first line of each kind that was refused", ExampleF: "%s, line %s: %s",

		ByMeter: "What was counted, by meter", ByTenant: "By tenant", Meter: "Meter", Tenant: "Tenant", Quantity: "Quantity", OfWhichLate: "of which late", Unit: "Unit",
		MoreTenantsF: "and %s more tenants; -json lists all.",

		RateF: "%s lines in %.2f s: %s a second (%s).", JournalF: "The journal has %s events in %s files, %s.",
		Wrote: "Written:", Look: "Look at the journal:", Again: "Send everything once more, which changes nothing:", ProgressF: "line %d",

		CrashTitle: "Ingest, killed: kill -9 at random points, resumed until the input is done",
		CrashF:     "The sender keeps what was acknowledged, and sends the rest again to the next process.",
		RelayTitle: "Relay: an edge records, a biller imports its journal, both are killed",
		RelayF:     "The biller asks its own journal how far it got. Neither keeps another note.",
		Compared:   "Compared", Kills: "Killed", Events: "Events in the journal", Lost: "Events lost", Doubled: "Events doubled", Windows: "Sums by key and window",
		EventsDigest: "SHA-256 of the events", UsageDigest: "SHA-256 of the sums",
		Told:     "What the sender was told of its lines",
		ToldNote: "What was under way at a kill and durable by then was sent again: the sender hears that it is a duplicate.",
		Equal:    "EQUAL: nothing is lost, nothing is counted twice.", Unequal: "NOT EQUAL. This is a defect: please report it with the seed.",
		KillNote: "A kill ends the process, not the power: for that see the tests of metering/journal.",
		PassedF:  "%s entries came to the biller twice, and were passed over.",
		TookF:    "%.2f s without kills, %.2f s with them.",

		outcomes: map[outcome][2]string{
			accepted:     {"accepted", "durable and counted"},
			duplicate:    {"duplicate", "known, the same: counted once"},
			conflict:     {"conflict", "known, but differs: the first stands"},
			late:         {"late", "window sealed, meter refuses late usage"},
			tooLate:      {"too old", "before the days whose ids are kept"},
			tooEarly:     {"too early", "after the windows that may be open"},
			unknownMeter: {"unknown meter", "not in the catalogue"},
			dimension:    {"wrong dimension", "such as bytes on a meter of tokens"},
			negative:     {"negative", "corrections are adjustments"},
			unknownType:  {"unknown type", "no rule for this type of event"},
			notJSON:      {"not JSON", "cut off, or something else"},
			attribute:    {"bad attribute", "missing, or not as CloudEvents has it"},
			tooLong:      {"too long", "line of more than 262,144 bytes"},
			other:        {"other", "see the example"},
		},
		runs: map[string]string{"clean": "Not killed", "killed": "Killed", "edge": "Edge", "biller": "Biller"},
	}
}

func chinese() *words {
	return &words{
		Title: "接收：CloudEvents 写入日志，每个事件只计一次", SampleF: "样本 %s 行，种子 %d", Stdin: "标准输入",
		SyncF: "sync：落盘后才确认，每批 %s 行", IntervalF: "interval：确认后至多 %v 落盘",
		GoesOnF:      "日志已存在，含 %s 个事件：在其后继续。",
		InterruptedF: "已中断。第 %s 行及之前均已确认并保留。以相同的 -out 再次运行同一命令即可继续：已有的计为重复。",

		Became: "各行的结果", Outcome: "结果", Lines: "行数", Share: "占比", Means: "含义", Sum: "合计",
		Examples: "每类被拒的首行", ExampleF: "%s，第 %s 行：%s",

		ByMeter: "已计用量（按计量项）", ByTenant: "按租户", Meter: "计量项", Tenant: "租户", Quantity: "用量", OfWhichLate: "其中迟到", Unit: "单位",
		MoreTenantsF: "另有 %s 个租户，见 -json。",

		RateF: "%s 行，用时 %.2f 秒：每秒 %s 行（%s）。", JournalF: "日志含 %s 个事件，%s 个文件，%s。",
		Wrote: "已写入：", Look: "查看日志：", Again: "把全部再发送一次，结果不变：", ProgressF: "第 %d 行",

		CrashTitle: "接收并被终止：在随机时刻 kill -9，恢复直至输入结束",
		CrashF:     "发送方记住已确认的行，其余向下一个进程重发。",
		RelayTitle: "中继：边缘进程记录，计费进程导入其日志，两者都被终止",
		RelayF:     "计费进程从自己的日志得知进度，双方均不另作记录。",
		Compared:   "对比", Kills: "被终止次数", Events: "日志中的事件", Lost: "丢失的事件", Doubled: "重复的事件", Windows: "按键与窗口的合计数",
		EventsDigest: "事件的 SHA-256", UsageDigest: "合计的 SHA-256",
		Told:     "发送方得知的结果",
		ToldNote: "终止时正在处理且已落盘的行会被重发：发送方得知其为重复。",
		Equal:    "相等：没有丢失，也没有重复计数。", Unequal: "不相等。这是缺陷：请连同种子一并报告。",
		KillNote: "kill 结束的是进程而非电源：断电见 metering/journal 的测试。",
		PassedF:  "有 %s 条记录两次到达计费进程，已跳过。",
		TookF:    "不终止用时 %.2f 秒，终止时用时 %.2f 秒。",

		outcomes: map[outcome][2]string{
			accepted:     {"已接受", "已落盘并计数"},
			duplicate:    {"重复", "已知且相同：只计一次"},
			conflict:     {"冲突", "已知但内容不同：以先到者为准"},
			late:         {"迟到", "窗口已封存，该计量项拒绝迟到用量"},
			tooLate:      {"过旧", "早于保留标识的日期"},
			tooEarly:     {"过早", "晚于可打开的窗口"},
			unknownMeter: {"未知计量项", "目录中没有"},
			dimension:    {"量纲不符", "例如在 token 计量项上记字节"},
			negative:     {"负数", "更正应使用调整事件"},
			unknownType:  {"未知类型", "没有该类事件的规则"},
			notJSON:      {"不是 JSON", "被截断，或是其他内容"},
			attribute:    {"属性有误", "缺失，或不符合 CloudEvents"},
			tooLong:      {"过长", "一行超过 262,144 字节"},
			other:        {"其他", "见示例"},
		},
		runs: map[string]string{"clean": "未终止", "killed": "被终止", "edge": "边缘", "biller": "计费"},
	}
}
