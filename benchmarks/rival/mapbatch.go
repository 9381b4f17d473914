package rival

import (
	"math/big"
	"math/bits"
	"time"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// The loop that a program would write to total rows by hour in one goroutine: a
// map of integers by key and hour. A group's sum fits in 64 bits here; it does
// not check that.

// MapIDs returns the map that has codes for its key, packed into one word.
func MapIDs(rows func() *workload.Rows) contest.Entrant {
	return contest.Entrant{Name: "map", Open: func() (*contest.Run, error) { return mapBatch(rows(), sumByCodes), nil }}
}

// MapStrings returns the map that has strings for its key.
func MapStrings(rows func() *workload.Rows) contest.Entrant {
	return contest.Entrant{Name: "map", Open: func() (*contest.Run, error) { return mapBatch(rows(), sumByStrings), nil }}
}

// hourKey is the key of a group of rows.
type hourKey struct {
	tenant, sku, region string
	hour                int64
}

func sumByStrings(r *workload.Rows) map[hourKey]int64 {
	sums := map[hourKey]int64{}
	for i, amount := range r.Amounts {
		sums[hourKey{r.Tenant.Values[i], r.SKU.Values[i], r.Region.Values[i], r.Times[i] / int64(time.Hour)}] += amount
	}
	return sums
}

func sumByCodes(r *workload.Rows) map[uint64]int64 {
	sums := map[uint64]int64{}
	for i, amount := range r.Amounts {
		// Hours since 1970 take 24 bits for 1900 years, tenants 16, the others
		// twelve each.
		hour := uint64(r.Times[i] / int64(time.Hour))
		sums[hour<<40|uint64(r.Tenant.Codes[i])<<24|uint64(r.SKU.Codes[i])<<12|uint64(r.Region.Codes[i])] += amount
	}
	return sums
}

func mapBatch[K comparable](rows *workload.Rows, sum func(*workload.Rows) map[K]int64) *contest.Run {
	return &contest.Run{Job: func() (time.Duration, error) {
		return contest.Timed(1, func() error {
			sums := sum(rows)
			return rows.Check(len(sums), sumOfGroups(sums))
		})
	}}
}

// sumOfGroups adds amounts that are not below zero in 128 bits: to do so in a
// big.Int would be a part of what is measured.
func sumOfGroups[K comparable](sums map[K]int64) *big.Int {
	var high, low, carry uint64
	for _, sum := range sums {
		low, carry = bits.Add64(low, uint64(sum), 0)
		high += carry
	}
	total := new(big.Int).Lsh(new(big.Int).SetUint64(high), 64)
	return total.Add(total, new(big.Int).SetUint64(low))
}
