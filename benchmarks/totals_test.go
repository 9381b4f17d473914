package benchmarks

import (
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/ours"
	"github.com/meterbook/meterbook/benchmarks/rival"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// More operations than there are events, so that workers go round them.
const operations = 70_000

// hold lets each entrant do n turns in each goroutine and holds its total to
// want.
func hold(t *testing.T, want *big.Int, n int, entrants ...contest.Entrant) {
	t.Helper()
	for _, e := range entrants {
		t.Run(e.Name, func(t *testing.T) {
			r := open(t, e)
			require.NoError(t, r.Do(n))
			got, err := r.Total()
			require.NoError(t, err)
			require.Equal(t, want.String(), got.String())
			if r.Close != nil {
				require.NoError(t, r.Close())
			}
		})
	}
}

// sum returns what n operations of each goroutine add up to.
func sum[K any](in *workload.Keyed[K], goroutines, n int) *big.Int {
	total := new(big.Int)
	for worker := range goroutines {
		total.Add(total, in.Sum(in.Start(worker, goroutines), n))
	}
	return total
}

// Everyone counts the same, alone and beside another goroutine. Those that keep
// a float (prometheus, hashicorp) are held to it too: the amounts here are whole
// and small.
func TestTotals(t *testing.T) {
	uniform := workload.Uniform(1000)
	few := func() *workload.Keyed[workload.Key3] { return uniform }
	for goroutines := 1; goroutines <= 2; goroutines++ {
		name := func(path string) string { return fmt.Sprintf("%s/goroutines=%d", path, goroutines) }
		t.Run(name("bound"), func(t *testing.T) {
			want := big.NewInt(int64(workload.Step * operations * goroutines))
			hold(t, want, operations, append(append(ours.Bound(goroutines), ours.ObservedBound(goroutines)), rival.Bound(goroutines)...)...)
		})
		t.Run(name("keyed3"), func(t *testing.T) {
			hold(t, sum(zipf3(), goroutines, operations), operations,
				append(rival.Keyed3(zipf3, goroutines), ours.Keyed3(zipf3, goroutines), ours.ObservedKeyed3(zipf3, goroutines))...)
		})
		t.Run(name("keyed6"), func(t *testing.T) {
			hold(t, sum(zipf6(), goroutines, operations), operations,
				append(rival.Keyed6(zipf6, goroutines), ours.Keyed6(zipf6, goroutines))...)
		})
		t.Run(name("growth"), func(t *testing.T) {
			hold(t, sum(uniform, goroutines, operations), operations,
				append(rival.Keyed3(few, goroutines), ours.Keyed3(few, goroutines))...)
		})
	}
}

// TestTotals_Primitives: what leases, levels and requests come to, worked out
// here.
func TestTotals_Primitives(t *testing.T) {
	const grainsOfCard = 72_072_000
	product := func(factors ...int64) *big.Int {
		n := big.NewInt(1)
		for _, f := range factors {
			n.Mul(n, big.NewInt(f))
		}
		return n
	}
	for name, want := range map[string]*big.Int{
		ours.NameLease:  product(operations, ours.LeaseCards, grainsOfCard, int64(ours.PrimitiveStep)),
		ours.NameLevel:  product(operations/2, ours.Levels[0]+ours.Levels[1], int64(ours.PrimitiveStep)),
		ours.NameTokens: product(operations, 700+300+500),
	} {
		i := slices.IndexFunc(ours.Primitives(), func(e contest.Entrant) bool { return e.Name == name })
		hold(t, want, operations, ours.Primitives()[i])
	}
}

// TestDecimal_SameAmounts: the rivals do the same work. Govalues keeps 19 digits
// of products that have up to 25, and may be off by a cent a line.
func TestDecimal_SameAmounts(t *testing.T) {
	lines := workload.Lines(1 << 13)
	total := func(e contest.Entrant) *big.Int {
		sum, err := open(t, e).Total()
		require.NoError(t, err)
		return sum
	}
	want := total(ours.Decimals(lines))
	for _, e := range rival.Decimals(lines) {
		off := new(big.Int).Sub(total(e), want)
		if e.Name == "govalues" {
			require.LessOrEqual(t, off.CmpAbs(big.NewInt(int64(len(lines)))), 0, e.Name)
			continue
		}
		require.Zero(t, off.Sign(), "%s: off by %v cents", e.Name, off)
	}
}

// TestRate_SameTotal: a line is rounded as the difference of rounded running
// amounts by all of them.
func TestRate_SameTotal(t *testing.T) {
	bill := workload.NewBill()
	thousandths := int64(0)
	for _, line := range bill.Lines {
		thousandths += line
	}
	require.Greater(t, thousandths, 1000*bill.Tiers[1].UpTo, "the last tier is reached")
	we := ours.Rate(bill)
	r := open(t, we)
	require.NoError(t, r.Do(1))
	want, err := r.Total()
	require.NoError(t, err)
	require.Positive(t, want.Sign())
	hold(t, want, 1, append(rival.Rate(bill), we)...)
}

// TestCard_SamePrices: everyone reads all prices.
func TestCard_SamePrices(t *testing.T) {
	require.LessOrEqual(t, len(workload.CardYAML()), workload.CardBytes)
	hold(t, big.NewInt(workload.YAMLPrices), 1, ours.Card(workload.CardYAML, workload.YAMLPrices), rival.CardYAML(workload.CardYAML, workload.YAMLPrices))
	require.LessOrEqual(t, len(workload.CardJSON()), workload.CardBytes)
	hold(t, big.NewInt(workload.CardPrices), 1, ours.Card(workload.CardJSON, workload.CardPrices), rival.CardJSON(workload.CardJSON, workload.CardPrices))
}

// TestBatch_SameTotals: a job fails when its groups or their sum are not those
// of the rows.
func TestBatch_SameTotals(t *testing.T) {
	all := workload.NewRows(20_000)
	text := all.Spelled()
	rows, spelled := func() *workload.Rows { return all }, func() *workload.Rows { return text }
	path := csvFile(t, all)
	file := func() (string, error) { return path, nil }
	for threads := 1; threads <= 3; threads++ {
		for form, e := range map[string]contest.Entrant{
			"ids": ours.Batch(rows, threads), "strings": ours.Batch(spelled, threads), "csv": ours.CSV(file, rows, threads),
			"ids by map": rival.MapIDs(rows), "strings by map": rival.MapStrings(spelled),
		} {
			_, err := open(t, e).Job()
			require.NoError(t, err, "%s, %d threads", form, threads)
		}
	}
	// And it would not do so for others.
	other := workload.NewRows(20_001)
	require.Error(t, all.Check(other.Groups, other.Sum))
}

// TestOurs_AllocatesNothing: the hot path, once its windows exist.
func TestOurs_AllocatesNothing(t *testing.T) {
	entrants := slices.Concat(ours.Bound(1), []contest.Entrant{ours.Keyed3(zipf3, 1), ours.Keyed6(zipf6, 1)})
	for i, e := range entrants {
		r := open(t, e)
		require.NoError(t, r.Do(2*operations))
		require.Zero(t, testing.AllocsPerRun(5, func() { require.NoError(t, r.Loops[0](1000)) }), "%s, %d", e.Name, i)
	}
}

// TestTotals_Ledger: the balances of the ledger and of the map are the same.
func TestTotals_Ledger(t *testing.T) {
	want := new(big.Int)
	for n := int64(1); n <= operations; n++ {
		want.Add(want, big.NewInt(n%workload.Tenants+1))
	}
	hold(t, want, operations, ours.Ledger(), rival.Balances())
}

// TestTotals_Books: those whose work is not equal do all of theirs. CSVWriter
// writes the cells that FocusWriter makes, CSVReader reads the file that
// FocusValidator finds nothing wrong with, and SHA256 hashes what Seal seals.
func TestTotals_Books(t *testing.T) {
	s, err := workload.NewStatement()
	require.NoError(t, err)
	in := func() (*workload.Statement, error) { return s, nil }
	require.Len(t, s.Cells, len(s.Rows))
	require.Len(t, s.Cells[0], 59)
	for _, e := range []contest.Entrant{ours.FocusWriter(in), rival.CSVWriter(in), ours.FocusValidator(in), rival.CSVReader(in),
		ours.Seal(), ours.Proof(), rival.SHA256(), rival.SHA256Path()} {
		require.NoError(t, open(t, e).Do(1), e.Name)
	}
}
