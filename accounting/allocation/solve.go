package allocation

import "math/big"

// solve returns the solution of the linear system whose matrix has its right
// side as the last column. It changes the matrix. The caller has seen to it
// that there is exactly one solution: in a matrix of weights from which every
// centre has a way out, no pivot is 0 (it is column diagonally dominant, and
// irreducibly so towards the way out).
//
// It is Bareiss' elimination: every division is exact, so that the entries stay
// integers no longer than the determinants they are, where fractions would grow
// with each step or need a common divisor at each.
func solve(m [][]*big.Int) []*big.Rat {
	size := len(m)
	previous, product := big.NewInt(1), new(big.Int)
	for k := range size {
		for i := k + 1; i < size; i++ {
			for j := k + 1; j <= size; j++ {
				m[i][j].Mul(m[i][j], m[k][k])
				if m[i][k].Sign() != 0 && m[k][j].Sign() != 0 {
					m[i][j].Sub(m[i][j], product.Mul(m[i][k], m[k][j]))
				}
				m[i][j].Quo(m[i][j], previous)
			}
		}
		previous = m[k][k]
	}
	x := make([]*big.Rat, size)
	for i := size - 1; i >= 0; i-- {
		sum := new(big.Rat).SetInt(m[i][size])
		for j := i + 1; j < size; j++ {
			if m[i][j].Sign() != 0 {
				sum.Sub(sum, new(big.Rat).Mul(new(big.Rat).SetInt(m[i][j]), x[j]))
			}
		}
		x[i] = sum.Quo(sum, new(big.Rat).SetInt(m[i][i]))
	}
	return x
}
