package accounting

import (
	"math/big"
	"slices"
)

// Samples are the rows of a scope by their quantity, for a price that goes by a
// percentile of them. They are a value: adding one makes others, which share
// what they can, so that a bill can be continued from any point more than once.
type Samples struct {
	// chunks are in order, as are the numbers within each. None is empty, and a
	// chunk that is full is cut in two: a number is added for the cost of one
	// chunk and of the list of them, some hundred words for 10,000 numbers.
	chunks [][]*big.Rat
	n      int
}

const fullChunk = 128

// Len returns how many rows there are; 0 for nil.
func (s *Samples) Len() int {
	if s == nil {
		return 0
	}
	return s.n
}

// with returns the samples and x.
func (s *Samples) with(x *big.Rat) *Samples {
	if s == nil {
		return &Samples{[][]*big.Rat{{x}}, 1}
	}
	// The first chunk that ends above x, or the last one.
	at, _ := slices.BinarySearchFunc(s.chunks, x, func(c []*big.Rat, x *big.Rat) int { return c[len(c)-1].Cmp(x) })
	at = min(at, len(s.chunks)-1)
	place, _ := slices.BinarySearchFunc(s.chunks[at], x, (*big.Rat).Cmp)
	chunk := slices.Insert(slices.Clip(slices.Clone(s.chunks[at])), place, x)
	chunks := slices.Clone(s.chunks)
	if chunks[at] = chunk; len(chunk) == fullChunk {
		half := fullChunk / 2
		chunks[at] = chunk[:half:half]
		chunks = slices.Insert(chunks, at+1, chunk[half:])
	}
	return &Samples{chunks, s.n + 1}
}

// percentile returns the sample that is left at the top when (100 − p) percent
// of all, cut to a whole number, are dropped from it: the nearest rank. There
// is at least one, and p is above 0.
func (s *Samples) percentile(p *big.Rat) *big.Rat {
	drop := new(big.Rat).Sub(big.NewRat(100, 1), p)
	drop.Mul(drop, big.NewRat(int64(s.n), 100))
	left := s.n - int(new(big.Int).Quo(drop.Num(), drop.Denom()).Int64())
	for _, c := range s.chunks {
		if left <= len(c) {
			return c[left-1]
		}
		left -= len(c)
	}
	return s.chunks[0][0]
}
