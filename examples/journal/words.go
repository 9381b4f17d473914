package main

import "strings"

// words is everything that is said in one language. Fields that end in F are
// formats.
type words struct {
	JournalF, UnknownID, File, Records, Events, Bytes, State, Sum, EventsF, OlderF, RecordsNote string

	Unreadable, Offset, Why, Wrong, LostEvents, From, To, HowMany, After, Before, LostNote string

	Damaged, SalvageWithF, TornF, NotClosed, Whole, MissingF, EndUnreadable string

	WroteF, RefusedF, UnchangedF, Next, StepLost string
	StepsJournal, StepsFile                      []string

	DemoMadeF, DemoFlipF, DemoVerify, DemoDump, DemoSalvage, DemoAgainF, DemoEqual, DemoWrote string

	states, reasons map[string]string
}

// reason returns why something cannot be read.
func (w *words) reason(text string) string {
	for known, said := range w.reasons {
		if rest, ok := strings.CutPrefix(text, known); ok {
			return said + clean(rest)
		}
	}
	return clean(text)
}

func wordsIn(lang string) *words {
	if lang == "zh" {
		return chinese()
	}
	return english()
}

func english() *words {
	return &words{
		JournalF: "Journal %s in %s", UnknownID: "of unknown id",
		File: "File", Records: "Records", Events: "Events", Bytes: "Bytes", State: "State", Sum: "Total",
		EventsF:     "%s events can be read, from %s to %s.",
		RecordsNote: "Records of a damaged file are counted up to the first damage; events behind it are counted, too.",
		OlderF:      "Events before %s are not there: they were dropped, or their files are gone.",

		Unreadable: "What cannot be read", Offset: "Offset", Why: "Why", Wrong: "What is wrong",
		LostEvents: "Events that are missing", From: "From", To: "To", HowMany: "Count", After: "After", Before: "Before",
		LostNote: "After and before are the times (UTC) of the events next to the gap, in the order in which they were recorded. Events behind the last one that can be read are not known.",

		Damaged:      "DAMAGED. The journal does not open as it is: it is never shortened by itself. Do not delete anything. If the disk is failing, copy it first.",
		SalvageWithF: "Write what can be read to a new place: go run ./examples/journal salvage -out NEW %s",
		TornF:        "Whole, with a torn end: %s from byte %s on, %s bytes. A crash cut a write in two there, and nothing acknowledged is in it. Opening the journal sets it aside in a .quarantine file. If something other than a crash has shortened the file, whole records may be gone that nothing tells of: compare the last event with what your senders and billers know.",
		NotClosed:    "Whole. The journal was not closed: it is in use, or its process was killed. Opening it goes on from here.",
		Whole:        "Whole. The journal was closed, and every byte is as it was written.",
		MissingF:     "  ----  events %s to %s cannot be read\n", EndUnreadable: "  ----  a part of the journal cannot be read: see verify",

		WroteF: "%s events are in %s.", RefusedF: "%s events can be read but were not taken, the first of them event %s: %s. Salvage to an .ndjson file has them.",
		UnchangedF: "Nothing was changed in %s.", Next: "What to do next",
		StepLost: "Ask whoever sent the missing events to send them again, generously: all of the hours around the gap. What is there already counts as a duplicate.",
		StepsJournal: []string{
			"Let your program open the new directory instead of the old one.",
			"Seal again up to where you have closed your books: that windows were sealed is not in what was salvaged.",
			"Whoever tails or imports the journal begins again at the first event: the new journal has an id of its own. What they have already counts as a duplicate for the days whose ids they keep (35 unless set otherwise); older events are refused as too late, not counted twice.",
			"Keep the old directory until the books of its days are closed.",
		},
		StepsFile: []string{
			"Record the file, for example: go run ./examples/ingest -in FILE -out DIR. For events of more than 35 days ago give -now, the day after them.",
			"Keep the old directory until the books of its days are closed.",
		},

		DemoMadeF: "A journal of %s events in small files was made in %s.",
		DemoFlipF: "Then one bit was flipped, as a failing disk does: byte %s of %s.",

		DemoVerify: "$ go run ./examples/journal verify %s", DemoDump: "$ go run ./examples/journal dump -from %s -n 4 %s", DemoSalvage: "$ go run ./examples/journal salvage -out %s %s",
		DemoAgainF: "Steps 1 and 2, done here: all %s events were sent again to the new journal. %s were missing and are there now, %s were duplicates.",
		DemoEqual:  "The new journal has the same events as the old one had before the damage.",
		DemoWrote:  "Written:",

		states: map[string]string{whole: "whole", torn: "torn end", damaged: "DAMAGED"},
	}
}

