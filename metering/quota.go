package metering

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/meterbook/meterbook/internal/fixed"
)

// A QuotaError reports that a tenant has as many series as it may have. The
// amount that would have needed another one was refused, and is in
// [Aggregator.Refused]; asking for a [Series] alone is not.
type QuotaError struct {
	Tenant Account
	Limit  int
}

func (e *QuotaError) Error() string {
	return fmt.Sprintf("metering: tenant %q has %d series, which is its quota; use fewer resources or labels, evict idle series or raise the quota", clip(string(e.Tenant)), e.Limit)
}

// A Refusal says what a tenant's quota of series has kept out.
type Refusal struct {
	Tenant    Account
	Meter     MeterID
	Additions uint64 // refused
	// Quantity is the sum of what was refused; the largest or smallest
	// quantity where the sum is beyond it. Lives of resources add nothing to it.
	Quantity Quantity
}

// Refused yields what quotas have kept out since the aggregator was made, in
// order of tenant and meter. Nothing of it is in any usage.
func (a *Aggregator) Refused() iter.Seq[Refusal] {
	a.mu.RLock()
	var all []Refusal
	for tenant, t := range a.tenants {
		for m, r := range t.refused {
			n, ok := r.sum.Int128()
			if !ok && r.sum.Sign() > 0 {
				n = fixed.Max()
			} else if !ok {
				n = fixed.Min()
			}
			all = append(all, Refusal{tenant, m.ID, r.additions, Quantity{n, m.Unit.dim}})
		}
	}
	a.mu.RUnlock()
	slices.SortFunc(all, func(x, y Refusal) int { return cmp.Or(cmp.Compare(x.Tenant, y.Tenant), cmp.Compare(x.Meter, y.Meter)) })
	return slices.Values(all)
}

// A tenant is what the aggregator knows of one, guarded by its lock.
type tenant struct {
	series  int // and lives of resources
	refused map[*Meter]*refusal
}

type refusal struct {
	additions uint64
	sum       fixed.Int256
}

// tenant returns the tenant of an account, making it when it is new; a.mu is
// held for writing.
func (a *Aggregator) tenant(account Account) *tenant {
	name := account.Tenant()
	t := a.tenants[name]
	if t == nil {
		t = new(tenant)
		a.tenants[name] = t
	}
	return t
}

// room returns an error when the account's tenant cannot have more series, or
// lives of resources; a.mu is held.
func (a *Aggregator) room(account Account, more int) error {
	if a.accepting {
		return nil
	}
	have := 0
	if t := a.tenants[account.Tenant()]; t != nil {
		have = t.series
	}
	if have+more > a.quota {
		return &QuotaError{account.Tenant(), a.quota}
	}
	return nil
}

// refused notes what a quota kept out, if that is what err says, and returns
// err.
func (a *Aggregator) refused(err error, account Account, m *Meter, n fixed.Int128) error {
	if _, full := errors.AsType[*QuotaError](err); full {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.refuse(account, m, n)
	}
	return err
}

// refuse notes what a quota kept out; a.mu is held for writing. The tenant is
// there, for it has as many series as it may.
func (a *Aggregator) refuse(account Account, m *Meter, n fixed.Int128) {
	t := a.tenant(account)
	r := t.refused[m]
	if r == nil {
		if t.refused == nil {
			t.refused = make(map[*Meter]*refusal)
		}
		r = new(refusal)
		t.refused[m] = r
	}
	r.additions++
	r.sum, _ = r.sum.Add(fixed.Wide(n)) // 2^64 of them fit
}
