package money_test

import (
	"testing"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
)

// Each pair does the same work with Money and with decimals of shopspring, the plain choice.

var (
	benchMoney   money.Money
	benchDecimal decimal.Decimal
	benchText    []byte
)

func BenchmarkAdd(b *testing.B) {
	x, y := money.MustParse("CNY 1234.56"), money.MustParse("CNY 0.0125")
	b.Run("money", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			benchMoney, _ = x.Add(y)
		}
	})
	b.Run("decimal", func(b *testing.B) {
		x, y := x.Decimal(), y.Decimal()
		b.ReportAllocs()
		for b.Loop() {
			benchDecimal = x.Add(y)
		}
	})
}

func BenchmarkRound(b *testing.B) {
	x := money.MustParse("CNY 996.975")
	b.Run("money", func(b *testing.B) {
		r := money.Rounding{Places: 2}
		b.ReportAllocs()
		for b.Loop() {
			benchMoney, _ = x.Round(r)
		}
	})
	b.Run("decimal", func(b *testing.B) {
		x := x.Decimal()
		b.ReportAllocs()
		for b.Loop() {
			benchDecimal = x.RoundBank(2)
		}
	})
}

// BenchmarkApply multiplies a price by a quantity and rounds to the fen.
func BenchmarkApply(b *testing.B) {
	price := money.MustParse("CNY 18.90")
	b.Run("money", func(b *testing.B) {
		r, quantity, den := money.Rounding{Places: 2}, fixed.FromInt64(5275), fixed.FromInt64(100)
		b.ReportAllocs()
		for b.Loop() {
			benchMoney, _, _ = r.Apply(price.Scaled().MulWide(quantity), den, money.CNY)
		}
	})
	b.Run("money, wide divisor", func(b *testing.B) {
		r, num := money.Rounding{Places: 2}, price.Scaled().MulWide(fixed.Max())
		b.ReportAllocs()
		for b.Loop() {
			benchMoney, _, _ = r.Apply(num, fixed.Max(), money.CNY)
		}
	})
	b.Run("decimal", func(b *testing.B) {
		price, quantity := price.Decimal(), decimal.RequireFromString("52.75")
		b.ReportAllocs()
		for b.Loop() {
			benchDecimal = price.Mul(quantity).RoundBank(2)
		}
	})
}

func BenchmarkText(b *testing.B) {
	b.Run("money append", func(b *testing.B) {
		x := money.MustParse("CNY 1234.56")
		b.ReportAllocs()
		for b.Loop() {
			benchText, _ = x.AppendText(benchText[:0])
		}
	})
	b.Run("decimal string", func(b *testing.B) {
		x := decimal.RequireFromString("1234.56")
		b.ReportAllocs()
		for b.Loop() {
			benchText = append(benchText[:0], x.String()...)
		}
	})
	b.Run("money parse", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			benchMoney, _ = money.Parse("CNY 1234.56")
		}
	})
	b.Run("decimal parse", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			benchDecimal, _ = decimal.NewFromString("1234.56")
		}
	})
}

func BenchmarkSplit(b *testing.B) {
	x := money.MustParse("CNY 1000.00")
	weights := []int64{3, 1, 4, 1, 5, 9, 2, 6}
	b.Run("money", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			parts, _ := x.Split(2, weights...)
			benchMoney = parts[0]
		}
	})
	// Eight truncated shares; the remainder is left unplaced, so this is less than a split.
	b.Run("decimal shares", func(b *testing.B) {
		x, sum := x.Decimal(), decimal.NewFromInt(31)
		b.ReportAllocs()
		for b.Loop() {
			for _, w := range weights {
				benchDecimal = x.Mul(decimal.NewFromInt(w)).Div(sum).Truncate(2)
			}
		}
	})
}

func BenchmarkCurrency_Valid(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if !money.CNY.Valid() {
			b.Fatal("CNY")
		}
	}
}
