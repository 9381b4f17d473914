package fixed_test

import (
	"math/big"
	"math/rand/v2"

	"github.com/meterbook/meterbook/internal/fixed"
)

// values draws operands that lean towards where arithmetic goes wrong.
type values struct {
	*rand.Rand
	edges []fixed.Int128
}

func newValues(seed uint64) *values {
	return &values{Rand: rand.New(rand.NewPCG(seed, seed)), edges: edges()}
}

// edges returns 0, powers of two around word boundaries, and powers of ten,
// each with its neighbours and its negative.
func edges() []fixed.Int128 {
	centres := []*big.Int{new(big.Int)}
	for _, n := range []uint{1, 31, 32, 53, 62, 63, 64, 65, 95, 126, 127} {
		centres = append(centres, new(big.Int).Lsh(one, n))
	}
	for n := range int64(39) {
		centres = append(centres, new(big.Int).Exp(ten, big.NewInt(n), nil))
	}
	var edges []fixed.Int128
	for _, c := range centres {
		for d := range int64(3) {
			v := new(big.Int).Add(c, big.NewInt(d-1))
			for _, v := range []*big.Int{v, new(big.Int).Neg(v)} {
				if e, ok := fixed.FromBig(v); ok {
					edges = append(edges, e)
				}
			}
		}
	}
	return edges
}

// word draws a digit of the algorithms: at its bounds or anywhere.
func (r *values) word() uint64 {
	bounds := [...]uint64{0, 1, 2, 1<<63 - 1, 1 << 63, 1<<63 + 1, 1<<64 - 2, 1<<64 - 1}
	if r.IntN(2) == 0 {
		return bounds[r.IntN(len(bounds))]
	}
	return r.Uint64() >> r.IntN(64)
}

// int128 draws an edge, a pair of edge words, or a number of a random length.
func (r *values) int128() fixed.Int128 {
	switch r.IntN(4) {
	case 0:
		return r.edges[r.IntN(len(r.edges))]
	case 1:
		return fixed.Int128{Hi: int64(r.word()), Lo: r.word()}
	default:
		v := fixed.Int128{Hi: int64(r.Uint64()), Lo: r.Uint64()}
		n := uint(r.IntN(128))
		if n >= 64 {
			return fixed.Int128{Hi: v.Hi >> 63, Lo: uint64(v.Hi >> (n - 64))}
		}
		return fixed.Int128{Hi: v.Hi >> n, Lo: v.Lo>>n | uint64(v.Hi)<<(64-n)}
	}
}

// words256 draws the words of an Int256, with short numbers of both signs.
func (r *values) words256() [4]uint64 {
	w := [4]uint64{r.word(), r.word(), r.word(), r.word()}
	sign := -uint64(r.IntN(2))
	for i := 1 + r.IntN(6); i < 4; i++ {
		w[i] = sign
	}
	return w
}

// near draws a dividend whose quotient by d is q with a remainder that matters
// to rounding: none, a half, or next to those. Random operands hardly ever tie.
func (r *values) near(q, d *big.Int) *big.Int {
	rest := new(big.Int)
	if r.IntN(3) > 0 {
		rest.Rsh(d, 1)
	}
	rest.Add(rest, big.NewInt(int64(r.IntN(3)-1)))
	return rest.Add(rest, new(big.Int).Mul(q, d))
}

func (r *values) mode() fixed.Mode { return fixed.Mode(r.IntN(int(fixed.Ceiling) + 1)) }

// weights draws weights of which the sum often, not always, fits.
func (r *values) weights() []fixed.Int128 {
	shift := uint(r.IntN(128))
	weights := make([]fixed.Int128, r.IntN(2*fixed.SplitOnStack+8))
	for i := range weights {
		if i > 0 && r.IntN(4) == 0 {
			weights[i] = weights[r.IntN(i)] // equal weights make ties
			continue
		}
		v := r.int128()
		m := new(big.Int).Rsh(new(big.Int).Abs(v.Big()), shift)
		if w, ok := fixed.FromBig(m); ok { // |Min| does not fit
			weights[i] = w
		}
	}
	return weights
}
