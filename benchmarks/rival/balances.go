package rival

import (
	"encoding/binary"
	"math/big"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// Balances returns the entrant that keeps balances in a map of int64 by account,
// and the ids that it has seen in another: what a program would write first. It
// keeps no transactions, so it can be asked for nothing but balances of now.
func Balances() contest.Entrant {
	return contest.Entrant{Name: "map", Open: func() (*contest.Run, error) {
		balances, seen := make(map[string]int64), make(map[[32]byte]struct{})
		var from, to [workload.Tenants]string
		for i := range from {
			from[i], to[i] = workload.AccountsOf(i)
		}
		n := uint64(0)
		total := func() (*big.Int, error) {
			sum := int64(0)
			for _, account := range to {
				sum += balances[account]
			}
			return big.NewInt(sum), nil
		}
		return &contest.Run{PerTurn: 2, Total: total, Loops: []contest.Loop{func(turns int) error {
			for range turns {
				if n++; n%200_000 == 0 { // as ours is put aside
					clear(balances)
					clear(seen)
				}
				var id [32]byte
				binary.LittleEndian.PutUint64(id[:], n*0x9e3779b97f4a7c15)
				id[31] = 1
				if _, known := seen[id]; known {
					continue
				}
				seen[id] = struct{}{}
				i := n % workload.Tenants
				balances[from[i]] -= int64(i + 1)
				balances[to[i]] += int64(i + 1)
			}
			return nil
		}}}, nil
	}}
}
