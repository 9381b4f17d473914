package carbon_test

import (
	"flag"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/carbon"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

var (
	lawsN    = flag.Int("laws.n", 1_500, "cases of each law")
	lawsSeed = flag.Uint64("laws.seed", 20261126, "seed of the cases; 0 takes one from the clock and logs it")
)

// law runs check on random cases, the same ones again for the same seed.
func law(t *testing.T, check func(t *testing.T, g *rand.Rand)) {
	t.Helper()
	n, seed := *lawsN, *lawsSeed
	if testing.Short() {
		n = min(n, 200)
	}
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("%d cases, -laws.seed %d", n, seed)
	g := rand.New(rand.NewPCG(seed, 0))
	for range n {
		if check(t, g); t.Failed() {
			return
		}
	}
}

// Whatever periods a life is cut into, they have all of its mass.
func TestLaw_Within_Conserved(t *testing.T) {
	law(t, func(t *testing.T, g *rand.Rand) {
		c := carbon.Component{Embodied: carbon.Nanograms(fixed.FromInt64(g.Int64() >> g.IntN(63))), Lifetime: time.Duration(1 + g.Int64()>>(5+g.IntN(58)))}
		p := carbon.Part{Of: 1 + g.Int64N(96), All: 96}
		began := g.Int64N(int64(1000 * time.Hour))
		end := began + int64(c.Lifetime) + g.Int64N(int64(time.Hour))
		cuts := []int64{g.Int64N(began + 1), end}
		for range g.IntN(10) {
			cuts = append(cuts, cuts[0]+g.Int64N(end-cuts[0]+1))
		}
		slices.Sort(cuts)
		var sum carbon.Mass
		for i := 1; i < len(cuts); i++ {
			m, err := c.Within(at(began), period(t, cuts[i-1], cuts[i]), p)
			require.NoError(t, err)
			require.GreaterOrEqual(t, m.Sign(), 0)
			sum, err = sum.Add(m)
			require.NoError(t, err)
		}
		whole, err := c.Over(c.Lifetime, p)
		require.NoError(t, err)
		require.Equal(t, whole, sum, "%+v, %+v, from %d, cut at %v", c, p, began, cuts)
	})
}

func at(ns int64) time.Time { return time.Unix(0, ns).UTC() }

func period(t *testing.T, from, to int64) metering.Period {
	p, err := metering.NewPeriod(at(from), at(to))
	require.NoError(t, err)
	return p
}

// Any irregular series, with any windows across it, gives the mass of the
// oracle, window by window; what no intensity covers is said.
func TestLaw_Series_Oracle(t *testing.T) {
	law(t, func(t *testing.T, g *rand.Rand) {
		const hour = int64(time.Hour)
		hold := 1 + g.Int64N(3*hour)
		seen := map[int64]bool{}
		var slow []slowPoint
		var points []carbon.Point
		for range g.IntN(8) {
			ns := g.Int64N(10 * hour)
			if seen[ns] {
				continue
			}
			seen[ns] = true
			i := g.Int64N(2_000_000_000_000) >> g.IntN(40)
			slow = append(slow, slowPoint{ns, i})
			points = append(points, carbon.Point{Time: at(ns), Intensity: carbon.Intensity(i)})
		}
		for policy := carbon.HoleRefuse; policy <= carbon.HoleFill; policy++ {
			s, err := carbon.NewSeries(carbon.SeriesSpec{MaxHold: time.Duration(hold), Holes: policy}, points...)
			require.NoError(t, err)
			var windows []energy.Window
			want, uncovered := new(big.Int), new(big.Int)
			holes := false
			for from := g.Int64N(hour); from < 10*hour; {
				to := from + 1 + g.Int64N(4*hour)>>g.IntN(30)
				uJ := g.Int64N(1<<62) >> g.IntN(60)
				ng, missing := slowMass(slow, hold, from, to, uJ, policy == carbon.HoleFill && len(slow) > 0)
				want.Add(want, slowHalfEven(ng))
				holes = holes || missing > 0
				left := new(big.Rat).SetFrac64(missing, to-from)
				uncovered.Add(uncovered, slowHalfEven(left.Mul(left, new(big.Rat).SetInt64(uJ))))
				windows = append(windows, energy.Window{Period: period(t, from, to), Energy: energy.Microjoules(uJ), Observed: time.Duration(to - from)})
				from = to + g.Int64N(hour)
			}
			got, err := s.Emissions(windows...)
			if holes && policy != carbon.HoleExclude {
				require.ErrorIs(t, err, carbon.ErrHole, "%v %v", slow, windows)
				continue
			}
			require.NoError(t, err)
			require.Equal(t, want.String(), got.Mass.Nanograms().String(), "hold %d, %v, %v", hold, slow, windows)
			if policy == carbon.HoleExclude {
				require.Equal(t, uncovered.String(), got.Uncovered.Microjoules().String())
				require.True(t, got.Estimated.IsZero())
			}
			require.GreaterOrEqual(t, got.Estimated.Sign(), 0)
		}
	})
}

// The carbon of a window's events, and of the adjustments that follow, is that
// of the energy they carry, to the nanogram.
func TestLaw_Events_Conserved(t *testing.T) {
	law(t, func(t *testing.T, g *rand.Rand) {
		total := 1 + g.Int64N(1<<50)
		mass, _ := fixed.FromInt64(g.Int64N(1 << 62)).MulInt64(1 + g.Int64N(1<<30))
		rate := carbon.Rate{Mass: carbon.Nanograms(mass), Energy: energy.Microjoules(total)}
		split := func(sum int64, kind metering.Kind) (list []metering.Event) {
			for i := range 1 + g.IntN(5) {
				part := g.Int64N(1<<40) - 1<<39
				if i == 4 || g.IntN(3) == 0 {
					part = sum
				}
				sum -= part
				e := metering.Event{Account: "acme", Source: "site", ID: fmt.Sprint(kind, i), Kind: kind, Time: at(0), Resource: "gpu-0",
					Items: []metering.Item{{Meter: metering.DeviceEnergy, Quantity: energy.Microjoules(part).Quantity()}}}
				if kind == metering.Adjustment {
					e.Adjusts, e.Reason = "amount0", "late"
				}
				list = append(list, e)
			}
			if sum != 0 {
				list[0].Items = append(list[0].Items, metering.Item{Meter: metering.OverheadEnergy, Quantity: energy.Microjoules(sum).Quantity()})
			}
			return list
		}
		carried := func(events []metering.Event, before energy.Energy) *big.Int {
			sum := new(big.Int)
			for e, err := range rate.Events(slices.Values(events), before) {
				require.NoError(t, err)
				require.NoError(t, e.Validate())
				sum.Add(sum, e.Items[0].Quantity.Grains().Big())
			}
			return sum
		}
		first := carried(split(total, metering.Amount), energy.Energy{})
		require.Equal(t, mass.String(), first.String())
		late := g.Int64N(1<<40) - 1<<39
		both := first.Add(first, carried(split(late, metering.Adjustment), energy.Microjoules(total)))
		want := new(big.Rat).SetFrac(new(big.Int).Mul(mass.Big(), big.NewInt(total+late)), big.NewInt(total))
		require.Equal(t, slowHalfEven(want).String(), both.String())
	})
}

// Along takes a curve's own energy at each step of the series.
func TestSeries_Along(t *testing.T) {
	s, err := carbon.NewSeries(carbon.SeriesSpec{MaxHold: time.Hour}, carbon.Point{at(0), 300 * carbon.GramPerKWh}, carbon.Point{at(int64(time.Hour)), 600 * carbon.GramPerKWh})
	require.NoError(t, err)
	// From 0 to 2 kW over two hours: 0.5 kWh in the first, 1.5 in the second.
	c, err := energy.Integrate([]energy.Sample{{Time: at(0)}, {Time: at(int64(2 * time.Hour)), Power: 2 * energy.Kilowatt}})
	require.NoError(t, err)
	e, err := s.Along(c, period(t, 0, int64(2*time.Hour)))
	require.NoError(t, err)
	require.Equal(t, "1050", e.Mass.Grams(3).String())
	even, err := s.Of(c.Total(), period(t, 0, int64(2*time.Hour)))
	require.NoError(t, err)
	require.Equal(t, "900", even.Mass.Grams(3).String(), "by time alone")
	_, err = s.Along(c, period(t, 0, int64(3*time.Hour)))
	require.NoError(t, err, "no energy needs no intensity")
}
