package fixed_test

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/internal/fixed"
)

// Each group works on the same operands in three ways: this package, math/big
// and shopspring/decimal, which is what a program would otherwise use. The
// operands are prices and quantities at scale 18, as money uses them.

const mask = 255 // operands per benchmark, less one

// bill holds a price below 100 and a quantity below 10⁶, both at scale 18: the
// product needs more than 128 bits, the result at scale 18 does not.
type bill struct {
	price, quantity fixed.Int128
	bigPrice        *big.Int
	bigQuantity     *big.Int
	decPrice        decimal.Decimal
	decQuantity     decimal.Decimal
}

func bills() []bill {
	r := rand.New(rand.NewPCG(1, 2))
	unit, _ := fixed.Pow10(18)
	bills := make([]bill, mask+1)
	for i := range bills {
		b := &bills[i]
		b.price = fixed.FromInt64(r.Int64N(1e18))
		b.price, _ = b.price.MulInt64(1 + r.Int64N(100))
		b.quantity, _ = unit.MulInt64(r.Int64N(1e6))
		b.quantity, _ = b.quantity.Add(fixed.FromInt64(r.Int64N(1e18)))
		b.bigPrice, b.bigQuantity = b.price.Big(), b.quantity.Big()
		b.decPrice = decimal.NewFromBigInt(b.bigPrice, -18)
		b.decQuantity = decimal.NewFromBigInt(b.bigQuantity, -18)
	}
	return bills
}

func BenchmarkAdd(b *testing.B) {
	bills := bills()
	b.Run("fixed", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			x := &bills[i&mask]
			sink.v, sink.ok = x.price.Add(x.quantity)
		}
	})
	b.Run("fixed256", func(b *testing.B) {
		b.ReportAllocs()
		sum := fixed.Int256{}
		for i := 0; b.Loop(); i++ {
			sum, _ = sum.Add(fixed.Wide(bills[i&mask].price))
		}
		sink.w = sum
	})
	b.Run("big", func(b *testing.B) {
		b.ReportAllocs()
		sum := new(big.Int)
		for i := 0; b.Loop(); i++ {
			x := &bills[i&mask]
			sum.Add(x.bigPrice, x.bigQuantity)
		}
	})
	b.Run("shopspring", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			x := &bills[i&mask]
			decimalSink = x.decPrice.Add(x.decQuantity)
		}
	})
}

// BenchmarkMulRound multiplies an integer quantity by a price and rounds the
// product to two places: one line of a bill.
func BenchmarkMulRound(b *testing.B) {
	bills := bills()
	cent, _ := fixed.Pow10(16)
	units, decUnits := make([]fixed.Int128, len(bills)), make([]decimal.Decimal, len(bills))
	prices := make([]fixed.Int128, len(bills))
	for i := range bills {
		units[i] = fixed.FromInt64(int64(1000 + 7*i))
		prices[i], _, _ = bills[i].price.Div(fixed.FromInt64(100), fixed.HalfEven)
		decUnits[i] = decimal.NewFromInt(int64(1000 + 7*i))
	}
	b.Run("fixed", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			sink.v, sink.exact, sink.ok = fixed.MulDiv(prices[i&mask], units[i&mask], cent, fixed.HalfEven)
		}
	})
	b.Run("big", func(b *testing.B) {
		b.ReportAllocs()
		p, q, r, c := new(big.Int), new(big.Int), new(big.Int), cent.Big()
		bigUnits, bigPrices := make([]*big.Int, len(bills)), make([]*big.Int, len(bills))
		for i := range bills {
			bigUnits[i], bigPrices[i] = units[i].Big(), prices[i].Big()
		}
		for i := 0; b.Loop(); i++ {
			bigRound(p, q, r, bigPrices[i&mask], bigUnits[i&mask], c)
		}
	})
	b.Run("shopspring", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			decimalSink = bills[i&mask].decPrice.Mul(decUnits[i&mask]).RoundBank(2)
		}
	})
}

// BenchmarkMulDiv multiplies two numbers of scale 18 and rounds back to it.
func BenchmarkMulDiv(b *testing.B) {
	bills := bills()
	unit, _ := fixed.Pow10(18)
	b.Run("fixed", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			x := &bills[i&mask]
			sink.v, sink.exact, sink.ok = fixed.MulDiv(x.price, x.quantity, unit, fixed.HalfEven)
		}
	})
	b.Run("fixed/wide", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			x := &bills[i&mask]
			sink.v, sink.exact, sink.ok = x.price.MulWide(x.quantity).Div(unit, fixed.HalfEven)
		}
	})
	b.Run("fixed/divisor of 128 bits", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			x := &bills[i&mask]
			sink.v, sink.exact, sink.ok = fixed.MulDiv(x.price, x.quantity, x.quantity, fixed.HalfEven)
		}
	})
	b.Run("big", func(b *testing.B) {
		b.ReportAllocs()
		p, q, r, u := new(big.Int), new(big.Int), new(big.Int), unit.Big()
		for i := 0; b.Loop(); i++ {
			x := &bills[i&mask]
			bigRound(p, q, r, x.bigPrice, x.bigQuantity, u)
		}
	})
	b.Run("shopspring", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			x := &bills[i&mask]
			decimalSink = x.decPrice.Mul(x.decQuantity).RoundBank(18)
		}
	})
}

