package accelerator_test

import (
	"flag"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/accelerator"
)

var (
	lawsN    = flag.Int("laws.n", 5000, "cases of each law")
	lawsSeed = flag.Uint64("laws.seed", 20261126, "seed of the laws; 0 takes a new one")
)

func random(t *testing.T) *rand.Rand {
	t.Helper()
	seed := *lawsSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("-laws.seed=%d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

// terms returns a numerator and a denominator of a share, of every size.
func terms(r *rand.Rand) (num, den int64) {
	den = 1 + r.Int64N(1<<(1+r.IntN(62)))
	if r.IntN(3) == 0 {
		den = []int64{1, 7, 8, 20, 24, 30, 1000, 4096, 32768, 81920, metering.SharesPerCard, 2 * metering.SharesPerCard}[r.IntN(12)]
	}
	return 1 + r.Int64N(den), den
}

func share(t *testing.T, num, den int64) accelerator.Share {
	t.Helper()
	s, err := accelerator.NewShare(num, den)
	require.NoError(t, err)
	return s
}

func TestLaw_Share_IsARational(t *testing.T) {
	r := random(t)
	for range *lawsN {
		a, b := terms(r)
		c, d := terms(r)
		if r.IntN(4) == 0 {
			c, d = a, b
		}
		s, u := share(t, a, b), share(t, c, d)
		x, y := oracleRat(a, b), oracleRat(c, d)
		require.Equal(t, x.Cmp(y), s.Cmp(u), "%v %v", s, u)
		require.Equal(t, x.Cmp(y) == 0, s == u, "equal shares are equal values: %v %v", s, u)

		product := new(big.Rat).Mul(x, y)
		if p, err := s.Of(u); product.Num().IsInt64() && product.Denom().IsInt64() {
			require.NoError(t, err)
			require.Equal(t, product.Num().Int64(), p.Num())
			require.Equal(t, product.Denom().Int64(), p.Den())
		} else {
			require.ErrorIs(t, err, accelerator.ErrShare)
		}

		grains, exact := oracleGrains(x, metering.SharesPerCard)
		nearest, isExact := s.Nearest()
		require.Equal(t, exact, isExact)
		require.Equal(t, grains.String()+" {share}", nearest.String())
		if q, err := s.Cards(); exact {
			require.NoError(t, err)
			require.Equal(t, nearest, q)
		} else {
			require.ErrorIs(t, err, metering.ErrInexact)
		}
	}
}

// TestLaw_Layout_SumsToTheCard: whoever comes and goes, what is placed and what
// is free are one card; each part is its share within a grain for each piece of
// it; and a share is refused if, and only if, the card has less left.
func TestLaw_Layout_SumsToTheCard(t *testing.T) {
	r := random(t)
	card := metering.WholeCards(1)
	for range *lawsN / 100 {
		var l accelerator.Layout
		type held struct {
			r accelerator.Reservation
			p accelerator.Placement
		}
		live, used := map[string]held{}, [2]*big.Rat{new(big.Rat), new(big.Rat)}
		sizes := []int64{32768, 30, 24576, 17, 1000, 7}
		for step := range 60 {
			if len(live) > 0 && r.IntN(3) == 0 {
				for name, h := range live {
					require.True(t, l.Remove(name))
					used[0].Sub(used[0], rational(h.r.Core))
					used[1].Sub(used[1], rational(h.r.Memory))
					delete(live, name)
					break
				}
			} else {
				var res accelerator.Reservation
				if r.IntN(4) > 0 {
					of := sizes[r.IntN(len(sizes))]
					res.Core = share(t, 1+r.Int64N(max(1, of/4)), of)
				}
				if res.Core.IsZero() || r.IntN(4) > 0 {
					of := sizes[r.IntN(len(sizes))]
					res.Memory = share(t, 1+r.Int64N(max(1, of/3)), of)
				}
				name := string(rune('a'+step%26)) + strings.Repeat("x", step/26)
				fits := new(big.Rat).Add(used[0], rational(res.Core)).Cmp(big.NewRat(1, 1)) <= 0 &&
					new(big.Rat).Add(used[1], rational(res.Memory)).Cmp(big.NewRat(1, 1)) <= 0
				p, err := l.Place(name, res)
				if !fits {
					require.ErrorIs(t, err, accelerator.ErrFull)
				} else {
					require.NoError(t, err)
					used[0].Add(used[0], rational(res.Core))
					used[1].Add(used[1], rational(res.Memory))
					live[name] = held{res, p}
					within(t, res.Core, p.Core, len(live)+1)
					within(t, res.Memory, p.Memory, len(live)+1)
				}
			}
			sum := l.Free()
			for _, h := range live {
				sum.Core, sum.Memory = add(t, sum.Core, h.p.Core), add(t, sum.Memory, h.p.Memory)
			}
			require.Equal(t, accelerator.Placement{Core: card, Memory: card}, sum)
		}
		for name := range live {
			l.Remove(name)
		}
		require.Equal(t, accelerator.Placement{Core: card, Memory: card}, l.Free())
	}
}

func rational(s accelerator.Share) *big.Rat {
	if s.IsZero() {
		return new(big.Rat)
	}
	return oracleRat(s.Num(), s.Den())
}

func within(t *testing.T, s accelerator.Share, q metering.Quantity, grains int) {
	t.Helper()
	exact := new(big.Rat).Mul(rational(s), new(big.Rat).SetInt64(metering.SharesPerCard))
	off := exact.Sub(exact, new(big.Rat).SetInt(q.Grains().Big()))
	require.Negative(t, off.Abs(off).Cmp(new(big.Rat).SetInt64(int64(grains))), "%v is %v", s, q)
}

func add(t *testing.T, a, b metering.Quantity) metering.Quantity {
	t.Helper()
	q, err := a.Add(b)
	require.NoError(t, err)
	return q
}

// TestLaw_Standard_IsTheRational: amounts of many models, added up in any
// order, are the rational sum, rounded once.
func TestLaw_Standard_IsTheRational(t *testing.T) {
	r := random(t)
	perCardHour := metering.MustUnit("{card}.h").Grains().Big()
	for range *lawsN / 10 {
		per := 1 + r.Int64N(1e18)
		values := []int64{r.Int64N(1e18 + 1), r.Int64N(1000), 0}
		table, err := accelerator.NewTable(accelerator.Basis{Table: "t", Version: "1", Unit: "u", Per: per},
			coefficient("a", values[0]), coefficient("b", values[1]), coefficient("c", values[2]))
		require.NoError(t, err)
		var amounts []accelerator.Standard
		want := new(big.Rat)
		for range 1 + r.IntN(6) {
			i := r.IntN(3)
			grains := fixed.Int128{Hi: int64(r.Uint64()) >> (1 + r.IntN(63)), Lo: r.Uint64()}
			s, err := table.Standard(accelerator.ModelID("abc"[i:i+1]), metering.GrainsWide(grains, metering.CardTime))
			require.NoError(t, err)
			amounts = append(amounts, s)
			want.Add(want, oracleStandard(grains.Big(), perCardHour, values[i], per))
		}
		sum := total(t, amounts)
		require.Zero(t, want.Cmp(sum.Rat()))
		r.Shuffle(len(amounts), func(i, j int) { amounts[i], amounts[j] = amounts[j], amounts[i] })
		require.Equal(t, sum, total(t, amounts))

		places := r.IntN(accelerator.MaxPlaces + 1)
		shift := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
		got, err := sum.In(places)
		require.NoError(t, err)
		require.Equal(t, oracleHalfEven(want.Mul(want, new(big.Rat).SetInt(shift))).String(), got.Coefficient().String())
	}
}

func coefficient(id accelerator.ModelID, value int64) accelerator.Coefficient {
	return accelerator.Coefficient{Model: id, Value: accelerator.Known(value), Confidence: accelerator.High}
}

func total(t *testing.T, all []accelerator.Standard) accelerator.Standard {
	t.Helper()
	var sum accelerator.Standard
	for _, s := range all {
		var err error
		sum, err = sum.Add(s)
		require.NoError(t, err)
	}
	return sum
}

func FuzzShare_String_Parse(f *testing.F) {
	for _, s := range []string{"1/15", "1", "0.46", "0", "2/4", "1/0", "-1/2", "3/2", "1.5", "0.0000000000000000001", "9223372036854775807/9223372036854775807", "1e9", " 1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := accelerator.ParseShare(text)
		if err != nil {
			require.ErrorIs(t, err, accelerator.ErrShare)
			require.Less(t, len(err.Error()), 400)
			return
		}
		again, err := accelerator.ParseShare(s.String())
		require.NoError(t, err)
		require.Equal(t, s, again)
		require.LessOrEqual(t, s.Cmp(accelerator.Whole()), 0)
	})
}

func FuzzCatalogue_JSON_Parse(f *testing.F) {
	small, err := accelerator.NewCatalogue("1", []accelerator.Model{part("x-1")}, nil)
	require.NoError(f, err)
	text, err := small.MarshalJSON()
	require.NoError(f, err)
	f.Add(text)
	f.Add([]byte(`{"version":"1","models":[],"resources":[]}`))
	f.Add([]byte(`{"version":"1","models":[{"id":"a","devices":-1}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := accelerator.ParseCatalogue(text)
		if err != nil {
			return
		}
		out, err := c.MarshalJSON()
		require.NoError(t, err)
		again, err := accelerator.ParseCatalogue(out)
		require.NoError(t, err)
		require.Equal(t, c, again)
		for m := range c.All() {
			require.NoError(t, m.Validate())
			found, err := c.Lookup(string(m.ID))
			require.NoError(t, err)
			require.Equal(t, m, found)
		}
	})
}

func FuzzListing_Check(f *testing.F) {
	f.Add("name,tdp,fp16\nH100 SXM,700,1979\nV100-PCIE-16GB,300,28\n")
	f.Add("name,tdp,fp16\nT4,99999999999999999999,-1\nT4,0,x\nT4\n,,,,\n")
	f.Fuzz(func(t *testing.T, text string) {
		rows, err := accelerator.ReadListing(strings.NewReader(text), map[string]accelerator.Field{"name": accelerator.FieldName, "tdp": accelerator.FieldTDP, "fp16": accelerator.FieldFP16})
		if err != nil {
			require.ErrorIs(t, err, accelerator.ErrData)
			return
		}
		r := accelerator.Default().Check(rows)
		require.Equal(t, len(rows), r.Rows)
		require.Equal(t, r.Rows, r.Matched+len(r.Unknown))
		for _, one := range r.Findings {
			require.NotEqual(t, "invalid", one.Problem.String())
			require.NotEmpty(t, one.Want)
		}
	})
}

func FuzzCatalogue_Demands(f *testing.F) {
	f.Add("nvidia.com/gpu", int64(1), "nvidia.com/gpumem", int64(3000), "A100-SXM4-80GB", int64(0))
	f.Add("aliyun.com/gpu-mem", int64(3), "aliyun.com/gpu-count", int64(2), "", int64(15<<30))
	f.Add("nvidia.com/mig-1g.10gb.me", int64(2), "huawei.com/npu-core", int64(8), "310P", int64(1))
	f.Fuzz(func(t *testing.T, a string, n int64, b string, m int64, model string, memory int64) {
		demands, err := accelerator.Default().Demands(map[string]int64{a: n, b: m}, accelerator.Device{Model: model, Memory: memory})
		if err != nil {
			require.Less(t, len(err.Error()), 1500)
			return
		}
		for _, d := range demands {
			require.Positive(t, d.Count)
			s, err := d.Share(accelerator.LargerShare)
			if err == nil {
				require.LessOrEqual(t, s.Cmp(d.DeviceShare), 0, "no part is more than its device")
			}
		}
	})
}