func chinese() *words {
	return &words{
		JournalF: "日志 %s，目录 %s", UnknownID: "（标识未知）",
		File: "文件", Records: "记录", Events: "事件", Bytes: "字节", State: "状态", Sum: "合计",
		EventsF:     "可读出 %s 个事件，从 %s 到 %s。",
		RecordsNote: "已损坏文件的记录数只计到首处损坏，事件数包含其后可读出的。",
		OlderF:      "%s 之前的事件不在其中：已被清除，或其文件已丢失。",

		Unreadable: "无法读出的部分", Offset: "偏移", Why: "原因", Wrong: "问题",
		LostEvents: "缺失的事件", From: "从", To: "到", HowMany: "数量", After: "之后", Before: "之前",
		LostNote: "“之后”与“之前”为缺口两侧事件的时间（UTC），按记录顺序。最后一个可读事件之后的情况未知。",

		Damaged:      "已损坏。日志不会以此状态打开，也绝不会自行截短。请勿删除任何内容；若磁盘正在失效，请先复制。",
		SalvageWithF: "把可读出的内容写到新位置：go run ./examples/journal salvage -out NEW %s",
		TornF:        "完整，末尾有残缺：%s 自第 %s 字节起，共 %s 字节。崩溃使一次写入中断，其中没有已确认的内容。打开日志时会将其另存为 .quarantine 文件。若文件是被崩溃以外的原因截短的，可能有无迹可查的整条记录丢失：请将最后一个事件与发送方和计费方所知相核对。",
		NotClosed:    "完整。日志未关闭：正在使用，或其进程已被终止。打开后即可继续。",
		Whole:        "完整。日志已关闭，每个字节都与写入时相同。",
		MissingF:     "  ----  事件 %s 至 %s 无法读出\n", EndUnreadable: "  ----  日志有一部分无法读出：见 verify",

		WroteF: "%s 个事件已写入 %s。", RefusedF: "%s 个事件可读出但未被接受，首个为事件 %s：%s。可改为救援到 .ndjson 文件。",
		UnchangedF: "%s 中没有任何改动。", Next: "下一步",
		StepLost: "请发送方重新发送缺失的事件，宁多勿少：缺口前后数小时全部重发。已有的计为重复。",
		StepsJournal: []string{
			"让程序打开新目录，不再使用旧目录。",
			"重新封存到已结账的时刻：封存记录不在救援内容之中。",
			"读取或导入该日志的一方从第一个事件重新开始：新日志有自己的标识。在其保留标识的天数内（默认 35 天），已有的计为重复；更早的事件以过旧拒绝，不会重复计数。",
			"在相关日期结账之前保留旧目录。",
		},
		StepsFile: []string{
			"记录该文件，例如：go run ./examples/ingest -in FILE -out DIR。若事件早于 35 天，请用 -now 给出其后一天。",
			"在相关日期结账之前保留旧目录。",
		},

		DemoMadeF: "已生成含 %s 个事件、由多个小文件组成的日志，目录 %s。",
		DemoFlipF: "随后如失效的磁盘一般翻转一个比特：第 %s 字节，文件 %s。",

		DemoVerify: "$ go run ./examples/journal verify %s", DemoDump: "$ go run ./examples/journal dump -from %s -n 4 %s", DemoSalvage: "$ go run ./examples/journal salvage -out %s %s",
		DemoAgainF: "第 1、2 步已完成：全部 %s 个事件重新发送到新日志。其中 %s 个原先缺失，现已补齐；%s 个为重复。",
		DemoEqual:  "新日志与旧日志损坏之前的事件完全相同。",
		DemoWrote:  "已写入：",

		states: map[string]string{whole: "完整", torn: "末尾残缺", damaged: "已损坏"},
		reasons: map[string]string{
			"frame does not check": "帧校验不符", "header does not check": "文件头校验不符", "segment is missing": "文件缺失",
			"segment does not end in its seal": "文件末尾没有封记", "longer than any segment": "超过文件长度上限",
			"the disk cannot be read": "磁盘无法读取",
		},
	}
}
