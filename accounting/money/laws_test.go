package money_test

import (
	"encoding/json"
	"flag"
	"go/parser"
	"go/token"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
)

var (
	lawsN    = flag.Int("laws.n", 20_000, "cases of each law")
	lawsSeed = flag.Uint64("laws.seed", 20261126, "seed of the cases; 0 takes one from the clock and logs it")
)

var modes = []money.RoundingMode{
	money.HalfEven, money.HalfUp, money.HalfDown, money.Down, money.Up, money.Floor, money.Ceiling,
}

// generator makes random cases: many near the edges, where arithmetic breaks, and few in the wide middle.
type generator struct{ *rand.Rand }

// law runs check on random cases, the same ones again for the same seed.
func law(t *testing.T, check func(t *testing.T, g generator)) {
	t.Helper()
	seed := *lawsSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("%d cases, -laws.seed %d", *lawsN, seed)
	g := generator{rand.New(rand.NewPCG(seed, 0))}
	for range *lawsN {
		check(t, g)
		if t.Failed() {
			return
		}
	}
}

// int128 returns an integer with a random number of bits, or an edge of the type.
func (g generator) int128() fixed.Int128 {
	switch g.IntN(20) {
	case 0:
		return fixed.Max()
	case 1:
		return fixed.Min()
	case 2:
		return fixed.Int128{}
	case 3:
		return fixed.FromInt64(g.Int64N(5) - 2)
	}
	v := fixed.Int128{Hi: int64(g.Uint64()), Lo: g.Uint64()}
	for range g.IntN(4) {
		v, _, _ = v.Div(fixed.FromInt64(1+g.Int64N(1<<40)), fixed.Down)
	}
	return v
}

// int256 returns a product of two integers, sometimes off by a little, or the lowest integer of the type.
func (g generator) int256() fixed.Int256 {
	if g.IntN(20) == 0 {
		lowest, _ := fixed.Min().MulWide(fixed.Min()).Neg() // −2²⁵⁴
		lowest, _ = lowest.Add(lowest)
		return lowest
	}
	return g.beside(g.int128().MulWide(g.int128()))
}

// beside returns v or one of its neighbours.
func (g generator) beside(v fixed.Int256) fixed.Int256 {
	v, _ = v.Add(fixed.Wide(fixed.FromInt64(g.Int64N(3) - 1)))
	return v
}

// near returns a multiple of half of 10^−places, or a neighbour of one: where rounding has to decide.
func (g generator) near(places int) fixed.Int128 {
	step, _ := fixed.Pow10(money.Scale - places)
	half, _, _ := step.Div(fixed.FromInt64(2), fixed.Down)
	v, ok := half.MulInt64(g.Int64N(1<<20) - 1<<19)
	if !ok {
		return g.int128()
	}
	v, _ = v.Add(fixed.FromInt64(g.Int64N(3) - 1))
	return v
}

func (g generator) currency() money.Currency {
	return []money.Currency{money.CNY, money.JPY, money.KWD, money.CLF, "XAU"}[g.IntN(5)]
}

func (g generator) mode() money.RoundingMode { return modes[g.IntN(len(modes))] }

// money returns an amount, with at most places decimals.
func (g generator) money(places int) money.Money {
	m := must(money.FromScaled(g.int128(), g.currency()))
	return must(m.Round(money.Rounding{Mode: money.Down, Places: places}))
}

// weights returns weights of one magnitude, among them zeros and repeats, and at least one above 0.
func (g generator) weights() []int64 {
	ws := make([]int64, 1+g.IntN(40))
	limit := int64(1) << (1 + g.IntN(57)) // 40 of them stay within 63 bits
	for i := range ws {
		switch g.IntN(4) {
		case 0:
			ws[i] = ws[max(i-1, 0)]
		case 1:
		default:
			ws[i] = g.Int64N(limit)
		}
	}
	ws[g.IntN(len(ws))]++
	return ws
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// rat returns the amount of m for the oracle.
func rat(m money.Money) *big.Rat {
	return new(big.Rat).SetFrac(m.Scaled().Big(), oracleTen(money.Scale))
}

func TestLaw_Split_Sum(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		places := g.IntN(money.Scale + 1)
		m, weights := g.money(places), g.weights()
		parts, err := m.Split(places, weights...)
		require.NoError(t, err)
		require.Len(t, parts, len(weights))

		sum, err := money.Sum(parts...)
		require.NoError(t, err)
		require.Equal(t, m, sum, "split of %s at %d places over %v", m, places, weights)
		requireOracleSplit(t, m, places, weights, parts)
		require.Equal(t, parts, must(m.Split(places, weights...)), "the same arguments give the same parts")
	})
}

