package benchmarks

import (
	"math/rand/v2"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/internal/fixed"
)

// A line is one quantity and one price, in the form each rival keeps them. The
// quantity has 3 places, the price 18 as money keeps it, the amount 2.
type line struct {
	quantity, price               fixed.Int128
	decimalQuantity, decimalPrice decimal.Decimal
}

// amountStep is what quantity × price is divided by to count in cents:
// 10^(3+18-2).
var amountStep, _ = fixed.Pow10(3 + 18 - 2)

// newLines returns lines from a fixed seed: quantities below a million, prices
// below 100 with 2, 6 or 14 places, as price sheets have them, and one line in
// eight a refund.
func newLines(n int) []line {
	random := rand.New(rand.NewPCG(20260101, 7))
	lines := make([]line, n)
	for i := range lines {
		thousandths := random.Int64N(1_000_000_000)
		if random.IntN(8) == 0 {
			thousandths = -thousandths
		}
		places := []int{2, 6, 14}[random.IntN(3)]
		unit, _ := fixed.Pow10(18 - places)
		digits := random.Int64N(100_00)
		for range (places - 2) / 4 { // at most 16 digits, which fit in an int64
			digits = digits*10_000 + random.Int64N(10_000)
		}
		price, ok := unit.MulInt64(digits)
		if !ok {
			panic("benchmarks: a price below 100 does not fit")
		}
		lines[i] = line{
			quantity: fixed.FromInt64(thousandths), price: price,
			decimalQuantity: decimal.New(thousandths, -3), decimalPrice: decimal.New(digits, int32(-places)),
		}
	}
	return lines
}

func (l *line) fixedAmount() (cents fixed.Int128, ok bool) {
	cents, _, ok = fixed.MulDiv(l.quantity, l.price, amountStep, fixed.HalfEven)
	return cents, ok
}

func (l *line) decimalAmount() decimal.Decimal {
	return l.decimalQuantity.Mul(l.decimalPrice).RoundBank(2)
}

// TestDecimal_SameAmounts: the rivals do the same work.
func TestDecimal_SameAmounts(t *testing.T) {
	for _, l := range newLines(10_000) {
		cents, ok := l.fixedAmount()
		got := decimal.NewFromBigInt(cents.Big(), -2)
		if want := l.decimalAmount(); !ok || !got.Equal(want) {
			t.Fatalf("%s × %s: fixed says %s, decimal %s", l.decimalQuantity, l.decimalPrice, got, want)
		}
	}
}

// Results go here, so that the compiler keeps the work.
var (
	sinkCents   fixed.Int128
	sinkDecimal decimal.Decimal
)

func BenchmarkDecimal(b *testing.B) {
	lines := newLines(1 << 10)
	at := func(i int) *line { return &lines[i&(len(lines)-1)] }

	b.Run("impl=fixed", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			sinkCents, _ = at(i).fixedAmount()
		}
	})
	b.Run("impl=shopspring", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			sinkDecimal = at(i).decimalAmount()
		}
	})
}
