package invoice

import (
	"fmt"
	"strings"

	"github.com/meterbook/meterbook/accounting/money"
)

// Capitals returns an amount of yuan in the capital letters that Chinese bills
// and receipts write beside the figures: "人民币壹仟肆佰零玖元伍角" is 1,409.50.
//
// It follows the People's Bank of China's Measures for Payment and Settlement
// (1997), annex 1, on filling in bills: 人民币 comes first; 整 comes behind 元 and
// is left out behind 角 and 分; one 零 stands for any zeros between digits, and
// for a 角 of zero before a 分. Where the annex leaves a choice, 零 is written
// behind a 元 of zero before a 角, and left out behind a 万 or 亿 of zero before
// thousands. The annex has no amounts below zero; they are written with 负 behind
// 人民币.
//
// It fails with [ErrCapitals] for another currency, or for parts of a fen.
func Capitals(m money.Money) (string, error) {
	if m.Currency() != money.CNY {
		return "", fmt.Errorf("%w: %s: want CNY", ErrCapitals, m)
	}
	text := m.Decimal().StringFixed(2)
	if whole, err := m.Round(money.Rounding{Mode: money.Down, Places: 2}); err != nil || whole != m {
		return "", fmt.Errorf("%w: %s: want whole fen", ErrCapitals, m)
	}
	text, negative := strings.CutPrefix(text, "-")
	yuan, fen, _ := strings.Cut(text, ".")
	var b strings.Builder
	b.WriteString("人民币")
	if negative {
		b.WriteString("负")
	}
	if yuan != "0" || fen == "00" {
		b.WriteString(capitalYuan(yuan))
		b.WriteString("元")
	}
	b.WriteString(capitalFen(yuan, fen))
	return b.String(), nil
}

// capitalDigits are the digits.
var capitalDigits = [10]string{"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"}

// capitalFen writes jiao and fen behind a number of yuan.
func capitalFen(yuan, fen string) string {
	jiao, cent := fen[0]-'0', fen[1]-'0'
	if jiao == 0 && cent == 0 {
		return "整"
	}
	var b strings.Builder
	if yuan != "0" && (jiao == 0 || yuan[len(yuan)-1] == '0') {
		b.WriteString("零")
	}
	if jiao > 0 {
		b.WriteString(capitalDigits[jiao] + "角")
	}
	if cent > 0 {
		b.WriteString(capitalDigits[cent] + "分")
	}
	return b.String()
}

// capitalYuan writes a whole number of plain digits. Above 亿 it counts 亿, and
// so on, so that any number has a form: 10¹⁶ is 壹亿亿.
func capitalYuan(digits string) string {
	const perYi, perWan = 8, 4
	if digits == "0" {
		return capitalDigits[0]
	}
	for _, unit := range [...]struct {
		zeros int
		name  string
	}{{perYi, "亿"}, {perWan, "万"}} {
		n := len(digits) - unit.zeros
		if n <= 0 {
			continue
		}
		high, low := digits[:n], digits[n:]
		rest := strings.TrimLeft(low, "0")
		text := capitalYuan(high) + unit.name
		if rest == "" {
			return text
		}
		if low[0] == '0' { // where only the higher part ends with zeros, 零 is left out
			text += capitalDigits[0]
		}
		return text + capitalYuan(rest)
	}
	return capitalThousands(digits)
}

// capitalThousands writes 1 to 9999.
func capitalThousands(digits string) string {
	names := [...]string{"", "拾", "佰", "仟"}
	var b strings.Builder
	zeros := false
	for i := range len(digits) {
		d := digits[i] - '0'
		if d == 0 {
			zeros = true
			continue
		}
		if zeros {
			b.WriteString(capitalDigits[0])
		}
		zeros = false
		b.WriteString(capitalDigits[d] + names[len(digits)-1-i])
	}
	return b.String()
}
