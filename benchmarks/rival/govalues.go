package rival

import (
	"math/big"

	"github.com/govalues/decimal"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// govalues/decimal, on 64 bits. It keeps 19 digits: a product that has more is
// rounded once to these and again to two places, which can be a cent off. Its
// totals are not held to be equal, only close.

var govaluesSink decimal.Decimal

func govaluesLines(lines []workload.Line) (*contest.Run, error) {
	type operands struct{ quantity, price decimal.Decimal }
	of := make([]operands, len(lines))
	for i, l := range lines {
		quantity, err := decimal.New(l.Thousandths, 3)
		if err != nil {
			return nil, err
		}
		price, err := decimal.New(l.Digits, l.Places)
		if err != nil {
			return nil, err
		}
		of[i] = operands{quantity, price}
	}
	loop := func(n int) error {
		for i := range n {
			o := &of[i&(len(of)-1)]
			product, err := o.quantity.Mul(o.price)
			if err != nil {
				return err
			}
			govaluesSink = product.Round(2)
		}
		return nil
	}
	total := func() (*big.Int, error) {
		var sum decimal.Decimal
		for _, o := range of {
			product, err := o.quantity.Mul(o.price)
			if err != nil {
				return nil, err
			}
			if sum, err = sum.Add(product.Round(2)); err != nil {
				return nil, err
			}
		}
		return hundredths(sum.String())
	}
	return &contest.Run{Loops: []contest.Loop{loop}, Total: total}, nil
}
