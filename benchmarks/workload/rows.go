package workload

import (
	"fmt"
	"math/big"
	"strings"
	"time"
)

// Rows are usage records in columns: what a collector hands over at the end of
// a week, in no order.
type Rows struct {
	Tenant, SKU, Region Column
	Times               []int64 // Unix nanoseconds, in whole milliseconds
	Amounts             []int64 // billionths of a unit

	Sum    *big.Int // of Amounts
	Groups int      // pairs of a key and an hour that have a row
}

// A Column is strings as a dictionary and a code for each row.
type Column struct {
	Values []string
	Codes  []uint32
}

// The keys are 400 tenants by 8 pairs of SKU and region, the hours those of a
// week: 537,600 pairs.
const (
	rowTenants    = 400
	rowSKUs       = 40
	rowRegions    = 6
	keysPerTenant = 8
	rowHours      = 7 * 24
	maxAmount     = 1_000_000_000_000_000 // a million units: totals need more than 64 bits
	millisPerHour = 3_600_000
)

// RowsPeriod is the week in which rows lie.
var RowsPeriod = [2]time.Time{
	time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC),
	time.Date(2026, time.March, 9, 0, 0, 0, 0, time.UTC),
}

// NewRows returns n rows.
func NewRows(n int) *Rows {
	rows := &Rows{
		Tenant: Column{names("tenant-%04d", rowTenants), make([]uint32, n)},
		SKU:    Column{names("sku-%d", rowSKUs), make([]uint32, n)},
		Region: Column{names("region-%d", rowRegions), make([]uint32, n)},
		Times:  make([]int64, n), Amounts: make([]int64, n), Sum: new(big.Int),
	}
	r := random(seedRows)
	seen := make([]bool, rowTenants*keysPerTenant*rowHours)
	start := RowsPeriod[0].UnixNano()
	for i := range n {
		tenant, key := r.IntN(rowTenants), r.IntN(keysPerTenant)
		millis := r.Int64N(rowHours * millisPerHour)
		rows.Tenant.Codes[i] = uint32(tenant)
		rows.SKU.Codes[i] = uint32((tenant*7 + key*5) % rowSKUs) // apart for the keys of one tenant
		rows.Region.Codes[i] = uint32((tenant + key) % rowRegions)
		rows.Times[i] = start + millis*int64(time.Millisecond)
		rows.Amounts[i] = r.Int64N(maxAmount)
		rows.Sum.Add(rows.Sum, big.NewInt(rows.Amounts[i]))
		if group := (tenant*keysPerTenant+key)*rowHours + int(millis/millisPerHour); !seen[group] {
			seen[group] = true
			rows.Groups++
		}
	}
	return rows
}

// Part returns part i of n of the rows, without Sum and Groups. It shares their
// memory.
func (r *Rows) Part(i, n int) *Rows {
	from, to := i*len(r.Times)/n, (i+1)*len(r.Times)/n
	return &Rows{
		Tenant: r.Tenant.slice(from, to), SKU: r.SKU.slice(from, to), Region: r.Region.slice(from, to),
		Times: r.Times[from:to], Amounts: r.Amounts[from:to],
	}
}

func (c Column) slice(from, to int) Column {
	if c.Codes == nil {
		return Column{Values: c.Values[from:to]}
	}
	return Column{c.Values, c.Codes[from:to]}
}

// Spelled returns the rows with a string for each row in place of dictionaries.
// The strings lie one after the other, as in a file that was read: equal ones
// do not share memory.
func (r *Rows) Spelled() *Rows {
	out := *r
	out.Tenant, out.SKU, out.Region = r.Tenant.spelled(), r.SKU.spelled(), r.Region.spelled()
	return &out
}

func (c Column) spelled() Column {
	size := 0
	for _, code := range c.Codes {
		size += len(c.Values[code])
	}
	var text strings.Builder
	text.Grow(size) // so that it does not move
	values := make([]string, len(c.Codes))
	for i, code := range c.Codes {
		at := text.Len()
		text.WriteString(c.Values[code])
		values[i] = text.String()[at:]
	}
	return Column{Values: values}
}

// Check holds what a contestant made of the rows to what they are.
func (r *Rows) Check(groups int, sum *big.Int) error {
	if groups != r.Groups || sum.Cmp(r.Sum) != 0 {
		return fmt.Errorf("workload: %d groups that sum to %v, want %d and %v", groups, sum, r.Groups, r.Sum)
	}
	return nil
}
