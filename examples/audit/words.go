package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/meterbook/meterbook/accounting/seal"
	"github.com/meterbook/meterbook/examples/internal/digits"
	"github.com/meterbook/meterbook/examples/internal/lines"
)

// words is what is printed in one language. Fields that end in F are formats.
type words struct {
	Real, Forged, KeyF, Unpinned, ProvedF, FailedF, Because, ForgedCaughtF, ForgedMissed, Limits string
	SealF, SealsF, Other, OtherSeal, OtherLine, NotSealed, NoSyntax                              string
	what                                                                                         map[what]string
	forged                                                                                       map[string]string
}

var english = words{
	Real: "Proofs", Forged: "Forged copies: each has to fail",
	KeyF: "Checked with the key %s.", Unpinned: "This key came with the proofs. Compare it with the one that your provider publishes: who forges a proof can put a key of their own beside it.",
	ProvedF: "%d of %d files prove what they say.", ForgedCaughtF: "%d of %d forged copies were found out.",
	Because: " – no: ",
	SealF:   "%s, %s to %s, no. %d, %s records", SealsF: "%s; on top of no. %d",
	Other: "this is not the record that was sealed", OtherSeal: "it is proved by another seal than the line is", OtherLine: "it was not billed on this line",
	Limits: "A seal shows that records have not changed since it was signed. It does not show that all that happened was recorded, nor that others were shown the same seal: keep the seals that you are given, and compare them.",
	what: map[what]string{
		isReadable: "can be read", isSigned: "the seal was signed with this key", isLine: "the line is in the sealed month", isEvent: "the event is in the sealed month",
		isOnLine: "the event was billed on the line", isSums: "the sums are those that were sealed; their number is", isUsed: "usage of the month", isBilled: "the lines of the month come to",
		isChain: "the later month was sealed on top of the earlier one", isWhole: "every record of the month is as it was sealed",
	},
	forged: map[string]string{
		"lease-shorter": "a lease that ends an hour earlier", "line-dearer": "a line of 100 CNY more", "leaf-edited": "a leaf of the tree with one bit changed",
		"sum-smaller": "a sum of usage of half the size", "month-rewritten": "a seal with another number", "other-history": "another seal in the place of the earlier one",
	},
}

var chinese = words{
	Real: "证明", Forged: "伪造的副本：每一份都必须核验失败",
	KeyF: "核验所用公钥：%s。", Unpinned: "该公钥取自证明文件本身。请与服务商公布的公钥比对：伪造证明的人可以附上自己的公钥。",
	ProvedF: "%[2]d 份文件中有 %[1]d 份证明属实。", ForgedCaughtF: "%[2]d 份伪造副本中识破 %[1]d 份。",
	Because: "——否，原因：",
	SealF:   "%s，%s 至 %s，第 %d 份，%s 条记录", SealsF: "%s；接第 %d 份",
	Other: "这不是封存的那条记录", OtherSeal: "与账单行不在同一份封存中", OtherLine: "没有计入该账单行", NotSealed: "与封存的内容不符", NoSyntax: "格式不符",
	Limits: "封存证明记录自签署以来未被改动。它不能证明所有发生的事都已记录，也不能证明他人看到的是同一份封存：请保存收到的封存并相互比对。",
	what: map[what]string{
		isReadable: "可以读取", isSigned: "封存由该公钥签署", isLine: "账单行在封存的月份之内", isEvent: "事件在封存的月份之内",
		isOnLine: "事件计入该账单行", isSums: "各项合计与封存时一致，项数", isUsed: "该月用量", isBilled: "该月各账单行合计",
		isChain: "后一月份接在前一月份之上封存", isWhole: "该月每条记录均与封存时一致",
	},
	forged: map[string]string{
		"lease-shorter": "租用提前一小时结束", "line-dearer": "账单行多 100 元", "leaf-edited": "树叶改动一个比特",
		"sum-smaller": "用量合计减半", "month-rewritten": "封存改换序号", "other-history": "以另一份封存顶替前一份",
	},
}

func (w *words) zh() bool { return w == &chinese }

func wordsIn(lang string) *words {
	if lang == "zh" {
		return &chinese
	}
	return &english
}