func BenchmarkDiv(b *testing.B) {
	bills := bills()
	b.Run("fixed", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			x := &bills[i&mask]
			sink.v, sink.exact, sink.ok = x.quantity.Div(x.price, fixed.HalfEven)
		}
	})
	b.Run("big", func(b *testing.B) {
		b.ReportAllocs()
		q, r := new(big.Int), new(big.Int)
		for i := 0; b.Loop(); i++ {
			x := &bills[i&mask]
			q.QuoRem(x.bigQuantity, x.bigPrice, r)
		}
	})
	b.Run("shopspring", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			x := &bills[i&mask]
			decimalSink = x.decQuantity.DivRound(x.decPrice, 0)
		}
	})
}

func BenchmarkMul(b *testing.B) {
	bills := bills()
	b.Run("fixed", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			sink.v, sink.ok = bills[i&mask].price.Mul(fixed.FromInt64(int64(i & mask)))
		}
	})
	b.Run("fixed/int64", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			sink.v, sink.ok = bills[i&mask].price.MulInt64(int64(i & mask))
		}
	})
	b.Run("big", func(b *testing.B) {
		b.ReportAllocs()
		p, n := new(big.Int), new(big.Int)
		for i := 0; b.Loop(); i++ {
			p.Mul(bills[i&mask].bigPrice, n.SetInt64(int64(i&mask)))
		}
	})
}

func BenchmarkSplit(b *testing.B) {
	bills := bills()
	for _, size := range []struct {
		name string
		n    int
	}{{"8", 8}, {"256", mask + 1}} {
		b.Run(size.name, func(b *testing.B) { benchmarkSplit(b, bills[:size.n]) })
	}
}

func benchmarkSplit(b *testing.B, bills []bill) {
	total := fixed.Max()
	b.Run("fixed", func(b *testing.B) {
		b.ReportAllocs()
		dst := make([]fixed.Int128, 0, len(bills))
		weights := make([]fixed.Int128, len(bills))
		for i := range weights {
			weights[i] = bills[i].price
		}
		for b.Loop() {
			sink.parts, sink.err = fixed.Split(dst, total, weights)
		}
	})
	b.Run("big", func(b *testing.B) {
		// Only the parts rounded down: what is left over is not placed.
		b.ReportAllocs()
		sum, p, r, t := new(big.Int), new(big.Int), new(big.Int), total.Big()
		parts := make([]big.Int, len(bills))
		for b.Loop() {
			sum.SetInt64(0)
			for i := range bills {
				sum.Add(sum, bills[i].bigPrice)
			}
			for i := range bills {
				parts[i].QuoRem(p.Mul(t, bills[i].bigPrice), sum, r)
			}
		}
	})
}

func BenchmarkText(b *testing.B) {
	bills := bills()
	b.Run("AppendDecimal/fixed", func(b *testing.B) {
		b.ReportAllocs()
		buf := make([]byte, 0, 64)
		for i := 0; b.Loop(); i++ {
			sink.buf = fixed.AppendDecimal(buf, bills[i&mask].quantity, 18, 2)
		}
	})
	b.Run("AppendDecimal/shopspring", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			stringSink = bills[i&mask].decQuantity.String()
		}
	})
	texts := make([]string, len(bills))
	for i := range texts {
		texts[i] = bills[i].decQuantity.String()
	}
	b.Run("ParseDecimal/fixed", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			sink.v, sink.err = fixed.ParseDecimal(texts[i&mask], 18)
		}
	})
	b.Run("ParseDecimal/shopspring", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			decimalSink, sink.err = decimal.NewFromString(texts[i&mask])
		}
	})
}

var (
	decimalSink decimal.Decimal
	stringSink  string
)

// bigRound sets q to a·b/c rounded half to even, for a quotient above 0, with
// every temporary reused: the best that math/big can do.
func bigRound(p, q, r, a, b, c *big.Int) {
	q.QuoRem(p.Mul(a, b), c, r)
	switch r.Lsh(r, 1).Cmp(c) {
	case 1:
		q.Add(q, one)
	case 0:
		if q.Bit(0) == 1 {
			q.Add(q, one)
		}
	}
}
