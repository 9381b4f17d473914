package fixed_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/fixed"
)

func ints(values ...int64) []fixed.Int128 {
	out := make([]fixed.Int128, len(values))
	for i, v := range values {
		out[i] = fixed.FromInt64(v)
	}
	return out
}

func TestSplit(t *testing.T) {
	for _, tt := range []struct {
		name    string
		total   int64
		weights []fixed.Int128
		want    []fixed.Int128
	}{
		{"one takes all", 7, ints(3), ints(7)},
		{"ties go to the lower index", 100, ints(1, 1, 1), ints(34, 33, 33)},
		{"a refund mirrors a charge", -100, ints(1, 1, 1), ints(-34, -33, -33)},
		{"largest remainder first", 10, ints(1, 2, 4), ints(1, 3, 6)},
		{"zero weight gets nothing", 5, ints(0, 1, 0, 1), ints(0, 3, 0, 2)},
		{"fewer grains than weights", 2, ints(1, 1, 1, 1), ints(1, 1, 0, 0)},
		{"nothing to place", 0, ints(1, 2), ints(0, 0)},
		{"seats of a parliament", 100, ints(47_000, 16_000, 15_900, 12_000, 6_000, 3_100), ints(47, 16, 16, 12, 6, 3)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := fixed.Split(nil, fixed.FromInt64(tt.total), tt.weights)
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
		})
	}
}

func TestSplitRefuses(t *testing.T) {
	for _, tt := range []struct {
		name    string
		weights []fixed.Int128
		want    error
	}{
		{"no weights", nil, fixed.ErrNoWeight},
		{"only zeros", ints(0, 0), fixed.ErrNoWeight},
		{"a negative weight", ints(1, -1), fixed.ErrNegativeWeight},
		{"the sum overflows", []fixed.Int128{fixed.Max(), fixed.FromInt64(1)}, fixed.ErrOverflow},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dst := ints(1, 2)
			got, err := fixed.Split(dst, fixed.FromInt64(10), tt.weights)
			require.Equal(t, tt.want, err)
			require.Equal(t, dst, got)
		})
	}
}

func TestSplitAtTheLimit(t *testing.T) {
	half := fixed.Int128{Hi: 1<<62 - 1, Lo: ^uint64(0)} // 2¹²⁶ − 1, twice that and 1 is Max
	weights := []fixed.Int128{half, fixed.FromInt64(1), half}
	for _, total := range []fixed.Int128{fixed.Max(), fixed.Min()} {
		checkSplit(t, total, weights)
	}
}

func TestSplitAppends(t *testing.T) {
	got, err := fixed.Split(ints(9), fixed.FromInt64(3), ints(1, 1))
	require.NoError(t, err)
	require.Equal(t, ints(9, 2, 1), got)

	weights := ints(1, 1, 1)
	got, err = fixed.Split(weights[:0], fixed.FromInt64(100), weights)
	require.NoError(t, err)
	require.Equal(t, ints(34, 33, 33), got)
	require.Same(t, &weights[0], &got[0])
}

// checkSplit compares with the oracle, and holds the parts to the laws that do
// not depend on it.
func checkSplit(t *testing.T, total fixed.Int128, weights []fixed.Int128) {
	t.Helper()
	sum, slow := new(big.Int), make([]*big.Int, len(weights))
	for i, w := range weights {
		slow[i] = w.Big()
		sum.Add(sum, slow[i])
	}
	parts, err := fixed.Split(nil, total, weights)
	switch {
	case sum.Sign() == 0:
		check(t, err, fixed.ErrNoWeight, weights)
		return
	case !slowFits(sum, 128):
		check(t, err, fixed.ErrOverflow, weights)
		return
	}
	check(t, err, nil, total, weights)
	check(t, len(parts), len(weights))

	placed := new(big.Int)
	want := slowSplit(total.Big(), slow)
	for i, p := range parts {
		share := p.Big()
		right := share.Cmp(want[i]) == 0
		signed := p.IsZero() || p.Sign() == total.Sign() && !weights[i].IsZero()
		if !right || !signed {
			t.Fatalf("part %d of %v over %v is %v, want %v", i, total, weights, p, want[i])
		}
		placed.Add(placed, share)
	}
	check(t, placed.Cmp(total.Big()), 0, total, weights)

	if refund, ok := total.Neg(); ok {
		back, err := fixed.Split(nil, refund, weights)
		check(t, err, nil, total, weights)
		for i := range back {
			if zero, _ := back[i].Add(parts[i]); !zero.IsZero() {
				t.Fatalf("part %d of %v over %v does not mirror its refund", i, total, weights)
			}
		}
	}
}

func FuzzSplit_Sum(f *testing.F) {
	f.Add(int64(0), uint64(100), []byte{1, 1, 1, 1, 1, 1})
	f.Add(int64(-1), ^uint64(99), []byte{1, 3, 0, 2, 1, 0})
	f.Add(int64(-1)<<63, uint64(0), []byte{16, 0x7f, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, hi int64, lo uint64, data []byte) {
		checkSplit(t, fixed.Int128{Hi: hi, Lo: lo}, weightsFrom(data))
	})
}

// weightsFrom reads weights as a length of up to 16 and as many bytes each, so
// that the fuzzer can mix sizes; no more than slowSplit can bear.
func weightsFrom(data []byte) []fixed.Int128 {
	var weights []fixed.Int128
	for len(data) > 0 && len(weights) < fixed.SplitOnStack+8 {
		n := min(int(data[0]%17), len(data)-1)
		v := new(big.Int).SetBytes(data[1 : 1+n])
		if w, ok := fixed.FromBig(v); ok {
			weights = append(weights, w)
		}
		data = data[1+n:]
	}
	return weights
}
