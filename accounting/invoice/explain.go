package invoice

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
)

// explainChinese is [Line.Explain] in Chinese.
func explainChinese(l *Line) string {
	if len(l.Charges) == 0 {
		return "无收费项"
	}
	c := l.Billed.Currency()
	exact := new(big.Rat)
	var b strings.Builder
	for i, s := range l.Steps() {
		exact.Add(exact, s.Amount)
		if i > 0 {
			b.WriteString(" + ")
		}
		b.WriteString(stepChinese(s, l, c))
	}
	rounding := l.Charges[0].Explanation.Rounding
	fmt.Fprintf(&b, " = %s → %s（%s，%s", accounting.AmountText(exact, c), accounting.AmountText(ratOf(l.Billed), c),
		modeChinese(rounding.Mode), levelChinese(rounding.Level))
	if n := len(l.Charges); n > 1 {
		fmt.Fprintf(&b, "；%d 笔收费", n)
	}
	b.WriteString("）")
	return b.String()
}

func stepChinese(s accounting.Step, l *Line, c money.Currency) string {
	text := s.Text(l.Unit, c)
	if s.Kind == "" && !s.Flat {
		return text
	}
	kind := s.Kind
	if kind == "" {
		kind = "flat"
	}
	return strings.TrimSuffix(text, " "+kind) + "（" + kindChinese(kind) + "）"
}

// kindChinese is the word for what makes an amount that is not units at a price.
func kindChinese(kind string) string {
	if id, is := strings.CutPrefix(kind, "credit "); is {
		return "抵扣 " + id
	}
	if name, is := strings.CutPrefix(kind, "rounding of the month, "); is {
		if mode, err := money.ParseRoundingMode(name); err == nil {
			return "账期总额取整，" + modeChinese(mode)
		}
	}
	word, known := map[string]string{"per unit": "单价", "graduated": "阶梯累进", "volume": "全量到档", "package": "按包", "stairstep": "规格档",
		"percentage": "按比例", "dynamic": "随行价", "spot": "实时价", "flat": "固定费"}[kind]
	if !known {
		return kind
	}
	return word
}

func modeChinese(m money.RoundingMode) string {
	return map[money.RoundingMode]string{money.HalfEven: "四舍六入五成双", money.HalfUp: "四舍五入", money.HalfDown: "五舍六入", money.Down: "截断",
		money.Up: "进位", money.Floor: "向下取整", money.Ceiling: "向上取整"}[m]
}

func levelChinese(l accounting.Level) string {
	if l == accounting.BillLevel {
		return "按账单"
	}
	return "按行"
}