// requireOracleSplit compares parts with the oracle's, in steps of 10^−places.
func requireOracleSplit(t *testing.T, m money.Money, places int, weights []int64, parts []money.Money) {
	t.Helper()
	step := new(big.Rat).SetFrac(big.NewInt(1), oracleTen(places))
	total := new(big.Rat).Quo(rat(m), step)
	require.True(t, total.IsInt())
	wide := make([]*big.Int, len(weights))
	for i, w := range weights {
		wide[i] = big.NewInt(w)
	}
	for i, want := range oracleSplit(total.Num(), wide) {
		got := new(big.Rat).Quo(rat(parts[i]), step)
		require.Zero(t, got.Cmp(new(big.Rat).SetInt(want)),
			"part %d of %s at %d places over %v: got %s, want %s steps", i, m, places, weights, got.RatString(), want)
	}
}

func TestLaw_Split_Refund(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		places := g.IntN(money.Scale + 1)
		m, weights := g.money(places), g.weights()
		refund, err := m.Neg()
		if err != nil {
			require.ErrorIs(t, err, money.ErrOverflow)
			return
		}
		charged, refunded := must(m.Split(places, weights...)), must(refund.Split(places, weights...))
		for i := range charged {
			rest := must(charged[i].Add(refunded[i]))
			require.True(t, rest.IsZero(), "part %d of ±%s over %v leaves %s", i, m, weights, rest)
		}
	})
}

func TestLaw_SplitBy_Split(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		places := g.IntN(money.Scale + 1)
		m, weights := g.money(places), g.weights()
		wide := make([]fixed.Int128, len(weights))
		for i, w := range weights {
			// A common factor changes no share.
			wide[i], _ = fixed.FromInt64(w).MulInt64(1 << 40)
		}
		require.Equal(t, must(m.Split(places, weights...)), must(m.SplitBy(places, wide)))
	})
}

func TestLaw_Add_Commutes_Associates(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		c := g.currency()
		a, b, o := money.Money{}, money.Money{}, money.Money{}
		for _, m := range []*money.Money{&a, &b, &o} {
			if g.IntN(10) > 0 {
				*m = must(money.FromScaled(g.int128(), c))
			}
		}
		ab, errAB := a.Add(b)
		ba, errBA := b.Add(a)
		require.Equal(t, errAB == nil, errBA == nil)
		require.Equal(t, ab, ba)
		require.Equal(t, errAB == nil, oracleFits(new(big.Rat).Add(rat(a), rat(b))), "%s + %s", a, b)

		bo, errBO := b.Add(o)
		if errAB == nil && errBO == nil {
			left, errLeft := ab.Add(o)
			right, errRight := a.Add(bo)
			require.Equal(t, errLeft == nil, errRight == nil)
			require.Equal(t, left, right)
			if errLeft == nil {
				require.Equal(t, left, must(money.Sum(a, b, o)))
			}
		}
		one, errOne := money.Sum(a, b, o)
		other, errOther := money.Sum(o, a, b)
		require.Equal(t, errOne == nil, errOther == nil, "the order decides nothing")
		require.Equal(t, one, other)
	})
}

func TestLaw_Sub_Cmp(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		c := g.currency()
		a, b := must(money.FromScaled(g.int128(), c)), must(money.FromScaled(g.int128(), c))
		order := must(a.Cmp(b))
		require.Equal(t, rat(a).Cmp(rat(b)), order)
		require.Equal(t, order, -must(b.Cmp(a)))
		require.Equal(t, a == b, order == 0)
		diff, err := a.Sub(b)
		if err != nil {
			require.False(t, oracleFits(new(big.Rat).Sub(rat(a), rat(b))))
			return
		}
		require.Equal(t, order, diff.Sign())
		require.Equal(t, a, must(diff.Add(b)), "(a − b) + b = a")
	})
}

func TestLaw_String_Parse(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		m := must(money.FromScaled(g.int128(), g.currency()))
		if g.IntN(2) == 0 {
			m = g.money(g.IntN(6))
		}
		text := m.String()
		require.Equal(t, string(m.Currency())+" "+oracleFormat(rat(m), m.Currency().Digits()), text)
		require.Equal(t, m, must(money.Parse(text)))

		data, err := json.Marshal(m)
		require.NoError(t, err)
		var fromJSON, fromSQL money.Money
		require.NoError(t, json.Unmarshal(data, &fromJSON))
		require.Equal(t, m, fromJSON)
		require.NoError(t, fromSQL.Scan(must(m.Value())))
		require.Equal(t, m, fromSQL)
	})
}

