package ours

import (
	"errors"
	"math/big"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
	"github.com/meterbook/meterbook/internal/fixed"
)

// The quantity has 3 places, the price 18 as money keeps it, the amount 2, so
// their product is divided by 10^(3+18-2).
const (
	pricePlaces = 18
	stepDigits  = 3 + pricePlaces - 2
)

// The result of the kernel goes here, so that the compiler keeps the work.
var fixedSink fixed.Int128

var errFixed = errors.New("ours: an amount does not fit in 128 bits")

func fixedLines(lines []workload.Line) (*contest.Run, error) {
	type operands struct{ quantity, price fixed.Int128 }
	step, _ := fixed.Pow10(stepDigits)
	of := make([]operands, len(lines))
	for i, l := range lines {
		unit, _ := fixed.Pow10(pricePlaces - l.Places)
		price, ok := unit.MulInt64(l.Digits)
		if !ok {
			return nil, errFixed
		}
		of[i] = operands{fixed.FromInt64(l.Thousandths), price}
	}
	loop := func(n int) error {
		for i := range n {
			o := &of[i&(len(of)-1)]
			cents, _, ok := fixed.MulDiv(o.quantity, o.price, step, fixed.HalfEven)
			if !ok {
				return errFixed
			}
			fixedSink = cents
		}
		return nil
	}
	total := func() (*big.Int, error) {
		sum := new(big.Int)
		for _, o := range of {
			cents, _, ok := fixed.MulDiv(o.quantity, o.price, step, fixed.HalfEven)
			if !ok {
				return nil, errFixed
			}
			sum.Add(sum, cents.Big())
		}
		return sum, nil
	}
	return &contest.Run{Loops: []contest.Loop{loop}, Total: total}, nil
}
