package fixed_test

import (
	"flag"
	"go/parser"
	"go/token"
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/fixed"
)

var (
	ops  = flag.Int("fixed.ops", 100_000, "random operations that TestKernelAgainstBig compares with math/big")
	seed = flag.Uint64("fixed.seed", 20_260_101, "seed of the random operations")
)

// operation draws operands, computes, and compares with the oracle.
type operation struct {
	name string
	run  func(t *testing.T, r *values)
}

// TestKernelAgainstBig compares every operation with math/big.
func TestKernelAgainstBig(t *testing.T) {
	all := slices.Concat(int128Operations, int256Operations, divisionOperations, otherOperations)
	t.Logf("%d random operations of %d kinds, seed %d", *ops, len(all), *seed)
	for i, op := range all {
		n := *ops / len(all)
		if i < *ops%len(all) {
			n++
		}
		t.Run(op.name, func(t *testing.T) {
			t.Parallel()
			r := newValues(*seed + uint64(i))
			for range n {
				op.run(t, r)
			}
		})
	}
}

func TestOracleIsIndependent(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "oracle_test.go", nil, parser.ImportsOnly)
	require.NoError(t, err)
	require.Len(t, f.Imports, 1)
	require.Equal(t, `"math/big"`, f.Imports[0].Path.Value)
}

// check128 compares a result with the wanted value, which may not fit.
func check128(t *testing.T, got fixed.Int128, ok bool, want *big.Int, operands ...any) {
	t.Helper()
	if fits := slowFits(want, 128); ok != fits || ok && got.Big().Cmp(want) != 0 {
		t.Fatalf("got %v, %v, want %v, %v from %v", got, ok, want, fits, operands)
	}
}

// check256 compares a result with the wanted value, which may not fit.
func check256(t *testing.T, got fixed.Int256, ok bool, want *big.Int, operands ...any) {
	t.Helper()
	if fits := slowFits(want, 256); ok != fits || ok && got.Big().Cmp(want) != 0 {
		t.Fatalf("got %v, %v, want %v, %v from %v", got, ok, want, fits, operands)
	}
}

func check[T comparable](t *testing.T, got, want T, operands ...any) {
	t.Helper()
	if got != want {
		t.Fatalf("got %v, want %v from %v", got, want, operands)
	}
}

var int128Operations = []operation{
	{"Big", func(t *testing.T, r *values) {
		a := r.int128()
		want := slowWords(a.Lo, uint64(a.Hi))
		check(t, a.Big().Cmp(want), 0, a)
		got, ok := fixed.FromBig(want)
		check(t, got, a, want)
		check(t, ok, true, want)
	}},
	{"FromBig", func(t *testing.T, r *values) {
		w := r.words256()
		v := slowWords(w[:]...)
		got, ok := fixed.FromBig(v)
		check128(t, got, ok, v, v)
	}},
	{"Int64", func(t *testing.T, r *values) {
		a := r.int128()
		got, ok := a.Int64()
		check(t, ok, a.Big().IsInt64(), a)
		if ok {
			check(t, got, a.Big().Int64(), a)
		}
	}},
	{"FromInt64", func(t *testing.T, r *values) {
		v := r.word()
		check128(t, fixed.FromInt64(int64(v)), true, big.NewInt(int64(v)), v)
		check128(t, fixed.FromUint64(v), true, new(big.Int).SetUint64(v), v)
	}},
	{"Float64", func(t *testing.T, r *values) {
		a := r.int128()
		want, _ := new(big.Float).SetInt(a.Big()).Float64()
		check(t, a.Float64(), want, a)
	}},
	{"Add", func(t *testing.T, r *values) {
		a, b := r.int128(), r.int128()
		got, ok := a.Add(b)
		check128(t, got, ok, new(big.Int).Add(a.Big(), b.Big()), a, b)
	}},
	{"Sub", func(t *testing.T, r *values) {
		a, b := r.int128(), r.int128()
		got, ok := a.Sub(b)
		check128(t, got, ok, new(big.Int).Sub(a.Big(), b.Big()), a, b)
	}},
	{"Neg", func(t *testing.T, r *values) {
		a := r.int128()
		got, ok := a.Neg()
		check128(t, got, ok, new(big.Int).Neg(a.Big()), a)
	}},
	{"Mul", func(t *testing.T, r *values) {
		a, b := r.int128(), r.int128()
		got, ok := a.Mul(b)
		check128(t, got, ok, new(big.Int).Mul(a.Big(), b.Big()), a, b)
	}},
	{"Mul/near the bounds", func(t *testing.T, r *values) {
		b := r.int128()
		if b.IsZero() {
			return
		}
		bound := fixed.Max().Big()
		if r.IntN(2) == 0 {
			bound = fixed.Min().Big()
		}
		q := new(big.Int).Quo(bound, b.Big())
		a, ok := fixed.FromBig(q.Add(q, big.NewInt(int64(r.IntN(3)-1))))
		if !ok {
			return
		}
		got, ok := a.Mul(b)
		check128(t, got, ok, new(big.Int).Mul(a.Big(), b.Big()), a, b)
	}},
	{"MulInt64", func(t *testing.T, r *values) {
		a, b := r.int128(), int64(r.word())
		got, ok := a.MulInt64(b)
		check128(t, got, ok, new(big.Int).Mul(a.Big(), big.NewInt(b)), a, b)
	}},
	{"MulWide", func(t *testing.T, r *values) {
		a, b := r.int128(), r.int128()
		check256(t, a.MulWide(b), true, new(big.Int).Mul(a.Big(), b.Big()), a, b)
	}},
	{"Cmp", func(t *testing.T, r *values) {
		a, b := r.int128(), r.int128()
		if r.IntN(8) == 0 {
			b = a
		}
		want := a.Big().Cmp(b.Big())
		check(t, a.Cmp(b), want, a, b)
		check(t, a.Less(b), want < 0, a, b)
		check(t, a == b, want == 0, a, b)
		check(t, a.Sign(), a.Big().Sign(), a)
		check(t, a.IsZero(), a.Big().Sign() == 0, a)
	}},
}

