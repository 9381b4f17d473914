package rival

import (
	"fmt"
	"math/big"

	"github.com/quagmt/udecimal"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// udecimal, on 128 bits, with big.Int beyond. It keeps 19 places, and the
// products here need 17.

var udecimalSink udecimal.Decimal

func udecimalLines(lines []workload.Line) (*contest.Run, error) {
	type operands struct{ quantity, price udecimal.Decimal }
	of := make([]operands, len(lines))
	for i, l := range lines {
		quantity, err := udecimal.NewFromInt64(l.Thousandths, 3)
		if err != nil {
			return nil, err
		}
		price, err := udecimal.NewFromInt64(l.Digits, uint8(l.Places))
		if err != nil {
			return nil, err
		}
		of[i] = operands{quantity, price}
	}
	loop := func(n int) error {
		for i := range n {
			o := &of[i&(len(of)-1)]
			udecimalSink = o.quantity.Mul(o.price).RoundBank(2)
		}
		return nil
	}
	total := func() (*big.Int, error) {
		var sum udecimal.Decimal
		for _, o := range of {
			sum = sum.Add(o.quantity.Mul(o.price).RoundBank(2))
		}
		return hundredths(sum.StringFixed(2))
	}
	return &contest.Run{Loops: []contest.Loop{loop}, Total: total}, nil
}

// hundredths returns a decimal of at most two places as a number of cents.
func hundredths(text string) (*big.Int, error) {
	r, ok := new(big.Rat).SetString(text)
	if ok {
		if r.Mul(r, big.NewRat(100, 1)); r.IsInt() {
			return r.Num(), nil
		}
	}
	return nil, fmt.Errorf("rival: %q is no number of two places", text)
}
