package rival

import (
	"crypto/sha256"
	"math/bits"

	"github.com/meterbook/meterbook/accounting/seal"
	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// SHA256 returns the entrant that hashes the ids and bodies of the rows that are
// sealed, one by one: what a list of hashes would cost, without a tree, nonces
// or sums. Making the bytes is in it, as it is in ours.
func SHA256() contest.Entrant {
	return contest.Entrant{Name: "sha256", Open: func() (*contest.Run, error) {
		_, rows, err := workload.NewMonth()
		var sum [32]byte
		var b []byte
		return &contest.Run{PerTurn: len(rows), Loops: []contest.Loop{func(n int) error {
			for range n {
				for i := range rows {
					r := seal.FromUsage(rows[i], "INV-1/3")
					b = append(append(b[:0], r.ID...), r.Body...)
					one := sha256.Sum256(b)
					sum[0] ^= one[0]
				}
			}
			return nil
		}}}, err
	}}
}

// SHA256Path returns the entrant that hashes as many pairs of hashes as a tree
// over the rows is high, twice: what cannot be saved of making a proof whose
// hashes are kept nowhere and of checking it.
func SHA256Path() contest.Entrant {
	return contest.Entrant{Name: "sha256-path", Open: func() (*contest.Run, error) {
		height := bits.Len(workload.SealedRows - 1)
		var node [65]byte
		return &contest.Run{Loops: []contest.Loop{func(n int) error {
			for range n {
				for range 2 * height {
					h := sha256.Sum256(node[:])
					copy(node[1:], h[:])
				}
			}
			return nil
		}}}, nil
	}}
}
