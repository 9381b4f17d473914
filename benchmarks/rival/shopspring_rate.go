package rival

import (
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// shopspringTier is a tier with what all tiers below it cost together.
type shopspringTier struct{ above, upTo, price, below decimal.Decimal }

// A shopspringBill is a bill in decimals.
type shopspringBill struct {
	tiers []shopspringTier // the last has no bound
	lines []decimal.Decimal
}

func shopspringRate(bill workload.Bill, total func(*shopspringBill) decimal.Decimal) (*contest.Run, error) {
	b := &shopspringBill{tiers: make([]shopspringTier, len(bill.Tiers)), lines: make([]decimal.Decimal, len(bill.Lines))}
	var above, below decimal.Decimal
	for i, t := range bill.Tiers {
		price, err := decimal.NewFromString(t.Price)
		if err != nil {
			return nil, err
		}
		upTo := decimal.NewFromInt(t.UpTo)
		b.tiers[i] = shopspringTier{above, upTo, price, below}
		above, below = upTo, below.Add(upTo.Sub(above).Mul(price))
	}
	for i, thousandths := range bill.Lines {
		b.lines[i] = decimal.New(thousandths, -3)
	}
	var last decimal.Decimal
	return &contest.Run{
		Loops: []contest.Loop{func(n int) error {
			for range n {
				last = total(b)
			}
			return nil
		}},
		PerTurn: len(b.lines),
		Total:   func() (*big.Int, error) { return last.Shift(2).BigInt(), nil },
	}, nil
}

// grown keeps the running amount as rounded, and a line is what it grows by. A
// tier knows what those below it cost, and is left for good when it is full, so
// that a line costs one multiplication and one rounding: no loop over these
// decimals does with less.
func (b *shopspringBill) grown() decimal.Decimal {
	var running, amount, total decimal.Decimal
	tiers := b.tiers
	for _, q := range b.lines {
		running = running.Add(q)
		for len(tiers) > 1 && running.GreaterThan(tiers[0].upTo) {
			tiers = tiers[1:]
		}
		t := &tiers[0]
		next := running.Sub(t.above).Mul(t.price).Add(t.below).RoundBank(2)
		total = total.Add(next.Sub(amount))
		amount = next
	}
	return total
}

// walked is the loop that one writes first: a line is the difference of what the
// running quantity costs after it and before it, and each is a walk over the
// tiers.
func (b *shopspringBill) walked() decimal.Decimal {
	var running, total decimal.Decimal
	for _, q := range b.lines {
		before := b.cost(running)
		running = running.Add(q)
		total = total.Add(b.cost(running).RoundBank(2).Sub(before.RoundBank(2)))
	}
	return total
}

func (b *shopspringBill) cost(q decimal.Decimal) (sum decimal.Decimal) {
	for i, t := range b.tiers {
		if i == len(b.tiers)-1 || q.LessThanOrEqual(t.upTo) {
			return sum.Add(q.Sub(t.above).Mul(t.price))
		}
		sum = sum.Add(t.upTo.Sub(t.above).Mul(t.price))
	}
	return sum
}
