package ours

import (
	"math/big"

	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/benchmarks/contest"
)

// Card returns the entrant that reads and checks a rate card of so many prices.
// One turn is the whole card; its total is the number of prices.
func Card(text func() []byte, prices int) contest.Entrant {
	return contest.Entrant{Name: Name, Open: func() (*contest.Run, error) {
		src, read := text(), 0
		return &contest.Run{
			Loops: []contest.Loop{func(n int) error {
				for range n {
					card, err := ratecard.ParseYAML(src)
					if err != nil {
						return err
					}
					read = len(card.Prices)
				}
				return nil
			}},
			PerTurn: prices,
			Total:   func() (*big.Int, error) { return big.NewInt(int64(read)), nil },
		}, nil
	}}
}
