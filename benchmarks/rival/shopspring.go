package rival

import (
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// shopspring/decimal, on big.Int.

// Results of decimals go to variables of the package, so that the compiler
// keeps the work.
var shopspringSink decimal.Decimal

func shopspringLines(lines []workload.Line) (*contest.Run, error) {
	type operands struct{ quantity, price decimal.Decimal }
	of := make([]operands, len(lines))
	for i, l := range lines {
		of[i] = operands{decimal.New(l.Thousandths, -3), decimal.New(l.Digits, -int32(l.Places))}
	}
	loop := func(n int) error {
		for i := range n {
			o := &of[i&(len(of)-1)]
			shopspringSink = o.quantity.Mul(o.price).RoundBank(2)
		}
		return nil
	}
	total := func() (*big.Int, error) {
		var sum decimal.Decimal
		for _, o := range of {
			sum = sum.Add(o.quantity.Mul(o.price).RoundBank(2))
		}
		return sum.Shift(2).BigInt(), nil
	}
	return &contest.Run{Loops: []contest.Loop{loop}, Total: total}, nil
}
