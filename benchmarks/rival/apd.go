package rival

import (
	"math/big"

	"github.com/cockroachdb/apd/v3"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// cockroachdb/apd, on a big.Int that keeps small numbers in place. Results are
// written to decimals that a goroutine uses again.

// apdContext has room for any product here, of 25 digits, before it is rounded.
var apdContext = apd.Context{
	Precision: 40, MaxExponent: apd.MaxExponent, MinExponent: apd.MinExponent,
	Traps: apd.DefaultTraps, Rounding: apd.RoundHalfEven,
}

func apdLines(lines []workload.Line) (*contest.Run, error) {
	type operands struct{ quantity, price apd.Decimal }
	of := make([]operands, len(lines))
	for i, l := range lines {
		of[i].quantity.SetFinite(l.Thousandths, -3)
		of[i].price.SetFinite(l.Digits, -int32(l.Places))
	}
	amount := func(into, product *apd.Decimal, o *operands) error {
		if _, err := apdContext.Mul(product, &o.quantity, &o.price); err != nil {
			return err
		}
		_, err := apdContext.Quantize(into, product, -2)
		return err
	}
	var product, rounded apd.Decimal
	loop := func(n int) error {
		for i := range n {
			o := &of[i&(len(of)-1)]
			if _, err := apdContext.Mul(&product, &o.quantity, &o.price); err != nil {
				return err
			}
			if _, err := apdContext.Quantize(&rounded, &product, -2); err != nil {
				return err
			}
		}
		return nil
	}
	total := func() (*big.Int, error) {
		var sum apd.Decimal
		for i := range of {
			if err := amount(&rounded, &product, &of[i]); err != nil {
				return nil, err
			}
			if _, err := apdContext.Add(&sum, &sum, &rounded); err != nil {
				return nil, err
			}
		}
		return hundredths(sum.Text('f'))
	}
	return &contest.Run{Loops: []contest.Loop{loop}, Total: total}, nil
}