// terminalWidth is how wide sentences are at most.
const terminalWidth = 100

// wrapped is text under a mark. No line ends between a number and its unit, a currency
// and its amount, or a date and its time.
func wrapped(mark, s string) string {
	indent := strings.Repeat(" ", len([]rune(mark)))
	held := afterNumber.ReplaceAllString(clean(s), "$1\u00a0$2")
	held = afterCurrency.ReplaceAllString(held, "$1\u00a0$2")
	text := mark + strings.Join(lines.Wrap(held, terminalWidth-len(indent)), "\n"+indent) + "\n"
	return strings.ReplaceAll(text, "\u00a0", " ")
}

var (
	afterNumber   = regexp.MustCompile(`(\d) (\S)`)
	afterCurrency = regexp.MustCompile(`\b([A-Z]{3}) ([-−]?\d)`)
)

// clean keeps what a file says from steering the terminal.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) && r != ' ' {
			return '�'
		}
		return r
	}, s)
}

// printed is the reports for people.
func printed(reports []report, w *words) string {
	var b strings.Builder
	proved, real, caught, forged := 0, 0, 0, 0
	var keys []string
	pinned := true
	for _, r := range reports {
		if r.Forged != "" {
			if forged == 0 {
				b.WriteString("\n" + w.Forged + "\n")
			}
			forged++
			if !r.OK {
				caught++
			}
			b.WriteString("\n" + wrapped("", fmt.Sprintf("%s — %s", r.File, w.forged[r.Forged])))
		} else {
			if real == 0 {
				b.WriteString(w.Real + "\n")
			}
			real++
			if r.OK {
				proved++
			}
			b.WriteString("\n" + wrapped("", r.File))
			if r.Key != "" { // of a file that cannot be read there is none
				pinned = pinned && r.Pinned
				if !slices.Contains(keys, r.Key) {
					keys = append(keys, r.Key)
				}
			}
		}
		for _, c := range r.Checks {
			b.WriteString(w.check(c))
		}
	}
	b.WriteString("\n")
	for _, key := range keys {
		b.WriteString(wrapped("", fmt.Sprintf(w.KeyF, key)))
	}
	if !pinned {
		b.WriteString(wrapped("", w.Unpinned))
	}
	b.WriteString(wrapped("", fmt.Sprintf(w.ProvedF, proved, real)))
	if forged > 0 {
		b.WriteString(wrapped("", fmt.Sprintf(w.ForgedCaughtF, caught, forged)))
	}
	b.WriteString(wrapped("", w.Limits))
	return b.String()
}

// seals says which seals: one, or a later one and the earlier one below it.
func (w *words) seals(seals []seal.Seal) string {
	s := seals[len(seals)-1]
	text := fmt.Sprintf(w.SealF, s.Tenant, s.Period.Start().UTC().Format(clock), s.Period.End().UTC().Format(clock+" MST"), s.Number,
		digits.Group(strconv.FormatInt(s.Records, 10)))
	if len(seals) == 1 {
		return text
	}
	return fmt.Sprintf(w.SealsF, text, seals[0].Number)
}

func (w *words) check(c check) string {
	s := w.what[c.What]
	if about := c.About; about != "" {
		if len(c.seals) > 0 {
			about = w.seals(c.seals)
		}
		s += w.colon() + about
	}
	if c.OK {
		return wrapped("  ✓ ", s)
	}
	return wrapped("  ✗ ", s+w.Because+w.why(c))
}

// why says why a check failed. Details that only English has are in the JSON.
func (w *words) why(c check) string {
	switch {
	case errors.Is(c.err, errOther):
		return w.Other
	case errors.Is(c.err, errSeal):
		return w.OtherSeal
	case errors.Is(c.err, errLine):
		return w.OtherLine
	case w.NotSealed != "" && errors.Is(c.err, seal.ErrForged):
		return w.NotSealed
	case w.NoSyntax != "" && errors.Is(c.err, seal.ErrSyntax):
		return w.NoSyntax
	}
	return c.Why
}

func (w *words) colon() string {
	if w.zh() {
		return "："
	}
	return ": "
}
