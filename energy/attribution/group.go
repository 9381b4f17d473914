package attribution

import (
	"slices"
	"strings"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/metering"
)

// A Group is what falls to an account within one name: a rack, a SKU, a site.
type Group struct {
	Name               string
	Account            metering.Account // empty for what nobody held
	IT, Idle, Overhead energy.Energy
	Estimated          bool // some of it
}

// By adds up the shares by account and the name that of gives to each: its
// rack, which the caller knows, its SKU, its tenant, or one name for the
// site. Groups are in order of name, then account, what nobody held last; they
// add up to what the shares do.
func (r *Result) By(of func(Share) string) []Group {
	type key struct {
		name    string
		account metering.Account
	}
	at := map[key]int{}
	var groups []Group
	for _, s := range r.Shares {
		k := key{of(s), s.Account}
		i, known := at[k]
		if !known {
			i = len(groups)
			at[k] = i
			groups = append(groups, Group{Name: k.name, Account: s.Account})
		}
		g := &groups[i]
		// None is more than what was metered.
		g.IT, _ = g.IT.Add(s.IT)
		g.Idle, _ = g.Idle.Add(s.Idle)
		g.Overhead, _ = g.Overhead.Add(s.Overhead)
		g.Estimated = g.Estimated || s.Estimated
	}
	slices.SortFunc(groups, func(a, b Group) int {
		if c := strings.Compare(a.Name, b.Name); c != 0 {
			return c
		}
		return lastIfEmpty(string(a.Account), string(b.Account))
	})
	return groups
}
