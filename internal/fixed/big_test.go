package fixed_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/fixed"
)

// Integers that hold something else already take any other value.
func TestSetBig(t *testing.T) {
	z := new(big.Int).Lsh(one, 500)
	for _, a := range []fixed.Int128{{}, fixed.FromInt64(-1), fixed.FromInt64(7), fixed.Max(), fixed.Min(), {Hi: 1}, {Hi: -1}} {
		a.SetBig(z)
		require.Zero(t, a.Big().Cmp(z), "%s: %s", a, z)
		wide := a.MulWide(fixed.Max())
		wide.SetBig(z)
		require.Zero(t, wide.Big().Cmp(z), "%s: %s", wide, z)
	}
}

// Every mode on both sides of zero: exact, below, at and above a half.
func TestQuoBig(t *testing.T) {
	q, rest := new(big.Int), new(big.Int)
	shift := new(big.Int).Lsh(one, 300)
	for mode := fixed.HalfEven; mode.Valid(); mode++ {
		for den := int64(1); den <= 6; den++ {
			for num := int64(-20); num <= 20; num++ {
				want, _ := slowDivide(big.NewInt(num), big.NewInt(den), mode.String())
				fixed.QuoBig(q, rest, big.NewInt(num), big.NewInt(den), mode)
				require.Zero(t, want.Cmp(q), "%d/%d %s: %s, want %s", num, den, mode, q, want)
				wide, by := new(big.Int).Mul(big.NewInt(num), shift), new(big.Int).Mul(big.NewInt(den), shift)
				fixed.QuoBig(q, rest, wide, by, mode)
				require.Zero(t, want.Cmp(q), "wide")
			}
		}
	}
}

func TestBigDoesNotAllocate(t *testing.T) {
	large, unit := fixed.Int128{Hi: -1 << 40, Lo: 99}, fixed.Int128{Hi: 3, Lo: 7}
	var num, den, q, rest big.Int
	require.Zero(t, testing.AllocsPerRun(100, func() {
		large.MulWide(large).SetBig(&num)
		unit.SetBig(&den)
		fixed.QuoBig(&q, &rest, &num, &den, fixed.HalfEven)
	}))
}