var int256Operations = []operation{
	{"Int256/Big", func(t *testing.T, r *values) {
		w := r.words256()
		a, v := fixed.Words256(w), slowWords(w[:]...)
		check(t, a.Big().Cmp(v), 0, v)
		check(t, a.String(), v.String(), v)
		check(t, a.Sign(), v.Sign(), v)
		check(t, a.IsZero(), v.Sign() == 0, v)
		got, ok := a.Int128()
		check128(t, got, ok, v, v)
	}},
	{"Wide", func(t *testing.T, r *values) {
		a := r.int128()
		check256(t, fixed.Wide(a), true, a.Big(), a)
	}},
	{"Int256/Add", func(t *testing.T, r *values) {
		a, b := fixed.Words256(r.words256()), fixed.Words256(r.words256())
		got, ok := a.Add(b)
		check256(t, got, ok, new(big.Int).Add(a.Big(), b.Big()), a, b)
	}},
	{"Int256/Sub", func(t *testing.T, r *values) {
		a, b := fixed.Words256(r.words256()), fixed.Words256(r.words256())
		got, ok := a.Sub(b)
		check256(t, got, ok, new(big.Int).Sub(a.Big(), b.Big()), a, b)
		got, ok = a.Neg()
		check256(t, got, ok, new(big.Int).Neg(a.Big()), a)
	}},
	{"Int256/Cmp", func(t *testing.T, r *values) {
		a, b := fixed.Words256(r.words256()), fixed.Words256(r.words256())
		if r.IntN(8) == 0 {
			b = a
		}
		check(t, a.Cmp(b), a.Big().Cmp(b.Big()), a, b)
		check(t, a == b, a.Big().Cmp(b.Big()) == 0, a, b)
	}},
	{"Int256/MulInt128", func(t *testing.T, r *values) {
		a, b := fixed.Words256(r.words256()), r.int128()
		got, ok := a.MulInt128(b)
		check256(t, got, ok, new(big.Int).Mul(a.Big(), b.Big()), a, b)
	}},
}

