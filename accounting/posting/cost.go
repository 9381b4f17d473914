package posting

import (
	"cmp"
	"slices"
	"time"

	"github.com/meterbook/meterbook/accounting/money"
)

// A Share is a tenant's part of a cost, as allocation has spread it and rounded
// it, so that shares add up to the cost.
type Share struct {
	Tenant string // "" for what was left to nobody
	Amount money.Money
}

// unallocated stands in a path for a tenant where a cost was left to nobody.
const unallocated = "(unallocated)"

// A Cost is a cost of a period: its cause, the id of what says so (the utility's
// invoice, the asset and period, the supplier's invoice) and, for [CostIncurred],
// its kind.
type Cost struct {
	Cause  Cause
	ID     string
	Detail string
	At     time.Time
}

// Document returns the document of a cost with the shares of tenants, whose
// order does not matter. It fails with [ErrValue] for a cost without an id, or a
// tenant that is named as what was left to nobody is.
func (c Cost) Document(shares ...Share) (Document, error) {
	if c.ID == "" {
		return Document{}, refuse(ErrValue, "%s without an id", c.Cause)
	}
	sorted := slices.Clone(shares)
	slices.SortStableFunc(sorted, func(a, b Share) int {
		return cmp.Or(cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.Amount.Currency(), b.Amount.Currency()))
	})
	d := Document{Causes: []string{"cost", string(c.Cause), c.Detail, c.ID}, At: c.At, Memo: string(c.Cause)}
	for _, s := range sorted {
		switch s.Tenant {
		case unallocated:
			return Document{}, refuse(ErrValue, "%s %s: tenant %s", c.Cause, quote(c.ID), quote(s.Tenant))
		case "":
			s.Tenant = unallocated
		}
		d.Items = append(d.Items, Item{Cause: c.Cause, Amount: s.Amount, Tenant: s.Tenant, Detail: c.Detail})
	}
	return d, nil
}
