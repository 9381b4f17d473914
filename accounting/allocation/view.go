package allocation

import (
	"strings"

	"github.com/meterbook/meterbook/accounting/money"
)

// An IdleMode says what becomes of idle cost.
type IdleMode uint8

// The idle modes.
const (
	// Apart shows idle cost in lines of its own, by pool and resource.
	Apart IdleMode = iota
	// Spread adds it to those who were allocated the resource of the pool, in
	// proportion to that. Idle cost of what nobody was allocated stays apart.
	Spread
)

// A SharedCost is borne by all others: the cost of the items that Where picks,
// with the idle cost that is theirs, and Cost, which is of nobody.
type SharedCost struct {
	Name  string
	Where func(Item) bool // nil for none; the first shared cost that picks an item has it
	Cost  money.Money     // such as support or licences; not in the sheet
	// Even gives every group the same. Otherwise groups bear it in proportion
	// to their direct cost, without idle cost and other shared cost.
	Even bool
}

// A View says how a sheet is looked at. The zero View has a line for each
// account, with idle cost apart.
type View struct {
	// By returns the group of a workload, and false for one that has none: its
	// cost is in a line of kind [Unallocated]. Nil is [ByAccount].
	By func(Item) (group string, ok bool)
	// Keep picks what is shown; nil shows all. What is left out is in one line
	// of kind [Filtered], with its part of shared and idle cost, so that the
	// lines still add up. It is asked for every item, and with kind Idle for
	// the idle cost of what nobody was allocated.
	Keep   func(Item) bool
	Idle   IdleMode
	Shared []SharedCost
}

// ByAccount groups workloads by account.
func ByAccount(i Item) (string, bool) { return string(i.Key.Account), i.Key.Account != "" }

// ByPool groups workloads by pool.
func ByPool(i Item) (string, bool) { return i.Pool, true }

// ByTenant groups workloads by the first segment of their accounts.
func ByTenant(i Item) (string, bool) { return string(i.Key.Account.Tenant()), i.Key.Account != "" }

// ByWorkload groups workloads by resource and account, so each by itself: as
// "account/resource", or "account//resource" where the resource has a slash of its
// own, since no account has two.
func ByWorkload(i Item) (string, bool) {
	between := "/"
	if strings.Contains(i.Key.Resource, "/") {
		between = "//"
	}
	return string(i.Key.Account) + between + i.Key.Resource, true
}

// ByLabelOf groups workloads by the value of a label.
func ByLabelOf(name string) func(Item) (string, bool) {
	return func(i Item) (string, bool) { return i.Key.Labels.Get(name) }
}

// A Line is a cost that a report shows.
type Line struct {
	Kind Kind
	// Group is of kind Workload alone; Pool and Resource are of Idle,
	// OverAllocation, Unmounted, and Unallocated cost that was charged as that.
	Group    string
	Pool     string
	Resource Resource

	Direct Amount // of the items themselves
	Shared Amount // their part of shared costs
	Idle   Amount // their part of idle cost, less over-allocation; 0 where idle is apart
	Total  Amount // the three together
}

// A Report is a sheet under a view. The totals of its lines add up to Origin
// exactly, whatever the view. Lines are in order of kind, group, pool and
// resource, and do not depend on the order of the sheet's rows.
type Report struct {
	Lines  []Line
	Origin Amount // all costs of the sheet, and the shared costs of the view
}

// Settle rounds the totals of the lines so that they add up to the rounded
// origin, and returns them in the order of the lines: see [Settle].
func (r Report) Settle(rounding money.Rounding) ([]money.Money, error) {
	parts := make([]Amount, len(r.Lines))
	for i, l := range r.Lines {
		parts[i] = l.Total
	}
	return settle(rounding, r.Origin, parts)
}

// Of returns the total of the lines of a kind, all groups, pools and resources
// together.
func (r Report) Of(k Kind) Amount {
	sum := Amount{currency: r.Origin.currency}
	for _, l := range r.Lines {
		if l.Kind == k {
			sum = sum.plus(l.Total, sum.currency)
		}
	}
	return sum
}