var divisionOperations = []operation{
	{"Div", func(t *testing.T, r *values) {
		a, b, m := r.int128(), r.int128(), r.mode()
		q, exact, ok := a.Div(b, m)
		checkDivision(t, q, exact, ok, a.Big(), b.Big(), m)
	}},
	{"Div/near ties", func(t *testing.T, r *values) {
		b, m := r.int128(), r.mode()
		a, ok := fixed.FromBig(r.near(r.int128().Big(), b.Big()))
		if !ok {
			return
		}
		q, exact, ok := a.Div(b, m)
		checkDivision(t, q, exact, ok, a.Big(), b.Big(), m)
	}},
	{"QuoRem", func(t *testing.T, r *values) {
		a, b := r.int128(), r.int128()
		q, rest, ok := a.QuoRem(b)
		if b.IsZero() {
			check(t, ok, false, a, b)
			return
		}
		wantQ, wantR := new(big.Int).QuoRem(a.Big(), b.Big(), new(big.Int))
		check128(t, q, ok, wantQ, a, b)
		if ok {
			check128(t, rest, ok, wantR, a, b)
		}
	}},
	{"MulDiv", func(t *testing.T, r *values) {
		a, b, c, m := r.int128(), r.int128(), r.int128(), r.mode()
		q, exact, ok := fixed.MulDiv(a, b, c, m)
		checkDivision(t, q, exact, ok, new(big.Int).Mul(a.Big(), b.Big()), c.Big(), m)
	}},
	{"MulDiv/ratio", func(t *testing.T, r *values) {
		// b and c of one size, so that the result mostly fits.
		a, b, m := r.int128(), r.int128(), r.mode()
		c, ok := b.Add(fixed.FromInt64(int64(r.word()) >> r.IntN(64)))
		if !ok {
			return
		}
		q, exact, ok := fixed.MulDiv(a, b, c, m)
		checkDivision(t, q, exact, ok, new(big.Int).Mul(a.Big(), b.Big()), c.Big(), m)
	}},
	{"MulDiv/ties", func(t *testing.T, r *values) {
		// a·k / 2k is a tie for every odd a.
		k := fixed.Int128{Hi: int64(r.word() >> 2), Lo: r.word()}
		twice, _ := k.Add(k)
		a, m := r.int128(), r.mode()
		q, exact, ok := fixed.MulDiv(a, k, twice, m)
		checkDivision(t, q, exact, ok, new(big.Int).Mul(a.Big(), k.Big()), twice.Big(), m)
	}},
	{"Int256/Div", func(t *testing.T, r *values) {
		a, d, m := fixed.Words256(r.words256()), r.int128(), r.mode()
		q, exact, ok := a.Div(d, m)
		checkDivision(t, q, exact, ok, a.Big(), d.Big(), m)
	}},
	{"Int256/Div/near ties", func(t *testing.T, r *values) {
		q, d, m := r.int128(), r.int128(), r.mode()
		a := q.MulWide(d)
		rest, ok := fixed.FromBig(r.near(new(big.Int), d.Big()))
		if !ok {
			return
		}
		if a, ok = a.Add(fixed.Wide(rest)); !ok {
			return
		}
		q, exact, ok := a.Div(d, m)
		checkDivision(t, q, exact, ok, a.Big(), d.Big(), m)
	}},
	{"Int256/DivWide", func(t *testing.T, r *values) {
		a, d, m := fixed.Words256(r.words256()), r.int128(), r.mode()
		q, exact, ok := a.DivWide(d, m)
		if d.IsZero() {
			check(t, ok, false, a, d)
			return
		}
		want, wantExact := slowDivide(a.Big(), d.Big(), m.String())
		check256(t, q, ok, want, a, d, m)
		if ok {
			check(t, exact, wantExact, a, d, m)
		}
	}},
}

func checkDivision(t *testing.T, q fixed.Int128, exact, ok bool, num, den *big.Int, m fixed.Mode) {
	t.Helper()
	if den.Sign() == 0 {
		check(t, ok, false, num, den, m)
		return
	}
	want, wantExact := slowDivide(num, den, m.String())
	check128(t, q, ok, want, num, den, m)
	if ok {
		check(t, exact, wantExact, num, den, m)
	}
}

var otherOperations = []operation{
	{"String", func(t *testing.T, r *values) {
		a := r.int128()
		check(t, a.String(), a.Big().String(), a)
		check(t, string(a.Append([]byte("x"))), "x"+a.Big().String(), a)
	}},
	{"ParseInt", func(t *testing.T, r *values) {
		// Around the bounds too: one bit more than fits.
		v := new(big.Int).Lsh(r.int128().Big(), uint(r.IntN(2)))
		got, err := fixed.ParseInt(v.String())
		check128(t, got, err == nil, v, v)
	}},
	{"AppendDecimal", func(t *testing.T, r *values) {
		a, scale, places := r.int128(), r.IntN(39), r.IntN(39)
		text := string(fixed.AppendDecimal(nil, a, scale, places))
		got, ok := slowScaled(text, scale)
		check(t, ok, true, a, scale, places, text)
		check(t, got.Cmp(a.Big()), 0, a, scale, places, text)
		checkPlaces(t, text, places)
	}},
	{"ParseDecimal", func(t *testing.T, r *values) {
		a, places, scale := r.int128(), r.IntN(39), r.IntN(39)
		text := string(fixed.AppendDecimal(nil, a, places, r.IntN(39)))
		got, err := fixed.ParseDecimal(text, scale)
		if err == fixed.ErrTooLong {
			// Only a number of 39 digits may be refused for its length.
			check(t, len(new(big.Int).Abs(a.Big()).String()), 39, text, scale)
			return
		}
		want, whole := slowScaled(text, scale)
		check(t, err == fixed.ErrInexact, !whole, text, scale)
		if whole {
			check128(t, got, err == nil, want, text, scale)
		}
	}},
	{"Split", func(t *testing.T, r *values) {
		checkSplit(t, r.int128(), r.weights())
	}},
}