func TestLaw_New_Decimal(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		m := must(money.FromScaled(g.int128(), g.currency()))
		d := m.Decimal()
		require.Equal(t, m, must(money.New(d, m.Currency())))
		require.Zero(t, d.Rat().Cmp(rat(m)))

		d = decimal.NewFromBigInt(g.int128().Big(), int32(g.IntN(60)-40))
		got, err := money.New(d, money.CNY)
		require.Equal(t, oracleFits(d.Rat()), err == nil, "%s: %v", d, err)
		if err == nil {
			require.Zero(t, d.Rat().Cmp(rat(got)))
		}
	})
}

func TestLaw_Round_Oracle(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		r := money.Rounding{Mode: g.mode(), Places: g.IntN(money.Scale + 1)}
		v := g.int128()
		if g.IntN(2) == 0 {
			v = g.near(r.Places)
		}
		requireOracleRound(t, must(money.FromScaled(v, g.currency())), r)
	})
}

// requireOracleRound compares a rounding with the oracle's and checks how far it moved.
func requireOracleRound(t *testing.T, m money.Money, r money.Rounding) {
	t.Helper()
	want := oracleRound(rat(m), r.Mode.String(), r.Places)
	got, err := m.Round(r)
	if !oracleFits(want) {
		require.ErrorIs(t, err, money.ErrOverflow)
		return
	}
	require.NoError(t, err)
	require.Zero(t, rat(got).Cmp(want), "%s rounded %s to %d: got %s, want %s",
		m, r.Mode, r.Places, got, want.RatString())
	require.Equal(t, m.Currency(), got.Currency())
	require.Equal(t, got, must(got.Round(r)), "rounding again changes nothing")

	step := new(big.Rat).SetFrac(big.NewInt(1), oracleTen(r.Places))
	moved := new(big.Rat).Sub(rat(m), rat(got))
	moved.Abs(moved)
	require.Negative(t, moved.Cmp(step), "less than a step")
	if r.Mode <= money.HalfDown {
		require.LessOrEqual(t, moved.Cmp(step.Quo(step, big.NewRat(2, 1))), 0, "at most half a step")
	}
}

func TestLaw_Apply_Oracle(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		r := money.Rounding{Mode: g.mode(), Places: g.IntN(money.Scale + 1)}
		num, den := g.int256(), g.int128()
		if den.IsZero() {
			den = fixed.FromInt64(1)
		}
		switch g.IntN(3) {
		case 0: // a tie: a multiple of half a step, times the divisor
			num = g.beside(g.near(r.Places).MulWide(den))
		case 1: // any amount, the largest included, times the divisor
			num = g.beside(g.int128().MulWide(den))
		}
		requireOracleApply(t, r, num, den)
	})
}

// requireOracleApply compares a rational turned into money with the oracle's.
func requireOracleApply(t *testing.T, r money.Rounding, num fixed.Int256, den fixed.Int128) {
	t.Helper()
	x := new(big.Rat).SetFrac(num.Big(), new(big.Int).Mul(den.Big(), oracleTen(money.Scale)))
	want := oracleRound(x, r.Mode.String(), r.Places)
	got, exact, err := r.Apply(num, den, money.CNY)
	large, errLarge := r.ApplyRat(x, money.CNY)
	if !oracleFits(want) {
		require.ErrorIs(t, err, money.ErrOverflow)
		require.ErrorIs(t, errLarge, money.ErrOverflow)
		return
	}
	require.NoError(t, errLarge)
	require.Equal(t, got, large)
	require.NoError(t, err)
	require.Zero(t, rat(got).Cmp(want), "%s/%s rounded %s to %d: got %s, want %s",
		num, den, r.Mode, r.Places, got, want.RatString())
	require.Equal(t, x.Cmp(want) == 0, exact)
}

func TestOracle_Independent(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "oracle_test.go", nil, parser.ImportsOnly)
	require.NoError(t, err)
	for _, spec := range file.Imports {
		require.NotContains(t, strings.Trim(spec.Path.Value, `"`), ".", "the oracle imports the standard library only")
	}
}
